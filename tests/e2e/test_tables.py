"""Tables from the command line: a study of classes and one of numbers, and what is done with their models."""

import json

import pytest
from sample_tables import columns, write_csv

STUDY = {"trials": 2, "confirm": {"top": 1, "seeds": 1}}


def spec(task, truth, **dataset):
    return {
        "category": "tabular",
        "subcategory": task,
        "model": "boosting",
        "model_config": {"rounds": 40},
        "dataset": {"source": "files", "train": "rows.csv", "label": truth, **dataset},
        "study": {"name": "rows", **STUDY},
    }


@pytest.mark.parametrize(
    ("task", "truth", "ignored", "metrics", "charts"),
    [
        ("classification", "label", "price", {"accuracy", "f1", "log_loss", "roc_auc"}, {"confusion", "confidence"}),
        ("regression", "price", "label", {"rmse", "mae", "r2", "spearman"}, {"predicted-against-true", "residuals"}),
    ],
)
def test_a_study_of_a_table(shell, task, truth, ignored, metrics, charts):
    """From the spec to predictions of a file, every command works with the task."""
    write_csv(shell.folder / "rows.csv", columns(240))
    new = {name: cells[:7] for name, cells in columns(240, seed=1).items() if name not in {"label", "price"}}
    write_csv(shell.folder / "new.csv", new)
    write_csv(shell.folder / "more.csv", columns(60, seed=2))
    shell.write("spec.json", spec(task, truth, ignore=[ignored]))
    assert shell.json("validate", "spec.json")["data"]["rows"]["train"] == 173
    assert shell.json("plan", "spec.json")
    result = shell.json("run", "spec.json")
    assert result["trials"] == {"complete": 2, "pruned": 0, "failed": 0}
    assert metrics <= set(result["test"])
    assert metrics <= set(result["baseline"])
    answers = shell.json("predict", "rows", "--file", "new.csv", "--explain")
    assert len(answers) == 7
    answered = {"label", "confidence", "probabilities"} if task == "classification" else {"value", "low", "high"}
    assert all({"age", "city", "member", "since", *answered, "notes"} <= set(answer) for answer in answers)
    assert all(answer["features"][0]["feature"] in answer for answer in answers)
    assert metrics <= set(shell.json("evaluate", "rows", "more.csv")["metrics"])
    assert {*charts, "feature-importance"} <= {figure["key"] for figure in shell.json("figures", "rows")}
    shell.run("report", "rows", "-o", "rows.html")
    assert "Importance of each feature" in (shell.folder / "rows.html").read_text(encoding="utf-8")
    shell.run("diagnose", "rows")
    shell.run("compare", "rows", "rows:baseline")
    write_csv(shell.folder / "lacking.csv", {"age": [1]})
    error = json.loads(shell.run("predict", "rows", "--file", "lacking.csv", "--json", code=2).out)["error"]
    assert "no columns 'city', 'member', 'since'" in error["message"]


def test_text_in_a_regression_is_one_line(shell):
    """Text in a regression is refused in one line, with the line of the file, the value and the field of the spec."""
    table = columns(60)
    table["price"][9] = "dear"
    write_csv(shell.folder / "rows.csv", table)
    shell.write("spec.json", spec("regression", "price"))
    error = shell.json("validate", "spec.json", code=2)["error"]
    assert "line 11 holds 'dear' in column 'price'" in error["message"]
    assert error["field"] == "dataset.target"
