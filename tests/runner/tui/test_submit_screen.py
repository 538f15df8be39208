"""The place where specs are written: checked while one types, completed, measured, submitted, never lost."""

import json
import threading
from datetime import timedelta

import pytest
from textual.events import Paste
from textual.widgets import Input, OptionList

from catalog.errors import DataError, StoppedError, StudyConflictError, WorkError
from catalog.spec import resolve
from catalog.statement import Statement
from runner.store.records import Owner
from runner.store.store import Store
from runner.study import background, planning
from runner.study.planning import Plan
from runner.study.stored_study import facts_of
from runner.tui.app import Browser
from runner.tui.base_screen import BaseScreen
from runner.tui.navigation import OpenSpec

ADDRESS = {"model": "curve", "category": "test", "subcategory": "simulated"}
GOOD = json.dumps({**ADDRESS, "model_config": {"x": 0.5}, "study": {"name": "mine", "trials": 4}}, indent=2)
WRONG = GOOD.replace('"x"', '"y"').replace("4", '"four"')


@pytest.fixture
def gone_to(monkeypatch):
    """Return where the app was sent; the other places stay out of these tests."""
    studies = []
    monkeypatch.setattr(Browser, "on_open_study", lambda _, message: studies.append(message.study))
    return studies


@pytest.fixture
def workers(monkeypatch):
    """Return the places for which a worker was started; none is."""
    started = []
    monkeypatch.setattr(background, "start_worker", lambda place: started.append(place) or 1)
    return started


@pytest.fixture
def write(browser, drive, until, simulated, gone_to, workers):
    """Return a function that opens the place with a text, waits until it is judged, and does something there."""

    def run(text, steps, *, size=(120, 30), **options):
        async def main(pilot):
            pilot.app.on_open_spec(OpenSpec(text))
            await until(pilot, lambda: type(pilot.app.screen).__name__ == "SubmitScreen")
            screen = pilot.app.screen
            await judged(pilot, screen)
            await steps(pilot, screen)

        async def judged(pilot, screen):
            await until(pilot, lambda: screen._judgement and screen._judgement.text == screen.editor.text)

        drive(browser(interval=1.0, **options), main, size)

    return run


def said(screen, part):
    """Return what stands in one of the lines below the editor."""
    return str(screen.query_one(f"#{part}").visual)


def test_problems_are_listed_and_their_lines_marked(write, until, text_of):
    """Every problem has a line with its path, and a mark next to its line in the editor."""

    async def steps(pilot, screen):
        assert [(fault.path, fault.line) for fault in screen.side.faults] == [
            ("model_config.y", 5),
            ("study.trials", 9),
        ]
        assert set(screen.editor.marked) == {5, 9}
        await until(pilot, lambda: "model_config.y: unknown field" in text_of(pilot.app))
        await until(pilot, lambda: "6✗" in text_of(pilot.app))
        assert "2 problems" in said(screen, "verdict")
        assert screen.check_action("submit", ()) is False

    write(WRONG, steps)


def test_keys_clicks_and_enter_go_to_problems(write, until):
    """^g goes from problem to problem and round again; Enter and a click in the list go to the chosen one."""

    async def steps(pilot, screen):
        await pilot.press("ctrl+g")
        assert screen.editor.cursor_location[0] == 5
        await pilot.press("ctrl+g")
        assert screen.editor.cursor_location[0] == 9
        await pilot.press("ctrl+g")
        assert screen.editor.cursor_location[0] == 5
        screen.query_one("#problems", OptionList).focus()
        await pilot.press("down", "enter")
        assert screen.editor.cursor_location[0] == 9
        assert screen.editor.has_focus
        await pilot.click("#problems", offset=(4, 0))
        await until(pilot, lambda: screen.editor.cursor_location[0] == 5)

    write(WRONG, steps)


def test_mending_a_problem_takes_it_away_at_once(write, until):
    """What is typed is judged a moment later; with nothing wrong the study's name and trials are shown."""

    async def steps(pilot, screen):
        screen.editor.move_cursor((5, 6))
        await pilot.press("backspace", "x")
        await until(pilot, lambda: [fault.path for fault in screen.side.faults] == ["study.trials"])
        screen.edit(GOOD)
        await until(pilot, lambda: "mine" in said(screen, "verdict"))
        assert "4 trials" in said(screen, "verdict")
        assert "test/simulated/curve" in said(screen, "verdict")
        assert screen.editor.marked == {}
        assert screen.check_action("submit", ()) is True

    write(WRONG, steps)


