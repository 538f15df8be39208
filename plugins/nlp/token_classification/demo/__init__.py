"""The demo data set: short news from a seeded grammar, so that a first study needs no download.

People, places, organisations and dates stand in sentences that are built from clauses. Many names are of more
than one type (Jordan, Lincoln, Chase, April), and most surnames, towns and companies are made of syllables, so that a
model that only remembers words makes errors on them; the words around a name show its type.
"""

from plugins.nlp.token_classification.demo.news import NOISE, generate

__all__ = ["NOISE", "NOTES", "generate"]

NOTES = (
    "Generated: short news from a seeded grammar written for modelcat; people, places and organisations are invented.",
    f"Stated noise: {NOISE:.0%} of the entities have another type than the one that is meant, at random.",
    f"Noise ceiling: an entity F1 of {1 - NOISE:.0%}, give or take what chance does to a split.",
)
