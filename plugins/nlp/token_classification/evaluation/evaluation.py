"""A split's evaluation made of a model's tags: the same for every model of the task."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from catalog.contract import Evaluation
from plugins.details import details_json
from plugins.nlp.texts import without_surrogates
from plugins.nlp.token_classification.evaluation import predictions
from plugins.nlp.token_classification.evaluation.counts import Counts, count, matches
from plugins.nlp.token_classification.evaluation.intervals import bootstrap
from plugins.nlp.token_classification.evaluation.metrics import f1_of, measure, ratio
from plugins.nlp.token_classification.evaluation.predictions import TagPredictions
from plugins.nlp.token_classification.records import (
    EntityErrors,
    EntityScores,
    LengthScores,
    SentenceExample,
    TextSpan,
    TokenDetails,
)
from plugins.nlp.token_classification.schemes import Spans, spans_of
from plugins.storage import folder_bytes

__all__ = ["save_and_evaluate"]

_BUCKETS, _LEAST_SENTENCES = 6, 5
_BUCKET_RESAMPLES = 300
_WRONG, _RIGHT = 4, 2
"""Examples with errors, and without."""
_LONGEST = 1500
"""Characters of an example's text, at most, cut between two words."""


def save_and_evaluate(  # noqa: PLR0913 -- what was predicted, and what is known of the model
    split: str,
    words: Sequence[tuple[str, ...]],
    said: TagPredictions,
    folder: Path,
    seconds: float,
    places: np.ndarray | None = None,
    *,
    model_dir: Path | None = None,
    peak_memory_bytes: int | None = None,
    windows: int | None = None,
) -> Evaluation:
    """Evaluate predicted tags, and write them into ``SPLIT.parquet`` of `folder`.

    Args:
        split: Its name.
        words: Of each sentence.
        said: True and predicted tags.
        folder: Exists.
        seconds: Spent predicting.
        places: The rows of the file that hold the sentences; 0, 1, 2 ... if None.
        model_dir: The model's folder, whose size is stated.
        peak_memory_bytes: The most memory in use so far.
        windows: Windows that the model read.

    Raises:
        DivergedError: A probability is not finite.
    """
    path, metrics, counts = folder / f"{split}.parquet", measure(said), count(said)
    true, _ = spans_of(said.tags, said.offsets, said.known)
    predicted, _ = spans_of(said.predicted, said.offsets, said.known)
    details = TokenDetails(
        words=int(said.tags.size),
        entity_scores=_scores(counts, said.known.types),
        entity_confusion=_confusion(true, predicted, said),
        entity_errors=_errors(true, predicted, said.tags.size),
        lengths=tuple(_lengths(counts)),
        examples=tuple(_examples(words, said, counts, true, predicted)),
        windows=windows,
    )
    evaluation = Evaluation(
        split=split,
        rows=len(words),
        metrics=metrics,
        predictions=path,
        seconds=seconds,
        intervals=bootstrap(metrics, counts),
        model_bytes=None if model_dir is None else folder_bytes(model_dir),
        peak_memory_bytes=peak_memory_bytes,
        details=details_json(details),
    )
    predictions.write(path, said, places, words)
    return evaluation


def _scores(counts: Counts, types: Sequence[str]) -> tuple[EntityScores, ...]:
    matched, predicted, true = (each.sum(axis=0) for each in (counts.matched, counts.predicted, counts.true))
    scores = ratio(matched, predicted), ratio(matched, true), f1_of(matched, predicted, true)
    return tuple(
        EntityScores(label, int(true[at]), int(predicted[at]), *(float(each[at]) for each in scores))
        for at, label in enumerate(types)
    )


def _confusion(true: Spans, predicted: Spans, said: TagPredictions) -> tuple[tuple[int, ...], ...]:
    """Return true types by predicted ones; the last column counts missed entities, the last row spurious ones."""
    types, words = len(said.known.types), said.tags.size
    cells = np.zeros((types + 1, types + 1), dtype=np.int64)
    np.add.at(cells, (true.types, matches(true, predicted, words)), 1)  # -1 is the last column
    alone = matches(predicted, true, words) < 0
    np.add.at(cells, (np.full(int(alone.sum()), types), predicted.types[alone]), 1)
    return tuple(map(tuple, cells.tolist()))


