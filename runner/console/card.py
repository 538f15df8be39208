"""Shows a model of the catalog: its card, and its parameters with their ranges."""

from dataclasses import asdict
from typing import Any

from catalog.contract import Plugin
from catalog.metric_labels import CLASS_METRICS
from catalog.schema import parameters_of
from runner.console.output import print_line, print_table

__all__ = ["card_answer", "print_card"]


def card_answer(plugin: Plugin) -> dict[str, Any]:
    """Return the model's card as JSON."""
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


def print_card(plugin: Plugin) -> None:
    """Print the model's card."""
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
