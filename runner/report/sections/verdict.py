"""The result at a glance: the verdict, and the important numbers."""

from collections.abc import Iterator

from catalog.contract import Evaluation
from catalog.figures import Empty
from runner.presentation.labels import NOTHING
from runner.presentation.metrics import difference_format
from runner.presentation.text import safe
from runner.report.blocks import Block, FactList, Missing, Paragraph, Row, Section, ShownNumber, TableBlock, Tile, Tiles
from runner.report.figures import figure_block
from runner.report.formatting import ReportFormatter
from runner.report.results import Results
from runner.study.charts import chart_of

__all__ = ["key_figures", "verdict"]

_MOST_TILES = 6


def verdict(results: Results, formatter: ReportFormatter) -> Section:
    """Show which model won, by how much, and whether the difference could be chance."""
    t = formatter.t
    blocks: list[Block] = []
    stored = results.study.verdict
    if results.verdict:
        blocks.append(Paragraph(" ".join(formatter.sentence(statement) for statement in results.verdict), "verdict"))
    elif stored and stored.get("sentence"):
        blocks.append(Paragraph(safe(stored["sentence"], 2000), "verdict", "en"))
    else:
        blocks.append(Paragraph(_unfinished(results, formatter), "verdict"))
        blocks.append(Missing(t("There is no verdict yet: the study has not been closed.")))
    figure = chart_of("verdict").figure(results.snapshot)
    if not isinstance(figure, Empty):
        blocks.append(figure_block(figure, formatter))
    if comparisons := _comparisons(results, formatter):
        blocks.append(comparisons)
    if seeds := _seeds(results, formatter):
        blocks.append(seeds)
    return Section("verdict", t("Verdict"), tuple(blocks))


def _unfinished(results: Results, formatter: ReportFormatter) -> str:
    best = results.study.best
    if best is None:
        return formatter.t("No trial has a value.")
    return formatter.t(
        "Best so far: trial {number:count} with {value} {metric} on validation.",
        number=best.number,
        value=formatter.value(results.study.metric, best.value),
        metric=safe(formatter.metric(results.study.metric), 60),
    )


def _comparisons(results: Results, formatter: ReportFormatter) -> TableBlock | None:
    """Return the paired comparisons that the verdict rests on."""
    t, stored = formatter.t, results.study.verdict or {}
    rows = []
    for name, second in (("versus_given", "given"), ("versus_baseline", "baseline")):
        found = stored.get(name)
        if not found:
            continue
        ends = float(found["low"]), float(found["high"])
        place = f"verdict.{name}.difference"
        difference = formatter.metric_difference(place, str(found["metric"]), found["difference"], *ends)
        first = formatter.subject(str(found.get("of") or "winner"))
        trainings = " : ".join(str(int(seeds)) for seeds in found["seeds"])
        rows.append(
            Row(
                (
                    t("{first} against {second}", first=first, second=formatter.subject_within(second)),
                    difference,
                    trainings,
                    formatter.number(f"verdict.{name}.rows", found["rows"], "count"),
                )
            )
        )
    if not rows:
        return None
    unit = t("points") if difference_format(results.study.tuned) == "points" else ""
    columns = (
        t("Comparison"),
        t("Difference in {metric}", metric=safe(formatter.metric(results.study.metric), 60))
        + (f" ({unit})" if unit else ""),
        t("Trainings"),
        t("Validation rows"),
    )
    return TableBlock(
        t("Paired comparisons on validation; positive is better"), columns, tuple(rows), frozenset({1, 2, 3})
    )


def _seeds(results: Results, formatter: ReportFormatter) -> TableBlock | None:
    """Return the results of the finalists on each new seed."""
    if not results.confirmations:
        return None
    t, name = formatter.t, results.study.metric
    rows = tuple(
        Row(
            (
                formatter.subject(found.arm),
                str(found.seed),
                formatter.metric_value(f"confirmations.{found.arm}.{found.seed}", name, found.metrics.get(name)),
                formatter.number(f"confirmations.{found.arm}.{found.seed}.seconds", found.seconds, "seconds"),
            )
        )
        for found in results.confirmations
    )
    columns = (t("Configuration"), t("Seed"), safe(formatter.metric(name), 60), t("Training time"))
    return TableBlock(t("Confirmation on fresh seeds"), columns, rows, frozenset({1, 2, 3}))


def key_figures(results: Results, formatter: ReportFormatter) -> Section:
    """Show the metrics of the winner with their intervals, next to those of given configuration and baseline."""
    t = formatter.t
    title = t("Key figures")
    if results.main is None:
        missing = t("The chosen model has not been judged in full: an older modelcat made this study.")
        return Section("key-figures", title, (Missing(missing),))
    place, evaluation = results.main
    subject, _, split = place.rpartition(".")
    tiles = tuple(_tiles(place, evaluation, results, formatter))
    intro = t(
        "{subject} · {split}, {rows:count} examples.",
        subject=formatter.subject(subject),
        split=formatter.split(split),
        rows=evaluation.rows,
    )
    if evaluation.intervals:
        intro += " " + t("The range next to a number is its 95 % bootstrap interval.")
    blocks: list[Block] = [Paragraph(intro, "muted"), Tiles(tiles), _side_by_side(results, formatter, split)]
    best = results.study.best
    if best is not None:
        name = results.study.metric
        what = (
            t("The winner's value in the search (trial {number:count})", number=best.number)
            if results.confirmed
            else t("Best value in the search (trial {number:count})", number=best.number)
        )
        value = formatter.metric_value("best.value", name, best.value)
        blocks.append(FactList(((f"{what}: {safe(formatter.metric(name), 60)}", value),)))
    return Section("key-figures", title, tuple(blocks))


def _tiles(place: str, evaluation: Evaluation, results: Results, formatter: ReportFormatter) -> Iterator[Tile]:
    """Yield the optimized metric and the first other metrics of the task."""
    for name in results.metrics_in(evaluation)[:_MOST_TILES]:
        number, meaning = formatter.scored(place, evaluation, name), formatter.metric_of(name).explanation
        if isinstance(number, ShownNumber):
            yield Tile(safe(formatter.metric(name), 60), number, "" if meaning is None else formatter.sentence(meaning))


def _side_by_side(results: Results, formatter: ReportFormatter, split: str) -> TableBlock:
    """Return all metrics of all models that were evaluated on `split`."""
    t = formatter.t
    subjects = [
        s for s in ("winner", "given", "baseline", f"trial/{results.number}") if (s, split) in results.evaluations
    ]
    if "winner" in subjects:
        subjects = [subject for subject in subjects if not subject.startswith("trial/")]
    judged = {subject: results.evaluations[subject, split] for subject in subjects}
    rows = tuple(
        Row(
            (
                safe(formatter.metric(name), 60),
                *(formatter.scored(f"{subject}.{split}", found, name) for subject, found in judged.items()),
            )
        )
        for name in results.metrics_in(*judged.values())
    )
    columns = (t("Metric"), *(formatter.subject(subject) for subject in subjects))
    caption = t("All metrics · {split}", split=formatter.split(split))
    if all(cell == NOTHING for row in rows for cell in row.cells[1:]):
        rows = ()
    return TableBlock(caption, columns, rows, frozenset(range(1, len(columns))))
