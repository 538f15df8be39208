"""The charts of a study: figures built from its stored records, which every front end draws.

A new chart is a file here that holds a `Chart`, its test, and the translation of its strings; no list names the files.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from pkgutil import iter_modules
from typing import Final

from catalog.errors import InputError
from catalog.suggest import nearest
from runner.study.charts.chart import Chart, Option
from runner.study.charts.snapshot import StudySnapshot, read_snapshot

__all__ = ["CHARTS", "Chart", "Option", "StudySnapshot", "chart_of", "is_chart_key", "read_snapshot"]

_FIRST = (
    "history",
    "importance",
    "parallel",
    "slice",
    "contour",
    "rank",
    "edf",
    "timeline",
    "curves",
    "training",
    "pareto",
    "verdict",
)
"""Charts that have a fixed place in the order; all others follow, by key."""


def _charts() -> Iterator[Chart]:
    """Yield the charts of all modules of this package.

    Raises:
        ValueError: Two charts have the same key.
    """
    found: dict[str, Chart] = {}
    for module in iter_modules(__path__, f"{__name__}."):
        for chart in vars(import_module(module.name)).values():
            if isinstance(chart, Chart) and found.setdefault(chart.key, chart) is not chart:
                raise ValueError(f"{module.name}: there is another chart {chart.key!r}")
    yield from (found.pop(key) for key in _FIRST)
    yield from (found[key] for key in sorted(found))


CHARTS: Final[Mapping[str, Chart]] = {chart.key: chart for chart in _charts()}
"""All charts by key, in the order in which they are offered."""


def is_chart_key(key: str) -> bool:
    """Return whether a key belongs to a figure of a chart; no figure of a task may have such a key."""
    return key in CHARTS or key.startswith("training-")  # the chart `training` of one metric


def chart_of(key: str) -> Chart:
    """Return the chart with a key.

    Raises:
        InputError: There is none; the message names the known ones.
    """
    if key not in CHARTS:
        near = nearest(key, CHARTS)
        hint = f"did you mean {near!r}? " if near else ""
        raise InputError(f"there is no chart {key!r}; {hint}charts: {', '.join(CHARTS)}", field="chart")
    return CHARTS[key]
