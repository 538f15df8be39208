"""Watches the nodes of a cluster: which ones exist, which are fit for work, and what the probes found."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from catalog.errors import LostWorkerError
from runner.engine.ray import probe
from runner.engine.ray.capacity import Node
from runner.engine.ray.shared_folder import SharedFolderCheck

__all__ = ["Cluster"]

#: Those that change what a training computes; modelcat's own code is sent to the nodes.
_LIBRARIES = ("torch", "transformers", "datasets", "tokenizers", "scikit-learn", "numpy")
_LOOK_SECONDS = 3.0


@dataclass(slots=True)
class Cluster:
    """The nodes of a cluster.

    Attributes:
        ray: The module, connected.
        meeting: The folder in which nodes prove that they share ours.
        fit: Nodes that are alive and passed the probe, by id.
        unfit: Why other nodes cannot be used, by id.
        asked: Probes that are running, with their nodes.
        news: Lines about nodes that have other versions or cannot be used, to be shown.
    """

    ray: Any
    meeting: SharedFolderCheck
    fit: dict[str, Node] = field(default_factory=dict)
    unfit: dict[str, str] = field(default_factory=dict)
    asked: dict[Any, Node] = field(default_factory=dict)
    news: list[str] = field(default_factory=list)
    _looked: float = float("-inf")

    def look(self) -> bool:
        """Read which nodes exist, at most every few seconds, and have new ones probed; return whether it was done.

        Raises:
            LostWorkerError: The cluster itself is gone.
        """
        if time.monotonic() - self._looked < _LOOK_SECONDS:
            return False
        self._looked = time.monotonic()
        try:
            found = {entry["NodeID"]: _node(entry) for entry in self.ray.nodes() if entry["Alive"]}
        except Exception as error:
            raise LostWorkerError(f"the Ray cluster is gone: {_first_line(error)}") from error
        self.fit = {id_: node for id_, node in self.fit.items() if id_ in found}
        known = {*self.fit, *self.unfit, *(node.id for node in self.asked.values())}
        for id_, node in found.items():
            if id_ not in known and (node.cpus or node.gpus):
                self.asked[self._ask(node)] = node
        return True

    def hear(self, ref: Any) -> None:
        """Take the result of a finished probe."""
        node = self.asked.pop(ref)
        try:
            self._judge(node, self.ray.get(ref))
        except Exception as error:  # noqa: BLE001 -- it died meanwhile, or cannot run Python; it is unusable either way
            self.reject(node, f"cannot be used: {_first_line(error)}")
        if not self.asked:
            self.meeting.close()

    def _judge(self, node: Node, sight: probe.NodeReport) -> None:
        problem = sight["problem"]
        if not problem and not self.meeting.answered(node.id):
            problem = (
                f"does not share the folder {self.meeting.shared} with the coordinator: what it writes is not here"
            )
        if problem:
            advice = "every node must see the coordinator's studies, data and model under the same paths"
            self.reject(node, f"{problem}; {advice}")
            return
        if lacking := _lack(sight["versions"]):
            self.reject(node, lacking)
            return
        self._compare(node, sight["versions"])
        self.fit[node.id] = node

    def reject(self, node: Node, problem: str) -> None:
        """Give no more work to a node, and report why."""
        self.fit.pop(node.id, None)
        self.unfit[node.id] = f"node {node.name} {problem}"
        self.news.append(self.unfit[node.id])

    def _ask(self, node: Node) -> Any:
        self.meeting.open()
        task = self.ray.remote(probe.probe_node).options(
            num_cpus=0, max_retries=0, scheduling_strategy=pinned(self.ray, node.id)
        )
        meeting = self.meeting
        return task.remote(str(meeting.folder), meeting.token, node.id, meeting.files, _LIBRARIES)

    def _compare(self, node: Node, theirs: Mapping[str, str | None]) -> None:
        ours = {name: _version(name) for name in _LIBRARIES}
        others = [
            f"{name} {theirs[name]} (here {ours[name] or 'missing'})" for name in ours if theirs[name] != ours[name]
        ]
        if others:
            self.news.append(f"node {node.name} has {', '.join(others)}")


def pinned(ray: Any, node: str) -> Any:
    """Return the strategy that runs something on one node or not at all."""
    return ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy(node, soft=False)


def _node(entry: Mapping[str, Any]) -> Node:
    resources = entry["Resources"]
    host, address = entry["NodeManagerHostname"], entry["NodeManagerAddress"]
    name = host if host == address else f"{host} ({address})"
    return Node(entry["NodeID"], name, int(resources.get("CPU", 0)), int(resources.get("GPU", 0)))


def _lack(theirs: Mapping[str, str | None]) -> str:
    """Return which libraries of this machine a node lacks, since a training may need them; empty if it lacks none."""
    lacking = [name for name in _LIBRARIES if theirs[name] is None and _version(name) is not None]
    return f"lacks {', '.join(lacking)}, installed here: pip install 'modelcat[ray]' there" if lacking else ""


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0] or type(error).__name__
