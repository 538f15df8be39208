"""Film reviews with points, from 0 to 10: each passage praises or blames, and the points are the share of praise."""

from dataclasses import dataclass

from plugins.nlp.reviews.grammar import Writer
from plugins.nlp.reviews.seeded_random import SeededRandom
from plugins.nlp.reviews.sentences import FACTS, OPENINGS, PLAIN

__all__ = ["NOISE", "NOTES", "Rated", "rate"]

NOISE = 0.5
"""Standard deviation of the noise in the points: the RMSE of a reader who counts the praise correctly."""
NOTES = (
    "Generated: film reviews from a seeded grammar written for modelcat; films and roles are invented.",
    "The points are ten times the share of passages in which the writer praises the film.",
    f"Stated noise: a standard deviation of {NOISE:g} points, which no model goes below on average.",
)
_MOST = 10
_PASSAGES, _SHARES = (1, 2, 3, 4, 5, 6, 8), (10, 20, 20, 20, 14, 10, 6)
"""Passages of a review, and the share of reviews with so many in percent."""
_PLAIN = 0.85
"""Share of the passages that say plainly what they mean; the others may set the opposite aside."""
_UNIFORMS = 12
"""The sum of so many uniform numbers has variance 1, and is nearly normal."""


@dataclass(frozen=True, slots=True)
class Rated:
    """Texts and their points, noise included; both in the same order."""

    texts: list[str]
    points: list[float]


def rate(size: int, seed: int) -> Rated:
    """Generate `size` reviews, all texts different; the same on every machine."""
    chance = SeededRandom(seed)
    seen: set[str] = set()
    rated = Rated([], [])
    while len(rated.texts) < size:
        text, share = _compose(chance)
        noise = NOISE * (sum(chance.between(0, 999) for _ in range(_UNIFORMS)) / 999.0 - _UNIFORMS / 2)
        if text in seen:
            continue
        seen.add(text)
        rated.texts.append(text)
        rated.points.append(round(_MOST * share + noise, 1))
    return rated


def _compose(chance: SeededRandom) -> tuple[str, float]:
    """Return a review, and the share of its passages that praise."""
    passages = chance.pick_weighted(_PASSAGES, _SHARES)
    praising = chance.between(0, passages)
    writers = [Writer(chance, meaning) for meaning in (0, 1)]
    order = chance.shuffled([1] * praising + [0] * (passages - praising))
    told = [writers[0].write(OPENINGS)] if chance.happens(0.5) else []
    facts = [writers[0].write(FACTS)] if chance.happens(0.3) else []
    return " ".join([*told, *(_judge(chance, writers[meaning]) for meaning in order), *facts]), praising / passages


def _judge(chance: SeededRandom, writer: Writer) -> str:
    return writer.write(PLAIN.texts) if chance.happens(_PLAIN) else writer.judge()
