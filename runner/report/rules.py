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
    """Apply the rules of the study's task; None if it has none, or is not installed: a report does without.

    Args:
        store: Where the study is.
        study: Its name.
        folder: The study's own.

    Raises:
        UnknownStudyError: There is none of that name; the nearest is named.
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
