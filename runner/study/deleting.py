"""Removes a study for good."""

import shutil
from pathlib import Path

from runner.store.store import Store

__all__ = ["delete_study"]


def delete_study(store: Store, study: str, folder: Path) -> None:
    """Remove a study's records, then its files below `folder`.

    Raises:
        StudyConflictError: Somebody runs it.
        UnknownStudyError: There is no such study.
    """
    store.delete_study(study)
    shutil.rmtree(folder / study, ignore_errors=True)
