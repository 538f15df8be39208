"""Locates fields in a JSON text, and finds what is at the cursor; the text may be incomplete.

While the user types, JSON is broken most of the time, so nothing here fails: missing parts are skipped, brackets that
do not match close the nearest that does. Time and memory grow with the length of the text, however deep it nests.
"""

import bisect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Literal

__all__ = ["Cursor", "JsonEntry", "JsonLocations", "cursor_at", "locate"]

Path = tuple[str, ...]
_DEEPEST = 40
"""Levels below which paths are not recorded: a spec may have 32."""
_MOST_TOKENS = 200_000
"""Most parts of a text that is parsed; a complete spec of 1 MiB would take seconds."""
_TOKEN = re.compile(r'"(?:[^"\\\n]|\\.)*"?|[{}\[\]:,]|[^\s{}\[\]:,"]+')


@dataclass(frozen=True, slots=True)
class JsonEntry:
    """The location of a field or an element: offsets of its name (an element: its value), its value, and its end."""

    start: int
    value: int
    end: int


@dataclass(frozen=True, slots=True)
class JsonLocations:
    """The locations of everything in a text.

    Attributes:
        entries: Locations by path; of a duplicate name the last, which is the valid one.
        scalars: Values that are neither objects nor arrays, by path.
        names: Fields of each object, by its path.
        lines: Offset of the start of each line.
    """

    entries: Mapping[Path, JsonEntry]
    scalars: Mapping[Path, Any]
    names: Mapping[Path, Sequence[str]]
    lines: Sequence[int]
    _dotted: Mapping[str, Path]

    def find(self, dotted: str) -> JsonEntry | None:
        """Return the location of ``path.to.field``, or of the nearest part around it; None if there is neither."""
        path = self._dotted.get(dotted)
        while path is None and dotted:
            dotted = dotted.rpartition(".")[0]
            path = self._dotted.get(dotted)
        return None if path is None else self.entries.get(path)

    def position(self, offset: int) -> tuple[int, int]:
        """Return line and column of an offset, both from 0."""
        line = bisect.bisect_right(self.lines, offset) - 1
        return line, offset - self.lines[line]


@dataclass(frozen=True, slots=True)
class Cursor:
    """The text at a position.

    Attributes:
        path: Path of the field that the cursor is in or whose value is next; of the object if a name is next.
        role: What belongs there: a field's name, a value, or neither.
        start: Start of the text there; the cursor itself if there is none.
        end: End of the text there.
        written: The text so far, without quotes.
        follows: Whether a colon follows.
        comma: Offset at which a name needs a comma before it; None if there is one.
    """

    path: Path
    role: Literal["name", "value", "none"]
    start: int
    end: int
    written: str
    follows: bool = False
    comma: int | None = None


@dataclass(slots=True)
class _Frame:
    path: Path
    is_object: bool
    state: Literal["name", "colon", "value", "comma"]
    index: int = 0
    name: str = ""
    start: int = 0

    @property
    def below(self) -> Path:
        part = self.name if self.is_object else str(self.index)
        return (*self.path, part) if len(self.path) < _DEEPEST else self.path


@dataclass(slots=True)
class _Scan:
    entries: dict[Path, JsonEntry] = field(default_factory=dict)
    scalars: dict[Path, Any] = field(default_factory=dict)
    names: dict[Path, list[str]] = field(default_factory=dict)
    stack: list[_Frame] = field(default_factory=list)
    beyond: int = 0

    def take(self, word: str, at: int) -> None:
        """Advance by one word."""
        frame = self.stack[-1] if self.stack else None
        match word[0]:
            case "{" | "[":
                self._open(frame, word, at)
            case "}" | "]":
                self._close(word, at)
            case ":":
                if frame and frame.is_object and frame.state == "colon":
                    frame.state = "value"
            case ",":
                if frame:
                    frame.index += 1
                    frame.state = "name" if frame.is_object else "value"
            case _ if frame and frame.is_object and frame.state != "value":
                self._name(frame, word, at)
            case _:
                path = frame.below if frame else ()
                self._note(frame, path, at, at + len(word))
                self.scalars[path] = _value(word)
                if frame:
                    frame.state = "comma"

    def _open(self, frame: _Frame | None, word: str, at: int) -> None:
        path = frame.below if frame else ()
        self._note(frame, path, at, at + 1)
        if frame:
            frame.state = "comma"
        if len(self.stack) >= 2 * _DEEPEST:
            self.beyond += 1
            return
        if word == "{":
            self.names.setdefault(path, [])
        self.stack.append(_Frame(path, word == "{", "name" if word == "{" else "value"))

    def _close(self, word: str, at: int) -> None:
        if self.beyond:
            self.beyond -= 1
            return
        wanted = word == "}"
        if not any(frame.is_object is wanted for frame in self.stack):
            return
        while self.stack:
            frame = self.stack.pop()
            if (entry := self.entries.get(frame.path)) is not None:
                self.entries[frame.path] = JsonEntry(entry.start, entry.value, at + 1)
            if frame.is_object is wanted:
                return

    def _name(self, frame: _Frame, word: str, at: int) -> None:
        frame.name, frame.start, frame.state = str(_value(word)), at, "colon"
        self.entries[frame.below] = JsonEntry(at, at, at + len(word))
        if len(frame.path) < _DEEPEST:
            self.names[frame.path].append(frame.name)

    def _note(self, frame: _Frame | None, path: Path, value: int, end: int) -> None:
        self.entries[path] = JsonEntry(frame.start if frame and frame.is_object else value, value, end)


def locate(text: str) -> JsonLocations:
    """Return the locations of everything in a text."""
    scan = _Scan()
    for word, at in _tokens(text):
        scan.take(word, at)
    lines = [0, *(match.end() for match in re.finditer("\n", text))]
    return JsonLocations(scan.entries, scan.scalars, scan.names, lines, {".".join(path): path for path in scan.entries})


def cursor_at(text: str, offset: int) -> Cursor:
    """Return what is at an offset."""
    scan = _Scan()
    for word, at in _tokens(text):
        touched = at <= offset <= at + len(word) if word[0] not in "{}[]:," else at < offset < at + len(word)
        if touched:
            return _cursor(scan, word, at, text)
        if at >= offset:
            break
        scan.take(word, at)
    return _cursor(scan, "", offset, text)


def _cursor(scan: _Scan, word: str, at: int, text: str) -> Cursor:
    frame = scan.stack[-1] if scan.stack else None
    end = at + len(word)
    if frame is None:
        return Cursor((), "none", at, end, word)
    written = word.strip('"')
    follows = text[end : end + 200].lstrip().startswith(":")
    if frame.is_object and frame.state == "name":
        return Cursor(frame.path, "name", at, end, written, follows)
    if frame.is_object and frame.state == "comma":
        behind = len(text[:at].rstrip())
        if word or "\n" in text[behind:at]:  # on a separate line: a name is next, and a comma is missing
            return Cursor(frame.path, "name", at, end, written, follows, behind)
    if frame.state == "value":
        return Cursor(frame.below, "value", at, end, written)
    return Cursor(frame.below if frame.is_object else frame.path, "none", at, end, written)


def _tokens(text: str) -> Iterator[tuple[str, int]]:
    for match in islice(_TOKEN.finditer(text), _MOST_TOKENS):
        yield match[0], match.start()


def _value(word: str) -> Any:
    try:
        return json.loads(word)
    except (ValueError, RecursionError):
        return word.strip('"')
