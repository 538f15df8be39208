"""Background tasks of a screen, such as reading, writing and estimating."""

from collections.abc import Callable, Coroutine
from typing import Any

from textual.dom import DOMNode
from textual.worker import Worker

__all__ = ["run_in_background"]


def run_in_background(
    node: DOMNode, work: Callable[[], Coroutine[Any, Any, None]], group: str = "default", *, alone: bool = False
) -> Worker[None]:
    """Run `work` as a task of the event loop; it is cancelled when `node` is removed.

    `work` is a function, not a coroutine: a coroutine that is cancelled before it starts would never be awaited.

    Args:
        node: The widget that needs the result.
        work: An asynchronous function of no arguments.
        group: Name of the group of tasks that this one belongs to.
        alone: Whether to cancel the other tasks of the group.
    """
    return node.run_worker(work, group=group, exclusive=alone)
