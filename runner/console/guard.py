"""Turns whatever a command raises into one message and an exit code."""

import os
import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import IO

import click

from catalog.errors import ModelcatError, WorkError

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
            _tell_json("interrupted", "interrupted; what is in the store is kept")
        sys.stderr.write("\nmodelcat: interrupted; what is in the store is kept\n")
        return INTERRUPTED
    except (BrokenPipeError, SystemExit) as error:
        # Click meets a closed pipe first, shields stdout and leaves: it must not look like a failure.
        if isinstance(error, SystemExit) and sys.stdout is stdout:
            raise
        _silence(stdout)  # whoever read it has enough
        return 0
    except Exception as error:  # noqa: BLE001 -- nothing may end in a traceback
        return _unexpected(error, as_json=as_json)
    return code if isinstance(code, int) else 0


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Treat SIGTERM as Ctrl+C: the same tidy end."""
    raise KeyboardInterrupt


def _unexpected(error: Exception, *, as_json: bool) -> int:
    """Tell an output that cannot be written, or a defect of ours, in one line; its place is kept for --debug."""
    if "MODELCAT_DEBUG" in os.environ:
        raise error
    if isinstance(error, OSError):  # what commands expect of files is an error of ours by now: it is stdout, or odd
        _silence(sys.stdout)
        return _tell(WorkError(f"writing failed: {error.strerror or error}"), as_json=False)
    message = f"unexpected {type(error).__name__}: {error} (modelcat --debug shows where; please report it)"
    return _tell(ModelcatError(message), as_json=as_json)


def _silence(stream: IO[str]) -> None:
    """Send a stream that cannot be written nowhere: Python would complain about the rest while it shuts down."""
    with suppress(OSError):  # a stream without a file has no such trouble
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


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

    with suppress(OSError):  # stdout itself may be what failed; stderr and the exit code tell
        sys.stdout.write(json.dumps({"error": {"kind": kind, "message": message, "field": field}}, indent=2) + "\n")
        sys.stdout.flush()
