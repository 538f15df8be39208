"""How fast the terminal UI starts, and how fast it responds.

    python benchmarks/terminal_ui.py [--runs 9] [--json FILE]

First paint: `modelcat browse` and an empty Textual app are started in turn in a pseudo-terminal of 80x24; the clock
stops when their output contains the name "modelcat". Lists: a store of 50 studies with 10,000 trials in one
of them, the app without a terminal, from going to a place to its last row being known. Keys: the cursor is moved in
the studies' list and in the trials' table while another process writes trials as fast as it can.
"""

import argparse
import asyncio
import json
import os
import pty
import select
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from textual.app import App
from textual.events import Key
from textual.pilot import Pilot
from textual.screen import Screen

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "fakes"))

EMPTY = """
from textual.app import App
from textual.widgets import Static
class Empty(App):
    def compose(self):
        yield Static("modelcat")
Empty().run()
"""
WRITER = """
import sys, time
from datetime import timedelta
from runner.store.records import EpochRecord, Owner, TrialRecord
from runner.store.store import Store
url, study = sys.argv[1:]
with Store.open(url, create=True) as store:
    lease = store.acquire(study, Owner.this_process(), timedelta(minutes=5))
    store.update_study(study, lease, state="running")
    print("writing", flush=True)
    number = 0
    while True:
        trial = TrialRecord(number, "complete", "search", {"learning_rate": 1e-5}, 0.9, {"accuracy": 0.9}, 1.0)
        store.put_trial(study, lease, trial)
        store.put_epoch(study, lease, EpochRecord(f"trial/{number}", 1.0, 1.0, 0.3, {"accuracy": 0.9}, 1e-5, 1.0))
        number += 1
"""


