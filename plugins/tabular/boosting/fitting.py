"""The fit: one round of LightGBM after the other, measured on validation every few rounds."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import lightgbm
import numpy as np

from catalog.contract import EpochMetrics, Outcome, TrialContext
from catalog.errors import OutOfMemoryError, StoppedError, WorkError
from plugins.tabular.boosting.config import BoostingConfig, ClassBoostingConfig, NumberBoostingConfig, largest_leaf
from plugins.tabular.boosting.estimator import BoostedTrees, silent, useful_threads
from plugins.tabular.heads import TabularHead
from plugins.tabular.method import Fitted, TabularExamples

__all__ = ["fit"]

_MEASUREMENTS = 30
"""How often a whole fit is measured on validation, if it has at least as many rounds."""


def fit(
    config: Any, train: TabularExamples, validation: TabularExamples, head: TabularHead, context: TrialContext
) -> Fitted:
    """Fit trees to training rows.

    Args:
        config: A `BoostingConfig`.
        train: The training rows.
        validation: Rows to measure on.
        head: Measures.
        context: Of the training.

    Raises:
        OutOfMemoryError: The rows do not fit into memory.
        StoppedError: The training was asked to pause.
        WorkError: LightGBM refuses.
    """
    silent()
    try:
        return _Fit(config, train, validation, head, context).run()
    except MemoryError as error:
        raise OutOfMemoryError("The rows do not fit into memory. Set dataset.limit, or ignore columns.") from error
    except lightgbm.basic.LightGBMError as error:
        raise WorkError(f"LightGBM: {error}") from error


@dataclass(slots=True)
class _Fit:
    """A running fit."""

    config: BoostingConfig
    train: TabularExamples
    validation: TabularExamples
    head: TabularHead
    context: TrialContext
    history: list[EpochMetrics] = field(default_factory=list)
    seconds: float = 0.0

    def run(self) -> Fitted:
        """Run the rounds; return the result."""
        began = time.perf_counter()
        trees, booster = self._start()
        self.seconds = time.perf_counter() - began
        sums: np.ndarray | None = None
        measured_rounds, outcome, reached, best = 0, Outcome.COMPLETE, 0, self.config.rounds
        due = dict(self._schedule())
        for number in range(1, self.config.rounds + 1):
            if self.context.paused():
                raise StoppedError("The training was asked to pause.")
            began = time.perf_counter()
            exhausted = booster.update() or number == self.config.rounds
            reached = number
            self.seconds += time.perf_counter() - began
            self.context.tick(min(number / self.config.rounds, 1.0))
            late = self.context.time_limit is not None and self.seconds > self.context.time_limit
            if number not in due and not exhausted and not late:
                continue
            added = trees.raw(self.validation.encoded, measured_rounds, number - measured_rounds)
            sums, measured_rounds = added if sums is None else sums + added, number
            measured = self._measurement(
                number, due.get(number, number / self.config.rounds), trees.linked(sums), booster
            )
            ended = exhausted or self._is_stale(measured)
            if ended:
                measured = replace(measured, progress=1.0)
            self.history.append(measured)
            outcome = self.context.report(measured).outcome
            if outcome is Outcome.COMPLETE and late and not ended:
                outcome = Outcome.STOPPED
            if ended or outcome is not Outcome.COMPLETE:
                break
        kept = self._best() if self.config.early_stopping else self.history[-1]
        best = round(kept.epoch)
        return Fitted(
            estimator=replace(trees, rounds=best),
            outcome=outcome,
            history=tuple(self.history),
            best=kept,
            seconds=self.seconds,
            epochs=float(reached),
            notes=self._notes(best, reached),
        )

    def _start(self) -> tuple[BoostedTrees, Any]:
        """Return trees without a round, and the booster that adds rounds to them."""
        config, truths, classes = self.config, self.train.truths, len(self.head.labels) or 1
        offset, scale = 0.0, 1.0
        if classes == 1:  # LightGBM has float32 targets: without an offset, large ones lose their digits
            offset, scale = float(truths.mean()), float(truths.std()) or 1.0
            truths = (truths - offset) / scale
        encoded = self.train.encoded
        data = lightgbm.Dataset(
            encoded.matrix,
            truths,
            weight=_weights(config, self.train.truths, classes),
            categorical_feature=np.flatnonzero(encoded.places).tolist(),
            feature_name=[f"f{place}" for place in range(encoded.matrix.shape[1])],
            params=self._parameters(classes),
            free_raw_data=True,
        )
        booster = lightgbm.Booster(self._parameters(classes), data)
        return BoostedTrees(booster, config.rounds, classes, offset, scale, self.context.threads), booster

    def _parameters(self, classes: int) -> dict[str, Any]:
        config = self.config
        absolute = isinstance(config, NumberBoostingConfig) and config.loss == "absolute"
        objective = {1: "regression_l1" if absolute else "regression", 2: "binary"}.get(classes, "multiclass")
        leaf = min(config.min_child_samples, largest_leaf(self.train.truths.size))
        metrics = {1: "l2", 2: "binary_logloss,binary_error"}.get(classes, "multi_logloss,multi_error")
        return {
            "objective": objective,
            "metric": metrics,
            **({"num_class": classes} if classes > 2 else {}),
            "learning_rate": config.learning_rate,
            "num_leaves": config.num_leaves,
            "min_data_in_leaf": leaf,
            "min_data_per_group": leaf,
            "bagging_fraction": config.subsample,
            "bagging_freq": 1 if config.subsample < 1 else 0,
            "feature_fraction": config.colsample,
            "lambda_l2": config.reg_lambda,
            "seed": self.context.seed % 2**31,
            "num_threads": useful_threads(self.context.threads, self.train.encoded.matrix),
            "deterministic": True,
            "force_row_wise": True,
            "verbosity": -1,
        }

    def _schedule(self) -> Iterator[tuple[int, float]]:
        """Yield the rounds to measure after, each with its progress."""
        rounds = self.config.rounds
        for number in range(0, rounds + 1, max(1, rounds // _MEASUREMENTS)):
            if number:
                yield number, number / rounds
        for quarter in (1, 2, 3, 4) if self.context.quarters and rounds >= 4 else (4,):
            yield round(rounds * quarter / 4), quarter / 4

    def _measurement(self, number: int, progress: float, outputs: np.ndarray, booster: Any) -> EpochMetrics:
        found = {name: float(value) for _, name, value, _ in booster.eval_train()}
        loss = next(value for name, value in found.items() if name.endswith(("l2", "logloss")))
        error = next((value for name, value in found.items() if name.endswith("error")), None)
        if error is None:
            loss *= float(self.train.truths.std() or 1.0) ** 2
        return EpochMetrics(
            epoch=float(number),
            progress=progress,
            train_loss=loss,
            metrics=self.head.measured(self.validation.truths, outputs),
            learning_rate=self.config.learning_rate,
            seconds=self.seconds,
            train_metrics={"rmse": float(np.sqrt(loss))} if error is None else {"accuracy": 1 - error},
        )

    def _best(self) -> EpochMetrics:
        """Return the best measurement by the metric; of equal ones that with the lowest loss."""
        sign = 1 if self.context.direction.value == "minimize" else -1
        name = self.context.metric

        def rank(measured: EpochMetrics) -> tuple[float, float]:
            return sign * measured.metrics.get(name, sign * np.inf), measured.metrics["loss"]

        return min(self.history, key=rank)

    def _is_stale(self, measured: EpochMetrics) -> bool:
        """Return whether neither metric nor loss improved for so many rounds as the configuration allows."""
        if not self.config.early_stopping or not self.history:
            return False
        by_loss = min([*self.history, measured], key=lambda one: one.metrics["loss"])
        self.history.append(measured)
        by_metric = self._best()
        self.history.pop()
        return measured.epoch - max(by_loss.epoch, by_metric.epoch) >= self.config.early_stopping

    def _notes(self, best: int, reached: int) -> tuple[str, ...]:
        if best < reached or reached < self.config.rounds:
            return (f"The best of {reached:,} rounds is kept: {best:,}.",)
        return ()


def _weights(config: BoostingConfig, truths: np.ndarray, classes: int) -> np.ndarray | None:
    """Return a weight for each row; None if all rows count the same."""
    if not isinstance(config, ClassBoostingConfig) or config.class_weights is None:
        return None
    counts = np.bincount(truths, minlength=classes)
    return np.asarray((truths.size / (np.count_nonzero(counts) * np.maximum(counts, 1)))[truths])
