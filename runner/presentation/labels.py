"""Words and signs for states, origins, splits and units, the same in every front end.

They are English strings to be translated: a front end passes them to `runner.presentation.language.Language.translate`.
"""

from collections.abc import Mapping, Sequence
from typing import Final

__all__ = ["NOTHING", "ORIGINS", "SEVERITY_SIGNS", "SPLITS", "STATES", "STATE_SIGNS", "filled_columns", "msgid"]


def msgid(text: str) -> str:
    """Mark a text that is translated where it is shown: tests look for its translation here."""
    return text


NOTHING: Final = "–"
"""Stands where there is no value."""

STATES: Final[Mapping[str, str]] = {
    "queued": msgid("queued"),
    "running": msgid("running"),
    "stopped": msgid("stopped"),
    "finished": msgid("finished"),
    "failed": msgid("failed"),
    "complete": msgid("complete"),
    "pruned": msgid("pruned"),
    "interrupted": msgid("interrupted"),
}
"""States of studies and trials; ``interrupted`` is a trial in the state running that nobody trains any more."""

STATE_SIGNS: Final[Mapping[str, str]] = {
    "queued": "◌",
    "running": "●",
    "stopped": "■",
    "finished": "✓",
    "failed": "✗",
    "complete": "✓",
    "pruned": "✂",
    "interrupted": "■",
    "gone": "◍",
}
"""A sign of one cell for each state; ``gone`` is a study whose worker is gone."""

SEVERITY_SIGNS: Final[Mapping[str, str]] = {"problem": "✗", "warning": "▲", "note": "○"}
"""A sign of one cell for each severity of a diagnosis."""

ORIGINS: Final[Mapping[str, str]] = {"given": msgid("given"), "recipe": msgid("recipe"), "search": msgid("search")}
SPLITS: Final[Mapping[str, str]] = {"train": msgid("Train"), "validation": msgid("Validation"), "test": msgid("Test")}


def filled_columns(rows: Sequence[Sequence[object]], empty: Sequence[str] = (NOTHING,)) -> list[int]:
    """Return the places of columns in which some cell holds more than nothing; `empty` are cells that hold nothing."""
    nothing = {"", *empty}
    return [at for at in range(len(rows[0]) if rows else 0) if any(row[at] not in nothing for row in rows)]
