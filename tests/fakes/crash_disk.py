"""A disk that remembers what was written to it in which order, and what a power cut at any moment would leave.

The strict reading of what an operating system promises: a file's content survives once the file was synced, a name in a
folder once the folder was. Whatever was not synced may survive or not, contents and names independently.
"""

import io
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest


class File:
    """A file: what programs see, and what is safe."""

    def __init__(self):
        self.live = b""
        self.safe = b""


class Folder:
    """A folder: names to files and folders, as programs see them, and as they are safe."""

    def __init__(self):
        self.live = {}
        self.safe = {}


class Disk:
    """Records what happens below `root` while it is `watched`, step by step."""

    def __init__(self, root: Path):
        self.root = root
        self.steps: list[tuple] = []

    def watch(self, patch: pytest.MonkeyPatch) -> None:
        """Record every write, sync, new folder, rename and removal from here on."""
        real = {name: getattr(os, name) for name in ("mkdir", "rename", "replace", "fsync", "unlink")}
        real_open, real_rmtree, disk = Path.open, shutil.rmtree, self

        class Watched(io.FileIO):
            def write(self, content):
                half = len(content) // 2
                disk.note("write", self.name, bytes(content[:half]))  # a cut may come in the middle of a write
                disk.note("write", self.name, bytes(content[half:]))
                return super().write(content)

        def opened(path, mode="r", *arguments, **named):
            if "x" in mode or "w" in mode:
                disk.note("create", path)
                return Watched(path, mode.replace("b", ""))
            return real_open(path, mode, *arguments, **named)

        def synced(handle):
            disk.note("sync", Path(f"/proc/self/fd/{handle}").readlink())
            return real["fsync"](handle)

        def made(path, *arguments, **named):
            real["mkdir"](path, *arguments, **named)
            disk.note("mkdir", path)

        def renamed(name):
            def rename(source, target, **named):
                real[name](source, target, **named)
                disk.note("rename", source, target)

            return rename

        def removed(path, *arguments, **named):
            if Path(path).exists():
                disk.note("empty", path)
                disk.note("remove", path)
            return real_rmtree(path, *arguments, **named)

        patch.setattr(Path, "open", opened)
        patch.setattr(os, "fsync", synced)
        patch.setattr(os, "mkdir", made)
        patch.setattr(os, "rename", renamed("rename"))
        patch.setattr(os, "replace", renamed("replace"))
        patch.setattr(shutil, "rmtree", removed)

    def note(self, kind, *what):
        """Remember a step, unless it happened elsewhere."""
        paths = [Path(os.fsdecode(one)) for one in what if not isinstance(one, bytes)]
        if kind == "done" or all(path == self.root or self.root in path.parents for path in paths):
            self.steps.append((kind, *paths, *(one for one in what if isinstance(one, bytes))))

    def cuts(self, into: Path) -> Iterator[tuple[int, str, Path]]:
        """Yield what is left after a power cut following each step: done writes before, how, and the folder of it.

        How: what was not synced is gone; or there, as after a process was killed; or the names are there, the contents
        not; or the contents, but not the names.
        """
        tree, done = Folder(), 0
        for step in [("begin",), *self.steps]:
            if step[0] == "done":
                done += 1
            else:
                self._apply(tree, step)
            for names, contents in (("safe", "safe"), ("live", "live"), ("live", "safe"), ("safe", "live")):
                shutil.rmtree(into, ignore_errors=True)
                into.mkdir()
                _lay_out(tree, into, names, contents)
                yield done, f"after {step[:3]}: {names} names, {contents} contents", into

    def _apply(self, tree, step):
        match step:
            case ("create", path):
                self._parent(tree, path).live[path.name] = File()
            case ("write", path, content):
                self._parent(tree, path).live[path.name].live += content
            case ("mkdir", path):
                self._parent(tree, path).live[path.name] = Folder()
            case ("rename", source, target):
                self._parent(tree, target).live[target.name] = self._parent(tree, source).live.pop(source.name)
            case ("empty", path):  # at the worst these names are gone for good at once
                node = self._parent(tree, path).live[path.name]
                node.live, node.safe = {}, {}
            case ("remove", path):
                del self._parent(tree, path).live[path.name]
            case ("sync", path):
                node = tree if path == self.root else self._parent(tree, path).live[path.name]
                node.safe = dict(node.live) if isinstance(node, Folder) else node.live

    def _parent(self, tree, path):
        for name in path.relative_to(self.root).parts[:-1]:
            tree = tree.live[name]
        return tree


def _lay_out(folder, into, names, contents):
    for name, node in getattr(folder, names).items():
        if isinstance(node, Folder):
            (into / name).mkdir()
            _lay_out(node, into / name, names, contents)
        else:
            (into / name).write_bytes(getattr(node, contents))
