"""A whole plugin in one file: naive Bayes over words, its pseudo-count tuned (Manning et al. 2008, chapter 13)."""
import json
from collections import Counter
from types import SimpleNamespace

import numpy as np
from pydantic import Field
from catalog.contract import Card, EpochMetrics, Outcome, TrialResult
from catalog.contract import Prediction
from catalog.dataset import Strict
from plugins.nlp.text_classification.dataset import DemoDataset
from catalog.errors import ModelSourceError
from catalog.space import FloatRange
from plugins.data.positive import positive_id
from plugins.nlp.text_classification import data
from plugins.classification.evaluation import METRICS, check_metric, compare, save_and_evaluate

class Config(Strict): alpha: float = Field(1.0, gt=0, le=100, description="Pseudo-count of words. Typical 0.01 to 10.")

class Model:
    def __init__(self, labels, words, scores):
        self.labels, self.ids, self.scores = labels, {word: n for n, word in enumerate(words)}, np.array(scores)
    def probabilities(self, texts):
        rows = [[self.ids[word] for word in text.lower().split() if word in self.ids] for text in texts]
        logits = np.array([self.scores[:, row].sum(axis=1) for row in rows])
        return (odds := np.exp(logits - logits.max(axis=1, keepdims=True))) / odds.sum(axis=1, keepdims=True)
    def predict(self, texts):
        for text in texts:
            shares = dict(zip(self.labels, self.probabilities([text])[0].tolist(), strict=True))
            yield Prediction(text, max(shares, key=shares.get), max(shares.values()), shares)

class Trainer:
    def prepare(self, dataset, config, cache): return data.load(dataset, cache)
    def train(self, config, prepared, context):
        train, labels, model_dir = prepared.splits["train"], prepared.summary.labels, context.folder / "model"
        counts = [Counter() for _ in labels]
        for text, label in zip(train.texts, train.labels, strict=True): counts[label].update(text.lower().split())
        words = sorted(set().union(*counts))
        table = np.array([[count[word] + config.alpha for word in words] for count in counts])
        scores = np.log(table / table.sum(axis=1, keepdims=True)).tolist()
        model_dir.mkdir()
        (model_dir / "model.json").write_text(json.dumps([labels, words, scores]))
        found = self.evaluate(model_dir, prepared, "validation", folder=context.folder, device="cpu", threads=1)
        context.report(epoch := EpochMetrics(1, 1, 0, found.metrics | {"loss": found.metrics["log_loss"]}, None, 0.001))
        return TrialResult(Outcome.COMPLETE, epoch.metrics, (epoch,), 1.0, model_dir, found.predictions, 0.001, 1.0)
    def evaluate(self, model_dir, prepared, split, *, folder, device, threads):
        rows, model = prepared.splits[split], self.open(model_dir, device, threads)
        positive, found = positive_id(prepared.summary), model.probabilities(rows.texts)  # positive: whose F1 is told
        return save_and_evaluate(split, rows.labels, found, folder, 0.0, positive=positive)
    compare = staticmethod(compare)
    def open(self, model_dir, device, threads):
        try: return Model(*json.loads(model_dir.joinpath("model.json").read_text()))
        except (OSError, ValueError, TypeError) as error: raise ModelSourceError(f"no model in {model_dir}") from error

plugin = SimpleNamespace(
    key="nlp/text-classification/keywords", summary="Naive Bayes.", Config=Config, baseline=None, trainer=Trainer,
    metrics={name: metric.direction for name, metric in METRICS.items()}, check_metric=check_metric,
    preparation_fields=frozenset(), fixed_fields=frozenset({"seed"}), open_file=data.open_input,
    search_space=lambda _: {"alpha": FloatRange(0.01, 10.0, log=True)}, recipes=lambda _: [{"alpha": 0.1}],
    tunable=lambda config, _: {"alpha": config.alpha}, default_dataset=lambda: DemoDataset(source="demo"),
    card=lambda: Card("Naive Bayes.", "Counts."), inspect=lambda dataset, _, cache: data.load(dataset, cache).summary)
