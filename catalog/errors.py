"""Every error that modelcat raises on purpose.

The hierarchy, and the exit codes of its branches::

    ModelcatError
    ├── InputError               what was given is wrong             exit code 2
    │   ├── SpecError            a spec, with all its problems
    │   ├── UnknownKeyError      no plugin of that key
    │   ├── DataError            a data set: file, row, column, labels
    │   ├── ModelSourceError     a model folder or hub id that cannot be used
    │   ├── UnknownStudyError    no study (or trial) of that name
    │   └── StudyConflictError   the study exists with another spec, or someone runs it
    ├── WorkError                the input is right, the work failed exit code 1
    │   ├── UnreachableError     a hub or a database that does not answer
    │   ├── PluginError          a plugin that cannot be loaded
    │   ├── StoreError           the database cannot be used
    │   │   └── BusyError        another process keeps it locked
    │   ├── OutOfMemoryError     a training did not fit
    │   ├── DivergedError        a loss that is not finite
    │   ├── EnvironmentFaultError  the machine is at fault: a full disk, a limit
    │   │   └── MissingLibraryError  a library cannot be loaded
    │   └── LostWorkerError      the process that trained is gone
    │       └── HungWorkerError  it made no progress any more
    └── StoppedError             a user asked that a study stop      exit code 130, as after Ctrl+C

Raised where the value is used, with the value received and what is allowed. `kind` is the stable word that JSON
output and trial records carry.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

__all__ = [
    "BusyError",
    "DataError",
    "DivergedError",
    "EnvironmentFaultError",
    "HungWorkerError",
    "InputError",
    "LostWorkerError",
    "MissingLibraryError",
    "ModelSourceError",
    "ModelcatError",
    "OutOfMemoryError",
    "PluginError",
    "Problem",
    "SpecError",
    "StoppedError",
    "StoreError",
    "StudyConflictError",
    "UnknownKeyError",
    "UnknownStudyError",
    "UnreachableError",
    "WorkError",
    "clause",
    "cut",
]

_TOLD = 10
"""The most problems of a spec that a message lists."""
_LONGEST = 200
"""The most characters of a field's path that a message shows."""


def clause(message: object) -> str:
    """Return a message without its full stop, for use within a longer sentence."""
    text = str(message).rstrip()
    return text[:-1] if text.endswith(".") and not text.endswith("...") else text


def cut(text: str) -> str:
    """Return a name from a file for an error message, cut if it is longer than any known name."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."


class ModelcatError(Exception):
    """An expected error: one message that says what is wrong, where, and what to do."""

    kind: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        #: The spec field to change (``model_config.batch_size``), if one is at fault.
        self.field = field

    def __reduce__(self) -> tuple[type, tuple[str], dict[str, object]]:
        """Pickle through ``__dict__``: errors are sent from worker processes to the coordinator."""
        return (type(self), (self.message,), self.__dict__)


class InputError(ModelcatError):
    """The input is wrong; nothing was done."""

    kind = "input"
    exit_code = 2


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a spec: ``path`` is dotted (``study.trials``), empty for the file as a whole."""

    path: str
    message: str


class SpecError(InputError):
    """A spec that cannot be used; `problems` holds everything that was found, in the order of the file."""

    kind = "spec"

    def __init__(self, message: str, *, field: str | None = None, problems: Sequence[Problem] = ()) -> None:
        super().__init__(message, field=field)
        self.problems = tuple(problems)

    @classmethod
    def of(cls, source: str, problems: Sequence[Problem]) -> "SpecError":
        """Join problems into one error, a line each: ``file: path.to.field: what is wrong``.

        The message lists the first ten problems and the number of all; `problems` holds all of them.
        """
        told = problems[:_TOLD]
        lines = [f"{source}: {cut(p.path)}: {p.message}" if p.path else f"{source}: {p.message}" for p in told]
        if (more := len(problems) - len(told)) > 0:
            lines.append(f"{source}: and {more:,} more problems")
        field = next((cut(p.path) for p in problems if p.path), None)
        return cls("\n".join(lines), field=field, problems=problems)


class UnknownKeyError(InputError):
    """No plugin is registered under the key."""

    kind = "unknown_model"


class DataError(InputError):
    """A data set that cannot be used; the message names file, row and column where they are known."""

    kind = "bad_data"


class ModelSourceError(InputError):
    """A model folder or hub id that cannot be used."""

    kind = "bad_model"


class UnknownStudyError(InputError):
    """The database holds no study (or trial) of that name."""

    kind = "unknown_study"


class StudyConflictError(InputError):
    """The study exists with a different spec, or another process runs it."""

    kind = "conflict"


class WorkError(ModelcatError):
    """The input is right, but the work failed."""

    kind = "error"
    exit_code = 1


class UnreachableError(WorkError):
    """A hub or a database did not answer."""

    kind = "unreachable"


class PluginError(WorkError):
    """A plugin cannot be loaded, or breaks its contract."""

    kind = "plugin"


class StoreError(WorkError):
    """The database cannot be used as it is."""

    kind = "store"


class BusyError(StoreError):
    """Another process keeps the database locked: the call was not done, and may be tried again."""


class OutOfMemoryError(WorkError):
    """A training did not fit into the memory of its device."""

    kind = "out_of_memory"


class DivergedError(WorkError):
    """A training's loss became NaN or infinite."""

    kind = "diverged"


class EnvironmentFaultError(WorkError):
    """The machine is at fault, not the work: a full disk, one that cannot be read or written, a limit of the system.

    The same work is done again once a person has repaired the machine; `catalog.environment` recognizes such errors.
    """

    kind = "environment"


class MissingLibraryError(EnvironmentFaultError):
    """A library that the work needs cannot be loaded."""

    kind = "missing_library"


class LostWorkerError(WorkError):
    """The process that trained ended without any message."""

    kind = "lost_worker"


class HungWorkerError(LostWorkerError):
    """The process that trained showed no progress for too long, and was ended."""

    kind = "hung"


class StoppedError(ModelcatError):
    """A study ended because a user asked that it stop; it can be resumed."""

    kind = "stopped"
    exit_code = 130
