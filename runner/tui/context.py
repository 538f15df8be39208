"""`AppContext`: the store, preferences, language, colours and prediction service for every screen."""

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
"""Decimal places of a plain number, and the value from which three significant digits are shown instead."""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(slots=True)
class AppContext:
    """The objects that every screen needs. The app makes one; language, glyphs and palette change during its life.

    Attributes:
        source: Studies, trials and requests; the only way to the store.
        preferences: The user's theme, language and keymap, as in the preferences file.
        read_only: Whether the app may change nothing.
        interval: Seconds between two polls of the store.
        clock: Returns the current time in UTC; tests replace it.
        palette: Colours of the current theme.
        attended: Whether a worker of this machine serves the queue; True if the queue is empty.
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
        """Make the next call of `studies` read the store: something has just been changed."""
        self._studies = (float("-inf"), self._studies[1])

    @property
    def predictions(self) -> "PredictionService":
        """The service that asks models for predictions; all screens share its worker process, started when needed."""
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
        """Language, theme and glyphs: after a change of these, everything on the screen must be updated."""
        return self.preferences.language, self.preferences.theme, self.preferences.ascii

    @property
    def glyphs(self) -> Glyphs:
        """The current set of glyphs."""
        return ASCII if self.preferences.ascii else UNICODE

    @property
    def language(self) -> "Language":
        """The current language, for numbers and dates."""
        if self._language is None or self._language.code != self.preferences.language:
            from runner.presentation.language import Language

            self._language = Language(self.preferences.language)
        return self._language

    def t(self, text: str, **values: Value) -> str:
        """Return a text of the program in the user's language, with its placeholders filled in.

        The result is plain text and `values` may be untrusted: show it through `runner.presentation.text.safe`, or as
        Textual `Content`, which takes no markup.
        """
        if self.preferences.language == "en" and not values:
            return text  # the first screen is painted before anything has to be loaded
        return self.language.translate(text, **values)

    def say(self, statement: Statement) -> str:
        """Return a statement as text in the user's language."""
        return self.language.say(statement)

    def metric(self, metric: Metric, value: float | None) -> str:
        """Return a metric's value with its unit in the metric's format; a dash for None."""
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
        """Return the label of a metric, safe to show.

        Args:
            metric: The metric.
            width: Most characters of a name in the label, such as that of a class.
            within: Whether the label is for a sentence or a table: ``precision of fraud``, not ``Precision of fraud``.
        """
        from runner.presentation.text import safe

        short = metric.shortened(width)
        label = short.phrase if within else short.label
        # English needs no module for other languages: the first screen loads nothing more
        return safe(english(label) if self.preferences.language == "en" else self.say(label), 80)

    def seconds(self, value: float | None) -> str:
        """Return a duration with its unit, a dash for None."""
        return self.glyphs.dash if value is None else self.language.seconds(value)

    def value(self, value: object) -> str:
        """Return a parameter's value, short and safe to show, with numbers in the user's language; a dash for None."""
        return self.language.parameter(value, self.glyphs.dash)
