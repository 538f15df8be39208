"""What may stand in the place of a file and is none."""

import os
import socket
from pathlib import Path

SPECIAL = ("pipe", "socket", "folder", "circle", "nowhere", "/dev/zero", "/dev/null", "/proc/self/mem")


def put_special(path: Path, kind: str) -> None:
    """Put what is no regular file in the place of one; a name that begins with / is linked to."""
    path.unlink(missing_ok=True)
    match kind:
        case "pipe":
            os.mkfifo(path)
        case "socket":
            # By a short name: that of a socket has 108 bytes.
            before = Path.cwd()
            os.chdir(path.parent)
            try:
                with socket.socket(socket.AF_UNIX) as listener:
                    listener.bind(path.name)
            finally:
                os.chdir(before)
        case "folder":
            path.mkdir()
        case "circle":
            path.symlink_to(path)
        case "nowhere":
            path.symlink_to(path.with_name("nothing"))
        case _:
            path.symlink_to(kind)
