"""Where the command ``modelcat`` begins: an interrupt is heard before anything that takes time is imported.

One that comes before, while Python itself starts, is Python's to tell.
"""

import signal
import sys

__all__ = ["main"]


def main() -> None:
    """Run the command line in this process, and end it with the command's exit code."""
    # They wait until somebody listens.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    from runner.engine import interruption

    try:
        interruption.listen()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        from runner.cli.main import main as run

        run()
    except KeyboardInterrupt:  # before the command could hear it
        interruption.end()
        if sys.stderr is not None:
            sys.stderr.write("\nmodelcat: interrupted\n")
        sys.exit(interruption.INTERRUPTED)
