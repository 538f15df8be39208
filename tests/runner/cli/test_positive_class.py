"""What the command line prints of a study that is tuned for F1: every score names its class."""

import json
import random
import shutil
import sqlite3

import pytest
from click.testing import CliRunner

from catalog.spec import resolve
from runner.cli.main import app
from runner.store.store import Store

WORDS = ["please", "the", "order", "parcel", "colour", "again", "about", "invoice"]


def rows(count=240):
    """Return rows of which one in six is fraud, most of it given away by a word."""
    luck = random.Random(0)
    for row in range(count):
        fraud = row % 6 == 0
        words = luck.choices(WORDS, k=6) + ["stolen"] * (fraud and row % 4 > 0)
        yield f"{' '.join(words)} ref{row},{'fraud' if fraud else 'ok'}\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Return a folder with a finished study for each positive class, and one of three classes."""
    folder = tmp_path_factory.mktemp("positive")
    (folder / "rows.csv").write_text("text,label\n" + "".join(rows()))
    three = (line.replace(",ok", f",{'ok' if number % 2 else 'fine'}") for number, line in enumerate(rows()))
    (folder / "three.csv").write_text("text,label\n" + "".join(three))
    for name, dataset in (("fraud", {"positive": "fraud"}), ("plain", {}), ("three", {"train": "three.csv"})):
        (folder / f"{name}.json").write_text(json.dumps(spec(name, **dataset)))
        run(folder, "run", f"{name}.json")
    return folder


def spec(name, **dataset):
    """Return the spec of a study that is tuned for F1."""
    return {
        "model": "linear",
        "category": "nlp",
        "subcategory": "text-classification",
        "model_config": {"C": 1.0},
        "dataset": {"source": "files", "train": "rows.csv", **dataset},
        "study": {"name": name, "trials": 2, "metric": "f1", "confirm": {"top": 0, "seeds": 1}},
    }


def run(folder, *arguments):
    """Run a command in the folder and return its result."""
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        patched.setenv("MODELCAT_CACHE", str(folder / "cache"))
        result = CliRunner().invoke(app, arguments, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("validate", "fraud.json"), ["tuned for F1 of fraud", "positive class: fraud"]),
        (("validate", "plain.json"), ["tuned for F1 of ok", "'fraud' is the rarer one", '"positive": "fraud"']),
        (("plan", "fraud.json"), ["tuned for F1 of fraud", "positive class  fraud: precision, recall, F1"]),
        (("run", "fraud.json"), ["F1 of fraud", "precision of fraud", "recall of fraud"]),
        (("studies",), ["F1 of fraud", "F1 of ok", "macro F1 of 3 classes"]),
        (("trials", "fraud"), ["F1 of fraud"]),
        (("trial", "fraud", "0"), ["F1 of fraud", "ROC AUC of fraud", "precision of fraud"]),
        (("trial", "three", "0"), ["macro F1 of 3 classes", "macro precision of 3 classes", "macro ROC AUC"]),
        (("evaluate", "fraud", "rows.csv"), ["F1 of fraud", "recall of fraud"]),
        (("evaluate", "plain", "rows.csv"), ["F1 of ok", "recall of ok"]),
        (("compare", "fraud:0", "fraud:1"), ["F1 of fraud on validation", "points of F1 of fraud"]),
        (("show", "nlp/text-classification/linear"), ["dataset.positive"]),
    ],
)
def test_every_score_names_its_class(folder, arguments, told):
    """Wherever precision, recall, F1 or ROC AUC are printed, so is the class that they are of."""
    printed = run(folder, *arguments).output
    assert [what for what in told if what not in printed] == []


def test_running_again_tells_the_class_of_a_stored_result(folder):
    """Running again shows the stored verdict with the class, in its sentence and in its statements."""
    record = Store.open(f"sqlite:///{folder / 'studies.db'}", create=False).study("fraud")
    assert "F1 of fraud" in record.verdict["sentence"]
    assert record.data["positive"] == "fraud"


def test_logs_and_narration_name_the_class(folder):
    """Each measurement in the log says whose F1 it is."""
    log = (folder / "studies" / "fraud" / "log.jsonl").read_text()
    assert "tuned for F1 of fraud on validation" in log
    assert "epoch 1: F1 of fraud" in log
    assert "complete: F1 of fraud" in log


