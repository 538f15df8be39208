"""evaluate and export: a model on the user's own data, and a model for use elsewhere."""

import json

import pyarrow as pa
import pytest
from pyarrow import parquet

LINEAR = {
    "model": "linear",
    "category": "nlp",
    "subcategory": "text-classification",
    "model_config": {},
    "dataset": {"source": "demo", "size": 400},
}
ROWS = "text,label\nwhat a wonderful film,positive\nan awful film,negative\na film,negative\n"


@pytest.fixture(scope="module")
def trained(module_shell, simulated_spec):
    """Return a shell with a linear model in `linear` and a simulated one in `one`."""
    module_shell.write("l.json", LINEAR)
    answer = module_shell.json("train", "l.json")
    module_shell.linear = answer["model_dir"].split("/")[-2]
    module_shell.write("s.json", simulated_spec(name="one", trials=1))
    module_shell.run("run", "s.json")
    module_shell.write("rows.csv", ROWS)
    return module_shell


def names(shell):
    """Return the names in the shell's folder."""
    return {path.name for path in shell.folder.iterdir()}


def test_evaluation_of_a_file(trained):
    """A labelled file is evaluated in full; predictions are written where -o says, and nothing else is."""
    before = names(trained)
    found = trained.json("evaluate", trained.linear, "rows.csv", "-o", "p.parquet")
    assert names(trained) == before | {"p.parquet"}
    assert (found["study"], found["file"], found["rows"]) == (trained.linear, "rows.csv", 3)
    assert found["labels"] == ["negative", "positive"]
    assert sum(map(sum, found["confusion"])) == 3
    assert 0 <= found["metrics"]["accuracy"] <= 1
    low, high = found["intervals"]["accuracy"]
    assert low <= found["metrics"]["accuracy"] <= high
    assert found["predictions"] == str(trained.folder / "p.parquet")
    table = parquet.read_table(trained.folder / "p.parquet")
    assert table["label"].to_pylist() == [1, 0, 0]
    shown = trained.run("evaluate", trained.linear, "rows.csv")
    assert "95 % interval" in shown.out
    assert "3 rows in" in shown.out
    assert names(trained) == before | {"p.parquet"}
    assert "--force" in trained.run("evaluate", trained.linear, "rows.csv", "-o", "p.parquet", code=2).err


def test_ids_are_labels_on_request(trained):
    """--labels-as ids reads numbers as places in the list of classes, and gives the same figures as names do."""
    trained.write("ids.csv", ROWS.replace("positive", "1").replace("negative", "0"))
    by_ids = trained.json("evaluate", trained.linear, "ids.csv", "--labels-as", "ids")
    by_names = trained.json("evaluate", trained.linear, "rows.csv")
    assert by_ids["confusion"] == by_names["confusion"]
    assert by_ids["metrics"] == by_names["metrics"]


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("text,label\na film,positive\na film,mixed\n", ["'mixed' (1)", "'negative', 'positive'"]),
        ("text,label\na film,1\na film,0\n", ["'1' (1)", "--labels-as ids"]),
        ("text\na film\n", ["one column only"]),
        ("text,label\na,b,c\n", ["row 1"]),
    ],
)
def test_unusable_files_are_told(trained, content, parts):
    """Unknown labels are listed with the known ones; a file without labels or with broken rows is reported."""
    trained.write("bad.csv", content)
    error = trained.json("evaluate", trained.linear, "bad.csv", code=2)["error"]
    assert error["kind"] == "bad_data"
    for part in parts:
        assert part in error["message"]


def test_what_a_plugin_does_not_offer_is_said(trained):
    """A linear model has no export and one arithmetic, a simulated one evaluates no file: exit code 2, nothing left."""
    before = names(trained)
    assert "cannot be exported" in trained.run("export", trained.linear, "out", code=2).err
    assert "cannot be evaluated on a file" in trained.run("evaluate", "one", "rows.csv", code=2).err
    for asked in (("predict", trained.linear, "a film"), ("evaluate", trained.linear, "rows.csv")):
        assert "cannot answer in int8" in trained.run(*asked, "--precision", "int8", code=2).err
        trained.run(*asked, "--precision", "auto")
    assert names(trained) == before


def test_words_are_shown_with_what_they_are(trained):
    """--explain names words, their weights and the method, in text and in JSON."""
    text = "what a wonderful wonderful awful film"
    (answer,) = trained.json("predict", trained.linear, text, "--explain")
    assert set(answer) == {
        "text", "label", "confidence", "probabilities", "tokens", "method", "completeness_error", "truncated",
    }  # fmt: skip
    assert all(set(token) == {"token", "weight", "attention", "start", "end"} for token in answer["tokens"])
    shown = trained.run("predict", trained.linear, text, "[red]\x1b[31m", "--explain").out
    assert "log-odds" in shown
    assert f"for {answer['label']}" in shown
    assert "\x1b" not in shown


def test_export_writes_a_folder_once(trained):
    """An export is moved into place with a record of its check; a second one needs --force."""
    found = trained.json("export", "one", "model")
    assert found["folder"] == str(trained.folder / "model")
    assert (found["study"], found["format"], found["quantized"], found["same_labels"]) == ("one", "hf", False, 1.0)
    assert {path.name for path in (trained.folder / "model").iterdir()} == {"model.json", "modelcat-export.json"}
    record = json.loads((trained.folder / "model" / "modelcat-export.json").read_text())
    assert record["files"] == ["model.json"]
    assert "--force replaces it" in trained.run("export", "one", "model", code=2).err
    shown = trained.run("export", "one", "model", "--force").out
    assert str(trained.folder / "model") in shown
    assert "modelcat itself 2.0 ms" in shown
    assert not [name for name in names(trained) if name.startswith(".")]


def test_export_overwrites_no_foreign_files(trained):
    """A folder that holds anything else is left alone, --force or not; a failed export leaves the earlier one."""
    trained.run("export", "one", "mine")
    (trained.folder / "mine" / "notes.txt").write_text("dear")
    for arguments in ((), ("--force",)):
        refused = trained.run("export", "one", "mine", *arguments, code=2).err
        assert "holds what no export has written (notes.txt)" in refused
    (trained.folder / "mine" / "notes.txt").unlink()
    before = names(trained)
    failed = trained.run("export", "one", "mine", "--force", "--format", "onnx", code=1)
    assert "answers differently" in failed.err
    assert names(trained) == before
    assert (trained.folder / "mine" / "model.json").exists()
    study = trained.folder / "studies" / "one" / "model"
    assert "no export has written" in trained.run("export", "one", study, "--force", code=2).err
    assert (study / "model.json").exists()


def test_export_is_checked_on_the_studys_examples(trained):
    """Texts of the test split go to the plugin, which checks the export on them."""
    examples = trained.folder / "studies" / "one" / "examples"
    examples.mkdir(exist_ok=True)
    table = pa.table({"row": range(1000), "label": [0] * 1000, "text": [f"text {n}" for n in range(1000)]})
    parquet.write_table(table, examples / "test.parquet")
    assert trained.json("export", "one", "sampled")["checked_rows"] == 64


def test_wrong_wishes_are_told(trained):
    """A request that cannot be met is refused with one message and exit code 2, before any work."""
    assert "--quantize needs --format onnx" in trained.run("export", "one", "x", "--quantize", code=2).err
    assert "there is no folder" in trained.run("export", "one", "no/where", code=2).err


def test_unknown_studies_are_told(trained):
    """A study that does not exist is reported with the nearest name."""
    assert "'one'" in trained.run("evaluate", "onee", "rows.csv", code=2).err
