"""Trainings that are killed wherever it hurts end as if nothing had happened."""

import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.numpy import load_file

from catalog.contract import CHECKPOINTS, Decision, Direction, EpochMetrics, TrialContext, TrialResult
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.preparation import PreparedBert, prepare
from plugins.nlp.text_classification.bert.trainer import BertTrainer
from plugins.nlp.text_classification.bert.training import train
from plugins.nlp.text_classification.data import load
from plugins.nlp.text_classification.dataset import FilesDataset
from runner.store.store import Store

CONFIG: dict[str, Any] = {
    "model_name": "scratch/bert-tiny",
    "max_seq_length": 16,
    "batch_size": 4,
    "gradient_accumulation": 2,
    "epochs": 3,
    "learning_rate": 2e-3,
    "warmup_steps": 0.1,
    "early_stopping": 3,
    "attention_probs_dropout": 0.1,
    "precision": "fp32",
    "deterministic": True,
}
STEPS = 18  # six an epoch, two micro-batches each


class Killed(BaseException):
    """Stands for a process that ends at this very place."""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> FilesDataset:
    """Make a few very short texts."""
    folder, rng, paths = tmp_path_factory.mktemp("texts"), random.Random(0), {}
    for split, rows in (("train", 46), ("validation", 16), ("test", 8)):
        paths[split] = folder / f"{split}.jsonl"
        lines = [
            {"text": f"{rng.choice('abcdefgh')} {('bad', 'good')[n % 2]} {split} {n}", "label": "np"[n % 2]}
            for n in range(rows)
        ]
        paths[split].write_text("".join(json.dumps(line) + "\n" for line in lines))
    return FilesDataset(source="files", **{split: str(path) for split, path in paths.items()})


@pytest.fixture(scope="module")
def prepared(files: FilesDataset, tmp_path_factory: pytest.TempPathFactory) -> PreparedBert:
    """Prepare the texts and the tiny model once."""
    return prepare(load(files, Path()), BertConfig.model_validate(CONFIG), tmp_path_factory.mktemp("cache"))


def trained(prepared: PreparedBert, folder: Path, *earlier: Path, threads: int = 2, **context: Any) -> TrialResult:
    """Train in `folder` with a checkpoint as often as can be."""
    folder.mkdir(exist_ok=True)
    told: dict[str, Any] = {"report": lambda _: Decision.GO_ON, "tick": lambda _: None, **context}
    workspace = TrialContext(
        folder=folder,
        device="cpu",
        threads=threads,
        seed=0,
        metric="accuracy",
        direction=Direction.MAXIMIZE,
        quarters=True,
        earlier=earlier,
        checkpoint_seconds=0.0,
        **told,
    )
    return train(BertConfig.model_validate(CONFIG), prepared, workspace)


def outcome(result: TrialResult) -> tuple[Any, ...]:
    """Return all of a training that must not depend on whether it was interrupted: weights to the last bit."""
    assert result.model_dir is not None
    weights = hashlib.sha256((result.model_dir / "model.safetensors").read_bytes()).hexdigest()
    history = [{**asdict(measured), "seconds": None} for measured in result.history]
    return weights, history, result.metrics, result.best_epoch, result.evaluation.details["confusion"]


@pytest.fixture(scope="module")
def whole(prepared: PreparedBert, tmp_path_factory: pytest.TempPathFactory) -> TrialResult:
    """Train without any interruption."""
    return trained(prepared, tmp_path_factory.mktemp("whole"))


