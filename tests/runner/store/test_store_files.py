"""Files and folders that are there whole or not at all."""

import json
from pathlib import Path

import pytest

from catalog.errors import InputError
from runner.store import files


def test_write_json_replaces_whole(tmp_path: Path) -> None:
    """A file is replaced by its new content, and nothing temporary stays."""
    path = tmp_path / "result.json"
    files.write_json(path, {"a": 1})
    files.write_json(path, {"a": [1.5, None, "é\ud800"]})
    assert json.loads(path.read_text()) == {"a": [1.5, None, "é\ud800"]}
    assert [file.name for file in tmp_path.iterdir()] == ["result.json"]


def test_failed_write_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When writing fails half way, the old content stays and nothing temporary does."""
    path = tmp_path / "result.json"
    files.write_json(path, 1)

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        files.write_json(path, 2)
    assert path.read_text() == "1\n"
    assert [file.name for file in tmp_path.iterdir()] == ["result.json"]


@pytest.mark.parametrize("value", [float("nan"), [float("inf")], {"a": object()}])
def test_write_json_refuses_what_json_lacks(tmp_path: Path, value: object) -> None:
    """What has no place in JSON is refused before anything is written."""
    with pytest.raises((ValueError, TypeError)):
        files.write_json(tmp_path / "x.json", value)
    assert list(tmp_path.iterdir()) == []


def test_move_folder_replaces(tmp_path: Path) -> None:
    """A finished folder takes the place of an older one as a whole."""
    old, new = tmp_path / "model", tmp_path / "work" / "model"
    (old / "deep").mkdir(parents=True)
    (old / "deep" / "old.txt").write_text("old")
    (new / "deep").mkdir(parents=True)
    (new / "deep" / "new.txt").write_text("new")
    (new / "dangling").symlink_to("nowhere")
    files.move_folder(new, old)
    assert sorted(path.name for path in old.rglob("*")) == ["dangling", "deep", "new.txt"]
    assert not new.exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model", "work"]


def test_remove_tree_does_not_follow_links(tmp_path: Path) -> None:
    """Links inside a removed folder, and a link removed itself, leave what they point at."""
    kept = tmp_path / "kept"
    kept.mkdir()
    (kept / "file").write_text("x")
    doomed = tmp_path / "doomed"
    doomed.mkdir()
    (doomed / "link").symlink_to(kept)
    files.remove_tree(doomed)
    (tmp_path / "link").symlink_to(kept)
    files.remove_tree(tmp_path / "link")
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]
    assert (kept / "file").exists()


def test_remove_tree_finishes_an_earlier_removal(tmp_path: Path) -> None:
    """What a killed removal left is cleared by the next, and removing what is not there is no error."""
    left = tmp_path / f"{files.REMOVED}123"
    left.mkdir()
    (left / "big.bin").write_text("x")
    files.remove_tree(tmp_path / "absent")
    files.remove_tree(tmp_path / "no" / "such" / "folder")
    assert list(tmp_path.iterdir()) == []


def test_new_folders_keep_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every folder that gets a new name in it is synced, from above; those that were there cost nothing."""
    synced: list[Path] = []
    monkeypatch.setattr(files, "_sync", synced.append)
    for _ in range(2):
        files.make_folder(tmp_path / "runs" / "0001" / "trial-0")
    files.make_folder(tmp_path / "runs" / "0001" / "trial-1")
    assert synced == [tmp_path, tmp_path / "runs", tmp_path / "runs" / "0001", tmp_path / "runs" / "0001"]
    assert (tmp_path / "runs" / "0001" / "trial-1").is_dir()


@pytest.mark.parametrize("name", ["", ".", "..", "../x", "a/b", "/etc", "a\\b", "a\0", ".tmp-x", "ü" * 128])
def test_study_folder_stays_inside(tmp_path: Path, name: str) -> None:
    """A name that would lead out of the folder of studies, or is too long for any file, is refused."""
    with pytest.raises(InputError):
        files.study_folder(tmp_path, name)
    assert files.study_folder(tmp_path, "bert-demo") == tmp_path / "bert-demo"
    assert not files.study_folder(tmp_path, "ü" * 127).exists()


@pytest.mark.parametrize("stored", ["", ".", "..", "../x", "runs/../../x", "/etc", "a\\b", "a\0"])
def test_path_inside_stays_inside(tmp_path: Path, stored: str) -> None:
    """A path that a record names is used only below the study's folder."""
    with pytest.raises(InputError, match="does not lie inside"):
        files.path_inside(tmp_path, stored)
    assert files.path_inside(tmp_path, "runs/0001/model") == tmp_path / "runs" / "0001" / "model"
    for long in ("x" * 256, "x/" * 2048 + "x"):
        with pytest.raises(InputError, match="longer than any can be"):
            files.path_inside(tmp_path, f"runs/{long}/model")
