"""The input of a trial's panes: its facts, the chosen evaluation, and its predictions."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.contract import Evaluation
from catalog.figures import Empty, Figure
from runner.tui.prediction_files import ExampleRow, PredictionFile, named
from runner.tui.screens.predict_answer import Shown
from runner.tui.screens.trial.trial_facts import SplitEvaluation, TrialFacts, group_key

__all__ = ["TrialView"]


@dataclass(frozen=True, slots=True)
class TrialView:
    """The data that a pane shows.

    Attributes:
        facts: The facts of the trial.
        judgement: The chosen evaluation; None if there is none.
        predictions: Predictions of the evaluation; None if they are not read yet, or cannot be read.
        examples: The examples of its split, by row.
        trouble: Why predictions or examples cannot be read; empty while all is well.
        explanations: The kept model's explanations of examples of the split, by row, for any trial.
        asking: Rows whose explanation is being computed.
    """

    facts: TrialFacts
    judgement: SplitEvaluation | None = None
    predictions: PredictionFile | None = None
    examples: Mapping[int, ExampleRow] = field(default_factory=dict)
    trouble: str = ""
    explanations: Mapping[int, Shown] = field(default_factory=dict)
    asking: frozenset[int] = frozenset()

    @property
    def evaluation(self) -> Evaluation | None:
        """The evaluation; None if there is none."""
        return self.judgement.evaluation if self.judgement else None

    def named(self, answer: Any) -> Any:
        """Return the name of an answer that files hold as a number; any other answer unchanged."""
        return named(answer, self.facts.names)

    def group(self, key: str) -> tuple[SplitEvaluation | None, tuple[Figure, ...]]:
        """Return the figures of a group and their evaluation: the kept model's if this evaluation has none."""
        own = _of_group(self.judgement, key)
        for judgement, figures in (
            (self.judgement, own),
            *((one, _of_group(one, key)) for one in self.facts.judgements),
        ):
            if any(not isinstance(figure, Empty) for figure in figures):
                return judgement, figures
        kept = next((one for one in self.facts.judgements if one.subject == "winner"), self.judgement)
        return (kept, found) if (found := _of_group(kept, key)) else (self.judgement, own)


def _of_group(judgement: SplitEvaluation | None, key: str) -> tuple[Figure, ...]:
    return () if judgement is None else tuple(one for one in judgement.figures if group_key(one) == key)
