"""New and stored studies are prepared in one way: by a task that is repeated when its worker dies, and can be ended."""

import pytest

from catalog.errors import DataError, LostWorkerError, StoppedError
from runner.engine.messages import Done, Failed
from runner.study.preparation import prepare


class Answering:
    """An engine whose tasks end in the given ways, one after the other."""

    def __init__(self, *ends):
        self.ends = list(ends)

    def submit(self, task):
        return 1

    def events(self, timeout):
        end = self.ends.pop(0)
        return [Failed(1, end) if isinstance(end, Exception) else Done(1, end)]


def died():
    """Return how a task ends whose process died."""
    return LostWorkerError("the worker process ended with code 7")


def prepared(request, workspace, recorder, *ends, check=lambda: None):
    """Prepare a study on a worker that answers in the given ways."""
    return prepare(Answering(*ends), request, workspace.cache, recorder, check)


def test_a_death_is_retried(request_of, workspace, recorder):
    """A death is reported to the listener, and retried; what the next worker finds is returned."""
    assert prepared(request_of(max_retries=1), workspace, recorder, died(), "data") == "data"
    assert [attempt for _, _, _, attempt in recorder.of("retried")] == ["1 of 1"]
    assert recorder.of("failed") == []


def test_the_last_death_is_raised_with_the_number_of_attempts(request_of, workspace, recorder):
    """The last death is raised with the number of attempts, and reported to the listener."""
    with pytest.raises(LostWorkerError, match="code 7; it was tried 2 times"):
        prepared(request_of(max_retries=1), workspace, recorder, died(), died())
    assert len(recorder.of("failed")) == 1


def test_bad_data_are_not_tried_again(request_of, workspace, recorder):
    """Bad data are not tried again: they would be as bad the next time."""
    with pytest.raises(DataError, match="no rows"):
        prepared(request_of(max_retries=5), workspace, recorder, DataError("no rows"))
    assert recorder.of("retried") == []


def test_a_request_to_stop_ends_it(request_of, workspace, recorder):
    """A request to stop ends the preparation, even one that comes when the worker has just answered."""
    calls = []

    def check():
        calls.append(1)
        if len(calls) == 2:
            raise StoppedError("asked to stop")

    with pytest.raises(StoppedError):
        prepared(request_of(), workspace, recorder, "data", check=check)
