"""A sentence with numbers in it, kept separate so that it can be written in any language and any number format."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Union

__all__ = ["KINDS", "Statement", "Value", "from_json", "placeholders_of", "tell", "to_json"]

Value = Union[str, int, float, "Statement"]

KINDS = ("count", "number", "percent", "points", "seconds", "text")
"""The kind of a placeholder's value: a whole number, a number (three significant digits), a share of one written in per
cent, a difference of shares written in percentage points, a duration in seconds, or text as it is."""

_PLACEHOLDER = re.compile(r"\{(\w+)(?::(\w+))?\}")


@dataclass(frozen=True, slots=True)
class Statement:
    """A template such as ``"{wrong:count} of {rows:count} rows"`` and the values of its placeholders.

    Attributes:
        template: English; each placeholder names a value and its kind (`KINDS`), text if it names none. It is a
            constant of the program, never made from input: translations are looked up by it.
        values: By name; a statement among them is written in its place. Strings among them may come from any user: the
            code that shows a string makes it safe.
    """

    template: str
    values: Mapping[str, Value] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse a template whose placeholders have no value, or an unknown kind.

        Raises:
            ValueError: The template is wrong.
        """
        for name, kind in self.placeholders():
            if name not in self.values or kind not in KINDS:
                raise ValueError(f"{self.template!r} wants {name}:{kind}; given are {', '.join(self.values)}")

    def placeholders(self) -> list[tuple[str, str]]:
        """Return name and kind of each placeholder, in the order of the text."""
        return placeholders_of(self.template)


def placeholders_of(template: str) -> list[tuple[str, str]]:
    """Return name and kind of each placeholder of a template, in the order of the text."""
    return [(match[1], match[2] or "text") for match in _PLACEHOLDER.finditer(template)]


def tell(statement: Statement, translate: Callable[[str], str], show: Callable[[Value, str], str]) -> str:
    """Return the sentence; if it is a whole one (it ends with a full stop), it begins with a capital.

    Args:
        statement: The statement to write.
        translate: From a template to that of the wanted language, with the same placeholders.
        show: From a value that is not a statement, and its kind, to text.
    """

    def shown(match: re.Match[str]) -> str:
        value = statement.values[match[1]]
        return tell(value, translate, show) if isinstance(value, Statement) else show(value, match[2] or "text")

    text = _PLACEHOLDER.sub(shown, translate(statement.template))
    return text[:1].upper() + text[1:] if text.endswith(".") else text


def to_json(statement: Statement) -> dict[str, Any]:
    """Return the statement as JSON: ``{"template", "values"}``."""
    values = {
        name: to_json(value) if isinstance(value, Statement) else value for name, value in statement.values.items()
    }
    return {"template": statement.template, "values": values}


def from_json(stored: Mapping[str, Any]) -> Statement:
    """Return the statement that `to_json` wrote.

    Raises:
        ValueError: It is not a statement.
    """
    template, values = stored.get("template"), stored.get("values")
    if not isinstance(template, str) or not isinstance(values, Mapping):
        raise ValueError(f"no statement: {stored!r}")  # noqa: TRY004 -- what is wrong is what was stored
    return Statement(
        template,
        {str(name): from_json(value) if isinstance(value, Mapping) else value for name, value in values.items()},
    )
