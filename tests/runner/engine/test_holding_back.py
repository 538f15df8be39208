"""Interrupts are noted at once and raised where nothing is half done."""

import os
import signal
import threading

import pytest

from runner.engine.interruption import check, held_back
from runner.engine.local import LocalEngine


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_the_first_interrupt_waits_for_a_check(sent):
    """Inside the block a signal raises nothing by itself, the next check raises it, and handlers come back after."""
    before, reached = signal.getsignal(sent), []

    def work():
        with held_back():
            check()
            os.kill(os.getpid(), sent)
            reached.append("what stands after the signal")
            check()

    with pytest.raises(KeyboardInterrupt):
        work()
    assert reached
    assert signal.getsignal(sent) is before
    check()


def test_the_second_interrupt_waits_for_nothing():
    """A user who presses Ctrl+C twice does not have to wait."""

    def work():
        with held_back():
            os.kill(os.getpid(), signal.SIGINT)
            os.kill(os.getpid(), signal.SIGINT)
            raise AssertionError("the second one was held back too")

    with pytest.raises(KeyboardInterrupt):
        work()


def test_the_engine_is_a_place_to_be_interrupted():
    """Waiting for workers raises what was held back; the workers end with the block."""
    engine = LocalEngine(1)

    def work():
        with held_back(), engine:
            os.kill(os.getpid(), signal.SIGTERM)
            engine.events(timeout=0.1)

    with pytest.raises(KeyboardInterrupt):
        work()
    assert engine.busy == engine.idle == 0


def test_other_threads_are_left_alone():
    """A study that runs in a thread, where signals cannot be handled, runs all the same."""
    done = []

    def work():
        with held_back():
            done.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [signal.getsignal(signal.SIGINT)]


def test_what_is_ignored_stays_ignored():
    """A study in the background of a shell does not hear a Ctrl+C that is meant for another process."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with held_back():
            os.kill(os.getpid(), signal.SIGINT)
            check()
        assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGINT, before)
