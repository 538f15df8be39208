"""The examples that a study keeps are evaluated without options, whatever its columns are called."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from catalog.contract.capabilities import EvaluationFile
from catalog.contract.data import data_to_json
from catalog.errors import DataError
from plugins.nlp.text_classification import data as classes
from plugins.nlp.text_classification.dataset import FilesDataset as ClassFiles
from plugins.nlp.text_classification.task import task as classification
from plugins.nlp.text_regression import data as numbers
from plugins.nlp.text_regression.dataset import FilesDataset as NumberFiles
from plugins.nlp.text_regression.task import task as regression


def write_rows(path: Path, labels: list[object]) -> str:
    lines = [f"a text of several words, the number {row} of them;{label}" for row, label in enumerate(labels)]
    path.write_text("review;points\n" + "\n".join(lines) + "\n")
    return str(path)


def test_numbers(tmp_path: Path) -> None:
    train = write_rows(tmp_path / "rows.csv", [f"{row},5" for row in range(40)])
    data = numbers.load(NumberFiles(source="files", train=train, text="review", label="points"), tmp_path)
    assert data.summary.details["target_format"]["decimal"] == ","
    path = tmp_path / "test.parquet"
    regression.write_examples(data, "test", path)
    found = numbers.load_labelled(EvaluationFile(path, data=data_to_json(data.summary)))
    assert found.split.labels.tolist() == data.splits["test"].labels.tolist()
    assert found.split.texts == data.splits["test"].texts
    assert (found.columns["text"], found.columns["label"]) == (["text"], "label")


@pytest.mark.parametrize("older", [True, False])
@pytest.mark.parametrize("names", [("poor", "fine", "good"), ("1", "2", "3"), ("2", "1", "0")])
def test_classes(tmp_path: Path, names: tuple[str, ...], older: bool) -> None:
    """Classes of examples are known even if their names look like other ids; files of older releases have no names."""
    if older and names == ("2", "1", "0"):
        pytest.skip("names of all ids: nothing says which are meant")
    train = write_rows(tmp_path / "rows.csv", [names[row % 3] for row in range(60)])
    dataset = ClassFiles(source="files", train=train, text="review", label="points")
    data = classes.load(dataset, tmp_path)
    path = tmp_path / "test.parquet"
    classification.write_examples(data, "test", path)
    if older:
        pq.write_table(pq.read_table(path).replace_schema_metadata(None), path)
    file = EvaluationFile(path, data=data_to_json(data.summary), dataset=dataset.model_dump(mode="json"))
    found = classes.load_labelled(file, data.summary.details["labels"])
    assert found.split.labels.tolist() == data.splits["test"].labels.tolist()
    assert found.split.texts == data.splits["test"].texts


def test_the_study_decides_how_dots_are_read(tmp_path: Path) -> None:
    """Numbers of a further file with marks that could be either are refused if the study has thousands."""
    train = write_rows(tmp_path / "rows.csv", [f"€{1000 + 37 * row:,}.50" for row in range(40)])
    data = numbers.load(NumberFiles(source="files", train=train), tmp_path)
    stored = data_to_json(data.summary)
    further = tmp_path / "further.csv"
    write_rows(further, [f"{1000 + 37 * row:,}".replace(",", ".") for row in range(40)])
    with pytest.raises(DataError, match=r"'1.000' may be 1.000 or 1000"):
        numbers.load_labelled(EvaluationFile(further, data=stored))
    write_rows(further, [f"{1000 + 37 * row:,}" for row in range(40)])
    assert numbers.load_labelled(EvaluationFile(further, data=stored)).split.labels.tolist()[:2] == [1000, 1037]
