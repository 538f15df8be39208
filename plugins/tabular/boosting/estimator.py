"""Boosted trees as an estimator, kept in LightGBM's text format."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import lightgbm
import numpy as np

from catalog.files import read_limited
from plugins.tabular.features import Encoded

__all__ = ["BoostedTrees", "open_trees", "silent", "useful_threads"]

_TREES, _SCALE = "model.txt", "scale.json"
_MOST_BYTES = 1 << 32
_MANY_CELLS = 1 << 21
"""Cells from which on several threads help. Threads wait for each other in loops that compute nothing: on a
machine that is busy with other trials, 2,880 rows of 14 columns took 14 to 40 times as long with two as with one."""


class _Silent:
    """A logger that prints nothing: LightGBM writes to standard output, which belongs to results."""

    def info(self, message: str) -> None:
        """Drop a message."""

    def warning(self, message: str) -> None:
        """Drop a message."""


def silent() -> None:
    """Let LightGBM print nothing."""
    lightgbm.register_logger(_Silent())


def useful_threads(threads: int, matrix: np.ndarray) -> int:
    """Return how many of the allowed CPU threads help for a matrix."""
    return threads if matrix.size >= _MANY_CELLS else 1


@dataclass(frozen=True, slots=True, eq=False)
class BoostedTrees:
    """An `Estimator`.

    Attributes:
        booster: The trees.
        rounds: How many rounds of trees are used.
        classes: How many classes there are; 1 for numbers.
        offset: What is added to numbers, whose trees were fitted to standardised targets.
        scale: The factor by which they are multiplied before that.
        threads: CPU threads that it may use.
    """

    booster: Any
    rounds: int
    classes: int
    offset: float = 0.0
    scale: float = 1.0
    threads: int = 1

    @property
    def explanation(self) -> str:
        """Return how answers are explained."""
        return "SHAP values of the trees" if self.classes == 1 else "SHAP values of the trees, log-odds"

    def raw(self, encoded: Encoded, first: int = 0, rounds: int | None = None) -> np.ndarray:
        """Return the sum of some rounds of trees, shape (rows,), for more than two classes (rows, classes)."""
        return np.asarray(
            self.booster.predict(
                encoded.matrix,
                raw_score=True,
                start_iteration=first,
                num_iteration=self.rounds - first if rounds is None else rounds,
                num_threads=useful_threads(self.threads, encoded.matrix),
            )
        )

    def linked(self, raw: np.ndarray) -> np.ndarray:
        """Return outputs made of sums of trees."""
        if self.classes == 1:
            return self.offset + self.scale * raw
        if self.classes == 2:
            share = np.exp(-np.logaddexp(0, -raw))
            return np.stack([np.exp(-np.logaddexp(0, raw)), share], axis=1)
        shifted = np.exp(raw - raw.max(axis=1, keepdims=True))
        return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))

    def outputs(self, encoded: Encoded) -> np.ndarray:
        """Return probabilities or numbers; see `Estimator`."""
        return self.linked(self.raw(encoded))

    def contributions(self, encoded: Encoded, chosen: np.ndarray) -> np.ndarray:
        """Return TreeSHAP values; see `Estimator`.

        Lundberg et al., "From local explanations to global understanding with explainable AI for trees", 2020. Of two
        classes they are of the log-odds of the chosen one, of more of its score.
        """
        found = np.asarray(
            self.booster.predict(
                encoded.matrix,
                pred_contrib=True,
                num_iteration=self.rounds,
                num_threads=useful_threads(self.threads, encoded.matrix),
            )
        )
        rows, parts = encoded.matrix.shape
        if self.classes == 1:
            return found[:, :parts] * self.scale
        if self.classes == 2:
            return found[:, :parts] * np.where(chosen == 1, 1.0, -1.0)[:, None]
        return np.asarray(found.reshape(rows, self.classes, parts + 1)[np.arange(rows), chosen, :parts])

    def save(self, folder: Path) -> None:
        """Write ``model.txt`` and ``scale.json``."""
        text = self.booster.model_to_string(num_iteration=self.rounds)
        (folder / _TREES).write_text(text, encoding="utf-8")
        (folder / _SCALE).write_text(json.dumps({"offset": self.offset, "scale": self.scale}), encoding="utf-8")


def open_trees(folder: Path, classes: int, parts: int, threads: int) -> BoostedTrees:
    """Return the trees that a folder holds.

    Raises:
        OSError: A file is missing.
        ValueError: The files are of another model.
    """
    silent()
    text = read_limited(folder / _TREES, _MOST_BYTES).decode()
    scale = json.loads(read_limited(folder / _SCALE, 1 << 16))
    try:
        booster = lightgbm.Booster(model_str=text)
    except lightgbm.basic.LightGBMError as error:
        raise ValueError(str(error)) from error
    trees = classes if classes > 2 else 1
    if booster.num_feature() != parts or booster.num_model_per_iteration() != trees:
        raise ValueError(
            f"its trees see {booster.num_feature()} columns and make {booster.num_model_per_iteration()} outputs, not "
            f"{parts} and {trees}"
        )
    offset, factor = float(scale["offset"]), float(scale["scale"])
    return BoostedTrees(booster, booster.current_iteration(), classes, offset, factor, threads)
