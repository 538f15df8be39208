"""Colours: the two themes of modelcat, and the colours that drawings take from the current theme.

The series are those of Okabe and Ito (Color Universal Design, 2008), which people with colour-blindness can
distinguish; the darker ones are lightened on dark ground and the lighter ones darkened on light ground.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.color import Color
from textual.theme import Theme

__all__ = ["DARK", "LIGHT", "THEMES", "Palette", "palette_of"]

DARK = Theme(
    name="modelcat-dark",
    primary="#5ec4e8",
    secondary="#7f8c98",
    accent="#5ec4e8",
    foreground="#d8dee4",
    background="#0f1418",
    surface="#151b21",
    panel="#1e272f",
    success="#4fbf8b",
    warning="#e8a94c",
    error="#f0766d",
    dark=True,
    variables={
        "block-cursor-foreground": "#0f1418",
        "input-selection-background": "#5ec4e8 35%",
        "border": "#3a4854",
        "border-blurred": "#2b363f",
        "scrollbar": "#3a4854",
        "scrollbar-hover": "#566672",
        "scrollbar-active": "#5ec4e8",
        "scrollbar-background": "#151b21",
        "scrollbar-background-hover": "#151b21",
        "scrollbar-background-active": "#151b21",
        "scrollbar-corner-color": "#151b21",
        "footer-key-foreground": "#5ec4e8",
    },
)
LIGHT = Theme(
    name="modelcat-light",
    primary="#00688f",
    secondary="#66727c",
    accent="#00688f",
    foreground="#1d242a",
    background="#fbfaf7",
    surface="#f3f1ec",
    panel="#e7e4dc",
    success="#13734a",
    warning="#8a5800",
    error="#b3261e",
    dark=False,
    variables={
        "block-cursor-foreground": "#fbfaf7",
        "input-selection-background": "#00688f 25%",
        "border": "#b9b4a8",
        "border-blurred": "#d3cfc4",
        "scrollbar": "#b9b4a8",
        "scrollbar-hover": "#99948a",
        "scrollbar-active": "#00688f",
        "scrollbar-background": "#f3f1ec",
        "scrollbar-background-hover": "#f3f1ec",
        "scrollbar-background-active": "#f3f1ec",
        "scrollbar-corner-color": "#f3f1ec",
        "footer-key-foreground": "#00688f",
    },
)
THEMES = (DARK, LIGHT)

_ON_DARK = ("#56b4e9", "#e69f00", "#2fc99b", "#f0e442", "#e48ac0", "#f0763c", "#6fa8ff", "#c9d1d9")
_ON_LIGHT = ("#0072b2", "#b87800", "#007a59", "#8a7d00", "#a8437f", "#c04a00", "#3056a8", "#4d565e")


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours as ``#rrggbb``, for styles such as ``f"bold {palette.accent}"``.

    Attributes:
        text: Ordinary text.
        muted: Less important text: units, labels of axes.
        faint: Rules and grids.
        ground: Background of the screen.
        raised: Background of panels and of every other row.
        accent: The accent colour.
        good: Complete, finished, better.
        warn: Pruned, stopped, a warning.
        bad: Failed, worse, a problem.
        running: Running now.
        series: Colours of lines and points, in order; glyphs distinguish them as well.
        toward: Evidence for a label.
        against: Evidence against a label.
        dark: Whether the background is dark.
    """

    text: str
    muted: str
    faint: str
    ground: str
    raised: str
    accent: str
    good: str
    warn: str
    bad: str
    running: str
    series: tuple[str, ...]
    toward: str
    against: str
    dark: bool

    def state(self, state: str) -> str:
        """Return the colour of a state of a study or a trial."""
        if state in {"finished", "complete"}:
            return self.good
        if state in {"failed", "gone"}:
            return self.bad
        if state in {"pruned", "stopped"}:
            return self.warn
        return self.running if state == "running" else self.muted

    def blend(self, low: str, high: str, share: float) -> str:
        """Return the mix of two colours at `share` (0 to 1) of the way from the first to the second."""
        return Color.parse(low).blend(Color.parse(high), min(1.0, max(0.0, share))).hex6

    def shade(self, share: float) -> str:
        """Return the background of a heat map's cell, from the screen's background to the accent."""
        return self.blend(self.ground, self.accent, share)

    def on(self, ground: str) -> str:
        """Return a text colour that is readable on `ground`."""
        return "#101010" if Color.parse(ground).brightness > 0.5 else "#f8f8f8"


def palette_of(theme: Theme, variables: Mapping[str, str]) -> Palette:
    """Return the palette of a theme; `variables` are the app's theme variables, for themes of other origin."""
    ground = theme.background or variables.get("background", "#121212" if theme.dark else "#ffffff")
    text = theme.foreground or variables.get("foreground", "#e0e0e0" if theme.dark else "#1e1e1e")
    behind, before = Color.parse(ground), Color.parse(text)
    series = _ON_DARK if theme.dark else _ON_LIGHT
    return Palette(
        text=before.hex6,
        muted=behind.blend(before, 0.62).hex6,
        faint=behind.blend(before, 0.25).hex6,
        ground=behind.hex6,
        raised=behind.blend(before, 0.05).hex6,
        accent=Color.parse(theme.accent or theme.primary).hex6,
        good=Color.parse(theme.success or series[2]).hex6,
        warn=Color.parse(theme.warning or series[1]).hex6,
        bad=Color.parse(theme.error or series[5]).hex6,
        running=Color.parse(theme.primary).hex6,
        series=series,
        toward=series[0],
        against=series[5],
        dark=theme.dark,
    )
