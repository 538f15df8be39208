"""How many workers each node of a cluster gets, and what each of them may use."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Node", "Share", "shares"]

#: CPU cores of a worker without GPUs and without a number of workers: small models gain little from more.
_CORES = 4


@dataclass(frozen=True, slots=True)
class Node:
    """A machine of the cluster: its id, its name for people, and the resources that Ray may use there."""

    id: str
    name: str
    cpus: int
    gpus: int


@dataclass(frozen=True, slots=True)
class Share:
    """The share of one node: a number of `workers`, each with `gpus` and CPU `threads`."""

    workers: int
    gpus: int
    threads: int


def shares(nodes: Sequence[Node], wanted: int | None) -> dict[str, Share]:
    """Divide a cluster into workers, by node id; nodes that get none are left out.

    If any node has GPUs, each worker gets one GPU, and nodes without a GPU are not used: a training there would delay
    all others. Otherwise a worker gets a number of cores.

    Args:
        nodes: The cluster.
        wanted: Workers in all; None for one worker for each GPU, or for each four cores.
    """
    usable = [node for node in nodes if node.gpus > 0]
    if usable:
        room = {node.id: Share(node.gpus, 1, max(1, node.cpus // node.gpus)) for node in usable}
    else:
        most = _CORES if wanted is None else _cores([node.cpus for node in nodes], wanted)
        sizes = {node.id: max(1, min(most, node.cpus)) for node in nodes}
        room = {node.id: Share(node.cpus // sizes[node.id], 0, sizes[node.id]) for node in nodes}
    return _first(room, wanted)


def _cores(cpus: Sequence[int], wanted: int) -> int:
    """Return the cores of a worker: as many as possible with the wanted number of workers; at least one."""
    fits = (cores for cores in range(max(cpus, default=1), 0, -1) if sum(c // cores for c in cpus) >= wanted)
    return next(fits, 1)


def _first(room: dict[str, Share], wanted: int | None) -> dict[str, Share]:
    """Take workers in the order of the nodes until there are enough."""
    left = sum(share.workers for share in room.values()) if wanted is None else wanted
    taken: dict[str, Share] = {}
    for node, share in room.items():
        workers = min(share.workers, left)
        left -= workers
        if workers:
            taken[node] = Share(workers, share.gpus, share.threads)
    return taken
