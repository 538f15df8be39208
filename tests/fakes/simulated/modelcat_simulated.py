"""A plugin whose trainings are arithmetic: instant, repeatable, and able to fail in every way that real ones do.

Accuracy after each quarter is ``share * (1 - (x - 0.7)^2)``, plus a little luck that depends on the seed, and more that
depends on `x` too; log loss is one minus it. Guessing reaches 0.5.
Where the environment names a folder as SIMULATED_DEATHS, the process ends once for each file in it that is named as
what it is about to do. Where it names one as SIMULATED_FAULTS, each file in it that is named so holds the expression of
the error to raise, for as long as it is there.
"""

import errno
import json
import os
import random
import time
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Literal

from pydantic import Field

from catalog.contract import (
    CHECKPOINTS,
    Card,
    Comparison,
    DataSummary,
    Decision,
    Direction,
    EpochMetrics,
    Evaluation,
    Exported,
    Outcome,
    TrialResult,
)
from catalog.contract.capabilities import ChanceLevel, InputField
from catalog.dataset import Strict
from catalog.errors import DataError, DivergedError, ModelSourceError, OutOfMemoryError, StoppedError, WorkError
from catalog.metric import Metric
from catalog.space import FloatRange
from catalog.statement import Statement
from plugins.classification.facts import class_facts
from plugins.nlp.text_classification import answers
from plugins.nlp.text_classification.dataset import Dataset, DemoDataset


class Config(Strict):
    """What to simulate."""

    x: float = Field(0.5, ge=0, le=1, description="Best at 0.7.")
    luck: float = Field(0.0, ge=0, description="Standard deviation of the noise.")
    own_luck: float = Field(0.0, ge=0, description="Standard deviation of the noise that differs between values of x.")
    collapses: float = Field(0.0, ge=0, le=1, description="Share of trainings that end at chance level or below it.")
    seconds: float = Field(0.0, ge=0, description="Time of a training.")
    waits: bool = Field(False, description="Whether preparation waits for what never comes.")
    trouble: Literal["none", "error", "oom", "nan", "die", "diverged", "data"] = Field(
        "none", description="What happens to trainings with x above `trouble_above`."
    )
    deaths: int = Field(0, ge=0, description="Times that each training's process ends half way.")
    weights: int = Field(0, ge=0, description="Bytes of a model beside what it answers with.")
    listens: bool = Field(False, description="Whether a training pauses when it is to.")
    checkpoints: bool = Field(False, description="Whether a training keeps a checkpoint after every quarter.")
    trouble_above: float = Field(-1.0, description="Trainings with a larger x meet the trouble.")
    seed: int = Field(0, ge=0, description="Seed.")


@dataclass(frozen=True)
class Data:
    summary: DataSummary


def load(dataset, cache):
    rows = {"train": 80, "validation": 10, "test": 10}
    return Data(DataSummary("demo", f"print-{dataset.size}", rows, details={"labels": ["no", "yes"]}))


class Trainer:
    def prepare(self, data, config, cache):
        _die_if_told("prepare")
        _raise_if_told("prepare")
        if config.waits:
            ours, _ = os.pipe()
            os.read(ours, 1)
        return data

    def train(self, config, prepared, context):
        _die_if_told(context.folder.name)
        _raise_if_told(context.folder.name)
        if config.x > config.trouble_above:
            _meet(config.trouble, config.x)
        history, done = [], _done(context) if config.checkpoints else 0
        for quarter in range(done + 1, 5):
            time.sleep(config.seconds / 4)
            context.tick(quarter / 4)
            if config.listens and context.paused():
                context.folder.joinpath("paused").touch()
                raise StoppedError("paused")
            if quarter == 3:
                _die_again(context.folder.with_suffix(".deaths"), config.deaths)
            value = _value(config, context.seed) * (0.6 + 0.1 * quarter)
            if config.trouble == "nan" and config.x > config.trouble_above:
                value = float("nan")
            metrics = {"accuracy": value, "loss": 1 - value, "log_loss": 1 - value}
            report = EpochMetrics(quarter / 4, quarter / 4, 1 - value, metrics, 0.1, config.seconds)
            if quarter == 4:
                history.append(report)
            if (context.quarters or quarter == 4) and context.report(report) is Decision.PRUNE:
                return TrialResult(Outcome.PRUNED, metrics, (), 1.0, None, None, config.seconds, 1.0)
            if config.checkpoints:
                (context.folder / CHECKPOINTS).mkdir(exist_ok=True)
                (context.folder / CHECKPOINTS / f"quarter-{quarter}").touch()
                context.checkpointed(quarter / 4)
        model, predictions = context.folder / "model", context.folder / "validation.json"
        model.mkdir()
        model.joinpath("model.json").write_text(json.dumps({"accuracy": value}))
        model.joinpath("weights").write_bytes(bytes(config.weights))
        predictions.write_text(json.dumps(value))
        return TrialResult(
            Outcome.COMPLETE,
            metrics,
            tuple(history),
            1.0,
            model,
            predictions,
            config.seconds,
            1.0,
            notes=("a note", *([f"went on after quarter {done}"] if done else [])),
        )

    def evaluate(self, model_dir, prepared, split, *, folder, device, threads):
        _die_if_told("evaluate")
        _raise_if_told("evaluate")
        value = json.loads(model_dir.joinpath("model.json").read_text())["accuracy"]
        folder.joinpath(f"{split}.json").write_text(json.dumps(value))
        metrics, details = {"accuracy": value, "log_loss": 1 - value}, {"confusion": [[5, 0], [0, 5]]}
        return Evaluation(split, 10, metrics, folder / f"{split}.json", 0.0, details=details)

    export_formats = ("hf", "onnx")

    def export(self, model_dir, folder, *, format, quantize, inputs):  # noqa: A002 -- see catalog.capabilities
        folder.mkdir()
        folder.joinpath("model.json").write_text(model_dir.joinpath("model.json").read_text())
        if format == "onnx":
            raise WorkError("the exported model answers differently")
        return Exported(folder, format, quantize, 10, len(inputs), 0.0, 1.0, 0.001, 0.002, {"call": "use(it)"}, ("so",))

    def open(self, model_dir, device, threads):
        if not model_dir.joinpath("model.json").exists():
            raise ModelSourceError(f"{model_dir} holds no simulated model")
        return SimpleNamespace(
            predict=lambda texts: (
                {"text": text, "label": "yes", "confidence": 0.75, "probabilities": {"no": 0.25, "yes": 0.75}}
                for text in texts
            )
        )


