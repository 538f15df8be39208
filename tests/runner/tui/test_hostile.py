"""Untrusted content in a store, a log or a spec: no screen executes it, and none breaks."""

import json
import random
import sqlite3

from sample_store import NOON, WHOLE
from textual.screen import ModalScreen

from runner.tui.app import Browser
from runner.tui.base_screen import show_message
from runner.tui.context import AppContext
from runner.tui.navigation import OpenSpec, OpenStudy
from runner.tui.preferences import Preferences
from runner.tui.screens.trial import TrialScreen
from runner.tui.study_source import StudySource

PIECES = (
    "[@click=app.quit]x[/]",
    "[/nope]",
    "[bold red]",
    "\\[",
    "\x1b[2J\x1b]0;title\x07",
    "\x9b31m",
    "\x00",
    "\r\n\t\x0b",
    "\u202egnp.exe",
    "\u2066\u200f\u200b\ufeff",
    "\ud83d",
    "👩\u200d👩\u200d👧\u200d👦",
    "e\u0301\u0327" * 9,
    "שלום עליכם",
    "漢字かな" * 5,
    "=cmd()",
    "{x} {{y}} %s %(z)s",
    "$primary @click",
    "\u2028\U000e0041\ue000",
    "<script>",
    "a" * 3000,
)
KEYS_IN_STUDY = [
    "]",
    "]",
    "]",
    "]",
    "g",
    "g",
    "g",
    "g",
    "g",
    "g",
    "g",
    "p",
    "p",
    "a",
    "a",
    "f",
    "escape",
    "v",
    "escape",
    "t",
    "T",
    "x",
    "down",
    "x",
    "c",
    "escape",
    "l",
    "]",
    "escape",
]
NAMES = {"]": "right_square_bracket"}


def odd(luck):
    """Return some pieces of hostile text."""
    return "".join(luck.choice(PIECES) for _ in range(luck.randint(1, 4)))


def spoilt(value, luck, *, keys=False):
    """Return JSON in which texts are hostile; with `keys` one more field is, too."""
    match value:
        case str():
            return odd(luck)
        case list():
            return [spoilt(item, luck, keys=keys) for item in value]
        case dict():
            expected = {name: spoilt(item, luck, keys=keys) for name, item in value.items()}
            return expected | ({odd(luck): odd(luck)} if keys else {})
    return value


def spoil(path, luck):
    """Write hostile texts over what the hostile store has left harmless: what others than modelcat may write."""
    with sqlite3.connect(path) as connection:

        def over(table, column, **how):
            rows = connection.execute(f"SELECT rowid, {column} FROM {table} WHERE {column} IS NOT NULL").fetchall()  # noqa: S608 -- names of ours
            for row, text in rows:
                new = json.dumps(spoilt(json.loads(text), luck, **how))
                connection.execute(f"UPDATE {table} SET {column} = ? WHERE rowid = ?", (new, row))  # noqa: S608

        over("modelcat_studies", "versions", keys=True)
        over("modelcat_studies", "failure")
        over("modelcat_trials", "failure")
        over("modelcat_trials", "notes")
        for row, text in connection.execute("SELECT id, data FROM modelcat_studies").fetchall():
            data = json.loads(text)
            data |= {name: spoilt(data[name], luck) for name in ("name", "language", "notes") if name in data}
            connection.execute("UPDATE modelcat_studies SET data = ? WHERE id = ?", (json.dumps(data), row))
        for row, text in connection.execute("SELECT id, spec FROM modelcat_studies").fetchall():
            spec = json.loads(text)
            spec["dataset"], spec["model_config"] = (
                spoilt(spec[name], luck, keys=True) for name in ("dataset", "model_config")
            )
            connection.execute("UPDATE modelcat_studies SET spec = ? WHERE id = ?", (json.dumps(spec), row))
        for row, text in connection.execute("SELECT rowid, params FROM modelcat_trials").fetchall():
            params = {**json.loads(text), odd(luck): odd(luck)}
            connection.execute("UPDATE modelcat_trials SET params = ? WHERE rowid = ?", (json.dumps(params), row))
        plain = [odd(luck).encode("utf-8", "replace").decode() for _ in range(2)]
        connection.execute("UPDATE modelcat_studies SET title = ?, notes = ?", plain)
    connection.close()
    for study in path.parent.joinpath("studies").iterdir():
        lines = [
            json.dumps({"time": "2026-03-14T15:00:00+00:00", "kind": kind, "training": odd(luck), "text": odd(luck)})
            for kind in ("opened", "phase", "failed", "details", odd(luck)) * 4
        ]
        study.joinpath("log.jsonl").write_text("\n".join([*lines, odd(luck).encode("ascii", "replace").decode()]))


def harmful(app):
    """Return what is on the screen that would steer a terminal, and what markup has made to be clicked."""
    strips = app.screen._compositor.render_strips()[: app.size.height]
    found = {sign for strip in strips for part in strip for sign in part.text if not sign.isprintable()} - {"\xa0"}
    clicked = {
        str(part.style.meta)
        for strip in strips
        for part in strip
        if part.style and "quit" in str(part.style.meta.get("@click", ""))
    }
    return found | clicked


def test_no_place_obeys_hostile_text(hostile_store, tmp_path, drive, until):
    """Every place, tab and dialog is visited; nothing that steers a terminal is drawn, and nothing ends the app."""
    luck = random.Random(4)
    spoil(tmp_path / "hostile" / "here" / "studies.db", luck)
    app = Browser(AppContext(StudySource(hostile_store), Preferences(language="de"), interval=2.0, clock=lambda: NOON))

    async def look(pilot, *keys):
        for key in keys:
            await pilot.press(NAMES.get(key, key))
            assert not harmful(app), (key, app.screen)

    async def leave(pilot):
        for _ in range(4):
            if isinstance(app.screen, ModalScreen):
                await pilot.press("escape")

    async def steps(pilot):
        await until(pilot, lambda: app.screen.query_one("VirtualTable").keys)
        await look(pilot, "home", "i", "escape", "d", "n", "ctrl+k", "x", "escape", "escape", "question_mark", "escape")
        await look(pilot, "slash", *"[/x]", "escape", "e", "escape", "f10", "escape", "y", "ctrl+o", "escape")
        for study in (WHOLE, "imdb-bert", "tickets-csv"):
            app.on_open_study(OpenStudy(study))
            await pilot.pause(0.3)
            assert app.screen.notice.message == ""  # it is shown, not refused
            await look(pilot, *(KEYS_IN_STUDY if study == WHOLE else KEYS_IN_STUDY[:9]))
            await leave(pilot)
        for number in (7, 6):
            app.push_screen(TrialScreen(app.context, WHOLE, number))
            await pilot.pause(0.3)
            assert app.screen.notice.message == ""
            await look(pilot, *(["]", "down", "f", "v"] * 7 if number == 7 else ["]"]), "n", "p")
            await leave(pilot)
        spec = {odd(luck): odd(luck), "model": odd(luck), "category": "nlp", "study": {odd(luck): 1}}
        app.on_open_spec(OpenSpec(json.dumps(spec)))
        await pilot.pause(0.4)
        await look(pilot, "ctrl+g", "f12", "ctrl+n", "escape", "ctrl+t", "escape", "ctrl+s")
        await leave(pilot)
        await look(pilot, "escape", "2", "down", "down", "down", "4", "f8", "escape")
        show_message(app, odd(luck), error=True)
        await pilot.pause(0.1)
        assert not harmful(app)
        assert app.is_running

    drive(app, steps)
