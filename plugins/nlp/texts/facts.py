"""Lines about the texts of a data set."""

from collections.abc import Iterator, Mapping
from typing import Any

from catalog.contract import Fact
from catalog.statement import Statement
from plugins.nlp.texts.records import text_facts

__all__ = ["text_lines"]


def text_lines(data: Mapping[str, Any]) -> Iterator[Fact]:
    """Yield language and length of the texts.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
    """
    texts = text_facts(data)
    if texts.language is not None:
        yield Fact(Statement("language"), Statement("{language}", {"language": texts.language}))
    if texts.mean_words is not None:
        mean = Statement("{words:number} words a text on average", {"words": texts.mean_words})
        yield Fact(Statement("length"), mean)
