"""Parquet, with the class names that the `datasets` library leaves in a file's schema."""

import json
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from catalog.errors import DataError

__all__ = ["class_names", "read_parquet"]


def read_parquet(path: Path, field: str) -> pa.Table:
    """Read all columns.

    Raises:
        DataError: Not a Parquet file, or a damaged one.
    """
    try:
        with parquet.ParquetFile(path, memory_map=True) as file:
            return file.read()
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"{path} cannot be read as Parquet: {error}", field=field) from error


def class_names(schema: pa.Schema) -> Mapping[str, tuple[str, ...]]:
    """Return the names of classes by column, as `datasets` stores its ClassLabel features; empty where there are none.

    The place: schema metadata, key ``huggingface``, a JSON object, ``info.features.<column>.names``.
    """
    try:
        stored = json.loads((schema.metadata or {}).get(b"huggingface", b"{}"))
        features = stored["info"]["features"]
        return {
            column: tuple(str(name) for name in feature["names"])
            for column, feature in features.items()
            if isinstance(feature, dict) and feature.get("_type") == "ClassLabel" and feature.get("names")
        }
    except (ValueError, KeyError, TypeError, AttributeError):
        return {}  # foreign metadata under that key says nothing about classes
