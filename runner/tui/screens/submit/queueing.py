"""Puts a study into the queue, and makes sure that a worker serves it. Takes about a second: call it in a thread."""

from catalog.errors import ModelcatError
from catalog.spec import Request
from runner.study.workspace import Workspace

__all__ = ["put_into_queue"]


def put_into_queue(request: Request, workspace: Workspace) -> tuple[str, str]:
    """Submit a study and start a worker if there is none.

    Returns:
        The study's name, and why no worker could be started; empty if there is one. Without one the study waits.

    Raises:
        ModelcatError: The study exists with another spec, or the database cannot be used; nothing was done.
    """
    from runner.study.background import start_worker
    from runner.study.queue import submit

    record = submit(request, workspace)
    try:
        start_worker(workspace)
    except ModelcatError as error:
        return record.study, error.message
    return record.study, ""
