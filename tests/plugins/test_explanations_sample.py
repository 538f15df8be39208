"""Important words and characteristic examples, over a sample of validation."""

import time
from collections.abc import Iterator, Sequence

import numpy as np
import pytest

from catalog.contract import DataSummary
from catalog.errors import ModelSourceError
from plugins.nlp.text_classification import interpreting
from plugins.nlp.text_classification.data import TextData
from plugins.nlp.text_classification.invented import invented_reviews
from plugins.nlp.text_classification.keywords import class_words
from plugins.nlp.text_classification.records import TextPrediction
from plugins.nlp.texts.records import Explanation, WordWeight
from plugins.nlp.texts.split import TextSplit

LABELS = ("negative", "positive")


def _explained(
    label: str, weights: dict[str, float], labels: Sequence[str] = LABELS, confidence=0.9
) -> Explanation[TextPrediction]:
    text, words = " ".join(weights), []
    for word, weight in weights.items():
        words.append(WordWeight(word, text.index(word), text.index(word) + len(word), weight))
    rest = (1 - confidence) / (len(labels) - 1)
    probabilities = {name: confidence if name == label else rest for name in labels}
    return Explanation(TextPrediction(text, label, confidence, probabilities), tuple(words), "made up", 0.02)


def _listed(found) -> dict[str, list[tuple[str, float, int]]]:
    return {one.label: [(word.word, pytest.approx(word.weight), word.texts) for word in one.words] for one in found}


def test_words_speak_for_their_class() -> None:
    """With two classes a weight against one is a weight for the other; upper and lower case count alike."""
    sample = [
        _explained("positive", {"Great": 2.0, "plot": 0.1, "dull": -1.0}),
        _explained("positive", {"great": 1.0, "film": 0.5}),
        _explained("negative", {"dull": 3.0, "GREAT": -0.6}),
    ]
    assert _listed(class_words(sample, LABELS, 2)) == {
        "negative": [("dull", 2.0, 2)],
        "positive": [("great", 1.2, 3)],
    }


def test_with_more_classes_only_their_own_texts_count() -> None:
    """With three classes a weight against one does not say for which of the others it is."""
    labels = ("negative", "positive", "neutral")
    sample = [_explained("positive", {"great": 2.0, "dull": -1.0}, labels) for _ in range(3)]
    found = _listed(class_words(sample, labels, 3))
    assert found == {"negative": [], "positive": [("great", 2.0, 3)], "neutral": []}


def test_places_of_one_text_add_up() -> None:
    """A word that stands in a text twice counts as one text, with the sum of its weights."""
    one = _explained("positive", {"good": 1.0})
    word = one.words[0]
    twice = Explanation(one.prediction, (word, word), "made up")
    assert _listed(class_words([twice, twice], LABELS, 2))["positive"] == [("good", 2.0, 2)]


def test_rare_flukes_and_common_words_do_not_win() -> None:
    """Steady words come before strong ones of few texts and weak ones of many; what has no letters is left out."""
    sample = [_explained("positive", {"superb": 1.0, "the": 0.02, "10": 5.0, "!": 5.0}) for _ in range(20)]
    sample += [_explained("positive", {"Smith": 1.5, "the": 0.02}) for _ in range(3)]
    sample += [_explained("positive", {"once": 9.0, "x" * 41: 9.0}) for _ in range(2)]
    sample += [_explained("positive", {"x" * 41: 9.0})]
    found = class_words(sample, LABELS, 3)[1].words
    assert [word.word for word in found] == ["superb", "smith", "the"]


def test_lists_are_short() -> None:
    """A class has twenty words at most, and none that speaks against it."""
    sample = [_explained("negative", {f"word{chr(97 + i)}": 1.0 + i for i in range(25)} | {"good": -1.0})] * 3
    found = class_words(sample, LABELS, 3)
    assert [len(one.words) for one in found] == [20, 1]
    assert found[0].words[0].word == "wordy"
    assert found[1].words[0].word == "good"


