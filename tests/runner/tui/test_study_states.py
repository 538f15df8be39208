"""The states of studies as the terminal UI tells them: queued, ended by the time limit, failed for good."""

from dataclasses import replace

import pytest
from sample_store import NOON, WHOLE

from runner.store.records import TrialCounts, TrialRecord
from runner.store.store import Store
from runner.study.early_end import CUT_NOTE, time_limit_end
from runner.tui import study_actions
from runner.tui.context import AppContext
from runner.tui.preferences import Preferences
from runner.tui.rows.study_row import rows_of
from runner.tui.rows.study_state import state_sentence
from runner.tui.screens.study.headline import headline, seconds_left
from runner.tui.screens.study.study_data import StudyData
from runner.tui.screens.trial.labels import advice, outcome
from runner.tui.screens.trial.trial_facts import TrialFacts
from runner.tui.study_source import StudySource

GONE, FAILED, BUSY = "imdb-roberta", "tickets-csv", "imdb-bert"
LIMIT = {"en": "the time limit of 1 s was used up", "de": "das Zeitlimit von 1 s war aufgebraucht"}


@pytest.fixture
def context(sample_store):
    """Return a context whose clock does not advance."""
    return AppContext(StudySource(sample_store), Preferences(), clock=lambda: NOON)


@pytest.fixture
def store(sample_store):
    """Return the store of the sample store."""
    with Store.open(sample_store, create=True) as opened:
        yield opened


def sentence(record, context):
    """Return what the list says of a study."""
    return state_sentence(rows_of([record], {}, NOON)[0], context)


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_study_that_its_time_limit_ended_says_so(store, sample_store, language):
    """Header and list name the limit and how many trials were made, in every language."""
    context = AppContext(StudySource(sample_store), Preferences(language=language), clock=lambda: NOON)
    record = replace(store.study(WHOLE), early_end=time_limit_end(1, 8, 1.0))
    assert LIMIT[language] in sentence(record, context)
    first = headline(StudyData(record), context, 120).plain.splitlines()[0]
    assert LIMIT[language] in first
    assert "1" in first
    assert "8" in first


def test_after_its_time_limit_a_running_study_confirms(store, context):
    """No time is left for trials that will never be made."""
    record = replace(store.study(BUSY), early_end=time_limit_end(8, 20, 60))
    shown = headline(StudyData(record), context, 120).plain
    assert "confirming the winner" in shown
    assert "left" not in shown
    assert "the best are being confirmed" in sentence(record, context)


def test_the_time_left_includes_the_confirmation(store):
    """Trials and confirmation trainings that are still to come, at the pace so far; at most the time limit."""
    record = replace(store.study(BUSY), planned=20, seconds=4000.0)
    study = record.spec["study"]

    def left(**settings):
        return seconds_left(replace(record, spec={**record.spec, "study": {**study, **settings}}), 8)

    assert left() == pytest.approx(500 * (12 + 3 * 3))
    assert left(confirm={"top": 1, "seeds": 2}) == pytest.approx(500 * (12 + 2 * 2))
    assert left(confirm={"top": 0, "seeds": 3}) == pytest.approx(500 * 12)
    assert left(confirm={"top": 0, "seeds": 3}, timeout="4500s") == pytest.approx(500)
    assert left(confirm={"top": 0, "seeds": 3}, timeout="1h") == 0
    assert left(confirm="of another version") == pytest.approx(500 * (12 + 3 * 3))


def test_a_study_that_waits_to_be_resumed_is_queued(store, context):
    """Put back into the queue, neither the study nor its interrupted trial is running, and no time is left."""
    lease = store.acquire(GONE, store.study(GONE).lease.owner, store.study(GONE).lease.expires - NOON, takeover=True)
    store.put_trial(GONE, lease, TrialRecord(3, "running", "search", {"epochs": 3}, started=NOON))
    store.release(GONE, lease, "stopped")
    store.requeue(GONE)
    record = store.study(GONE)
    shown = headline(StudyData(record), context, 120).plain
    assert "queued" in shown
    assert "left" not in shown
    assert "running" not in shown
    expected = outcome(TrialFacts(record, store.trial(GONE, 3)), context)
    assert "the study waits in the queue" in expected
    assert "resume" not in expected


def fruitless(store):
    """Return the record of a study whose two trials failed for one reason."""
    reason = {"kind": "bad_data", "message": "all 2 trials failed for one reason, bad_data: no text. To go on, ..."}
    return replace(store.study(FAILED), planned=2, trials=TrialCounts(failed=2), failure=reason)


def test_what_must_fail_again_is_not_offered(store, context):
    """Where all trials failed and none is left there is no resume; the list says the one cause."""
    record = fruitless(store)
    assert record.is_fruitless
    assert not study_actions.can_resume(record, context)
    assert "all 2 trials failed for one reason, bad_data: no text" in sentence(record, context)
    assert study_actions.can_resume(replace(record, planned=3), context)
    assert study_actions.can_resume(replace(record, trials=TrialCounts(complete=1, failed=1)), context)
    assert not study_actions.can_resume(replace(record, planned=3, early_end=time_limit_end(2, 3, 1)), context)


def test_the_advice_on_a_failed_trial_fits_its_study(store, context):
    """A study that can go on is resumed; one that must fail again is deleted and run again."""
    trial = TrialRecord(0, "failed", "given", {}, failure={"kind": "lost_worker", "reason": "it ended."})
    record = fruitless(store)
    assert "Then delete the study and run it again" in advice(TrialFacts(record, trial), context)
    assert "Then resume the study." in advice(TrialFacts(replace(record, planned=3), trial), context)
    assert "resume" not in advice(TrialFacts(replace(record, planned=3, state="queued"), trial), context)
    assert outcome(TrialFacts(record, trial), context).endswith("it ended.")
    assert not outcome(TrialFacts(record, trial), context).endswith("..")


def test_a_trial_that_the_time_limit_cut_says_so(store, context):
    """It did not fall behind others."""
    trial = replace(store.trial(BUSY, 1), state="pruned", origin="search", notes=(CUT_NOTE,))
    expected = outcome(TrialFacts(store.study(BUSY), trial, tuple(store.epochs(BUSY, "trial/1"))), context)
    assert "when the study's time was up" in expected
