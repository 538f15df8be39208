"""Finds all problems in the text of a spec and their locations. Takes time: call it in a thread."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog import registry, strict_json
from catalog.contract import Model
from catalog.errors import ModelcatError, Problem, SpecError
from catalog.schema import schema_of
from catalog.space import Choices, Range
from catalog.spec import Request, Spec, resolve
from runner.tui.screens.submit.json_locations import JsonLocations, locate
from runner.tui.screens.submit.spec_schema import SpecSchema

__all__ = ["SpecCheck", "SpecFault", "check_spec"]

_NAMES = ("category", "subcategory", "model")


@dataclass(frozen=True, slots=True)
class SpecFault:
    """A problem: its path as ``study.trials`` (empty: the whole spec), what is wrong, line and column from 0."""

    path: str
    message: str
    line: int = 0
    column: int = 0


@dataclass(frozen=True, slots=True)
class SpecCheck:
    """The result of checking a text.

    Attributes:
        text: The text.
        base: The folder that relative paths in the text start from.
        faults: All problems, in the order of the lines.
        located: The locations of its fields.
        facts: What may be written in the text.
        request: The request, if nothing is wrong.
        name: The study's name, if nothing is wrong.
    """

    text: str
    base: Path
    faults: tuple[SpecFault, ...]
    located: JsonLocations
    facts: SpecSchema
    request: Request | None = None
    name: str = ""


def check_spec(text: str, base: Path) -> SpecCheck:
    """Check a text.

    Args:
        text: The text, valid or not.
        base: The folder that relative paths in the text start from.
    """
    located = locate(text)
    facts = _facts(*(str(located.scalars.get((name,), "")) for name in _NAMES))
    try:
        parsed = strict_json.parse(_bytes(text), "spec")
        request = resolve(parsed.value, base, known_problems=parsed.problems)
        from runner.study.identity import study_name

        return SpecCheck(text, base, (), located, facts, request, study_name(request, "study"))
    except SpecError as error:
        cause = error.__cause__
        where = (getattr(cause, "lineno", 1) - 1, getattr(cause, "colno", 1) - 1) if _is_syntax(cause) else None
        faults = [_placed(problem, located, where) for problem in error.problems]
    except ModelcatError as error:  # the plugin cannot be loaded
        faults = [_placed(Problem(error.field or "", error.message), located, None)]
    except Exception as error:  # noqa: BLE001 -- a third-party plugin may raise anything
        faults = [SpecFault("model", f"the plugin failed: {type(error).__name__}: {error}")]
    return SpecCheck(text, base, tuple(sorted(faults, key=lambda fault: (fault.line, fault.column))), located, facts)


def _bytes(text: str) -> bytes:
    data = text.encode("utf-8", "surrogatepass")
    if len(data) > strict_json.MAX_BYTES:
        message = f"larger than {strict_json.MAX_BYTES:,} bytes (1 MiB), the most a spec may have: {len(data):,}"
        raise SpecError.of("spec", [Problem("", message)])
    if not text.strip():
        raise SpecError.of("spec", [Problem("", "nothing is written yet")])
    return data


def _is_syntax(cause: BaseException | None) -> bool:
    return cause is not None and hasattr(cause, "lineno") and hasattr(cause, "colno")


def _placed(problem: Problem, located: JsonLocations, where: tuple[int, int] | None) -> SpecFault:
    if where is not None:
        return SpecFault(problem.path, problem.message, *where)
    entry = located.find(problem.path)
    return SpecFault(problem.path, problem.message, *(located.position(entry.start) if entry else (0, 0)))


@lru_cache(maxsize=32)
def _facts(category: str, subcategory: str, model: str) -> SpecSchema:
    entries = [entry for entry in registry.entries() if entry.problem is None]
    keys = [entry.parts for entry in entries]
    if (category, subcategory, model) in keys:
        try:
            plugin = registry.load(f"{category}/{subcategory}/{model}")
            return SpecSchema(schema_of(plugin), keys, _tunable(plugin))
        except Exception:  # noqa: BLE001, S110 -- `check_spec` reports faults of a plugin; here it is only left out
            pass
    return SpecSchema(Spec.model_json_schema(by_alias=True), keys, {})


def _tunable(plugin: Model) -> Mapping[str, Any]:
    """Return the default search space of each tunable field, in the form of a spec."""
    try:
        space = plugin.search_space(plugin.Config.model_validate({}))
    except Exception:  # noqa: BLE001 -- fields without a default: there is no space to show
        space = {}
    known = {name: range_as_json(range_) for name, range_ in space.items()}
    others: dict[str, Any] = {
        name: {"choices": []} for name in plugin.Config.model_fields if name not in plugin.fixed_fields | set(known)
    }
    return known | others


def range_as_json(range_: Range) -> dict[str, Any]:
    """Return a range of a search space in the form of a spec."""
    if isinstance(range_, Choices):
        return {"choices": list(range_.values)}
    written: dict[str, Any] = {"low": range_.low, "high": range_.high}
    if range_.log:
        written["log"] = True
    elif range_.step not in {None, 1}:
        written["step"] = range_.step
    return written
