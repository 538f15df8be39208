"""Every number of a page is the store's."""

import re

import pytest

from catalog.figures import to_json
from plugins.classification.records import class_details
from plugins.nlp.text_classification.records import length_details
from runner.store.evaluation_records import evaluation_of
from runner.study.charts import CHARTS, chart_of, read_snapshot
from runner.study.task_figures import data_figures, task_figures

NAME = "imdb-minilm"
KEPT = (
    "accuracy",
    "precision",
    "recall",
    "f1",
    "macro_f1",
    "matthews_corrcoef",
    "roc_auc",
    "log_loss",
    "brier_score",
    "ece",
)


@pytest.fixture(scope="module")
def page(whole, page_of):
    """Return the English page of the whole study."""
    return page_of(whole)


@pytest.fixture(scope="module")
def stored(whole):
    """Return each number of the store by its place; a page names those outside its figures by these places."""
    return {**_judged(whole), **_searched(whole), **_calibrated(whole), **_explained(whole)}


@pytest.fixture(scope="module")
def figures(whole):
    """Return the JSON of all figures that a page may have, by key."""
    snapshot = read_snapshot(whole, NAME)
    training = chart_of("training")
    found = [chart.figure(snapshot) for chart in CHARTS.values()]
    found += [training.figure(snapshot, chosen={"metric": name}) for name in ("accuracy", "loss")]
    found += [*data_figures(snapshot.record), *task_figures(snapshot, "winner", "test")]
    return {figure.key: to_json(figure) for figure in found}


def _judged(store):
    numbers = {}
    for record in store.evaluations(NAME):
        found, workspace = evaluation_of(record), f"{record.subject}.{record.split}"
        numbers |= {f"{workspace}.{name}": value for name, value in found.metrics.items()}
        for name in ("rows", "seconds", "model_bytes", "peak_memory_bytes"):
            numbers[f"{workspace}.{name}"] = getattr(found, name)
        numbers[f"{workspace}.rate"] = found.rows / found.seconds
        for i, row in enumerate(found.details["confusion"]):
            numbers |= {f"{workspace}.confusion.{i}.{j}": cell for j, cell in enumerate(row)}
        for part in ("classes", "confidence", "lengths"):
            for i, each in enumerate(found.details[part]):
                numbers |= {f"{workspace}.{part}.{i}.{name}": value for name, value in each.items()}
    return numbers


def _searched(store):
    study, numbers, best = store.study(NAME), {}, None
    for trial in store.trials(NAME):
        workspace = f"trials.{trial.number}"
        if trial.state == "complete":
            best = trial.value if best is None else max(best, trial.value)
        numbers |= {
            f"{workspace}.value": trial.value,
            f"{workspace}.seconds": trial.seconds,
            f"{workspace}.number": trial.number,
        }
        if trial.state == "complete" and trial.value == best:
            numbers[f"{workspace}.best_so_far"] = best
        numbers |= {f"{workspace}.speed.{name}": value for name, value in trial.speed.items()}
        numbers |= {f"{workspace}.params.{name}": value for name, value in trial.params.items()}
    for epoch in store.epochs(NAME):
        workspace = f"epochs.{epoch.training}.{epoch.progress}"
        numbers |= {f"{workspace}.accuracy.epoch": epoch.epoch, f"{workspace}.loss.epoch": epoch.epoch}
        numbers |= {
            f"{workspace}.accuracy.train": epoch.train_metrics["accuracy"],
            f"{workspace}.accuracy.validation": epoch.metrics["accuracy"],
            f"{workspace}.loss.train": epoch.train_loss,
            f"{workspace}.loss.validation": epoch.metrics["loss"],
        }
    for run in store.confirmations(NAME):
        workspace = f"confirmations.{run.arm}.{run.seed}"
        numbers |= {workspace: run.metrics["accuracy"], f"{workspace}.seconds": run.seconds}
    for name in ("versus_given", "versus_baseline"):
        versus = study.verdict[name]
        numbers |= {f"verdict.{name}.difference": versus["difference"], f"verdict.{name}.rows": versus["rows"]}
    numbers["baseline.value"] = study.baseline["validation"]["accuracy"]
    numbers |= {"study.seconds": study.seconds, "best.value": study.best.value, "baseline.seconds": 1.396147}
    data = study.data
    numbers |= {"data.rows": sum(data["rows"].values())}
    numbers |= {f"data.rows.{split}": count for split, count in data["rows"].items()}
    for split, counts in data["label_rows"].items():
        for i, count in enumerate(counts):
            numbers |= {
                f"data.label_rows.{split}.{i}": count,
                f"data.label_rows.{split}.{i}.share": count / sum(counts),
            }
    return numbers


