"""Applies the rules of a study's plugin to what the store holds of it."""

from collections.abc import Sequence

from catalog import registry
from catalog.capabilities import Diagnoses
from catalog.diagnosis import Diagnosis
from catalog.errors import InputError, PluginError, UnknownKeyError
from runner.store.store import Store
from runner.study.evidence import evidence_of
from runner.study.place import Place

__all__ = ["diagnoses_of"]


def diagnoses_of(store: Store, study: str, place: Place) -> Sequence[Diagnosis]:
    """Apply the rules of the study's plugin to its records, the gravest finding first.

    Raises:
        UnknownStudyError: There is no such study; the nearest is named.
        InputError: No trial has come to its end yet, or the plugin has no rules.
        PluginError: The plugin that made the study is not installed, or cannot be loaded.
    """
    record = store.study(study)
    try:
        plugin = registry.load(record.key)
    except UnknownKeyError as error:
        raise PluginError(f"study {study!r} was made by a model that is not installed here: {error.message}") from error
    if not isinstance(plugin, Diagnoses):
        raise InputError(f"{record.key}, which made study {study!r}, has no rules of diagnosis")
    if record.trials.complete == 0:
        failed = f", {record.trials.failed} failed" if record.trials.failed else ""
        raise InputError(
            f"study {study!r} has no completed trial to diagnose ({record.state}{failed}): "
            f"modelcat trials {study} tells what happened, modelcat resume {study} goes on"
        )
    return plugin.diagnose(evidence_of(store, study, plugin, place.folder_of(study)))
