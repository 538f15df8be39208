"""The models of the catalog as the screen shows them: read once, in a thread, because that imports their plugins."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from catalog.errors import ModelcatError
from catalog.registry import CatalogEntry, entries, load, load_task

if TYPE_CHECKING:  # these need Pydantic, which the first screen does not import
    from catalog.contract import Model, Task, Variant
    from catalog.schema import Parameter

__all__ = ["Leaf", "ModelRow", "leaves", "read_models"]

_TRIALS = 20
"""Trials of the study in a new spec."""


@dataclass(frozen=True, slots=True)
class ModelRow:
    """A model of the catalog, or an entry point that does not load as one.

    Attributes:
        entry: Key, distribution and version of the model.
        problem: Why the model cannot be used; empty if it can.
        summary: Summary in one sentence.
        description: Description in one paragraph.
        parameters: The fields of the model's configuration.
        variants: The available sizes.
        examples: Complete specs as JSON, by a short name.
        template: A minimal spec to start from, as JSON.
    """

    entry: CatalogEntry
    problem: str = ""
    summary: str = ""
    description: str = ""
    parameters: "tuple[Parameter, ...]" = ()
    variants: "tuple[Variant, ...]" = ()
    examples: Mapping[str, str] = field(default_factory=dict)
    template: str = ""

    def holds(self, words: str) -> bool:
        """Return whether all words occur in the model's strings."""
        strings = (
            self.entry.key,
            self.entry.distribution,
            self.summary,
            self.description,
            *(parameter.name for parameter in self.parameters),
            *(f"{variant.name} {variant.note}" for variant in self.variants),
            *self.examples,
        )
        text = "\n".join(strings).casefold()
        return all(word in text for word in words.casefold().split())


@dataclass(frozen=True, slots=True)
class Leaf:
    """A line of the tree.

    Attributes:
        key: Unique among the lines.
        depth: 0 for a category, 1 for a subcategory, 2 for a model, 3 for an example.
        label: The displayed text, untrusted.
        model: The model, or the model of the example; None for categories.
        example: The example's name; empty for other lines.
        open: Whether the lines below are shown.
    """

    key: str
    depth: int
    label: str
    model: ModelRow | None = None
    example: str = ""
    open: bool = True


def read_models() -> tuple[ModelRow, ...]:
    """Import all plugins and return their descriptions; a broken plugin has the reason."""
    return tuple(_model(entry) for entry in entries())


def leaves(models: Sequence[ModelRow], words: str, closed: frozenset[str]) -> Iterator[Leaf]:
    """Yield the lines of the tree category, subcategory, model, example: only of models that contain the words.

    Args:
        models: All models, by key.
        words: The words of the search; empty for all. During a search no line is closed.
        closed: Keys of the closed lines.
    """
    before: tuple[str, ...] = ()
    for model in models:
        if not model.holds(words):
            continue
        *groups, name = [part for part in model.entry.parts if part] or [model.entry.key]
        hidden = False
        for depth, group in enumerate(groups):
            key = "/".join(groups[: depth + 1])
            shut = key in closed and not words
            if not hidden and before[: depth + 1] != tuple(groups[: depth + 1]):
                yield Leaf(key, depth, group, open=not shut)
            hidden = hidden or shut
        before = tuple(groups)
        if hidden:
            continue
        key = f"{model.entry.key} {model.entry.distribution}"
        shut = key in closed and not words
        yield Leaf(key, len(groups), name, model, open=not shut)
        if not shut:
            yield from (Leaf(f"{key} {one}", len(groups) + 1, one, model, one) for one in model.examples)


def _model(entry: CatalogEntry) -> ModelRow:
    if entry.problem:
        return ModelRow(entry, entry.problem)
    try:
        model, task = load(entry.key), load_task(entry.key)
    except ModelcatError as error:
        return ModelRow(entry, error.message)
    try:
        return _row(entry, model, task)
    except Exception as error:  # noqa: BLE001 -- a third-party plugin may raise anything; the problem says what
        return ModelRow(entry, f"it does not tell about itself: {type(error).__name__}: {error}")


def _row(entry: CatalogEntry, model: "Model", task: "Task") -> ModelRow:
    from catalog.schema import parameters_of

    card = model.card()
    return ModelRow(
        entry,
        summary=str(card.summary),
        description=str(card.description),
        parameters=tuple(parameters_of(model)),
        variants=tuple(card.variants),
        examples={str(name): json.dumps(spec, indent=2, allow_nan=False) for name, spec in card.examples.items()},
        template=json.dumps(_template(model, task), indent=2, allow_nan=False),
    )


def _template(model: "Model", task: "Task") -> dict[str, Any]:
    """Return a minimal spec: the usual fields, the task's own data set, a study of its first metric.

    The usual fields are those that the model's first example sets, otherwise those that it would tune.
    """
    category, subcategory, name = model.key.split("/")
    examples = iter(model.card().examples.values())
    usual = next(examples, {}).get("model_config") or _tuned(model)
    data = task.default_dataset()
    dataset = data.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return {
        "category": category,
        "subcategory": subcategory,
        "model": name,
        "model_config": usual,
        "dataset": {"source": data.source, **dataset},
        "study": {"trials": _TRIALS, "metric": task.metrics[0].name},
    }


def _tuned(model: "Model") -> dict[str, Any]:
    config = model.Config()
    values = config.model_dump(mode="json", by_alias=True)
    return {name: values[name] for name in model.search_space(config) if values.get(name) is not None}
