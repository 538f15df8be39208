"""The text that the user has written and not yet submitted, stored so that a crash does not lose it."""

import json
from dataclasses import dataclass
from pathlib import Path

from catalog.files import read_limited
from catalog.strict_json import MAX_BYTES

__all__ = ["Draft", "forget_draft", "keep_draft", "kept_draft"]


@dataclass(frozen=True, slots=True)
class Draft:
    """A text, and the folder that its paths are relative to (None: the current folder)."""

    text: str
    base: Path | None = None


def keep_draft(cache: Path, draft: Draft) -> None:
    """Write a draft, whole or not at all.

    Raises:
        OSError: The file cannot be written.
    """
    from runner.store.files import write_bytes

    path = _file(cache)
    path.parent.mkdir(parents=True, exist_ok=True)
    written = {"text": draft.text, "base": None if draft.base is None else str(draft.base)}
    write_bytes(path, json.dumps(written).encode())


def kept_draft(cache: Path) -> Draft | None:
    """Return the draft; None if there is none, or if the file is not a draft."""
    try:
        kept = json.loads(read_limited(_file(cache), 8 * MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return None
    match kept:
        case {"text": str(text), "base": str() | None as base} if text.strip() and len(text) <= MAX_BYTES:
            return Draft(text, None if base is None else Path(base))
    return None


def forget_draft(cache: Path) -> None:
    """Remove the draft, if there is one and it can be removed."""
    try:
        _file(cache).unlink(missing_ok=True)
    except OSError:  # it is offered once more then
        return


def _file(cache: Path) -> Path:
    return cache / "browse" / "draft.json"
