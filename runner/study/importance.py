"""How much each tuned parameter mattered, by functional ANOVA (Hutter, Hoos and Leyton-Brown, ICML 2014).

Optuna's importance imports scikit-learn and pandas, which a coordinator must not import: a separate short-lived process
does the work.
"""

import multiprocessing
import os
import random
import signal
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.connection import Connection
from typing import Any

from catalog.errors import LostWorkerError, WorkError
from runner.engine.processes import start_spawned, start_tracker

__all__ = ["importance_of"]

_FEWEST = 4
"""With fewer trials, nothing can be estimated."""
_MOST = 300
"""Number of trials that are drawn at random from a larger study: 300 take 9 s, 1,000 take 54 s."""
_SECONDS = 120
"""Longest wait in seconds."""
_FORESTS, _TREES = 20, 3
"""Forests of the estimate, and trees in each: in total as many trees as one forest has by default."""

Point = tuple[dict[str, Any], float]


def importance_of(
    points: Sequence[Point],
    space: Mapping[str, Mapping[str, Any]],
    *,
    maximize: bool,
    meanwhile: Callable[[], None] = lambda: None,
) -> dict[str, Any] | None:
    """Return ``{"method", "trials", "shares", "intervals"}``; None for too few trials.

    Shares are shares of the variance and add up to 1. An interval holds nine tenths of the estimates of single forests.

    Args:
        points: Parameters and value of each complete trial.
        space: The search space as the store keeps it.
        maximize: Whether larger values are better.
        meanwhile: Called every second.

    Raises:
        WorkError: It could not be computed.
        LostWorkerError: The process that computed it died, or took too long.
    """
    varied = [name for name in space if len({repr(params.get(name)) for params, _ in points}) > 1]
    if len(points) < _FEWEST or not varied or len({value for _, value in points}) < 2:
        return None
    if len(points) > _MOST:
        points = random.Random(0).sample(points, _MOST)  # noqa: S311 -- no secret
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_compute, args=(theirs, list(points), dict(space), maximize), daemon=True)
    start_tracker()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # only the coordinator handles Ctrl+C
    try:
        start_spawned(process)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    theirs.close()
    try:
        answer = None
        for _ in range(_SECONDS):
            if ours.poll(1.0):
                answer = ours.recv()
                break
            meanwhile()
    except EOFError as error:
        raise LostWorkerError("the process that computes the importance of parameters ended without a word") from error
    finally:
        process.kill()
        process.join()
    if answer is None:
        raise LostWorkerError(f"the importance of parameters took longer than {_SECONDS} s")
    if isinstance(answer, str):
        raise WorkError(f"the importance of parameters cannot be computed: {answer}")
    return {"method": "fANOVA", "trials": len(points), **answer}


def _compute(pipe: Connection, points: list[Point], space: dict[str, Any], maximize: bool) -> None:
    """Send the shares, or the error, to the parent process; nothing is printed to its terminal."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        pipe.send(_estimate(points, space, maximize=maximize))
    except Exception as error:  # noqa: BLE001 -- reported by the parent process
        pipe.send(f"{type(error).__name__}: {error}")


def _estimate(points: list[Point], space: dict[str, Any], *, maximize: bool) -> dict[str, Any]:
    import warnings

    import optuna

    from runner.study.space import distributions, from_json

    warnings.simplefilter("ignore")
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    study = optuna.create_study(direction="maximize" if maximize else "minimize")
    known = distributions(from_json(space))
    for params, value in points:
        held = {name: known[name] for name in params}
        study.add_trial(optuna.create_trial(params=params, distributions=held, value=value))
    found = [
        optuna.importance.get_param_importances(
            study, evaluator=optuna.importance.FanovaImportanceEvaluator(n_trees=_TREES, seed=seed)
        )
        for seed in range(_FORESTS)
    ]
    means = {name: float(sum(one[name] for one in found)) / _FORESTS for name in found[0]}
    ordered = {name: sorted(float(one[name]) for one in found) for name in means}
    return {
        "shares": dict(sorted(means.items(), key=lambda item: -item[1])),
        # without the lowest and the highest of twenty
        "intervals": {
            name: (min(values[1], means[name]), max(values[-2], means[name])) for name, values in ordered.items()
        },
    }
