"""The body of a model card, chapter by chapter."""

import json
from collections.abc import Callable

from runner.presentation.labels import NOTHING
from runner.presentation.language import Language
from runner.report.blocks import Told
from runner.report.card.header import header, is_transformer
from runner.report.card.markdown import fenced, heading, plain, table
from runner.report.islands import readable
from runner.report.results import Results
from runner.report.telling import Teller

__all__ = ["model_card"]

_MOST_CLASSES = 100


def model_card(results: Results, language: Language) -> str:
    """Return the whole card; numbers as the page has them, and in full in its header."""
    teller = Teller(language, results.study.class_scope)
    chapters = [chapter(results, teller) for chapter in _CHAPTERS]
    body = "\n\n".join(line for chapter in chapters for line in chapter if line)
    return f"{header(results)}\n\n{heading(1, plain(results.title, 200))}\n\n{body}\n"


def _summary(results: Results, teller: Teller) -> list[str]:
    verdict = " ".join(plain(teller.say(statement)) for statement in results.verdict)
    if not verdict:
        verdict = plain((results.study.verdict or {}).get("sentence") or "", 2000)
    notes = plain(results.study.notes, 2000) if results.study.notes else ""
    return [plain(results.card.summary) if results.card else "", verdict, notes]


def _use(results: Results, teller: Teller) -> list[str]:
    t = teller.t
    labels = ", ".join(plain(label, 80) for label in results.labels[:_MOST_CLASSES])
    told = t(
        "Assigns one of {classes:count} classes to a text: {labels}.",
        classes=len(results.labels),
        labels=labels or NOTHING,
    )
    advice = t(
        "Fit for texts like those it was trained on. Measure it on your own before you rely on it; it is not made to "
        "decide about people."
    )
    return [heading(2, t("Intended use")), told, advice]


def _data(results: Results, teller: Teller) -> list[str]:
    t, data = teller.t, results.study.data
    counts = data.get("label_rows") or {}
    columns = [t("Class"), *(teller.split(str(split)) for split in counts)]
    rows = [
        [
            plain(name, 80),
            *(teller.shown(by_class[i], "count") if i < len(by_class) else NOTHING for by_class in counts.values()),
        ]
        for i, name in enumerate(results.labels[:_MOST_CLASSES])
    ]
    sizes = ", ".join(f"{teller.split(str(k))} {teller.shown(v, 'count')}" for k, v in (data.get("rows") or {}).items())
    facts = [f"- {t('Name')}: {plain(data.get('name') or NOTHING, 200)}", f"- {t('Rows')}: {sizes or NOTHING}"]
    if (positive := teller.scope.positive) is not None:
        facts.append(f"- {t('Positive class')}: {plain(positive, 80)}")
    if (words := data.get("mean_words")) is not None:
        facts.append(f"- {t('Words of a text on average')}: {teller.shown(words, 'number')}")
    if code := data.get("language"):
        facts.append(f"- {t('Language')}: {plain(teller.language.language_name(str(code)), 60)}")
    facts += [f"- {plain(note, 1000)}" for note in data.get("notes") or ()]
    return [heading(2, t("Data")), "\n".join(facts), table(columns, rows) if rows and counts else ""]


def _training(results: Results, teller: Teller) -> list[str]:
    t = teller.t
    config = fenced(readable(dict(results.chosen)), "json")
    trials = t(
        "Chosen from {complete:count} complete trials by {metric} on validation.",
        complete=results.study.trials.complete,
        metric=plain(teller.metric(results.study.metric), 60),
    )
    return [heading(2, t("Training configuration")), trials, config]


