"""What a screen shows for a moment looks as it did: answers, problems, measurements, notices, what asks back.

`pytest --snapshot-update` draws them again: look at the pictures before you keep them.
"""

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import pytest
from fake_answers import FakeAnswers
from settled_screen import NARROW, WIDE, pressing, settled
from textual.widgets import Input, OptionList

from catalog.contract import Fact, Forecast
from catalog.errors import StoreError
from catalog.statement import Statement
from runner.study import planning
from runner.study.cost import Cost
from runner.study.planning import Plan
from runner.tui.dialogs import about
from runner.tui.navigation import OpenSpec
from runner.tui.screens.predict import PredictScreen
from runner.tui.study_source import StudySource

ADDRESS = {"model": "curve", "category": "test", "subcategory": "simulated"}
GOOD = json.dumps({**ADDRESS, "model_config": {"x": 0.5}, "study": {"name": "mine", "trials": 4}}, indent=2)
WRONG = GOOD.replace('"x"', '"y"').replace("4", '"four"')
WORDY = "bad lighting, but the second half is a quiet wonder and very good"


@pytest.fixture(autouse=True)
def _elsewhere(monkeypatch):
    """Show folders and versions that are the same everywhere."""
    monkeypatch.setattr(StudySource, "folder", Path("/home/ada/reviews/studies"))
    monkeypatch.setattr(about, "_version", lambda name: "9.8.7")
    monkeypatch.setattr(about, "build_of", lambda _: "the source tree /home/ada/modelcat")
    monkeypatch.setattr(about.platform, "python_version", lambda: "3.11.7")
    monkeypatch.setenv("TERM", "xterm-256color")


@pytest.fixture
def looks_the_same(browser, snap_compare):
    """Return a function that compares the screen after some steps."""

    def compare(steps, size=NARROW, *, waits=False, **options):
        async def all_steps(pilot):
            await asyncio.wait_for(whole(pilot), 60)

        async def whole(pilot):
            await settled(pilot)
            await steps(pilot)
            if not waits:  # for an answer, which none of the places' workers would give
                await settled(pilot)

        app = browser(**{"storage": "sqlite:///studies.db", "interval": 3600.0, **options})
        assert snap_compare(app, terminal_size=size, run_before=all_steps)

    return compare


@pytest.mark.parametrize(("name", "keys"), {"about": ("f10",), "delete": ("down", "d")}.items())
def test_a_dialog_looks_as_it_did(name, keys, looks_the_same, simulated):
    """Facts of this installation, what will be lost."""
    looks_the_same(pressing(*keys))


def test_saving_a_table_looks_as_it_did(looks_the_same, sample_store, monkeypatch):
    """Where to, and that it can be CSV or JSON."""
    monkeypatch.chdir("/tmp")  # noqa: S108 -- a folder that is called so everywhere
    looks_the_same(pressing("e"), storage=sample_store)


def test_the_templates_look_as_they_did(looks_the_same, until, simulated):
    """Models, their examples, and the studies there are."""

    async def steps(pilot):
        await pressing("3")(pilot)
        await settled(pilot)
        await pilot.press("f11")
        await until(pilot, lambda: pilot.app.screen.query(OptionList))
        for line in pilot.app.screen.query(Input):
            line.cursor_blink = False
        await pilot.pause(0.3)

    looks_the_same(steps, waits=True)


def test_a_terminal_that_is_too_small_looks_as_it_did(looks_the_same):
    """It says how large it must be."""
    looks_the_same(pressing(), size=(50, 12))


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x48"])
def test_problems_of_a_spec_look_as_they_did(size, looks_the_same, simulated):
    """Each with its path, their lines marked."""

    async def steps(pilot):
        pilot.app.on_open_spec(OpenSpec(WRONG))
        await settled(pilot)
        await pilot.pause(0.5)

    looks_the_same(steps, size)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x48"])
def test_a_plan_looks_as_it_did(size, looks_the_same, simulated, monkeypatch):
    """Hours, memory and disk of the study, facts, and what to change first."""

    def make_plan(request, place, tell, halted):
        del tell, halted
        data = request.task.load(request.dataset, place.cache).summary
        advice = (
            Statement("{share:percent} of the texts are cut at {length:count} tokens.", {"share": 0.41, "length": 256}),
        )
        facts = (
            Fact(
                Statement("tokens"),
                Statement("half up to {half:count}, all up to {all:count}", {"half": 174, "all": 900}),
            ),
            Fact(Statement("repeated"), Statement("{count:count} texts occur in train more than once", {"count": 96})),
        )
        forecast = Forecast((), 12.0, 1210.0, 95.0, 1_900_000_000, 91_000_000, facts, (), advice)
        cost = Cost(2515.0, 10_060.0, 15_090.0, 41.0, 290.0, 550_000_000, 92_000_000)
        return Plan(request, data, forecast, None, cost, 1, 10**12)

    monkeypatch.setattr(planning, "make_plan", make_plan)

    async def steps(pilot):
        pilot.app.on_open_spec(OpenSpec(GOOD))
        await settled(pilot)
        await pilot.pause(0.5)
        await pilot.press("ctrl+p")
        await settled(pilot)

    looks_the_same(steps, size)


@pytest.mark.parametrize("size", [NARROW, WIDE], ids=["80x24", "160x48"])
def test_an_answer_looks_as_it_did(size, looks_the_same, monkeypatch):
    """Label, confidence, probabilities, the words that decided, and what was asked before."""
    take = PredictScreen._take
    monkeypatch.setattr(
        PredictScreen,
        "_take",
        lambda self, answer, *, keep: take(self, replace(answer, seconds=0.09), keep=keep),
    )

    async def steps(pilot):
        pilot.app.context._predictions = FakeAnswers()
        await pilot.press("4")
        await settled(pilot)
        screen = pilot.app.screen
        for text, key in (("a film to remember", "ctrl+s"), (WORDY, "ctrl+e")):
            screen.form.show(text)
            await pilot.press(key)
            await settled(pilot)

    looks_the_same(steps, size)


@pytest.mark.parametrize("place", ["1", "4"])
def test_a_store_without_studies_looks_as_it_did(place, looks_the_same):
    """It says how to begin."""
    looks_the_same(pressing(place), storage="sqlite:///none.db")


def test_a_database_that_cannot_be_used_looks_as_it_did(looks_the_same, monkeypatch):
    """Its notice says what to do, and no message says that it is still being read."""

    async def refuse(*_):
        raise StoreError(
            "sqlite:////home/ada/reviews/studies.db was made by a newer modelcat (schema 9999, this one knows up to "
            "0003): upgrade modelcat, or name another database with --storage"
        )

    monkeypatch.setattr(StudySource, "read", refuse)
    looks_the_same(pressing())
