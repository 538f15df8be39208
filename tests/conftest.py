"""What holds for all tests."""

import signal


def pytest_configure():
    """Hear what ends a program even where this run was started in the background or by nohup.

    Those ignore such signals, and so do the children of whoever ignores them.
    """
    for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, handler)
