"""Measures the cost of a spec in the background."""

import asyncio
import threading
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from catalog.errors import ModelcatError, StoppedError
from catalog.spec import Request
from runner.presentation.labels import msgid
from runner.study.workspace import Workspace
from runner.tui.study_source import in_thread

if TYPE_CHECKING:
    from runner.study.planning import Plan

__all__ = ["Planner"]

_STEPS = (msgid("Starting"), msgid("Reading data and model"), msgid("Measuring a short training"))


class Planner:
    """Makes one plan at a time.

    Args:
        changed: Called after each change of what is to be shown.
    """

    def __init__(self, changed: Callable[[], None]) -> None:
        self._changed = changed
        self._halt: threading.Event | None = None
        self._step = 0
        self.plan: Plan | None = None
        self.trouble = ""

    @property
    def step(self) -> str:
        """The current step, as a text to translate; empty if there is none."""
        return "" if self._halt is None else _STEPS[min(self._step, len(_STEPS) - 1)]

    async def make(self, request: Request, workspace: Workspace) -> None:
        """Make the plan of a spec, or find out why there can be none."""
        self.forget()
        halt = self._halt = threading.Event()
        self._step = 0
        loop = asyncio.get_running_loop()

        def report(_: str) -> None:
            if not halt.is_set():
                loop.call_soon_threadsafe(self._next_step, halt)

        self._changed()
        plan: Plan | None = None
        trouble = ""
        try:
            plan = await in_thread(lambda: _made(request, workspace, report, halt))
        except StoppedError:
            return
        except ModelcatError as error:
            trouble = error.message
        if self._halt is halt:
            self._halt, self.plan, self.trouble = None, plan, trouble
            self._changed()

    def cancel(self) -> None:
        """Cancel the plan that is being made, and end its worker."""
        if self._halt is not None:
            self._halt.set()
            self._halt = None

    def forget(self) -> None:
        """Cancel, and forget the result: the spec has changed."""
        self.cancel()
        self.plan, self.trouble = None, ""

    def _next_step(self, halt: threading.Event) -> None:
        if self._halt is halt:
            self._step += 1
            self._changed()


def _made(request: Request, workspace: Workspace, report: Callable[[str], None], halt: threading.Event) -> "Plan":
    from runner.study.planning import make_plan

    return make_plan(
        request, replace(workspace, debug=False), report, halted=halt.is_set
    )  # prints nothing onto the screen
