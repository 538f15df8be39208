"""Temperature scaling of stored probabilities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy.special import softmax

from plugins.classification.evaluation.metrics import measure
from plugins.classification.evaluation.temperature import HIGHEST, LEAST_ROWS, LOWEST, fit, rescale


def honest(rows: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Scores whose softmax is the true chance of each class, and labels drawn by it."""
    rng = np.random.default_rng(seed)
    scores = rng.normal(scale=2, size=(rows, classes))
    drawn = rng.random((rows, 1)) < softmax(scores, axis=1).cumsum(axis=1)
    return drawn.argmax(axis=1), scores


@pytest.mark.parametrize("classes", [2, 5])
@pytest.mark.parametrize("truth", [0.5, 1.0, 2.5])
def test_fit_finds_the_temperature_that_spoiled_the_scores(classes, truth):
    """Scores that were multiplied by a number get it back as their temperature, and are honest after it."""
    labels, scores = honest(20_000, classes)
    spoiled = softmax(scores * truth, axis=1).astype(np.float32)
    found = fit(labels, spoiled)
    assert found == pytest.approx(truth, rel=0.05)
    assert rescale(spoiled, found) == pytest.approx(softmax(scores * truth / found, axis=1), abs=1e-5)
    before, after = measure(labels, spoiled), measure(labels, rescale(spoiled, found))
    assert after["log_loss"] <= before["log_loss"]
    assert after["ece"] < 0.02


def test_few_rows_and_faultless_ones_are_left_alone():
    """Fewer than fifty rows, or none that is wrong, say nothing about a temperature."""
    labels, scores = honest(LEAST_ROWS, 2)
    spoiled = softmax(scores * 3, axis=1)
    assert fit(labels, spoiled) > 1
    assert fit(labels[1:], spoiled[1:]) == 1
    assert fit(spoiled.argmax(axis=1), spoiled) == 1


def test_a_model_at_chance_gets_the_highest_temperature():
    """If answers have nothing to do with labels, the search ends at its bound instead of running off."""
    labels, scores = honest(500, 2)
    assert fit(np.random.default_rng(5).permutation(labels), softmax(scores, axis=1)) <= HIGHEST
    assert LOWEST < fit(1 - softmax(scores, axis=1).argmax(axis=1), softmax(scores, axis=1)) <= HIGHEST


def test_certain_rows_are_rescaled():
    """Zeros and ones stay finite and keep adding up to 1, and a certain error does not stop the fit."""
    certain = np.array([[1.0, 0.0], [0.0, 1.0]] * 30, dtype=np.float32)
    for temperature in (0.1, 2.0, 10.0):
        found = rescale(certain, temperature)
        assert np.isfinite(found).all()
        assert found.sum(axis=1) == pytest.approx(1)
    labels = certain.argmax(axis=1)
    labels[0] = 1
    assert 1 < fit(labels, certain) <= HIGHEST


def test_one_changes_nothing():
    """A temperature of 1 gives back the very numbers."""
    probabilities = softmax(honest(20, 3)[1], axis=1).astype(np.float32)
    assert np.array_equal(rescale(probabilities, 1.0), probabilities)


@settings(max_examples=150, deadline=None)
@given(
    arrays.arrays(np.float32, st.tuples(st.integers(1, 5), st.integers(2, 5)), elements=st.floats(0, 1, width=32)),
    st.floats(LOWEST, HIGHEST),
)
def test_answers_never_change(odds, temperature):
    """Whatever the probabilities, ties and neighbouring numbers among them, the predicted class stays."""
    odds = odds + np.float32(1e-30)
    probabilities = (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)
    found = rescale(probabilities, temperature)
    assert np.array_equal(found.argmax(axis=1), probabilities.argmax(axis=1))
    assert found.sum(axis=1) == pytest.approx(1)


def test_neighbouring_numbers_stay_apart():
    """Two doubles that differ in their last bit keep their order even where rounding would make them equal."""
    close = np.array([[np.nextafter(0.5, 0), 0.5], [0.5, np.nextafter(0.5, 0)], [0.5, np.nextafter(0.5, 1)]])
    assert rescale(close, 10.0).argmax(axis=1).tolist() == [1, 0, 1]
