"""Checkpoints of a fine-tuning: when they are written, what they fit, what goes on from them."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from catalog.contract import CHECKPOINTS, Decision, EpochMetrics
from catalog.errors import StoppedError
from plugins.nlp.encoders.checkpoints import BackgroundWriter, CheckpointFolder, TrainingCheckpoint, checkpointer, state
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.precision import Precision
from plugins.nlp.encoders.progress import Progress
from plugins.nlp.encoders.sources.source import build
from plugins.nlp.encoders.stepper import Stepper
from plugins.nlp.text_classification.bert.objective import ClassObjective, class_weights
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.bert.training import train

Make = Callable[..., Any]
CPU = torch.device("cpu")


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a training wait for each checkpoint, so that none is left out because one is being written."""
    start = BackgroundWriter.start

    def start_and_wait(self: BackgroundWriter, checkpoint: TrainingCheckpoint) -> None:
        start(self, checkpoint)
        assert self._thread is not None
        self._thread.join()

    monkeypatch.setattr(BackgroundWriter, "start", start_and_wait)


@pytest.fixture
def interrupted(patient: None, prepared: PreparedBert, tiny: Make, make_context: Make, tmp_path: Path) -> Make:
    """Return a function that trains up to step 15 of 20, and returns the folder."""

    class Killed(BaseException):
        pass

    def interrupt(**changes: Any) -> Path:
        def tick(progress: float) -> None:
            if progress > 0.77:  # step 16: the checkpoint of 15 is safe
                raise Killed

        folder = tmp_path / "earlier"
        folder.mkdir()
        context, _ = make_context(folder=folder, tick=tick, checkpoint_seconds=0.0)
        with pytest.raises(Killed):
            train(tiny(epochs=2, **changes), prepared, context)
        return folder

    return interrupt


def weights(result: Any) -> bytes:
    return (result.model_dir / "model.safetensors").read_bytes()


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_training_goes_on_as_if_nothing_had_happened(
    precision: str, interrupted: Make, prepared: PreparedBert, tiny: Make, make_context: Make, tmp_path: Path
):
    """From a checkpoint within an epoch it ends with the same bits, measures the rest alone, and says so."""
    earlier = interrupted(precision=precision)
    safe: list[float] = []
    config = tiny(epochs=2, precision=precision)
    context, heard = make_context(earlier=(earlier,), checkpointed=safe.append)
    result = train(config, prepared, context)
    (tmp_path / "whole").mkdir()
    context, whole_heard = make_context(folder=tmp_path / "whole")
    whole = train(config, prepared, context)
    assert weights(result) == weights(whole)
    assert result.notes == ("Was interrupted, and went on after step 15 of 20.",)
    assert safe == [0.75]
    assert [m.progress for m in heard.reports] == [1.0]
    assert heard.reports[0].metrics == whole_heard.reports[1].metrics
    assert heard.reports[0].train_loss == whole_heard.reports[1].train_loss
    assert [m.epoch for m in result.history] == [1, 2]
    assert len(list((earlier / CHECKPOINTS).iterdir())) == 2  # read, not taken away


@pytest.mark.parametrize(
    ("changed", "part"),
    [
        ({"learning_rate": 1e-3}, "another model_config"),
        ({"precision": "bf16"}, "another model_config, precision fp32 (now bf16)"),
        ("seed", "seed 0 (now 1)"),
        ("metric", "metric accuracy (now f1)"),
        ("data", "another data"),
        ("version", "torch 0.0"),
    ],
)
def test_a_checkpoint_of_something_else_is_told_and_not_loaded(
    changed: Any,
    part: str,
    interrupted: Make,
    prepared: PreparedBert,
    tiny: Make,
    make_context: Make,
    monkeypatch: pytest.MonkeyPatch,
):
    """Another configuration, other data, another version: it is put aside with a note, and all is trained."""
    version = state._version
    with monkeypatch.context() as patched:
        if changed == "version":
            patched.setattr(state, "_version", lambda name: "0.0" if name == "torch" else version(name))
        earlier = interrupted()
    told: dict[str, Any] = {"seed": {"seed": 1}, "metric": {"metric": "f1"}}.get(str(changed), {})
    if changed == "data":
        summary = replace(prepared.summary, fingerprint="0" * 64)
        prepared = replace(prepared, data=replace(prepared.data, summary=summary))
    context, heard = make_context(earlier=(earlier,), **told)
    result = train(tiny(epochs=2, **(changed if isinstance(changed, dict) else {})), prepared, context)
    assert len(heard.ticks) == 20
    assert len(result.notes) == 2
    for step, note in zip((15, 14), result.notes, strict=True):
        assert note.startswith(f"The checkpoint of step {step} was put aside: it was made with {part}")
    assert CheckpointFolder(earlier / CHECKPOINTS).steps() == []


