"""What was found, in one look: the verdict, and the numbers that matter."""

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


def verdict(results: Results, teller: ReportFormatter) -> Section:
    """Tell who won, by how much, and whether that could be chance."""
    t = teller.t
    blocks: list[Block] = []
    stored = results.study.verdict
    if results.verdict:
        blocks.append(Paragraph(" ".join(teller.say(statement) for statement in results.verdict), "verdict"))
    elif stored and stored.get("sentence"):
        blocks.append(Paragraph(safe(stored["sentence"], 2000), "verdict", "en"))
    else:
        blocks.append(Paragraph(_unfinished(results, teller), "verdict"))
        blocks.append(Missing(t("There is no verdict yet: the study has not been closed.")))
    figure = chart_of("verdict").figure(results.snapshot)
    if not isinstance(figure, Empty):
        blocks.append(figure_block(figure, teller))
    if comparisons := _comparisons(results, teller):
        blocks.append(comparisons)
    if seeds := _seeds(results, teller):
        blocks.append(seeds)
    return Section("verdict", t("Verdict"), tuple(blocks))


def _unfinished(results: Results, teller: ReportFormatter) -> str:
    best = results.study.best
    if best is None:
        return teller.t("No trial has a value.")
    return teller.t(
        "Best so far: trial {number:count} with {value} {metric} on validation.",
        number=best.number,
        value=teller.value(results.study.metric, best.value),
        metric=safe(teller.metric(results.study.metric), 60),
    )


def _comparisons(results: Results, teller: ReportFormatter) -> TableBlock | None:
    """Return the paired comparisons that the verdict rests on."""
    t, stored = teller.t, results.study.verdict or {}
    rows = []
    for name, second in (("versus_given", "given"), ("versus_baseline", "baseline")):
        found = stored.get(name)
        if not found:
            continue
        ends = float(found["low"]), float(found["high"])
        place = f"verdict.{name}.difference"
        difference = teller.told_difference(place, str(found["metric"]), found["difference"], *ends)
        first = teller.subject(str(found.get("of") or "winner"))
        trainings = " : ".join(str(int(seeds)) for seeds in found["seeds"])
        rows.append(
            Row(
                (
                    t("{first} against {second}", first=first, second=teller.subject_within(second)),
                    difference,
                    trainings,
                    teller.told(f"verdict.{name}.rows", found["rows"], "count"),
                )
            )
        )
    if not rows:
        return None
    unit = t("points") if difference_format(results.study.tuned) == "points" else ""
    columns = (
        t("Comparison"),
        t("Difference in {metric}", metric=safe(teller.metric(results.study.metric), 60))
        + (f" ({unit})" if unit else ""),
        t("Trainings"),
        t("Validation rows"),
    )
    return TableBlock(
        t("Paired comparisons on validation; positive is better"), columns, tuple(rows), frozenset({1, 2, 3})
    )


def _seeds(results: Results, teller: ReportFormatter) -> TableBlock | None:
    """Return what the finalists reached on each fresh seed."""
    if not results.confirmations:
        return None
    t, name = teller.t, results.study.metric
    rows = tuple(
        Row(
            (
                teller.subject(found.arm),
                str(found.seed),
                teller.told_value(f"confirmations.{found.arm}.{found.seed}", name, found.metrics.get(name)),
                teller.told(f"confirmations.{found.arm}.{found.seed}.seconds", found.seconds, "seconds"),
            )
        )
        for found in results.confirmations
    )
    columns = (t("Configuration"), t("Seed"), safe(teller.metric(name), 60), t("Training time"))
    return TableBlock(t("Confirmation on fresh seeds"), columns, rows, frozenset({1, 2, 3}))


def key_figures(results: Results, teller: ReportFormatter) -> Section:
    """Tell the metrics of the winner with their intervals, and those of given configuration and baseline beside."""
    t = teller.t
    title = t("Key figures")
    if results.main is None:
        missing = t("The chosen model has not been judged in full: an older modelcat made this study.")
        return Section("key-figures", title, (Missing(missing),))
    place, evaluation = results.main
    subject, _, split = place.rpartition(".")
    tiles = tuple(_tiles(place, evaluation, results, teller))
    intro = t(
        "{subject} · {split}, {rows:count} examples.",
        subject=teller.subject(subject),
        split=teller.split(split),
        rows=evaluation.rows,
    )
    if evaluation.intervals:
        intro += " " + t("The range beside a number is its 95 % bootstrap interval.")
    blocks: list[Block] = [Paragraph(intro, "muted"), Tiles(tiles), _side_by_side(results, teller, split)]
    best = results.study.best
    if best is not None:
        name = results.study.metric
        what = (
            t("The winner's value in the search (trial {number:count})", number=best.number)
            if results.confirmed
            else t("Best value in the search (trial {number:count})", number=best.number)
        )
        value = teller.told_value("best.value", name, best.value)
        blocks.append(FactList(((f"{what}: {safe(teller.metric(name), 60)}", value),)))
    return Section("key-figures", title, tuple(blocks))


def _tiles(place: str, evaluation: Evaluation, results: Results, teller: ReportFormatter) -> Iterator[Tile]:
    """Yield what was tuned for, and the first other metrics of the task."""
    for name in results.metrics_in(evaluation)[:_MOST_TILES]:
        told, meaning = teller.scored(place, evaluation, name), teller.metric_of(name).explanation
        if isinstance(told, ShownNumber):
            yield Tile(safe(teller.metric(name), 60), told, "" if meaning is None else teller.say(meaning))


def _side_by_side(results: Results, teller: ReportFormatter, split: str) -> TableBlock:
    """Return all metrics of everything that was judged on `split`."""
    t = teller.t
    subjects = [
        s for s in ("winner", "given", "baseline", f"trial/{results.number}") if (s, split) in results.evaluations
    ]
    if "winner" in subjects:
        subjects = [subject for subject in subjects if not subject.startswith("trial/")]
    judged = {subject: results.evaluations[subject, split] for subject in subjects}
    rows = tuple(
        Row(
            (
                safe(teller.metric(name), 60),
                *(teller.scored(f"{subject}.{split}", found, name) for subject, found in judged.items()),
            )
        )
        for name in results.metrics_in(*judged.values())
    )
    columns = (t("Metric"), *(teller.subject(subject) for subject in subjects))
    caption = t("All metrics · {split}", split=teller.split(split))
    if all(cell == NOTHING for row in rows for cell in row.cells[1:]):
        rows = ()
    return TableBlock(caption, columns, rows, frozenset(range(1, len(columns))))
