"""The dialogs: what they show, and what they answer."""

import json
from pathlib import Path

import pytest
from textual.widgets import Input, TextArea

from runner.presentation.datatable import DataTable, as_csv
from runner.presentation.language import Language
from runner.tui.bindings import ACTIONS, EVERY_SCREEN, actions_of
from runner.tui.dialogs.about import build_of
from runner.tui.dialogs.describe import DescribeDialog
from runner.tui.dialogs.help import HelpDialog, help_page
from runner.tui.dialogs.jump import JumpDialog, targets_of
from runner.tui.dialogs.save_file import SaveDialog
from runner.tui.dialogs.too_small import TooSmallDialog
from runner.tui.figures.canvas import Canvas
from runner.tui.glyphs import UNICODE
from runner.tui.palette import DARK, palette_of
from runner.tui.table_export import save_table
from runner.tui.widgets.virtual_table import VirtualTable

NONE_YET = object()


@pytest.fixture
def asked(browser, drive, until):
    """Return a function that opens a dialog, does something to it, and returns its answer."""

    def run(make, steps, size=(80, 24), **options):
        app, answers = browser(**{"interval": 0.5, **options}), []

        async def all_steps(pilot):
            await until(pilot, lambda: app.screen.query_one(VirtualTable).keys)
            await app.push_screen(make(app.context), answers.append)
            await pilot.pause()
            await steps(pilot, app)
            await pilot.pause()

        drive(app, all_steps, size)
        return answers[0] if answers else NONE_YET

    return run


@pytest.fixture
def opened(browser, drive, until):
    """Return a function that does something to the app once the studies are there."""

    def run(steps, size=(80, 24), **options):
        app = browser(**{"interval": 0.5, **options})

        async def all_steps(pilot):
            await until(pilot, lambda: app.screen.query_one(VirtualTable).keys)
            await steps(pilot, app)

        drive(app, all_steps, size)

    return run


def canvas(width):
    """Return what to draw a page on."""
    spoken = Language("en")
    return Canvas(width, 20, palette_of(DARK, {}), UNICODE, spoken, spoken.translate)


# Help


def test_help_names_every_key_of_the_place_and_everywhere(opened, text_of, until):
    """All that can be done now stands there, in the order of the table; Escape closes."""

    async def steps(pilot, app):
        await pilot.press("question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpDialog))
        await pilot.pause(0.1)
        shown = text_of(app)
        for text in ("Enter, o", "Ask a study's model about an input.", "^k, F2", "Everywhere", "Esc close"):
            assert text in shown
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, HelpDialog))

    opened(steps, (160, 48))


def test_help_can_be_scrolled_to_its_end_in_80x24(opened, text_of, until):
    """The line that says how to leave is always seen."""

    async def steps(pilot, app):
        await pilot.press("f1")
        await until(pilot, lambda: "Esc" in text_of(app))
        await pilot.press("end")
        await until(pilot, lambda: "Einstellungen" in text_of(app) or "settings file" in text_of(app))
        assert "Esc" in text_of(app)

    opened(steps)


def test_help_stands_in_two_columns_where_there_is_room():
    """Side by side in 120 cells, one after the other in 70, never wider than its place."""
    here, everywhere = actions_of("studies"), actions_of(EVERY_SCREEN)
    wide, narrow = help_page(here, everywhere, {}, canvas(120)), help_page(here, everywhere, {}, canvas(70))
    assert "Here" in wide.plain.split("\n")[0]
    assert "Everywhere" in wide.plain.split("\n")[0]
    assert narrow.plain.split("\n")[0].strip() == "Here"
    assert max(line.cell_length for line in wide.split("\n")) <= 120
    assert max(line.cell_length for line in narrow.split("\n")) <= 70


@pytest.mark.parametrize("width", [52, 70, 120])
def test_no_line_of_help_is_too_wide_for_any_place(width):
    """Long keys of a person's own keymap included."""
    keymap = {action.id: "ctrl+shift+f12,ctrl+shift+f11" for action in ACTIONS}
    for place in {action.screen for action in ACTIONS}:
        for keys in ({}, keymap):
            page = help_page(actions_of(place), actions_of(EVERY_SCREEN), keys, canvas(width))
            assert max(line.cell_length for line in page.split("\n")) <= width


def test_help_shows_the_persons_own_keys(opened, text_of, until):
    """A keymap in the settings is what is listed."""

    async def steps(pilot, app):
        await pilot.press("question_mark")
        await until(pilot, lambda: "Ask the study to stop" in text_of(app))
        line = next(line for line in text_of(app).splitlines() if "Ask the study to stop" in line)
        assert "^x" in line

    opened(steps, keymap={"studies.stop": "ctrl+x"})


