"""Reads a study's prediction and example files in parts.

A file of predictions has a row number ``row`` for each example, and the task's data on it in other columns. Two of
them are known by name: ``label``, the truth, and ``predicted``, the answer, whole numbers or strings; if a file has
both, answers are compared. ``probabilities``, a list for each row with a value for each answer that is a number,
gives the confidence. A file of examples has ``row`` and the columns of the input. All other columns are shown
unchanged if they hold numbers, truth values, strings or moments.

Reading takes time: call it inside `runner.tui.study_source.in_thread`. The files are untrusted.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalog.errors import InputError, clause
from catalog.files import open_regular

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

__all__ = ["EXAMPLE", "PREDICTION", "ExampleRow", "PredictionFile", "named", "read_examples", "read_predictions"]

EXAMPLE, PREDICTION = "example", "prediction"
"""Prefixes of the keys of the two files' columns."""

#: Most rows and uncompressed bytes of a file; IMDB's test split has 25,000 rows and 33 MB.
_MOST_ROWS, _MOST_BYTES = 2_000_000, 2_000_000_000
#: Rows in Arrow's form in memory at a time.
_BATCH = 4096
#: Characters kept of a text, and of a text if all strings together have more than `_ALL`.
_LONGEST, _SHORT, _ALL = 20_000, 300, 100_000_000
#: Most columns of a file that are shown.
_MOST_COLUMNS = 60
_ROW, _TRUTH, _PREDICTED, _PROBABILITIES = "row", "label", "predicted", "probabilities"


@dataclass(frozen=True, slots=True)
class PredictionFile:
    """A model's answers to the examples of a split, in the order of the split.

    Attributes:
        rows: Number of each example in its split.
        truths: True answers; empty if the file does not hold them in a form that can be compared.
        predicted: Answers of the model; empty like `truths`.
        confidence: Probability of the answer, between 0 and 1; None if it is not known.
        columns: The other columns of the file, by name.
    """

    rows: Sequence[int]
    truths: Sequence[Any] = ()
    predicted: Sequence[Any] = ()
    confidence: Sequence[float] | None = None
    columns: Mapping[str, Sequence[Any]] = field(default_factory=dict)

    @property
    def tells_right(self) -> bool:
        """Whether the answers can be compared with the truth."""
        return bool(self.predicted)

    def is_right(self, place: int) -> bool | None:
        """Return whether the answer at an index is right; None if that is unknown."""
        return bool(self.truths[place] == self.predicted[place]) if self.predicted else None


@dataclass(frozen=True, slots=True)
class ExampleRow:
    """One example of a split.

    Attributes:
        row: Its number in the split.
        cells: Its columns by name: numbers, truth values and strings, which are untrusted; None for nothing. A moment
            is a text in ISO 8601.
        cut: Whether a text in the file is longer.
    """

    row: int
    cells: Mapping[str, Any]
    cut: bool = False

    @property
    def text(self) -> str:
        """All strings of the example, one a line."""
        strings = [value for value in self.cells.values() if isinstance(value, str)]
        return strings[0] if len(strings) == 1 else "\n".join(strings)


def named(answer: Any, names: Sequence[str]) -> Any:
    """Return the name of an answer that a file holds as a number; any other answer unchanged."""
    if names and isinstance(answer, int) and not isinstance(answer, bool):
        return names[answer] if 0 <= answer < len(names) else str(answer)
    return answer


def read_predictions(path: Path) -> PredictionFile:
    """Read a file of predictions.

    Raises:
        InputError: The file is missing, damaged, too large or of another kind; the message says what to do.
    """
    rows: list[int] = []
    confidence: list[float] = []
    if path.is_file() and path.suffix != ".parquet":  # a task may store its predictions in another format
        raise InputError(f"the predictions of this task are not shown: {path.name} is no Parquet file")
    with _opened(path) as file:
        columns: dict[str, list[Any]] = {name: [] for name in _scalars(file)}
        paired = _paired(file, columns)
        sure = paired and _has_probabilities(file)
        wanted = [_ROW, *columns, *([_PROBABILITIES] if sure else [])]
        for batch in file.iter_batches(_BATCH, columns=wanted):
            rows += _whole_numbers(batch[_ROW])
            for name, values in columns.items():
                whole = paired and name in {_TRUTH, _PREDICTED}
                values.extend(_whole(batch[name]) if whole else map(_plain, batch[name].to_pylist()))
            if sure:
                confidence += _confidence(batch[_PROBABILITIES], columns[_PREDICTED][len(confidence) :])
    truths, predicted = (columns.pop(_TRUTH), columns.pop(_PREDICTED)) if paired else ((), ())
    return PredictionFile(tuple(rows), tuple(truths), tuple(predicted), tuple(confidence) if sure else None, columns)


