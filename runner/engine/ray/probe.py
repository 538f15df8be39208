"""Checks a node before it gets work. It is sent to the node as it is: it needs only the standard library."""

import socket
import time
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TypedDict

__all__ = ["NodeReport", "probe_node"]

#: Seconds that a network file system may take to show on one machine what another has written.
_PATIENCE = 10.0


class NodeReport(TypedDict):
    """The state of a node; `problem` is empty if its folder is ours and it sees all files."""

    host: str
    versions: dict[str, str | None]
    problem: str


def probe_node(
    folder: str, token: str, node: str, files: Mapping[str, int], distributions: Sequence[str]
) -> NodeReport:
    """Read the coordinator's token in `folder`, leave this node's answer next to it, and return what is installed.

    Args:
        folder: A folder that the coordinator made for this check.
        token: The text that the coordinator has written there.
        node: Names the file of the answer.
        files: Files that must exist, with their sizes in bytes.
        distributions: Those whose versions are wanted.
    """
    problem = _meet(Path(folder), token, node) or _missing(files)
    return {
        "host": socket.gethostname(),
        "versions": {name: _version(name) for name in distributions},
        "problem": problem,
    }


def _meet(folder: Path, token: str, node: str) -> str:
    deadline = time.monotonic() + _PATIENCE
    while True:
        try:
            if (folder / "coordinator").read_text() == token:
                break
        except OSError:
            pass
        if time.monotonic() > deadline:
            return f"does not share the folder {folder.parent} with the coordinator"
        time.sleep(0.2)
    try:
        (folder / node).write_text(token)
    except OSError as error:
        return f"cannot write to the folder {folder.parent}: {error.strerror}"
    return ""


def _missing(files: Mapping[str, int]) -> str:
    for name, size in files.items():
        try:
            found = Path(name).stat().st_size
        except OSError as error:
            return f"cannot read {name}: {error.strerror}"
        if found != size:
            return f"has another file {name}: {found:,} bytes, not {size:,}"
    return ""


def _version(distribution: str) -> str | None:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
