"""A study of numbers of texts from a CSV file, through every command that shows or uses it."""

import csv
import random

import pytest

BERT = {"model_name": "scratch/bert-tiny", "max_seq_length": 24, "batch_size": 16, "epochs": 4, "learning_rate": 0.002}


FILLER = ("the", "course", "had", "a", "room", "and", "tea")


def write_ratings(path, rows, seed):
    """Comments whose stars are 3 and one for each good word, less one for each bad one; with decimal commas."""
    rng = random.Random(seed)
    with path.open("w", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(["comment", "stars"])
        for number in range(rows):
            good, bad = rng.randint(0, 2), rng.randint(0, 2)
            words = [*rng.choices(FILLER, k=8), *["good"] * good, *["bad"] * bad]
            rng.shuffle(words)
            writer.writerow(
                [f"{' '.join(words)} n{number}", f"{3 + good - bad + rng.gauss(0, 0.1):.1f}".replace(".", ",")]
            )


@pytest.mark.parametrize(("model", "config"), [("linear", {}), pytest.param("bert", BERT, marks=pytest.mark.long)])
def test_a_csv_goes_through_every_command(model, config, shell):
    """validate, plan, run, report, figures, predict, evaluate, diagnose and compare work on a CSV file of numbers."""
    write_ratings(shell.folder / "ratings.csv", 300, 0)
    write_ratings(shell.folder / "more.csv", 40, 1)
    spec = {
        "model": model,
        "category": "nlp",
        "subcategory": "text-regression",
        "model_config": config,
        "dataset": {"source": "files", "train": "ratings.csv", "text": "comment", "label": "stars"},
        "study": {"name": "ratings", "trials": 2, "confirm": {"top": 1, "seeds": 1}},
    }
    shell.write("spec.json", spec)
    assert shell.json("validate", "spec.json")["valid"]
    assert "decimal comma" in shell.run("validate", "spec.json").out
    assert "in all" in shell.run("plan", "spec.json").out
    ended = shell.json("run", "spec.json")
    assert {"rmse", "mae", "r2", "spearman", "n"} <= set(ended["test"])
    assert ended["test"]["r2"] > 0.4
    assert (ended["baseline"] is None) == (model == "linear")
    shell.run("report", "ratings", "-o", "report.html")
    assert "Predicted against true" in (shell.folder / "report.html").read_text()
    keys = {one["key"] for one in shell.json("figures", "ratings")}
    assert {
        "predicted-against-true",
        "residuals",
        "error-by-truth",
        "lengths",
        "words-raising",
        "words-lowering",
    } <= keys
    good, bad = shell.json("predict", "ratings", "a good good course", "a bad bad course")
    assert list(good) == ["text", "value", "low", "high"]
    assert good["value"] > bad["value"]
    assert good["low"] < good["value"] < good["high"]
    (why,) = shell.json("predict", "ratings", "a good course", "--explain")
    assert {word["token"]: word["weight"] for word in why["tokens"]}["good"] > 0
    shell.run("predict", "ratings", "--file", "more.csv", "-o", "answers.csv")
    with (shell.folder / "answers.csv").open(newline="") as file:
        answers = list(csv.DictReader(file))
    assert len(answers) == 40
    assert {"value", "low", "high"} <= set(answers[0])
    measured = shell.json("evaluate", "ratings", "more.csv")
    assert measured["rows"] == 40
    assert measured["metrics"]["rmse"] < 2
    assert isinstance(shell.json("diagnose", "ratings"), list | dict)
    assert "RMSE" in shell.run("compare", "ratings:0", "ratings:1").out


def test_text_among_numbers_is_one_clear_error(shell):
    """The error names row and value, and the task that predicts classes."""
    lines = [f"a comment of some words {i},{i}" for i in range(30)]
    lines[7] = "a comment of some words,great"
    shell.write("rows.csv", "text,label\n" + "\n".join(lines) + "\n")
    dataset = {"source": "files", "train": "rows.csv"}
    address = {"model": "linear", "category": "nlp", "subcategory": "text-regression"}
    shell.write("spec.json", {**address, "model_config": {}, "dataset": dataset})
    error = shell.json("validate", "spec.json", code=2)["error"]
    assert "line 9 holds 'great' in column 'label'" in error["message"]
    assert error["field"] == "dataset.label"
