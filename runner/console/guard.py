"""Turns whatever a command raises into one message and an exit code."""

import os
import signal
import sys
from types import FrameType

import click

from catalog.errors import ModelcatError

__all__ = ["guarded"]

INTERRUPTED = 130


def guarded(app: click.Group, *, as_json: bool) -> int:
    """Run `app` and return its exit code: 0 done, 1 failed, 2 wrong input, 130 interrupted.

    With `as_json` a failure is one JSON object on stdout; its message goes to stderr either way.
    """
    signal.signal(signal.SIGTERM, _interrupt)
    stdout = sys.stdout
    try:
        code = app.main(standalone_mode=False)
        sys.stdout.flush()
    except ModelcatError as error:
        return _tell(error, as_json=as_json)
    except click.ClickException as error:  # a wrong option, a missing argument
        if as_json:
            _tell_json("usage", error.format_message())
        error.show()
        return error.exit_code
    except (KeyboardInterrupt, click.Abort, EOFError):
        if as_json:
            _tell_json("interrupted", "interrupted; what was finished is kept")
        sys.stderr.write("\nmodelcat: interrupted; what was finished is kept\n")
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        # Click meets a closed pipe first, shields stdout and leaves: it must not look like a failure.
        if isinstance(error, SystemExit) and sys.stdout is stdout:
            raise
        # Whoever read stdout has enough; Python would complain about the rest while it shuts down.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stdout.fileno())
        return 0
    except Exception as error:  # a defect of ours: told in one line, its place kept for --debug
        if "MODELCAT_DEBUG" in os.environ:
            raise
        message = f"unexpected {type(error).__name__}: {error} (modelcat --debug shows where; please report it)"
        return _tell(ModelcatError(message), as_json=as_json)
    return code if isinstance(code, int) else 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Treat SIGTERM as Ctrl+C: the same tidy end."""
    raise KeyboardInterrupt


def _tell(error: ModelcatError, *, as_json: bool) -> int:
    from runner.console.text import safe

    if "MODELCAT_DEBUG" in os.environ:
        import traceback

        traceback.print_exception(error)
    if as_json:
        _tell_json(error.kind, error.message, error.field)
    lines = [safe(line) for line in error.message.split("\n")]
    sys.stderr.write("modelcat: " + "\n".join(lines) + "\n")
    return error.exit_code


def _tell_json(kind: str, message: str, field: str | None = None) -> None:
    import json

    sys.stdout.write(json.dumps({"error": {"kind": kind, "message": message, "field": field}}, indent=2) + "\n")
