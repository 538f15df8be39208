"""Whether explanations of a model hold: completeness, cost, and the effect on the answer of deleting the named words.

    python benchmarks/explanations.py MODEL REVIEWS          JSON on stdout, a table on stderr

MODEL is the folder of a trained BERT classifier, REVIEWS a labelled file (Parquet, CSV, TSV or JSONL). A seeded sample
of reviews that the model sees in full is explained; the five words named most important (by integrated gradients, by
attention rollout) or five random ones are deleted from each, and the probability of its first label is read again. In
longer reviews a deletion would admit words that were cut off; they only serve for completeness and seconds.
"""

import argparse
import json
import os
import re
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import numpy as np

from catalog.contract.capabilities import EvaluationFile
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.nlp.text_classification.bert.predictor import BertPredictor, load
from plugins.nlp.text_classification.data import load_labelled
from plugins.nlp.text_classification.records import TextPrediction
from plugins.nlp.texts.records import Explanation, WordWeight

DELETED = 5
LETTER = re.compile(r"[^\W\d_]")


def choose(trained: SavedModel, texts: Sequence[str], rows: int, longest: int, long_rows: int) -> tuple[list[str], ...]:
    """Return two seeded samples: reviews of at most `longest` tokens, and reviews that fill the model's length."""
    short: list[str] = []
    long: list[str] = []
    for row in np.random.default_rng(0).permutation(len(texts)):
        if len(short) == rows and len(long) == long_rows:
            break
        ((ids, uncut),) = trained.encoder.measure([texts[row]])
        if uncut <= longest and len(short) < rows and len(re.findall(r"\w+", texts[row])) >= 4 * DELETED:
            short.append(texts[row])
        elif ids.size == trained.encoder.max_length and len(long) < long_rows:
            long.append(texts[row])
    return short, long


def explain(
    predictor: BertPredictor, texts: Sequence[str], name: str
) -> tuple[list[Explanation[TextPrediction]], list[float]]:
    """Return explanations and the seconds that each took; the first text is explained once more beforehand."""
    list(predictor.explain_words(texts[:1]))
    found: list[Explanation[TextPrediction]] = []
    seconds: list[float] = []
    for number, text in enumerate(texts, start=1):
        began = time.perf_counter()
        found.extend(predictor.explain_words([text]))
        seconds.append(time.perf_counter() - began)
        print(f"\r{name}: {number} of {len(texts)}", end="", file=sys.stderr)  # noqa: T201
    print(file=sys.stderr)  # noqa: T201
    return found, seconds


def completeness(found: Sequence[Explanation[TextPrediction]]) -> dict[str, float]:
    """Return median, mean and 95 % quantile of the completeness error, and how many texts have one."""
    errors = [one.completeness_error for one in found if one.completeness_error is not None]
    return {
        "median": statistics.median(errors),
        "mean": statistics.fmean(errors),
        "quantile_95": float(np.quantile(errors, 0.95)),
        "largest": max(errors),
        "texts": len(errors),
        "left_out": len(found) - len(errors),
    }


def deletions(predictor: BertPredictor, found: Sequence[Explanation[TextPrediction]]) -> dict[str, Any]:
    """Delete five words a text, chosen in three ways, and return how much the confidence fell."""
    rng = np.random.default_rng(0)
    rankings: dict[str, Callable[[WordWeight], float]] = {
        "integrated gradients": lambda word: word.weight,
        "attention rollout": lambda word: word.attention or 0.0,
        "random": lambda _: float(rng.random()),
    }
    drops, changed = {}, {}
    for name, rank in rankings.items():
        cut = [_without(one, sorted(_real(one), key=rank)[-DELETED:]) for one in found]
        pairs = [(one.prediction, now) for one, now in zip(found, predictor.predict(cut), strict=True)]
        drops[name] = np.array([one.confidence - now["probabilities"][one.label] for one, now in pairs])
        changed[name] = sum(one.label != now["label"] for one, now in pairs) / len(pairs)
    report = {}
    for name, values in drops.items():
        ahead = values - drops["random"]
        error = 1.96 * float(ahead.std(ddof=1)) / len(ahead) ** 0.5
        report[name] = {
            "mean_drop": float(values.mean()),
            "median_drop": float(np.median(values)),
            "more_than_random": float(ahead.mean()),
            "more_than_random_95": [float(ahead.mean()) - error, float(ahead.mean()) + error],
            "labels_changed": changed[name],
        }
    return report


def _real(explanation: Explanation[TextPrediction]) -> list[WordWeight]:
    return [word for word in explanation.words if LETTER.search(word.word)]


def _without(explanation: Explanation[TextPrediction], words: Sequence[WordWeight]) -> str:
    text = explanation.prediction.text
    for word in sorted(words, key=lambda word: -word.start):
        text = text[: word.start] + text[word.end :]
    return text


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="Measure completeness, cost and faithfulness of explanations.")
    parser.add_argument("model", type=Path, help="folder of a trained BERT classifier")
    parser.add_argument("reviews", type=Path, help="labelled file")
    parser.add_argument("--rows", type=int, default=200, help="reviews from which words are deleted")
    parser.add_argument("--longest", type=int, default=128, help="tokens that these have at most")
    parser.add_argument("--long-rows", type=int, default=12, help="reviews at the model's full length, timed")
    parser.add_argument("--device", default="cpu", help="cpu or cuda:N")
    parser.add_argument("--threads", type=int, default=1, help="CPU threads")
    options = parser.parse_args()
    began = time.perf_counter()
    trained = load(options.model, options.device, options.threads)
    predictor = BertPredictor(trained)
    texts = load_labelled(EvaluationFile(options.reviews), trained.labels).split.texts
    short, long = choose(trained, texts, options.rows, options.longest, options.long_rows)
    found_long, seconds_long = explain(predictor, long, "long reviews")
    found_short, seconds_short = explain(predictor, short, "short reviews")
    report = {
        "tokens": {"long": trained.encoder.max_length, "short_at_most": options.longest},
        "rows": {"long": len(long), "short": len(short)},
        "completeness_error": {"long": completeness(found_long), "short": completeness(found_short)},
        "seconds_per_review": {"long": statistics.median(seconds_long), "short": statistics.median(seconds_short)},
        "deletion": deletions(predictor, found_short),
        "threads": options.threads,
        "seconds": time.perf_counter() - began,
    }
    print(json.dumps(report, indent=2))  # noqa: T201
    table(report)


def table(report: dict[str, Any]) -> None:
    """Print what matters most."""
    for name, errors in report["completeness_error"].items():
        print(  # noqa: T201
            f"{name:5} completeness error: median {errors['median']:.1%}, mean {errors['mean']:.1%}, "
            f"95 % below {errors['quantile_95']:.1%}; {report['seconds_per_review'][name]:.2f} s a review",
            file=sys.stderr,
        )
    for name, drop in report["deletion"].items():
        print(  # noqa: T201
            f"{name:21} confidence falls by {drop['mean_drop']:.3f} (median {drop['median_drop']:.3f}), "
            f"label changes in {drop['labels_changed']:.0%}",
            file=sys.stderr,
        )


if __name__ == "__main__":
    main()