@pytest.mark.parametrize("affordable", [True, False])
def test_one_is_written_at_every_epoch_end_that_can_pay_for_it(
    affordable: bool,
    patient: None,
    prepared: PreparedBert,
    tiny: Make,
    make_context: Make,
    monkeypatch: pytest.MonkeyPatch,
):
    """Within five minutes only ends of epochs count, and not where it would take more than its share of the time.

    The last epoch's end is that of the training, which needs none.
    """
    monkeypatch.setattr(checkpointer, "_SHARE", float("inf") if affordable else 0.0)
    safe: list[float] = []
    context, _ = make_context(checkpointed=safe.append, quarters=True)
    train(tiny(), prepared, context)
    assert safe == ([0.25, 0.5, 0.75] if affordable else [])
    assert (context.folder / CHECKPOINTS).exists() == affordable


def test_a_training_that_is_asked_to_pause_does_so_and_goes_on_later(
    prepared: PreparedBert, tiny: Make, make_context: Make, tmp_path: Path
):
    """A paused training writes a checkpoint after its current step, whatever the time; resumed, it ends as usual."""
    context, heard = make_context(paused=lambda: len(heard.ticks) == 7)
    with pytest.raises(StoppedError, match="after step 7"):
        train(tiny(epochs=2), prepared, context)
    assert CheckpointFolder(context.folder / CHECKPOINTS).steps() == [7]
    result = train(tiny(epochs=2), prepared, make_context()[0])
    (tmp_path / "whole").mkdir()
    assert weights(result) == weights(train(tiny(epochs=2), prepared, make_context(folder=tmp_path / "whole")[0]))


@pytest.mark.parametrize("trouble", ["disk", "memory"])
def test_a_checkpoint_that_cannot_be_made_costs_no_training(
    trouble: str,
    patient: None,
    prepared: PreparedBert,
    tiny: Make,
    make_context: Make,
    monkeypatch: pytest.MonkeyPatch,
):
    """A full disk, or no memory for a copy, is reported once at the end; the training goes on."""

    def fail(*_: Any, **__: Any) -> None:
        raise OSError(28, "No space left on device") if trouble == "disk" else MemoryError

    where = CheckpointFolder if trouble == "disk" else checkpointer
    monkeypatch.setattr(where, "write" if trouble == "disk" else "snapshot", fail)
    safe: list[float] = []
    result = train(tiny(epochs=1), prepared, make_context(checkpoint_seconds=0.0, checkpointed=safe.append)[0])
    assert len(result.notes) == 1
    assert ("No space left on device" if trouble == "disk" else "no room for a copy") in result.notes[0]
    assert safe == []
    assert result.model_dir is not None


def test_time_limit_counts_earlier_tries(
    interrupted: Make, prepared: PreparedBert, tiny: Make, make_context: Make, monkeypatch: pytest.MonkeyPatch
):
    """A time limit counts the time that an earlier try has used."""
    earlier, limited, restore = interrupted(), list[EpochMetrics](), Progress.restore
    monkeypatch.setattr(
        Progress, "restore", lambda self, numbers, *rest: restore(self, {**numbers, "elapsed": 1e6}, *rest)
    )
    context, _ = make_context(lambda m: limited.append(m) or Decision.GO_ON, earlier=(earlier,), time_limit=1e6)
    result = train(tiny(epochs=2), prepared, context)
    assert [m.progress for m in limited] == [16 / 20]
    assert result.best_epoch == 1.0


def test_scaler_moments_and_cut_are_kept(prepared: PreparedBert, tiny: Make):
    """What a step of fp16 has changed comes back: the loss's scale, the optimizer's moments, the micro-batches."""
    config, labels = tiny(), prepared.data.splits["train"].labels
    objective = ClassObjective(prepared.tokens["train"], labels, class_weights(config, prepared.summary), CPU)

    def stepper() -> Stepper:
        model = build(prepared.source, 0.0, 0)
        return Stepper(PackedModel(model, CPU, Precision("fp16", "cpu")), objective, config)

    first, second = stepper(), stepper()
    first.step(np.arange(16), 1e-3)
    first.budget.tokens, first.budget.halvings = 17, 3
    numbers, moments = first.state()
    second.restore(numbers, {name: value.clone() for name, value in moments.items()})
    again, kept = second.state()
    assert again == numbers
    assert numbers["scaler"]["scale"] > 1
    assert numbers["budget"] == {"tokens": 17, "halvings": 3, "remembered": False}
    assert moments
    assert all(torch.equal(kept[name], value) for name, value in moments.items())
    assert second.metric_so_far() == first.metric_so_far()
