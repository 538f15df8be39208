"""Plans a study: what it will cost, and what to change before it runs."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from catalog import registry
from catalog.contract import DataSummary, Forecast
from catalog.errors import ModelcatError, StoppedError
from catalog.spec import Request
from catalog.statement import Statement
from runner.engine.local import LocalEngine
from runner.engine.messages import MakeForecast, Prepare, Task, TrainingSetup
from runner.engine.single_tasks import result_of, run_alone
from runner.presentation.text import duration
from runner.study.cost import Cost, cost_of
from runner.study.space import widen
from runner.study.task_calls import model_faults
from runner.study.workspace import Workspace, local_workers

__all__ = ["Plan", "make_plan"]

PROBE_SECONDS = 20.0
"""Seconds for the measurement: enough for a few steps of a large model on a CPU."""
_BASELINE_SHARE = 0.5
_PATIENCE = 0.2
"""Seconds between two checks of whether the result is still wanted."""
_TIGHT = 0.9
"""Share of the free disk above which the plan advises the user to free space."""


@dataclass(frozen=True, slots=True)
class Plan:
    """The result of planning a study.

    Attributes:
        request: The spec.
        data: What preparation found.
        forecast: Of the given configuration; None if the plugin makes none.
        baseline: The same for the baseline, if the study trains one that makes a forecast.
        cost: Of the whole study; None without a forecast.
        workers: Processes that would train at the same time.
        free_bytes: Of the disk that holds the studies.
        baseline_failure: Why there is no forecast of the baseline; None if nothing failed.
    """

    request: Request
    data: DataSummary
    forecast: Forecast | None
    baseline: Forecast | None
    cost: Cost | None
    workers: int
    free_bytes: int
    baseline_failure: str | None = None

    @property
    def advice(self) -> list[Statement]:
        """What to change before the study runs."""
        advice = list(self.forecast.advice) if self.forecast else []
        if self.baseline_failure is not None:
            advice.append(
                Statement(
                    "The baseline cannot be trained, so that the verdict would have nothing to compare with: {reason}.",
                    {"reason": self.baseline_failure.removesuffix(".")},
                )
            )
        if self.cost and self.cost.disk_bytes > _TIGHT * self.free_bytes:
            advice.append(
                Statement(
                    "The study needs about {need:count} MB of disk, and {free:count} MB are free: make room, or lower "
                    "study.confirm.top or study.confirm.seeds.",
                    {"need": self.cost.disk_bytes / 1e6, "free": self.free_bytes / 1e6},
                )
            )
        return advice


def make_plan(
    request: Request,
    workspace: Workspace,
    tell: Callable[[str], None],
    seconds: float = PROBE_SECONDS,
    halted: Callable[[], bool] = lambda: False,
) -> Plan:
    """Prepare data and model, and measure a short training; only the cache is written.

    Args:
        request: The spec.
        workspace: Where the study would run.
        tell: Takes a line about the current step.
        seconds: Time for the measurement.
        halted: Returns whether the plan is no longer wanted; called several times a second.

    Raises:
        StoppedError: `halted` returned true.
        ModelcatError: Data or model cannot be used, or not even the probe fits into memory.
    """
    setup = TrainingSetup(
        request.model.key,
        request.config.model_dump(mode="json", exclude_unset=True),
        request.dataset,
        workspace.cache,
    )
    # As many processes as would train, so that the measured one has as many threads.
    workers = local_workers(workspace)
    with LocalEngine(workers, debug=workspace.debug) as engine:
        tell("reading data and model")
        data: DataSummary = _done(engine, Prepare(setup), halted)
        measuring = f"measuring for about {duration(seconds)}"
        forecast: Forecast | None = _done(engine, MakeForecast(setup, seconds), halted, lambda: tell(measuring))
        key = request.baseline
        baseline: Forecast | None = None
        failure: str | None = None
        if key is not None and forecast is not None:
            try:
                registry.load(key)  # a missing plugin is an error here, not a failure of a worker
                rival = TrainingSetup(key, {}, request.dataset, workspace.cache)
                baseline = _done(engine, MakeForecast(rival, _BASELINE_SHARE * seconds), halted)
            except StoppedError:
                raise
            except ModelcatError as error:  # the study loses a comparison, not its trials
                failure = error.message
    with model_faults(request.model.key):
        space = widen(request.space, request.model.tunable(request.config, data))
    cost = None if forecast is None else cost_of(request, space, data.rows, forecast, baseline, workers)
    return Plan(request, data, forecast, baseline, cost, workers, _free_bytes(workspace.folder), failure)


def _done(engine: LocalEngine, task: Task, halted: Callable[[], bool], begun: Callable[[], None] = lambda: None) -> Any:
    def check() -> None:
        if halted():
            raise StoppedError("nobody waits for it any more")

    return result_of(run_alone(engine, task, _PATIENCE, check, begun))


def _free_bytes(folder: Path) -> int:
    """Return the free bytes of the disk that `folder` lies on or will lie on."""
    existing = folder.absolute()
    while not existing.exists():
        existing = existing.parent
    return shutil.disk_usage(existing).free