def _errors(true: Spans, predicted: Spans, words: int) -> EntityErrors:
    found = matches(true, predicted, words)
    right, same = found == true.types, found >= 0
    touched, touching = _overlaps(true, predicted, words), _overlaps(predicted, true, words)
    return EntityErrors(
        right=int(right.sum()),
        wrong_type=int((same & ~right).sum()),
        wrong_boundaries=int((~same & touched).sum()),
        missed=int((~same & ~touched).sum()),
        spurious=int((~touching).sum()),
    )


def _overlaps(spans: Spans, others: Spans, words: int) -> np.ndarray:
    """Return which entities share a word with any of the others."""
    covered = np.zeros(words + 1, dtype=np.int64)
    np.add.at(covered, others.starts, 1)
    np.add.at(covered, others.ends, -1)
    before = np.concatenate([[0], np.cumsum(np.cumsum(covered)[:-1])])
    return np.asarray(before[spans.ends] > before[spans.starts])


def _lengths(counts: Counts) -> Iterator[LengthScores]:
    """Yield scores of groups of about as many sentences each, those of one length together."""
    order = np.argsort(counts.words, kind="stable")
    ordered, groups = counts.words[order], max(1, min(_BUCKETS, counts.words.size // _LEAST_SENTENCES))
    wanted = np.linspace(0, ordered.size, groups + 1).astype(np.int64)[1:-1]
    inner = np.unique(np.searchsorted(ordered, ordered[wanted]))
    for rows in np.split(order, inner[inner > 0]):
        part = counts.of(rows)
        totals = (each.sum() for each in (part.matched, part.predicted, part.true))
        f1 = float(f1_of(*map(np.atleast_1d, totals))[0])
        low, high = bootstrap({"f1": f1}, part, resamples=_BUCKET_RESAMPLES)["f1"]
        yield LengthScores(int(part.words.min()), int(part.words.max()), rows.size, int(part.true.sum()), f1, low, high)


def _examples(
    words: Sequence[tuple[str, ...]], said: TagPredictions, counts: Counts, true: Spans, predicted: Spans
) -> Iterator[SentenceExample]:
    """Yield the sentences with the most errors, and of those without any the ones with the most entities."""
    missed = (counts.true - counts.matched).sum(axis=1)
    wrong = missed + (counts.predicted - counts.matched).sum(axis=1)
    right = np.where(wrong > 0, 0, counts.true.sum(axis=1))
    for scores, most in ((wrong, _WRONG), (right, _RIGHT)):
        for row in np.argsort(-scores, kind="stable")[:most].tolist():
            if scores[row] > 0:
                yield _example(row, words[row], said, true, predicted)


def _example(row: int, words: tuple[str, ...], said: TagPredictions, true: Spans, predicted: Spans) -> SentenceExample:
    first, last = said.offsets[row], said.offsets[row + 1]
    ends = np.cumsum([len(word) + 1 for word in words]) - 1
    starts = ends - [len(word) for word in words]
    kept = max(1, int((ends <= _LONGEST).sum()))
    pairs = {}
    for name, spans in (("truth", true), ("predicted", predicted)):
        inside = (spans.starts >= first) & (spans.ends <= min(last, first + kept))
        pairs[name] = list(
            zip(
                (spans.starts[inside] - first).tolist(),
                (spans.ends[inside] - first).tolist(),
                spans.types[inside].tolist(),
                strict=True,
            )
        )

    def shown(name: str, other: str) -> tuple[TextSpan, ...]:
        known = set(pairs[other])
        return tuple(
            TextSpan(int(starts[one[0]]), int(ends[one[1] - 1]), said.known.types[one[2]], one in known)
            for one in pairs[name]
        )

    text = without_surrogates(" ".join(words[:kept])) + (" …" if kept < len(words) else "")
    return SentenceExample(row, text, shown("truth", "predicted"), shown("predicted", "truth"))
