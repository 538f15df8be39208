"""Answers as a table, as CSV, as JSON Lines or as one JSON list, written piece by piece."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Literal

from rich.cells import cell_len

from catalog.results import Explanation, Prediction
from runner.console.answers import explanation_answer, prediction_answer
from runner.console.cells import csv_line
from runner.console.text import metric_value, safe

__all__ = ["Answered", "Format", "pieces"]

Format = Literal["table", "jsonl", "csv", "json"]
Answered = Prediction | Explanation

_TEXT_WIDTH = 100
_STRONGEST = 5
"""Words named a text and direction."""


def pieces(chunks: Iterable[list[Answered]], form: Format) -> Iterator[str]:
    """Yield what to write: one piece a chunk of answers, and what stands before and after them.

    Args:
        chunks: Answers in order; all with an explanation, or none.
        form: How to write them.
    """
    return _WRITERS[form](chunks)


def _json_lines(chunks: Iterable[list[Answered]]) -> Iterator[str]:
    for chunk in chunks:
        yield "".join(_json(answered) + "\n" for answered in chunk)


def _json_list(chunks: Iterable[list[Answered]]) -> Iterator[str]:
    start = "[\n"
    for chunk in chunks:
        for answered in chunk:
            yield f"{start}  {_json(answered)}"
            start = ",\n"
    yield "[]\n" if start == "[\n" else "\n]\n"


def _json(answered: Answered) -> str:
    answer = explanation_answer(answered) if isinstance(answered, Explanation) else prediction_answer(answered)
    return json.dumps(answer, allow_nan=False)


def _csv(chunks: Iterable[list[Answered]]) -> Iterator[str]:
    labels: list[str] | None = None
    for chunk in chunks:
        found = [_prediction(answered) for answered in chunk]
        lines = []
        if labels is None:
            labels = list(found[0].probabilities)
            lines.append(csv_line(["text", "label", "confidence", *(f"probability of {label}" for label in labels)]))
        for one in found:
            values = (one.probabilities[label] for label in labels)
            lines.append(csv_line([one.text, one.label, one.confidence, *values]))
        yield "".join(lines)
    if labels is None:
        yield csv_line(["text", "label", "confidence"])


def _table(chunks: Iterable[list[Answered]]) -> Iterator[str]:
    width = 0
    for chunk in chunks:
        if not width:
            labels = _prediction(chunk[0]).probabilities
            width = max(len("label"), *(cell_len(safe(label, _TEXT_WIDTH)) for label in labels))
            yield f"{'label':{width}}  confidence  text\n"
        yield "".join(_row(answered, width) for answered in chunk)


def _row(answered: Answered, width: int) -> str:
    one = _prediction(answered)
    label = safe(one.label, _TEXT_WIDTH)
    shown = label + " " * (width - cell_len(label))
    line = f"{shown}  {metric_value('confidence', one.confidence):>10}  {safe(one.text, _TEXT_WIDTH)}".rstrip() + "\n"
    return line + "".join(_reasons(answered)) if isinstance(answered, Explanation) else line


def _reasons(explanation: Explanation) -> Iterator[str]:
    """Yield lines with the strongest words of each kind of explanation, said to be what it is."""
    words = explanation.words
    towards = sorted((word for word in words if word.weight > 0), key=lambda word: -word.weight)[:_STRONGEST]
    against = sorted((word for word in words if word.weight < 0), key=lambda word: word.weight)[:_STRONGEST]
    label = safe(explanation.prediction.label, 40)
    method = safe(explanation.method, 40)
    for name, chosen in ((f"for {label}", towards), (f"against {label}", against)):
        if chosen:
            shown = ", ".join(f"{safe(word.word, 40)} {word.weight:+.2g}" for word in chosen)
            yield f"    {name}: {shown}  ({method}, log-odds)\n"
    looked = sorted((word for word in words if word.attention), key=lambda word: -(word.attention or 0))[:_STRONGEST]
    if looked:
        shown = ", ".join(f"{safe(word.word, 40)} {word.attention or 0:.1%}" for word in looked)
        yield f"    looked at most: {shown}  (attention rollout; says nothing about for or against)\n"
    if explanation.truncated:
        yield "    the text is longer than the model reads: it saw a part only\n"


def _prediction(answered: Answered) -> Prediction:
    return answered.prediction if isinstance(answered, Explanation) else answered


_WRITERS: Mapping[Format, Callable[[Iterable[list[Answered]]], Iterator[str]]] = {
    "table": _table,
    "jsonl": _json_lines,
    "csv": _csv,
    "json": _json_list,
}
