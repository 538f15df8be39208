"""A whole study, made by hand, with every kind of result: for tests of what shows studies."""

import math
import random
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from catalog import registry
from catalog.contract import Comparison, Evaluation
from catalog.contract.data import data_from_json
from catalog.contract.diagnosis import Diagnosis, Fix
from catalog.metric import metric_to_json
from catalog.statement import Statement
from plugins.classification.records import ClassDetails, ClassScores, ConfidenceBin
from plugins.details import details_json
from plugins.nlp.text_classification.records import (
    ClassExample,
    ClassWords,
    Interpretation,
    LengthBucket,
    LengthDetails,
    TextPrediction,
)
from plugins.nlp.texts.records import ExampleExplanation, Explanation, ImportantWord, WordWeight
from runner.report.results import Results
from runner.store.evaluation_records import record_of
from runner.store.records import ConfirmationRecord, EpochRecord, Owner, TrialRecord
from runner.store.store import Store
from runner.study.verdict import VerdictInput, verdict_of

NAME = "imdb-minilm"
KEY = "nlp/text-classification/bert"
HOSTILE = (
    "<script>window.hacked = 1</script></script><!-- [red]bold[/red] \x1b[31m =cmd('x') \u202egnp.exe "
    "{{ 7 * 7 }} \u2028 &lt;b&gt; `tick` | pipe ---\n# heading ${x} %{y} <img src=x onerror=alert(1)> \x00"
)
WORDS = {
    "negative": [
        "worst",
        "awful",
        "waste",
        "boring",
        "terrible",
        "bad",
        "poor",
        "disappointing",
        "dull",
        "nothing",
        "plot",
        "unfortunately",
    ],
    "positive": [
        "excellent",
        "great",
        "wonderful",
        "loved",
        "perfect",
        "best",
        "amazing",
        "favourite",
        "superb",
        "brilliant",
        "enjoyed",
        "well",
    ],
}
REVIEWS = {
    "praise": "This film is an absolute delight! The cast was superb and the story kept me guessing to the very end.",
    "blame": "A waste of two hours. The plot was a mess, the acting terrible, and I kept looking at my watch.",
    "mixed": "While the photography was stunning, the weak story and flat characters spoiled what could be great.",
}


@dataclass(frozen=True)
class Texts:
    """The foreign texts of a study: harmless ones, or the worst."""

    title: str = "MiniLM on IMDB"
    notes: str = "First run with the small encoder; the learning rate was chosen by hand."
    labels: tuple[str, str] = ("negative", "positive")
    text: str | None = None
    field: str = "learning_rate"


def bins(seed: int, temperature: float) -> tuple[ConfidenceBin, ...]:
    """Return twenty bins, the lower ten of them empty as two classes have it."""
    luck = random.Random(seed)
    found = []
    for index in range(20):
        low, high = index / 20, (index + 1) / 20
        rows = 0 if index < 10 else int(6 * math.exp((index - 10) / 2.4)) + luck.randrange(4)
        honest = 0.5 + ((low + high) / 2 - 0.5) / temperature
        right = min(rows, round(rows * honest))
        found.append(ConfidenceBin(low, high, right, rows - right, (low + high) / 2 if rows else None))
    return tuple(found)


