"""Saves one figure: as a page, or as a picture in SVG or PNG."""

import re
from collections.abc import Callable, Mapping
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from catalog.errors import InputError, WorkError
from catalog.figures import Figure
from runner.destination import check_file, written_file
from runner.presentation.language import Language
from runner.report.blocks import Section
from runner.report.formatting import ReportFormatter
from runner.study.charts import StudySnapshot

__all__ = ["SUFFIXES", "figure_page", "save_figure"]

_WIDTH, _TITLE_ROOM = 900, 40
_LIBRARIES = ("plotly", "jinja2")


def save_figure(figure: Figure, snapshot: StudySnapshot, path: Path, language: str, *, force: bool) -> None:
    """Write a figure into a file, whole or not at all; the suffix of the file is the format.

    Args:
        figure: The figure to save.
        snapshot: The study that the figure shows.
        path: The file to write.
        language: A code of `runner.presentation.language.LANGUAGES`.
        force: Whether to replace an existing file.

    Raises:
        InputError: The suffix is not in `SUFFIXES`, the figure is a table or a text and no picture, or the file exists
            or cannot be written.
        WorkError: A library or a browser that the format needs is not installed.
    """
    make = SUFFIXES.get(path.suffix.lower())
    if make is None:
        raise InputError(f"{path}: cannot save a figure as {path.suffix or 'a file without a suffix'}; "
                         f"allowed: {', '.join(SUFFIXES)}", field="output")  # fmt: skip
    missing = [name for name in _LIBRARIES if find_spec(name) is None]
    if missing:
        raise WorkError(f"saving a figure takes {', '.join(missing)}: pip install 'modelcat[report]'")
    check_file(path, force=force)
    content = make(
        figure, snapshot, ReportFormatter(Language(language), snapshot.record.metric_of), path.suffix.lower()[1:]
    )
    with written_file(path) as file:
        file.write(content)


def figure_page(figure: Figure, snapshot: StudySnapshot, language: str = "en") -> str | None:
    """Return a page of HTML with one figure, which uses no network; None if a required library is not installed."""
    if not all(map(find_spec, _LIBRARIES)):
        return None
    return _page(figure, snapshot, ReportFormatter(Language(language), snapshot.record.metric_of), "html").decode()


def _page(figure: Figure, snapshot: StudySnapshot, formatter: ReportFormatter, _: str) -> bytes:
    from runner.report.figures import blocks_of
    from runner.report.page import page_of

    record, title = snapshot.record, formatter.text(figure.title, 80)
    section = Section("figure", title, tuple(blocks_of([figure], formatter, titled=False)))
    heading = record.title or record.study
    page = page_of([section], formatter, title=heading, name=record.study, key=record.key, made=snapshot.now)
    return page.encode()


def _picture(figure: Figure, _: StudySnapshot, formatter: ReportFormatter, form: str) -> bytes:
    if find_spec("kaleido") is None:
        raise WorkError("a picture of a figure takes kaleido: pip install 'modelcat[images]', or save it as .html")
    import plotly.graph_objects as go

    from runner.report.plotting import drawing_of

    drawing = drawing_of(figure, formatter)
    if drawing is None:
        raise InputError(f"figure {figure.key!r} is a {figure.kind.replace('_', ' ')} and no picture: save it as .html")
    plot = _painted(drawing.plot, _palette())
    title = {"text": formatter.text(figure.title, 80).replace("<", "&lt;"), "x": 0.01, "y": 0.985, "yanchor": "top"}
    layout = {**plot["layout"], "title": title, "width": _WIDTH, "height": drawing.height + _TITLE_ROOM}
    layout |= {"paper_bgcolor": _palette()["surface"], "margin": {"l": 16, "r": 16, "t": 24 + _TITLE_ROOM, "b": 16}}
    try:
        return bytes(go.Figure(plot["data"], layout).to_image(format=form))
    except Exception as error:  # kaleido and the browser that it runs raise errors of many types
        reason = str(error).strip().partition("\n")[0] or type(error).__name__
        message = f"kaleido could not draw the figure with Chrome or Chromium: {reason}; it can be saved as .html"
        raise WorkError(message) from error


def _palette() -> Mapping[str, str]:
    """Return the light colours of the style sheet by name."""
    sheet = files("runner.report").joinpath("assets", "page.css").read_text(encoding="utf-8")
    return dict(re.findall(r"--([\w-]+): light-dark\((#\w+),", sheet))


def _painted(value: Any, palette: Mapping[str, str]) -> Any:
    """Return the drawing with colours in place of their names, as the script of the page does."""
    if isinstance(value, str):
        return palette[value[6:-1]] if value.startswith("var(--") else value
    if isinstance(value, dict):
        return {key: _painted(one, palette) for key, one in value.items()}
    return [_painted(one, palette) for one in value] if isinstance(value, list | tuple) else value


SUFFIXES: Final[Mapping[str, Callable[[Figure, StudySnapshot, ReportFormatter, str], bytes]]] = {
    ".html": _page,
    ".svg": _picture,
    ".png": _picture,
}
"""The function that makes a file, by its suffix."""
