"""`modelcat list`, `show` and `schema`: the models of the catalog."""

import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from catalog.errors import ModelcatError
from runner.cli import options
from runner.cli.output import print_json, print_line, print_table

if TYPE_CHECKING:
    pass

__all__ = ["list_models", "schema", "show"]


@click.command("list", epilog="Example:  modelcat list")
@options.json
def list_models(json: bool) -> None:
    """List the models of the catalog."""
    from catalog import registry

    found = registry.entries()
    for entry in found:
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
        sys.stdout.write(f"{entry.key:{width}}  {entry.distribution} {entry.version}\n")


@click.command(epilog="Example:  modelcat show nlp/text-classification/bert")
@click.argument("key", metavar="KEY")
@options.json
def show(key: str, json: bool) -> None:
    """Show a model: parameters, ranges, variants."""
    from catalog import registry

    plugin = registry.load(key)
    print_json(_card_answer(plugin)) if json else _print_card(plugin)


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
    plugins = []
    for entry in registry.entries():
        try:
            plugins.append(registry.load(entry.key))
        except ModelcatError as error:  # a broken plugin is reported and skipped
            sys.stderr.write(f"modelcat: {error.message}\n")
    print_json(schema_of_all(plugins))


def _card_answer(plugin: "Plugin") -> dict[str, Any]:
    """Return the model's card as JSON."""
    from catalog.schema import parameters_of

    card = plugin.card()
    return {
        "key": plugin.key,
        "summary": plugin.summary,
        "description": card.description,
        "metrics": {name: direction.value for name, direction in plugin.metrics.items()},
        "baseline": plugin.baseline,
        "default_dataset": plugin.default_dataset().model_dump(mode="json", exclude_none=True),
        "parameters": [asdict(parameter) for parameter in parameters_of(plugin)],
        "variants": [asdict(variant) for variant in card.variants],
        "examples": {name: dict(spec) for name, spec in card.examples.items()},
    }


def _print_card(plugin: "Plugin") -> None:
    """Print the model's card."""
    from catalog.schema import parameters_of

    card = plugin.card()
    print_line(f"{plugin.key}: {plugin.summary}\n\n{card.description}\n")
    print_table(
        ["parameter", "default", "allowed", "what it is"],
        [[p.name, p.default, p.allowed, p.description] for p in parameters_of(plugin)],
    )
    if card.variants:
        print_line()
        print_table(
            ["variant", "parameters", "size", "speed", "good for"],
            [[v.name, _millions(v.parameters), f"{v.megabytes:,} MB", v.speed, v.note] for v in card.variants],
            right=frozenset({"parameters", "size"}),
        )
    print_line(f"\ntuned for: {', '.join(plugin.metrics)}; baseline: {plugin.baseline or 'none'}")
    if any(name in CLASS_METRICS for name in plugin.metrics):
        print_line("f1 is of one of two classes, dataset.positive or else the second; of more classes it is the mean")
    print_line(f"a spec's schema for an editor: modelcat schema {plugin.key}")


def _millions(count: int) -> str:
    return f"{count / 1e6:.1f} M" if count < 100e6 else f"{count / 1e6:.0f} M"