def evaluation(split: str, accuracy: float, seed: int, labels: tuple[str, str], *, rows: int = 1000) -> Evaluation:
    """Return a full evaluation whose numbers have many digits, as real ones have."""
    luck = random.Random(seed)
    right = round(rows * accuracy)
    first, second = right // 2 + 7, right - right // 2 - 7
    confusion = ((first, rows // 2 - first), (rows // 2 - second, second))
    values = {
        "accuracy": right / rows,
        "precision": second / (second + confusion[0][1]),
        "recall": second / (rows / 2),
        "f1": accuracy + luck.uniform(-0.004, 0.004),
        "macro_f1": accuracy - 0.0003,
        "weighted_f1": accuracy - 0.0002,
        "matthews_corrcoef": 2 * accuracy - 1,
        "roc_auc": accuracy + 0.06,
        "log_loss": 0.62 - 0.4 * accuracy,
        "brier_score": 0.31 - 0.2 * accuracy,
        "ece": 0.021 + luck.random() / 300,
    }
    found = ClassDetails(
        confusion=confusion,
        classes=tuple(
            ClassScores(label, rows // 2, sum(row[i] for row in confusion), 0.91 + i / 37, 0.93 - i / 41, 0.92 + i / 97)
            for i, label in enumerate(labels)
        ),
        confidence=bins(seed, 1.06),
    )
    lengths = tuple(
        LengthBucket("tokens", low, high, rows // 5, acc, acc - 0.031, acc + 0.027, acc + 0.013, cut)
        for low, high, acc, cut in (
            (11, 142, 0.941, 0.0),
            (143, 181, 0.927, 0.0),
            (182, 243, 0.913, 0.0),
            (244, 377, 0.897, 0.8712),
            (378, 1381, 0.861, 1.0),
        )
    )
    return Evaluation(
        split=split,
        rows=rows,
        metrics=values,
        predictions=Path("predictions.parquet"),
        seconds=11.37,
        intervals={name: (value - 0.0191, value + 0.0183) for name, value in values.items()},
        model_bytes=90_871_234,
        peak_memory_bytes=1_234_567_890,
        details={**details_json(found), **details_json(LengthDetails(lengths, tokens=198_345))},
    )


def explanation(situation: str, text: str, label: str, confidence: float, truth: str | None) -> ClassExample:
    """Return an explanation with a weight for each word."""
    luck = random.Random(text)
    words, at = [], 0
    strong = {w for group in WORDS.values() for w in group} | {
        "delight!",
        "superb",
        "terrible,",
        "weak",
        "flat",
        "mess,",
    }
    for word in text.split():
        start = text.index(word, at)
        at = start + len(word)
        weight = luck.uniform(0.5, 1.4) if word in strong else luck.uniform(-0.25, 0.2)
        words.append(WordWeight(word, start, at, weight, luck.random() / 30))
    answer = TextPrediction(text, label, confidence, {label: confidence})
    return ExampleExplanation(situation, truth, Explanation(answer, tuple(words), "integrated gradients", 0.013))


def interpretation(texts: Texts) -> Interpretation:
    """Return what the model goes by."""
    negative, positive = texts.labels
    say = texts.text
    return Interpretation(
        method="integrated gradients",
        rows=200,
        min_texts=5,
        classes=tuple(
            ClassWords(
                label,
                tuple(
                    ImportantWord(say[:40] if say and rank == 0 else word, 0.873 / (1 + rank / 5), 61 - 4 * rank)
                    for rank, word in enumerate(WORDS[kind])
                ),
            )
            for label, kind in zip(texts.labels, WORDS, strict=True)
        ),
        examples=(
            explanation("praise", say or REVIEWS["praise"], positive, 0.9871, None),
            explanation("blame", REVIEWS["blame"], negative, 0.9734, None),
            explanation("mixed", REVIEWS["mixed"], negative, 0.6821, None),
            explanation("surest right", "Simply perfect from the first frame to the last.", positive, 0.9968, positive),
            explanation(
                "surest wrong", "Not the best film I have seen, yet far from dull.", negative, 0.9312, positive
            ),
            explanation(
                "least sure", "I do not know what to make of it, well, bad or great.", positive, 0.5023, negative
            ),
        ),
        completeness_error=0.0134,
        seconds=41.2,
    )


DIAGNOSES = (
    Diagnosis(
        "over_fitting",
        "problem",
        Statement("Over-fitting: {name}", {"name": "train far above validation"}),
        Statement(
            "{train:percent} right on train against {validation:percent} on validation.",
            {"train": 0.9812, "validation": 0.9134},
        ),
        (
            Fix(Statement("Train fewer epochs."), "model_config.epochs", 2),
            Fix(Statement("Gather more training rows.")),
        ),
    ),
    Diagnosis(
        "truncation",
        "warning",
        Statement("Many texts are cut"),
        Statement(
            "{share:percent} of the {rows:count} texts of {split} are longer than {longest:count} tokens; the longest "
            "has {most:count} {unit}.",
            {"share": 0.3742, "rows": 1000, "split": "test", "longest": 256, "most": 1381, "unit": Statement("words")},
        ),
        (Fix(Statement("Let the model see more."), "model_config.max_seq_length", 512),),
    ),
    Diagnosis(
        "edge_of_space",
        "note",
        Statement("The best epochs lie at the edge"),
        Statement("The best trial has {value:count}.", {"value": 4}),
        (
            Fix(Statement("Widen the range."), "study.search_space.epochs.high", 8),
            Fix(Statement("Try one more."), "study.search_space.batch_size.choices", [16, 32, 64]),
            Fix(Statement("Tune for another metric."), "study.metric", "macro_f1"),
        ),
    ),
    Diagnosis(
        "duplicates",
        "note",
        Statement("Some test texts were trained on"),
        Statement("{rows:count} of {all:count} test rows also stand in train.", {"rows": 2, "all": 1000}),
    ),
)


def build(store: Store, texts: Texts = Texts(), *, name: str = NAME) -> str:
    """Write a whole, finished study into a store; return its name."""
    base = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
    given = {
        "model_name": "distilbert-base-uncased",
        "num_labels": 2,
        "max_seq_length": 256,
        "batch_size": 32,
        "epochs": 3,
        "learning_rate": 2e-5,
        "warmup_steps": 0.06,
    }
    tuned = {texts.field: 3.784456717994551e-5, "batch_size": 16, "epochs": 2}
    data = {
        "name": "imdb",
        "fingerprint": "1c3234911224fb15b12db0f4810831a8e86a70b402344873e6db5672b5f8eb6b",
        "rows": {"train": 2000, "validation": 222, "test": 1000},
        "labels": list(texts.labels),
        "label_rows": {"train": [1013, 987], "validation": [112, 110], "test": [500, 500]},
        "notes": [texts.text or "2 of 1,000 test rows also stand in train."],
        "mean_words": 233.79,
        "language": "en",
        "duplicates": {"validation": 0, "test": 2},
    }
    metrics = registry.load_task(KEY).metrics_of(data_from_json(data))
    tuned_for = next(metric for metric in metrics if metric.name == "accuracy")
    store.create_study(
        name,
        key=KEY,
        mode="study",
        spec={
            "model": "bert",
            "category": "nlp",
            "subcategory": "text-classification",
            "model_config": given,
            "dataset": {"source": "hub", "name": "stanfordnlp/imdb", "seed": 0},
            "study": {"name": name, "trials": 12, "seed": 0, "confirm": {"top": 2, "seeds": 3}},
        },
        base="/somewhere",
        space={
            texts.field: {"low": 1e-5, "high": 5e-5, "log": True},
            "batch_size": {"choices": [16, 32]},
            "epochs": {"low": 2, "high": 4},
        },
        data=data,
        metrics=[metric_to_json(metric) for metric in metrics],
        metric="accuracy",
        direction="maximize",
        planned=12,
        versions={
            "python": "3.11.7",
            "modelcat": "0.1.0",
            "torch": "2.13.0+cpu",
            "transformers": "5.23.0",
            "optuna": "5.0.0",
            "scikit-learn": "1.9.1",
        },
    )
    lease = store.acquire(name, Owner.this_process(), timedelta(minutes=5))
    luck = random.Random(1)
    for number in range(12):
        state = "pruned" if number in {4, 8} else "failed" if number == 6 else "complete"
        origin = "given" if number == 0 else "recipe" if number < 3 else "search"
        params = (
            {texts.field: 2e-5, "batch_size": 32, "epochs": 3}
            if number == 0
            else tuned
            if number == 7
            else {
                texts.field: luck.uniform(1e-5, 5e-5),
                "batch_size": luck.choice([16, 32]),
                "epochs": luck.randint(2, 4),
            }
        )
        value = 0.9189189189189189 if number == 7 else 0.86 + luck.random() * 0.045
        done = state != "failed"
        store.put_trial(
            name,
            lease,
            TrialRecord(
                number,
                state,
                origin,
                params,
                value if done else None,
                {"accuracy": value, "loss": 0.34 - value / 10, "log_loss": 0.34 - value / 10} if done else {},
                402.258335 + number,
                None if done else {"kind": "out_of_memory", "reason": texts.text or "4.2 GB wanted, 3.1 GB free"},
                base + timedelta(minutes=7 * number),
                base + timedelta(minutes=7 * number + 6),
                (texts.text,) if texts.text and number == 1 else (),
                {
                    "training_seconds": 388.43845,
                    "examples_per_second": 5.14882,
                    "tokens_per_second": 1062.32,
                    "best_epoch": 2.0,
                }
                if done
                else {},
            ),
        )
    for step in range(1, 9):
        share = step / 8
        store.put_epoch(
            name,
            lease,
            EpochRecord(
                "trial/7",
                share * 2,
                share,
                0.69 * math.exp(-1.3 * share) + 0.02,
                {"accuracy": 0.78 + 0.14 * share - 0.03 * share**3, "loss": 0.5 - 0.42 * share + 0.19 * share**2},
                4e-5 * (1 - share),
                388.4 * share,
                {"accuracy": 0.71 + 0.27 * share**0.7},
            ),
        )
    for seed in (697557862, 1283, 99):
        for arm, score in (("given", 0.893), ("trial/7", 0.911)):
            record = ConfirmationRecord(arm, seed, {"accuracy": score + seed % 7 / 1000}, None, None, 391.4 + seed % 5)
            store.put_confirmation(name, lease, record)
    judged = {
        ("winner", "validation"): evaluation("validation", 0.914, 1, texts.labels, rows=222),
        ("winner", "test"): evaluation("test", 0.917, 2, texts.labels),
        ("given", "test"): evaluation("test", 0.901, 3, texts.labels),
        ("baseline", "validation"): evaluation("validation", 0.872, 4, texts.labels, rows=222),
        ("baseline", "test"): evaluation("test", 0.863, 5, texts.labels),
        ("trial/7", "validation"): evaluation("validation", 0.9189189189189189, 6, texts.labels, rows=222),
    }
    for (subject, _), found in judged.items():
        store.put_evaluation(name, lease, record_of(subject, found, None))
    versus_given = Comparison("accuracy", 0.0181, 0.0023, 0.0342, 222, (3, 3))
    versus_baseline = Comparison("accuracy", 0.0413, 0.0127, 0.0698, 222, (3, 1))
    verdict = verdict_of(
        VerdictInput(
            metric=tuned_for,
            winner="trial/7",
            confirmed=True,
            rival="trial/7",
            versus_given=versus_given,
            versus_baseline=versus_baseline,
            trials=12,
            baseline="nlp/text-classification/linear",
            scores={"given": 0.8938, "trial/7": 0.9119},
        )
    )
    _insights(store, name, lease, texts)
    store.update_study(
        name,
        lease,
        title=texts.title,
        notes=texts.notes,
        seconds=5361.125687194999,
        baseline={"key": "nlp/text-classification/linear", "seconds": 1.396147, "validation": {"accuracy": 0.8828}},
        verdict=verdict,
        test={**judged["winner", "test"].metrics, "n": 1000},
        winner={"arm": "trial/7", "trial": 7, "model_config": {**given, **tuned}},
        model_dir="model",
    )
    store.release(name, lease, "finished")
    return name


def _insights(store: Store, name: str, lease: Any, texts: Texts) -> None:
    scores = {
        split: {
            "before": {"ece": 0.0613 + shift, "log_loss": 0.2914 + shift, "brier_score": 0.1391 + shift},
            "after": {"ece": 0.0217 + shift, "log_loss": 0.2561 + shift, "brier_score": 0.1288 + shift},
        }
        for split, shift in (("validation", 0.0), ("test", 0.0021))
    }
    before = [details_json(found) for found in bins(9, 1.31)]
    calibration = {"temperature": 1.4137, "rows": 222, **scores, "confidence_before": before}
    store.put_insight(name, lease, "calibration", calibration)
    store.put_insight(name, lease, "interpretation", details_json(interpretation(texts)))
    shares = {texts.field: 0.6123, "epochs": 0.2871, "batch_size": 0.1006}
    store.put_insight(name, lease, "importance", {"method": "fANOVA", "trials": 9, "shares": shares})
    negative, positive = texts.labels
    for second, gap in (("given", 0.016), ("baseline", 0.054)):
        flips = [
            {
                "row": row,
                "text": texts.text or review,
                "truth": truth,
                "first": first,
                "second": other,
                "first_confidence": 0.9312 - row / 5000,
                "second_confidence": 0.8123 + row / 5000,
            }
            for row, review, truth, first, other in (
                (17, "I expected nothing and was won over within ten minutes.", positive, positive, negative),
                (204, "Great actors cannot save a script as thin as this one.", negative, negative, positive),
                (555, "It is no masterpiece. It is, however, exactly what I needed.", positive, negative, positive),
            )
        ]
        comparison = Comparison("accuracy", gap, gap - 0.013, gap + 0.012, 1000, (1, 1), 41, 25, 0.0649)
        content = {"split": "test", "first": "winner", "second": second}
        content |= {"comparison": asdict(comparison), "flips": flips}
        store.put_insight(name, lease, f"flips/{second}", content)


def with_study(results: Results, **changes: Any) -> Results:
    """Return results whose study's record is changed."""
    record = replace(results.snapshot.record, **changes)
    return replace(results, snapshot=replace(results.snapshot, record=record))
