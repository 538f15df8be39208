"""What the catalog shows of the linear model, and the way to its trainer."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from catalog.contract import Card, DataSummary, Trainer
from catalog.space import Choices, FloatRange, Scalar, SearchSpace
from plugins.nlp.text_classification.linear.config import LinearConfig

if TYPE_CHECKING:
    from plugins.nlp.text_classification.data import TextData

__all__ = ["LinearModel", "model"]

_DESCRIPTION = (
    "Every word and every pair of neighbouring words is a feature, weighted by how often it occurs in a text and how "
    "rare it is elsewhere (TF-IDF); logistic regression learns what each says about the classes. Emoji count as words, "
    "and where a script has no spaces, sequences of characters take the place of words. It trains in seconds "
    "on a CPU, needs no download, and is hard to beat on long texts whose words give the class away. It does not see "
    "word order beyond neighbours: negation at a distance and sentences in which the last clause wins escape it. Start "
    "here, and expect a larger model to earn its cost by beating it. The fit is convex: all seeds give the same model."
)


@dataclass(frozen=True, slots=True)
class LinearModel:
    """A `catalog.contract.Model`; importing it imports neither scikit-learn nor SciPy."""

    key: str = "nlp/text-classification/linear"
    summary: str = "TF-IDF and logistic regression: the baseline to beat, trained in seconds."
    Config: type[LinearConfig] = LinearConfig
    preparation_fields: frozenset[str] = frozenset()
    fixed_fields: frozenset[str] = frozenset({"num_labels", "seed"})

    def search_space(self, config: LinearConfig) -> SearchSpace:  # noqa: ARG002 -- the same for every configuration
        """Tune the penalty, and whether pairs of words count."""
        return {"C": FloatRange(0.1, 100.0, log=True), "ngram_max": Choices((1, 2))}

    def recipes(self, config: LinearConfig) -> Sequence[Mapping[str, Scalar]]:  # noqa: ARG002 -- there are none
        """Return nothing: the default is the recipe."""
        return ()

    def tunable(self, config: LinearConfig, data: DataSummary) -> Mapping[str, Scalar]:  # noqa: ARG002 -- no share of data
        """Tell every value of `config` that a study may tune; fields without a value are left out."""
        values: dict[str, Scalar] = {"C": config.C, "ngram_max": config.ngram_max, "min_df": config.min_df}
        if isinstance(config.class_weights, str):
            values["class_weights"] = config.class_weights
        return values

    def check(self, config: LinearConfig, data: "TextData") -> Sequence[str]:
        """Check that a configuration fits data; return what counts as a word, if that is not just words.

        Raises:
            DataError: `config` contradicts the data.
        """
        from plugins.nlp.text_classification.data import check_config
        from plugins.nlp.tfidf.tokens import choose_tokens

        check_config(
            data.summary,
            num_labels=config.num_labels,
            class_weights=config.class_weights,
            min_df=config.min_df if "min_df" in config.model_fields_set else None,
        )
        note = choose_tokens(tuple(data.splits["train"].texts)).note
        return (note,) if note else ()

    def card(self) -> Card:
        """Tell what the model is; it has no variants."""
        category, subcategory, model = self.key.split("/")
        address = {"model": model, "category": category, "subcategory": subcategory}
        return Card(
            summary=self.summary,
            description=_DESCRIPTION,
            examples={
                "demo": {**address, "model_config": {}, "dataset": {"source": "demo", "size": 4000}},
                "study": {
                    **address,
                    "model_config": {"C": 10.0, "ngram_max": 2},
                    "dataset": {"source": "demo", "size": 4000},
                    "study": {"trials": 8, "metric": "accuracy"},
                },
            },
        )

    def trainer(self) -> Trainer:
        """Import scikit-learn and return the trainer."""
        from plugins.nlp.text_classification.linear.trainer import LinearTrainer

        return LinearTrainer()


model = LinearModel()
