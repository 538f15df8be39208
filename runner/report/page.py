"""The report as one page of HTML that needs no other file."""

import base64
import hashlib
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from importlib.resources import files

import plotly.offline
from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from runner.presentation.labels import STATES
from runner.presentation.language import Language
from runner.presentation.text import safe
from runner.report.blocks import FigureRow, Section
from runner.report.formatting import ReportFormatter
from runner.report.islands import island
from runner.report.results import Results
from runner.report.sections import advice, charts, configuration, data, flips, making, quality, settings, verdict
from runner.study.early_end import early_end_clause

__all__ = ["SECTIONS", "page_of", "render", "sections"]

SECTIONS: tuple[Callable[[Results, ReportFormatter], Section], ...] = (
    verdict.verdict,
    verdict.key_figures,
    data.data,
    configuration.configuration,
    configuration.search,
    configuration.parameter_importance,
    charts.charts,
    quality.learning,
    quality.details,
    quality.examples,
    flips.flips,
    advice.diagnosis,
    making.variants,
    settings.settings,
    making.costs,
    configuration.trials,
    making.spec,
    making.versions,
    making.reproduction,
)
"""The chapters in the order of the page."""

_ASIDES = re.compile(r"(\([^()]*\))")
"""The intervals that a verdict has in brackets. Splitting by this pattern leaves them at the odd indices."""


def sections(results: Results, formatter: ReportFormatter) -> tuple[Section, ...]:
    """Return all chapters; a chapter says what the store does not hold."""
    return tuple(section(results, formatter) for section in SECTIONS)


def render(results: Results, language: Language) -> str:
    """Return the whole page. It uses no network, and its security policy forbids network access."""
    formatter = ReportFormatter(language, results.study.metric_of)
    return page_of(
        sections(results, formatter),
        formatter,
        title=results.title,
        name=results.study.study,
        key=results.study.key,
        meta=_meta(results, formatter),
        notes=results.study.notes or "",
        made=results.made,
    )


def page_of(  # noqa: PLR0913 -- the parts of a page's head
    chapters: Sequence[Section],
    formatter: ReportFormatter,
    *,
    title: str,
    name: str,
    key: str,
    made: datetime,
    meta: Sequence[str] = (),
    notes: str = "",
) -> str:
    """Return a page with the given chapters.

    Args:
        chapters: From top to bottom.
        formatter: Formats the page's own strings.
        title: Heading of the page.
        name: Name of the study.
        key: Key of the study's model.
        made: Time at which the records were read.
        meta: Facts below the heading.
        notes: A user's notes on the study.
    """
    plots = {
        figure.name: {"plot": figure.plot, "height": figure.height}
        for chapter in chapters
        for block in chapter.blocks
        if isinstance(block, FigureRow)
        for figure in block.figures
    }
    library, script = plotly.offline.get_plotlyjs(), _asset("page.js")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {"asides": _ASIDES.split, "harmless": safe}
    return environment.from_string(_asset("page.html.j2")).render(
        t=formatter.t,
        language=formatter.language.code,
        title=safe(title, 200),
        name=safe(name, 200),
        key=safe(key, 200),
        meta=meta,
        notes=safe(notes, 2000),
        made=formatter.language.moment(made),
        sections=chapters,
        policy=_policy(library, script),
        style=Markup(_asset("page.css")),  # noqa: S704 -- our own file
        library=Markup(library),  # noqa: S704 -- plotly's own file
        script=Markup(script),  # noqa: S704 -- our own file
        figures=Markup(island(plots)),  # noqa: S704 -- `island` leaves no markup in it
    )


def _meta(results: Results, formatter: ReportFormatter) -> tuple[str, ...]:
    """Return the facts below the title."""
    t, study, counts = formatter.t, results.study, results.study.trials
    trials = t("{complete:count} of {planned:count} trials complete", complete=counts.complete, planned=study.planned)
    if counts.pruned or counts.failed:
        more = t("{pruned:count} pruned, {failed:count} failed", pruned=counts.pruned, failed=counts.failed)
        trials = f"{trials}, {more}"
    early = early_end_clause(study.early_end)
    return (
        t(STATES[results.state]),
        *([formatter.sentence(early)] if early is not None else []),
        trials,
        t("{time:seconds} of work", time=study.seconds),
        formatter.language.moment(study.updated) + " UTC",
    )


def _policy(*scripts: str) -> str:
    """Return a content security policy: only these scripts run, and the page loads nothing.

    Inline styles are allowed because Plotly sets them on the elements that it draws.
    """
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(s.encode()).digest()).decode()}'" for s in scripts)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; img-src data: blob:; "
        f"base-uri 'none'; form-action 'none'"
    )


def _asset(name: str) -> str:
    return files("runner.report").joinpath("assets", name).read_text(encoding="utf-8")
