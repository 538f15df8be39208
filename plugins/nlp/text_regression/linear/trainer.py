"""Training and evaluating: TF-IDF, one convex fit, one measurement."""

import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from catalog.contract import Evaluation, TrialContext
from catalog.contract.capabilities import EvaluationFile
from plugins.data.labelled import Labelled
from plugins.nlp.single_fit import Fit, SingleFitMethod, SingleFitTrainer
from plugins.nlp.text_regression.data import load_labelled
from plugins.nlp.text_regression.evaluation import save_and_evaluate
from plugins.nlp.text_regression.linear.config import LinearConfig
from plugins.nlp.text_regression.linear.fitting import fit
from plugins.nlp.text_regression.linear.folder import open_model, save_model
from plugins.nlp.text_regression.linear.forecasting import forecast
from plugins.nlp.text_regression.linear.model import LinearModel
from plugins.nlp.text_regression.records import TextData
from plugins.nlp.texts.split import TextSplit
from plugins.nlp.tfidf.forecasting import TOO_LARGE
from plugins.regression.conformal import fit_interval
from plugins.regression.evaluation import measure

__all__ = ["trainer"]


def _fit(config: LinearConfig, data: TextData, context: TrialContext) -> Fit:
    began = time.perf_counter()
    model, loss, notes = fit(config, data.splits["train"], threads=context.threads, tick=context.tick)
    return Fit(model, time.perf_counter() - began, loss, notes=notes)


def _measure(model: LinearModel, rows: TextSplit, values: np.ndarray) -> Mapping[str, float]:
    scores = measure(rows.labels, values)
    return {"loss": (scores["rmse"] / model.scale) ** 2, **scores}


def _evaluate(model: LinearModel, rows: TextSplit, values: np.ndarray, **where: Any) -> Evaluation:
    lengths, unit = model.tokens.lengths(rows.texts), model.tokens.unit
    return save_and_evaluate(
        truths=rows.labels, predicted=values, lengths=lengths, unit=unit, interval=model.interval, **where
    )


def _read_file(model_dir: Path, file: EvaluationFile) -> tuple[LinearModel, Labelled[TextSplit]]:
    return open_model(model_dir), load_labelled(file)


trainer = SingleFitTrainer(
    SingleFitMethod(
        fit=_fit,
        predict=lambda model, rows: model.values(rows.texts),
        measure=_measure,
        evaluate=_evaluate,
        save=save_model,
        open=open_model,
        open_for=lambda model_dir, _data: open_model(model_dir),
        read_file=_read_file,
        forecast=forecast,
        too_large=TOO_LARGE,
        completed=lambda model, rows, values: replace(model, interval=fit_interval(rows.labels, values)),
    )
)
