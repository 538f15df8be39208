"""What holds for all tests."""

import os
import signal

# Several processes test at once: each computes on one core, and none waits by turning round. Set before torch, NumPy
# and the processes that tests start are there; a test of threads sets their number itself.
os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")


def pytest_configure():
    """Hear what ends a program even where this run was started in the background or by nohup.

    Such runs ignore these signals, and so do their child processes.
    """
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)


def pytest_collection_modifyitems(items):
    """Begin with what takes minutes: at the end one process would be busy with it, and the others idle."""
    items.sort(key=lambda item: "faults" not in item.path.parts)
