"""Files of predictions, intervals, comparison, chance, and what an evaluation finds besides metrics."""

import numpy as np
import pytest

from catalog.contract import DataSummary
from catalog.errors import DataError, DivergedError, InputError
from plugins.details import details_json
from plugins.nlp.token_classification.evaluation import (
    METRICS,
    TagPredictions,
    chance_level,
    check_metric,
    compare,
    measure,
    metrics_of,
    predictions,
    save_and_evaluate,
)
from plugins.nlp.token_classification.evaluation.counts import count
from plugins.nlp.token_classification.records import TagData, token_details
from plugins.nlp.token_classification.schemes import tag_set

KNOWN = tag_set("bio", ["B-PER", "B-LOC"])
WORDS = (("Ada", "Lovelace", "met", "Paris"), ("in", "New", "York"), ("Bo", "ran"))
OUT, B_LOC, I_LOC, B_PER, I_PER = range(5)
TRUE = np.array([B_PER, I_PER, OUT, B_PER, OUT, B_LOC, I_LOC, B_PER, OUT])
SAID = np.array([B_PER, I_PER, OUT, B_LOC, OUT, B_LOC, OUT, OUT, B_LOC])
OFFSETS = np.array([0, 4, 7, 9])


def said(tags=SAID, **more):
    return TagPredictions(KNOWN, OFFSETS, TRUE, tags, **more)


def data(known=KNOWN):
    details = TagData(
        scheme=known.scheme,
        tags=known.names,
        tag_words={"test": (90, 3, 2, 4, 1)},
        entity_types=known.types,
        entities={"test": (3, 4)},
    )
    return DataSummary("d", "f", {"train": 8, "validation": 1, "test": 1}, details=details_json(details))


def test_details_say_what_became_of_each_entity(tmp_path):
    """One entity is right, one of another type, one has other boundaries, one is missed; one is made up."""
    found = save_and_evaluate("test", WORDS, said(), tmp_path, 0.1)
    details = token_details(found)
    errors = details.entity_errors
    assert (errors.right, errors.wrong_type, errors.wrong_boundaries, errors.missed, errors.spurious) == (1, 1, 1, 1, 1)
    assert details.entity_confusion == ((0, 0, 1), (1, 1, 1), (2, 0, 0))
    scores = {one.label: one for one in details.entity_scores}
    assert (scores["PER"].entities, scores["PER"].predicted, scores["PER"].recall) == (3, 1, pytest.approx(1 / 3))
    assert found.metrics["f1"] == pytest.approx(2 * 1 / (4 + 4))
    assert details.words == 9
    assert sum(one.sentences for one in details.lengths) == 3
    example = details.examples[0]
    assert {example.text[span.start : span.end] for span in example.truth} <= {
        "Ada Lovelace",
        "Paris",
        "New York",
        "Bo",
    }


def test_predictions_survive_their_file(tmp_path):
    """What was written is read again, with the names of the tags."""
    shares = np.linspace(0.1, 0.9, TRUE.size).astype(np.float32)
    whole = said(confidence=shares, likelihood=shares[::-1].copy())
    predictions.write(tmp_path / "p.parquet", whole)
    found = predictions.read(tmp_path / "p.parquet")
    assert found.known == KNOWN
    for name in ("offsets", "tags", "predicted", "confidence", "likelihood"):
        assert np.array_equal(getattr(found, name), getattr(whole, name))
    assert measure(found) == measure(whole)
    assert measure(whole)["log_loss"] == pytest.approx(-np.log(shares.astype(np.float64)).mean())
    (tmp_path / "p.parquet").write_bytes(b"PAR1")
    with pytest.raises(DataError, match="does not hold predicted tags"):
        predictions.read(tmp_path / "p.parquet")


def test_intervals_hold_their_values(tmp_path):
    """Each metric lies within its interval, and the interval within the bounds of the metric."""
    found = save_and_evaluate("test", WORDS, said(), tmp_path, 0.1)
    assert set(found.intervals) == set(found.metrics) == {"f1", "precision", "recall", "macro_f1", "accuracy"}
    for name, (low, high) in found.intervals.items():
        assert 0 <= low <= found.metrics[name] <= high <= 1


