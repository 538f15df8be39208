"""Sends our code to nodes that lack it: the packages, and the metadata by which the catalog finds its models."""

import shutil
import tempfile
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

__all__ = ["Parcel"]

_DISTRIBUTION = "modelcat"
_PACKAGES = ("catalog", "plugins", "runner")


class Parcel:
    """The folders to send, gathered when they are first asked for and removed by `close`."""

    def __init__(self) -> None:
        self._folder: Path | None = None

    @property
    def modules(self) -> list[str]:
        """What Ray is given as ``py_modules``: each folder appears on the node's path under its own name."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="modelcat-parcel-"))
            _gather(self._folder)
        return [str(folder) for folder in sorted(self._folder.iterdir())]

    def close(self) -> None:
        """Remove what was gathered."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None


def _gather(folder: Path) -> None:
    for package in _PACKAGES:
        spec = find_spec(package)
        assert spec is not None
        assert spec.origin is not None
        shutil.copytree(Path(spec.origin).parent, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    ours = distribution(_DISTRIBUTION)
    metadata = folder / f"{_DISTRIBUTION}-{ours.version}.dist-info"
    metadata.mkdir()
    for name in ("METADATA", "entry_points.txt"):
        (metadata / name).write_text(ours.read_text(name) or "")
