"""Explanations of linear models: exact, word by word."""

import numpy as np
import pytest

from catalog.contract.capabilities import Explains
from plugins.nlp.text_classification.linear.model import LinearModel
from plugins.nlp.tfidf.vectorizer import make_vectorizer

TEXTS = (
    "a good film with good actors",
    "a bad film",
    "an awful plot, bad actors",
    "not good",
    "good music and a good plot",
    "it is neither good nor bad",
    "a film of two hours",
)


def _model(labels: tuple[str, ...], ids: list[int], ngram_max: int = 2) -> LinearModel:
    from sklearn.linear_model import LogisticRegression

    vectorizer = make_vectorizer(ngram_max, 1)
    classifier = LogisticRegression(C=10.0).fit(vectorizer.fit_transform(TEXTS), ids)
    return LinearModel(labels, vectorizer, classifier)


def _log_odds(probability: float) -> float:
    return float(np.log(probability) - np.log1p(-probability))


@pytest.mark.parametrize(
    ("labels", "ids"),
    [(("no", "yes"), [1, 0, 0, 0, 1, 0, 1]), (("no", "yes", "so-so"), [1, 0, 0, 0, 1, 2, 2])],
)
def test_weights_add_up(labels, ids) -> None:
    """With two classes and with more, weights add up to the log-odds of the answer less those of a text of no words."""
    model = _model(labels, ids)
    assert isinstance(model, Explains)
    (nothing,) = model.predict([""])
    for found in model.explain_words([*TEXTS, "GOOD bad-good unheard of film"]):
        before = _log_odds(nothing["probabilities"][found.prediction.label])
        after = _log_odds(found.prediction.confidence)
        assert sum(word.weight for word in found.words) == pytest.approx(after - before, abs=1e-4)
        assert found.completeness_error is None or found.completeness_error < 1e-6
        assert found.method == "coefficients times TF-IDF"
        assert not found.truncated


def test_terms_are_shared_out_over_their_words_and_places() -> None:
    """A word gets its own term's part, divided by its places, and half of each pair that it stands in."""
    model = _model(("no", "yes"), [1, 0, 0, 0, 1, 0, 1])
    text = "good film, bad GOOD film"
    row = model.vectorizer.transform([text]).toarray()[0]
    (found,) = model.explain_words([text])
    sign = 1 if found.prediction.label == "yes" else -1

    def part(term: str) -> float:
        place = model.vectorizer.vocabulary_.get(term)
        return 0.0 if place is None else sign * row[place] * model.classifier.coef_[0, place]

    assert part("good film") != 0
    assert [word.word for word in found.words] == ["good", "film", "bad", "GOOD", "film"]
    good = part("good") / 2 + part("good film") / 2 / 2
    assert found.words[0].weight == pytest.approx(good)
    film = part("film") / 2 + part("good film") / 2 / 2
    assert found.words[4].weight == pytest.approx(film)
    assert all(word.attention is None for word in found.words)


def test_unknown_words_are_left_out() -> None:
    """Words that no known term holds were not seen by the model, and are not listed."""
    (found,) = _model(("no", "yes"), [1, 0, 0, 0, 1, 0, 1]).explain_words(["what a good picture"])
    assert [word.word for word in found.words] == ["a", "good"]


def test_words_lie_where_they_are_said_to_lie() -> None:
    """Places are those of the text as given, where lower case is longer than upper case too."""
    model = _model(("no", "yes"), [1, 0, 0, 0, 1, 0, 1])
    for text in ("", "\0 good", "İİ good BAD", "\ud800good", "good😀film", "GOOD\u0307 film " * 500):
        (found,) = model.explain_words([text])
        assert all(text[word.start : word.end] == word.word for word in found.words)
        assert all(one.end <= two.start for one, two in zip(found.words, found.words[1:], strict=False))
    assert [word.word for word in next(model.explain_words(["İİ good BAD"])).words] == ["good", "BAD"]
