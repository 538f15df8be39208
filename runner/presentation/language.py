"""`Language`: one language, its words and its formats of numbers, dates and durations.

Every text of the program is English in the source and is its own name (msgid). `de.po` in this folder holds the German
of the program's own packages; tasks and models bring theirs (`catalog.translations`). A text without a translation is
shown in English.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Final

from babel import Locale, UnknownLocaleError
from babel.dates import format_datetime
from babel.messages.pofile import PoFileError, read_po
from babel.numbers import format_decimal

from catalog.errors import InputError
from catalog.statement import Statement, Value, placeholders_of, tell
from catalog.translations import translation_files
from runner.presentation.labels import NOTHING
from runner.presentation.text import duration, safe

__all__ = ["LANGUAGES", "Language"]

LANGUAGES: Final[Mapping[str, str]] = {"en": "English", "de": "Deutsch"}
"""Languages that can be spoken: code to own name."""

NO_BREAK = "\N{NO-BREAK SPACE}"
_KILOBYTE, _MEGABYTE = 1_000, 1_000_000


class Language:
    """A language to tell things in. Strings come back plain: whoever shows them escapes them.

    Args:
        code: One of `LANGUAGES`.

    Raises:
        InputError: It is none of them.
    """

    def __init__(self, code: str) -> None:
        if code not in LANGUAGES:
            raise InputError(f"there is no language {code!r}; known are {', '.join(LANGUAGES)}", field="language")
        self.code = code
        self._locale = Locale.parse(code)
        self._messages = _messages(code)

    def translate(self, text: str, **values: Value) -> str:
        """Return a text of the program in this language.

        Args:
            text: English. With `values` it is a template as `catalog.statement.Statement` has it.
            values: What its placeholders stand for.
        """
        return self.say(Statement(text, values)) if values else self._messages.get(text, text)

    def knows(self, text: str) -> bool:
        """Return whether there is a translation; of English there always is."""
        return self.code == "en" or text in self._messages

    def say(self, statement: Statement) -> str:
        """Tell a statement, with its numbers as they are written in this language."""
        return tell(statement, lambda template: self._messages.get(template, template), self._value)

    def count(self, value: float) -> str:
        """Return a whole number with its thousands apart."""
        return format_decimal(round(value), locale=self._locale)

    def number(self, value: float) -> str:
        """Return a number to three significant digits; very small and very large ones as powers of ten."""
        if value == 0:
            return "0"
        if not 1e-3 <= abs(value) < 1e7:
            digits, _, power = f"{value:.2e}".partition("e")
            return f"{digits.rstrip('0').rstrip('.').replace('.', self._point)}e{int(power)}"
        if abs(value) >= 100:  # three digits stand before the point already
            return self.count(value)
        places = len(f"{value:#.3g}".partition(".")[2])
        shown = self.decimal(value, places)
        return shown.rstrip("0").rstrip(self._point) if places else shown

    def decimal(self, value: float, places: int) -> str:
        """Return a number to so many decimal places; what rounds to zero has no sign."""
        pattern = "#,##0" + ("." + "0" * places if places else "")
        return format_decimal(round(value, places) + 0.0, format=pattern, locale=self._locale)

    def percent(self, share: float, places: int = 1) -> str:
        """Return a share of one in per cent."""
        return f"{self.decimal(share * 100, places)}{NO_BREAK}%"

    def points(self, difference: float) -> str:
        """Return a difference of shares in points of a hundred, without the word."""
        return self.decimal(difference * 100, 1)

    def seconds(self, value: float) -> str:
        """Return a duration: ``0.8 s``, ``42 s``, ``3 min 20 s``, ``2 h 05 min``."""

        def few(below_ten: float) -> str:
            return self.number(below_ten) if below_ten < 1 else self.decimal(below_ten, 1)

        return duration(value, few, self.count, NO_BREAK)

    def size(self, value: float) -> str:
        """Return a number of bytes in megabytes (10^6), in kilobytes (10^3) below one."""
        if value < _MEGABYTE:
            kilobytes = value / _KILOBYTE
            return f"{self.decimal(kilobytes, 1 if kilobytes < 100 else 0)}{NO_BREAK}KB"
        megabytes = value / _MEGABYTE
        return f"{self.decimal(megabytes, 1 if megabytes < 100 else 0)}{NO_BREAK}MB"

    def parameter(self, value: object, nothing: str = NOTHING, limit: int = 40) -> str:
        """Return a parameter's value, harmless and no longer than `limit`; `nothing` stands for None."""
        if value is None:
            return nothing
        if isinstance(value, bool):
            return self.translate("yes" if value else "no")
        if isinstance(value, int | float):
            return self.number(value) if isinstance(value, float) else str(value)
        return safe(value, limit)

    def moment(self, value: datetime) -> str:
        """Return date and time, to the minute, in the time zone that `value` has."""
        return format_datetime(value, "d MMMM y, HH:mm" if self.code == "en" else "d. MMMM y, HH:mm", locale=self.code)

    def language_name(self, code: str) -> str:
        """Return what a language is called here; its code where nobody knows it."""
        try:
            return Locale.parse(code).get_language_name(self.code) or code
        except (UnknownLocaleError, ValueError):
            return code

    @property
    def separators(self) -> str:
        """The decimal point and what stands between thousands, as one text of two characters."""
        return self._point + str(self._locale.number_symbols["latn"]["group"])

    @property
    def _point(self) -> str:
        return str(self._locale.number_symbols["latn"]["decimal"])

    def _value(self, value: Value, kind: str) -> str:
        if not isinstance(value, int | float):
            return str(value)
        match kind:
            case "count":
                return self.count(value)
            case "percent":
                return self.percent(value)
            case "points":
                return self.points(value)
            case "seconds":
                return self.seconds(value)
            case _:
                return self.number(value)


@lru_cache
def _messages(code: str) -> Mapping[str, str]:
    """Read a language's translations; English has none, since it is what the program is written in.

    The program's own come first: no plugin changes what the program says.
    """
    if code == "en":
        return {}
    messages = _read(Path(__file__).with_name(f"{code}.po"), code)
    for path in translation_files(code):
        try:
            messages = {**_read(path, code), **messages}
        except (
            OSError,
            LookupError,
            ValueError,
            PoFileError,
        ) as error:  # a package's fault costs its translations, nothing else
            logging.getLogger(__name__).warning("%s cannot be read: %s. Its part is shown in English.", path, error)
    return messages


def _read(path: Path, code: str) -> dict[str, str]:
    """Return the translations of a file; those with other placeholders than their text are left out."""
    with path.open("rb") as file:
        catalog = read_po(file, locale=code, abort_invalid=True)
    return {
        str(message.id): message.string
        for message in catalog
        if message.id and isinstance(message.string, str) and message.string and not message.fuzzy
        if sorted(placeholders_of(str(message.id))) == sorted(placeholders_of(message.string))
    }
