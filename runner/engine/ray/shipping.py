"""Sends our code to the nodes, which then need not have modelcat, and never have another one than the coordinator."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import distribution
from importlib.util import find_spec
from pathlib import Path

__all__ = ["parcel"]

_DISTRIBUTION = "modelcat"
_PACKAGES = ("catalog", "plugins", "runner")


@contextmanager
def parcel() -> Iterator[list[str]]:
    """Gather our packages, and the metadata by which the catalog finds its models; yield the folders.

    Ray takes them as ``py_modules``: each appears on a node's path under its own name.
    """
    with tempfile.TemporaryDirectory(prefix="modelcat-parcel-") as name:
        folder = Path(name)
        for package in _PACKAGES:
            spec = find_spec(package)
            assert spec is not None
            assert spec.origin is not None
            shutil.copytree(Path(spec.origin).parent, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
        ours = distribution(_DISTRIBUTION)
        metadata = folder / f"{_DISTRIBUTION}-{ours.version}.dist-info"
        metadata.mkdir()
        for file in ("METADATA", "entry_points.txt"):
            (metadata / file).write_text(ours.read_text(file) or "")
        yield [str(path) for path in sorted(folder.iterdir())]
