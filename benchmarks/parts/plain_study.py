"""A study as one would write it without modelcat: Optuna asks, transformers' Trainer trains."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import optuna
from transformers import AutoTokenizer

from parts import hugging_face
from parts.training_job import TrainingJob

__all__ = ["search"]


def search(*, task: Mapping[str, Any], space: Mapping[str, Any], trials: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Train every given trial, in order.

    The checkpoint is loaded again for each, texts are tokenised once, nothing is saved, the study lives in memory: as
    little as such a script can do.

    Args:
        task: Fields of a `TrainingJob`; a trial's parameters replace its hyperparameters.
        space: Ranges of the parameters, as in a modelcat spec.
        trials: Parameters of each trial: learning_rate, batch_size, epochs, warmup_steps (a share).

    Returns:
        The best validation accuracy of each trial, and its seconds.
    """
    given = TrainingJob(**task)
    tokenizer = AutoTokenizer.from_pretrained(given.model)
    rows = {
        split: hugging_face.tokenise(tokenizer, given.files[split], given.hyperparameters["max_length"])
        for split in ("train", "validation")
    }
    seconds = []

    def objective(trial: optuna.Trial) -> float:
        began = time.perf_counter()
        asked = {name: _suggest(trial, name, range_) for name, range_ in space.items()}
        chosen = dict(given.hyperparameters)
        chosen |= {"learning_rate": asked["learning_rate"], "batch": asked["batch_size"]}
        chosen |= {"epochs": asked["epochs"], "warmup_share": asked["warmup_steps"]}
        one = TrainingJob(**(dict(task) | {"hyperparameters": chosen}))
        with TemporaryDirectory() as folder:
            fitted = hugging_face.fit(one, tokenizer, rows["train"], rows["validation"], chosen["epochs"], Path(folder))
        seconds.append(time.perf_counter() - began)
        return float(fitted.validation_accuracy or 0.0)

    study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
    for parameters in trials:
        study.enqueue_trial(dict(parameters))
    study.optimize(objective, n_trials=len(trials))
    return {
        "values": [trial.value for trial in study.trials],
        "params": [trial.params for trial in study.trials],
        "seconds": seconds,
    }


def _suggest(trial: optuna.Trial, name: str, range_: Mapping[str, Any]) -> Any:
    if "choices" in range_:
        return trial.suggest_categorical(name, range_["choices"])
    if isinstance(range_["low"], int):
        return trial.suggest_int(name, range_["low"], range_["high"])
    return trial.suggest_float(name, range_["low"], range_["high"], log=range_.get("log", False))
