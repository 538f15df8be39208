"""Make the pictures of the documentation from a finished study: ``python docs/pictures.py FOLDER``.

FOLDER holds the `studies.db` of runs of the examples that are named below; what is missing there is run first (two to
six minutes in all). The pictures are what the command prints, and what F9 saves in the terminal UI.
"""

import fcntl
import os
import pty
import select
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import termios
import time
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.text import Text

DOCS = Path(__file__).parent
MODELCAT = Path(sys.executable).with_name("modelcat")
SPEC = "examples/quickstart.json"
#: More studies for the list; the newest stands first, and the one that is opened last.
OTHERS = ("rents-csv", "tabular-demo", "customer-feedback-csv", "course-ratings-csv", "news-conll")
COLUMNS, LINES = 120, 28
RUN_COLUMNS = 110
ENTER, NEXT, PREVIOUS, LAST, F9 = b"\r", b"]", b"[", b"\x1b[F", b"\x1b[20~"
#: What is typed before each picture, from the start of the UI: the last study, its charts, its winner's words.
SCREENS = {
    "studies": (LAST,),
    "study": (ENTER, NEXT),
    "words": (PREVIOUS, ENTER, NEXT, NEXT, NEXT, NEXT),
}
#: Seconds without output after which a screen counts as settled, and the longest wait for one.
SETTLED, LONGEST = 3.0, 60.0


def main() -> None:
    """Write `run.svg`, `studies.svg`, `study.svg` and `words.svg`."""
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else tempfile.mkdtemp()).resolve()
    shutil.copytree(DOCS.parent / "examples", folder / "examples", dirs_exist_ok=True)
    picture_of_run(folder)
    for name in OTHERS:
        command = [MODELCAT, "run", f"examples/{name}.json", "--json"]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)  # noqa: S603 -- our own command
    pictures_of_ui(folder)


def picture_of_run(folder: Path) -> None:
    """Draw what ``modelcat run`` prints at the end of a study; that of a finished one is the stored result."""
    command = [MODELCAT, "run", SPEC, "--workers", "2"]
    environment = {**os.environ, "COLUMNS": str(RUN_COLUMNS), "TTY_COMPATIBLE": "1"}
    printed = subprocess.run(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True, check=True)  # noqa: S603 -- our own command
    console = Console(record=True, width=RUN_COLUMNS, file=StringIO(), force_terminal=True)
    console.print(f"$ modelcat run {SPEC} --workers 2", style="bold", highlight=False)
    console.print(Text.from_ansi(printed.stdout.rstrip()))
    save(DOCS / "run.svg", console.export_svg(title="modelcat"))


def pictures_of_ui(folder: Path) -> None:
    """Start the terminal UI in a terminal of its own, type, and keep the pictures that it saves."""
    with tempfile.TemporaryDirectory() as config:
        process, terminal = pty.fork()
        if process == 0:
            os.chdir(folder)
            settings = {"MODELCAT_CONFIG": config, "TERM": "xterm-256color", "COLORTERM": "truecolor"}
            command = [str(MODELCAT), "browse", "--read-only", "--language", "en"]
            os.execve(MODELCAT, command, {**os.environ, **settings})  # noqa: S606 -- our own command
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))
        os.kill(process, signal.SIGWINCH)
        settle(terminal)
        try:
            for name, keys in SCREENS.items():
                for key in keys:
                    os.write(terminal, key)
                    settle(terminal)
                before = set(folder.glob("*.svg"))
                os.write(terminal, F9)
                settle(terminal)
                (picture,) = set(folder.glob("*.svg")) - before
                save(DOCS / f"{name}.svg", picture.read_text(encoding="utf-8"))
                picture.unlink()
        finally:
            os.kill(process, signal.SIGTERM)
            os.close(terminal)
            os.waitpid(process, 0)


def settle(terminal: int) -> None:
    """Read what the UI draws until it has stood still for a while."""
    end = time.monotonic() + LONGEST
    while time.monotonic() < end and select.select([terminal], [], [], SETTLED)[0]:
        os.read(terminal, 65536)


def save(path: Path, svg: str) -> None:
    """Write a picture without the trailing blanks of its lines."""
    path.write_text("\n".join(line.rstrip() for line in svg.splitlines()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
