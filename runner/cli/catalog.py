"""`modelcat list`, `show` and `schema`: the models of the catalog.

Commands:
    list: List the models of the catalog.
    show: Show a model: parameters, ranges, variants.
    schema: Print the JSON Schema of specs, for editors.
"""

import sys
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from catalog.errors import ModelcatError
from runner.cli import options
from runner.cli.output import print_json, print_line, print_table, stdout

if TYPE_CHECKING:
    from catalog.contract import Model, Task
    from catalog.contract.capabilities import InputField

__all__ = ["list_models", "schema", "show"]

_NAMED = 5
"""The most choices that a line names."""


@click.command("list", epilog="Example:  modelcat list")
@options.json
def list_models(json: bool) -> None:
    """List the models of the catalog."""
    from catalog import registry

    found = registry.entries()
    for entry in (*registry.task_entries(), *found):
        if entry.problem is not None:
            sys.stderr.write(f"modelcat: {entry.key} of {entry.distribution}: {entry.problem}\n")
    if json:
        names = ("category", "subcategory", "model")
        lines: list[dict[str, Any]] = [
            {"key": e.key, **dict(zip(names, e.parts, strict=True))}
            | {"distribution": e.distribution, "version": e.version, "problem": e.problem}
            for e in found
        ]
        print_json(lines)
        return
    width = max((len(entry.key) for entry in found), default=0)
    for entry in found:
        stdout().write(f"{entry.key:{width}}  {entry.distribution} {entry.version}\n")


@click.command(epilog="Example:  modelcat show nlp/text-classification/bert")
@click.argument("key", metavar="KEY")
@options.json
def show(key: str, json: bool) -> None:
    """Show a model: parameters, ranges, variants."""
    from catalog import registry

    model, task = registry.load(key), registry.load_task(key)
    print_json(_card_answer(model, task)) if json else _print_card(model, task)


@click.command(epilog="Example:  modelcat schema nlp/text-classification/bert > spec.schema.json")
@click.argument("key", metavar="[KEY]", required=False)
@click.option("--json", is_flag=True, help="Accepted for symmetry: a schema is always JSON.")
def schema(key: str | None, json: bool) -> None:
    """Print the JSON Schema of specs, for editors."""
    del json
    from catalog import registry
    from catalog.schema import schema_of, schema_of_all

    if key is not None:
        print_json(schema_of(registry.load(key)))
        return
    models = []
    for entry in registry.entries():
        try:
            registry.load_task(entry.key)
            models.append(registry.load(entry.key))
        except ModelcatError as error:  # a broken model or task is reported and skipped
            sys.stderr.write(f"modelcat: {error.message}\n")
    print_json(schema_of_all(models))


def _card_answer(model: "Model", task: "Task") -> dict[str, Any]:
    """Return the model's card as JSON."""
    from catalog.schema import dataset_sources, parameters_of

    card = model.card()
    return {
        "key": model.key,
        "summary": model.summary,
        "description": card.description,
        "metrics": {metric.name: metric.direction.value for metric in task.metrics},
        "baseline": _baseline(model, task),
        "default_dataset": task.default_dataset().model_dump(mode="json", exclude_none=True),
        "sources": [asdict(source) for source in dataset_sources(task)],
        "input_fields": [_field_json(field) for field in _input_fields(task)],
        "parameters": [asdict(parameter) for parameter in parameters_of(model)],
        "variants": [asdict(variant) for variant in card.variants],
        "examples": {name: dict(spec) for name, spec in card.examples.items()},
    }


def _print_card(model: "Model", task: "Task") -> None:
    """Print the model's card, and the metrics and data sources of its task."""
    from catalog.schema import dataset_sources, parameters_of
    from runner.presentation.english import english

    card = model.card()
    print_line(f"{model.key}: {model.summary}\n\n{card.description}\n")
    print_table(
        ["parameter", "default", "allowed", "what it is"],
        [[p.name, p.default, p.allowed, p.description] for p in parameters_of(model)],
    )
    if card.variants:
        print_line()
        print_table(
            ["variant", "parameters", "size", "speed", "good for"],
            [[v.name, _millions(v.parameters), f"{v.megabytes:,} MB", v.speed, v.note] for v in card.variants],
            right=frozenset({"parameters", "size"}),
        )
    print_line(f"\n{task.key}: {task.summary}\n")
    print_table(
        ["tuned for", "which is", "better", "what it says"],
        [
            [
                metric.name,
                english(metric.label),
                "larger" if metric.maximize else "smaller",
                english(metric.explanation) if metric.explanation is not None else "",
            ]
            for metric in task.metrics
        ],
    )
    for source in dataset_sources(task):
        named = f'"source": "{source.name}"' if source.name else "dataset"
        print_line(f"\n{named}: {source.description}".rstrip(": "))
        print_table(["data", "what it is"], [[f"dataset.{name}", text] for name, text in source.fields.items()])
    if fields := _input_fields(task):
        print_line("\ninput: " + ", ".join(map(_field, fields)))
    print_line(f"\nbaseline: {_baseline(model, task) or 'none'}")
    print_line(f"a spec's schema for an editor: modelcat schema {model.key}")


def _input_fields(task: "Task") -> "tuple[InputField, ...]":
    """Return the fields of an input that are the same for all data."""
    from catalog.contract.capabilities import TakesInputs

    if not isinstance(task, TakesInputs):
        return ()
    try:
        return tuple(task.input_fields({}))
    except Exception:  # noqa: BLE001 -- a task that needs the data for this may raise anything
        return ()


def _field_json(field: "InputField") -> dict[str, Any]:
    shown = asdict(replace(field, read=None))
    del shown["read"]  # a function
    return shown


def _field(field: "InputField") -> str:
    choices = ", ".join(field.choices[:_NAMED]) + (", ..." if len(field.choices) > _NAMED else "")
    kind = {"prose": "text", "line": "text", "choice": f"one of {choices}" if choices else "a choice"}
    return f"{field.name} ({kind.get(field.kind, field.kind)})"


def _baseline(model: "Model", task: "Task") -> str | None:
    """Return the key of the model to beat; None if it is this one."""
    return task.baseline if task.baseline != model.key else None


def _millions(count: int) -> str:
    return f"{count / 1e6:.1f} M" if count < 100e6 else f"{count / 1e6:.0f} M"
