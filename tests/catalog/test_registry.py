"""Finding tasks and models: lazily, without a broken one affecting the others."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from catalog import registry
from catalog.errors import PluginError, UnknownKeyError
from catalog.registry import MODELS, TASKS


class FakeDistribution:
    """A distribution as an entry point knows it."""

    def __init__(self, name, version="1.0"):
        self.name = name
        self.version = version


@pytest.fixture
def announce(monkeypatch):
    """Return a function that makes the registry see only these models and tasks: (key, value, distribution) each."""

    def show(*models, tasks=()):
        made = {MODELS: [], TASKS: []}
        for group, points in ((MODELS, models), (TASKS, tasks)):
            for key, value, distribution in points:
                point = EntryPoint(key, value, group)
                vars(point)["dist"] = FakeDistribution(distribution)
                made[group].append(point)
        monkeypatch.setattr(registry, "entry_points", lambda group: made[group])

    return show


def test_our_own_tasks_and_models_are_announced_like_anyones():
    """Text classification, BERT and the linear model come from the installed distribution's entry points."""
    keys = {entry.key for entry in registry.entries() if entry.problem is None}
    assert {"nlp/text-classification/bert", "nlp/text-classification/linear"} <= keys
    assert "nlp/text-classification" in {entry.key for entry in registry.task_entries() if entry.problem is None}


def test_what_was_announced_stays_what_it_is_once_trainers_are_imported():
    """No module of a plugin takes the place of its descriptor when its heavy parts are imported."""
    for entry in registry.entries():
        model = registry.load(entry.key)
        model.trainer()
        assert registry.load(entry.key) is model


def test_listing_imports_neither_plugins_nor_pydantic():
    """Listing reads metadata only; proven by what a fresh process has imported."""
    code = (
        "import sys; from catalog import registry; assert registry.entries(); assert registry.task_entries(); "
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not {"pydantic", "plugins", "torch", "optuna", "sqlalchemy"} & loaded


def test_collisions_name_both_distributions(announce):
    """Two models with one key are listed with the reason, and neither is loaded."""
    announce(("a/b/c", "json:loads", "one"), ("a/b/c", "json:loads", "two"), tasks=[("a/b", "json:loads", "three")])
    assert [entry.distribution for entry in registry.entries()] == ["one", "two"]
    assert all("one and two" in entry.problem for entry in registry.entries())
    with pytest.raises(PluginError, match="one and two"):
        registry.load("a/b/c")


def test_collisions_of_tasks_name_both_distributions(announce):
    """Two distributions that claim one task are listed with the reason, and it is not loaded, by a model's key too."""
    announce(("a/b/c", "json:loads", "three"), tasks=[("a/b", "json:loads", "one"), ("a/b", "json:loads", "two")])
    assert [entry.distribution for entry in registry.task_entries()] == ["one", "two"]
    assert all("one and two" in entry.problem for entry in registry.task_entries())
    for key in ("a/b", "a/b/c"):
        with pytest.raises(PluginError, match="task 'a/b': registered 2 times, by one and two"):
            registry.load_task(key)


def test_a_malformed_key_is_a_problem_of_its_entry(announce):
    """A key without its two or three parts is listed with the reason."""
    announce(("abc", "json:loads", "one"), tasks=[("a/b/c", "json:loads", "one")])
    assert "must have the form category/subcategory/model" in registry.entries()[0].problem
    assert registry.task_entries()[0].problem.endswith("must have the form category/subcategory")


def test_a_model_without_its_task_is_a_problem_of_its_entry(announce):
    """A model of a task that no distribution provides is listed with the reason; one whose task exists has none."""
    announce(("a/b/c", "json:loads", "one"), ("d/e/f", "json:loads", "two"), tasks=[("d/e", "json:loads", "two")])
    lone, whole = registry.entries()
    assert (lone.key, lone.distribution, lone.problem) == ("a/b/c", "one", "its task a/b is not in the catalog")
    assert whole.problem is None
    with pytest.raises(UnknownKeyError, match="no task 'a/b' in the catalog"):
        registry.load_task("a/b/c")


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("no_such_module:model", "No module named"),
        ("json:no_such_thing", "no_such_thing"),
        ("json:loads", "is not a plugin: it lacks Config"),
    ],
)
def test_a_broken_model_says_what_is_broken(announce, value, part):
    """The error on loading names the key, the distribution and the cause."""
    announce(("a/b/c", value, "one"))
    with pytest.raises(PluginError, match="'a/b/c' of one") as caught:
        registry.load("a/b/c")
    assert part in caught.value.message


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("no_such_module:task", "cannot be imported: ModuleNotFoundError: No module named"),
        ("json:no_such_thing", "no_such_thing"),
        ("json:loads", "is not a task: it lacks Dataset, baseline, compare, default_dataset, key, load, metrics"),
    ],
)
def test_a_broken_task_says_what_is_broken(announce, value, part):
    """The error on loading a task names the key, the distribution and the cause."""
    announce(tasks=[("a/b", value, "one")])
    with pytest.raises(PluginError, match="task 'a/b' of one") as caught:
        registry.load_task("a/b")
    assert part in caught.value.message


@pytest.mark.parametrize("raised", ["SystemExit(3)", "GeneratorExit()", "type('Own', (BaseException,), {})('x')"])
def test_a_plugin_that_ends_the_program_at_import_is_a_broken_plugin(announce, tmp_path, monkeypatch, raised):
    """A plugin that raises anything but an Exception does not end the command; only the user's interrupt does."""
    (tmp_path / "ends_at_import.py").write_text(f"raise {raised}\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    announce(("a/b/c", "ends_at_import:model", "ending"), tasks=[("a/b", "ends_at_import:task", "ending")])
    for load in (registry.load, registry.load_task):
        with pytest.raises(PluginError, match=r"of ending .* cannot be imported: ") as caught:
            load("a/b/c")
        assert caught.value.__cause__ is not None
    (tmp_path / "ends_at_import.py").write_text("raise KeyboardInterrupt\n")
    with pytest.raises(KeyboardInterrupt):
        registry.load("a/b/c")


def test_a_plugin_bears_the_name_of_its_entry_point(announce):
    """A model or a task that is registered under another key than its own is refused."""
    model = ("nlp/text-classification/other", "plugins.nlp.text_classification.linear.descriptor:model", "one")
    announce(model, tasks=[("nlp/other", "plugins.nlp.text_classification.task:task", "one")])
    with pytest.raises(PluginError, match="calls itself"):
        registry.load("nlp/text-classification/other")
    with pytest.raises(PluginError, match=r"of one .* calls itself 'nlp/text-classification'"):
        registry.load_task("nlp/other")


def test_unknown_keys_are_answered_with_the_nearest_of_the_same_task(announce):
    """The suggestion looks at the model's name, not at the long prefix that all share."""
    announce(
        ("nlp/text-classification/bert", "json:loads", "one"),
        ("nlp/text-classification/linear", "json:loads", "one"),
        tasks=[("nlp/text-classification", "json:loads", "one")],
    )
    with pytest.raises(UnknownKeyError, match="did you mean 'linear'"):
        registry.load("nlp/text-classification/lineer")
    with pytest.raises(UnknownKeyError, match="known: bert, linear"):
        registry.load("nlp/text-classification/zzzzzz")
    with pytest.raises(UnknownKeyError, match="did you mean 'nlp/text-classification'"):
        registry.load_task("nlp/text-clasification")
