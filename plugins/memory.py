"""The most memory that this process has used."""

import sys

__all__ = ["peak_bytes"]


def peak_bytes() -> int | None:
    """Return the largest resident size of this process so far, in bytes; None if the system does not say."""
    if sys.platform == "win32":  # which has no such call in its standard library
        return None
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # only macOS counts bytes