def read_examples(path: Path, rows: Collection[int] | None = None) -> Mapping[int, ExampleRow]:
    """Read the examples of a split, by row.

    Args:
        path: The split's file in the study's folder ``examples``.
        rows: The rows to read; None: all.

    Raises:
        InputError: The file is missing, damaged, too large or of another kind; the message says what to do.
    """
    found: dict[int, ExampleRow] = {}
    wanted, characters = None if rows is None else frozenset(rows), 0
    with _opened(path) as file:
        names = _scalars(file)
        for batch in file.iter_batches(_BATCH, columns=[_ROW, *names]):
            for place, row in enumerate(_whole_numbers(batch[_ROW])):
                if wanted is not None and row not in wanted:
                    continue
                cells, cut = {name: _plain(batch[name][place].as_py()) for name in names}, False
                for name, value in cells.items():
                    if isinstance(value, str):
                        cells[name] = kept = value[: _LONGEST if characters < _ALL else _SHORT]
                        characters += len(kept)
                        cut = cut or len(kept) < len(value)
                found[row] = ExampleRow(row, cells, cut)
    return found


@contextmanager
def _opened(path: Path) -> "Iterator[ParquetFile]":
    """Open a file whose rows have numbers; raises InputError for any fault of the file."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        with open_regular(path) as opened, parquet.ParquetFile(opened) as file:
            _refuse(file)
            yield file
    except FileNotFoundError as error:
        raise InputError(f"{path} is not there: put it back, or run the study again under another name") from error
    except (pa.ArrowException, OSError, ValueError, TypeError) as error:
        raise InputError(f"{path} cannot be read: {clause(error)}. Run the study again under another name") from error


def _scalars(file: "ParquetFile") -> list[str]:
    """Return the columns of numbers, truth values, strings or moments, without the column of row numbers."""
    import pyarrow as pa

    kinds = pa.types
    tests = (
        kinds.is_integer,
        kinds.is_floating,
        kinds.is_boolean,
        kinds.is_string,
        kinds.is_large_string,
        kinds.is_dictionary,
        kinds.is_decimal,
        kinds.is_temporal,
    )
    names = [one.name for one in file.schema_arrow if one.name != _ROW and any(test(one.type) for test in tests)]
    return names[:_MOST_COLUMNS]


def _plain(value: Any) -> Any:
    """Return a cell as a JSON value: a moment in ISO 8601."""
    if value is None or isinstance(value, str | int | float):
        return value
    return value.isoformat() if hasattr(value, "isoformat") else str(value)


def _paired(file: "ParquetFile", columns: Mapping[str, Any]) -> bool:
    """Return whether truths and answers can be compared.

    Raises:
        ValueError: Truths and answers are of different kinds.
    """
    import pyarrow as pa

    if _TRUTH not in columns or _PREDICTED not in columns:
        return False
    schema = file.schema_arrow
    kinds = [schema.field(name).type for name in (_TRUTH, _PREDICTED)]
    if any(map(pa.types.is_floating, kinds)):
        return False
    if len({pa.types.is_integer(kind) for kind in kinds}) > 1:
        raise ValueError(f"its truths are {kinds[0]}, its answers {kinds[1]}")
    return True


def _has_probabilities(file: "ParquetFile") -> bool:
    """Return whether there is a probability for each answer that is a number.

    Raises:
        ValueError: The probabilities are not lists of numbers.
    """
    import pyarrow as pa

    schema = file.schema_arrow
    if _PROBABILITIES not in schema.names or not pa.types.is_integer(schema.field(_PREDICTED).type):
        return False
    kind = schema.field(_PROBABILITIES).type
    lists = pa.types.is_list(kind) or pa.types.is_large_list(kind) or pa.types.is_fixed_size_list(kind)
    if not (lists and pa.types.is_floating(kind.value_type)):
        raise ValueError(f"its probabilities are {kind}, no lists of numbers")
    return True


def _whole(column: "pa.Array") -> list[Any]:
    if column.null_count:
        raise ValueError(f"{column.null_count} truths or answers are missing")
    values: list[Any] = column.to_pylist()
    return values


def _refuse(file: "ParquetFile") -> None:
    """Raise ValueError for a file whose rows have no numbers, or that is too large for memory."""
    if _ROW not in file.schema_arrow.names:
        raise ValueError(f"it has no column {_ROW}")
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
    """Return the probability of each row's answer, without a Python object for every other probability."""
    import pyarrow as pa

    flat = column.flatten()
    answers, left = divmod(len(flat), max(1, len(predicted)))
    if left or flat.null_count or any(not 0 <= answer < answers for answer in predicted):
        raise ValueError("answers and probabilities do not fit")
    places = pa.array([row * answers + answer for row, answer in enumerate(predicted)], pa.int64())
    shares: list[float] = flat.take(places).to_pylist()
    if not all(0 <= share <= 1.0001 for share in shares):
        raise ValueError("probabilities are not between 0 and 1")
    return shares