def places(seed: int) -> list[tuple[int, str]]:
    """Return ten places to die at, in order: the edges of epochs, and random ones within and between steps.

    Between the micro-batches of a step, before the optimizer takes it, after it, while it is measured.
    """
    rng = random.Random(seed)
    edges = [(6, "measured"), (7, "between"), (12, "stepped"), (12, "measured"), (13, "between")]
    moments = ("between", "before", "stepped")
    others = {(rng.randrange(1, STEPS), moments[n % 3]) for n in range(20)} - set(edges)
    order = (*moments, "measured")
    chosen = [*edges, *sorted(others)[:: max(1, len(others) // 5)][:5]]
    return sorted(chosen, key=lambda workspace: (workspace[0], order.index(workspace[1])))


class Killer:
    """Kills a training at a place; counts steps by the ticks, and micro-batches by the gradients that are collected."""

    def __init__(self, workspace: tuple[int, str] | None, patch: pytest.MonkeyPatch):
        self.workspace = workspace
        self.step = self.batches = 0
        self.threads: set[int] = set()
        self.measured: dict[float, Any] = {}
        collect = PackedModel.collect

        def collected(model: PackedModel) -> None:
            collect(model)
            self.batches += 1
            self.pass_by("between" if self.batches == 1 else "before", self.step + 1)

        patch.setattr(PackedModel, "collect", collected)

    def pass_by(self, moment: str, step: int) -> None:
        if self.workspace == (step, moment):
            raise Killed

    def tick(self, progress: float) -> None:
        self.step, self.batches = round(progress * STEPS), 0
        self.threads.add(torch.get_num_threads())
        self.pass_by("stepped", self.step)

    def report(self, measured: EpochMetrics) -> Decision:
        self.measured[measured.progress] = measured.metrics
        self.pass_by("measured", self.step)
        return Decision.GO_ON

    def start(self, progress: float) -> None:
        """Hear where the training goes on, before its first step."""
        self.step = max(self.step, round(progress * STEPS))


def test_a_training_that_is_killed_ten_times_ends_with_the_same_bits(
    prepared: PreparedBert, whole: TrialResult, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """Killed at ten places, tried again now in its own folder, now by a new run, it ends like one that never was."""
    folders, measured = [tmp_path / "0"], {}
    for number, workspace in enumerate([*places(seed=6), None]):
        if number % 2:
            folders.insert(0, tmp_path / str(number))
        with monkeypatch.context() as patch:
            killer = Killer(workspace, patch)
            given = {"tick": killer.tick, "report": killer.report, "checkpointed": killer.start}
            threads = (
                2 if workspace is not None and workspace[0] < 5 else 1
            )  # there is a checkpoint by then, which has two
            try:
                result = trained(prepared, folders[0], *folders[1:], threads=threads, **given)
            except Killed:
                assert workspace is not None
            else:
                assert workspace is None, f"{workspace} was never reached"
        assert killer.threads <= {2}
        measured |= killer.measured
    assert outcome(result) == outcome(whole)
    assert sorted(measured) == [4 / 18, 6 / 18, 9 / 18, 12 / 18, 14 / 18, 1.0]
    # The first left no checkpoint; and a try that dies before its own first one leaves no note.
    assert 0 < len(result.notes) <= 9
    assert all(note.startswith("Was interrupted, and went on after step ") for note in result.notes)
    assert result.examples_per_second * result.seconds == pytest.approx(46 * 3)


def test_going_on_twice_changes_nothing(prepared: PreparedBert, whole: TrialResult, tmp_path: Path):
    """The checkpoints of a training that has ended are as good as they were: from them it ends the same again."""
    shutil.copytree(whole.model_dir.parent / CHECKPOINTS, tmp_path / "0" / CHECKPOINTS)
    first = trained(prepared, tmp_path / "1", tmp_path / "0")
    again = trained(prepared, tmp_path / "2", tmp_path / "0")
    assert outcome(first) == outcome(again) == outcome(whole)
    assert first.notes == again.notes != ()


@pytest.mark.skipif("FAULTS" not in os.environ, reason="it takes a minute: part of `make faults`")
def test_a_sigkill_in_the_middle_of_a_training_costs_nothing(
    prepared: PreparedBert, files: FilesDataset, whole: TrialResult, tmp_path: Path
):
    """SIGKILL to coordinator and worker at once; resumed, the study keeps the weights of a training that was not."""
    names = {"category": "nlp", "subcategory": "text-classification", "model": "bert"}
    dataset = files.model_dump(mode="json", exclude_none=True)
    (tmp_path / "s.json").write_text(json.dumps({**names, "model_config": CONFIG, "dataset": dataset}))
    environment = {**os.environ, "MODELCAT_CACHE": str(tmp_path / "cache"), "MODELCAT_CHECKPOINT_SECONDS": "0"}
    command = [Path(sys.executable).with_name("modelcat"), "train", "s.json", "--json"]
    piped = {"cwd": tmp_path, "env": environment, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, start_new_session=True, **piped) as process:
        deadline = time.monotonic() + 120
        while not (found := list(tmp_path.glob("studies/*/runs/0001/trial-0/checkpoints/step-*"))):
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline
            time.sleep(0.002)
        os.killpg(process.pid, signal.SIGKILL)
    done = subprocess.run(command, check=True, **piped)
    study = found[0].parents[4]
    with Store.open(f"sqlite:///{tmp_path / 'studies.db'}", create=False) as store:
        trial = store.trial(study.name, 0)
        epochs = store.epochs(study.name, "trial/0")
    assert trial.notes[0].startswith("Was interrupted, and went on after step ")
    assert [epoch.epoch for epoch in epochs] == [1, 2, 3]
    assert [epoch.metrics for epoch in epochs] == [measured.metrics for measured in whole.history]
    assert not list(tmp_path.rglob(CHECKPOINTS))
    shutil.copytree(whole.model_dir, tmp_path / "model")
    BertTrainer().calibrate(tmp_path / "model", whole.predictions)
    kept = Path(tmp_path, json.loads(done.stdout)["model_dir"])
    kept_weights, weights = (load_file(folder / "model.safetensors") for folder in (kept, tmp_path / "model"))
    assert {n: w.tobytes() for n, w in kept_weights.items()} == {n: w.tobytes() for n, w in weights.items()}
