"""Finds plugins through the entry points of installed distributions.

Listing reads metadata and imports nothing; loading imports exactly one descriptor. Our own plugins register like
anyone's.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from catalog.errors import PluginError, UnknownKeyError
from catalog.suggest import did_you_mean

if TYPE_CHECKING:  # the contract needs Pydantic, and listing must not
    from catalog.contract import Plugin

__all__ = ["GROUP", "Entry", "entries", "load"]

GROUP = "modelcat.plugins"


@dataclass(frozen=True, slots=True)
class Entry:
    """A plugin as its distribution announces it; `problem` says why it cannot be used, if so."""

    key: str
    distribution: str
    version: str
    problem: str | None = None

    @property
    def parts(self) -> tuple[str, str, str]:
        """Category, subcategory and model; empty strings where the key is malformed."""
        category, _, rest = self.key.partition("/")
        subcategory, _, model = rest.partition("/")
        return category, subcategory, model


def entries() -> list[Entry]:
    """List what is announced, by key, problems included."""
    return sorted(_entries(), key=lambda entry: (entry.key, entry.distribution))


def load(key: str) -> "Plugin":
    """Import and return the plugin of `key`.

    Raises:
        UnknownKeyError: Nothing is registered under `key`; the nearest name is told.
        PluginError: Two distributions claim the key, or its import fails, or what was imported is no plugin.
    """
    found = [point for point in entry_points(group=GROUP) if point.name == key]
    if not found:
        raise UnknownKeyError(f"no model {key!r} in the catalog; {_hint(key)}", field="model")
    if (problem := _problem(found[0], found)) is not None:
        raise PluginError(f"plugin {key!r}: {problem}", field="model")
    point = found[0]
    origin = f"plugin {key!r} of {_distribution(point)[0]} ({point.value})"
    try:
        plugin = point.load()
    except Exception as error:  # a stranger's module may raise anything
        raise PluginError(f"{origin} cannot be imported: {type(error).__name__}: {error}", field="model") from error
    from catalog.contract import Plugin

    missing = sorted(name for name in _contract_names(Plugin) if not hasattr(plugin, name))
    if missing:
        raise PluginError(f"{origin} is not a plugin: it lacks {', '.join(missing)}", field="model")
    if plugin.key != key:
        raise PluginError(f"{origin} calls itself {plugin.key!r}; its entry point must have that name", field="model")
    return plugin  # type: ignore[no-any-return]  # an entry point loads anything; the checks above give it its type


def _hint(key: str) -> str:
    """Suggest among the models of the same task, whose keys differ in their last part alone, if there are any."""
    known = {entry.key for entry in _entries() if entry.problem is None}
    task, _, model = key.rpartition("/")
    siblings = {other.rpartition("/")[2] for other in known if other.rpartition("/")[0] == task}
    return did_you_mean(model, siblings) if siblings else did_you_mean(key, known)


def _entries() -> Iterator[Entry]:
    points = list(entry_points(group=GROUP))
    for point in points:
        name, version = _distribution(point)
        yield Entry(point.name, name, version, _problem(point, points))


def _problem(point: EntryPoint, points: list[EntryPoint]) -> str | None:
    parts = point.name.split("/")
    if len(parts) != 3 or not all(parts):
        return "its key must have the form category/subcategory/model"
    claimants = sorted({_distribution(other)[0] for other in points if other.name == point.name})
    rivals = [other for other in points if other.name == point.name]
    if len(rivals) > 1:
        return f"registered {len(rivals)} times, by {' and '.join(claimants)}; uninstall one"
    return None


def _distribution(point: EntryPoint) -> tuple[str, str]:
    return (point.dist.name, point.dist.version) if point.dist is not None else ("unknown", "unknown")


def _contract_names(protocol: type) -> set[str]:
    return {name for name in vars(protocol) if not name.startswith("_")}