def _calibrated(store):
    insights, numbers = store.insights(NAME), {}
    calibration = insights["calibration"]
    numbers |= {"calibration.temperature": calibration["temperature"], "calibration.rows": calibration["rows"]}
    for split in ("validation", "test"):
        for when in ("before", "after"):
            numbers |= {f"calibration.{split}.{when}.{name}": v for name, v in calibration[split][when].items()}
    after = next(e for e in store.evaluations(NAME) if (e.subject, e.split) == ("winner", "test")).details["confidence"]
    for when, bins in (("before", calibration["confidence_before"]), ("after", after)):
        for i, found in enumerate(bins):
            if rows := found["right"] + found["wrong"]:
                workspace = f"reliability.{when}.{i}"
                numbers |= {
                    f"{workspace}.confidence": found["confidence"],
                    f"{workspace}.right": found["right"] / rows,
                    f"{workspace}.rows": rows,
                }
    return numbers


def _explained(store):
    insights, numbers = store.insights(NAME), {}
    numbers |= {f"importance.shares.{name}": share for name, share in insights["importance"]["shares"].items()}
    interpretation = insights["interpretation"]
    numbers["interpretation.completeness_error"] = interpretation["completeness_error"]
    for i, words in enumerate(interpretation["classes"]):
        for j, word in enumerate(words["words"]):
            numbers |= {f"words.{i}.{j}.weight": word["weight"], f"words.{i}.{j}.texts": word["texts"]}
    for i, example in enumerate(interpretation["examples"]):
        why = example["explanation"]
        numbers[f"examples.{i}.confidence"] = why["prediction"]["confidence"]
        most = max(abs(word["weight"]) for word in why["words"])
        numbers |= {f"examples.{i}.words.{j}": word["weight"] / most for j, word in enumerate(why["words"])}
    for second in ("given", "baseline"):
        found = insights[f"flips/{second}"]
        numbers |= {
            f"flips.{second}.{name}": found["comparison"][name]
            for name in ("only_first", "only_second", "p_value", "rows")
        }
        for i, flip in enumerate(found["flips"]):
            numbers |= {
                f"flips.{second}.{i}.{name}": flip[name] for name in ("row", "first_confidence", "second_confidence")
            }
    return numbers


COMPUTED = ("figures.edf.series.", "figures.timeline.spans.")
"""Shares of the trials, and seconds since the study began: made of numbers of the store, by their charts."""


def test_every_number_on_the_page_is_the_stores(page, stored, figures):
    """Whatever number the page tells, the store holds at that place, to the last digit; figures have numbers of it."""
    expected = {
        of: {value for value, *_ in found} for of, found in page.shown_numbers.items() if not of.startswith("card.")
    }
    drawn = {of: expected.pop(of) for of in list(expected) if of.startswith("figures.")}
    assert {of for of in expected if of not in stored} == set()
    assert {of: (values, stored[of]) for of, values in expected.items() if values != {stored[of]}} == {}
    known = set(stored.values())
    assert {of: values for of, values in drawn.items() if not values <= known and not of.startswith(COMPUTED)} == {}
    assert {of: values for of, values in drawn.items() if values != {_at(figures, of)}} == {}


def _at(figures, of):
    """Return what stands at a place of a figure's JSON."""
    _, key, *path = of.split(".")
    value = figures[key]
    for step in path:
        value = value[int(step) if step.isdigit() else step]
    return value


