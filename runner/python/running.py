"""How a program's spec becomes a run: where the run takes place, and which listener shows its progress."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from runner import workspaces
from runner.python.arguments import Workers

if TYPE_CHECKING:
    from catalog.spec import Request
    from runner.store.records import Mode, StudyRecord
    from runner.study.progress import Listener
    from runner.study.workspace import Workspace

__all__ = ["request_of", "run_request", "run_workspace", "workspace_of"]


def request_of(spec: Mapping[str, Any] | str | os.PathLike[str], overrides: Mapping[str, Any]) -> "Request":
    """Read and check a spec.

    Args:
        spec: An object, the path of a file, or JSON that begins with ``{``.
        overrides: Values by the path of their field.

    Raises:
        SpecError: The spec is not valid; the message lists every problem.
        PluginError: The plugin cannot be loaded.
    """
    from catalog.spec import load, load_bytes
    from catalog.spec_objects import spec_bytes

    given = [f"{path}={spec_bytes(value, f'overrides[{path!r}]').decode()}" for path, value in overrides.items()]
    if isinstance(spec, str) and spec.lstrip().startswith("{"):
        return load_bytes(spec.encode("utf-8", "surrogatepass"), Path.cwd(), overrides=given)
    if isinstance(spec, str | os.PathLike):
        return load(Path(spec), given)
    return load_bytes(spec_bytes(spec), Path.cwd(), overrides=given)


def run_request(
    request: "Request", workspace: "Workspace", mode: "Mode", *, takeover: bool, progress: bool
) -> "StudyRecord":
    """Run a study or a single training to its end; the errors are those of `runner.study.coordinator.run_study`."""
    from runner.study.coordinator import run_study

    with _listening(progress=progress, debug=workspace.debug) as listener:
        return run_study(request, workspace, listener, mode, takeover=takeover)


@contextmanager
def _listening(*, progress: bool, debug: bool) -> "Iterator[Listener]":
    """Yield the listener of a study: a notebook, stderr, or one that ignores all events."""
    if not progress:
        from runner.study.progress import broadcast

        yield broadcast()
        return
    from runner.narration import narrate, stderr_console
    from runner.python.notebook import NotebookProgress, in_notebook

    if in_notebook():
        with NotebookProgress(debug=debug) as shown:
            yield cast("Listener", shown)
    else:
        with narrate(stderr_console(), debug=debug) as narrator:
            yield narrator


def workspace_of(storage: str | None) -> "Workspace":
    """Return the workspace of studies, which stays the same when the program changes its working directory."""
    from runner.store.url import StorageUrl

    workspace = workspaces.workspace_of(storage)
    folder, cache = workspace.folder.absolute(), workspace.cache.absolute()
    return replace(workspace, storage=StorageUrl.parse(workspace.storage).revealed(), folder=folder, cache=cache)


def run_workspace(
    workspace: "Workspace", workers: Workers | None, engine: str | None, address: str | None
) -> "Workspace":
    """Return `workspace` with the caller's engine and workers, else the environment's; raises `InputError`."""
    return workspaces.run_workspace(workspace, None if workers is None else str(workers), engine, address)
