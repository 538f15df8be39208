"""Reads a study's prediction and example files (`catalog.results` tells their columns), a part at a time.

Takes time: call it inside `runner.tui.source.in_thread`. The files lie in the user's folders and may be anybody's.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.errors import InputError, clause
from catalog.files import open_regular

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

__all__ = ["Example", "Predictions", "read_examples", "read_predictions"]

#: Rows and uncompressed bytes of a file that is read; IMDB's test split has 25,000 rows and 33 MB.
_MOST_ROWS, _MOST_BYTES = 2_000_000, 2_000_000_000
#: Rows that are held in Arrow's form at a time.
_BATCH = 4096
#: Characters that are kept of a text, and of a text where all texts together have more than `_ALL`.
_LONGEST, _SHORT, _ALL = 20_000, 300, 100_000_000


@dataclass(frozen=True, slots=True)
class Predictions:
    """What a model says of each example of a split, in the order of the split.

    Attributes:
        rows: Number of each example in its split.
        labels: True class ids.
        predicted: Class ids that the model says.
        confidence: Probability of the class that it says, between 0 and 1.
    """

    rows: Sequence[int]
    labels: Sequence[int]
    predicted: Sequence[int]
    confidence: Sequence[float]


@dataclass(frozen=True, slots=True)
class Example:
    """One text of a split.

    Attributes:
        row: Its number in the split.
        label: Its true class id.
        text: Anybody's; a very long one is cut.
        cut: Whether there is more of it in the file.
    """

    row: int
    label: int
    text: str
    cut: bool = False


def read_predictions(path: Path) -> Predictions:
    """Read a file of predictions.

    Raises:
        InputError: It is missing, damaged, too large or not of this kind; the message says what to do.
    """
    rows: list[int] = []
    labels: list[int] = []
    predicted: list[int] = []
    confidence: list[float] = []
    with _opened(path, ("row", "label", "predicted", "probabilities")) as file:
        for batch in file.iter_batches(_BATCH, columns=["row", "label", "predicted", "probabilities"]):
            rows += _whole_numbers(batch["row"])
            labels += _whole_numbers(batch["label"])
            predicted += _whole_numbers(batch["predicted"])
            confidence += _confidence(batch["probabilities"], predicted[len(confidence) :])
    return Predictions(tuple(rows), tuple(labels), tuple(predicted), tuple(confidence))


def read_examples(path: Path, rows: Collection[int] | None = None) -> Mapping[int, Example]:
    """Read the texts of a split, by row.

    Args:
        path: The split's file in the study's folder ``examples``.
        rows: Those that are wanted; all where it is left out.

    Raises:
        InputError: It is missing, damaged, too large or not of this kind; the message says what to do.
    """
    found: dict[int, Example] = {}
    wanted, characters = None if rows is None else frozenset(rows), 0
    with _opened(path, ("row", "label", "text")) as file:
        for batch in file.iter_batches(_BATCH, columns=["row", "label", "text"]):
            numbers, labels = _whole_numbers(batch["row"]), _whole_numbers(batch["label"])
            for place, (row, label) in enumerate(zip(numbers, labels, strict=True)):
                if wanted is not None and row not in wanted:
                    continue
                text = str(batch["text"][place].as_py() or "")
                kept = text[: _LONGEST if characters < _ALL else _SHORT]
                characters += len(kept)
                found[row] = Example(row, label, kept, len(kept) < len(text))
    return found


@contextmanager
def _opened(path: Path, columns: Sequence[str]) -> "Iterator[ParquetFile]":
    """Open a file that has these columns; whatever is wrong with it becomes an InputError."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with open_regular(path) as opened, parquet.ParquetFile(opened) as file:
            _refuse_foreign(file, columns)
            _refuse_large(file)
            yield file
    except FileNotFoundError as error:
        raise InputError(f"{path} is not there: put it back, or run the study again under another name") from error
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise InputError(f"{path} cannot be read: {clause(error)}. Run the study again under another name") from error


def _refuse_foreign(file: "ParquetFile", columns: Sequence[str]) -> None:
    """Raise ValueError where a column is missing, or is no list where it has to be one."""
    import pyarrow as pa

    schema = file.schema_arrow
    if missing := [name for name in columns if name not in schema.names]:
        raise ValueError(f"it has no column {', '.join(missing)}")
    kind = schema.field(columns[-1]).type
    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    if columns[-1] == "probabilities" and not (lists and pa.types.is_floating(kind.value_type)):
        raise ValueError(f"its probabilities are {kind}, no lists of numbers")


def _refuse_large(file: "ParquetFile") -> None:
    """Raise ValueError for more than would fit into memory."""
    read = file.metadata
    size = sum(read.row_group(group).total_byte_size for group in range(read.num_row_groups))
    if read.num_rows > _MOST_ROWS or size > _MOST_BYTES:
        raise ValueError(f"{read.num_rows:,} rows of {size:,} bytes are more than {_MOST_ROWS:,} or {_MOST_BYTES:,}")


def _whole_numbers(column: "pa.Array") -> list[int]:
    import pyarrow as pa

    if not pa.types.is_integer(column.type) or column.null_count:
        raise ValueError(f"a column that should hold whole numbers holds {column.type}, {column.null_count} missing")
    numbers: list[int] = column.to_pylist()
    return numbers


def _confidence(column: "pa.Array", predicted: Sequence[int]) -> list[float]:
    """Return the probability of each row's predicted class, without a Python object for each of the others."""
    import pyarrow as pa

    flat = column.flatten()
    classes, left = divmod(len(flat), max(1, len(predicted)))
    if left or flat.null_count or any(not 0 <= label < classes for label in predicted):
        raise ValueError("predicted classes and probabilities do not fit")
    places = pa.array([row * classes + label for row, label in enumerate(predicted)], pa.int64())
    shares: list[float] = flat.take(places).to_pylist()
    if not all(0 <= share <= 1.0001 for share in shares):
        raise ValueError("probabilities are not between 0 and 1")
    return shares
