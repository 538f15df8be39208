"""The folder of checkpoints on disk: whole or put aside, two kept, written while the training runs."""

import errno
import json
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from plugins.nlp.encoders.checkpoints import BackgroundWriter, CheckpointFolder, TrainingCheckpoint, find
from plugins.nlp.encoders.checkpoints.content import read

IDENTITY = {"seed": "0", "torch": "2.13.0", "data": "a" * 64}


def checkpoint(step: int, **identity: str) -> TrainingCheckpoint:
    """Return a small checkpoint with every kind of number."""
    kinds = (np.float32, np.float64, np.int32, np.int64, np.uint8, np.uint32, np.bool_)
    tensors = {np.dtype(kind).name: np.arange(6).reshape(2, 3).astype(kind) for kind in kinds}
    tensors |= {"number": np.array(step, dtype=np.float32), "nothing": np.zeros((0, 3), dtype=np.float32)}
    return TrainingCheckpoint(step, {**IDENTITY, **identity}, {"loss": 0.1, "worst": float("inf")}, {"model": tensors})


@pytest.fixture
def folder(tmp_path: Path) -> CheckpointFolder:
    """Return a folder with two checkpoints."""
    folder = CheckpointFolder(tmp_path / "trial-0" / "checkpoints")
    for step in (10, 20):
        folder.write(checkpoint(step))
    return folder


def test_what_is_read_is_what_was_written(folder: CheckpointFolder):
    """Numbers of every kind come back bit for bit, infinite ones and those of no size too."""
    told: list[str] = []
    found = find([folder.path.parent / "nowhere", folder.path], IDENTITY, told.append)
    assert (found.step, found.identity, found.state) == (20, IDENTITY, {"loss": 0.1, "worst": float("inf")})
    for name, value in checkpoint(20).tensors["model"].items():
        back = found.tensors["model"][name]
        assert (back.dtype, back.shape, back.tobytes()) == (value.dtype, value.shape, value.tobytes())
    assert told == []


