"""Lines about the tags of a data set."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.contract import Fact
from catalog.statement import Statement
from plugins.nlp.token_classification.records import TagData, tag_data

__all__ = ["facts"]

_SHOWN = 20
_SCHEMES = {
    "bio": Statement("BIO: B-X begins an entity of type X, I-X continues it"),
    "bilou": Statement("BILOU: an entity is B-X I-X ... L-X, or U-X if it is one word"),
    "bioes": Statement("BIOES: an entity is B-X I-X ... E-X, or S-X if it is one word"),
    "plain": Statement("plain: each word with a tag other than O is an entity of its own"),
}


def facts(data: Mapping[str, Any]) -> Iterator[Fact]:
    """Yield how tags mark entities, the types with their training entities, and the lengths.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
    """
    known = tag_data(data)
    if not known.tags:
        return
    yield Fact(Statement("tags"), _scheme(known))
    counts = known.entities.get("train", ())
    shown = [f"{name} {count:,}" for name, count in zip(known.entity_types, counts, strict=False)][:_SHOWN]
    more = f" and {len(known.entity_types) - _SHOWN:,} more" if len(known.entity_types) > _SHOWN else ""
    yield Fact(Statement("entities"), Statement("{types}", {"types": ", ".join(shown) + more}))
    if known.mean_words is not None:
        values = {"mean": known.mean_words, "longest": known.longest_words or 0}
        text = Statement("{mean:number} words a sentence on average, {longest:count} in the longest", values)
        yield Fact(Statement("length"), text)


def _scheme(known: TagData) -> Statement:
    """Return how tags mark entities, and how the files write that if it is another way."""
    scheme = _SCHEMES.get(known.scheme) or Statement("{scheme}", {"scheme": known.scheme})
    if known.example:
        scheme = Statement("{scheme}; written as {example}", {"scheme": scheme, "example": known.example})
    if known.variant == "iob1":
        return Statement("{scheme}; written as IOB1: most entities begin with I-X", {"scheme": scheme})
    if known.variant == "io":
        return Statement("{scheme}; written without B-X", {"scheme": scheme})
    return scheme
