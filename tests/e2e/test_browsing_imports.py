"""What the terminal UI's process has imported: nothing that trains, ever; next to nothing before the first paint."""

import subprocess
import sys

from sample_store import WHOLE, sample_store_in

PROGRAM = """
import asyncio, sys
from runner.tui.app import Browser
from runner.tui.navigation import OpenSpec, OpenStudy
from runner.tui.context import AppContext
from runner.tui.study_source import StudySource
import runner.tui.launch

def imported():
    return {{name.partition(".")[0] for name in sys.modules}}

async def main():
    app = Browser(AppContext(StudySource({url!r}), interval=0.2))
    async with app.run_test(size=(100, 30)) as pilot:
        {steps}
    print("MODULES", *sorted(imported()))

asyncio.run(main())
"""
EVERY_SCREEN = """
        from runner.tui.screens.trial import TrialScreen
        await pilot.pause(0.5)
        await pilot.press("2", "down", "down", "down")
        await pilot.pause(0.3)
        app.on_open_spec(OpenSpec({spec!r}))
        await pilot.pause(2)
        app.on_open_study(OpenStudy({study!r}))
        await pilot.pause(0.5)
        await pilot.press(*["right_square_bracket"] * 5)
        app.push_screen(TrialScreen(app.context, {study!r}, 7))
        await pilot.pause(0.5)
        await pilot.press(*["right_square_bracket"] * 7)
        await pilot.press("4")
        await pilot.pause(0.5)
"""
SPEC = """{"model": "linear", "category": "nlp", "subcategory": "text-classification", "model_config": {},
 "dataset": {"source": "demo"}, "study": {"name": "mine", "trials": 3}}"""


def modules_of(shell, program):
    """Return the top-level modules that a program has imported when it ends."""
    shell.environment["MODELCAT_CONFIG"] = str(shell.folder / "config")
    done = subprocess.run(
        [sys.executable, "-P", "-c", program],
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    return set(done.stdout.rpartition("MODULES")[2].split())


def test_no_place_imports_what_trains(shell):
    """After every screen, tab and a valid spec were shown, neither a trainer's library nor Optuna is imported."""
    url = sample_store_in(shell.folder)
    steps = EVERY_SCREEN.format(spec=SPEC, study=WHOLE)
    loaded = modules_of(shell, PROGRAM.format(url=url, steps=steps.strip()))
    assert "sqlalchemy" in loaded
    assert not loaded & {"torch", "transformers", "sklearn", "datasets", "optuna"}


def test_the_first_paint_needs_next_to_nothing(shell):
    """The modules that read stores, check specs, speak German and draw charts are imported after the first paint."""
    program = """
import sys
from runner.tui.launch import browse
from runner.tui.study_source import StudySource
from runner.tui.app import Browser
from runner.tui.context import AppContext
from runner.tui.screens.studies import StudiesScreen
Browser(AppContext(StudySource("sqlite:///none.db")))
print("MODULES", *sorted({name.partition(".")[0] for name in sys.modules}))
"""
    loaded = modules_of(shell, program)
    assert "textual" in loaded
    assert not loaded & {"sqlalchemy", "pydantic", "babel", "textual_plot", "optuna", "numpy", "pyarrow"}
