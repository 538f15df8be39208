"""Composition: fills the slots of sentences, and records every judgement.

The rule of the data set: **what the writer stands by has the polarity of the label; a judgement of the other polarity
only occurs set aside**: conceded, negated, said by someone else, expected, or meant ironically. Each one is recorded as
a `Judgement`, so that the rule can be checked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from plugins.nlp.reviews.lexicon import (
    ADVERBS,
    ADVICE,
    ASPECTS,
    EVENTS,
    FILM_ADJECTIVES,
    FILM_NOUNS,
    PREDICATES,
    QUALITIES,
    REVERSALS,
    VERBS,
    Aspect,
    Pair,
    Subject,
)
from plugins.nlp.reviews.scenery import GENRES, PEOPLE, SCENERY, TITLES
from plugins.nlp.reviews.seeded_random import SeededRandom
from plugins.nlp.reviews.sentences import MANNERS, PLAIN

__all__ = ["Judgement", "Writer", "with_article"]

_SLOT = re.compile(r"\{(\w+)\}|\[([\w']+)\]")
_SENTENCE_START = re.compile(r"(^|[.!?] )([a-z])")
_WORDS: dict[str, Pair] = {"word": FILM_ADJECTIVES, "quality": QUALITIES, "event": EVENTS, "advice": ADVICE}
_SUBJECTS = [(aspect, subject) for aspect in ASPECTS for subject in aspect.subjects]
_WEIGHTS = tuple(manner.weight for manner in MANNERS)

# A review that keeps to one manner can be read as a whole, which is what a small model learns first.
_FAITHFUL_FOR = 4
_FAITHFUL = 0.7

_PAST = 0.4
_WITH_ADVERB = 0.35
_WITH_PART = 0.2
_OWN_PREDICATE = 0.25
_ANY_PREDICATE = 0.1
_FILM_NOUN = 0.3
_TRIES = 12


@dataclass(frozen=True, slots=True)
class Judgement:
    """One judgement in a review: its words blame (0) or praise (1), and the writer keeps it or sets it aside."""

    polarity: int
    kept: bool

    @property
    def implies(self) -> int:
        """The label that it speaks for, once read in its place."""
        return self.polarity if self.kept else 1 - self.polarity


def with_article(phrase: str) -> str:
    """Put a or an before a phrase; every word of the lexicon that starts with a vowel sounds so."""
    return f"{'an' if phrase[0] in 'aeiou' else 'a'} {phrase}"


class Writer:
    """Writes the sentences of one review; remembers what was said, so that nothing is repeated soon or taken back.

    Attributes:
        judgements: All judgements so far, in the order of the text.
    """

    def __init__(self, chance: SeededRandom, label: int) -> None:
        self.judgements: list[Judgement] = []
        self._chance = chance
        self._label = label
        self._title = chance.pick(TITLES)
        self._genre = chance.pick(GENRES)
        self._past = chance.happens(_PAST)
        self._manner = chance.pick_weighted(MANNERS, _WEIGHTS)
        self._plural = False
        self._person = PEOPLE[0]
        self._said: set[str] = set()
        self._held: dict[str, int] = {}
        self._sentences = 0

    def judge(self) -> str:
        """Write a sentence, or a few that belong together, of judgement."""
        self._sentences += 1
        faithful = self._sentences <= _FAITHFUL_FOR or self._chance.happens(_FAITHFUL)
        return self.write((self._manner if faithful else PLAIN).texts)

    def write(self, texts: Sequence[str]) -> str:
        """Fill one of `texts`, a new one as long as there is one."""
        self._plural = False
        return _SENTENCE_START.sub(lambda start: start[1] + start[2].upper(), self._fill(self._fresh(texts)))

    def _fill(self, text: str) -> str:
        return _SLOT.sub(lambda match: self._slot(match[1]) if match[1] else self._verb(match[2]), text)

    def _slot(self, slot: str) -> str:
        side, _, kind = slot.partition("_")
        if side in {"yes", "no", "denied"}:
            return self._judgement(side, kind or "clause")
        if slot in SCENERY:
            return self._fresh(SCENERY[slot])
        return self._name(slot)

    def _verb(self, verb: str) -> str:
        return VERBS[verb][2 * self._past + self._plural]

    def _fresh(self, options: Sequence[str]) -> str:
        choice = self._chance.pick(options)
        for _ in range(_TRIES):
            if choice not in self._said:
                break
            choice = self._chance.pick(options)
        self._said.add(choice)
        return choice

    def _judgement(self, side: str, kind: str) -> str:
        polarity = self._label if side == "yes" else 1 - self._label
        self.judgements.append(Judgement(polarity, kept=side == "yes"))
        # What is denied of an aspect leaves the writer with the opposite opinion of it.
        held = self._label if side == "denied" else polarity
        match kind:
            case "clause":
                return self._clause(polarity, held)
            case "turn":
                return f"{self._the(self._aspect(held)[1])} {self._fill(self._fresh(REVERSALS[polarity]))}"
            case "np":
                return self._the(self._aspect(held)[1], self._fresh(QUALITIES[polarity]))
            case "film":
                return self._film(polarity)
            case "adj":
                return self._adverb() + self._fresh(FILM_ADJECTIVES[polarity])
        return self._fresh(_WORDS[kind][polarity])

    def _clause(self, polarity: int, held: int) -> str:
        aspect, subject = self._aspect(held)
        part = f" {self._fresh(SCENERY['part'])}" if aspect.lasts and self._chance.happens(_WITH_PART) else ""
        return f"{self._the(subject)} {self._predicate(aspect, polarity)}{part}"

    def _predicate(self, aspect: Aspect, polarity: int) -> str:
        if self._chance.happens(_OWN_PREDICATE):
            return self._fill(self._fresh(aspect.predicates[polarity]))
        if self._chance.happens(_ANY_PREDICATE):
            return self._fill(self._fresh(PREDICATES[polarity]))
        return f"{self._verb('is')} {self._adverb()}{self._fresh(QUALITIES[polarity])}"

    def _film(self, polarity: int) -> str:
        if self._chance.happens(_FILM_NOUN):
            return self._fresh(FILM_NOUNS[polarity])
        return with_article(f"{self._fresh(FILM_ADJECTIVES[polarity])} {self._genre}")

    def _adverb(self) -> str:
        return f"{self._chance.pick(ADVERBS)} " if self._chance.happens(_WITH_ADVERB) else ""

    def _the(self, subject: Subject, quality: str = "") -> str:
        self._plural = subject.plural
        return f"the {quality} {subject.noun}" if quality else f"the {subject.noun}"

    def _name(self, slot: str) -> str:
        match slot:
            case "subject":
                return self._the(self._aspect(self._label)[1])
            case "film":
                self._plural = False
                return self._chance.pick(("the film", "this film", "it", "the whole thing"))
            case "person":
                self._person = self._chance.pick(PEOPLE)
                return self._person.noun
        return {
            "title": self._title,
            "a_genre": with_article(self._genre),
            "they": self._person.subject,
            "them": self._person.object,
            "were": "were" if self._person.plural else "was",
        }[slot]

    def _aspect(self, held: int) -> tuple[Aspect, Subject]:
        """Draw an aspect of which the writer can hold this polarity without taking anything back.

        A noun that was not used yet comes first; only a review that has judged every aspect may contradict itself.
        """
        free = [pair for pair in _SUBJECTS if self._held.get(pair[0].name, held) == held] or _SUBJECTS
        aspect, subject = self._chance.pick([pair for pair in free if pair[1].noun not in self._said] or free)
        self._held[aspect.name] = held
        self._said.add(subject.noun)
        return aspect, subject
