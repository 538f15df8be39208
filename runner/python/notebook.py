"""How a study is shown in a notebook: its result, its figures, and its progress while it runs."""

import html
import io
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any, Self

from rich.console import Console

from runner.narration import LiveNarrator
from runner.presentation.labels import STATE_SIGNS
from runner.presentation.metrics import metric_phrase, metric_value
from runner.presentation.text import duration, number, safe
from runner.store.records import StudyRecord
from runner.study.summary import metrics_on_test, verdict_sentence

__all__ = ["NotebookProgress", "framed_page", "in_notebook", "study_html"]

_WIDTH = 110
"""Characters of a line of progress."""
_LINES = 12
"""Lines of progress above the table of trials."""
_SECONDS = 0.5
"""Shortest time between two drawings of the progress."""
_TITLE = 200
_HEIGHT = 640
"""Pixels of a frame with a figure; a longer figure scrolls in it."""
_CELL = "padding:0.1em 0.8em 0.1em 0;text-align:left"


def in_notebook() -> bool:
    """Return whether this process is the kernel of a notebook."""
    return Console().is_jupyter


def study_html(record: StudyRecord) -> str:
    """Return a study and its verdict as HTML without scripts; all values from the store are escaped."""
    state, counts = record.effective_state(datetime.now(UTC)), record.trials
    heading = safe(record.title or record.study, _TITLE)
    trials = f"{counts.complete:,} of {record.planned:,} trials complete"
    if counts.pruned or counts.failed:
        trials += f", {counts.pruned:,} pruned, {counts.failed:,} failed"
    facts = [record.study, record.key, f"{STATE_SIGNS[state]} {state}", trials, duration(record.seconds)]
    parts = [f"<strong>{_text(heading)}</strong>", f"<div>{' · '.join(map(_text, facts))}</div>"]
    if record.state == "failed":
        parts.append(f"<p>{_text(f'failed: {record.failure_clause}')}</p>")
    if (sentence := verdict_sentence(record)) is not None:
        parts.append(f"<p>{_text(sentence)}</p>")
    if record.best is not None:
        best = record.best
        name = metric_phrase(record.tuned)
        rows = [[name, metric_value(record.tuned, best.value)]]
        rows += [[key, number(value)] for key, value in best.params.items()]
        parts.append(_table([f"trial {best.number}", ""], rows))
    if (test := metrics_on_test(record)) is not None:
        parts.append(_table(*test))
    return f'<div class="modelcat-study">{"".join(parts)}</div>'


def framed_page(page: str) -> str:
    """Return a page as a frame that is a document of its own: its scripts cannot reach the notebook."""
    return (
        f'<iframe sandbox="allow-scripts" style="width:100%;height:{_HEIGHT}px;border:0" '
        f'srcdoc="{html.escape(page, quote=True)}"></iframe>'
    )


class NotebookProgress:
    """Draws the progress of a study into one output of a notebook's cell, which is replaced each time.

    It listens as `runner.study.progress.Listener` does; use it as a context manager.

    Args:
        debug: Show tracebacks of workers.
    """

    def __init__(self, *, debug: bool = False) -> None:
        self._lines = io.StringIO()
        self._narrator = LiveNarrator(_console(self._lines), debug=debug)
        self._output: Any = None
        self._drawn = 0.0

    def __enter__(self) -> Self:
        from IPython.display import display

        self._output = display(self._drawing(), display_id=True)
        return self

    def __exit__(self, *_: object) -> None:
        """Draw the last events."""
        self._draw()

    def __getattr__(self, event: str) -> Callable[..., None]:
        heard = getattr(self._narrator, event)

        def pass_on(*arguments: Any) -> None:
            heard(*arguments)
            if monotonic() - self._drawn > _SECONDS:
                self._draw()

        return pass_on

    def _draw(self) -> None:
        self._drawn = monotonic()
        if self._output is not None:
            self._output.update(self._drawing())

    def _drawing(self) -> Any:
        from IPython.display import HTML

        table = io.StringIO()
        _console(table).print(self._narrator.draw())
        lines = "\n".join([*self._lines.getvalue().splitlines()[-_LINES:], table.getvalue().rstrip()])
        return HTML(f'<pre style="line-height:1.3">{html.escape(lines)}</pre>')


def _console(file: io.StringIO) -> Console:
    return Console(
        file=file,
        width=_WIDTH,
        color_system=None,
        force_terminal=False,
        force_jupyter=False,
        highlight=False,
        markup=False,
        emoji=False,
    )


def _table(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    head = "".join(f'<th style="{_CELL}">{_text(name)}</th>' for name in columns)
    body = "".join(
        "<tr>" + "".join(f'<td style="{_CELL}">{_text(cell)}</td>' for cell in row) + "</tr>" for row in rows
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _text(text: object) -> str:
    return html.escape(safe(text), quote=True)