def test_what_read_only_takes_away_is_not_in_the_help(opened, text_of, until):
    """Only what can be done is listed."""

    async def steps(pilot, app):
        await pilot.press("question_mark")
        await until(pilot, lambda: "Open the study." in text_of(app))
        assert "Delete the study" not in text_of(app)

    opened(steps, (160, 48), read_only=True)


# About


def test_about_tells_versions_and_files_and_no_password(opened, text_of, until):
    """And y copies it all for a report."""

    async def steps(pilot, app):
        app.context.source._storage = "postgresql+psycopg://anna:secret@db.example/cats"
        await pilot.press("f10")
        await until(pilot, lambda: "anna" in text_of(app))
        shown = text_of(app)
        assert "secret" not in shown
        for word in ("modelcat", "textual", "optuna", "torch", "Python", "80 x 24"):
            assert word in shown
        await pilot.press("y")
        assert "secret" not in app.clipboard
        assert "anna:***@db.example" in app.clipboard
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.SCREEN_NAME == "studies")

    async def watched(pilot, app):
        app.screen.poll_now = lambda: None  # the made-up server is not to be asked
        await steps(pilot, app)

    opened(watched, interval=3600)


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        ({"url": "file:///src/cats", "dir_info": {"editable": True}}, "the source tree /src/cats"),
        ({"url": "file:///src/cats", "dir_info": {}}, "built from /src/cats"),
        (
            {"url": "https://bo:pw@host.example/cats", "vcs_info": {"vcs": "git", "commit_id": "0123456789abcdef"}},
            "commit 0123456789ab of https://bo:***@host.example/cats",
        ),
        (None, "a released package in "),
        ("{broken", "a released package in "),
    ],
)
def test_the_build_is_read_from_the_metadata(browser, monkeypatch, origin, expected):
    """Editable, from a folder, from a commit, or released; passwords in it are masked."""

    class Distribution:
        def read_text(self, name):
            assert name == "direct_url.json"
            return origin if origin is None or isinstance(origin, str) else json.dumps(origin)

    monkeypatch.setattr("runner.tui.dialogs.about.distribution", lambda name: Distribution())
    assert build_of(browser().context).startswith(expected)


# Jump


def test_a_letter_goes_to_its_part(opened, until, text_of):
    """Letters stand at the corners of all that can be focused; the screen below is seen; Escape leaves."""

    async def steps(pilot, app):
        targets = targets_of(app.screen)
        assert [target.letter for target in targets] == ["a", "s"]
        assert len({(target.column, target.line) for target in targets}) == 2
        await pilot.press("ctrl+o")
        await until(pilot, lambda: isinstance(app.screen, JumpDialog))
        assert "imdb-bert" in text_of(app)
        await pilot.press("s")
        await until(pilot, lambda: app.focused is targets[1].widget)
        await pilot.press("f6", "escape")
        await until(pilot, lambda: not isinstance(app.screen, JumpDialog))
        assert app.focused is targets[1].widget
        await pilot.press("f6", "q")
        await until(pilot, lambda: not isinstance(app.screen, JumpDialog))
        assert app.is_running

    opened(steps, (160, 48))


def test_a_click_on_a_letter_goes_there_too(opened, until):
    """A click elsewhere leaves."""

    async def steps(pilot, app):
        target = targets_of(app.screen)[1]
        await pilot.press("f6")
        await until(pilot, lambda: isinstance(app.screen, JumpDialog))
        await pilot.click(offset=(target.column + 1, target.line))
        await until(pilot, lambda: app.focused is target.widget)

    opened(steps, (160, 48))


# Too small


def test_a_small_terminal_says_so_until_it_is_larger(opened, until, text_of):
    """It tells what is needed and what there is; nothing else has to be done than making it larger."""

    async def steps(pilot, app):
        await pilot.resize_terminal(50, 12)
        await until(pilot, lambda: isinstance(app.screen, TooSmallDialog))
        shown = " ".join(text_of(app).split())
        assert "60 x 18" in shown
        assert "50 x 12" in shown
        await pilot.resize_terminal(40, 10)
        await until(pilot, lambda: "40 x 10" in " ".join(text_of(app).split()))
        await pilot.press("escape", "d")
        assert isinstance(app.screen, TooSmallDialog)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: app.screen.SCREEN_NAME == "studies")

    opened(steps)


# Title and notes


