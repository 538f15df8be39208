"""Names that no new study may have, because on some systems its folder could not have them."""

import re

__all__ = ["QUEUE_FILES", "reserved_name"]

QUEUE_FILES = ("worker.json", "worker.lock", "worker.log")
"""Files of the queue, which are next to the studies' folders."""
#: Names of devices, whatever follows them after a dot
#: (https://learn.microsoft.com/windows/win32/fileio/naming-a-file).
_DEVICE = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def reserved_name(name: str) -> str | None:
    """Return why no new study may have a name, because on some systems its folder could not have it; None if it may."""
    if name.lower() in QUEUE_FILES:
        return f"the queue's own files are called {', '.join(QUEUE_FILES)}, in small or capital letters"
    if _DEVICE.fullmatch(name):
        return "Windows takes it for a device, whatever follows the first dot"
    if name.endswith("."):
        return "Windows leaves out a dot at the end"
    return None
