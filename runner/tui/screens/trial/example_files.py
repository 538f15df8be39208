"""Predictions and examples of a split, read once in a thread and kept while one is at the trial."""

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
    """What was read, or why it could not be, by file.

    Attributes:
        predictions: Of the files that could be read.
        examples: Of the last split; they are the only thing here that takes room.
        troubles: Why a file could not be read.
    """

    predictions: dict[Path, PredictionFile] = field(default_factory=dict)
    examples: dict[Path, Mapping[int, ExampleRow]] = field(default_factory=dict)
    troubles: dict[Path, str] = field(default_factory=dict)

    def lacks(self, judgement: SplitEvaluation | None) -> bool:
        """Return whether something has to be read for a judgement."""
        if judgement is None or judgement.predictions is None:
            return False
        known = self.predictions.keys() | self.examples.keys() | self.troubles.keys()
        return judgement.predictions not in known or judgement.examples not in known

    async def read(self, judgement: SplitEvaluation) -> None:
        """Read what is lacking; what cannot be read is noted."""
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
        """Say why predictions cannot be read; empty while all is well. Examples that lack are told in each row."""
        return self.troubles.get(judgement.predictions, "") if judgement.predictions else ""
