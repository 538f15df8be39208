"""The diagnosis of a study for its report, if its task offers one."""

from collections.abc import Sequence
from pathlib import Path

from catalog import registry
from catalog.contract.capabilities import Diagnoses
from catalog.contract.diagnosis import Diagnosis
from catalog.errors import ModelcatError
from runner.store.store import Store
from runner.study.diagnosis import with_early_end
from runner.study.diagnosis_input import diagnosis_input_of
from runner.study.task_calls import task_faults

__all__ = ["findings_of"]


def findings_of(store: Store, study: str, folder: Path) -> Sequence[Diagnosis] | None:
    """Return what the rules of the study's task find; None if it has no rules or is not installed.

    Args:
        store: The store that holds the study.
        study: Name of the study.
        folder: Folder of the study.

    Raises:
        UnknownStudyError: There is no study of that name; the message names the nearest.
        PluginError: The task fails.
    """
    record = store.study(study)
    try:
        model, task = registry.load(record.key), registry.load_task(record.key)
    except ModelcatError:
        return None
    if not isinstance(task, Diagnoses) or record.trials.complete == 0:
        return None
    given = diagnosis_input_of(store, study, model, folder)
    with task_faults(record.key):
        found = tuple(task.diagnose(given))
    return with_early_end(found, record)
