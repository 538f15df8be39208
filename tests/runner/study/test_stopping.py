"""A study stops while it is prepared, whatever its preparation waits for, stored or not yet."""

import json
import socket
import threading
import time
from datetime import UTC, datetime

import pytest

from catalog.errors import StoppedError, UnknownStudyError
from runner.cli.queue import stop_and_wait
from runner.store.store import Store
from runner.study.coordinator import run_study
from runner.study.preparation_marker import ask_to_stop, mark_preparation
from runner.study.queue import submit, work

pytestmark = [pytest.mark.usefixtures("quick_importance"), pytest.mark.timeout(60)]

WAITING = {"x": 0.5, "waits": True}


def when_preparing(recorder, act):
    """Do something in another thread a moment after preparation has begun."""

    def wait():
        while not recorder.of("phase"):
            time.sleep(0.02)
        time.sleep(0.3)
        act()

    thread = threading.Thread(target=wait)
    thread.start()
    return thread


def test_a_new_study_stops_while_it_is_prepared(request_of, workspace, recorder):
    """A new study ends within seconds though its worker waits for ever, and leaves nothing but an empty cache."""
    asked = []
    thread = when_preparing(recorder, lambda: asked.extend(ask_to_stop(workspace, "mine")))
    began = time.monotonic()
    with pytest.raises(StoppedError, match="asked to stop before it began"):
        run_study(request_of(WAITING, name="mine"), workspace, recorder)
    thread.join()
    assert time.monotonic() - began < 15
    assert len(asked) == 1
    assert not Store.exists(workspace.storage)
    assert not workspace.folder.exists()
    assert list((workspace.cache / "preparing").iterdir()) == []


def test_a_queued_study_stops_while_it_is_prepared(request_of, workspace, recorder):
    """A queued study is stopped within seconds while it is prepared, and its worker goes on with the queue."""
    submit(request_of(WAITING, name="mine"), workspace)
    thread = when_preparing(recorder, lambda: Store.open(workspace.storage, create=False).request_stop("mine"))
    began = time.monotonic()
    [record] = work(workspace, lambda _: recorder, idle=0.0)
    thread.join()
    assert time.monotonic() - began < 15
    assert (record.effective_state(datetime.now(UTC)), record.lease, record.failure) == ("stopped", None, None)


def test_stop_reaches_who_prepares_and_nobody_else(workspace):
    """A stop reaches no study of another name and no dead process's; a foreign file is removed."""

    def opened():
        raise UnknownStudyError("there is no database")

    with mark_preparation(workspace, "mine") as marker:
        marker.check()
        with pytest.raises(UnknownStudyError):
            stop_and_wait(opened, workspace, "other")
        marker.check()
        junk = marker.file.with_name("junk.json")
        junk.write_text("[")
        left = marker.file.with_name("gone.json")
        left.write_text(json.dumps({"host": socket.gethostname(), "pid": 1, "started": 0}))
        assert [owner.pid for owner in ask_to_stop(workspace, "mine")] == [int(marker.file.stem.split("-")[-2])]
        assert not junk.exists()
        with pytest.raises(StoppedError):
            marker.check()
    assert ask_to_stop(workspace, "mine") == []


def test_a_cache_that_cannot_be_written_prepares_all_the_same(workspace):
    """A study whose cache cannot be written cannot be asked to stop, and is run."""
    workspace.cache.write_text("a file")
    with mark_preparation(workspace, "mine") as marker:
        marker.check()
        assert ask_to_stop(workspace, "mine") == []
