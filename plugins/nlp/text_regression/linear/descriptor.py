"""What the catalog shows of the linear model, and the way to its trainer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.contract import Card, DataSummary, Trainer
from catalog.space import Choices, FloatRange, Scalar, SearchSpace
from plugins.nlp.text_regression.linear.config import LinearConfig

if TYPE_CHECKING:
    from plugins.nlp.text_regression.records import TextData

__all__ = ["LinearModel", "model"]

_DESCRIPTION = (
    "Every word and every pair of neighbouring words is a feature, weighted by how often it occurs in a text and how "
    "rare it is elsewhere (TF-IDF); ridge regression learns by how much each raises or lowers the number. Emoji count "
    "as words, and if a script has no spaces, sequences of characters take the place of words. It trains in seconds on "
    "a CPU and needs no download. It does not see word order beyond neighbours. Start here, and expect a larger model "
    "to earn its cost by beating it. The fit is convex: all seeds give the same model."
)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A `catalog.contract.Model`; importing it imports neither scikit-learn nor SciPy."""

    key: str = "nlp/text-regression/linear"
    summary: str = "TF-IDF and ridge regression: the baseline to beat, trained in seconds."
    Config: type[LinearConfig] = LinearConfig
    preparation_fields: frozenset[str] = frozenset()
    fixed_fields: frozenset[str] = frozenset({"seed"})

    def search_space(self, config: LinearConfig) -> SearchSpace:  # noqa: ARG002 -- the same for every configuration
        """Tune the penalty, and whether pairs of words count."""
        return {"alpha": FloatRange(0.01, 100.0, log=True), "ngram_max": Choices((1, 2))}

    def recipes(self, config: LinearConfig) -> Sequence[Mapping[str, Scalar]]:  # noqa: ARG002 -- there are none
        """Return nothing: the default is the recipe."""
        return ()

    def tunable(self, config: LinearConfig, data: DataSummary) -> Mapping[str, Scalar]:  # noqa: ARG002 -- no share of data
        """Return every value of `config` that a study may tune."""
        return {"alpha": config.alpha, "ngram_max": config.ngram_max, "min_df": config.min_df}

    def check(self, config: LinearConfig, data: "TextData") -> Sequence[str]:
        """Check that a configuration fits data; return what counts as a word, if that is not just words.

        Raises:
            DataError: `min_df` is more than there are training texts.
        """
        from plugins.nlp.texts.checks import check_min_df
        from plugins.nlp.tfidf.tokens import choose_tokens

        if "min_df" in config.model_fields_set:
            check_min_df(config.min_df, data.summary)
        note = choose_tokens(tuple(data.splits["train"].texts)).note
        return (note,) if note else ()

    def card(self) -> Card:
        """Return what the model is; it has no variants."""
        category, subcategory, model = self.key.split("/")
        address = {"model": model, "category": category, "subcategory": subcategory}
        demo = {"source": "demo", "size": 4000}
        return Card(
            summary=self.summary,
            description=_DESCRIPTION,
            examples={
                "demo": {**address, "model_config": {}, "dataset": demo},
                "study": {
                    **address,
                    "model_config": {"alpha": 1.0, "ngram_max": 2},
                    "dataset": demo,
                    "study": {"trials": 8, "metric": "rmse"},
                },
            },
        )

    def trainer(self) -> Trainer:
        """Import scikit-learn and return the trainer."""
        from plugins.nlp.text_regression.linear.trainer import trainer

        return trainer


model = LinearModel()
