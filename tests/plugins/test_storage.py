"""Files and folders that appear whole or not at all."""

import os
import stat

import numpy as np
import pytest
from safetensors.numpy import save_file

from plugins.storage import write_file, write_folder


def test_file_appears_whole_or_not_at_all(tmp_path):
    """A failed write leaves the older file and nothing next to it."""
    path = tmp_path / "new" / "a.txt"
    write_file(path, lambda file: file.write_text("one"))

    def fail(file):
        file.write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_file(path, fail)
    assert [file.name for file in path.parent.iterdir()] == ["a.txt"]
    assert path.read_text() == "one"
    write_file(path, lambda file: file.write_text("two"))
    assert path.read_text() == "two"


def test_folder_appears_whole_or_not_at_all(tmp_path):
    """A failed write leaves the older folder, a later one replaces it whole."""
    path = tmp_path / "model"
    write_folder(path, lambda folder: (folder / "a").write_text("one"))

    def fail(folder):
        (folder / "b").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        write_folder(path, fail)
    assert [file.name for file in tmp_path.iterdir()] == ["model"]
    assert (path / "a").read_text() == "one"
    write_folder(path, lambda folder: (folder / "c").write_text("two"))
    assert [file.name for file in path.iterdir()] == ["c"]
    assert [file.name for file in tmp_path.iterdir()] == ["model"]


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_files_allow_what_the_umask_does(tmp_path, mask, mode):
    """Files have the umask's mode, whichever library writes them: safetensors' own are readable for the owner only."""

    def write(path):
        save_file({"a": np.zeros(2)}, path)

    before = os.umask(mask)
    try:
        write_file(tmp_path / "a.safetensors", write)
        write_folder(tmp_path / "model", lambda folder: write(folder / "a.safetensors"))
    finally:
        os.umask(before)
    for path in (tmp_path / "a.safetensors", tmp_path / "model" / "a.safetensors"):
        assert stat.S_IMODE(path.stat().st_mode) == mode
    assert stat.S_IMODE((tmp_path / "model").stat().st_mode) == 0o777 & ~mask
