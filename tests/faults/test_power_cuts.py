"""A power cut at every write, sync and rename of a checkpoint: there is a whole one to go on from afterwards."""

from pathlib import Path

import numpy as np
import pytest
from crash_disk import Disk

from plugins.nlp.encoders.checkpoints import CheckpointFolder, TrainingCheckpoint, find
from plugins.nlp.encoders.checkpoints.content import read

IDENTITY = {"seed": "0"}


def checkpoint(step: int) -> TrainingCheckpoint:
    """Return a checkpoint that holds its step in every file."""
    tensors = {name: {"numbers": np.full(4, step, dtype=np.float32)} for name in ("model", "optimizer")}
    return TrainingCheckpoint(step, IDENTITY, {"step": step}, tensors)


def test_a_power_cut_at_any_moment_leaves_a_whole_checkpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Whatever survives of unsynced writes, the last checkpoint reported as written is found, or a newer one."""
    root, steps = tmp_path / "disk", (10, 20, 30, 40)
    root.mkdir()
    disk, workspace = Disk(root), Path("0001", "trial-7", "checkpoints")
    with monkeypatch.context() as patch:
        disk.watch(patch)
        folder = CheckpointFolder(root / workspace)
        for step in steps:
            folder.write(checkpoint(step))
            disk.note("done")
    kinds = [step[0] for step in disk.steps]
    assert kinds.count("done") == 4
    assert kinds.count("rename") == 4 + 2  # two were given up
    assert kinds.count("sync") > 4 * 6
    told: list[str] = []
    for done, how, left in disk.cuts(tmp_path / "left"):
        found = find([left / workspace], IDENTITY, told.append)
        step = 0 if found is None else found.step
        assert step in ((0, *steps)[done], (0, *steps, 40)[done + 1]), how
        if found is not None:
            assert found.state == {"step": step}, how
            assert {float(one["numbers"].mean()) for one in found.tensors.values()} == {step}, how
        for step in CheckpointFolder(left / workspace).steps():
            assert read(left / workspace / f"step-{step:010d}").step == step, how  # its name says that it is whole
    assert told == []
