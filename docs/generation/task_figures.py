"""Lists the figures that a task makes of an evaluation: its baseline is trained on generated data, in seconds."""

import re
import tempfile
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter

from catalog import registry
from catalog.contract.capabilities import BuildsFigures
from catalog.contract.data import data_to_json
from catalog.figures import Empty, Figure
from catalog.statement import Statement
from catalog.testing.model import ModelCase, keep
from generation.markdown import code, text
from runner.presentation.english import english

__all__ = ["figures_of", "rows"]

_ROWS = 400


def figures_of(key: str) -> Sequence[Figure]:
    """Return the figures that a task makes of its baseline's evaluation on validation."""
    task = registry.load_task(key)
    assert task.baseline is not None
    assert isinstance(task, BuildsFigures)
    dataset = TypeAdapter(task.Dataset).validate_python({"source": "demo", "size": _ROWS})
    with tempfile.TemporaryDirectory() as folder:
        trained, result, _, _ = keep(ModelCase(task.baseline, {}, dataset), Path(folder))
        assert result.evaluation is not None
        return list(task.figures(result.evaluation, data_to_json(trained.summary), {}))


def rows(figures: Sequence[Figure]) -> list[tuple[str, str, str]]:
    """Return key, title and kind of each figure; those that differ in a number alone once."""
    found = {}
    for figure in figures:
        kind = "of the winner of a closed study" if figure.kind == Empty.kind else code(figure.kind)
        found.setdefault(_numbered(figure.key), (code(_numbered(figure.key)), _title(figure.title), kind))
    return list(found.values())


def _title(title: Statement | str) -> str:
    return text(_numbered(english(title) if isinstance(title, Statement) else title))


def _numbered(words: str) -> str:
    return re.sub(r"\b\d+\b", "N", words)
