"""Training labels that are probably wrong, found by confident learning.

Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", 2021 (arXiv 1911.00068).
A simple model gives the probabilities of examples that it was not trained on. An example is confidently of a class
if its probability of that class reaches the mean that the examples with this label have (section 3.1); one that is
confidently of another class than its label is a suspect. They are ranked by normalized margin (section 3.3).
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.linear_model import LogisticRegression

from catalog.contract import Fact
from catalog.figures import Column, Figure, Table
from catalog.statement import Statement
from plugins.details import details_json
from plugins.nlp.text_classification.records import Suspect
from plugins.nlp.tfidf.tokens import choose_tokens
from plugins.nlp.tfidf.vectorizer import make_vectorizer

__all__ = ["MOST_ROWS", "Suspicion", "suspect_labels"]

MOST_ROWS = 20_000
_MOST_CHARACTERS = 10_000_000
_MOST_CELLS = 100_000
"""Rows x classes, with which the time of a fit grows. 4,000 rows of 20 classes took 3.5 s, of 150 classes 17 s."""
_MOST_TERMS = 50_000
_LEAST_OF_A_CLASS = 20
"""Mean rows of a class below which its model knows too little to doubt a label."""
_FOLDS = 3
_SHOWN, _SUSPECTS_SHOWN = 20, 5
_TEXT_LENGTH = 300
"""Characters of a text that are kept: enough to judge its label by."""
_C, _UNLIKELY = 10.0, 0.15
"""Inverse penalty, and the probability of its own label up to which an example is a suspect.

Measured on generated reviews with 3 % of the labels turned, which are made to mislead a bag of words (74 to 80 % of
them are classified correctly): of 2,880 rows 72 are suspects, 36 % of them rightly, which is 30 % of the turned labels;
of 12,000 rows 271, 59 % and 44 %. Without the bound the confident joint alone names 475 of 4,000 rows, 14 % rightly. A
penalty a third or three times as strong finds less at the same precision.
"""


@dataclass(frozen=True, slots=True)
class Suspicion:
    """What was found.

    Attributes:
        rows: How many training rows were examined; 0 if there are too few of them for so many classes.
        suspected: How many of them have a label that is probably wrong.
        suspects: A few of these, most likely wrong first.
    """

    rows: int
    suspected: int
    suspects: tuple[Suspect, ...]

    def details(self) -> Mapping[str, Any]:
        """Return it as JSON details of a forecast."""
        return {"suspected": self.suspected, "suspects": [details_json(one) for one in self.suspects]}

    def facts(self) -> tuple[Fact, ...]:
        """Return the finding as a line."""
        suspects = Statement(
            "{count:count} labels are probably wrong, or their texts unusual", {"count": self.suspected}
        )
        return (Fact(Statement("suspects"), suspects),)

    def figures(self) -> tuple[Figure, ...]:
        """Return the first suspects, if there are any."""
        if not self.suspects:
            return ()
        columns = (
            Column(Statement("Row"), "count"),
            Column(Statement("Label")),
            Column(Statement("Rather")),
            Column(Statement("Text")),
        )
        rows = tuple((one.row, one.label, one.suggested, one.text) for one in self.suspects[:_SUSPECTS_SHOWN])
        return (Table("suspects", Statement("Labels that are probably wrong"), columns, rows),)


def suspect_labels(texts: Sequence[str], labels: np.ndarray, names: Sequence[str], seed: int) -> Suspicion:
    """Find labels that a model which was not trained on them finds very unlikely.

    Args:
        texts: Of the training split.
        labels: Class ids, shape (rows,).
        names: Of the classes.
        seed: Decides the sample, if there are too many rows, and the folds.
    """
    rows = _sample(texts, len(names), np.random.default_rng(seed))
    if rows.size < _LEAST_OF_A_CLASS * len(names):
        return Suspicion(0, 0, ())
    chosen = [texts[row] for row in rows]
    probabilities = _out_of_fold(chosen, labels[rows], len(names), np.random.default_rng(seed + 1))
    if probabilities is None:
        return Suspicion(rows.size, 0, ())
    places, suggested = _confidently_other(labels[rows], probabilities)
    suspects = tuple(
        Suspect(
            row=int(rows[place]),
            text=_cut(chosen[place]),
            label=names[labels[rows[place]]],
            suggested=names[guess],
            probability=float(probabilities[place, guess]),
        )
        for place, guess in zip(places[:_SHOWN].tolist(), suggested[:_SHOWN].tolist(), strict=True)
    )
    return Suspicion(rows.size, int(places.size), suspects)


def _sample(texts: Sequence[str], classes: int, chance: np.random.Generator) -> np.ndarray:
    """Return the rows to examine, in order: all, or a seeded sample bounded in rows, characters and rows x classes."""
    rows = chance.permutation(len(texts))[: min(MOST_ROWS, _MOST_CELLS // classes)]
    characters = np.cumsum([len(texts[row]) for row in rows])
    return np.sort(rows[: max(1, int(np.searchsorted(characters, _MOST_CHARACTERS)))])


def _out_of_fold(
    texts: Sequence[str], labels: np.ndarray, classes: int, chance: np.random.Generator
) -> np.ndarray | None:
    """Return each text's probabilities by a model trained on the other folds, float64, shape (rows, classes).

    None if that is impossible: too few rows or classes, or texts without a single word in common. Words are chosen and
    weighted over all texts, which uses nothing of their labels.
    """
    try:
        vectorizer = make_vectorizer(2, 2, tokens=choose_tokens(tuple(texts)))
        features = vectorizer.set_params(max_features=_MOST_TERMS).fit_transform(texts)
    except ValueError:  # no word occurs twice
        return None
    folds = _folds(labels, chance)
    probabilities = np.zeros((len(texts), classes))
    for fold in range(_FOLDS):
        held_out = folds == fold
        known = np.unique(labels[~held_out])
        if known.size < 2 or not held_out.any():
            return None
        model = LogisticRegression(C=_C, max_iter=200).fit(features[~held_out], labels[~held_out])
        probabilities[np.ix_(held_out, model.classes_)] = model.predict_proba(features[held_out])
    return probabilities


def _folds(labels: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Assign each class's rows to the folds in turn, in random order, shape (rows,)."""
    folds = np.empty(labels.size, dtype=np.int64)
    for label in np.unique(labels):
        members = chance.permutation(np.flatnonzero(labels == label))
        folds[members] = np.arange(members.size) % _FOLDS
    return folds


def _confidently_other(labels: np.ndarray, probabilities: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the rows that are confidently of another class than their label, worst first, and that class."""
    classes = probabilities.shape[1]
    own = probabilities[np.arange(labels.size), labels]
    members = [labels == label for label in range(classes)]
    thresholds = np.array([own[these].mean() if these.any() else math.inf for these in members])
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    guess = confident.argmax(axis=1)
    places = np.flatnonzero((confident.max(axis=1) >= 0) & (guess != labels) & (own <= _UNLIKELY))
    margin = own[places] - probabilities[places, guess[places]]
    order = np.argsort(margin, kind="stable")
    return places[order], guess[places][order]


def _cut(text: str) -> str:
    return text if len(text) <= _TEXT_LENGTH else text[: _TEXT_LENGTH - 1] + "…"
