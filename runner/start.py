"""The entry point of the command ``modelcat``: it handles interrupts before it imports anything that takes time.

Python itself reports an interrupt that comes before, during its own start.
"""

import signal
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line in this process, and end it with the command's exit code."""
    # Blocked until a handler is installed.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    from runner.engine import interruption

    try:
        interruption.listen()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        from runner.cli.main import main as run

        run()
    except KeyboardInterrupt:  # before the command could handle it
        interruption.end()
        if sys.stderr is not None:
            sys.stderr.write("\nmodelcat: interrupted\n")
        sys.exit(interruption.INTERRUPTED)
