"""A whole model in one file: naive Bayes over words, its pseudo-count tuned (Manning et al. 2008, chapter 13)."""

import json
from collections import Counter
from types import SimpleNamespace

import numpy as np
from pydantic import Field

from catalog.contract import Card, EpochMetrics, Outcome, TrialResult
from catalog.dataset import Strict
from catalog.errors import ModelSourceError
from catalog.space import FloatRange
from plugins.nlp.text_classification.evaluation import save_and_evaluate
from plugins.nlp.text_classification.records import TextPrediction


class Config(Strict):
    alpha: float = Field(1.0, gt=0, le=100, description="Pseudo-count of words. Typical 0.01 to 10.")


class Predictor:
    def __init__(self, labels, scores):
        self.labels, self.scores = labels, scores

    def probabilities(self, text):
        known = [self.scores[word] for word in text.lower().split() if word in self.scores]
        sums = np.sum([np.zeros(len(self.labels)), *known], axis=0)
        return np.exp(sums - np.logaddexp.reduce(sums))

    def predict(self, texts):
        return (TextPrediction.of(text, self.labels, self.probabilities(text)).as_json() for text in texts)


class Trainer:
    def prepare(self, data, config, cache):
        return data

    def train(self, config, prepared, context):
        labels, train = prepared.classes.labels, prepared.splits["train"]
        counts = [Counter() for _ in labels]
        for text, label in zip(train.texts, train.labels, strict=True):
            counts[label].update(text.lower().split())
        table = {word: np.array([count[word] for count in counts]) + config.alpha for word in sum(counts, Counter())}
        total = sum(table.values())
        scores = {word: np.log(row / total).tolist() for word, row in table.items()}
        (model_dir := context.folder / "model").mkdir()
        (model_dir / "model.json").write_text(json.dumps([labels, scores]))
        found = self.evaluate(model_dir, prepared, "validation", folder=context.folder, device="cpu", threads=1)
        epoch = EpochMetrics(1, 1, 0, {**found.metrics, "loss": found.metrics["log_loss"]}, None, 0.001)
        context.report(epoch)
        return TrialResult(Outcome.COMPLETE, epoch.metrics, (epoch,), 1.0, model_dir, found.predictions, 0.001, 1.0)

    def evaluate(self, model_dir, prepared, split, *, folder, device, threads):
        rows, positive = prepared.splits[split], prepared.classes.positive_id  # the class whose F1 is measured
        model = self.open(model_dir, device, threads)
        found = np.array([model.probabilities(text) for text in rows.texts])
        return save_and_evaluate(split, rows.labels, found, folder, 0.0, positive=positive)

    def open(self, model_dir, device, threads):
        try:
            return Predictor(*json.loads((model_dir / "model.json").read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise ModelSourceError(f"no model in {model_dir}") from error


model = SimpleNamespace(
    key="nlp/text-classification/keywords",
    summary="Naive Bayes over words.",
    Config=Config,
    preparation_fields=frozenset(),
    fixed_fields=frozenset({"seed"}),
    search_space=lambda config: {"alpha": FloatRange(0.01, 10.0, log=True)},
    recipes=lambda config: [{"alpha": 0.1}],
    tunable=lambda config, data: {"alpha": config.alpha},
    check=lambda config, data: (),
    card=lambda: Card("Naive Bayes over words.", "Counts the words of each class."),
    trainer=Trainer,
)