def test_the_newest_two_are_kept(folder: CheckpointFolder):
    """An older one goes once a newer is safe, and what a try that died has left half done goes too."""
    (folder.path / ".step-0000000005.1.tmp").mkdir()
    again = CheckpointFolder(folder.path)
    again.write(checkpoint(30))
    assert sorted(path.name for path in folder.path.iterdir()) == ["step-0000000020", "step-0000000030"]


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def flip(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(bytes(content))


@pytest.mark.parametrize("file", ["manifest.json", "state.json", "model.safetensors"])
@pytest.mark.parametrize("damage", [cut, flip, Path.unlink])
def test_a_damaged_one_is_told_and_put_aside(folder: CheckpointFolder, file: str, damage: Callable[[Path], None]):
    """One that was cut short, changed in a bit or lost a file is not used, the one before it is; once and for all."""
    damage(folder.place(20) / file)
    told: list[str] = []
    assert find([folder.path], IDENTITY, told.append).step == 10
    assert len(told) == 1
    assert told[0].startswith("The checkpoint of step 20 was put aside: its ")
    assert folder.steps() == [10]
    assert [path.name for path in folder.path.glob("aside-*")] != []
    assert find([folder.path], IDENTITY, told.append).step == 10
    assert len(told) == 1


@pytest.mark.parametrize(
    ("other", "part"),
    [
        ({"torch": "2.12.0"}, "torch 2.12.0 (now 2.13.0)"),
        ({"data": "b" * 64}, "another data"),
        ({"seed": "1", "data": "c" * 64}, "seed 1 (now 0), another data"),
        ({"new": "x"}, "new x (now unknown)"),
    ],
)
def test_one_of_something_else_is_told_and_put_aside(folder: CheckpointFolder, other: dict[str, str], part: str):
    """A checkpoint that was made with other data, settings or versions is whole, and all the same not used."""
    folder.write(checkpoint(30, **other))
    told: list[str] = []
    assert find([folder.path], IDENTITY, told.append).step == 20
    assert told == [f"The checkpoint of step 30 was put aside: it was made with {part}."]
    assert folder.steps() == [20]


@pytest.mark.parametrize("name", ["../../secret.json", "weights.pkl", "/etc/passwd"])
def test_a_manifest_leads_nowhere_else(folder: CheckpointFolder, name: str):
    """Only files of its own folder and of known kinds are opened, whatever a manifest says."""
    manifest = folder.place(20) / "manifest.json"
    manifest.write_text(
        json.dumps({**(record := json.loads(manifest.read_text())), "files": {**record["files"], name: "0"}})
    )
    told: list[str] = []
    assert find([folder.path], IDENTITY, told.append).step == 10
    assert name in told[0]


def test_one_of_another_format_is_told(folder: CheckpointFolder):
    """A later release may write other files; this one does not guess."""
    (folder.place(20) / "manifest.json").write_text('{"format": 2, "files": {"state.json": "0"}}')
    told: list[str] = []
    assert find([folder.path], IDENTITY, told.append).step == 10
    assert "format 2, not 1" in told[0]


def test_one_that_a_disk_withholds_is_passed_over(folder: CheckpointFolder, monkeypatch: pytest.MonkeyPatch):
    """A network's file system that fails for a moment costs the newest checkpoint for this time, not for good."""
    from plugins.nlp.encoders.checkpoints import folder as folders

    def withheld(path: Path) -> TrainingCheckpoint:
        if path == folder.place(20):
            raise OSError(errno.ESTALE, "Stale file handle")
        return read(path)

    told: list[str] = []
    with monkeypatch.context() as patched:
        patched.setattr(folders, "read", withheld)
        assert find([folder.path], IDENTITY, told.append).step == 10
    assert told == ["The checkpoint of step 20 was passed over: it cannot be read (Stale file handle)."]
    assert find([folder.path], IDENTITY, told.append).step == 20


def test_one_that_vanishes_meanwhile_is_no_damage(folder: CheckpointFolder, monkeypatch: pytest.MonkeyPatch):
    """An orphan of an earlier run may clear up while its folder is read: the next one is used, without a warning."""
    from plugins.nlp.encoders.checkpoints import folder as folders

    def late(path: Path) -> TrainingCheckpoint:
        if path == folder.place(20):
            folder._remove(path)
        return read(path)

    monkeypatch.setattr(folders, "read", late)
    told: list[str] = []
    assert find([folder.path], IDENTITY, told.append).step == 10
    assert told == []


def test_the_first_folder_with_a_usable_one_counts(folder: CheckpointFolder, tmp_path: Path):
    """Of a training's own folder and those of earlier runs the newest try goes first, however far it had come."""
    own = CheckpointFolder(tmp_path / "own")
    own.write(checkpoint(5))
    assert find([own.path, folder.path], IDENTITY, print).step == 5
    flip(own.place(5) / "state.json")
    assert find([own.path, folder.path], IDENTITY, lambda _: None).step == 20


def test_never_two_are_written_at_once(folder: CheckpointFolder, monkeypatch: pytest.MonkeyPatch):
    """The writer is busy until its result was asked for, reports that once, and takes the next one then."""
    may_go_on, original = threading.Event(), CheckpointFolder.write

    def slow(self: CheckpointFolder, content: TrainingCheckpoint) -> None:
        assert may_go_on.wait(30)
        original(self, content)

    monkeypatch.setattr(CheckpointFolder, "write", slow)
    background = BackgroundWriter(folder)
    background.start(checkpoint(30))
    assert background.collect() is None
    assert background.busy
    with pytest.raises(AssertionError, match="one at a time"):
        background.start(checkpoint(40))
    may_go_on.set()
    written = background.collect(wait=True)
    assert (written.step, written.error) == (30, None)
    assert written.cpu_seconds >= 0
    assert not background.busy
    assert background.collect(wait=True) is None
    assert folder.steps() == [30, 20]


def test_a_full_disk_costs_the_new_one_alone(folder: CheckpointFolder, monkeypatch: pytest.MonkeyPatch):
    """What cannot be written leaves nothing behind, those that were there stay, and the next may work."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    background = BackgroundWriter(folder)
    with monkeypatch.context() as patched:
        patched.setattr("plugins.nlp.encoders.checkpoints.folder.write_into", full)
        background.start(checkpoint(30))
        assert background.collect(wait=True).error.strerror == "No space left on device"
    assert sorted(path.name for path in folder.path.iterdir()) == ["step-0000000010", "step-0000000020"]
    background.start(checkpoint(40))
    assert background.collect(wait=True).error is None
    assert folder.steps() == [40, 20]
