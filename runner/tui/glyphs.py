"""The glyphs that the screens draw with: Unicode ones, and those of a terminal that has only ASCII."""

from collections.abc import Mapping
from dataclasses import dataclass

from runner.presentation.labels import NOTHING, SEVERITY_SIGNS, STATE_SIGNS

__all__ = ["ASCII", "UNICODE", "Glyphs"]


@dataclass(frozen=True, slots=True)
class Glyphs:
    """One set of glyphs, each one cell wide.

    Attributes:
        states: Glyphs of studies and trials, by state; ``gone`` for a study whose worker is gone.
        severities: Glyphs of diagnoses.
        ramp: Eight heights of a sparkline's column, lowest first.
        shades: From empty to full, for heat maps.
        series: Marks that distinguish the lines and points of a chart.
        star: The winner.
        mark: Marked for comparison.
        up: More, better.
        down: Less.
        crumb: Between the names of the breadcrumb.
        bar: A full cell of a bar.
        rest: An empty cell of a bar.
        bullet: Before an item.
        arrow: Before advice.
        ellipsis: At the end of text that is cut.
        dash: In place of a missing value.
        cursor: Before the chosen row, for users who cannot see colours.
        toward: Marks a word that speaks for the label.
        against: Marks a word that speaks against it.
        ascii: Whether this is the ASCII set: borders are then drawn with + - |.
    """

    states: Mapping[str, str]
    severities: Mapping[str, str]
    ramp: str
    shades: str
    series: str
    star: str
    mark: str
    up: str
    down: str
    crumb: str
    bar: str
    rest: str
    bullet: str
    arrow: str
    ellipsis: str
    dash: str
    cursor: str
    toward: str
    against: str
    ascii: bool


UNICODE = Glyphs(
    states=STATE_SIGNS,
    severities=SEVERITY_SIGNS,
    ramp="▁▂▃▄▅▆▇█",
    shades=" ░▒▓█",
    series="●▲■◆✚○△□",
    star="★",
    mark="◉",
    up="▲",
    down="▼",
    crumb="›",
    bar="━",
    rest="─",
    bullet="•",
    arrow="→",
    ellipsis="…",
    dash=NOTHING,
    cursor="▌",
    toward="+",
    against="−",
    ascii=False,
)

ASCII = Glyphs(
    states={
        "queued": ".",
        "running": "o",
        "stopped": "#",
        "finished": "v",
        "failed": "x",
        "complete": "v",
        "pruned": "%",
        "gone": "?",
    },
    severities={"problem": "x", "warning": "!", "note": "o"},
    ramp="._-~=+*#",
    shades=" .:+#",
    series="o^#*+x%@",
    star="*",
    mark="@",
    up="^",
    down="v",
    crumb=">",
    bar="=",
    rest="-",
    bullet="*",
    arrow=">",
    ellipsis="~",
    dash="-",
    cursor=">",
    toward="+",
    against="-",
    ascii=True,
)
