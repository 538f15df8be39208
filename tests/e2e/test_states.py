"""How studies ended, as the commands show it: by their time limit, or with every trial failed; tables as CSV."""

import csv
import io
import json

import pytest


@pytest.fixture(scope="module")
def ended(module_shell, simulated_spec):
    """Return a shell with `late`, which its time limit has ended, and `bad`, whose trials all failed."""
    late = simulated_spec({"x": 0.5, "seconds": 0.4}, name="late", trials=50, timeout="1s", pruner="none")
    module_shell.write("late.json", late)
    module_shell.write("bad.json", simulated_spec({"x": 0.5, "trouble": "error"}, name="bad", trials=2))
    module_shell.late = module_shell.run("run", "late.json")
    module_shell.bad = module_shell.run("run", "bad.json", code=1)
    return module_shell


def test_the_time_limit_is_named_everywhere(ended):
    """Narration, verdict, list, log, JSON and report say how many trials were made, and why not all."""
    study = next(study for study in ended.json("studies") if study["study"] == "late")
    made = study["trials"]["complete"]
    said = f"{made} of 50 trials: the time limit of 1 s was used up"
    assert study["early_end"] == {"reason": "time_limit", "done": made, "planned": 50, "limit_seconds": 1.0}
    assert said in ended.late.err
    assert f"{said}." in ended.late.out
    assert f"late: {said}" in ended.run("studies").out
    assert ended.json("run", "late.json")["early_end"]["reason"] == "time_limit"
    log = (ended.folder / "studies" / "late" / "log.jsonl").read_text().splitlines()
    assert said in [json.loads(line)["text"] for line in log]
    ended.run("report", "late", "-o", "late.html")
    assert said in (ended.folder / "late.html").read_text()


def test_a_study_that_must_fail_again_says_the_one_cause(ended):
    """Every command that could do nothing with it says why it failed; none advises to resume it."""
    broken = "modelcat-simulated: RuntimeError: something broke"
    cause = f"all 2 trials failed for one reason, error: {broken}. To go on, mend the cause"
    assert cause in ended.bad.err
    assert f"bad: failed: {cause}" in ended.run("studies").out
    for command, code in (("run", 1), ("submit", 2)):
        assert cause in ended.run(command, "bad.json", code=code).err
    for command, code in (("resume", 1), ("report", 2), ("predict", 2)):
        told = ended.run(command, "bad", *(["a text"] if command == "predict" else []), code=code).err
        assert cause in told
        assert "resume" not in told


@pytest.mark.parametrize("arguments", [("studies",), ("trials", "late")])
def test_tables_as_csv_hold_what_json_holds(ended, arguments):
    """The same rows and fields, unrounded, those of inner objects by names with dots; null is an empty cell."""
    rows = list(csv.DictReader(io.StringIO(ended.run(*arguments, "--csv").out, newline="")))
    objects = ended.json(*arguments)
    assert len(rows) == len(objects) > 1
    for row, answer in zip(rows, objects, strict=True):
        for name, cell in row.items():
            value = answer
            for part in name.split("."):
                value = value.get(part) if value is not None else None
            assert cell == ("" if value is None else str(value)), name


def test_the_epochs_of_a_trial_as_csv(ended):
    """`trial --csv` prints its measurements, and which of them was kept."""
    rows = list(csv.DictReader(io.StringIO(ended.run("trial", "late", "0", "--csv").out, newline="")))
    history = ended.json("trial", "late", "0")["history"]
    assert [float(row["metrics.accuracy"]) for row in rows] == [epoch["metrics"]["accuracy"] for epoch in history]
    assert {row["kept"] for row in rows} <= {"True", "False"}
