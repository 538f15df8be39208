"""What a column seems to hold, judged by a sample of its values: texts, classes, identifiers, URLs, dates, numbers."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from plugins.data.values import plain
from plugins.tables.wording import shortened

__all__ = ["Profile", "profile", "words_in"]

_SAMPLED = 1000
_CHARACTERS = 4000
"""Characters of a value that are examined."""
_MOST = 0.8
"""Share of the values that must be of a kind for the column to count as of that kind."""
_TEXT_WORDS = 3.0
"""Words of a value on average, from which on a column counts as texts."""
_REPEATED = 0.1
"""Distinct values as a share of the rows, up to which long values count as names of classes, not as texts."""
_URL = re.compile(r"(?:[a-z][a-z0-9+.-]*://|www\.)\S+", re.IGNORECASE)
_NUMBER = re.compile(r"[-+(]?[$€£¥]?\s?\d[\d\s.,']*(?:e[+-]?\d+)?\s?[%$€£¥)]?", re.IGNORECASE)
_ZONE = r"Z|UTC|GMT|[A-Z]{3,4}|([A-Z][a-z]+ ){1,3}Time|[+-]\d{2}:?\d{2}"
_TIME = rf"\d{{1,2}}:\d{{2}}(:\d{{2}}([.,]\d+)?)?( ?[AaPp]\.?[Mm]\.?)?( ?({_ZONE}))?"
_DAY = (
    r"\d{4}[-/.]\d{1,2}([-/.]\d{1,2})?|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}"
    r"|([A-Za-z]{3,9},? )?\d{1,2}\.? [A-Za-z]{3,9}\.?,? \d{4}|([A-Za-z]{3,9},? )?[A-Za-z]{3,9}\.? \d{1,2},? \d{4}"
)
_DATE = re.compile(rf"({_DAY})(([T ]|, ?| at )({_TIME}))?|{_TIME}")
_TOKEN = re.compile(r"[!-~]+")
_IDENTIFIER = re.compile(r"(?=[!-~]*\d)[!-~]+|[!-~]+@[!-~]+|[0-9a-fA-F-]{8,}|([~.]{0,2}/|[A-Za-z]:\\)\S+")
"""One word of ASCII with a digit in it, an address, hexadecimal digits, or a path."""
_WORD = re.compile(r"[^\W\d_]+(?:['\u2019-][^\W\d_]+)*")
_UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]")
"""Letters of scripts that put no spaces between words; about two make a word."""
_SYMBOL = re.compile(r"[\u2600-\u27bf\U0001f000-\U0001faff]")


_TYPES = {
    "flag": (pa.types.is_boolean,),
    "number": (pa.types.is_integer, pa.types.is_floating, pa.types.is_decimal),
    "date": (pa.types.is_temporal,),
    "empty": (pa.types.is_null,),
}
"""Kinds of columns whose format defines what they hold."""


@dataclass(frozen=True, slots=True)
class Profile:
    """A column as a sample of its values shows it.

    Attributes:
        kind: ``"text"``, ``"short"`` (a few words), ``"category"`` (few values, often), ``"identifier"``, ``"url"``,
            ``"date"``, ``"number"``, ``"flag"`` (true and false), ``"empty"``, or ``"other"``.
        words: Words of a value on average.
        sample: A value, shortened.
    """

    kind: str
    words: float
    sample: str

    @property
    def nameless(self) -> bool:
        """Whether it cannot be text, whatever its name says."""
        return self.kind in {"identifier", "url", "date", "number", "flag"}


def profile(column: pa.ChunkedArray) -> Profile:
    """Judge a column by up to 1,000 of its values, spread evenly."""
    values = plain(column)
    kind = values.type
    if len(values) > _SAMPLED:
        values = values.take(np.linspace(0, len(values) - 1, _SAMPLED).astype(np.int64))
    typed = next((name for name, matches in _TYPES.items() if any(match(kind) for match in matches)), None)
    if typed is not None:
        return Profile(typed, 0.0, _first(values))
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind) or pa.types.is_binary_view(kind):
        with suppress(pa.ArrowInvalid):
            values = pc.cast(values, pa.large_string())
    if not (pa.types.is_string(values.type) or pa.types.is_large_string(values.type)):
        return Profile("other", 0.0, shortened(str(kind)))
    try:
        values.validate(full=True)
    except pa.ArrowInvalid:  # Parquet does not check its strings
        return Profile("other", 0.0, "bytes that are not UTF-8")
    beginnings = pc.utf8_slice_codeunits(values, 0, _CHARACTERS).to_pylist()
    found = [text for value in beginnings if value and (text := value.strip())]
    return _of_strings(found)


def _of_strings(values: Sequence[str]) -> Profile:
    if not values:
        return Profile("empty", 0.0, "")
    words = sum(map(words_in, values)) / len(values)
    sample = shortened(values[0])
    for kind, pattern in (("url", _URL), ("date", _DATE), ("number", _NUMBER)):
        if _share(pattern, values) >= _MOST:
            return Profile(kind, words, sample)
    distinct = len(set(values))
    repeated = distinct <= max(2, _REPEATED * len(values))
    if _share(_IDENTIFIER, values) >= _MOST and not repeated:
        return Profile("identifier", words, sample)
    if repeated and len(values) > 2 * distinct:
        return Profile("category", words, sample)
    if words >= _TEXT_WORDS:
        return Profile("text", words, sample)
    return Profile("short", words, sample)


def words_in(value: str) -> float:
    """Count words of letters, two letters of scripts without spaces as one, and symbols such as emoji."""
    unspaced = len(_UNSPACED.findall(value))
    rest = _UNSPACED.sub(" ", value) if unspaced else value
    return len(_WORD.findall(rest)) + unspaced / 2 + len(_SYMBOL.findall(value))


def _share(pattern: re.Pattern[str], values: Sequence[str]) -> float:
    return sum(bool(pattern.fullmatch(value)) for value in values) / len(values)


def _first(values: pa.ChunkedArray) -> str:
    present = pc.drop_null(values)
    return shortened(present[0].as_py()) if len(present) else ""
