"""A whole study as a snapshot, and what tests of charts look for in a figure."""

from dataclasses import replace

import pytest
from made_study import NAME, build

from runner.store.records import TrialRecord
from runner.store.store import Store
from runner.study.charts import StudySnapshot, read_snapshot


@pytest.fixture(scope="session")
def whole(tmp_path_factory) -> StudySnapshot:
    """Return the snapshot of a whole, closed study."""
    url = f"sqlite:///{tmp_path_factory.mktemp('charts') / 'studies.db'}"
    with Store.open(url, create=True) as store:
        build(store)
        return read_snapshot(store, NAME)


@pytest.fixture(scope="session")
def open_study(whole) -> StudySnapshot:
    """Return the same study before it was closed."""
    record = replace(whole.record, winner=None, verdict=None, state="stopped")
    return replace(whole, record=record, evaluations=(), insights={})


@pytest.fixture(scope="session")
def trials_of(whole):
    """Return a function that returns the study with these values as complete trials, in the order of their numbers."""

    def make(*values, direction="maximize", **facts) -> StudySnapshot:
        trials = {
            number: TrialRecord(number, "complete", "given" if number == 0 else "search", {"x": number / 10}, value)
            for number, value in enumerate(values)
        }
        space = {"x": {"low": 0.0, "high": 1.0}}
        record = replace(whole.record, direction=direction, winner=None, best=None, baseline=None, space=space, **facts)
        return StudySnapshot(record, trials)

    return make
