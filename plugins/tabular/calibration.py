"""Temperature scaling, for models of classes only."""

from dataclasses import dataclass
from pathlib import Path

from catalog.errors import ModelSourceError
from plugins.classification.evaluation import predictions as files
from plugins.classification.evaluation import temperature
from plugins.tabular.folder import keep_temperature, open_model
from plugins.tabular.heads import ClassHead
from plugins.tabular.trainer import TableTrainer

__all__ = ["ClassTrainer"]


@dataclass(frozen=True, slots=True)
class ClassTrainer(TableTrainer):
    """A trainer of models of classes: it can also calibrate their confidence."""

    def calibrate(self, model_dir: Path, predictions: Path) -> float:
        """Fit a temperature to predictions on validation, and keep it with the model, once.

        Raises:
            ModelSourceError: The folder holds no such model.
            DataError: The file holds no predictions.
        """
        head = open_model(model_dir, self.method, 1).head
        if not isinstance(head, ClassHead):
            raise ModelSourceError(f"{model_dir} predicts numbers, not classes.")
        if head.temperature is not None:
            return head.temperature
        said = files.read(predictions)
        fitted = temperature.fit(said.labels, said.probabilities)
        keep_temperature(model_dir, fitted)
        return fitted