def _done(context):
    """Return the quarters that an earlier try has done and kept a checkpoint of."""
    for folder in (context.folder, *context.earlier):
        if found := [int(path.name[-1]) for path in (folder / CHECKPOINTS).glob("quarter-[123]")]:
            return max(found)
    return 0


def _value(config, seed):
    own = random.Random(f"{config.x}:{seed}")
    if own.random() < config.collapses:
        return 0.5 - own.choice((0.0, 0.3))
    return 1 - (config.x - 0.7) ** 2 + config.luck * random.Random(seed).gauss(0, 1) + config.own_luck * own.gauss(0, 1)


def _die_if_told(what):
    """End this process, once, if a test has asked for it."""
    asked = Path(os.environ.get("SIMULATED_DEATHS", os.devnull)) / what
    if asked.exists():
        asked.unlink()
        os._exit(7)


def _is_asked(what):
    """Return whether a test has asked for a lie."""
    return (Path(os.environ.get("SIMULATED_FAULTS", os.devnull)) / what).exists()


def _raise_if_told(what):
    """Raise the error that a test has asked for, such as ``OSError(errno.ENOSPC, "full")``."""
    asked = Path(os.environ.get("SIMULATED_FAULTS", os.devnull)) / what
    if asked.exists():
        raise eval(asked.read_text(), {"OSError": OSError, "errno": errno, "ImportError": ImportError})  # noqa: S307 -- a test's


def _die_again(count, deaths):
    """End this process until it has happened often enough."""
    so_far = int(count.read_text()) if count.exists() else 0
    if so_far < deaths:
        count.write_text(str(so_far + 1))
        os._exit(7)


def _meet(trouble, x):
    match trouble:
        case "error":
            raise RuntimeError("something broke")
        case "oom":
            raise OutOfMemoryError("it does not fit")
        case "diverged":
            raise DivergedError("the loss is not finite")
        case "data":
            raise DataError(f"the batch is larger than the data by {x} rows")
        case "die":
            os._exit(7)


def compare(first, second, metric, seed):
    """Compare means as if ten rows had measured their difference to a hundredth."""
    _die_if_told("compare")
    _raise_if_told("compare")
    means = [sum(json.loads(path.read_text()) for path in side) / len(side) for side in (first, second)]
    difference = means[0] - means[1]
    if _is_asked("compare-nan"):
        difference = float("nan")
    return Comparison(metric, difference, difference - 0.01, difference + 0.01, 10, (len(first), len(second)))


def _open_file(file):
    from plugins.nlp.texts.input import open_input

    return open_input(file)


_METRICS = (
    Metric("accuracy", Direction.MAXIMIZE, Statement("Accuracy"), Statement("accuracy"), "percent"),
    Metric("log_loss", Direction.MINIMIZE, Statement("Log loss"), Statement("log loss")),
)

task = SimpleNamespace(
    key="test/simulated",
    summary="A simulated task.",
    Dataset=Dataset,
    metrics=_METRICS,
    baseline="test/simulated/floor",
    default_dataset=lambda: DemoDataset(source="demo"),
    load=load,
    metrics_of=lambda _: _METRICS,
    compare=compare,
    chance_level=lambda *_: ChanceLevel(0.5, 0.01),
    facts=lambda data: tuple(class_facts(data)),
    data_figures=lambda _: (),
    input_fields=lambda _: (InputField("text", "prose"),),
    open_file=_open_file,
    headline=answers.headline,
    columns_of_predictions=answers.columns_of_predictions,
    cells=answers.cells,
    reasons=answers.reasons,
    prediction_figures=answers.prediction_figures,
)


def _model(key):
    return SimpleNamespace(
        key=key,
        summary="A simulated model.",
        Config=Config,
        preparation_fields=frozenset(),
        fixed_fields=frozenset({"seed"}),
        search_space=lambda _: {"x": FloatRange(0.4, 1.0)},
        recipes=lambda _: [{"x": 0.6}, {"x": 0.1}],
        tunable=lambda config, _: {"x": config.x, "seconds": config.seconds},
        check=lambda *_: (),
        card=lambda: Card("A simulated model.", "Arithmetic."),
        trainer=Trainer,
    )


model = _model("test/simulated/curve")
floor = _model("test/simulated/floor")
