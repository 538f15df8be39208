"""Predicts inputs with a study's model, in a worker process: in order, and a chunk at a time."""

from collections.abc import Callable, Generator, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from catalog.contract import Prediction
from catalog.contract.capabilities import InputField
from catalog.errors import ModelcatError, PluginError
from runner.engine.messages import Predict
from runner.study.inputs import Chunk

__all__ = ["Answered", "Batch", "answered"]


@dataclass(frozen=True, slots=True)
class Answered:
    """An input and the model's answer.

    Attributes:
        given: The input as it was given.
        answer: A prediction or an explanation; None for an empty input.
        row: All cells of its row; None if it is not from a file, or if the other columns are left out.
    """

    given: Any
    answer: Prediction | None
    row: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Batch:
    """Several answers in order; for a file also their rows, a ``pyarrow.RecordBatch`` of all columns."""

    answers: list[Answered]
    rows: Any = None


def answered(
    task: Predict,
    fields: tuple[InputField, ...],
    chunks: Iterable[Chunk],
    *,
    columns: tuple[str, ...] = (),
    debug: bool = False,
) -> Generator[tuple[Batch, Prediction | None], None, None]:
    """Yield the answers of each chunk, and a prediction that has the names of all; close it to end the worker.

    Args:
        task: Gets the inputs of `chunks`, a chunk at a time.
        fields: Of an input.
        chunks: The inputs.
        columns: Of the file of the inputs; all of them are kept. Empty if there is no file.
        debug: Leave visible what the worker prints.

    Raises:
        InputError: The model cannot explain, or cannot take an input.
        ModelSourceError: The model's folder is damaged.
        PluginError: There are more or fewer predictions than inputs.
    """
    from runner.engine import single_tasks

    with single_tasks.asking(debug=debug) as ask:
        sample: Prediction | None = None
        for chunk in chunks:
            filled = tuple(value for value in chunk.inputs if value is not None)
            predicted = list(ask(replace(task, inputs=filled))) if filled else []
            if len(predicted) != len(filled):
                raise PluginError(f"{task.key} made {len(predicted):,} predictions of {len(filled):,} inputs")
            sample = sample or next(iter(predicted), None) or _answer_to_nothing(task, fields, ask)
            found = iter(predicted)
            rows = chunk.rows.to_pylist() if chunk.rows is not None and columns else [None] * len(chunk.inputs)
            answers = [
                Answered(given, None if value is None else next(found), row)
                for value, given, row in zip(chunk.inputs, chunk.given, rows, strict=True)
            ]
            yield Batch(answers, chunk.rows), sample


def _answer_to_nothing(
    task: Predict, fields: tuple[InputField, ...], ask: Callable[[Predict], list[Prediction]]
) -> Prediction | None:
    """Return the model's answer to an empty input, only for its names; None if it has no answer to that."""
    empty = [None if field.kind == "number" else "" for field in fields]
    value = empty[0] if len(fields) == 1 else {field.name: one for field, one in zip(fields, empty, strict=True)}
    with suppress(ModelcatError):
        return next(iter(ask(replace(task, inputs=(value,), explain=False, precision=None))), None)
    return None
