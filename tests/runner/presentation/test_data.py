"""What a task says about data, for every front end."""

from types import SimpleNamespace

from catalog import registry
from catalog.contract import Fact
from catalog.statement import Statement
from runner.presentation.data import facts_about
from runner.presentation.english import english


def test_a_task_that_fails_to_describe_data_is_named(monkeypatch):
    """One fact stands for those that the task could not give; a task that gives none has none."""
    monkeypatch.setattr(registry, "distribution_of", lambda key: f"package of {key}")
    task = SimpleNamespace(
        key="shop/baskets", facts=lambda data: [Fact(Statement("Items"), Statement(data["items"]))], data_figures=print
    )
    assert [english(fact.text) for fact in facts_about(task, {"items": "three"})] == ["three"]
    (fact,) = facts_about(task, {})
    assert (
        f"{english(fact.name)}: {english(fact.text)}"
        == "Data: package of shop/baskets cannot describe them: KeyError: 'items'"
    )
    assert facts_about(SimpleNamespace(), {}) == ()