IN_FIGURES = re.compile(
    r"data\.label_rows|winner\.test\.(confusion|classes|lengths)|winner\.test\.confidence\.\d+\.(right|wrong)|epochs\.trial/7"
    r"|trials\.\d+\.best_so_far|calibration\.(test|validation)|importance|words\.\d+\.\d+\.weight|examples\.\d+\.words"
    r"|reliability\.\w+\.\d+\.(confidence|right)"
)
"""What stands in the tables below the figures."""
NEITHER = re.compile(
    r"\.lengths\.\d+\.(low|high|unit|rows|accuracy_low|accuracy_high)$|\.confidence\.(\d\.|\d+\.(low|high|confidence)$)|\.classes\.\d+\.label$"
    r"|\.texts$|reliability\.\w+\.\d+\.rows$|examples\.\d+\.confidence$|interpretation|calibration\.(temperature|rows)$"
    r"|\.number$"
)
"""What labels and captions of figures say in words, and empty bins."""


def test_nothing_that_a_reader_looks_for_is_left_out(page, stored):
    """Each metric, trial, confusion cell, bucket, class, epoch, word and comparison of the store is on the page."""
    looked_for = re.compile(
        r"winner\.test\.|(given|baseline)\.test\.(" + "|".join(KEPT) + r")$|trials\.\d+\.(value|best_so_far|seconds)"
        r"|epochs\.trial/7|confirmations|verdict|data|calibration|importance|words|examples|flips|reliability"
    )
    numbers = {of: value for of, value in stored.items() if isinstance(value, int | float)}
    wanted = [of for of in numbers if looked_for.match(of) and not NEITHER.search(of)]
    drawn = {value for of, found in page.shown_numbers.items() if of.startswith("figures.") for value, *_ in found}
    assert [of for of in wanted if not IN_FIGURES.match(of) and of not in page.shown_numbers] == []
    assert [of for of in wanted if IN_FIGURES.match(of) and numbers[of] not in drawn] == []
    texts = page.texts.replace("\xa0", " ")
    for said in (
        "234 words a text on average",
        "2 of 1,000 test rows also stand in train.",
        "Temperature 1.41, fitted on 222 validation rows.",
        "at 98.7 %",
        "error of the weights is 1.3 %",
    ):
        assert said in texts


def test_every_metric_of_the_winner_has_its_interval(page, whole):
    """Beside each metric stand both ends of its stored interval."""
    record = next(e for e in whole.evaluations(NAME) if (e.subject, e.split) == ("winner", "test"))
    for name, bounds in evaluation_of(record).intervals.items():
        assert {(low, high) for _, _, low, high in page.shown_numbers[f"winner.test.{name}"]} == {bounds}
    buckets = length_details(evaluation_of(record)).lengths
    expected = [page.shown_numbers[f"figures.lengths.series.1.points.{i}.1"] for i in range(len(buckets))]
    assert [{(low, high) for *_, low, high in found} for found in expected] == [
        {(b.accuracy_low, b.accuracy_high)} for b in buckets
    ]


@pytest.mark.parametrize(("language", "point", "group"), [("en", ".", ","), ("de", ",", ".")])
def test_what_is_shown_is_the_value_rounded(whole, page_of, language, point, group):
    """A shown number, read back, is its value to the digits that it shows."""
    checked = 0
    for of, found in page_of(whole, language).shown_numbers.items():
        for value, shown, *_ in found:
            text = shown.replace("\xa0", " ")
            if match := re.fullmatch(r"(-?[\d.,]+)(e-?\d+)?( %| MB| KB)?", text):
                unit = "points" if of.endswith(".difference") else match[3] or ""
                digits = match[1].replace(group, "").replace(point, ".")
                scale = {" %": 0.01, " MB": 1e6, " KB": 1e3, "points": 0.01}.get(unit, 1.0) * 10 ** int(
                    (match[2] or "e0")[1:]
                )
                least = 10.0 ** -len(digits.partition(".")[2])
                assert float(digits) * scale == pytest.approx(value, abs=0.5001 * least * scale), of
                checked += 1
    assert checked > 400