@pytest.mark.parametrize(
    ("labels", "language", "expected"),
    [
        (("negative", "positive"), "en", True),
        (("Neg", "neutral", " POS"), None, True),
        (("0", "1"), "en", False),
        (("positive", "other"), "en", False),
        (("negative", "positive"), "de", False),
    ],
)
def test_reviews_are_made_up_for_sentiment_alone(labels, language, expected) -> None:
    """Praise, blame and a mixed review are shown where classes are sentiment and the texts may be English."""
    assert list(invented_reviews(labels, language)) == (["praise", "blame", "mixed"] if expected else [])


class _Model:
    """Finds texts with "good" positive; surer the longer they are."""

    def __init__(self, pause: float = 0.0) -> None:
        self.asked: list[str] = []
        self.pause = pause

    def explain(self, texts: Sequence[str]) -> Iterator[Explanation[TextPrediction]]:
        for text in texts:
            self.asked.append(text)
            time.sleep(self.pause)
            label = "positive" if "good" in text else "negative"
            confidence = 0.5 + min(len(text), 90) / 200
            prediction = TextPrediction(text, label, confidence, {label: confidence})
            word = WordWeight(text.split()[0], 0, len(text.split()[0]), 1.0)
            yield Explanation(prediction, (word,), "made up", 0.01)


def _data(texts: list[str], ids: list[int], labels=LABELS) -> TextData:
    rows = dict.fromkeys(("train", "validation", "test"), len(texts))
    counts = dict.fromkeys(rows, tuple(np.bincount(ids, minlength=len(labels)).tolist()))
    summary = DataSummary("made up", "0" * 64, rows, details={"labels": labels, "label_rows": counts})
    split = TextSplit(texts, np.array(ids, dtype=np.int64))
    return TextData(summary, dict.fromkeys(rows, split))


def test_sample_is_balanced_and_repeats() -> None:
    """Classes take turns, whatever their shares, and the same texts come in the same order again."""
    data = _data([f"bad {i}" for i in range(300)] + [f"good {i}" for i in range(30)], [0] * 300 + [1] * 30)
    first, second = _Model(), _Model()
    for model in (first, second):
        found = interpreting.interpret(model.explain, LABELS, data, seconds=60)
    assert first.asked == second.asked
    assert found.rows == 200
    assert found.min_texts == 3
    assert found.completeness_error == 0.01
    sample = first.asked[3:]
    assert sum("good" in text for text in sample[:60]) == 30
    assert len(set(sample)) == 200


def test_time_limits_the_sample() -> None:
    """The sample ends when time is used up, but not before eight texts; a small one counts words of two texts."""
    data = _data([f"good {i}" for i in range(50)] + [f"bad {i}" for i in range(50)], [1] * 50 + [0] * 50)
    none = interpreting.interpret(_Model().explain, LABELS, data, seconds=0)
    assert (none.rows, none.min_texts) == (8, 2)
    some = interpreting.interpret(_Model(0.02).explain, LABELS, data, seconds=0.5)
    assert 8 < some.rows < 30
    assert some.seconds < 0.7


def test_examples_are_telling() -> None:
    """Surest right text of each class, surest wrong one and least sure one are shown with their own labels."""
    texts = ["good", "good longer text", "bad", "bad longer text", "bad much longer text, wrong", "ok"]
    data = _data(texts, [1, 1, 0, 0, 1, 0])
    found = interpreting.interpret(_Model().explain, LABELS, data, seconds=60)
    shown = [(one.situation, one.truth, one.explanation.prediction.text) for one in found.examples]
    assert [situation for situation, _, _ in shown[:3]] == ["praise", "blame", "mixed"]
    assert shown[3:] == [
        ("surest right", "negative", "bad longer text"),
        ("surest right", "positive", "good longer text"),
        ("surest wrong", "positive", "bad much longer text, wrong"),
        ("least sure", "negative", "ok"),
    ]


def test_model_of_other_classes_is_refused() -> None:
    """A model for other classes than the data's is an error that names both."""
    data = _data(["a", "b"], [0, 1], ("ham", "spam"))
    with pytest.raises(ModelSourceError, match=r"negative, positive.*ham, spam"):
        interpreting.interpret(_Model().explain, LABELS, data, seconds=1)
