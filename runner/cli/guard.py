"""Turns every error of a command into one message and an exit code."""

import sys
from contextlib import suppress

import click

from catalog.errors import ModelcatError, WorkError
from catalog.shortages import shortage_in
from runner.cli.streams import prepare_streams, silence
from runner.engine import interruption
from runner.environment import is_debugging

__all__ = ["guarded"]


def guarded(app: click.Group, *, as_json: bool) -> int:
    """Run `app` and return its exit code: 0 done, 1 failed, 2 wrong input, 130 interrupted.

    With `as_json` a failure is one JSON object on stdout; its message goes to stderr in both cases.
    """
    prepare_streams()
    stdout = sys.stdout
    try:
        code = app.main(standalone_mode=False)
        sys.stdout.flush()
    except (KeyboardInterrupt, click.Abort, EOFError):
        return _interrupted(as_json=as_json)
    except ModelcatError as error:
        return _interrupted(as_json=as_json) if interruption.is_ending() else _tell(error, as_json=as_json)
    except click.ClickException as error:  # a wrong option, a missing argument
        if as_json:
            _tell_json("usage", error.format_message())
        with suppress(OSError):
            error.show(sys.stderr)  # unchanged: Click would write UTF-8 where only ASCII is expected
        return error.exit_code
    except (BrokenPipeError, SystemExit) as error:
        # Click notices a closed pipe first, shields stdout and leaves: it must not look like a failure.
        if isinstance(error, BrokenPipeError) or sys.stdout is not stdout:
            silence(stdout)  # the reader has stopped reading
            return 0
        code = _unexpected(error, as_json=as_json)  # from a plugin: no command of modelcat ends so
    except BaseException as error:  # noqa: BLE001 -- nothing may end in a traceback; Rust's panics are no Exception
        return _interrupted(as_json=as_json) if interruption.is_ending() else _unexpected(error, as_json=as_json)
    return code if isinstance(code, int) else 0


def _interrupted(*, as_json: bool) -> int:
    interruption.end()
    if as_json:
        _tell_json("interrupted", "interrupted; what is in the store is kept")
    _write_error("\nmodelcat: interrupted; what is in the store is kept\n")
    return interruption.INTERRUPTED


def _unexpected(error: BaseException, *, as_json: bool) -> int:
    """Report unwritable output, or a defect of modelcat, in one line; the traceback is shown with --debug."""
    if (short := shortage_in(error)) is not None:
        return _tell(short, as_json=as_json)
    if is_debugging():
        raise error
    if isinstance(error, OSError):  # commands have turned errors about files into our own by now: it is stdout, or rare
        silence(sys.stdout)
        return _tell(WorkError(f"writing failed: {error.strerror or error}"), as_json=False)
    message = f"unexpected {type(error).__name__}: {error} (modelcat --debug shows where; please report it)"
    return _tell(ModelcatError(message), as_json=as_json)


def _tell(error: ModelcatError, *, as_json: bool) -> int:
    from runner.presentation.text import safe

    error = shortage_in(error) or error
    if is_debugging():
        import traceback

        traceback.print_exception(error)
    if as_json:
        _tell_json(error.kind, error.message, error.field)
    lines = [safe(line) for line in error.message.split("\n")]
    _write_error("modelcat: " + "\n".join(lines) + "\n")
    return error.exit_code


def _write_error(text: str) -> None:
    with suppress(OSError):  # the exit code still reports it
        sys.stderr.write(text)
        sys.stderr.flush()


def _tell_json(kind: str, message: str, field: str | None = None) -> None:
    import json

    try:
        sys.stdout.write(json.dumps({"error": {"kind": kind, "message": message, "field": field}}, indent=2) + "\n")
        sys.stdout.flush()
    except OSError:  # stdout itself may have failed; stderr and the exit code still report it
        silence(sys.stdout)
