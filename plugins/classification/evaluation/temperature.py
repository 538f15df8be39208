"""Temperature scaling: one number that calibrates a model's confidence and does not change its answers.

Guo, Pleiss, Sun and Weinberger, "On Calibration of Modern Neural Networks", ICML 2017, section 4.2. Scores are divided
by the temperature before the softmax: above 1 a model becomes less sure, below 1 surer.
"""

import numpy as np

__all__ = ["HIGHEST", "LEAST_ROWS", "LOWEST", "fit", "rescale"]

LEAST_ROWS = 50
"""With fewer rows the temperature would depend too much on chance."""
LOWEST, HIGHEST = 0.1, 10.0
"""The range of temperatures. Networks need 1 to 3; a model at chance would need an infinite one."""
_SMALLEST = float(np.finfo(np.float32).smallest_subnormal)
"""Replaces a probability of 0: the smallest that a file of predictions can hold, 103 nats from certainty."""


def fit(labels: np.ndarray, probabilities: np.ndarray) -> float:
    """Return the temperature between `LOWEST` and `HIGHEST` that minimises the log loss of the rescaled probabilities.

    It is 1 with fewer than `LEAST_ROWS` rows, if no row is wrong (any sharpening would then look better), and if
    no other temperature has a lower loss.

    Args:
        labels: True class ids, shape (rows,).
        probabilities: Shape (rows, classes); rows add up to 1.
    """
    from scipy.optimize import minimize_scalar

    if labels.size < LEAST_ROWS or (probabilities.argmax(axis=1) == labels).all():
        return 1.0
    scores = _scores(probabilities)
    scores -= scores.max(axis=1, keepdims=True)
    true = scores[np.arange(labels.size), labels]

    def loss(log_temperature: float) -> float:
        factor = np.exp(-log_temperature)
        return float((np.log(np.exp(scores * factor).sum(axis=1)) - true * factor).mean())

    # log-sum-exp is convex in 1/T, so there is one minimum, in log T too
    found = minimize_scalar(loss, bounds=(np.log(LOWEST), np.log(HIGHEST)), method="bounded", options={"xatol": 1e-6})
    return float(np.exp(found.x)) if found.fun < loss(0.0) else 1.0


def rescale(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """Return the probabilities that the model would give had its scores been divided by `temperature`.

    Each row's largest entry stays the largest, and the first of equal ones; a temperature of 1 changes nothing.

    Args:
        probabilities: Shape (rows, classes); rows add up to 1.
        temperature: Above 0.

    Returns:
        float64, shape (rows, classes).
    """
    if temperature == 1:
        return np.asarray(probabilities, dtype=np.float64)
    scores = _scores(probabilities) / temperature
    scores -= scores.max(axis=1, keepdims=True)
    rescaled = np.exp(scores, out=scores)
    rescaled /= rescaled.sum(axis=1, keepdims=True)
    rows, first = np.arange(len(rescaled)), probabilities.argmax(axis=1)
    moved = rescaled.argmax(axis=1) != first  # rounding made a second entry equal to the largest
    rescaled[rows[moved], first[moved]] = np.nextafter(rescaled[moved].max(axis=1), 2)
    return rescaled


def _scores(probabilities: np.ndarray) -> np.ndarray:
    return np.log(np.maximum(probabilities.astype(np.float64), _SMALLEST))