def test_the_data_are_looked_at_when_the_spec_is_right(write, until, text_of):
    """Rows, classes and notes are shown without being asked for; an error of the data is a problem of the spec."""

    async def steps(pilot, screen):
        await until(pilot, lambda: "Rows: 80 training" in text_of(pilot.app))
        assert "Classes: no, yes" in text_of(pilot.app)
        linear = {"model": "linear", "category": "nlp", "subcategory": "text-classification", "model_config": {}}
        screen.edit(json.dumps({**linear, "dataset": {"source": "files", "train": "nowhere.csv"}}))
        await until(pilot, lambda: [fault.path for fault in screen.side.faults] == ["dataset.train"])
        assert "nowhere.csv" in screen.side.faults[0].message
        assert screen.check_action("submit", ()) is False

    write(GOOD, steps)


def test_names_and_values_are_completed(write, until):
    """^n writes the only thing there is, or shows a list that keys choose from and typing narrows; commas are added."""

    async def steps(pilot, screen):
        editor = screen.editor
        editor.move_cursor((5, len(editor.document.get_line(5))))
        await pilot.press("enter", "ctrl+n")
        await until(pilot, lambda: screen.offers.is_open)
        labels = [offer.label for offer in screen.offers.offers]
        assert "luck" in labels
        assert "x" not in labels
        await pilot.press('"', "t", "r")
        await until(pilot, lambda: [offer.label for offer in screen.offers.offers][:1] == ["trouble"])
        await pilot.press("down", "up", "enter")
        assert not screen.offers.is_open
        assert json.loads(editor.text)["model_config"] == {"x": 0.5, "trouble": "none"}
        await pilot.press("left", "ctrl+n")
        await until(pilot, lambda: screen.offers.is_open)
        await pilot.press("escape")
        assert not screen.offers.is_open
        assert pilot.app.screen is screen

    write(GOOD, steps)


def test_the_field_at_the_cursor_is_explained(write):
    """Description, what is allowed and the default follow the cursor."""

    async def steps(pilot, screen):
        screen.editor.move_cursor((5, 7))
        await pilot.pause()
        assert "Best at 0.7." in said(screen, "meaning")
        screen.editor.move_cursor((9, 6))
        await pilot.pause()
        assert "default 20" in said(screen, "meaning")
        assert "Typical: 20" in said(screen, "meaning")

    write(GOOD, steps)


def test_a_new_line_is_indented(write):
    """Enter keeps the indent, goes deeper after a bracket, and sets the closing one apart."""

    async def steps(pilot, screen):
        screen.editor.move_cursor((0, 9))
        await pilot.press("enter", "1")
        assert screen.editor.text == '{"a": {\n  1\n}}'

    write('{"a": {  }}', steps)


def test_a_plan_is_measured_and_told(write, until, monkeypatch, text_of):
    """^p shows time and advice once measured, and forgets them when the text changes."""
    halting = []

    def make_plan(request, place, tell, halted):
        tell("reading data and model")
        halting.append(halted)
        advice = Statement("Train longer.", {})
        data = request.task.load(request.dataset, place.cache).summary
        plan = Plan(request, data, None, None, None, 1, 10**12)
        monkeypatch.setattr(Plan, "advice", [advice])
        return plan

    monkeypatch.setattr(planning, "make_plan", make_plan)

    async def steps(pilot, screen):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: screen.planner.plan is not None)
        assert "makes no forecast" in said(screen, "measured")
        await until(pilot, lambda: "Train longer." in text_of(pilot.app))
        await pilot.press("space")
        assert screen.planner.plan is None

    write(GOOD, steps)


