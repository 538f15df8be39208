"""modelcat from Python, for scripts and notebooks: ``import runner.api as modelcat``.

    study = modelcat.run("examples/quickstart.json")
    study.verdict["sentence"]
    study.trials()
    study.predict(["What a delight!"])

It does what the commands do, with the same defaults, environment variables and errors (`catalog.errors`): studies are
kept in ``studies.db`` of the working directory unless ``storage`` or ``MODELCAT_STORAGE`` names another database.
Models run in worker processes: the training libraries (torch, transformers, scikit-learn) are never imported into the
calling one. Scripts need no ``if __name__ == "__main__"``, and calls block, also in a running event loop.
"""

import os
from collections.abc import Mapping
from typing import Any

from runner.python.arguments import Precision, Workers
from runner.python.figure import StudyFigure
from runner.python.running import request_of, run_request, run_workspace, workspace_of
from runner.python.study import Study
from runner.workspaces import find_store, open_store

__all__ = ["Precision", "Study", "StudyFigure", "Workers", "run", "studies", "study"]


def run(  # noqa: PLR0913 -- the options of the command
    spec: Mapping[str, Any] | str | os.PathLike[str],
    *,
    overrides: Mapping[str, Any] | None = None,
    storage: str | None = None,
    workers: Workers | None = None,
    engine: str | None = None,
    address: str | None = None,
    takeover: bool = False,
    progress: bool = True,
) -> Study:
    """Run a study to its verdict and return it, as ``modelcat run`` does.

    The same spec again continues where the study stopped, or returns the stored result at once; a larger
    ``study.trials`` extends the study. An interrupt (Ctrl+C, or a notebook's stop button) ends the study within
    seconds: it is stopped, and the same call continues it.

    Args:
        spec: A spec as a dict, the path of its file, or its JSON as a string that begins with ``{``. Paths in a file
            start from the file's folder, others from the working directory.
        overrides: Values by the path of their field, which replace those of the spec: ``{"study.trials": 5}``.
        storage: URL of the database; else ``MODELCAT_STORAGE``, else ``sqlite:///studies.db``.
        workers: Trainings at the same time: 1 on this machine, ``"auto"`` on Ray, if left out.
        engine: Where trials run, ``"local"`` or ``"ray"``; else ``MODELCAT_ENGINE``, else local.
        address: Of the Ray cluster, as for the command.
        takeover: Take the study from another host that seems to run it, but is gone.
        progress: Show the progress: in a notebook as an output that is replaced, elsewhere on stderr.

    Returns:
        The finished study.

    Raises:
        SpecError: The spec is wrong; the error's `problems` has everything that was found.
        DataError: Its data cannot be used.
        StudyConflictError: The study exists with another spec, or another process runs it.
        StoppedError: Another process has asked that the study stop.
        WorkError: The work failed. A study that is stored by then can be resumed.
        KeyboardInterrupt: It was interrupted.
    """
    request = request_of(spec, overrides or {})
    workspace = run_workspace(workspace_of(storage), workers, engine, address)
    return Study(run_request(request, workspace, "study", takeover=takeover, progress=progress).study, workspace)


def study(name: str, *, storage: str | None = None) -> Study:
    """Return a study of the database.

    Raises:
        UnknownStudyError: There is none of that name, and the message names the nearest; or there is no database.
    """
    workspace = workspace_of(storage)
    with open_store(workspace.storage) as store:
        return Study(store.study(name, damaged=True).study, workspace)


def studies(*, storage: str | None = None) -> list[Study]:
    """Return all studies of the database, the oldest first; none if there is no database, and none is made."""
    workspace = workspace_of(storage)
    store = find_store(workspace.storage)
    if store is None:
        return []
    with store:
        return [Study(record.study, workspace) for record in store.studies()]
