"""The catalog entry of the linear model, which loads its trainer."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from catalog.contract import Trainer
from catalog.space import Choices, FloatRange
from plugins.model_entry import ModelEntry
from plugins.nlp.text_regression.linear.config import LinearConfig

if TYPE_CHECKING:
    from plugins.nlp.text_regression.records import TextData

__all__ = ["model"]

_DESCRIPTION = (
    "Every word and every pair of neighbouring words is a feature, weighted by how often it occurs in a text and how "
    "rare it is elsewhere (TF-IDF); ridge regression learns by how much each raises or lowers the number. Emoji count "
    "as words, and if a script has no spaces, sequences of characters take the place of words. It trains in seconds on "
    "a CPU and needs no download. It does not see word order beyond neighbours. Start here, and expect a larger model "
    "to earn its cost by beating it. The fit is convex: all seeds give the same model."
)


def _check(config: LinearConfig, data: "TextData") -> Sequence[str]:
    """Check that a configuration fits data; return what counts as a word, if that is not just words.

    Raises:
        DataError: `min_df` is more than there are training texts.
    """
    from plugins.nlp.texts.checks import check_min_df
    from plugins.nlp.tfidf.tokens import token_notes

    if "min_df" in config.model_fields_set:
        check_min_df(config.min_df, data.summary)
    return token_notes(data.splits["train"].texts)


def _trainer() -> Trainer:
    from plugins.nlp.text_regression.linear.trainer import trainer

    return trainer


model = ModelEntry(
    key="nlp/text-regression/linear",
    summary="TF-IDF and ridge regression: the baseline to beat, trained in seconds.",
    description=_DESCRIPTION,
    Config=LinearConfig,
    space={"alpha": FloatRange(0.01, 100.0, log=True), "ngram_max": Choices((1, 2))},
    check=_check,
    trainer=_trainer,
    study={"model_config": {"alpha": 1.0, "ngram_max": 2}, "study": {"trials": 8, "metric": "rmse"}},
)
