"""Writes a report or a model card to its file, whole or not at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter
from typing import Literal

from catalog.contract.diagnosis import Diagnosis
from catalog.errors import InputError, WorkError
from runner.destination import check_file, written_file
from runner.store.files import path_inside, study_folder
from runner.store.store import Store

__all__ = ["Format", "WrittenReport", "write_report"]

Format = Literal["html", "md"]
_WANTED = {"html": ("plotly", "jinja2", "babel"), "md": ("babel", "yaml")}


@dataclass(frozen=True, slots=True)
class WrittenReport:
    """A file that was written: its size in bytes, and the seconds that it took."""

    report: Path
    bytes: int
    seconds: float


def write_report(  # noqa: PLR0913 -- the options of a command
    store: Store,
    study: str,
    output: Path | None,
    *,
    folder: Path,
    format: Format,  # noqa: A002 -- the name of the option
    language: str,
    force: bool,
    diagnoses: Sequence[Diagnosis] | None = None,
) -> WrittenReport:
    """Write the page, or the model card, of a study.

    Args:
        store: The store that holds the study.
        study: Name of the study.
        output: The file to write; None writes a card as README.md into the folder of the study's kept model.
        folder: The folder with the files of all studies.
        format: ``"html"`` or ``"md"``.
        language: A code of `runner.presentation.language.LANGUAGES`.
        force: Whether to replace an existing file.
        diagnoses: As in `runner.report.gathering.gather`.

    Raises:
        UnknownStudyError: There is no study of that name; the message names the nearest.
        InputError: No trial of the study is complete, the file exists, or it cannot be written.
        WorkError: A library that the report needs is not installed.
    """
    began = perf_counter()
    missing = [name for name in _WANTED[format] if find_spec(name) is None]
    if missing:
        raise WorkError(f"a report takes {', '.join(missing)}: pip install 'modelcat[report]'")
    from runner.report.gathering import gather

    if output is not None:
        check_file(output, force=force)  # before the work, so that a mistyped path costs no time
    results = gather(store, study, diagnoses)
    if output is None:
        output = _readme(folder, study, results.study.model_dir, format)
        check_file(output, force=force)
    from runner.presentation.language import Language

    spoken = Language(language)
    if format == "html":
        from runner.report.page import render

        text = render(results, spoken)
    else:
        from runner.report.card import model_card

        text = model_card(results, spoken)
    content = text.encode("utf-8")
    with written_file(output) as file:
        file.write(content)
    return WrittenReport(output, len(content), perf_counter() - began)


def _readme(folder: Path, study: str, model_dir: str | None, format: Format) -> Path:  # noqa: A002 -- an option's name
    if format == "html":
        raise InputError("a page needs a file to go to: add -o report.html", field="output")
    model = path_inside(study_folder(folder, study), model_dir) if model_dir else None
    if model is None or not model.is_dir():
        raise InputError(f"study {study!r} has no kept model to put a README.md into: name a file with -o FILE.md")
    return model / "README.md"
