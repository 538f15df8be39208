"""Finds the translations in the packages of tasks and models, without importing any of their modules.

A file ``de.po`` in any folder of such a package holds the German translations of its English strings. The packages are
those that the entry points of `catalog.registry` name.
"""

import os
from collections.abc import Iterator
from importlib.metadata import entry_points
from importlib.util import find_spec
from pathlib import Path

from catalog.registry import MODELS, TASKS

__all__ = ["translation_files"]


def translation_files(language: str) -> Iterator[Path]:
    """Yield the files of a language, by package and path.

    Args:
        language: Its code, such as ``de``.
    """
    packages = {point.module.partition(".")[0] for group in (TASKS, MODELS) for point in entry_points(group=group)}
    for package in sorted(packages):
        for root in _folders(package):
            for folder, below, files in os.walk(root):
                below[:] = sorted(name for name in below if not name.startswith((".", "__")))
                if f"{language}.po" in files:
                    yield Path(folder, f"{language}.po")


def _folders(package: str) -> list[str]:
    """Return the folders of a package; empty if it is a single module, or missing.

    For a name without a dot, `find_spec` imports nothing.
    """
    try:
        spec = find_spec(package)
    except (ImportError, ValueError):  # a broken installation, which is reported when the plugin is loaded
        return []
    return sorted(spec.submodule_search_locations or ()) if spec is not None else []