def main() -> None:
    """Measure, print a table, and write JSON if requested."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=9, help="starts of each program")
    parser.add_argument("--json", type=Path, help="file for the numbers")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        numbers = first_paint(options.runs, Path(folder)) | asyncio.run(places(Path(folder)))
    for name, value in numbers.items():
        sys.stdout.write(f"{name:45} {value:10.3f}\n")
    if options.json:
        options.json.write_text(json.dumps(numbers, indent=2) + "\n")


def first_paint(runs: int, folder: Path) -> dict[str, float]:
    """Return the medians of seconds from start to first paint, in turn, and their ratio."""
    from sample_store import sample_store_in

    url = sample_store_in(folder)
    modelcat = [str(Path(sys.executable).with_name("modelcat")), "browse", "--storage", url]
    programs = {"empty": [sys.executable, "-c", EMPTY], "modelcat": modelcat}
    seconds: dict[str, list[float]] = {name: [] for name in programs}
    for run in range(runs + 1):
        for name, command in programs.items():
            taken = painted_after(command, folder)
            if run:  # the first start of each reads its files from the disk
                seconds[name].append(taken)
    empty, ours = statistics.median(seconds["empty"]), statistics.median(seconds["modelcat"])
    return {
        "first paint, empty Textual app (s)": empty,
        "first paint, modelcat browse (s)": ours,
        "first paint, ratio": ours / empty,
    }


def painted_after(command: list[str], folder: Path) -> float:
    """Start a program in a pseudo-terminal and return the seconds until it has painted its name."""
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24"}
    environment["MODELCAT_CONFIG"] = str(folder)
    began = time.perf_counter()
    process = subprocess.Popen(  # noqa: S603 -- our own programs
        command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, cwd=folder
    )
    os.close(theirs)
    written = b""
    try:
        while b"modelcat" not in written.partition(b"\x1b[?1049h")[2]:
            if time.perf_counter() - began > 30 or not select.select([ours], [], [], 30)[0]:
                raise SystemExit(f"{command[0]} painted nothing: {written[-500:]!r}")
            written += os.read(ours, 65536)
        return time.perf_counter() - began
    finally:
        process.kill()
        process.wait()
        os.close(ours)


async def places(folder: Path) -> dict[str, float]:
    """Return seconds until the list and a study of 10,000 trials are shown, and milliseconds for a key."""
    from sample_store import NOON, _facts, many_trials

    from runner.store.store import Store
    from runner.tui.app import Browser
    from runner.tui.context import AppContext
    from runner.tui.navigation import OpenStudy
    from runner.tui.study_source import StudySource

    url = f"sqlite:///{folder / 'studies.db'}"
    many_trials(url, "large", 10_000)
    with Store.open(url, create=True) as store:
        for number in range(50 - len(store.studies())):
            store.enqueue(f"study-{number:02}", **_facts(f"study-{number:02}", planned=20))
        store.create_study("written", **_facts("written", planned=10**6), space={}, data={})
    context = AppContext(StudySource(url))
    context.clock = lambda: NOON
    app = Browser(context)
    numbers = {"Pilot.press in an empty app (ms, median)": await presses()}
    async with app.run_test(size=(160, 48), tooltips=False) as pilot:
        numbers["list of 50 studies (s)"] = await filled(pilot, 51)
        app.on_open_study(OpenStudy("large"))
        numbers["study of 10,000 trials (s)"] = await filled(pilot, 10_000)
        writer = writing(url)
        try:
            assert writer.stdout is not None
            writer.stdout.readline()
            numbers["key in a table of 10,000 trials (ms, median)"], worst = await keys(app)
            numbers["the same, slowest of 100"] = worst
            await pilot.press("escape")
            numbers["key in the list (ms, median)"], worst = await keys(app)
            numbers["the same, slowest of 100 "] = worst
            app.on_open_study(OpenStudy("written"))
            await asyncio.sleep(3)
            numbers["key in the study that is written (ms, median)"], worst = await keys(app)
            numbers["the same, slowest of 100  "] = worst
        finally:
            writer.kill()
            writer.wait()
    return numbers


def writing(url: str) -> subprocess.Popen[bytes]:
    """Start a process that writes trials until it is killed."""
    return subprocess.Popen([sys.executable, "-c", WRITER, url, "written"], stdout=subprocess.PIPE)  # noqa: S603 -- ours


async def filled(pilot: Pilot[None], rows: int) -> float:
    """Return the seconds until a table of the screen has so many rows."""
    from runner.tui.widgets.virtual_table import VirtualTable

    began = time.perf_counter()
    while not any(len(table.keys) >= rows for table in pilot.app.screen.query(VirtualTable)):
        await asyncio.sleep(0.005)
        if time.perf_counter() - began > 30:
            raise SystemExit(f"{rows} rows were never shown")
    return time.perf_counter() - began


async def keys(app: App[None]) -> tuple[float, float]:
    """Return median and most of the milliseconds from a key to the terminal being sent the moved cursor.

    `Pilot.press` is no measure of it: it waits for the whole process, its reading threads too, to do nothing, at most
    two seconds (`textual._wait.wait_for_idle`). What it takes in an empty app is a number of its own.
    """
    from runner.tui.widgets.virtual_table import VirtualTable

    table = next(table for table in app.screen.query(VirtualTable) if table.has_focus)
    display, taken = app._display, []  # noqa: SLF001 -- no event tells when the terminal is written to
    for press in range(100):
        painted, before, began = asyncio.Event(), table.cursor, time.perf_counter()

        def paint(
            screen: Screen[object], made: object, painted: asyncio.Event = painted, before: str | None = before
        ) -> None:
            display(screen, made)
            if table.cursor != before:
                painted.set()

        app._display = paint  # noqa: SLF001 -- no event tells when the terminal is written to
        app.post_message(Key("down" if press % 20 < 10 else "up", None))
        await asyncio.wait_for(painted.wait(), 30)
        taken.append((time.perf_counter() - began) * 1000)
        await asyncio.sleep(0.033)  # a keyboard's own repetition
    app._display = display  # noqa: SLF001 -- no event tells when the terminal is written to
    return statistics.median(taken), max(taken)


async def presses() -> float:
    """Return the median of the milliseconds that `Pilot.press` takes in an app that does nothing."""
    taken = []
    async with App[None]().run_test(size=(160, 48), tooltips=False) as pilot:
        for _ in range(50):
            began = time.perf_counter()
            await pilot.press("down")
            taken.append((time.perf_counter() - began) * 1000)
    return statistics.median(taken)


if __name__ == "__main__":
    main()
