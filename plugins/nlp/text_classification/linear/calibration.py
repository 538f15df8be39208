"""A fitted temperature folded into the weights of a model's folder, once."""

from pathlib import Path

from plugins.classification.evaluation import predictions, temperature
from plugins.nlp.text_classification.linear.folder import read_temperature, rewrite_scaled

__all__ = ["calibrate"]


def calibrate(model_dir: Path, judged: Path) -> float:
    """Fit a temperature to predictions on validation, divide coefficients and intercept by it, and remember it.

    The model is linear up to the softmax (the sigmoid for two classes), so this divides its scores exactly. A folder
    that remembers a temperature is left as it is.

    Args:
        model_dir: The model's folder.
        judged: The predictions of this same model on validation.

    Returns:
        The temperature that the folder's model holds.

    Raises:
        ModelSourceError: The folder holds no such model.
        DataError: The file holds no predictions.
    """
    held = read_temperature(model_dir)
    if held is not None:
        return held
    said = predictions.read(judged)
    fitted = temperature.fit(said.labels, said.probabilities)
    rewrite_scaled(model_dir, fitted)
    return fitted
