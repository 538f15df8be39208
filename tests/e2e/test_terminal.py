"""A whole session in a real terminal: a user starts a study, watches it, and leaves; the study goes on."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

MODELCAT = Path(sys.executable).with_name("modelcat")

TMUX = shutil.which("tmux")
pytestmark = pytest.mark.skipif(TMUX is None, reason="tmux is not on PATH")


class Terminal:
    """A terminal of 100x30 in which modelcat browses, steered by keys."""

    def __init__(self, shell, *arguments, locale="C.UTF-8"):
        self._socket = f"modelcat-{os.getpid()}-{time.monotonic_ns()}"
        environment = {**shell.environment, "MODELCAT_CONFIG": str(shell.folder / "config"), "LC_ALL": locale}
        given = [
            f"{name}={value}"
            for name, value in environment.items()
            if name.startswith(("MODELCAT", "HF", "OMP", "NO_COLOR"))
        ]
        # The catalog of a user: without the plugins that only tests know.
        command = ["env", "-u", "PYTHONPATH", "-u", "COLUMNS", "-u", "LINES", *given, f"LC_ALL={locale}"]
        command += [MODELCAT, "browse", *arguments]
        self._tmux("-f", os.devnull, "new-session", "-d", "-x", "100", "-y", "30", "-c", str(shell.folder), "bash")
        self._tmux("set-option", "-g", "remain-on-exit", "on")
        self._tmux("respawn-pane", "-k", "-c", str(shell.folder), *map(str, command))

    def _tmux(self, *arguments):
        return subprocess.run(
            [TMUX, "-u", "-L", self._socket, *arguments], check=True, capture_output=True, text=True, timeout=20
        ).stdout

    def press(self, key):
        """Press a key, as tmux names it."""
        self._tmux("send-keys", key)

    def press_for(self, key, *texts):
        """Press a key for one of what it is to show, again if nothing came of it: without a client tmux loses keys."""
        for _ in range(8):
            self.press(key)
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                shown = self.shown
                if any(text in shown for text in texts):
                    return
                time.sleep(0.1)
        pytest.fail(f"{key} never showed {texts} in\n{self.shown}")

    def paste(self, text):
        """Paste text."""
        self._tmux("set-buffer", text)
        self._tmux("paste-buffer", "-p")

    @property
    def shown(self):
        """What the terminal shows."""
        return self._tmux("capture-pane", "-p")

    @property
    def ended(self):
        """Whether the program has left."""
        return self._tmux("list-panes", "-F", "#{pane_dead}").strip() == "1"

    def pid(self):
        """Return the program's process id."""
        return int(self._tmux("list-panes", "-F", "#{pane_pid}"))

    def wait(self, *texts, seconds=30):
        """Wait until all texts are shown."""
        deadline = time.monotonic() + seconds
        while not all(text in (shown := self.shown) for text in texts):
            assert time.monotonic() < deadline, f"{texts} never stood in\n{shown}"
            time.sleep(0.1)

    def close(self):
        """Close the terminal, as its window's cross does."""
        subprocess.run([TMUX, "-L", self._socket, "kill-server"], check=False, capture_output=True, timeout=20)


@pytest.fixture
def terminal(shell):
    """Return a function that opens a terminal; all are closed at the end."""
    del shell.environment["PYTHONPATH"]
    opened = []

    def make(*arguments, **options):
        opened.append(Terminal(shell, *arguments, **options))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


def test_the_whole_story(shell, terminal):
    """Catalog, a spec with a mistake, mended, submitted, watched, a trial, its words, quit; the study finishes."""
    screen = terminal()
    screen.wait("No studies yet")
    screen.press_for("2", "text-classification")
    screen.press_for("/", "Search")
    screen.paste("text-classification/linear")
    screen.wait("TF-IDF")
    screen.press("Enter")
    screen.press_for("End", "ngram_max")
    screen.press_for("Enter", "linear-demo-")
    screen.paste('{"trails": 3},')
    screen.wait("1 problem", "not JSON")
    screen.press_for("C-z", "linear-demo-")
    screen.press_for("C-s", "running")
    name = shell.json("studies")[0]["study"]
    deadline = time.monotonic() + 90
    while not shell.json("trials", name):
        assert time.monotonic() < deadline, "no trial has begun"
        time.sleep(0.3)
    screen.press_for("Enter", "Measurements")
    screen.press_for("]", "Confusion matrix")
    screen.press_for("]", "Confidence distribution")
    screen.press_for("]", "Performance by length", "by length")
    # The study may have been closed by now; else the tab says that the model has not been explained yet.
    screen.press_for("]", "words for", "Nobody explained")
    screen.press_for("Escape", "Diagnosis")
    screen.press_for("Escape", "newest first")
    screen.press("q")
    deadline = time.monotonic() + 20
    while not screen.ended:
        assert time.monotonic() < deadline, screen.shown
        time.sleep(0.1)
    deadline = time.monotonic() + 150
    while (state := shell.json("studies")[0]["state"]) != "finished":
        assert state == "running", f"the study is {state}"
        assert time.monotonic() < deadline, "the study never finished"
        time.sleep(1)
    trials = shell.json("studies")[0]["trials"]
    assert sum(trials.values()) == 8


@pytest.mark.parametrize("how", ["ctrl-c", "closed"])
def test_leaving_leaves_nothing_behind(shell, terminal, how):
    """After Ctrl+C or after the terminal is closed no process of the app is left."""
    screen = terminal()
    screen.wait("No studies yet")
    app = psutil.Process(screen.pid())
    family = [app, *app.children(recursive=True)]
    if how == "ctrl-c":
        screen.press("C-c")
        deadline = time.monotonic() + 10
        while not screen.ended:
            assert time.monotonic() < deadline, screen.shown
            time.sleep(0.1)
    screen.close()
    _, alive = psutil.wait_procs(family, timeout=10)
    assert alive == []


def test_no_colours_and_no_unicode(shell, terminal):
    """NO_COLOR still shows every word; in a terminal without Unicode a message says what to do, and --ascii works."""
    shell.environment["NO_COLOR"] = "1"
    screen = terminal("--ascii")
    screen.wait("No studies yet", "commands")
    assert screen.shown.isascii()


@pytest.mark.parametrize(
    ("name", "value", "told"), [("TERM", "dumb", "TERM='dumb'"), ("PYTHONIOENCODING", "latin-1", "--ascii")]
)
def test_a_terminal_that_cannot_show_it_is_told_so(shell, name, value, told):
    """A terminal that cannot draw the screens gets one line that says why and what to do, and exit code 2."""
    import pty

    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [MODELCAT, "browse"],
        stdin=theirs,
        stdout=theirs,
        stderr=subprocess.PIPE,
        env={**shell.environment, "TERM": "xterm", name: value},
        cwd=shell.folder,
        text=True,
    )
    _, err = process.communicate(timeout=30)
    os.close(ours)
    os.close(theirs)
    assert process.returncode == 2
    assert told in err
    assert "Traceback" not in err


def test_without_a_terminal_it_says_what_to_use_instead(shell):
    """In a pipe the UI does not draw, and names the commands for scripts."""
    printed = shell.run("browse", code=2)
    assert "modelcat studies --json" in printed.err
