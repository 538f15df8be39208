"""The case study's plots: training, confusion, confidence, length; calibration; and the scores of each class."""

from runner.presentation.text import safe
from runner.report.blocks import Block, Facts, Figure, Figures, Missing, Prose, Row, Section, Table, Told
from runner.report.figures import confidence, confusion, curves, lengths, reliability
from runner.report.metrics import metric
from runner.report.results import Results, Scores
from runner.report.sections.absence import absent
from runner.report.telling import Teller

__all__ = ["calibration", "classes", "confidences", "confusions", "learning", "performance_by_length"]

_MOST_CLASSES = 100


def learning(results: Results, teller: Teller) -> Section:
    """Draw the training curves of the chosen trial."""
    t = teller.t
    title = t("Training curves")
    figures = curves.draw(results, teller)
    if not figures:
        return Section("training", title, (Missing(t("No measurement was recorded during the training.")),))
    blocks: list[Block] = []
    if results.number is not None:
        blocks.append(
            Prose(
                t("Trial {number:count}, measured at the ends of its epochs and quarters.", number=results.number),
                "muted",
            )
        )
    return Section("training", title, (*blocks, Figures(figures)))


def _judged(results: Results, teller: Teller) -> tuple[Block, ...]:
    """Say what the figures of a section are about."""
    if results.main is None:
        return ()
    subject, _, split = results.main[0].rpartition(".")
    return (Prose(_named(teller, subject, split), "muted"),)


def _named(teller: Teller, subject: str, split: str) -> str:

    return f"{teller.subject(subject)} · {teller.split(split)}"


def _drawn(name: str, title: str, figure: Figure | None, results: Results, teller: Teller) -> Section:
    missing = teller.t("Not recorded: the model was judged by an older modelcat, or its plugin does not tell.")
    blocks: tuple[Block, ...] = (*_judged(results, teller), Figures((figure,))) if figure else (Missing(missing),)
    return Section(name, title, blocks)


def confusions(results: Results, teller: Teller) -> Section:
    """Draw the confusion matrix."""
    return _drawn("confusions", teller.t("Confusion matrix"), confusion.draw(results, teller), results, teller)


def confidences(results: Results, teller: Teller) -> Section:
    """Draw the confidence distribution."""
    title = teller.t("Confidence distribution")
    return _drawn("confidences", title, confidence.draw(results, teller), results, teller)


def performance_by_length(results: Results, teller: Teller) -> Section:
    """Draw performance by length."""
    return _drawn("by-length", teller.t("Performance by length"), lengths.draw(results, teller), results, teller)


def calibration(results: Results, teller: Teller) -> Section:
    """Draw the reliability curve, and tell what the temperature changed."""
    t, found = teller.t, results.calibration
    blocks: list[Block] = []
    if found is None:
        why = t("No temperature was fitted: the study is not closed, or its model cannot be calibrated.")
        blocks.append(absent("calibration", why, results, teller))
    else:
        sure = t("above 1: it had been too sure") if found.temperature > 1 else t("below 1: it had been too unsure")
        blocks.append(
            Facts(
                (
                    (t("Temperature"), teller.told("calibration.temperature", found.temperature, "number")),
                    (t("Meaning"), t("1: nothing changed") if found.temperature == 1 else sure),
                    (t("Fitted on validation rows"), teller.told("calibration.rows", found.rows, "count")),
                )
            )
        )
    if figure := reliability.draw(results, teller):
        blocks.append(Figures((figure,)))
    blocks += _error(results, teller)
    if found is not None and (rows := _rows(found.validation, found.test, teller)):
        columns = (t("Metric"), t("Split"), t("before"), t("after"))
        blocks.append(Table(t("Before and after temperature scaling"), columns, rows, frozenset({2, 3})))
    return Section("calibration", t("Calibration"), tuple(blocks))


def _error(results: Results, teller: Teller) -> list[Block]:
    """Tell the calibration error with its interval, and how to read that."""
    if results.main is None:
        return []
    t, (place, evaluation) = teller.t, results.main
    error = teller.scored(place, evaluation, "ece")
    if not isinstance(error, Told) or not error.interval:
        return []
    told = t(
        "Chance alone makes this error larger than 0, the more so the fewer rows there are. Where its interval begins "
        "at 0, a perfectly calibrated model could show as much."
    )
    return [Facts(((teller.metric("ece"), error),)), Prose(told, "muted")]


def _rows(validation: Scores | None, test: Scores | None, teller: Teller) -> tuple[Row, ...]:
    rows = []
    for split, scores in (("test", test), ("validation", validation)):
        if scores is None:
            continue
        for name, before in scores.before.items():
            place, kind = f"calibration.{split}", metric(name).kind
            after = scores.after.get(name)
            rows.append(
                Row(
                    (
                        safe(teller.metric(name), 60),
                        teller.split(split),
                        teller.told(f"{place}.before.{name}", before, kind),
                        teller.maybe(f"{place}.after.{name}", after, kind),
                    )
                )
            )
    return tuple(rows)


def classes(results: Results, teller: Teller) -> Section:
    """Tell precision, recall and F1 of each class; of very many the weakest."""
    t = teller.t
    title = t("Scores of each class")
    if results.main is None or not results.main[1].classes:
        return _drawn("classes", title, None, results, teller)
    place, evaluation = results.main
    ranked = list(enumerate(evaluation.classes))
    caption = t("Scores of each class")
    if len(ranked) > _MOST_CLASSES:
        ranked = sorted(ranked, key=lambda item: item[1].f1)[:_MOST_CLASSES]
        caption = t(
            "The {shown:count} weakest of {all:count} classes", shown=_MOST_CLASSES, all=len(evaluation.classes)
        )
    rows = tuple(
        Row(
            (
                safe(found.label, 80),
                teller.told(f"{place}.classes.{index}.rows", found.rows, "count"),
                teller.told(f"{place}.classes.{index}.predicted", found.predicted, "count"),
                teller.share(f"{place}.classes.{index}.precision", found.precision),
                teller.share(f"{place}.classes.{index}.recall", found.recall),
                teller.share(f"{place}.classes.{index}.f1", found.f1),
            )
        )
        for index, found in ranked
    )
    columns = (
        t("Class"),
        t("Texts"),
        t("Predicted"),
        teller.class_metric("precision"),
        teller.class_metric("recall"),
        teller.class_metric("f1"),
    )
    table = Table(caption, columns, rows, frozenset({1, 2, 3, 4, 5}))
    return Section("classes", title, (*_judged(results, teller), table))
