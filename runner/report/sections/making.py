"""How the model was made: the model and its sizes, its cost, the spec, versions, and how to reproduce it."""

import shlex
from collections.abc import Mapping

from catalog.contract import Evaluation
from runner.presentation.labels import NOTHING, msgid
from runner.presentation.text import safe
from runner.report.blocks import Block, Cell, CodeBlock, FactList, Missing, Paragraph, Row, Section, TableBlock
from runner.report.formatting import ReportFormatter
from runner.report.islands import readable
from runner.report.results import BASELINE, GIVEN, WINNER, Results
from runner.study.stored_study import plugin_versions

__all__ = ["costs", "reproduction", "spec", "variants", "versions"]

_SPEEDS = {
    "training_seconds": (msgid("Training time of the chosen trial"), "seconds"),
    "examples_per_second": (msgid("Training, examples a second"), "number"),
    "tokens_per_second": (msgid("Training, tokens a second"), "number"),
}
"""The measured numbers of a training's speed: label and kind of each."""


def variants(results: Results, formatter: ReportFormatter) -> Section:
    """Show the model's card: its description, and the available sizes."""
    t, card = formatter.t, results.card
    title = t("Model and its variants")
    if card is None:
        text = t("The plugin {key} is not installed here: its card is unknown.", key=safe(results.study.key, 200))
        return Section("model", title, (Missing(text),))
    blocks: list[Block] = [Paragraph(safe(card.summary), "", "en"), Paragraph(safe(card.description), "muted", "en")]
    used = results.chosen.get("model_name")
    rows = tuple(
        Row(
            (
                safe(variant.name, 100),
                formatter.number(f"card.{index}.parameters", variant.parameters, "count"),
                f"{formatter.language.count(variant.megabytes)} MB",
                safe(variant.speed, 100),
                safe(variant.note, 200),
            ),
            "best" if variant.name == used else "",
        )
        for index, variant in enumerate(card.variants)
    )
    if rows:
        columns = (t("Variant"), t("Parameters"), t("Size"), t("Speed"), t("Good for"))
        blocks.append(TableBlock(t("Variants; the one in use is marked"), columns, rows, frozenset({1, 2})))
    return Section("model", title, tuple(blocks))


def costs(results: Results, formatter: ReportFormatter) -> Section:
    """Show times, speeds and sizes."""
    t, study = formatter.t, results.study
    items: list[tuple[str, Cell]] = [
        (t("Time worked on the study"), formatter.number("study.seconds", study.seconds, "seconds"))
    ]
    trial = next((trial for trial in results.trials if trial.number == results.number), None)
    if trial is not None:
        items += [
            (t(label), formatter.number(f"trials.{trial.number}.speed.{name}", value, kind))
            for name, (label, kind) in _SPEEDS.items()
            if (value := trial.speed.get(name)) is not None
        ]
    baseline = study.baseline or {}
    if baseline.get("seconds") is not None:
        items.append(
            (t("Training time of the baseline"), formatter.number("baseline.seconds", baseline["seconds"], "seconds"))
        )
    judged = {of: found for of, found in results.evaluations.items() if of[0] in {WINNER, GIVEN, BASELINE}}
    blocks: list[Block] = [FactList(tuple(items))]
    if judged:
        blocks.append(_inference(judged, formatter))
    else:
        blocks.append(Missing(t("Inference was not measured: no model of the study has been judged on a split.")))
    return Section("costs", t("Times and sizes"), tuple(blocks))


def _inference(judged: Mapping[tuple[str, str], Evaluation], formatter: ReportFormatter) -> TableBlock:
    """Return the cost of predictions."""
    t = formatter.t
    rows = []
    for (subject, split), found in judged.items():
        place = f"{subject}.{split}"
        rate = found.rows / found.seconds if found.seconds > 0 else None
        cells: list[Cell] = [
            formatter.subject(subject),
            formatter.split(split),
            formatter.number(f"{place}.rows", found.rows, "count"),
            formatter.number(f"{place}.seconds", found.seconds, "seconds"),
            formatter.number_or_dash(f"{place}.rate", rate, "number"),
            formatter.number_or_dash(f"{place}.model_bytes", found.model_bytes, "bytes"),
            formatter.number_or_dash(f"{place}.peak_memory_bytes", _peak(subject, found), "bytes"),
        ]
        rows.append(Row(tuple(cells)))
    columns = [
        t("Model"), t("Split"), t("Examples"), t("Seconds"), t("Examples a second"), t("Model size"), t("Peak memory"),
    ]  # fmt: skip
    return TableBlock(t("Inference"), tuple(columns), tuple(rows), frozenset(range(2, len(columns)))).filled


def _peak(subject: str, found: Evaluation) -> int | None:
    """Return the peak memory; not of the baseline, whose worker still holds the memory of earlier models."""
    return None if subject == BASELINE else found.peak_memory_bytes


def spec(results: Results, formatter: ReportFormatter) -> Section:
    """Show the whole spec, to copy."""
    text = readable(results.study.spec)
    return Section("spec", formatter.t("Spec"), (CodeBlock("spec-json", formatter.t("The whole spec"), text),))


def versions(results: Results, formatter: ReportFormatter) -> Section:
    """Show versions and machine of the study."""
    items = tuple((safe(name, 60), safe(version, 60)) for name, version in results.study.versions.items())
    title = formatter.t("Versions")
    return Section(
        "versions", title, (FactList(items) if items else Missing(formatter.t("No versions were recorded.")),)
    )


def _plugins(results: Results, formatter: ReportFormatter) -> tuple[Block, ...]:
    """Return the packages to install for a model or task of another package."""
    found = plugin_versions(results.study.versions)
    if not found:
        return ()
    names = ", ".join(f"{safe(name, 60)} {safe(version, 40)}" for name, version in found.items())
    return (Paragraph(formatter.t("Its task or model comes from elsewhere; install too: {names}", names=names)),)


def reproduction(results: Results, formatter: ReportFormatter) -> Section:
    """Show the commands that reproduce the study."""
    t, study = formatter.t, results.study
    name = shlex.quote(safe(study.study, 300))
    made_by = safe(study.versions.get("modelcat") or NOTHING, 40)
    command = "run" if study.mode == "study" else "train"
    lines = (
        "modelcat validate spec.json",
        f"modelcat {command} spec.json",
        f"modelcat trials {name}",
        f"modelcat report {name} -o report.html",
    )
    fingerprint = safe(study.data.get("fingerprint") or NOTHING, 64)
    blocks: tuple[Block, ...] = (
        Paragraph(
            t(
                "Install it from its source tree (version {version}), there; without a GPU torch's CPU build first, as "
                "its README tells:",
                version=made_by,
            )
        ),
        CodeBlock("install", t("Installation"), "pip install '.[all]'"),
        *_plugins(results, formatter),
        Paragraph(t("Save the spec above as spec.json next to the data that it names, then:")),
        CodeBlock("commands", t("Commands"), "\n".join(lines)),
        FactList(((t("Seed of the study"), safe((study.spec.get("study") or {}).get("seed", 0), 40)),)),
        Paragraph(t("SHA-256 of the data: {fingerprint}", fingerprint=fingerprint), "muted"),
        Paragraph(
            t("Same versions and same machine give the same numbers; other hardware differs in the last digits."),
            "muted",
        ),
    )
    return Section("reproduce", t("How to make it again"), blocks)