@pytest.mark.parametrize(("study", "positive"), [("fraud", "fraud"), ("plain", "ok"), ("three", None)])
def test_json_says_the_positive_class(folder, study, positive):
    """Next to the metrics stands the class that they are of, and null where they are averages."""

    def answer(*arguments):
        return json.loads(run(folder, *arguments, "--json").stdout)

    assert answer("validate", f"{study}.json")["data"]["positive"] == positive
    assert answer("plan", f"{study}.json")["positive"] == positive
    ran = answer("run", f"{study}.json")
    assert ran["positive"] == positive
    assert {found["study"]: found["best"]["positive"] for found in answer("studies")}[study] == positive
    assert {found["positive"] for found in answer("trials", study)} == {positive}
    trial = answer("trial", study, "0")
    assert trial["positive"] == trial["evaluation"]["positive"] == positive
    judged = answer("evaluate", study, "three.csv" if study == "three" else "rows.csv")
    assert judged["positive"] == positive
    assert [model["positive"] for model in answer("compare", f"{study}:0", f"{study}:1")["models"]] == [positive] * 2
    if positive is not None:
        by_class = {found["label"]: found for found in judged["classes"]}
        assert judged["metrics"]["f1"] == by_class[positive]["f1"]
        assert judged["metrics"]["recall"] == by_class[positive]["recall"]


def test_a_training_says_its_positive_class(folder):
    """`train` names the class in words and in JSON."""
    arguments = ("train", "fraud.json", "--set", "study.name=once")
    told = run(folder, *arguments).stdout
    assert "F1 of fraud" in told
    assert json.loads(run(folder, *arguments, "--json").stdout)["positive"] == "fraud"


def test_scores_of_different_classes_are_not_compared(folder):
    """Two studies of the same rows with other positive classes are listed, each with its class, and not subtracted."""
    found = run(folder, "compare", "fraud", "plain")
    assert "they are not of the same thing and cannot be compared" in found.stdout
    assert "(F1 of fraud)" in found.stdout
    assert "(F1 of ok)" in found.stdout
    assert json.loads(run(folder, "compare", "fraud", "plain", "--json").stdout)["pairs"] == []


def test_tuning_for_f1_is_tuning_for_the_positive_class(folder):
    """The value of every trial is F1 of the positive class."""
    store = Store.open(f"sqlite:///{folder / 'studies.db'}", create=False)
    for study, workspace in (("fraud", 0), ("plain", 1)):
        judged = {found.subject: found for found in store.evaluations(study) if found.split == "validation"}
        for trial in store.trials(study):
            assert trial.value == judged[f"trial/{trial.number}"].details["classes"][workspace]["f1"]


def test_a_wrong_positive_class_is_refused_before_any_work(folder):
    """A name that is no class is an error of the field, with the nearest name."""
    with pytest.MonkeyPatch.context() as patched:
        patched.chdir(folder)
        result = CliRunner().invoke(app, ["validate", "fraud.json", "--set", "dataset.positive=fruad"])
    assert result.exception.field == "dataset.positive"
    assert "Did you mean 'fraud'?" in result.exception.message


def test_studies_without_a_positive_class_keep_their_identity(tmp_path):
    """A spec that names no positive class is stored as before, so studies of the last release are found again."""
    assert "positive" not in resolve(spec("x"), tmp_path).as_json()["dataset"]


def unnamed(value):
    """Return a stored verdict as the last release wrote it: with the metric's key."""
    if isinstance(value, dict):
        return {name: "f1" if name == "metric" else unnamed(held) for name, held in value.items()}
    if isinstance(value, list):
        return [unnamed(held) for held in value]
    return value.replace("F1 of ok", "f1") if isinstance(value, str) else value


def test_stored_studies_of_the_last_release_mean_the_second_class(folder, tmp_path):
    """A study whose row and evaluations name no class is shown with the second one, in words and JSON."""
    shutil.copytree(folder, tmp_path / "old")
    connection = sqlite3.connect(tmp_path / "old" / "studies.db")
    with connection:
        connection.execute("UPDATE modelcat_studies SET data = json_remove(data, '$.positive')")
        connection.execute("UPDATE modelcat_evaluations SET details = json_remove(details, '$.positive')")
        [stored] = connection.execute("SELECT verdict FROM modelcat_studies WHERE study = 'plain'").fetchone()
        old = json.dumps(unnamed(json.loads(stored)))
        assert "F1 of" not in old
        connection.execute("UPDATE modelcat_studies SET verdict = ? WHERE study = 'plain'", (old,))
    connection.close()
    assert "F1 of ok" in run(tmp_path / "old", "trial", "plain", "0").stdout
    assert json.loads(run(tmp_path / "old", "trial", "plain", "0", "--json").stdout)["evaluation"]["positive"] == "ok"
    told = run(tmp_path / "old", "run", "plain.json").stdout
    assert "F1 of ok" in told
    assert " f1 " not in told
