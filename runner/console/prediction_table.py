"""Answers as a Parquet file: the columns of the input with their types, and those that are added."""

from collections.abc import Iterable
from typing import IO

from runner.console.prediction_formats import Batch, Layout

__all__ = ["write_parquet"]


def write_parquet(batches: Iterable[Batch], layout: Layout, file: IO[bytes]) -> None:
    """Write all answers, a row group a batch.

    Args:
        batches: Answers in order.
        layout: What stands in a row.
        file: Open for writing.
    """
    import pyarrow as pa
    from pyarrow import parquet

    kinds = {name: pa.float64() for name in layout.new} | {layout.new[0]: pa.string()}

    def table(batch: Batch) -> "pa.Table":
        if layout.columns:
            given = {name: batch.rows.column(name) for name in layout.columns}
        else:
            given = {"text": pa.array([answered.text for answered in batch.answers], pa.string())}
        rows = [layout.values(answered) for answered in batch.answers]
        added = {name: pa.array([row[place] for row in rows], kinds[name]) for place, name in enumerate(layout.new)}
        return pa.table({**given, **added})

    writer = None
    try:
        for batch in batches:
            found = table(batch)
            writer = writer or parquet.ParquetWriter(file, found.schema)
            writer.write_table(found)
        writer = writer or parquet.ParquetWriter(file, table(Batch([])).schema)
    finally:
        if writer is not None:
            writer.close()
