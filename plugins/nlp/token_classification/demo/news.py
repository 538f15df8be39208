"""Sentences with people, places, organisations and dates."""

from collections.abc import Callable, Iterator, Sequence
from random import Random
from typing import TypeVar

import numpy as np

from plugins.nlp.token_classification.data.raw import RawTags

__all__ = ["NOISE", "generate"]

NOISE = 0.02
"""Share of the entities that have another type than the one that is meant."""
_TYPES = ("PER", "LOC", "ORG", "DATE")
_FIRST = ("Ada", "Jordan", "Maria", "Lincoln", "April", "Tariq", "Chen", "Olga", "Paris", "June", "Samuel", "Ines",
          "Austin", "Noor", "Viktor", "Chelsea", "Emeka", "Lena")  # fmt: skip
_PLACES = ("Jordan", "Lincoln", "Austin", "Paris", "Lisbon", "Chelsea", "Kenya", "Oslo", "Georgia", "Peru", "Chad",
           "New Haven", "Santa Clara", "Port Louis")  # fmt: skip
_COMPANIES = ("Chase", "Lincoln", "Santa Clara Health", "Chelsea", "Northern Rail", "Ford", "Red Harbour")
_KINDS = ("Ltd", "Group", "University", "Bank", "Airlines", "Council", "Institute", "Records")
_MONTHS = ("January", "March", "April", "May", "June", "August", "November")
_DAYS = ("Monday", "Tuesday", "Thursday", "Friday", "Sunday")
_STARTS = ("Bel", "Dor", "Kar", "Lin", "Mor", "Nar", "Os", "Pel", "Ros", "Tam", "Val", "Wen", "Yar", "Zel")
_MIDDLES = ("a", "e", "i", "o", "an", "en", "or")
_SURNAME_ENDS = ("son", "ski", "ez", "well", "ner", "kov", "dottir", "man")
_TOWN_ENDS = ("ton", "burg", "ville", "ford", "mouth", "stad")
_TITLES = ("minister", "director", "singer", "coach", "professor", "mayor")

_CLAUSES = (
    "{PER} met {PER} in {LOC}",
    "{PER} , the {title} of {ORG} , resigned on {DATE}",
    "shares of {ORG} fell after {DATE}",
    "{ORG} opened an office in {LOC}",
    "the {title} {PER} flew from {LOC} to {LOC}",
    "{ORG} named {PER} its new {title}",
    "it rained in {LOC} until {DATE}",
    "{PER} said that nothing had changed",
    "{PER} has worked for {ORG} since {DATE}",
    "the river near {LOC} froze on {DATE}",
    "voters in {LOC} will decide on {DATE}",
    "{ORG} and {ORG} signed the contract in {LOC}",
    "nobody at {ORG} wanted to comment",
    "prices rose again , as they may do in spring",
    "the concert of {PER} was moved to {DATE}",
    "it was the third goal of {PER} against {ORG}",
    "the road was closed for hours",
    "according to {PER} , a museum in {LOC} will show the paintings",
    "they may march through the centre of {LOC}",
    "{PER} was born in {LOC} on {DATE}",
)
_JOINTS = (", and", ", but", "while", "because", ";")
_OPENINGS = ("Yesterday", "Officially", "Late in the evening", "For the first time")

T = TypeVar("T")


class _Draws:
    """Seeded draws that are the same in every version of Python: only `random()` promises that."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random  # noqa: S311 -- news, not secrets

    def happens(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self._random() < probability

    def pick(self, options: Sequence[T]) -> T:
        """Return one of `options`, each as likely."""
        return options[int(self._random() * len(options))]


def generate(size: int, seed: int) -> RawTags:
    """Return `size` sentences in BIO; the same for the same seed everywhere.

    Args:
        size: How many.
        seed: Decides which.
    """
    draws = _Draws(seed)
    sentences = [list(_sentence(draws)) for _ in range(size)]
    lengths = [len(sentence) for sentence in sentences]
    return RawTags(
        origin="demo",
        field="dataset",
        words=tuple(tuple(word for word, _ in sentence) for sentence in sentences),
        tags=[tag for sentence in sentences for _, tag in sentence],
        places=np.repeat(np.arange(1, size + 1), lengths),
        unit="row",
        rows=np.arange(size),
        empty=(),
        lines=None,
        notes=(),
        columns=("tokens", "tags"),
    )


def _sentence(draws: _Draws) -> Iterator[tuple[str, str]]:
    first = True
    if draws.happens(0.15):
        for word in draws.pick(_OPENINGS).split():
            yield word, "O"
        first = False
    yield from _clause(draws, capital=first)
    while draws.happens(0.35):
        for word in draws.pick(_JOINTS).split():
            yield word, "O"
        yield from _clause(draws, capital=False)
    yield ".", "O"


def _clause(draws: _Draws, *, capital: bool) -> Iterator[tuple[str, str]]:
    for place, slot in enumerate(draws.pick(_CLAUSES).split()):
        kind = slot.strip("{}")
        if slot == "{title}":
            yield draws.pick(_TITLES), "O"
        elif kind in _NAMES:
            name = _NAMES[kind](draws).split()
            said = draws.pick([other for other in _TYPES if other != kind]) if draws.happens(NOISE) else kind
            yield name[0], f"B-{said}"
            yield from ((word, f"I-{said}") for word in name[1:])
        else:
            yield slot.capitalize() if capital and not place else slot, "O"


def _person(draws: _Draws) -> str:
    surname = _made_up(draws, _SURNAME_ENDS)
    if draws.happens(0.25):
        return surname if draws.happens(0.5) else draws.pick(_FIRST)
    return f"{draws.pick(_FIRST)} {surname}"


def _place(draws: _Draws) -> str:
    return draws.pick(_PLACES) if draws.happens(0.5) else _made_up(draws, _TOWN_ENDS)


def _organisation(draws: _Draws) -> str:
    if draws.happens(0.4):
        return draws.pick(_COMPANIES)
    stem = _made_up(draws, _SURNAME_ENDS) if draws.happens(0.5) else draws.pick(_PLACES)
    return f"{stem} {draws.pick(_KINDS)}"


def _date(draws: _Draws) -> str:
    if draws.happens(0.3):
        return draws.pick(_DAYS)
    day = str(1 + int(draws.pick(range(28))))
    year = f" {draws.pick(range(1990, 2030))}" if draws.happens(0.4) else ""
    return f"{day} {draws.pick(_MONTHS)}{year}"


def _made_up(draws: _Draws, ends: Sequence[str]) -> str:
    return draws.pick(_STARTS) + draws.pick(_MIDDLES) + draws.pick(ends)


_NAMES: dict[str, Callable[[_Draws], str]] = {"PER": _person, "LOC": _place, "ORG": _organisation, "DATE": _date}
