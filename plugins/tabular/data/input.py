"""A file of rows to predict, read as the files of a data set are, with all its columns."""

from collections.abc import Iterator

from catalog.contract.capabilities import InputBatch, InputFile, InputTable
from catalog.errors import DataError
from plugins.data.input import nested_columns, open_rows
from plugins.tables.wording import as_command_errors, as_options, listed
from plugins.tabular.examples import is_like_examples, stored_name
from plugins.tabular.records import feature_table

__all__ = ["open_input"]


@as_command_errors()
def open_input(file: InputFile) -> InputTable:
    """Scan a file once and return its rows, a batch at a time.

    An input is a mapping from each feature to the cell as the file holds it; a row without any has no input.

    Raises:
        DataError: The file cannot be read, or lacks features: all are listed.
    """
    features = tuple(one.name for one in feature_table(file.data).feature_facts)
    path, opened = open_rows(file, features)
    if not features:
        raise DataError("The study does not say which columns its model sees: it was made by another version.")
    if file.columns is not None and set(file.columns) != set(features):
        raise DataError(
            f"A row of a table is predicted from all of its features, which are {listed(map(repr, features))}: leave "
            "--column out."
        )
    names = {name: name for name in features}  # by feature its column
    truth = next((one for one in ("label", "target") if is_like_examples(opened.columns, one, features)), None)
    if truth is not None:
        names = {name: stored_name(name, truth) for name in features}
    if missing := [name for name in names.values() if name not in opened.columns]:
        word = "column" if len(missing) == 1 else "columns"
        hint = " If the file has no header, say --no-header." if all(name.isdigit() for name in features) else ""
        raise DataError(
            f"{path} has no {word} {listed(map(repr, missing))}, which this study was trained on. Its columns: "
            f"{listed(opened.columns)}. Add {'it' if len(missing) == 1 else 'them'}, with empty cells if nothing is "
            f"known.{hint}"
        )
    first = next(opened.batches(1000), None)
    nested = nested_columns(first)

    def batches(rows: int) -> Iterator[InputBatch]:
        with as_command_errors():
            for part in opened.batches(rows):
                cells = {name: part.column(column).to_pylist() for name, column in names.items()}
                inputs = (dict(zip(cells, row, strict=True)) for row in zip(*cells.values(), strict=True))
                yield InputBatch(tuple(row if _filled(row) else None for row in inputs), part)

    return InputTable(
        columns=opened.columns,
        used=features,
        ignored=(),
        nested=nested,
        notes=tuple(map(as_options, opened.notes)),
        batches=batches,
    )


def _filled(row: dict[str, object]) -> bool:
    return any(value is not None and (not isinstance(value, str) or value.strip()) for value in row.values())
