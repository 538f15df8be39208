"""A sentence with numbers in it, kept apart so that it can be told in another language and another number format."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

__all__ = ["KINDS", "Statement", "Value", "english"]

Value = str | int | float

KINDS = ("count", "number", "percent", "points", "seconds", "text")
"""What a placeholder's value is: a whole number, a number (three significant digits), a share of one told in per cent,
a difference of shares told in points of a hundred, a duration in seconds, or text as it stands."""

_PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Statement:
    """A template such as ``"{wrong:count} of {rows:count} rows"`` and the values of its placeholders.

    Attributes:
        template: English; each placeholder names a value and its kind (`KINDS`), text where it names none. It is a
            constant of the program, never made of input: translations are found by it.
        values: By name. Text among them may be anybody's: whoever shows it makes it safe.
    """

    template: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a template whose placeholders have no value, or a kind that there is not.

        Raises:
            ValueError: The template is wrong.
        """
        for name, kind in self.placeholders():
            if name not in self.values or kind not in KINDS:
                raise ValueError(f"{self.template!r} wants {name}:{kind}; given are {', '.join(self.values)}")

    def placeholders(self) -> list[tuple[str, str]]:
        """Return name and kind of each placeholder, in the order of the text."""
        return [(match[1], match[2] or "text") for match in _PLACEHOLDER.finditer(self.template)]

    def fill(self, template: str, shown: Mapping[str, str]) -> str:
        """Put shown values into `template`, which is this one or its translation."""
        return _PLACEHOLDER.sub(lambda match: shown[match[1]], template)


def english(statement: Statement) -> str:
    """Tell it in English."""
    shown = {name: _shown(statement.values[name], kind) for name, kind in statement.placeholders()}
    return statement.fill(statement.template, shown)


def _shown(value: Value, kind: str) -> str:
    if isinstance(value, str):
        return value
    match kind:
        case "count":
            return f"{value:,.0f}"
        case "percent":
            return f"{value * 100:.1f} %"
        case "points":
            return f"{value * 100:.1f}"
        case "seconds":
            return f"{value:,.0f} s" if value >= 10 else f"{value:.2g} s"
        case _:
            return f"{value:.3g}"
