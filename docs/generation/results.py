"""The references of metrics and figures, from the records of the catalog and of the charts of a study."""

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import fields

from catalog import registry
from catalog.figures import KINDS
from catalog.metric import LOSS, Metric
from generation.markdown import anchor, code, page, paragraphs, table, text
from generation.schema import tasks
from generation.task_figures import figures_of, rows
from runner.presentation.english import english
from runner.study.charts import CHARTS

__all__ = ["figures", "metrics"]

_HEAD = ("Metric", "Name", "Better", "Range", "Meaning")
_METRICS = """\
`study.metric` names the metric that a study tunes for; the first of a task is its default. Every metric is measured on
the validation split at each epoch, and on the test split once at the end. `modelcat show KEY` lists the metrics of a
model's task.

Of two classes, `f1`, `precision`, `recall`, `roc_auc` and `pr_auc` are of the {term}`positive class`, and their labels
name it. Of more classes they are means over the classes. A metric that is undefined on the validation split, such as
`roc_auc` of rows that are all of one class, is refused before a study begins."""
_LOSS = """\
Every training reports its loss in addition: what it minimises. Its definition is the model's own, so that the losses of
two models cannot be compared."""
_FIGURES = """\
A {term}`figure` is data: the report draws it with Plotly, the terminal UI with character cells, and
`modelcat figures --json` prints it. See [Adding a chart](../extending-charts.md) for new ones."""
_CHARTS = """\
`modelcat figures STUDY --chart KEY` prints one; `-o FILE.html`, `.svg` or `.png` saves it, and `--option NAME=VALUE`
chooses. The report and the terminal UI show them too."""
_TASKS = """\
Every task adds figures of an evaluation. `modelcat figures STUDY N` lists those of trial N. Some need what a study
finds out about its winner when it closes. These are the figures of modelcat's own tasks:"""
_KINDS = """\
Each figure is of one of these kinds, which are classes of `catalog.figures`. All have `key`, `title`, `caption` and
`group`."""
_FORMATS = {"percent": " (shown in per cent)", "seconds": " (shown as a duration)"}


def metrics() -> str:
    """Return the page of the metrics of every task."""
    blocks = [
        _METRICS,
    ]
    tables: dict[str, list[Sequence[str]]] = {}
    for key in tasks():
        found = [_metric(metric) for metric in registry.load_task(key).metrics]
        same = next((other for other, theirs in tables.items() if theirs == found), None)
        tables.setdefault(key, found)
        table_or_link = table(_HEAD, found) if same is None else f"The same as of [{same}](#{anchor(same)})."
        blocks += [f"## {key}", table_or_link]
    blocks += [
        f"## {LOSS.name}",
        _LOSS,
    ]
    return page("Metrics", *blocks)


def _metric(metric: Metric) -> Sequence[str]:
    low, high = (None if end is None else f"{end:g}" for end in (metric.low, metric.high))
    if low is not None and high is not None:
        span = f"{low} to {high}"
    else:
        span = f"from {low}" if low is not None else f"up to {high}" if high is not None else "any number"
    meaning = english(metric.explanation) if metric.explanation is not None else ""
    better = "higher" if metric.maximize else "lower"
    label = english(metric.label)
    return text(label), code(metric.name), better, span + _FORMATS.get(metric.format, ""), text(meaning)


def figures() -> str:
    """Return the page of the charts of a study and of the kinds of figures."""
    charts = [
        (
            code(key),
            text(english(chart.label)),
            text(_first_line(chart.build)),
            ", ".join(code(one.key) for one in chart.options) or "none",
        )
        for key, chart in CHARTS.items()
    ]
    blocks = [
        _FIGURES,
        "## Charts of a study",
        _CHARTS,
        table(("Key", "Title", "What it does", "Options"), charts),
        "## Figures of a task",
        _TASKS,
        *_figures_of_tasks(),
        "## Kinds",
        _KINDS,
    ]
    blocks.extend(_kinds())
    return page("Figures", *blocks)


def _figures_of_tasks() -> Iterator[str]:
    for key in tasks():
        yield f"### {key}"
        yield table(("Key", "Title", "Kind"), rows(figures_of(key)))


def _kinds() -> Iterator[str]:
    found = []
    for kind, made in KINDS.items():
        own = [one.name for one in fields(made) if one.name not in {"key", "title", "caption", "group"}]
        says = paragraphs(inspect.getdoc(made) or "")[0]
        found.append((code(kind), code(made.__name__), says, ", ".join(map(code, own))))
    yield table(("Kind", "Class", "What it is", "Fields"), found)


def _first_line(function: object) -> str:
    return (inspect.getdoc(function) or "").partition("\n")[0]
