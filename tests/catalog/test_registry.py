"""Finding plugins: lazily, without one spoiling the others."""

import subprocess
import sys
from importlib.metadata import EntryPoint

import pytest

from catalog import registry
from catalog.errors import PluginError, UnknownKeyError


class FakeDistribution:
    """A distribution as an entry point knows it."""

    def __init__(self, name, version="1.0"):
        self.name = name
        self.version = version


def announce(monkeypatch, *points):
    """Make the registry see these (key, value, distribution) alone."""
    made = []
    for key, value, distribution in points:
        point = EntryPoint(key, value, registry.GROUP)
        vars(point)["dist"] = FakeDistribution(distribution)
        made.append(point)
    monkeypatch.setattr(registry, "entry_points", lambda group: made if group == registry.GROUP else [])


def test_our_own_plugins_are_announced_like_anyones():
    """BERT and the linear model come from the installed distribution's entry points."""
    keys = {entry.key for entry in registry.entries()}
    assert {"nlp/text-classification/bert", "nlp/text-classification/linear"} <= keys


def test_listing_imports_neither_plugins_nor_pydantic():
    """Listing reads metadata only; proven by what a fresh process has imported."""
    code = "import sys; from catalog import registry; assert registry.entries(); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-P", "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert not {"pydantic", "plugins", "torch", "optuna", "sqlalchemy"} & loaded


def test_collisions_name_both_distributions(monkeypatch):
    """Two plugins with one key are listed with the reason, and neither is loaded."""
    announce(monkeypatch, ("a/b/c", "json:loads", "one"), ("a/b/c", "json:loads", "two"))
    assert all("one and two" in entry.problem for entry in registry.entries())
    with pytest.raises(PluginError, match="one and two"):
        registry.load("a/b/c")


def test_a_malformed_key_is_a_problem_of_its_entry(monkeypatch):
    """A key without three parts is listed with the reason."""
    announce(monkeypatch, ("abc", "json:loads", "one"))
    assert "category/subcategory/model" in registry.entries()[0].problem


@pytest.mark.parametrize(
    ("value", "part"),
    [
        ("no_such_module:plugin", "No module named"),
        ("json:no_such_thing", "no_such_thing"),
        ("json:loads", "is not a plugin: it lacks Config"),
    ],
)
def test_a_broken_plugin_says_what_is_broken(monkeypatch, value, part):
    """Loading tells the key, the distribution and the cause."""
    announce(monkeypatch, ("a/b/c", value, "one"))
    with pytest.raises(PluginError, match="'a/b/c' of one") as caught:
        registry.load("a/b/c")
    assert part in caught.value.message


def test_a_plugin_bears_the_name_of_its_entry_point(monkeypatch):
    """A plugin registered under another key than its own is refused."""
    value = "plugins.nlp.text_classification.linear:plugin"
    announce(monkeypatch, ("nlp/text-classification/other", value, "one"))
    with pytest.raises(PluginError, match="calls itself"):
        registry.load("nlp/text-classification/other")


def test_unknown_keys_are_answered_with_the_nearest_of_the_same_task(monkeypatch):
    """The suggestion looks at the model's name, not at the long prefix that all share."""
    announce(
        monkeypatch,
        ("nlp/text-classification/bert", "json:loads", "one"),
        ("nlp/text-classification/linear", "json:loads", "one"),
    )
    with pytest.raises(UnknownKeyError, match="did you mean 'linear'"):
        registry.load("nlp/text-classification/lineer")
    with pytest.raises(UnknownKeyError, match="known: bert, linear"):
        registry.load("nlp/text-classification/zzzzzz")