@pytest.mark.parametrize("by", ["escape", "space"])
def test_a_plan_is_cancelled_by_escape_and_by_typing(write, until, monkeypatch, by):
    """Measuring stops, and nothing of it is shown; Escape does not leave the screen meanwhile."""
    ended = threading.Event()

    def make_plan(request, place, tell, halted):
        tell("reading data and model")
        while not halted():
            ended.wait(0.01)
        ended.set()
        raise StoppedError("stopped")

    monkeypatch.setattr(planning, "make_plan", make_plan)

    async def steps(pilot, screen):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "Reading data and model" in said(screen, "measured"))
        await pilot.press(by)
        await until(pilot, ended.is_set)
        assert screen.planner.step == ""
        assert pilot.app.screen is screen

    write(GOOD, steps)


def test_a_plan_that_fails_says_why(write, until, monkeypatch):
    """The reason why nothing can be measured is shown in the line of the plan."""

    def make_plan(*_, **__):
        raise WorkError("the probe does not fit")

    monkeypatch.setattr(planning, "make_plan", make_plan)

    async def steps(pilot, screen):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: "the probe does not fit" in said(screen, "measured"))

    write(GOOD, steps)


def test_a_plan_is_measured_in_a_real_worker(write, until):
    """Under the terminal UI, whose stderr is no file, a worker process can be started."""

    async def steps(pilot, screen):
        await pilot.press("ctrl+p")
        await until(pilot, lambda: screen.planner.plan or screen.planner.trouble, seconds=30)
        assert screen.planner.trouble == ""
        assert screen.planner.plan.data.rows["train"] == 80

    write(GOOD, steps)


def test_a_right_spec_is_put_into_the_queue(write, until, sample_store, gone_to, workers):
    """^s submits, starts a worker and goes to the study; the draft is forgotten."""

    async def steps(pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: gone_to == ["mine"])
        with Store.open(sample_store, create=False) as store:
            record = store.study("mine")
        assert (record.state, record.planned) == ("queued", 4)
        assert len(workers) == 1

    write(GOOD, steps)


def test_whoever_has_gone_elsewhere_stays_there(write, until, sample_store, gone_to, monkeypatch):
    """Queueing takes a moment; a user who leaves meanwhile sees the message on the current screen."""
    expected, going = [], threading.Event()
    monkeypatch.setattr(BaseScreen, "show_message", lambda _, message, error=False: expected.append(message))

    def start(_):
        going.wait(8)

    monkeypatch.setattr(background, "start_worker", start)

    async def steps(pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen._submitting)
        pilot.app.action_go_to("catalog")
        going.set()
        await until(pilot, lambda: expected)
        assert pilot.app.current_mode == "catalog"
        assert gone_to == []

    write(GOOD, steps)


def test_nothing_wrong_is_submitted(write, gone_to, sample_store):
    """With problems ^s does nothing; in read-only mode nothing is submitted at all."""

    async def steps(pilot, screen):
        await pilot.press("ctrl+s")
        await pilot.pause(0.3)
        assert gone_to == []

    write(WRONG, steps)
    write(GOOD, steps, read_only=True)


def test_a_taken_name_is_a_problem_at_the_name(write, until, gone_to, sample_store):
    """Before it is submitted, a study of that name and another spec is shown at the name, each difference a line."""

    async def steps(pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: gone_to == ["mine"])
        other = GOOD.replace("0.5", "0.6")
        screen.edit(other)
        await until(pilot, lambda: screen.side.faults)
        messages = [fault.message for fault in screen.side.faults]
        assert "exists with a different spec" in messages[0]
        assert "model_config.x: 0.5 in the store, 0.6 here" in messages
        line = other.splitlines().index('    "name": "mine",')
        assert {(fault.path, fault.line) for fault in screen.side.faults} == {("study.name", line)}
        assert "problems" in said(screen, "verdict")
        await pilot.press("ctrl+s")
        assert screen.editor.text == other
        assert gone_to == ["mine"]
        screen.edit(other.replace("mine", "free"))
        await until(pilot, lambda: "free" in said(screen, "verdict"))
        screen.edit(GOOD)
        await until(pilot, lambda: screen.side.faults)
        assert [fault.message[:26] for fault in screen.side.faults] == ["study 'mine' is queued alr"]

    write(GOOD, steps)


