"""Token classification by its commands: a CoNLL file from validation to report, with the table of words and a BERT."""

import json
import shutil
from pathlib import Path

import pytest
from pyarrow import parquet

ROOT = Path(__file__).parents[2]
TASK = {"category": "nlp", "subcategory": "token-classification"}
TINY = {"model_name": "scratch/bert-tiny", "max_seq_length": 48, "stride": 8, "epochs": 3, "batch_size": 16}
ENTITIES = ("precision", "recall", "f1")


def spec(model, config, **study):
    study = {"name": model, "trials": 2, "confirm": {"top": 1, "seeds": 1}, **study}
    return {"model": model, **TASK, "model_config": config, "dataset": {"source": "files", "train": "news.conll"},
            "study": study}  # fmt: skip


@pytest.fixture(scope="module")
def trained(module_shell):
    """Return a shell with one study of each model on the CoNLL file of the examples, and what they answered."""
    shell = module_shell
    shutil.copy(ROOT / "examples" / "data" / "news.conll", shell.folder / "news.conll")
    shell.write("lookup.json", spec("lookup", {}))
    shell.write("bert.json", spec("bert", TINY, search_space={"epochs": {"low": 3, "high": 4}}))
    return shell, {name: shell.json("run", f"{name}.json") for name in ("lookup", "bert")}


def test_validate_and_plan_tell_of_tags(trained):
    """Before anything is trained, scheme and types are shown."""
    shell, _ = trained
    told = shell.run("validate", "lookup.json").out
    assert "BIO: B-X begins an entity of type X" in told
    assert "DATE" in told
    assert shell.json("validate", "bert.json")["valid"]
    assert "in all" in shell.run("plan", "lookup.json").out


def test_run_answers_with_scores_of_entities(trained):
    """The test split has precision, recall and F1 of entities."""
    _, answers = trained
    for answer in answers.values():
        assert set(ENTITIES) <= set(answer["test"])
        assert all(0 <= answer["test"][name] <= 1 for name in ENTITIES)
    assert answers["lookup"]["test"]["f1"] > 0.2
    assert set(ENTITIES) <= set(answers["bert"]["baseline"])


@pytest.mark.parametrize("study", ["lookup", "bert"])
def test_predict_finds_entities(trained, study):
    """Entities have their places in the text; files give words or texts, and empty inputs empty answers."""
    shell, _ = trained
    text = "Ada met Olga in Lisbon on 3 May 2001."
    (answer,) = shell.json("predict", study, text)
    assert list(answer) == ["text", "entities", "words"]
    assert [word["word"] for word in answer["words"]] == [*text[:-1].split(), "."]
    for entity in answer["entities"]:
        assert text[entity["start"] : entity["end"]] == entity["text"]
        assert entity["label"] in {"DATE", "LOC", "ORG", "PER"}
        assert 0 <= entity["confidence"] <= 1
    shell.write("two.conll", "Ada B-PER\nslept O\n\nOlga B-PER\n")
    rows = shell.json("predict", study, "--file", "two.conll")
    assert [[word["word"] for word in row["words"]] for row in rows] == [["Ada", "slept"], ["Olga"]]
    assert "Ada" in shell.run("predict", study, "Ada slept.", "").out


@pytest.mark.parametrize("study", ["lookup", "bert"])
def test_evaluate_scores_a_file(trained, study):
    """Another file is scored, and its predictions are kept; unknown tags are refused by their line."""
    shell, _ = trained
    shell.write("more.conll", "Ada B-PER\nslept O\nin O\nLisbon I-LOC\n\n\nOlga B-PER\nran O\n")
    found = shell.json("evaluate", study, "more.conll", "-o", f"{study}.parquet")
    assert set(ENTITIES) <= set(found["metrics"])
    assert any("begins with I-" in note for note in found["notes"])
    assert parquet.read_table(shell.folder / f"{study}.parquet").column_names[:3] == ["row", "tags", "predicted"]
    shell.write("strange.conll", "Ada B-PER\nwon O\nNobel B-PRIZE\n")
    error = shell.json("evaluate", study, "strange.conll", code=2)["error"]
    assert "'B-PRIZE' (1, first on line 3)" in error["message"]


def test_report_figures_and_diagnosis(trained):
    """The report marks entities, figures are listed, and findings are shown."""
    shell, _ = trained
    shell.run("report", "bert", "-o", "bert.html")
    page = (shell.folder / "bert.html").read_text()
    assert "Scores of each type" in page
    assert "true entities" in page
    keys = shell.run("figures", "lookup").out
    for key in ("entity-scores", "entity-confusion", "entity-errors", "lengths", "sentence-1-true"):
        assert key in keys
    (figure,) = shell.json("figures", "lookup", "--chart", "entity-scores")
    assert figure["kind"] == "table"
    rules = {one["rule"] for one in shell.json("diagnose", "lookup")}
    assert rules <= {"over_fitting", "duplicates", "wrong_boundaries", "few_entities", "few_rows", "type_never_found"}
    assert rules


def test_compare_is_paired_over_sentences(trained):
    """Two models on the same sentences are compared by their entities."""
    shell, _ = trained
    answer = shell.json("compare", "bert", "lookup")
    assert "f1" in json.dumps(answer)
    assert "different data" not in shell.run("compare", "bert", "lookup").out


def test_plain_tags_are_tuned_for_accuracy(trained):
    """Tags without prefixes, such as parts of speech, are a data set too."""
    shell, _ = trained
    shell.write("pos.tsv", "The\tDET\ncat\tNOUN\nsleeps\tVERB\n.\tPUNCT\n\nRun\tVERB\n!\tPUNCT\n\n" * 30)
    shell.write("pos.json", {"model": "lookup", **TASK, "model_config": {},
                             "dataset": {"source": "files", "train": "pos.tsv"},
                             "study": {"name": "pos", "trials": 1, "metric": "accuracy"}})  # fmt: skip
    answer = shell.json("run", "pos.json")
    assert answer["test"]["accuracy"] == answer["test"]["macro_f1"] == 1
    assert "DET" in shell.run("predict", "pos", "The cat").out


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("Ada B-PER\nslept\n", "line 2 has 1"),
        ("Ada B-PER\nslept O\nBo X-PER\n", "line 3: 'X-PER' is no tag of BIO"),
        ("Ada\nBo\n", "has no column of tags"),
    ],
)
def test_broken_files_are_refused(trained, content, message):
    """A broken file is refused with one clear message that has file and line, and exit code 2."""
    shell, _ = trained
    shell.write("broken.conll", content)
    shell.write("broken.json", {**spec("lookup", {}), "dataset": {"source": "files", "train": "broken.conll"}})
    error = shell.json("validate", "broken.json", code=2)["error"]
    assert error["kind"] == "bad_data"
    assert message in error["message"]
    assert error["field"] == "dataset.train"
