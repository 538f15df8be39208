"""Reviews: how long they are, how they are laid out, and which labels are wrong."""

from dataclasses import dataclass

from plugins.nlp.reviews.grammar import Judgement, Writer
from plugins.nlp.reviews.seeded_random import SeededRandom
from plugins.nlp.reviews.sentences import AFTERWORDS, FACTS, OPENINGS, SETTINGS, STORY

__all__ = ["LABELS", "NOISE", "Review", "Reviews", "generate", "write"]

LABELS = ("negative", "positive")
#: Share of the labels that are turned over, the same in both classes.
NOISE = 0.03


@dataclass(frozen=True, slots=True)
class Reviews:
    """Texts and their label ids (indices into `LABELS`), label noise included; both in the same order."""

    texts: list[str]
    labels: list[int]


@dataclass(frozen=True, slots=True)
class Review:
    """One review as its maker knows it.

    Attributes:
        text: Paragraphs are separated by an empty line.
        meaning: The label that the text deserves.
        label: The label that it carries: the same, or the other one for a share of `NOISE`.
        judgements: In the order of the text.
    """

    text: str
    meaning: int
    label: int
    judgements: tuple[Judgement, ...]


@dataclass(frozen=True, slots=True)
class _Shape:
    """How many passages of judgement, how many sentences on the film and its story, how many other facts."""

    judging: int
    telling: int
    facts: int


# From one-liners to essays; the second number is the share in percent.
_SHAPES = (
    (_Shape(1, 0, 0), 8),
    (_Shape(1, 1, 0), 12),
    (_Shape(2, 0, 0), 10),
    (_Shape(2, 1, 0), 16),
    (_Shape(2, 1, 1), 8),
    (_Shape(3, 0, 0), 10),
    (_Shape(3, 1, 0), 16),
    (_Shape(4, 2, 1), 11),
    (_Shape(6, 3, 1), 5),
    (_Shape(8, 4, 2), 3),
    (_Shape(12, 5, 3), 1),
)
_SHARES = [share for _, share in _SHAPES]
_JUDGE_FIRST = 0.5
_ONE_PARAGRAPH = 7
_PASSAGES_A_PARAGRAPH = 3


def generate(size: int, seed: int) -> Reviews:
    """Generate `size` reviews, half of them positive, all texts different; the same on every machine.

    About 70 microseconds a review. The order is random, so that the caller need not shuffle before a split.
    """
    reviews = write(size, seed)
    return Reviews([review.text for review in reviews], [review.label for review in reviews])


def write(size: int, seed: int) -> list[Review]:
    """Generate reviews with what is known about them; `generate` returns only texts and labels."""
    chance = SeededRandom(seed)
    order = chance.shuffled(range(size))
    meanings = [0] * size
    for rank, index in enumerate(order):
        meanings[index] = rank % 2
    # Neighbours in rank have opposite meanings, so the noise is the same in both classes.
    turned = set(order[: round(size * NOISE)])
    seen: set[str] = set()
    reviews: list[Review] = []
    while len(reviews) < size:
        index = len(reviews)
        meaning = meanings[index]
        writer = Writer(chance, meaning)
        text = _compose(writer, chance)
        if text in seen:
            continue
        seen.add(text)
        label = 1 - meaning if index in turned else meaning
        reviews.append(Review(text, meaning, label, tuple(writer.judgements)))
    return reviews


def _compose(writer: Writer, chance: SeededRandom) -> str:
    shape, _ = chance.pick_weighted(_SHAPES, _SHARES)
    judge_first = chance.happens(_JUDGE_FIRST)
    told = [writer.write(AFTERWORDS if judge_first and shape.telling == 1 else OPENINGS)] if shape.telling else []
    told += [writer.write(SETTINGS if number == 1 else STORY) for number in range(1, shape.telling)]
    judged = [writer.judge() for _ in range(shape.judging)]
    facts = [writer.write(FACTS) for _ in range(shape.facts)]
    if judge_first and shape.telling <= 1:
        return " ".join(judged + told + facts)
    if shape.judging + shape.telling + shape.facts <= _ONE_PARAGRAPH:
        return " ".join(told + facts + judged)
    passages = range(0, len(judged), _PASSAGES_A_PARAGRAPH)
    paragraphs = [" ".join(judged[start : start + _PASSAGES_A_PARAGRAPH]) for start in passages]
    return "\n\n".join([" ".join(told + facts), *paragraphs])
