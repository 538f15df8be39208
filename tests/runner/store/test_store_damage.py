"""Rows that a user edited by hand: reported with study and field, and no other study suffers."""

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner

from catalog.errors import SpecError, StoreError, StudyConflictError
from runner.cli.main import app
from runner.store.records import Lease, TrialRecord
from runner.store.store import Store
from runner.study.stored_study import stored_request
from runner.study.workspace import Workspace


def edit(store: Store, statement: str) -> None:
    with store._writer.begin() as connection:
        connection.exec_driver_sql(statement)


@pytest.mark.both_databases
@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("spec = '[1, 2]'", "spec is a list, not an object"),
        ("spec = '{\"study\": 5}'", "spec has a study that is a number or a truth value, not an object"),
        ("state = 'done', verdict = '3'", r"state is 'done', none of queued, .*; verdict is a number"),
    ],
)
def test_a_spoilt_study_is_told_and_the_others_are_read(
    store: Store, make_study: Callable[..., None], change: str, told: str
) -> None:
    """The list shows which study and which field, the others are as they were, and the damaged one cannot go on."""
    for name in ("before", "spoilt", "after"):
        make_study(name)
    before, _, after = store.studies()
    edit(store, f"UPDATE modelcat_studies SET {change} WHERE study = 'spoilt'")  # noqa: S608 -- ours
    first, spoilt, last = store.studies()
    assert (first, last) == (before, after)
    assert spoilt.state == "failed"
    with pytest.raises(StoreError, match=f"study 'spoilt' is damaged: {told}"):
        spoilt.refuse_damage()
    assert spoilt.failure["message"] == spoilt.damage
    for go_on in (
        lambda: store.requeue("spoilt"),
        lambda: stored_request(Workspace(store.url.revealed(), None, None), "spoilt"),
    ):
        with pytest.raises(StoreError, match=told):
            go_on()
    store.delete_study("spoilt")
    assert [study.study for study in store.studies()] == ["before", "after"]


def test_a_spec_that_is_no_json(store: Store, url: str, make_study: Callable[..., None]) -> None:
    """`modelcat studies` lists all studies and says on stderr which one is damaged, and where."""
    for name in ("good", "spoilt"):
        make_study(name)
    edit(store, "UPDATE modelcat_studies SET spec = '{\"model\": ' WHERE study = 'spoilt'")
    answer = CliRunner().invoke(app, ["studies", "--json", "--storage", url])
    assert [line["study"] for line in json.loads(answer.stdout)] == ["good", "spoilt"]
    assert "the record of study 'spoilt' is damaged: spec is not JSON: Expecting value" in answer.stderr
    with pytest.raises(StoreError, match="spec is not JSON"):
        stored_request(Workspace(url, None, None), "spoilt")


def test_a_spec_that_no_longer_holds_together(store: Store, url: str, make_study: Callable[..., None]) -> None:
    """A spec that is JSON but no spec is refused, with study and field, when the study is to go on with it."""
    make_study(
        spec={"category": "nlp", "subcategory": "text-classification", "model": "linear", "model_config": {"C": -1}}
    )
    with pytest.raises(SpecError, match=r"study reviews, as the database has it: model_config\.C"):
        stored_request(Workspace(url, None, None), "reviews")


@pytest.mark.both_databases
def test_a_spoilt_trial_is_told(store: Store, lease: Lease, make_study: Callable[..., None]) -> None:
    """A damaged trial is reported with its study, number and field; the list of studies does without its best trial."""
    make_study("other")
    store.put_trial("reviews", lease, TrialRecord(3, "complete", "search", {"C": 1.0}, 0.5))
    edit(store, "UPDATE modelcat_trials SET params = '7'")
    for read in (lambda: store.trials("reviews"), lambda: store.trial("reviews", 3)):
        with pytest.raises(StoreError, match="'reviews' is damaged: modelcat_trials, number 3: params is a number"):
            read()
    assert [study.best for study in store.studies()] == [None, None]
    with pytest.raises(StudyConflictError):
        store.delete_study("reviews")
