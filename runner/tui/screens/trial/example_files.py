"""Predictions and examples of a split, read once in a thread and cached while the trial is shown."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from catalog.errors import ModelcatError
from runner.tui.prediction_files import ExampleRow, PredictionFile, read_examples, read_predictions
from runner.tui.screens.trial.trial_facts import SplitEvaluation
from runner.tui.study_source import in_thread

__all__ = ["ExampleFiles"]


@dataclass(slots=True)
class ExampleFiles:
    """The content of each file, or why it could not be read.

    Attributes:
        predictions: Predictions by file.
        examples: Examples of the last split; only they need much memory.
        troubles: Why a file could not be read.
    """

    predictions: dict[Path, PredictionFile] = field(default_factory=dict)
    examples: dict[Path, Mapping[int, ExampleRow]] = field(default_factory=dict)
    troubles: dict[Path, str] = field(default_factory=dict)

    def lacks(self, judgement: SplitEvaluation | None) -> bool:
        """Return whether something has to be read for an evaluation."""
        if judgement is None or judgement.predictions is None:
            return False
        known = self.predictions.keys() | self.examples.keys() | self.troubles.keys()
        return judgement.predictions not in known or judgement.examples not in known

    async def read(self, judgement: SplitEvaluation) -> None:
        """Read the missing files; a file that cannot be read is noted."""
        path = judgement.predictions
        if path is not None and path not in self.predictions:
            try:
                self.predictions[path] = await in_thread(lambda: read_predictions(path))
            except ModelcatError as error:
                self.troubles[path] = error.message
        if judgement.examples not in self.examples:
            try:
                found = await in_thread(lambda: read_examples(judgement.examples))
            except ModelcatError as error:
                self.troubles[judgement.examples] = error.message
            else:
                self.examples = {judgement.examples: found}

    def trouble(self, judgement: SplitEvaluation) -> str:
        """Return why predictions cannot be read; empty if all is well. Missing examples are reported in each row."""
        return self.troubles.get(judgement.predictions, "") if judgement.predictions else ""
