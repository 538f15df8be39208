"""What the panes of a trial show: its facts, whose answers to look at, and these."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from catalog.contract import Evaluation
from catalog.figures import Figure
from plugins.nlp.text_classification.records import Explanation
from runner.tui.reading import Example, Predictions
from runner.tui.screens.trial.facts import Facts, Judgement

__all__ = ["View"]


@dataclass(frozen=True, slots=True)
class View:
    """What is shown now.

    Attributes:
        facts: Of the trial.
        judgement: Whose answers on which split; None where nobody judged.
        predictions: Of the judgement, each example's; None where they are not read yet, or cannot be.
        examples: The texts of its split, by row.
        trouble: Why predictions or texts cannot be read; empty while all is well.
        explanations: What was asked about texts, by text: of the kept model, whatever trial is shown.
        asking: Texts that the kept model is being asked about now.
    """

    facts: Facts
    judgement: Judgement | None = None
    predictions: Predictions | None = None
    examples: Mapping[int, Example] = field(default_factory=dict)
    trouble: str = ""
    explanations: Mapping[str, Explanation] = field(default_factory=dict)
    asking: frozenset[str] = frozenset()

    @property
    def evaluation(self) -> Evaluation | None:
        """What was found by judging; None where there is nothing."""
        return self.judgement.evaluation if self.judgement else None

    def figures_of_winner(self, beginning: str) -> tuple[Figure, ...]:
        """Return the figures of the kept model whose keys begin so, in their order; none of any other trial."""
        kept = next((one for one in self.facts.judgements if one.subject == "winner"), None)
        return tuple(one for one in (kept.figures.values() if kept else ()) if one.key.startswith(beginning))

    def label(self, index: int) -> str:
        """Return the name of a class, its id where it has none."""
        labels = self.facts.labels
        return labels[index] if 0 <= index < len(labels) else str(index)