def test_a_finished_study_wants_more_trials(write, until, sample_store, simulated, tmp_path):
    """A spec that a study has finished with is shown at the trials, which may grow; with more of them it is right."""
    with Store.open(sample_store, create=True) as store:
        store.enqueue("mine", **facts_of(resolve(json.loads(GOOD), tmp_path), "study"))
        store.release("mine", store.acquire("mine", Owner.this_process(), timedelta(minutes=1)), "finished")

    async def steps(pilot, screen):
        await until(pilot, lambda: screen.side.faults)
        assert [fault.path for fault in screen.side.faults] == ["study.trials"]
        assert "is finished with" in screen.side.faults[0].message
        screen.edit(GOOD.replace("4", "5"))
        await until(pilot, lambda: "5 trials" in said(screen, "verdict"))

    write(GOOD, steps)


def test_the_tick_waits_for_the_data(write, until, monkeypatch):
    """While data are being checked there is no tick; what validate would refuse takes its place, and ^s waits too."""
    going, seen = threading.Event(), []

    def check(request, cache):
        seen.append(request.config)
        going.wait(8)
        raise DataError("class_weights has 3 entries, the data have 2 classes", field="model_config.x")

    monkeypatch.setattr("runner.tui.screens.submit.screen.inspect_data", check)

    async def steps(pilot, screen):
        await until(pilot, lambda: seen)
        assert "Checking the data" in said(screen, "verdict")
        assert "mine" not in said(screen, "verdict")
        await pilot.press("ctrl+s")
        await pilot.pause(0.1)
        assert not screen._submitting
        going.set()
        await until(pilot, lambda: screen.side.faults)
        assert (screen.side.faults[0].path, screen.side.faults[0].line) == ("model_config.x", 5)
        assert "1 problem" in said(screen, "verdict")
        screen.edit(GOOD.replace("0.5", "0.7"))  # another configuration: the data are checked again for it
        await until(pilot, lambda: len(seen) == 2)

    write(GOOD, steps)


async def opened_file(pilot, until, path):
    """Ask for a file and name it."""
    await pilot.press("ctrl+f")
    await until(pilot, lambda: type(pilot.app.screen).__name__ == "PromptDialog")
    pilot.app.screen.query_one(Input).value = str(path)
    await pilot.press("enter")
    await until(pilot, lambda: type(pilot.app.screen).__name__ != "PromptDialog")


def test_a_file_that_is_no_spec_asks_before_it_replaces_the_draft(write, until, tmp_path):
    """A text without a field of a spec takes the draft's place only if the person says so; a faulty spec is opened."""
    (tmp_path / "notes.json").write_text('{"shopping": ["milk"]}')
    (tmp_path / "faulty.json").write_text('{"model": "curve", "study": {"trials": 3}')

    async def steps(pilot, screen):
        await opened_file(pilot, until, tmp_path / "notes.json")
        assert type(pilot.app.screen).__name__ == "ConfirmDialog"
        await pilot.press("n")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.editor.text == GOOD
        await opened_file(pilot, until, tmp_path / "notes.json")
        await pilot.press("y")
        await until(pilot, lambda: "milk" in screen.editor.text)
        await opened_file(pilot, until, tmp_path / "faulty.json")
        await until(pilot, lambda: '"curve"' in screen.editor.text)

    write(GOOD, steps)


@pytest.mark.parametrize("name", ["rows.csv", "rows.TSV", "rows.jsonl", "rows.parquet", "rows.csv.gz"])
def test_data_offer_a_spec_for_them(write, until, tmp_path, name):
    """A file of rows is not put into the editor: a spec that reads it is offered, and the draft stays until then."""
    (tmp_path / name).write_bytes(b"text,label\n" * 200_000)

    async def steps(pilot, screen):
        await opened_file(pilot, until, tmp_path / name)
        assert type(pilot.app.screen).__name__ == "ChoiceDialog"
        await pilot.press("escape")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.editor.text == GOOD
        await opened_file(pilot, until, tmp_path / name)
        choices = [choice.label for choice in pilot.app.screen._choices]
        assert f"linear: a spec for {name}" in choices
        await pilot.press(*["down"] * choices.index(f"linear: a spec for {name}"), "enter")
        await until(pilot, lambda: pilot.app.screen is screen and screen.editor.text != GOOD)
        spec = json.loads(screen.editor.text)
        assert spec["dataset"] == {"source": "files", "train": name}
        assert spec["model"] == "linear"
        assert screen.base == tmp_path

    write(GOOD, steps)


