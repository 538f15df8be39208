"""What `modelcat doctor` finds: one thing looked at, how it is, and what to do."""

from typing import Literal, TypedDict

__all__ = ["Finding", "State", "finding"]

State = Literal["good", "note", "bad"]


class Finding(TypedDict):
    """One thing that was looked at; `advice` is empty where nothing needs doing."""

    what: str
    state: State
    found: str
    advice: str


def finding(what: str, state: State, found: str, advice: str = "") -> Finding:
    """Return a finding."""
    return {"what": what, "state": state, "found": found, "advice": advice}
