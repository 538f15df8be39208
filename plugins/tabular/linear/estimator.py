"""A linear model as an estimator, kept as safetensors."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file, save_file

from plugins.safetensors_header import read_header
from plugins.tabular.features import Encoded
from plugins.tabular.linear.design import Design

__all__ = ["LinearEstimator", "open_linear"]

_WEIGHTS = "weights.safetensors"


@dataclass(frozen=True, slots=True, eq=False)
class LinearEstimator:
    """An `Estimator`.

    Attributes:
        design: How rows become columns.
        coefficients: float64, shape (1 or classes, columns).
        intercept: float64, shape (1 or classes,).
        centre: Mean of each column over the training rows, float64, shape (columns,).
        classes: How many classes there are; 1 for numbers.
    """

    design: Design
    coefficients: np.ndarray
    intercept: np.ndarray
    centre: np.ndarray
    classes: int

    @property
    def explanation(self) -> str:
        """Return how answers are explained."""
        method = "coefficients times the distance from the mean row"
        return method if self.classes == 1 else f"{method}, log-odds"

    def outputs(self, encoded: Encoded) -> np.ndarray:
        """Return probabilities or numbers; see `Estimator`."""
        scores = np.asarray(self.design.columns(encoded) @ self.coefficients.T + self.intercept)
        if self.classes == 1:
            return np.asarray(scores[:, 0])
        if self.classes == 2:
            scores = np.concatenate([-scores, scores], axis=1) / 2
        shifted = np.exp(scores - scores.max(axis=1, keepdims=True))
        return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))

    def contributions(self, encoded: Encoded, chosen: np.ndarray) -> np.ndarray:
        """Return what each part adds to the answer; see `Estimator`.

        Of two classes it is of the log-odds of the chosen one; of more of its score less the mean of all scores.
        """
        columns = self.design.columns(encoded).toarray() - self.centre
        if self.classes == 1:
            slopes = self.coefficients[np.zeros(len(columns), dtype=np.int64)]
        elif self.classes == 2:
            slopes = np.where(chosen == 1, 1.0, -1.0)[:, None] * self.coefficients[0]
        else:
            slopes = (self.coefficients - self.coefficients.mean(axis=0))[chosen]
        found = np.zeros((len(columns), self.design.means.size))
        np.add.at(found.T, self.design.parts, (columns * slopes).T)
        return found

    def save(self, folder: Path) -> None:
        """Write ``weights.safetensors``."""
        design = self.design
        tensors = {
            "means": design.means,
            "scales": design.scales,
            "indicated": design.indicated.astype(np.uint8),
            "places": design.places.astype(np.int64),
            "coefficients": self.coefficients,
            "intercept": self.intercept,
            "centre": self.centre,
        }
        save_file({name: np.ascontiguousarray(tensor) for name, tensor in tensors.items()}, folder / _WEIGHTS)


def open_linear(folder: Path, classes: int, parts: int, threads: int) -> LinearEstimator:  # noqa: ARG001 -- one thread
    """Return the linear model that a folder holds.

    Raises:
        OSError: A file is missing.
        ValueError: The file is of another model.
    """
    try:
        read_header(folder / _WEIGHTS)  # the library would wait for a pipe
        tensors = load_file(folder / _WEIGHTS)
    except SafetensorError as error:
        raise ValueError(str(error)) from error
    design = Design(tensors["means"], tensors["scales"], tensors["indicated"].astype(bool), tensors["places"])
    outputs, columns = classes if classes > 2 else 1, design.parts.size
    shapes = {"means": (parts,), "places": (parts,), "coefficients": (outputs, columns), "intercept": (outputs,)}
    for name, shape in shapes.items():
        if tensors[name].shape != shape:
            raise ValueError(f"{name} has the shape {tensors[name].shape}, not {shape}")
    return LinearEstimator(design, tensors["coefficients"], tensors["intercept"], tensors["centre"], classes)