def test_the_better_model_wins(tmp_path):
    """A comparison is paired over sentences, and turned so that positive is better, whatever the metric."""
    rng = np.random.default_rng(0)
    offsets = np.arange(0, 4 * 200 + 1, 4)
    true = KNOWN.repaired(rng.integers(0, 5, 800), offsets)
    worse = np.where(rng.random(800) < 0.4, 0, true)
    better = np.where(rng.random(800) < 0.1, 0, true)
    paths = []
    for name, tags in (("better", better), ("worse", worse)):
        share = np.where(tags == true, 0.9, 0.1).astype(np.float32)
        paths.append(tmp_path / f"{name}.parquet")
        predictions.write(paths[-1], TagPredictions(KNOWN, offsets, true, KNOWN.repaired(tags, offsets), share, share))
    for metric in METRICS:
        found = compare(paths[:1], paths[1:], metric, seed=0)
        assert found.low > 0, metric
        assert found.rows == 200
    assert compare(paths[1:], paths[:1], "f1", seed=0).high < 0
    same = compare(paths[:1], paths[:1], "f1", seed=0)
    assert (same.difference, same.low, same.high) == (0, 0, 0)


def test_other_sentences_are_not_compared(tmp_path):
    """Predictions of other sentences are refused, and so are metrics that are unknown or undefined."""
    predictions.write(tmp_path / "a.parquet", said())
    other = TRUE.copy()
    other[2] = B_LOC
    predictions.write(tmp_path / "b.parquet", TagPredictions(KNOWN, OFFSETS, other, SAID))
    with pytest.raises(DataError, match="different sentences"):
        compare([tmp_path / "a.parquet"], [tmp_path / "b.parquet"], "f1", 0)
    with pytest.raises(DataError, match="gave no probabilities"):
        compare([tmp_path / "a.parquet"], [tmp_path / "a.parquet"], "log_loss", 0)
    with pytest.raises(DataError, match="Unknown metric"):
        compare([tmp_path / "a.parquet"], [tmp_path / "a.parquet"], "rmse", 0)
    with pytest.raises(InputError, match="Unknown metric 'rmse'"):
        check_metric("rmse", data())


def test_divergence_is_an_error():
    """A probability that is not finite is no metric."""
    with pytest.raises(DivergedError):
        measure(said(likelihood=np.full(TRUE.size, np.nan, dtype=np.float32)))


def test_no_entity_is_guessed_by_chance():
    """Answering O everywhere reaches no F1, the share of O as accuracy, and the entropy of the tags as loss."""
    assert chance_level("f1", data(), "test").value == 0
    assert chance_level("f1", data(), "test").margin == pytest.approx(3 / 7)
    assert chance_level("accuracy", data(), "test").value == pytest.approx(0.9)
    shares = np.array([0.9, 0.03, 0.02, 0.04, 0.01])
    assert chance_level("log_loss", data(), "test").value == pytest.approx(-(shares * np.log(shares)).sum())
    assert chance_level("f1", DataSummary("d", "f", {"train": 1}), "test") is None


def test_plain_tags_are_guessed_by_the_most_frequent_one():
    """Without O the most frequent tag is right as often as it occurs; metrics are called after words."""
    known = tag_set("plain", ["A", "B"])
    details = TagData("plain", known.names, {"test": (75, 25)}, known.types, {"test": (75, 25)})
    found = DataSummary("d", "f", {"train": 1, "test": 1}, details=details_json(details))
    assert chance_level("f1", found, "test").value == pytest.approx(0.75)
    assert chance_level("macro_f1", found, "test").value == pytest.approx(0.375)
    assert metrics_of(found)[0].label.template == "F1 of tagged words"
    assert metrics_of(data())[0].label.template == "Entity F1"
    assert [one.name for one in metrics_of(found)] == list(METRICS)


def test_counts_of_sentences_add_up():
    """Entities are counted in the sentence that they stand in."""
    counts = count(said())
    assert counts.true.sum(axis=1).tolist() == [2, 1, 1]
    assert counts.predicted.sum(axis=1).tolist() == [2, 1, 1]
    assert counts.matched.sum(axis=1).tolist() == [1, 0, 0]
    assert counts.right.tolist() == [3, 2, 0]
