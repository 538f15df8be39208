"""The order of the trials: kept while trials come in, it is the one that sorting all of them again would give."""

import random
from dataclasses import replace
from types import SimpleNamespace

import pytest

from runner.store.records import TrialRecord
from runner.tui.screens.study import trial_order as order_module
from runner.tui.screens.study.study_data import StudyData, read_book
from runner.tui.screens.study.trial_columns import TableView
from runner.tui.screens.study.trial_order import TrialOrder, order_of

VIEWS = (
    TableView(),
    TableView(turned=True),
    TableView(sorted_by="param:kind"),
    TableView(sorted_by="param:kind", turned=True),
    TableView(sorted_by="seconds", state="complete"),
    TableView(expression="number >= 5"),
)


def book_of(trials, direction="maximize", created=0):
    counts = SimpleNamespace(complete=len(trials), pruned=0, failed=0, running=0)
    record = SimpleNamespace(
        study="s", direction=direction, metric="accuracy", space={}, created=created, updated=len(trials), trials=counts
    )
    return StudyData(record, {trial.number: trial for trial in trials})


def trial(number, luck, state="complete"):
    value = None if luck.random() < 0.2 else luck.randrange(4) / 4
    kind = luck.choice(["a", "b", 3, 1.5, None])
    return TrialRecord(number, state, "search", {"kind": kind}, value, {"accuracy": value}, float(luck.randrange(5)))


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
@pytest.mark.parametrize("view", VIEWS)
def test_new_and_changed_trials_find_their_places(view, direction):
    """Trials that come, and those that end, stand where sorting again would put them; equal ones by number."""
    luck = random.Random(1)
    known = [trial(number, luck, "running" if number > 37 else "complete") for number in range(40)]
    before = order_of(book_of(known, direction), view, TrialOrder())
    later = [*known[:38], *(trial(number, luck) for number in range(38, 60))]
    book = book_of(later, direction)
    kept, resorted = order_of(book, view, before), order_of(book, view, TrialOrder())
    assert kept.numbers == resorted.numbers
    assert kept.suits(book, view)
    assert not before.suits(book, view)


def test_only_what_is_new_is_looked_at(monkeypatch):
    """Of many trials only those that came since are compared, each with a few others."""
    luck, compared = random.Random(2), []
    known = [trial(number, luck) for number in range(5_000)]
    before = order_of(book_of(known), TableView(), TrialOrder())
    comparable = order_module._comparable
    monkeypatch.setattr(order_module, "_comparable", lambda value: (compared.append(value), comparable(value))[1])
    order_of(book_of([*known, replace(known[0], number=5_000, value=0.5)]), TableView(), before)
    assert 0 < len(compared) < 20


def test_trials_that_are_gone_are_not_shown():
    """Where trials went away, the order is that of those that are left."""
    luck = random.Random(3)
    known = [trial(number, luck) for number in range(9)]
    left = book_of(known[:4])
    assert sorted(order_of(left, TableView(), order_of(book_of(known), TableView(), TrialOrder())).numbers) == [
        0,
        1,
        2,
        3,
    ]


def test_a_study_that_is_written_to_is_not_read_anew():
    """Trials that are written between the count and the reading of them are no reason to read all again."""
    luck, asked = random.Random(4), []
    trials = [trial(number, luck) for number in range(9)]
    known = book_of(trials[:4])

    def read(study, after=-1, among=()):
        asked.append(after)
        return [one for one in trials if one.number > after or one.number in among]

    store = SimpleNamespace(
        study=lambda _: book_of(trials[:6]).record, trials=read, insights=lambda _: {}, epochs=lambda *_: []
    )
    assert len(read_book(store, "s", known).trials) == 9
    assert asked == [3]