def test_every_chart_that_has_something_to_draw_is_on_the_page(page, figures):
    """No list of the report names the charts: a new one is shown; training curves are those of two metrics."""
    wanted = {key for key in CHARTS if key != "training" and figures[key]["kind"] != "empty"}
    assert wanted <= set(page.figures)
    assert {"training-accuracy", "training-loss"} <= set(page.figures)


def test_the_tuning_figures_draw_the_stores_numbers(page, whole):
    """History, importance and verdict are drawn from the very numbers of the store."""
    drawn, trials = page.figures, whole.trials(NAME)
    failed = {trial.number for trial in trials if trial.state == "failed"}
    points = {
        x: y
        for trace in drawn["history"]["data"]
        if trace["mode"] == "markers" and trace["name"] != "failed"
        for x, y in zip(trace["x"], trace["y"], strict=True)
    }
    assert points == {trial.number: trial.value for trial in trials if trial.value is not None}
    assert [trace["x"] for trace in drawn["history"]["data"] if trace["name"] == "failed"] == [sorted(failed)]
    shares = whole.insights(NAME)["importance"]["shares"]
    assert drawn["importance"]["data"][0]["x"] == sorted(shares.values(), reverse=True)
    for trace, subject in zip(drawn["verdict"]["data"], ("winner", "given", "baseline"), strict=True):
        record = next(e for e in whole.evaluations(NAME) if (e.subject, e.split) == (subject, "test"))
        value, (low, high) = record.metrics["accuracy"], evaluation_of(record).intervals["accuracy"]
        assert trace["x"] == [value]
        assert trace["error_x"]["array"] == [high - value]
        assert trace["error_x"]["arrayminus"] == [value - low]


def test_the_quality_figures_draw_the_stores_numbers(page, whole):
    """Curves, confusion, confidence, lengths, words and reliability are drawn from the store's numbers."""
    drawn, epochs = page.figures, whole.epochs(NAME, "trial/7")
    train, validation = drawn["training-accuracy"]["data"]
    assert train["y"] == [epoch.train_metrics["accuracy"] for epoch in epochs]
    assert validation["y"] == [epoch.metrics["accuracy"] for epoch in epochs]
    train, validation = drawn["training-loss"]["data"]
    assert train["y"] == [epoch.train_loss for epoch in epochs]
    assert validation["y"] == [epoch.metrics["loss"] for epoch in epochs]
    found = evaluation_of(next(e for e in whole.evaluations(NAME) if (e.subject, e.split) == ("winner", "test")))
    test, lengths = class_details(found), length_details(found).lengths
    assert drawn["confusion"]["data"][0]["z"] == [[cell / sum(row) for cell in row] for row in test.confusion]
    right, wrong = drawn["confidence"]["data"]
    assert right["y"] == [found.right for found in test.confidence[10:]]
    assert wrong["y"] == [found.wrong for found in test.confidence[10:]]
    confidence, accuracy = drawn["lengths"]["data"]
    assert accuracy["y"] == [found.accuracy for found in lengths]
    assert confidence["y"] == [found.confidence for found in lengths]
    assert drawn["truncation"]["data"][0]["x"] == [found.truncated for found in lengths]
    insights = whole.insights(NAME)
    for index, words in enumerate(insights["interpretation"]["classes"]):
        assert drawn[f"words-{index}"]["data"][0]["x"] == [word["weight"] for word in words["words"]]
    _, before, after = drawn["reliability"]["data"]
    old = [found for found in insights["calibration"]["confidence_before"] if found["right"] + found["wrong"]]
    assert before["y"] == [found["right"] / (found["right"] + found["wrong"]) for found in old]
    assert after["x"] == [found.confidence for found in test.confidence if found.right + found.wrong]


def test_the_verdict_is_told_in_the_language_of_the_page(whole, page_of):
    """Statements are translated with their numbers; the sentence of the store is what English says."""
    assert whole.study(NAME).verdict["sentence"] in page_of(whole).texts
    assert (
        "Trial 7 schlägt die vorgegebene Konfiguration: Accuracy um 1,8 Punkte höher (95-%-Intervall 0,2 bis 3,4, "
        "3 gegen 3 Trainings, 222 Validierungszeilen)." in page_of(whole, "de").texts
    )
