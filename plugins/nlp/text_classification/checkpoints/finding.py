"""Which checkpoint a training goes on from: the newest that is whole and its own."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from catalog.errors import clause
from plugins.nlp.text_classification.checkpoints.content import Checkpoint, DamagedError, read
from plugins.nlp.text_classification.checkpoints.folder import CheckpointFolder

__all__ = ["find"]

_MISSHAPEN = (FileNotFoundError, IsADirectoryError, NotADirectoryError)
"""Of files that are missing or are none: damage, where other errors may be the disk's of the moment."""


def find(folders: Iterable[Path], identity: Mapping[str, str], tell: Callable[[str], None]) -> Checkpoint | None:
    """Return the newest usable checkpoint of the first folder that has one; None if there is none.

    What is damaged, or belongs to something else, is put aside; what a disk does not give away is passed over, for it
    may be whole. The folder of an earlier try may still be written and cleared up by somebody who does not know that it
    is over: a checkpoint that has gone meanwhile is no damage.

    Args:
        folders: To look into, in this order.
        identity: What the checkpoint must have been made with.
        tell: Is told in a sentence what was put aside and why.
    """
    for path in folders:
        folder = CheckpointFolder(path)
        for step in folder.steps():
            try:
                found = read(folder.place(step))
            except (DamagedError, *_MISSHAPEN) as error:
                if folder.place(step).exists():
                    tell(f"The checkpoint of step {step:,} was put aside: {clause(_reason(error))}.")
                    folder.put_aside(step)
                continue
            except OSError as error:
                tell(f"The checkpoint of step {step:,} was passed over: {clause(_reason(error))}.")
                continue
            if others := _differences(found.identity, identity):
                tell(f"The checkpoint of step {step:,} was put aside: it was made with {', '.join(others)}.")
                folder.put_aside(step)
                continue
            return found
    return None


def _reason(error: Exception) -> str:
    return f"it cannot be read ({error.strerror})" if isinstance(error, OSError) else str(error)


def _differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """Name what differs; long values are hashes, which tell a reader nothing."""
    names = [name for name in {**wanted, **found} if found.get(name) != wanted.get(name)]
    return [
        f"another {name}"
        if max(len(one.get(name, "")) for one in (found, wanted)) > 32
        else f"{name} {found.get(name, 'unknown')} (now {wanted.get(name, 'unknown')})"
        for name in names
    ]