def test_a_study_waits_where_no_worker_can_be_started(write, until, gone_to, monkeypatch, sample_store):
    """The study is queued all the same, and a message says why no process works on it."""
    expected = []

    def fail(_):
        raise WorkError("no command")

    monkeypatch.setattr(background, "start_worker", fail)
    monkeypatch.setattr(BaseScreen, "show_message", lambda _, message, error=False: expected.append((message, error)))

    async def steps(pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: gone_to == ["mine"])
        assert ("no command", True) in expected

    write(GOOD, steps)


def test_a_database_that_refuses_is_told(write, until, monkeypatch):
    """Whatever keeps a study from being queued is shown; nothing is lost and one can try again."""
    from runner.study import queue

    def refuse(*_):
        raise StudyConflictError("study 'mine' is being run")

    monkeypatch.setattr(queue, "submit", refuse)

    async def steps(pilot, screen):
        await pilot.press("ctrl+s")
        await until(pilot, lambda: [f.message for f in screen.side.faults] == ["study 'mine' is being run"])
        assert screen.check_action("submit", ()) is True

    write(GOOD, steps)


def test_templates_replace_the_text_and_undo_brings_it_back(write, until):
    """^t offers each model's templates and the stored studies' specs; ^z returns to what was there."""

    async def steps(pilot, screen):
        await pilot.press("ctrl+t")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "ChoiceDialog")
        labels = [choice.label for choice in pilot.app.screen._choices]
        wanted = {"bert: only what is needed", "bert: every field", "linear: example demo", "Study imdb-bert"}
        assert wanted <= set(labels)
        await pilot.press(*["down"] * labels.index("linear: example demo"), "enter")
        await until(pilot, lambda: '"linear"' in screen.editor.text)
        await until(pilot, lambda: "linear-demo" in said(screen, "verdict"))
        await pilot.press("ctrl+z")
        assert screen.editor.text == GOOD

    write(GOOD, steps)


def test_a_file_is_opened_and_its_paths_count_from_its_folder(write, until, tmp_path):
    """^f asks for a path, says what is wrong with it, and opens it."""
    folder = tmp_path / "specs"
    folder.mkdir()
    (folder / "large.json").write_bytes(b" " * ((1 << 20) + 1))
    (folder / "latin.json").write_bytes(b'{"a": "\xe4"}')
    (folder / "data.csv").write_text("text,label\n" + "".join(f"a text {n},{n % 2}\n" for n in range(40)))
    linear = {"model": "linear", "category": "nlp", "subcategory": "text-classification", "model_config": {}}
    (folder / "good.json").write_text(json.dumps({**linear, "dataset": {"source": "files", "train": "data.csv"}}))

    async def steps(pilot, screen):
        for name, wrong in {"large.json": "1 MiB", "none.json": "no file", "": "folder", "x\0": "Name a file"}.items():
            await pilot.press("ctrl+f")
            await until(pilot, lambda: type(pilot.app.screen).__name__ == "PromptDialog")
            pilot.app.screen.query_one(Input).value = str(folder / name)
            await pilot.press("enter")
            await until(pilot, lambda wrong=wrong: wrong in str(pilot.app.screen.query_one("#hint").visual))
            await pilot.press("escape")
        await pilot.press("ctrl+f")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "PromptDialog")
        pilot.app.screen.query_one(Input).value = str(folder / "latin.json")
        await pilot.press("enter")
        await until(pilot, lambda: pilot.app.screen is screen)
        assert screen.editor.text == GOOD
        await pilot.press("ctrl+f")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "PromptDialog")
        pilot.app.screen.query_one(Input).value = str(folder / "good.json")
        await pilot.press("enter")
        await until(pilot, lambda: "data.csv" in screen.editor.text)
        assert screen.base == folder
        await until(pilot, lambda: "linear-" in said(screen, "verdict") and screen._data and screen._data[1])
        assert screen.faults == ()
        assert sum(screen._data[1].rows.values()) == 40

    write(GOOD, steps)


