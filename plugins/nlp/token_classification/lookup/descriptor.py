"""The catalog entry of the table of words, which loads its trainer."""

from catalog.contract import Trainer
from catalog.space import Choices, IntRange
from plugins.model_entry import ModelEntry
from plugins.nlp.token_classification.lookup.config import LookupConfig

__all__ = ["model"]

_DESCRIPTION = (
    "Each word gets the tag that it has most often in the training sentences; a word that is not among them is looked "
    "up without regard to letter case, and else counts as outside of any entity. What the tags of neighbours "
    "contradict is repaired, so that entities are whole. It trains in milliseconds and knows names by heart: a model "
    "that is not better has learned nothing from context. New names it never finds."
)


def _trainer() -> Trainer:
    from plugins.nlp.token_classification.lookup.trainer import trainer

    return trainer


model = ModelEntry(
    key="nlp/token-classification/lookup",
    summary="The most frequent tag of each word: the baseline to beat, trained in milliseconds.",
    description=_DESCRIPTION,
    Config=LookupConfig,
    space={"min_count": IntRange(1, 5), "lowercase": Choices((True, False))},
    check=lambda _config, _data: (),
    trainer=_trainer,
    demo_size=2000,
)
