"""Records with what only their task knows, as preparation or an evaluation leaves it."""

from dataclasses import replace
from typing import Any, TypeVar

from pydantic_core import to_jsonable_python

from catalog.contract import DataSummary, Evaluation

Record = TypeVar("Record", DataSummary, Evaluation)


def with_details(record: Record, **details: Any) -> Record:
    """Return the record with these details, as JSON, in addition to those that it has or in their place."""
    return replace(record, details={**record.details, **to_jsonable_python(details)})
