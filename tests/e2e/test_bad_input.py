"""Bad input: one clear message, exit code 2, nothing written."""

import json

import pytest

GOOD = {
    "model": "linear",
    "category": "nlp",
    "subcategory": "text-classification",
    "model_config": {"C": 1.0},
    "dataset": {"source": "files", "train": "data.csv"},
    "study": {"trials": 2},
}
ROWS = "text,label\n" + "".join(f"{word} film number {n},{n % 2}\n" for n in range(60) for word in ("good",))


def changed(path, value):
    """Return the good spec with one field set."""
    spec = json.loads(json.dumps(GOOD))
    *parents, last = path.split(".")
    place = spec
    for name in parents:
        place = place.setdefault(name, {})
    place[last] = value
    return spec


SPECS = {
    "not JSON": ('{"model": ', ["line 1, column 11"]),
    "wrong type": (changed("study.trials", "five"), ["study.trials", '"five"', "whole number"]),
    "unknown key": (changed("study.trails", 5), ["study.trails", "did you mean 'trials'"]),
    "unknown model": (changed("model", "lineer"), ["did you mean 'linear'"]),
    "out of range": (changed("model_config.C", -1.0), ["model_config.C", "-1.0", "from 0.0001 to 100000"]),
    "duplicate key": (json.dumps(GOOD)[:-1] + ', "model": "bert"}', ["model", "more than once"]),
    "NaN": (json.dumps(GOOD).replace("1.0", "NaN"), ["model_config.C", "NaN"]),
    "2 MiB": (json.dumps(GOOD) + " " * (2 << 20), ["1 MiB"]),
    "name with a slash": (changed("study.name", "a/b"), ["study.name", "a/b"]),
    "no object": ("[]", ["JSON object"]),
    "binary": (b"\x80\x81\x00", ["not UTF-8"]),
}


def refused(shell, spec, *parts, command="run"):
    """Check that a spec is refused with a message that has all parts, and that nothing is written."""
    shell.write("spec.json", spec)
    before = {path for path in shell.folder.rglob("*") if shell.folder / "cache" not in (path, *path.parents)}
    printed = shell.run(command, "spec.json", code=2)
    assert printed.out == ""
    for part in parts:
        assert part in printed.err, printed.err
    answer = shell.json(command, "spec.json", code=2)
    assert set(answer) == {"error"}
    assert set(answer["error"]) == {"kind", "message", "field"}
    after = {path for path in shell.folder.rglob("*") if shell.folder / "cache" not in (path, *path.parents)}
    assert after == before


@pytest.mark.parametrize("name", SPECS)
def test_bad_specs(shell, name):
    """Every kind of wrong spec has its message, shown by validate, whose check run shares."""
    spec, parts = SPECS[name]
    shell.write("data.csv", ROWS)
    refused(shell, spec, *parts, command="validate")


@pytest.mark.parametrize("command", ["validate", "run", "train"])
def test_missing_files_and_folders(shell, command):
    """A spec that does not exist, or is a folder, is reported as such."""
    assert "no such file" in shell.run(command, "nowhere.json", code=2).err
    assert "folder" in shell.run(command, ".", code=2).err


DATA = {
    "missing column": (ROWS, {"text": "review"}, ["review", "text", "label"]),
    "one class only": ("text,label\n" + "a b c,1\n" * 30, {}, ["class"]),
    "empty file": ("", {}, ["data.csv", "empty"]),
    "labels missing": ("text,label\n" + "good one,1\nbad one,0\n" * 20 + "what,\n", {}, ["41"]),
    "binary garbage": (bytes(range(256)) * 20, {}, ["data.csv"]),
    "missing file": (None, {}, ["data.csv"]),
}


@pytest.mark.parametrize("name", DATA)
def test_bad_data(shell, name):
    """Every way in which data can be wrong has its message, naming file, column or row."""
    content, columns, parts = DATA[name]
    if content is not None:
        shell.write("data.csv", content)
    spec = changed("dataset", {**GOOD["dataset"], **columns})
    refused(shell, spec, *parts)


def test_num_labels_that_disagree_with_the_data(shell):
    """Both numbers are reported, and the field to change."""
    shell.write("data.csv", ROWS)
    refused(shell, changed("model_config.num_labels", 3), "3", "2")
    assert shell.json("run", "spec.json", code=2)["error"]["field"] == "model_config.num_labels"


def test_batch_larger_than_the_data(shell):
    """A batch that the training split cannot fill is reported before anything is created."""
    shell.write("data.csv", ROWS)
    spec = changed("model", "bert") | {"model_config": {"model_name": "scratch/bert-tiny", "batch_size": 512}}
    refused(shell, spec, "512", "batch_size")


def test_readable_files_of_other_shapes(shell):
    """A byte order mark, semicolons and tabs are read as they are meant."""
    for name, content in (
        ("data.csv", ("\ufeff" + ROWS.replace(",", ";")).encode()),
        ("data.tsv", ROWS.replace(",", "\t").encode()),
    ):
        shell.write(name, content)
        shell.write("spec.json", changed("dataset.train", name))
        assert shell.json("validate", "spec.json")["data"]["labels"] == ["0", "1"]


def test_a_name_taken_by_another_spec_is_refused_with_the_difference(shell, simulated_spec):
    """The same name with another configuration is refused with what differs."""
    shell.write("a.json", simulated_spec({"x": 0.5}, trials=2, name="mine"))
    shell.write("b.json", simulated_spec({"x": 0.6}, trials=2, name="mine"))
    shell.run("run", "a.json")
    error = shell.json("run", "b.json", code=2)["error"]
    assert error["kind"] == "conflict"
    assert "model_config.x: 0.5 in the store, 0.6 here" in error["message"]
    assert len(shell.json("studies")) == 1


def test_reading_where_there_is_nothing(shell):
    """Commands that read print [] if there is no database, and create none; naming a study there is an error."""
    assert shell.json("studies") == []
    assert shell.json("trials", "mine") == []
    assert "No studies yet" in shell.run("studies").out
    assert shell.json("trial", "mine", "0", code=2)["error"]["kind"] == "unknown_study"
    assert shell.json("predict", "mine", "text", code=2)["error"]["kind"] == "unknown_study"
    assert list(shell.folder.iterdir()) == []


def test_hostile_text_is_shown_harmless(shell):
    """Control characters of a spec never reach the terminal as they are."""
    shell.write("spec.json", changed("model", "\x1b[31mred\x07"))
    printed = shell.run("validate", "spec.json", code=2)
    assert "\x1b" not in printed.err
    assert "\x07" not in printed.err


@pytest.mark.parametrize("storage", ["nonsense", "sqlite://", "mysql://u:secret@h/d", "sqlite:////dev/null/x.db"])
def test_bad_storage_is_told_without_its_password(shell, simulated_spec, storage):
    """A storage URL that cannot be used is one message, without the password."""
    shell.write("s.json", simulated_spec(trials=2))
    process = shell.start("run", "s.json", "--storage", storage)
    _, err = process.communicate(timeout=60)
    assert process.returncode in (1, 2)
    assert "secret" not in err
    assert "Traceback" not in err
    assert err.splitlines()[-1].startswith("modelcat: ")
