"""Checks a request against its data, before anything is trained."""

from dataclasses import replace
from pathlib import Path

from pydantic import BaseModel

from catalog import registry
from catalog.contract import DataSummary
from catalog.contract.capabilities import ChecksMetrics
from catalog.environment import environment_fault
from catalog.errors import InputError, ModelcatError, PluginError, clause
from catalog.metric import Metric
from catalog.space import Choices
from catalog.spec import Request
from runner.store.records import StudyRecord
from runner.study.task_calls import metrics_on, task_faults

__all__ = ["changed_data", "check_metric", "inspect_data", "metrics_of_class", "tuned_metric"]


def inspect_data(request: Request, cache: Path) -> DataSummary | None:
    """Read and check the data if that costs no download; return None for data of a hub.

    The given configuration is checked against the data, and so are the ends of each tuned range: what fails here would
    fail later as a trial.

    Raises:
        DataError: The data cannot be used, or contradict a configuration or the metric; `field` names the part of the
            spec.
        PluginError: The plugin fails, or names no metric on these data.
        EnvironmentFaultError: The machine is at fault.
    """
    if request.dataset.is_remote:
        return None
    try:
        summary = _inspect(request, request.config, cache)
        check_metric(request, summary)
        metrics_on(request.task, summary)
        _check_space(request, cache)
    except (ModelcatError, KeyboardInterrupt):
        raise
    except BaseException as error:  # a third party's plugin may raise anything, even SystemExit
        failed = PluginError(f"the plugin failed: {registry.blame(error, request.model.key)}")
        raise environment_fault(error, [cache]) or failed from error
    return summary


def _inspect(request: Request, config: BaseModel, cache: Path) -> DataSummary:
    """Read data, and check a configuration against them."""
    data = request.task.load(request.dataset, cache)
    notes = request.model.check(config, data)
    return replace(data.summary, notes=(*data.summary.notes, *notes))


def check_metric(request: Request, data: DataSummary) -> None:
    """Check that the metric that the study optimizes is defined on the data.

    Raises:
        DataError: It is not; the message says why.
    """
    if isinstance(request.task, ChecksMetrics):
        with task_faults(request.task.key):
            request.task.check_metric(request.metric, data)


def tuned_metric(request: Request, data: DataSummary | None) -> Metric:
    """Return the metric that the study optimizes, with its label on these data; None if they are not known yet.

    Raises:
        PluginError: The task fails.
    """
    known = (*(metrics_on(request.task, data) if data is not None else ()), *request.task.metrics)
    return next(metric for metric in known if metric.name == request.metric)


def metrics_of_class(request: Request, data: DataSummary) -> str | None:
    """Return the class to which some metrics refer on these data; None if no metric refers to one.

    Raises:
        PluginError: The task fails.
    """
    return next((metric.of for metric in metrics_on(request.task, data) if metric.of is not None), None)


def changed_data(record: StudyRecord, request: Request, cache: Path) -> str | None:
    """Return a note for the user if the files of a finished study are no longer those that it was made with.

    None if they are the same, or if the data are not files.
    """
    made_with = record.data.get("fingerprint")
    if request.dataset.source != "files" or not isinstance(made_with, str):
        return None
    try:
        if _inspect(request, request.config, cache).fingerprint == made_with:
            return None
        what = "the files of its data set have changed since it was run, or this version reads them differently"
    except ModelcatError as error:
        what = (
            f"the files of its data set have changed since it was run and cannot be used now ({clause(error.message)})"
        )
    return (
        f"{record.study}: {what}. What follows is the stored result. To run on the files as they are, give the study "
        f"another name, as in --set study.name={record.study}-2"
    )


def _check_space(request: Request, cache: Path) -> None:
    """Check the configuration with the ends of every range in place of the given value."""
    given = request.config.model_dump(mode="json", exclude_unset=True)
    for name, range_ in request.space.items():
        ends = range_.values if isinstance(range_, Choices) else (range_.low, range_.high)
        for value in ends:
            candidate = {**given, name: value}
            try:
                _inspect(request, request.model.Config.model_validate(candidate), cache)
            except InputError as error:
                raise type(error)(
                    f"study.search_space.{name}: {value!r} does not fit the data: {error.message}",
                    field=f"study.search_space.{name}",
                ) from error
