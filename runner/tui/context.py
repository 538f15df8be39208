"""`AppContext`: what every screen needs: the store, preferences, language, colours, and the prediction service."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from catalog.metric import Metric
from catalog.statement import Statement, Value
from runner.presentation.english import english
from runner.tui.glyphs import ASCII, UNICODE, Glyphs
from runner.tui.palette import DARK, Palette, palette_of
from runner.tui.preferences import Preferences
from runner.tui.study_source import StudySource

if TYPE_CHECKING:
    from runner.presentation.language import Language
    from runner.store.records import StudyRecord
    from runner.tui.prediction_service import PredictionService

__all__ = ["AppContext"]

_PLACES, _LARGE = 4, 1000
"""Decimal places of a plain number, and from where three significant digits say more."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class AppContext:
    """What every screen needs. The app makes one; language, glyphs and palette change while it lives.

    Attributes:
        source: Studies, trials and requests; the only way to the store.
        preferences: Theme, language and keymap of the person, as their file has them.
        read_only: Whether nothing may be changed.
        interval: Seconds between two looks at the store.
        clock: Returns this moment in UTC; tests stop it.
        palette: Colours of the theme that is on.
        attended: Whether a worker of this machine looks at the queue; True where nothing waits in it.
    """

    source: StudySource
    preferences: Preferences = field(default_factory=Preferences)
    read_only: bool = False
    interval: float = 1.0
    clock: Callable[[], datetime] = _now
    palette: Palette = field(default_factory=lambda: palette_of(DARK, {}))
    attended: bool = True
    _language: "Language | None" = None
    _studies: "tuple[float, list[StudyRecord]]" = field(default_factory=lambda: (float("-inf"), []))
    _predictions: "PredictionService | None" = None

    async def studies(self, *, intervals: float = 0.5) -> "list[StudyRecord]":
        """Return all studies, oldest first, as they were at most `intervals` intervals ago.

        Raises:
            ModelcatError: The database cannot be used.
        """
        read, studies = self._studies
        if time.monotonic() - read > self.interval * intervals:
            studies = await self.source.read(lambda store: store.studies(), [])
            self._studies = (time.monotonic(), studies)
        return studies

    def forget_studies(self) -> None:
        """Read the studies from the store at the next call of `studies`: something has just been changed."""
        self._studies = (float("-inf"), self._studies[1])

    @property
    def predictions(self) -> "PredictionService":
        """The service that asks models of studies; all screens share its worker process, which starts on first use."""
        if self._predictions is None:
            from runner.tui.prediction_service import PredictionService

            self._predictions = PredictionService(self.source)
        return self._predictions

    def close(self) -> None:
        """End the worker process of `predictions`, if there is one."""
        if self._predictions is not None:
            self._predictions.close()

    @property
    def appearance(self) -> tuple[str, str, bool]:
        """Language, theme and signs: what all that is shown must be told anew for when it changes."""
        return self.preferences.language, self.preferences.theme, self.preferences.ascii

    @property
    def glyphs(self) -> Glyphs:
        """The signs to draw with."""
        return ASCII if self.preferences.ascii else UNICODE

    @property
    def language(self) -> "Language":
        """The language that is spoken now, for numbers and dates."""
        if self._language is None or self._language.code != self.preferences.language:
            from runner.presentation.language import Language

            self._language = Language(self.preferences.language)
        return self._language

    def t(self, text: str, **values: Value) -> str:
        """Return a text of the program in the person's language, its placeholders filled in.

        Plain text: what came in by `values` is anybody's, and is shown through `runner.presentation.text.safe`, or as
        Textual `Content`, which takes no markup.
        """
        if self.preferences.language == "en" and not values:
            return text  # the first screen is painted before anything has to be loaded
        return self.language.translate(text, **values)

    def say(self, statement: Statement) -> str:
        """Return a statement in the person's language."""
        return self.language.say(statement)

    def metric(self, metric: Metric, value: float | None) -> str:
        """Return a metric's value with its unit, as its format says; a dash for None."""
        if value is None:
            return self.glyphs.dash
        match metric.format:
            case "percent":
                return self.language.percent(value)
            case "seconds":
                return self.language.seconds(value)
            case "count":
                return self.language.count(value)
        return self.language.decimal(value, _PLACES) if abs(value) < _LARGE else self.language.number(value)

    def metric_label(self, metric: Metric, width: int = 24, *, within: bool = True) -> str:
        """Return what a metric is called, harmless.

        Args:
            metric: The metric.
            width: Characters of a name in it, such as that of a class, at most.
            within: Whether it stands within a sentence or a table: ``precision of fraud``, not ``Precision of fraud``.
        """
        from runner.presentation.text import safe

        short = metric.shortened(width)
        label = short.phrase if within else short.label
        # English is told without the module that knows other languages: the first screen waits for nothing
        return safe(english(label) if self.preferences.language == "en" else self.say(label), 80)

    def seconds(self, value: float | None) -> str:
        """Return a duration with its unit, a dash for None."""
        return self.glyphs.dash if value is None else self.language.seconds(value)

    def value(self, value: object) -> str:
        """Return a parameter's value, short and harmless, as this language writes numbers; a dash for None."""
        return self.language.parameter(value, self.glyphs.dash)
