"""Steps for pictures of the terminal UI: each waits until nothing on the screen changes any more."""

from collections.abc import Awaitable, Callable
from typing import Any

from textual.widgets import Input, TextArea

__all__ = ["NARROW", "WIDE", "Steps", "pressing", "settled"]

NARROW, WIDE = (80, 24), (160, 48)
QUIET = 0.1
"""Seconds without a change on the screen after which nothing more is waited for."""

Steps = Callable[[Any], Awaitable[None]]


async def settled(pilot) -> None:
    """Wait until no worker runs and the screen has stopped changing."""
    quiet, before = 0.0, []
    while quiet < QUIET:
        for area in pilot.app.screen.query(TextArea):
            area.cursor_blink = False
        for line in pilot.app.screen.query(Input):
            line.cursor_blink = False
        await pilot.pause(QUIET / 2)
        now = pilot.app.screen._compositor.render_strips()
        busy = any(worker.is_running for worker in pilot.app.workers)
        quiet, before = (0.0 if busy or now != before else quiet + QUIET / 2), now


def pressing(*keys: str) -> Steps:
    """Return steps that press keys, each after the screen has settled."""

    async def steps(pilot) -> None:
        for key in keys:
            await settled(pilot)
            await pilot.press(key)

    return steps
