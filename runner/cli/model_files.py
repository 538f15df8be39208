"""The options about a file: its format, and which columns have which role."""

from collections.abc import Iterable

from pydantic import ValidationError

from catalog.dataset import Format
from catalog.errors import InputError

__all__ = ["given_format", "named_columns"]


def given_format(delimiter: str | None, quote: str | None, encoding: str | None, *, no_header: bool) -> Format | None:
    """Return the format that the options describe; None if they describe none.

    Raises:
        InputError: A value is not valid.
    """
    given = {"delimiter": delimiter, "quote": quote, "encoding": encoding, "header": False if no_header else None}
    given = {name: value for name, value in given.items() if value is not None}
    try:
        return Format.model_validate(given) if given else None
    except ValidationError as error:
        first = error.errors()[0]
        reason = first["msg"].removeprefix("Value error, ")
        option = first["loc"][0] if first["loc"] else "delimiter"
        raise InputError(f"--{option}: {reason[0].lower()}{reason[1:]}") from error


def named_columns(options: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Return the columns that ``ROLE=NAME`` options name, by role.

    Raises:
        InputError: An option has another form.
    """
    found: dict[str, tuple[str, ...]] = {}
    for option in options:
        role, separator, name = option.partition("=")
        if not (role and separator and name):
            raise InputError(f"--column takes ROLE=NAME, not {option!r}")
        found[role] = (*found.get(role, ()), name)
    return found
