"""Training and evaluating: TF-IDF, one convex fit, one measurement."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from catalog.contract import Evaluation, TrialContext
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import ModelSourceError
from plugins.classification.evaluation import measure
from plugins.data.labelled import Labelled
from plugins.nlp.single_fit import Fit, SingleFitMethod, SingleFitTrainer
from plugins.nlp.text_classification.data import TextData, load_labelled
from plugins.nlp.text_classification.evaluation import save_and_evaluate
from plugins.nlp.text_classification.linear.calibration import calibrate
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.fitting import fit
from plugins.nlp.text_classification.linear.folder import open_model, save_model
from plugins.nlp.text_classification.linear.forecasting import forecast
from plugins.nlp.text_classification.linear.model import LinearModel
from plugins.nlp.text_classification.model_record import read_positive
from plugins.nlp.texts.split import TextSplit
from plugins.nlp.tfidf.forecasting import TOO_LARGE

__all__ = ["LinearTrainer"]


def _fit(config: LinearConfig, data: TextData, context: TrialContext) -> Fit:
    began = time.perf_counter()
    model, loss, notes = fit(
        config, data.summary, data.splits["train"], threads=context.threads, seed=context.seed, tick=context.tick
    )
    return Fit(model, time.perf_counter() - began, loss, notes=notes)


def _measure(model: LinearModel, rows: TextSplit, probabilities: np.ndarray) -> Mapping[str, float]:
    scores = measure(rows.labels, probabilities, model.positive)
    return {"loss": scores["log_loss"], **scores}


def _evaluate(model: LinearModel, rows: TextSplit, probabilities: np.ndarray, **where: Any) -> Evaluation:
    return save_and_evaluate(
        labels=rows.labels,
        probabilities=probabilities,
        names=model.labels,
        lengths=model.tokens.lengths(rows.texts),
        unit=model.tokens.unit,
        positive=model.positive,
        **where,
    )


def _open_for(model_dir: Path, data: TextData) -> LinearModel:
    model = open_model(model_dir)
    if model.labels != data.classes.labels:
        raise ModelSourceError(
            f"{model_dir} knows the classes {', '.join(model.labels)}; the data have {', '.join(data.classes.labels)}."
        )
    return replace(model, positive=data.classes.positive_id)


def _read_file(model_dir: Path, file: EvaluationFile) -> tuple[LinearModel, Labelled[TextSplit]]:
    model = open_model(model_dir)
    model = replace(model, positive=read_positive(model_dir, model.labels))
    return model, load_labelled(file, model.labels)


_METHOD = SingleFitMethod(
    fit=_fit,
    predict=lambda model, rows: model.probabilities(rows.texts),
    measure=_measure,
    evaluate=_evaluate,
    save=save_model,
    open=open_model,
    open_for=_open_for,
    read_file=_read_file,
    forecast=forecast,
    too_large=TOO_LARGE,
)


@dataclass(frozen=True, slots=True)
class LinearTrainer(SingleFitTrainer):
    """A trainer of linear models of classes: it can also calibrate their confidence."""

    method: SingleFitMethod = _METHOD
    calibrate = staticmethod(calibrate)