def test_the_text_is_saved_into_a_file(write, until, tmp_path):
    """^e asks where to, named as the study, and writes the text whole."""

    async def steps(pilot, screen):
        await pilot.press("ctrl+e")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "SaveDialog")
        line = pilot.app.screen.query_one(Input)
        assert line.value.endswith("mine.json")
        line.value = str(tmp_path / "kept.json")
        await pilot.press("enter")
        await until(pilot, (tmp_path / "kept.json").exists)
        assert json.loads((tmp_path / "kept.json").read_text()) == json.loads(GOOD)

    write(GOOD, steps)


def test_the_text_outlives_leaving_and_a_crash(browser, drive, until, simulated, sample_store):
    """It is there when one comes back, and in the next session, which says so."""

    async def first(pilot):
        pilot.app.on_open_spec(OpenSpec(GOOD))
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "SubmitScreen")
        screen = pilot.app.screen
        await until(pilot, lambda: screen._judgement and screen._judgement.name == "mine")
        pilot.app.switch_mode("predict")
        await pilot.pause()
        pilot.app.switch_mode("submit")
        await pilot.pause()
        assert pilot.app.screen.editor.text == GOOD
        await pilot.pause(1.2)

    async def second(pilot):
        pilot.app.switch_mode("submit")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "SubmitScreen")
        await until(pilot, lambda: pilot.app.screen.editor.text == GOOD)

    async def third(pilot):
        pilot.app.on_open_spec(OpenSpec('{"asked": "for"}'))
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "SubmitScreen")
        await pilot.pause(0.5)
        assert pilot.app.screen.editor.text == '{"asked": "for"}'

    drive(browser(), first)
    drive(browser(), second)
    drive(browser(), third)


def test_an_insertion_that_is_too_long_is_left_out(write, until):
    """5 MB pasted are a problem line, not a hang; the text stays as it was."""

    async def steps(pilot, screen):
        pilot.app.post_message(Paste("x" * 5_000_000))
        await until(pilot, lambda: screen.side.faults)
        assert "5,000,000 characters" in screen.side.faults[0].message
        assert screen.editor.text == GOOD
        await pilot.press("space")
        await until(pilot, lambda: not screen.side.faults)

    write(GOOD, steps)


def test_hostile_text_never_reaches_the_terminal(write, until, text_of):
    """Control and bidi characters are written out, markup is text, in the editor and in the messages about it."""

    async def steps(pilot, screen):
        screen.edit("")
        pilot.app.post_message(Paste('{"[red]x[/nope]\x1b[31m\u202e\0": 1, "model": "[@click=app.quit]a\x9b"}'))
        await until(pilot, lambda: len(screen.side.faults) > 3)
        await until(pilot, lambda: "[red]x[/nope]" in text_of(pilot.app) and "\\u202e" in text_of(pilot.app))
        assert not set(text_of(pilot.app)) & set("\x1b\x9b\u202e\0")

    write(GOOD, steps)


def test_deep_and_broken_texts_are_judged_without_a_hang(write, until):
    """Nesting, endless repetition and halves of characters end in a problem line; keys are answered meanwhile."""

    async def steps(pilot, screen):
        for text in ("[" * 20_000, '{"a":' * 3000, '{"a": 1,\n' * 4000, "\ud800", "{" + '"' * 9999):
            screen.edit(text)
            await pilot.press("ctrl+n", "escape")
            await until(pilot, lambda: screen._judgement.text == screen.editor.text and screen.side.faults)

    write(GOOD, steps)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
def test_everything_fits_in_german_and_ascii(write, text_of, size):
    """Small and large, the screen speaks German; with ASCII signs it draws nothing else."""

    async def steps(pilot, screen):
        assert "5" in text_of(pilot.app)
        pilot.app.prefer(ascii=True, language="en")
        await pilot.pause(0.2)
        assert text_of(pilot.app).isascii()

    write(WRONG, steps, size=size, language="de")


def test_the_panes_stand_beside_each_other_where_there_is_room(write):
    """From 100 columns on the problems stand to the right, else below; Tab goes from one to the other."""

    async def narrow(pilot, screen):
        assert screen.side.region.y > screen.editor.region.y
        await pilot.press("tab")
        assert not screen.editor.has_focus

    async def wide(_, screen):
        assert screen.side.region.x > screen.editor.region.x

    write(WRONG, narrow, size=(80, 24))
    write(WRONG, wide, size=(160, 48))
