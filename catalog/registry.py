"""Finds tasks and models through the entry points of installed distributions.

Listing reads metadata and imports nothing; loading imports exactly one descriptor. modelcat's own tasks and models
register in the same way as all others.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any

from catalog.errors import PluginError, UnknownKeyError
from catalog.suggest import did_you_mean

if TYPE_CHECKING:  # the contract needs Pydantic, which listing must not import
    from catalog.contract import Model, Task

__all__ = [
    "MODELS",
    "TASKS",
    "CatalogEntry",
    "blame",
    "distribution_of",
    "entries",
    "load",
    "load_task",
    "task_entries",
    "task_key",
]

MODELS = "modelcat.plugins"
TASKS = "modelcat.tasks"
_FORM = {MODELS: "category/subcategory/model", TASKS: "category/subcategory"}


@dataclass(frozen=True, slots=True)
class CatalogEntry:
    """A task or a model as its distribution announces it; `problem` says why it cannot be used, if it cannot."""

    key: str
    distribution: str
    version: str
    problem: str | None = None

    @property
    def parts(self) -> tuple[str, str, str]:
        """Category, subcategory and model; empty strings if the key is malformed or shorter."""
        category, _, rest = self.key.partition("/")
        subcategory, _, model = rest.partition("/")
        return category, subcategory, model


def task_key(key: str) -> str:
    """Return the key of a model's task."""
    return key.rpartition("/")[0]


def entries() -> list[CatalogEntry]:
    """List the announced models by key, with their problems; a model without its task has one."""
    tasks = {entry.key for entry in task_entries()}
    found = []
    for entry in _entries(MODELS):
        problem = entry.problem
        if problem is None and task_key(entry.key) not in tasks:
            problem = f"its task {task_key(entry.key)} is not in the catalog"
        found.append(CatalogEntry(entry.key, entry.distribution, entry.version, problem))
    return sorted(found, key=lambda entry: (entry.key, entry.distribution))


def task_entries() -> list[CatalogEntry]:
    """List the announced tasks by key, with their problems."""
    return sorted(_entries(TASKS), key=lambda entry: (entry.key, entry.distribution))


def distribution_of(key: str) -> str:
    """Return the name of the distribution of a model or a task; ``unknown`` if none announces it."""
    announced = (*_entries(MODELS), *_entries(TASKS))
    return next((entry.distribution for entry in announced if entry.key == key), "unknown")


def blame(error: BaseException, key: str) -> str:
    """Return an unexpected error of a plugin's code as one line, with its distribution in front if it is not ours."""
    told = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    name = distribution_of(key)
    return told if name in {"modelcat", "unknown"} else f"{name}: {told}"


def load(key: str) -> "Model":
    """Import and return the model of `key`.

    Raises:
        UnknownKeyError: Nothing is registered under `key`; the error names the nearest.
        PluginError: Two distributions claim the key, its import fails, or the imported object is not a model.
    """
    points = list(entry_points(group=MODELS))
    if all(point.name != key for point in points):
        raise UnknownKeyError(f"no model {key!r} in the catalog; {_hint(key, points)}", field="model")
    from catalog.contract import Model

    return _load(MODELS, "plugin", key, points, Model)  # type: ignore[no-any-return]  # checked against the Protocol


def load_task(key: str) -> "Task":
    """Import and return the task of `key`, which may be the key of one of its models.

    Raises:
        UnknownKeyError: Nothing is registered under `key`.
        PluginError: Two distributions claim the key, its import fails, or the imported object is not a task.
    """
    key = task_key(key) if key.count("/") > 1 else key
    points = list(entry_points(group=TASKS))
    if all(point.name != key for point in points):
        known = {point.name for point in points}
        raise UnknownKeyError(f"no task {key!r} in the catalog; {did_you_mean(key, known)}", field="subcategory")
    from catalog.contract import Task

    return _load(TASKS, "task", key, points, Task)  # type: ignore[no-any-return]  # checked against the Protocol


def _load(group: str, what: str, key: str, points: list[EntryPoint], protocol: type) -> Any:
    point = next(point for point in points if point.name == key)
    if (problem := _problem(group, point, points)) is not None:
        raise PluginError(f"{what} {key!r}: {problem}", field="model")
    origin = f"{what} {key!r} of {_distribution(point)[0]} ({point.value})"
    try:
        found = point.load()
        missing = sorted(name for name in _contract_names(protocol) if not hasattr(found, name))
        named = None if missing else found.key
    except KeyboardInterrupt:  # comes from the user
        raise
    except BaseException as error:  # a plugin's module may raise anything, even SystemExit
        raise PluginError(f"{origin} cannot be imported: {type(error).__name__}: {error}", field="model") from error
    if missing:
        raise PluginError(f"{origin} is not a {what}: it lacks {', '.join(missing)}", field="model")
    if named != key:
        raise PluginError(f"{origin} calls itself {named!r}; its entry point must have that name", field="model")
    return found


def _hint(key: str, points: list[EntryPoint]) -> str:
    """Suggest a model of the same task, whose key differs only in its last part, if there is one."""
    known = {point.name for point in points if _problem(MODELS, point, points) is None}
    siblings = {other.rpartition("/")[2] for other in known if task_key(other) == task_key(key)}
    return did_you_mean(key.rpartition("/")[2], siblings) if siblings else did_you_mean(key, known)


def _entries(group: str) -> Iterator[CatalogEntry]:
    points = list(entry_points(group=group))
    for point in points:
        name, version = _distribution(point)
        yield CatalogEntry(point.name, name, version, _problem(group, point, points))


def _problem(group: str, point: EntryPoint, points: list[EntryPoint]) -> str | None:
    parts = point.name.split("/")
    if len(parts) != _FORM[group].count("/") + 1 or not all(parts):
        return f"its key must have the form {_FORM[group]}"
    rivals = [other for other in points if other.name == point.name]
    if len(rivals) > 1:
        claimants = sorted({_distribution(other)[0] for other in rivals})
        return f"registered {len(rivals)} times, by {' and '.join(claimants)}; uninstall one"
    return None


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist is not None else ("unknown", "unknown")


def _contract_names(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_")}
