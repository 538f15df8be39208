"""The catalog entry of the linear model, which loads its trainer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from catalog.contract import Trainer
from catalog.space import Choices, FloatRange
from plugins.model_entry import ModelEntry
from plugins.nlp.text_classification.linear.config import LinearConfig

if TYPE_CHECKING:
    from plugins.nlp.text_classification.data import TextData

__all__ = ["model"]

_DESCRIPTION = (
    "Every word and every pair of neighbouring words is a feature, weighted by how often it occurs in a text and how "
    "rare it is elsewhere (TF-IDF); logistic regression learns what each says about the classes. Emoji count as words, "
    "and where a script has no spaces, sequences of characters take the place of words. It trains in seconds "
    "on a CPU, needs no download, and is hard to beat on long texts whose words give the class away. It does not see "
    "word order beyond neighbours: negation at a distance and sentences in which the last clause wins escape it. Start "
    "here, and expect a larger model to earn its cost by beating it. The fit is convex: all seeds give the same model."
)


def _check(config: LinearConfig, data: "TextData") -> Sequence[str]:
    """Check that a configuration fits data; return what counts as a word, if that is not just words.

    Raises:
        DataError: `config` contradicts the data.
    """
    from plugins.nlp.text_classification.data import check_config
    from plugins.nlp.tfidf.tokens import token_notes

    check_config(
        data.summary,
        num_labels=config.num_labels,
        class_weights=config.class_weights,
        min_df=config.min_df if "min_df" in config.model_fields_set else None,
    )
    return token_notes(data.splits["train"].texts)


def _trainer() -> Trainer:
    from plugins.nlp.text_classification.linear.trainer import LinearTrainer

    return LinearTrainer()


model = ModelEntry(
    key="nlp/text-classification/linear",
    summary="TF-IDF and logistic regression: the baseline to beat, trained in seconds.",
    description=_DESCRIPTION,
    Config=LinearConfig,
    space={"C": FloatRange(0.1, 100.0, log=True), "ngram_max": Choices((1, 2))},
    check=_check,
    trainer=_trainer,
    study={"model_config": {"C": 10.0, "ngram_max": 2}, "study": {"trials": 8, "metric": "accuracy"}},
    fixed_fields=frozenset({"num_labels", "seed"}),
)