def _results(results: Results, teller: Teller) -> list[str]:
    t = teller.t
    if results.main is None:
        return [
            heading(2, t("Results")),
            t("The chosen model has not been judged in full: an older modelcat made this study."),
        ]
    place, evaluation = results.main
    subject, _, split = place.rpartition(".")
    scope, judged = evaluation_scope(evaluation), {subject: evaluation}
    for other in ("given", "baseline"):
        if (found := results.evaluations.get((other, split))) is not None:
            judged[other] = found
    rows = [
        [plain(teller.metric(name, scope), 60), *(_cell(teller.scored("", found, name)) for found in judged.values())]
        for name in evaluation.metrics
    ]
    columns = [t("Metric"), *(plain(teller.subject(name)) for name in judged)]
    intro = t(
        "On {rows:count} examples of the split {split}; 95 % bootstrap intervals in brackets.",
        rows=evaluation.rows,
        split=teller.split(split),
    )
    return [heading(2, t("Results")), intro, table(columns, rows)]


def _cell(told: Told | str) -> str:
    if isinstance(told, str):
        return told
    return f"{told.shown} ({told.interval})" if told.interval else told.shown


def _calibration(results: Results, teller: Teller) -> list[str]:
    t, found = teller.t, results.calibration
    title = heading(2, t("Calibration"))
    if found is None:
        return [title, t("No temperature was fitted: the study is not closed, or its model cannot be calibrated.")]
    told = t(
        "A temperature of {temperature:number}, fitted on {rows:count} validation rows, is folded into the weights: "
        "scores are used as they come.",
        temperature=found.temperature,
        rows=found.rows,
    )
    before, after = (found.test.before, found.test.after) if found.test else ({}, {})
    rows = [
        [plain(teller.metric(name), 60), teller.scored_value(name, value), teller.scored_value(name, after.get(name))]
        for name, value in before.items()
    ]
    return [title, told, table([t("Metric"), t("before"), t("after")], rows) if rows else ""]


def _limitations(results: Results, teller: Teller) -> list[str]:
    t = teller.t
    lines = [
        f"- **{plain(teller.say(found.title))}** {plain(teller.say(found.evidence))}"
        for found in results.diagnoses
        if found.severity != "note"
    ]
    truncation, length = results.chosen.get("truncation", "head"), results.chosen.get("max_seq_length")
    if length is not None:
        lines.append("- " + t("Of a longer text it sees {length:count} tokens only.", length=int(length)))
    if truncation == "head+tail":  # a tokenizer that cuts the beginning off is saved so, and a pipeline obeys it
        told = t(
            "It was trained on the beginning and the end of long texts ({truncation}); a pipeline cuts the end off, so "
            "long texts get other scores there than from modelcat predict.",
            truncation=plain(truncation, 40),
        )
        lines.append(f"- {told}")
    if not lines:
        lines.append("- " + t("No rule found anything wrong; that is no proof that nothing is."))
    return [heading(2, t("Limitations")), "\n".join(lines)]


def _how_to_use(results: Results, teller: Teller) -> list[str]:
    title = heading(2, teller.t("How to use"))
    if not is_transformer(results):
        return [title, fenced(f"modelcat predict {json.dumps(results.study.study)} TEXT", "shell")]
    length = results.chosen.get("max_seq_length")
    limit = f", max_length={int(length)}" if length is not None else ""
    lines = (
        "from transformers import pipeline",
        "",
        'classify = pipeline("text-classification", model="path/to/this/folder")',
        f'print(classify(["A slow start, but what an ending!"], truncation=True{limit}))',
    )
    return [title, fenced("\n".join(lines), "python")]


def _versions(results: Results, teller: Teller) -> list[str]:
    t = teller.t
    lines = [f"- {plain(name, 60)} {plain(version, 60)}" for name, version in results.study.versions.items()]
    made = t("Made by modelcat from stored records") + f", {teller.language.moment(results.made)} UTC."
    return [heading(2, t("Versions")), "\n".join(lines), made]


_CHAPTERS: tuple[Callable[[Results, Teller], list[str]], ...] = (
    _summary,
    _use,
    _data,
    _training,
    _results,
    _calibration,
    _limitations,
    _how_to_use,
    _versions,
)
