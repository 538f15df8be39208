"""A whole plugin in one file: naive Bayes over words, smoothed by a tuned pseudo-count (Manning et al. 2008, ch. 13)."""

import json
from collections import Counter
from types import SimpleNamespace

import numpy as np
from pydantic import Field

from catalog.contract import Card, EpochMetrics, Evaluation, Outcome, Prediction, TrialResult
from catalog.dataset import DemoDataset, Strict
from catalog.errors import ModelSourceError
from catalog.space import FloatRange
from plugins.nlp.text_classification import comparison, data, metrics, predictions

class Config(Strict):
    alpha: float = Field(1.0, gt=0, le=100, description="Pseudo-count of every word. Typical: 0.01 to 10.")

class Model:
    def __init__(self, labels, words, scores):
        self.labels, self.ids, self.scores = labels, {word: n for n, word in enumerate(words)}, np.array(scores)
    def probabilities(self, texts):
        rows = [[self.ids[w] for w in text.lower().split() if w in self.ids] for text in texts]
        logits = np.array([self.scores[:, row].sum(axis=1) for row in rows])
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)
    def predict(self, texts):
        for text in texts:
            p = dict(zip(self.labels, self.probabilities([text])[0].tolist(), strict=True))
            yield Prediction(text, max(p, key=p.get), max(p.values()), p)

class Trainer:
    def prepare(self, dataset, config, cache):
        return data.load(dataset, cache)
    def train(self, config, prepared, context):
        train, judged, k = prepared.splits["train"], prepared.splits["validation"], len(prepared.summary.labels)
        counts = [Counter() for _ in range(k)]
        for text, label in zip(train.texts, train.labels, strict=True):
            counts[label].update(text.lower().split())
        words = sorted(set().union(*counts))
        table = np.array([[c[word] for word in words] for c in counts]) + config.alpha
        scores = np.log(table / table.sum(axis=1, keepdims=True))
        model, folder = Model(prepared.summary.labels, words, scores), context.folder / "model"
        folder.mkdir()
        folder.joinpath("config.json").write_text(json.dumps([prepared.summary.labels, words, scores.tolist()]))
        p = model.probabilities(judged.texts)
        found = metrics.compute(judged.labels, p)
        epoch = EpochMetrics(1.0, 1.0, found["log_loss"], found | {"loss": found["log_loss"]}, None, 0.001)
        context.report(epoch)
        predictions.write(context.folder / "validation.parquet", judged.labels, p)
        files = (folder, context.folder / "validation.parquet")
        return TrialResult(Outcome.COMPLETE, epoch.metrics, (epoch,), 1.0, *files, 0.001, 1.0)
    def evaluate(self, model_dir, prepared, split, *, folder, device, threads):
        rows, file = prepared.splits[split], folder / f"{split}.parquet"
        p = self.open(model_dir, device, threads).probabilities(rows.texts)
        predictions.write(file, rows.labels, p)
        found, table = metrics.compute(rows.labels, p), metrics.confusion(rows.labels, p)
        return Evaluation(split, len(rows.texts), found, table, file, 0.0)
    def compare(self, first, second, metric, seed):
        return comparison.compare(first, second, metric, seed)
    def open(self, model_dir, device, threads):
        try:
            return Model(*json.loads(model_dir.joinpath("config.json").read_text()))
        except (OSError, ValueError, TypeError) as error:
            raise ModelSourceError(f"{model_dir} holds no keywords model: {error}") from error

plugin = SimpleNamespace(
    key="nlp/text-classification/keywords", summary="Naive Bayes over words.", Config=Config, metrics=metrics.METRICS,
    preparation_fields=frozenset(), fixed_fields=frozenset({"seed"}), baseline=None, trainer=Trainer,
    default_dataset=lambda: DemoDataset(source="demo"), recipes=lambda config: [{"alpha": 0.1}],
    search_space=lambda config: {"alpha": FloatRange(0.01, 10.0, log=True)},
    tunable=lambda config, found: {"alpha": config.alpha}, inspect=lambda d, config, cache: data.load(d, cache).summary,
    card=lambda: Card("Naive Bayes over words.", "Counts words by class; trains in an instant."))