def test_title_and_notes_are_answered_as_typed(asked):
    """Enter goes from the title to the notes, where it is a line break."""

    async def steps(pilot, app):
        await pilot.press(*"New", "enter", *"one", "enter", *"two", "f5")

    assert asked(lambda context: DescribeDialog(context, "Old", ""), steps) == ("New", "one\ntwo")


def test_leaving_title_and_notes_answers_nothing(asked):
    """Escape from either field."""

    async def steps(pilot, app):
        await pilot.press("tab", *"one", "escape")

    assert asked(lambda context: DescribeDialog(context, "Old", "notes"), steps) is None


def test_notes_that_are_too_long_are_not_taken(asked, text_of):
    """It says how long they may be, and what was typed is not lost."""

    async def steps(pilot, app):
        app.screen.query_one(TextArea).text = "x" * 20_001
        await pilot.press("ctrl+s")
        await pilot.pause()
        assert "20,001" in text_of(app)
        assert isinstance(app.screen, DescribeDialog)

    assert asked(lambda context: DescribeDialog(context, "", ""), steps) is NONE_YET


# Saving


def saving(path):
    """Return what makes a dialog that saves CSV or JSON."""
    return lambda context: SaveDialog(context, Path(path), ("csv", "json"))


def test_enter_answers_the_path(asked):
    """As it stands, where nothing is there yet."""

    async def steps(pilot, app):
        await pilot.press("enter")

    assert asked(saving("a.csv"), steps) == Path("a.csv")


def test_the_format_goes_round(asked):
    """By ctrl+t, and by writing another ending."""

    async def steps(pilot, app):
        await pilot.press("ctrl+t")
        assert app.screen.query_one(Input).value == "a.b.json"
        await pilot.press("ctrl+t")
        assert app.screen.query_one(Input).value == "a.b.csv"
        app.screen.query_one(Input).value = "odd.name"
        await pilot.press("f8", "enter")

    assert asked(saving("a.b.csv"), steps) == Path("odd.name.csv")


@pytest.mark.parametrize("value", ["", "a.txt", "nowhere/a.csv", "studies", "a\\0.csv"])
def test_what_cannot_be_written_is_said_at_once(asked, value, text_of):
    """And Enter does not take it."""

    async def steps(pilot, app):
        app.screen.query_one(Input).value = value.replace("\\0", "\0")
        await pilot.pause()
        shown = text_of(app)
        assert any(text in shown for text in ("Name a file", "must end in", "There is no folder", "There is a folder"))
        await pilot.press("enter")
        assert isinstance(app.screen, SaveDialog)

    assert asked(saving("a.csv"), steps) is NONE_YET


@pytest.mark.parametrize(("key", "taken"), [("y", True), ("n", False)])
def test_a_file_that_is_there_is_written_over_only_if_agreed(asked, until, tmp_path, key, taken):
    """The dialog is there again after a no."""
    path = tmp_path / "old.csv"
    path.write_text("kept")

    async def steps(pilot, app):
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, SaveDialog))
        await pilot.press(key)
        await until(pilot, lambda: app.screen.is_current)

    assert asked(saving(path), steps) == (path if taken else NONE_YET)
    assert path.read_text() == "kept"


# What is saved


TABLE = DataTable(("study", "best.value"), (("=cmd('x')", -0.5), ("a", None)))


def test_what_cannot_be_saved_is_told(opened, until, monkeypatch):
    """The reason, and nothing half written."""

    def fail(path, content):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("runner.store.files.write_bytes", fail)

    async def steps(pilot, app):
        save_table(app.screen, "a/../b", lambda: TABLE)
        await pilot.pause()
        assert app.screen.query_one(Input).value == "a-..-b.csv"
        await pilot.press("enter")
        await until(pilot, lambda: any("Permission denied" in note.message for note in app._notifications))
        save_table(app.screen, "none", lambda: DataTable(TABLE.columns))
        await until(pilot, lambda: any("nothing to save" in note.message for note in app._notifications))

    opened(steps)


def test_a_web_browser_gets_a_download(opened, monkeypatch):
    """The user is not asked for a path of the server."""
    delivered = []

    async def steps(pilot, app):
        monkeypatch.setattr(type(app), "is_web", property(lambda self: True))
        monkeypatch.setattr(app, "deliver_text", lambda text, **options: delivered.append((text.read(), options)))
        save_table(app.screen, "studies", lambda: TABLE)
        assert app.screen.SCREEN_NAME == "studies"

    opened(steps)
    assert delivered[0][0] == as_csv(TABLE)
    assert delivered[0][1]["save_filename"] == "studies.csv"
