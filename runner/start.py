"""Where the command ``modelcat`` begins: an interrupt is heard before anything that takes time is imported."""

import sys

from runner.engine import interruption

__all__ = ["main"]


def main() -> None:
    """Run the command line in this process, and end it with the command's exit code."""
    interruption.listen()
    try:
        from runner.cli import main as run

        run()
    except KeyboardInterrupt:  # before the command could hear it, or while it ended
        interruption.end()
        sys.exit(interruption.INTERRUPTED)
