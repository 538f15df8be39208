"""Words that judge nothing: films, people and places. All of them are invented, and no person has a name."""

from dataclasses import dataclass

__all__ = ["GENRES", "PEOPLE", "SCENERY", "TITLES", "Person"]


@dataclass(frozen=True, slots=True)
class Person:
    """Someone else who has seen the film, with the pronouns that stand for them."""

    noun: str
    subject: str
    object: str
    plural: bool = False


PEOPLE = (
    Person("my sister", "she", "her"),
    Person("my brother", "he", "him"),
    Person("my mother", "she", "her"),
    Person("my neighbour", "he", "him"),
    Person("my best friend", "she", "her"),
    Person("a colleague of mine", "she", "her"),
    Person("the man at the ticket desk", "he", "him"),
    Person("the critics", "they", "them", plural=True),
    Person("my friends", "they", "them", plural=True),
)

TITLES = (
    *(
        f"{first} {second}"
        for first in ("The Copper", "The Paper", "The Borrowed", "Beyond the Salt", "A Crooked", "Under the Tin")
        for second in ("Lighthouse", "Orchard", "Almanac", "Ferry", "Staircase", "Harbour", "Lantern", "Parade")
    ),
    "Seven Grey Lanterns",
    "Eleven Umbrellas",
    "A Ferry for Nobody",
    "Postcards to the Lighthouse",
    "Thursday Orchard",
)

GENRES = (
    "thriller",
    "comedy",
    "drama",
    "western",
    "romance",
    "mystery",
    "musical",
    "war film",
    "horror film",
    "heist film",
    "family film",
    "road movie",
    "adventure",
    "courtroom drama",
)

SCENERY = {
    "role": (
        "a retired lighthouse keeper",
        "a young cellist",
        "a night nurse",
        "a small-town baker",
        "a former boxer",
        "an ageing detective",
        "a lonely postman",
        "a runaway teenager",
        "an out-of-work actor",
        "a widowed farmer",
        "a train driver",
        "an apprentice clockmaker",
    ),
    "premise": (
        "inherits a hotel in the mountains",
        "finds a suitcase under a bridge",
        "has one week to pay back a debt",
        "returns to the village of a long-ago summer",
        "crosses the country by train",
        "receives a letter without a sender",
        "takes in a stranger during a storm",
        "sets out to find a missing dog",
        "is mistaken for a spy",
        "agrees to one last job",
        "opens a dance school by the sea",
        "wakes up on the wrong ship",
    ),
    "place": (
        "a harbour town",
        "a snowed-in village",
        "a city on the river",
        "a mining town",
        "a seaside hotel",
        "an apartment block",
        "a border town",
        "a travelling circus",
    ),
    "time": (
        "one long night",
        "a single summer",
        "the last days of a war",
        "three winters",
        "the 1930s",
        "the 1970s",
    ),
    # Where in a film something is seen: follows a clause about an aspect.
    "part": (
        "throughout",
        "from start to finish",
        "in the second half",
        "in the scenes at sea",
        "in the long dinner scene",
        "on the night train",
        "during the storm",
        "when the two meet again",
    ),
}
