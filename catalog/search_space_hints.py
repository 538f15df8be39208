"""Gives advice on search spaces in the form of other tools: a bare list, ``min`` and ``max``."""

import json
from collections.abc import Mapping
from typing import Any

__all__ = ["hint_entry", "hint_space"]

_LOW = frozenset({"min", "minimum", "lower", "lower_bound", "lo", "from", "start"})
_HIGH = frozenset({"max", "maximum", "upper", "upper_bound", "hi", "to", "stop", "end"})
_CHOICES = frozenset({"values", "value", "options", "categories", "categorical", "grid", "list", "one_of", "in"})
_BOUNDS = frozenset({"range", "bounds", "interval", "uniform", "log_uniform", "loguniform"})
_FORMS = '{"low": ..., "high": ...} or {"choices": [...]}'


def hint_entry(value: Any) -> Any:
    """Return the entry of one field unchanged, if it may be valid.

    Raises:
        ValueError: It has the form of another tool; the message says what to write.
    """
    match value:
        case Mapping():
            _hint_names(value)
        case list() | tuple() if value and all(map(_is_plain, value)):
            hint = f"write {_json({'choices': list(value)})}"
            if len(value) == 2 and all(map(_is_number, value)) and value[0] < value[1]:
                hint += f", or {_json({'low': value[0], 'high': value[1]})} for all that lies between"
            raise ValueError(hint)
        case bool() | int() | float() | str():
            between = ', or a range {"low": ..., "high": ...}' if _is_number(value) else ""
            raise ValueError(
                f"write {_json({'choices': [value]})} with more values{between}; a value that is not tuned "
                "belongs into model_config"
            )
        case None | list() | tuple():
            raise ValueError(f"write {_FORMS}")
    return value


def hint_space(value: Any) -> Any:
    """Return a search space unchanged, if it may be valid.

    Raises:
        ValueError: It is not an object; the message says what to write.
    """
    if value is None or isinstance(value, Mapping):
        return value
    names = [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
    name = names[0] if names else value if isinstance(value, str) else "learning_rate"
    raise ValueError(f"write an object of fields and what to try: {{{_json(name)}: {_FORMS}}}")


def _hint_names(value: Mapping[Any, Any]) -> None:
    """Raise ValueError if names are another tool's, or ``choices`` is not a list; the class reports misspelt names."""
    names = {str(name).casefold(): found for name, found in value.items()}
    found: dict[str, Any] = {}
    for name, given in names.items():
        if name in _LOW or name == "low":
            found["low"] = given
        elif name in _HIGH or name == "high":
            found["high"] = given
        elif name in _CHOICES or name == "choices":
            found["choices"] = given if isinstance(given, list) else [given]
        elif name in _BOUNDS and isinstance(given, list) and len(given) == 2:
            found |= {"low": given[0], "high": given[1]}
    foreign = names.keys() & (_LOW | _HIGH | _CHOICES | _BOUNDS)
    if "choices" in names and not isinstance(names["choices"], list | tuple) and _is_plain(names["choices"]):
        raise ValueError(f"write {_json({'choices': [names['choices']]})}")
    if (
        not value
        or names.get("choices") in ([], ())
        or (foreign and "choices" not in found and not {"low", "high"} <= found.keys())
    ):
        raise ValueError(f"write {_FORMS}")
    if foreign:
        entry = {"choices": found["choices"]} if "choices" in found else {one: found[one] for one in ("low", "high")}
        if "choices" not in entry and _is_logarithmic(names):
            entry["log"] = True
        raise ValueError(f"write {_json(entry)}")


def _is_logarithmic(names: Mapping[str, Any]) -> bool:
    said = [*names, *(given for given in names.values() if isinstance(given, str))]
    return names.get("log") is True or any(one.startswith("log") and one != "log" for one in map(str.casefold, said))


def _is_plain(value: Any) -> bool:
    return isinstance(value, bool | int | float | str)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
