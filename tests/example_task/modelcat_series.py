"""A whole task in one file: the next value of a series, by exponential smoothing (Brown, "Statistical Forecasting")."""

import hashlib
import json
from itertools import pairwise
from types import SimpleNamespace
from typing import Annotated, NamedTuple

import numpy as np
from pyarrow import parquet, table
from pydantic import Field

from catalog import contract, dataset, figures
from catalog.contract.capabilities import InputField
from catalog.errors import DataError, ModelSourceError
from catalog.metric import Metric
from catalog.space import FloatRange
from catalog.statement import Statement
from plugins.data.sources import read_files


class FilesDataset(dataset.FilesDataset):
    """Files with one row for each moment, the oldest first."""

    value: str = Field("value", min_length=1, description="Column of the numbers.", examples=["price"])


class DemoDataset(dataset.DemoDataset):
    """A generated random walk, measured with noise."""


def load(given, cache):
    """Read a series; the last fifth is the test split, the tenth before it the validation split."""
    if isinstance(given, DemoDataset):
        values = np.random.default_rng(given.seed).normal(0, (1, 2), (given.size, 2)).cumsum(axis=0) @ (1, 0.1)
    else:
        source = read_files(given)["train"][0]
        if given.value not in source.columns:
            raise DataError(f"{given.train} has no column {given.value!r}; its columns: {', '.join(source.columns)}")
        try:
            values = np.array([float(cell) for cell in source.read([given.value]).table[given.value].to_pylist()])
        except (TypeError, ValueError) as error:
            raise DataError(f"{given.train}: column {given.value!r} does not hold numbers alone: {error}") from error
    if values.size < 30 or not np.isfinite(values).all():
        raise DataError(f"{given.short_name}: a series needs 30 numbers or more, all finite; it has {values.size}")
    cuts = (1, int(0.7 * values.size), int(0.8 * values.size), values.size)
    ends = dict(zip(("train", "validation", "test"), pairwise(cuts), strict=True))
    rows = {split: end - start for split, (start, end) in ends.items()}
    summary = contract.DataSummary(given.short_name, hashlib.sha256(values.tobytes()).hexdigest(), rows)
    return SimpleNamespace(summary=summary, values=values, ends=ends)


def compare(first, second, metric, seed):
    """Compare mean absolute errors by a paired bootstrap over moments."""
    ours, theirs = (np.mean([parquet.read_table(file)["error"] for file in side], 0) for side in (first, second))
    drawn = (theirs - ours)[np.random.default_rng(seed).integers(0, ours.size, (1000, ours.size))].mean(axis=1)
    found = (float((theirs - ours).mean()), *np.quantile(drawn, [0.025, 0.975]).tolist())
    return contract.Comparison(metric, *found, ours.size, (len(first), len(second)))


def draw(evaluation, data, insights):
    """Draw truth and forecast over the moments of a split."""
    axes = (figures.Axis(Statement("Moment"), "count"), figures.Axis(Statement("Value")))
    truth, forecast = (tuple(enumerate(evaluation.details[name])) for name in ("truth", "forecast"))
    series = (figures.Series(Statement("truth"), truth, "line"), figures.Series(Statement("forecast"), forecast))
    yield figures.Plot("series", Statement("Truth and forecast"), *axes, series)


MAE = Metric("mae", contract.Direction.MINIMIZE, Statement("Mean absolute error"), Statement("mean absolute error"))
task = SimpleNamespace(
    key="series/forecast",
    summary="The next value of a series of numbers.",
    Dataset=Annotated[FilesDataset | DemoDataset, Field(discriminator="source")],
    metrics=(MAE,),
    baseline=None,
    default_dataset=lambda: DemoDataset(source="demo"),
    load=load,
    metrics_of=lambda data: (MAE,),
    compare=compare,
    figures=draw,
    input_fields=lambda data: [InputField("history", "line", example="3 4 3.5 5")],
)


class Config(dataset.Strict):
    """What can be tuned."""

    alpha: float = Field(0.5, gt=0, le=1, description="Weight of the newest value. Typical: 0.1 to 0.9.")


class Smoothing(NamedTuple):
    """The predictor: one number, the weight of the newest value."""

    alpha: float

    def forecasts(self, values):
        """Return the forecast of each value from those before it, and that of the value after the last."""
        found = [float(values[0])]
        for value in values:
            found.append(found[-1] + self.alpha * (float(value) - found[-1]))
        return np.array(found)

    def predict(self, inputs):
        """Return the value that follows each history."""
        return ({"history": text, "next": float(self.forecasts(text.split() or [0])[-1])} for text in inputs)


class Trainer:
    """Writes and reads the one number of a model."""

    prepare = staticmethod(lambda data, config, cache: data)

    def train(self, config, prepared, context):
        (model := context.folder / "model").mkdir()
        (model / "model.json").write_text(json.dumps({"alpha": config.alpha}))
        found = self.evaluate(model, prepared, "validation", folder=context.folder, device="cpu", threads=1)
        metrics = {**found.metrics, "loss": found.metrics["mae"]}
        context.report(epoch := contract.EpochMetrics(1, 1, 0.0, metrics, None, 0.001))
        done = (metrics, (epoch,), 1, model, found.predictions, 0.001, 1.0)
        return contract.TrialResult(contract.Outcome.COMPLETE, *done, evaluation=found)

    def evaluate(self, model_dir, prepared, split, *, folder, device, threads):
        part = slice(*prepared.ends[split])
        truth, forecast = prepared.values[part], self.open(model_dir, device, threads).forecasts(prepared.values)[part]
        rows = {"row": np.arange(truth.size), "truth": truth, "predicted": forecast, "error": np.abs(truth - forecast)}
        parquet.write_table(table(rows), file := folder / f"{split}.parquet")
        metrics = {"mae": float(rows["error"].mean())}
        details = {"truth": truth.tolist(), "forecast": forecast.tolist()}
        return contract.Evaluation(split, truth.size, metrics, file, 0.0, details=details)

    def open(self, model_dir, device, threads):
        try:
            return Smoothing(json.loads((model_dir / "model.json").read_text())["alpha"])
        except (OSError, ValueError, KeyError) as error:
            raise ModelSourceError(f"{model_dir} holds no smoothing") from error


smoothing = SimpleNamespace(
    key="series/forecast/smoothing",
    summary="Exponential smoothing.",
    Config=Config,
    preparation_fields=frozenset(),
    fixed_fields=frozenset(),
    search_space=lambda config: {"alpha": FloatRange(0.05, 1.0)},
    recipes=lambda config: [{"alpha": 0.3}],
    tunable=lambda config, data: {"alpha": config.alpha},
    check=lambda config, data: (),
    card=lambda: contract.Card("Exponential smoothing.", "Each forecast moves the last one towards the newest value."),
    trainer=Trainer,
)
