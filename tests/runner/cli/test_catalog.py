"""`modelcat list`, `show`, `schema` and `doctor`: what is broken is reported with its distribution, the rest works."""

import json
from importlib.metadata import EntryPoint
from types import SimpleNamespace

import pytest
from click.testing import CliRunner

from catalog import registry
from catalog.contract.capabilities import InputField
from runner.cli import doctor as examining
from runner.cli.main import app

LINEAR = "nlp/text-classification/linear"


def run(*arguments):
    """Run a command and return its result."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


@pytest.fixture
def broken_task(monkeypatch):
    """Announce a task that cannot be imported, with a model, next to what is installed; the former's distribution."""
    found = registry.entry_points

    def entry_points(group):
        names = {registry.TASKS: "strange/things", registry.MODELS: "strange/things/model"}
        point = EntryPoint(names[group], "no_such_module:thing", group)
        vars(point)["dist"] = SimpleNamespace(name="strange-things", version="3.1")
        return (*found(group=group), point)

    monkeypatch.setattr(registry, "entry_points", entry_points)
    return "strange-things"


@pytest.mark.usefixtures("simulated")
def test_a_card_shows_the_model_and_its_task():
    """Metrics with their directions, baseline and default data are the task's; the baseline itself has none."""
    card = json.loads(run("show", "nlp/text-classification/bert", "--json").stdout)
    assert card["metrics"]["accuracy"] == "maximize"
    assert card["metrics"]["log_loss"] == "minimize"
    assert card["baseline"] == LINEAR
    assert card["default_dataset"]["name"] == "stanfordnlp/imdb"
    assert json.loads(run("show", LINEAR, "--json").stdout)["baseline"] is None
    shown = run("show", "test/simulated/curve").stdout
    assert "test/simulated: A simulated task." in shown
    assert "baseline: test/simulated/floor" in shown
    assert "input: text (text)\n" in shown


def test_fields_of_a_data_set_stand_with_their_source():
    """Each source has a table of its own, in the order of the task; in JSON too."""
    shown = run("show", LINEAR).stdout
    places = [shown.index(f'"source": "{source}": ') for source in ("hub", "files", "demo")]
    assert places == sorted(places)
    hub, files, demo = (shown[start:end] for start, end in zip(places, [*places[1:], None], strict=True))
    assert "dataset.revision" in hub
    assert "dataset.train" not in hub
    assert "dataset.train" in files
    assert "dataset.revision" not in files
    assert "dataset.size" in demo
    assert "dataset.text" in hub
    assert "dataset.text" in files
    assert "dataset.text" not in demo
    sources = json.loads(run("show", LINEAR, "--json").stdout)["sources"]
    assert [source["name"] for source in sources] == ["hub", "files", "demo"]
    assert "train" in sources[1]["fields"]


@pytest.mark.usefixtures("simulated")
def test_a_card_says_what_an_input_is(monkeypatch):
    """Fields with their kinds and choices; nothing where they depend on the data, or the task fails."""
    letters = tuple("abcdefg")
    fields = [InputField("last", "choice", letters), InputField("hour", "number"), InputField("any", "choice")]
    monkeypatch.setattr(registry.load_task("test/simulated"), "input_fields", lambda _: fields)
    shown = run("show", "test/simulated/curve").stdout
    assert "input: last (one of a, b, c, d, e, ...), hour (number), any (a choice)\n" in shown
    card = json.loads(run("show", "test/simulated/curve", "--json").stdout)
    assert card["input_fields"][1] == {"name": "hour", "kind": "number", "choices": [], "example": ""}
    monkeypatch.setattr(registry.load_task("test/simulated"), "input_fields", lambda data: data["items"])
    assert "input:" not in run("show", "test/simulated/curve").stdout


def test_a_broken_task_is_told_and_the_rest_is_listed(broken_task, monkeypatch):
    """For a broken task the schema omits its models, and doctor names its distribution and cause; others are listed."""
    listed = run("list", "--json")
    assert LINEAR in {entry["key"] for entry in json.loads(listed.stdout)}
    schema = run("schema")
    assert "'strange/things' of strange-things" in schema.stderr
    assert "No module named 'no_such_module'" in schema.stderr
    assert LINEAR.split("/")[2] in json.dumps(json.loads(schema.stdout)["allOf"])
    monkeypatch.setattr(examining, "_devices", lambda: examining.finding("devices", "good", "none"))
    monkeypatch.setattr(examining, "_hub", lambda: examining.finding("hub", "note", "not asked"))
    result = run("doctor", "--json")
    assert result.exit_code == 1
    bad = {found["what"]: found for found in json.loads(result.stdout) if found["state"] == "bad"}
    assert bad["task"]["found"] == f"strange/things ({broken_task} 3.1)"
    assert "No module named 'no_such_module'" in bad["task"]["advice"]
    assert bad["model"]["found"] == f"strange/things/model ({broken_task} 3.1)"


@pytest.mark.usefixtures("simulated")
def test_what_a_plugin_prints_is_no_data(monkeypatch):
    """Standard output of a command holds what the command prints alone; a plugin's print goes to stderr."""

    def printing(_):
        print("HELLO")  # noqa: T201 -- as a plugin may
        return ()

    monkeypatch.setattr(registry.load_task("test/simulated"), "input_fields", printing)
    shown = run("show", "test/simulated/curve", "--json")
    assert json.loads(shown.stdout)["key"] == "test/simulated/curve"
    assert shown.stderr == "HELLO\n"
    assert "HELLO" not in run("show", "test/simulated/curve").stdout


def test_a_malformed_task_is_told_where_models_are_listed(monkeypatch):
    """Listing imports nothing, but says which entry of which distribution cannot be used."""
    point = EntryPoint("things", "json:loads", registry.TASKS)
    vars(point)["dist"] = SimpleNamespace(name="strange-things", version="3.1")
    monkeypatch.setattr(registry, "entry_points", lambda group: [point] if group == registry.TASKS else [])
    assert "things of strange-things: its key must have the form category/subcategory" in run("list").stderr
