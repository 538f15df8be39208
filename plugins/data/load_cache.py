"""Data sets that were read are remembered in this process, until their files change."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from typing import Any, TypeVar

from catalog.dataset import Dataset, FilesDataset
from plugins.data.sources import paths
from plugins.tables.files import stamps_of

__all__ = ["remembered"]

Given = TypeVar("Given", bound=Dataset)
Option = TypeVar("Option")
Data = TypeVar("Data")


@dataclass(frozen=True, slots=True)
class _Call:
    """A request; two requests are equal if their data sets and the files of these are equal."""

    kind: type[Dataset]
    written: str
    stamps: tuple[Any, ...]
    dataset: Any = field(compare=False)
    option: Any = field(compare=False)


def remembered(load: Callable[[Given, Option], Data]) -> Callable[[Given, Option], Data]:
    """Return a function that reads data sets as `load` does, and remembers the last two.

    What `load` returns must depend on the data set alone, not on its second argument.
    """

    @lru_cache(maxsize=2)
    def load_once(call: _Call) -> Data:
        return load(call.dataset, call.option)

    @wraps(load)
    def find(dataset: Given, option: Option) -> Data:
        files = paths(dataset).values() if isinstance(dataset, FilesDataset) else ()
        stamps = tuple(stamps_of(found) for found in files)
        written = json.dumps(dataset.model_dump(mode="json", exclude_none=True), sort_keys=True)
        return load_once(_Call(type(dataset), written, stamps, dataset, option))

    return find
