"""`ReportFormatter`: numbers of the store and foreign strings, ready for a page in one language."""

from collections.abc import Callable, Mapping
from typing import Any

from catalog.contract import Evaluation
from catalog.figures import Text
from catalog.metric import Metric, unknown_metric
from catalog.statement import Statement, Value
from runner.presentation.labels import NOTHING, SPLITS, msgid
from runner.presentation.language import Language
from runner.presentation.metrics import difference_format, with_metrics
from runner.presentation.text import safe
from runner.report.blocks import ShownNumber

__all__ = ["ReportFormatter"]

_LONGEST = 40


class ReportFormatter:
    """Formats strings and numbers in `language`; `t` translates. `metric_of` returns a metric's record by its name."""

    def __init__(self, language: Language, metric_of: Callable[[str], Metric] = unknown_metric) -> None:
        self.language = language
        self.metric_of = metric_of
        self.t = language.translate

    def text(self, text: Text, limit: int | None = None) -> str:
        """Return a text of a figure, made safe: a statement in the language, a text of the data unchanged."""
        return safe(self.sentence(text) if isinstance(text, Statement) else text, limit)

    def heading(self, statement: Statement) -> str:
        """Return a statement as text with a capital at its start."""
        text = self.sentence(statement)
        return text[:1].upper() + text[1:]

    def sentence(self, statement: Statement) -> str:
        """Return a statement as text. Its strings may be untrusted; the program's names among them are translated."""
        return self.language.say(self._harmless(with_metrics(statement, self.metric_of)))

    def _harmless(self, statement: Statement) -> Statement:
        """Return the statement with all its strings made safe."""
        return Statement(statement.template, {name: self._known(name, v) for name, v in statement.values.items()})

    def _known(self, name: str, value: Value) -> Value:
        if isinstance(value, Statement):
            return self._harmless(value)
        if not isinstance(value, str):
            return value
        if name == "language":
            return self.language.language_name(safe(value, 20))
        found = _NAMES.get(name, {}).get(value)
        # The store holds English statements as sentences too, and these have the program's own names.
        return safe(value, 300) if found is None or self.language.code == "en" else self.t(found)

    def shown(self, value: float, kind: str) -> str:
        """Return a number as text in the format of its kind."""
        language = self.language
        writers: dict[str, Callable[[float], str]] = {
            "count": language.count,
            "percent": language.percent,
            "points": language.points,
            "seconds": language.seconds,
            "bytes": language.size,
            "number": language.number,
            "text": language.number,
            "score": self._score,
        }
        return writers[kind](value)

    def _score(self, value: float) -> str:
        """Return the value to three places, so that columns align; a smaller value keeps its digits."""
        return self.language.decimal(value, 3) if abs(value) >= 1e-3 or value == 0 else self.language.number(value)

    def number(self, of: str, value: float, kind: str) -> ShownNumber:
        """Return a number with its place in the store."""
        return ShownNumber(of, value, self.shown(value, kind))

    def number_or_dash(self, of: str, value: float | None, kind: str) -> ShownNumber | str:
        """Return a number with its place; a dash if there is no number."""
        return NOTHING if value is None else self.number(of, value, kind)

    def scored(self, of: str, evaluation: Evaluation, name: str) -> ShownNumber | str:
        """Return a metric of an evaluation with its interval; a dash if the evaluation has no metric of that name."""
        value = evaluation.metrics.get(name)
        if value is None:
            return NOTHING
        kind = _kind(self.metric_of(name).format)
        bounds = evaluation.intervals.get(name)
        if bounds is None:
            return self.number(f"{of}.{name}", value, kind)
        low, high = bounds
        return ShownNumber(f"{of}.{name}", value, self.shown(value, kind), low, high, self.interval(low, high, kind))

    def value(self, name: str, value: float | None) -> str:
        """Return a metric's value as text; a dash if there is none."""
        return NOTHING if value is None else self.shown(value, _kind(self.metric_of(name).format))

    def metric_value(self, of: str, name: str, value: float | None) -> ShownNumber | str:
        """Return a metric's value with its place; a dash if there is none."""
        return self.number_or_dash(of, value, _kind(self.metric_of(name).format))

    def metric_difference(self, of: str, name: str, value: float, low: float, high: float) -> ShownNumber:
        """Return a difference between two values of a metric, with its interval."""
        kind = _kind(difference_format(self.metric_of(name)))
        return ShownNumber(of, value, self.shown(value, kind), low, high, self.interval(low, high, kind))

    def interval(self, low: float, high: float, kind: str) -> str:
        """Return an interval as text; per cent is written once."""
        first = self.language.decimal(low * 100, 1) if kind == "percent" else self.shown(low, kind)
        if low < 0:  # a dash next to a minus cannot be read
            return self.t("{low} to {high}", low=first, high=self.shown(high, kind))
        return f"{first} – {self.shown(high, kind)}"

    def metric(self, name: str) -> str:
        """Return the label of a metric as it stands alone."""
        return self.sentence(self.metric_of(name).label)

    def parameter(self, value: Any) -> str:
        """Return a parameter's value as text."""
        return self.language.parameter(value, limit=200)

    def parameters(self, values: Mapping[str, Any]) -> str:
        """Return parameters on one line."""
        return ", ".join(f"{safe(name, _LONGEST)} {self.parameter(value)}" for name, value in values.items())

    def subject(self, name: str) -> str:
        """Return the label of an evaluated model: ``"winner"``, ``"given"``, ``"baseline"`` or ``"trial/7"``."""
        if name.startswith("trial/"):
            return self.t("Trial {number}", number=safe(name.partition("/")[2], 12))
        return self.t(_SUBJECTS.get(name, name))

    def subject_within(self, name: str) -> str:
        """Return the label of an evaluated model as it stands within a phrase."""
        if name.startswith("trial/"):
            return self.t("trial {number}", number=safe(name.partition("/")[2], 12))
        return self.t(_SUBJECTS_WITHIN.get(name, name))

    def split(self, name: str) -> str:
        """Return the label of a split."""
        return self.t(SPLITS.get(name, name))


def _kind(form: str) -> str:
    """Return the format of a metric's numbers in a column: three places."""
    return "score" if form == "number" else form


_SUBJECTS = {"winner": msgid("Winner"), "given": msgid("Given configuration"), "baseline": msgid("Baseline")}
_SUBJECTS_WITHIN = {
    "winner": msgid("winner"),
    "given": msgid("given configuration"),
    "baseline": msgid("baseline"),
}
_NAMES: Mapping[str, Mapping[str, str]] = {"split": SPLITS, "worst": SPLITS}
"""The program's own names in statements and their labels, by the name of the value."""
