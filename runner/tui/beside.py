"""Starts what a screen does besides showing: reading, writing, estimating."""

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker

__all__ = ["beside"]


def beside(
    node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str = "default", *, alone: bool = False
) -> Worker[None]:
    """Do `work` without keeping anybody waiting; it ends with `node`.

    Given is what makes the coroutine: one that was made, and is cancelled before it begins, would never be awaited.

    Args:
        node: What the work is for.
        work: An asynchronous function of no arguments.
        group: What belongs together.
        alone: Whether to cancel what was begun in the group before.
    """
    return node.run_worker(work, group=group, exclusive=alone)
