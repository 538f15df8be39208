"""The charts of a study: figures built from its stored records, which every front end draws.

A new chart is a file here that holds a `Chart`, its line in `_CHARTS`, its test, and the translation of its strings.
"""

from collections.abc import Mapping
from typing import Final

from catalog.errors import InputError
from catalog.suggest import nearest
from runner.study.charts.chart import Chart, Option
from runner.study.charts.curves import CURVES, TRAINING
from runner.study.charts.distribution import EDF
from runner.study.charts.history import HISTORY
from runner.study.charts.importance import IMPORTANCE
from runner.study.charts.landscape import CONTOUR, RANK
from runner.study.charts.parallel import PARALLEL
from runner.study.charts.pareto import PARETO
from runner.study.charts.slice import SLICE
from runner.study.charts.snapshot import StudySnapshot, read_snapshot
from runner.study.charts.timeline import TIMELINE
from runner.study.charts.verdict import VERDICT

__all__ = ["CHARTS", "Chart", "Option", "StudySnapshot", "chart_of", "read_snapshot"]

_CHARTS = (
    HISTORY,
    IMPORTANCE,
    PARALLEL,
    SLICE,
    CONTOUR,
    RANK,
    EDF,
    TIMELINE,
    CURVES,
    TRAINING,
    PARETO,
    VERDICT,
)
CHARTS: Final[Mapping[str, Chart]] = {chart.key: chart for chart in _CHARTS}
"""All charts in the order in which they are offered, by key."""


def chart_of(key: str) -> Chart:
    """Return the chart of a key.

    Raises:
        InputError: There is none; the message names the known ones.
    """
    if key not in CHARTS:
        near = nearest(key, CHARTS)
        hint = f"did you mean {near!r}? " if near else ""
        raise InputError(f"there is no chart {key!r}; {hint}charts: {', '.join(CHARTS)}", field="chart")
    return CHARTS[key]
