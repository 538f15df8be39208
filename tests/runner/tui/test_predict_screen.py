"""The place where a model is asked: while one types, with its reasons, and what was asked before."""

import asyncio
import os
import threading
from types import SimpleNamespace

import psutil
import pytest
from fake_answers import FakeAnswers
from sample_store import NOON
from textual.events import Paste
from textual.widgets import Input

from catalog.contract.capabilities import InputField
from catalog.errors import LostWorkerError, ModelcatError, WorkError
from plugins.nlp.text_classification.records import TextPrediction
from plugins.nlp.text_classification.task import task
from plugins.nlp.texts.records import Explanation, WordWeight
from runner.presentation.language import Language
from runner.store.store import Store
from runner.study.coordinator import run_study
from runner.tui.figures.canvas import Canvas
from runner.tui.glyphs import ASCII, UNICODE
from runner.tui.palette import DARK, palette_of
from runner.tui.prediction_service import PredictionService
from runner.tui.screens.predict_answer import ModelAnswer, draw_answer, shown_by
from runner.tui.screens.predict_text import TextPane
from runner.tui.study_source import StudySource

HOSTILE = "[red]x[/nope]\x1b[31m\u202e\0\x9b"


class FormAnswers(FakeAnswers):
    """Answers forms by their notes."""

    def _answer(self, text):
        return super()._answer(text["note"] if isinstance(text, dict) else text)


def text_pane(screen):
    """Return where a text is typed."""
    return screen.form.query_one(TextPane)


@pytest.fixture
def ask(browser, drive, until):
    """Return a function that opens the place with fake answers and does something there."""

    def run(steps, *, size=(120, 30), storage=None, answers=None, **options):
        async def main(pilot):
            pilot.app.context._predictions = answers or FakeAnswers()
            pilot.app.switch_mode("predict")
            await until(pilot, lambda: type(pilot.app.screen).__name__ == "PredictScreen")
            await pilot.pause(0.3)
            await steps(pilot, pilot.app.screen, pilot.app.context._predictions)

        drive(browser(*([storage] if storage else []), **options), main, size)

    return run


def test_a_text_is_answered_and_remembered(ask, until, text_of):
    """^s shows label, confidence and every probability with the time it took; the history lists it."""

    async def steps(pilot, screen, answers):
        screen.form.show("bad film")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.history.keys)
        shown = text_of(pilot.app)
        assert "bad, 75.0" in shown
        assert "other" in shown
        assert "answered in" in shown
        assert "bad film" in screen.history.text()[1]
        assert answers.asked[-1] == (screen._study, ("bad film",), False)

    ask(steps)


def test_an_answer_is_explained(ask, until, text_of):
    """^e tells the words that decided, with their weights, and warns where the text was longer than the model reads."""

    async def steps(pilot, screen, answers):
        answers.truncated = True
        screen.form.show("bad film but nice")
        await pilot.press("ctrl+e")
        await until(pilot, lambda: "Words for and against" in text_of(pilot.app))
        shown = " ".join(screen.figure.plain.split())
        assert "for bad: bad +1.5" in shown
        assert "against bad: nice -0.5" in shown
        assert "saw a part only" in shown
        assert "counting" in shown

    ask(steps, size=(120, 44))


def test_a_loaded_model_answers_while_one_types(ask, until):
    """The first key loads the model; from then on a text is asked a moment after the last key, none twice."""

    async def steps(pilot, screen, answers):
        await pilot.press(*"good")
        await until(pilot, lambda: screen._answer and screen._answer.given == "good")
        assert answers.asked[0][1] == ()
        assert [texts for _, texts, _ in answers.asked].count(()) == 1
        await pilot.press("space", *"one")
        await until(pilot, lambda: screen._answer.given == "good one")
        assert len(answers.asked) <= 4
        assert screen.history.keys == ()

    ask(steps)


def test_loading_is_told_with_its_time(ask, until, text_of):
    """While a model loads the screen says so, and keys are answered."""

    async def steps(pilot, screen, answers):
        answers.gate.clear()
        await pilot.press("ctrl+s", *"good")
        await until(pilot, lambda: "The model is being loaded" in text_of(pilot.app))
        screen._since -= 5
        await until(pilot, lambda: "5" in text_of(pilot.app).splitlines()[1])
        answers.gate.set()
        await until(pilot, lambda: "answers while you type" in text_of(pilot.app))

    ask(steps)


def test_errors_are_a_notice_until_an_answer_comes(ask, until):
    """The message about what a model cannot do stays until the next answer."""

    async def steps(pilot, screen, answers):
        answers.trouble = WorkError(f"cannot explain {HOSTILE}")
        screen.form.show("good")
        await pilot.press("ctrl+e")
        await until(pilot, lambda: "cannot explain" in screen.notice.message)
        await pilot.pause(0.4)
        assert "cannot explain" in screen.notice.message
        answers.trouble = None
        await pilot.press("ctrl+s")
        await until(pilot, lambda: screen.notice.message == "" and screen.history.keys)

    ask(steps)


def test_the_newest_model_is_asked_and_another_can_be_chosen(ask, until):
    """^t lists studies with a model, newest first; the chosen one is asked from then on."""

    async def steps(pilot, screen, answers):
        names = [record.study for record in screen._records]
        assert screen._study == names[0]
        times = [record.updated for record in screen._records]
        assert times == sorted(times, reverse=True)
        await pilot.press("ctrl+t")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "ChoiceDialog")
        await pilot.press("down", "enter")
        await until(pilot, lambda: screen._study == names[1])
        screen.form.show("good")
        await pilot.press("ctrl+s")
        await until(pilot, lambda: answers.asked and answers.asked[-1][0] == names[1])

    ask(steps)


def test_the_history_brings_a_text_back(ask, until):
    """Enter on a row takes its text and answer up again; ^n clears the text."""

    async def steps(pilot, screen, answers):
        for text in ("good one", "bad one"):
            screen.form.show(text)
            await pilot.press("ctrl+s")
            await until(pilot, lambda text=text: screen.history.keys and text in screen.history.text()[1])
        assert len(screen.history.keys) == 2
        await pilot.press("ctrl+n")
        assert text_pane(screen).text == ""
        screen.history.focus()
        await pilot.press("down", "enter")
        assert text_pane(screen).text == "good one"
        assert screen._answer.shown.headline.values["label"] == "good"
        assert text_pane(screen).has_focus

    ask(steps)


def test_without_a_model_the_place_says_what_to_do(ask, text_of, tmp_path):
    """No database, no model: nothing fails, nothing is offered that cannot be done."""

    async def steps(pilot, screen, answers):
        assert "No study has a model yet" in text_of(pilot.app)
        assert screen.check_action("ask", ()) is False
        await pilot.press("ctrl+s", "a")
        await pilot.pause(0.6)
        assert answers.asked == []

    ask(steps, storage=f"sqlite:///{tmp_path / 'none.db'}")


def test_hostile_texts_are_asked_as_they_are_and_shown_harmless(ask, until, text_of):
    """The model gets the very text; the terminal gets signs. 5 MB are left out and said to be."""

    async def steps(pilot, screen, answers):
        pilot.app.post_message(Paste("bad " + HOSTILE))
        await until(pilot, lambda: text_pane(screen).text)
        await pilot.press("ctrl+e")
        await until(pilot, lambda: screen.history.keys)
        assert answers.asked[-1][1] == ("bad " + HOSTILE,)
        assert not set(text_of(pilot.app)) & set("\x1b\x9b\u202e\0")
        assert "[red]x[/nope]" in text_of(pilot.app)
        pilot.app.post_message(Paste("y" * 5_000_000))
        await pilot.pause(0.3)
        assert text_pane(screen).text == "bad " + HOSTILE

    ask(steps)


@pytest.mark.parametrize("size", [(80, 24), (160, 48)])
def test_it_fits_and_knows_ascii(ask, until, text_of, size):
    """At both sizes the label, a bar and the history are seen; ASCII signs draw nothing else."""

    async def steps(pilot, screen, answers):
        screen.form.show("bad film")
        await pilot.press("ctrl+e")
        await until(pilot, lambda: screen.history.keys)
        assert "75,0" in text_of(pilot.app)
        pilot.app.prefer(ascii=True, language="en")
        await pilot.pause(0.3)
        assert text_of(pilot.app).isascii(), text_of(pilot.app)

    ask(steps, size=size, language="de")


def test_many_answers_and_long_names_fit(browser):
    """No line is wider than the canvas, and nothing hostile reaches it."""
    shares = {f"class {index} {'w' * 90}": 1 / 40 for index in range(40)}
    prediction = TextPrediction("x" * 3000, next(iter(shares)), 1 / 40, shares)
    explanation = Explanation(prediction, (WordWeight("x", 0, 1, 1.0),), HOSTILE, None, truncated=True)
    shown = shown_by(task, explanation.as_json())
    language = Language("de")
    for glyphs in (UNICODE, ASCII):
        canvas = Canvas(40, 10, palette_of(DARK, {}), glyphs, language, language.translate)
        drawn = draw_answer(ModelAnswer("s", "x", shown, 0.1, NOON), canvas)
        assert all(line.cell_length <= 40 for line in drawn.split("\n"))
        assert "40 Klassen" in " ".join(drawn.plain.split())
        assert not set(drawn.plain) & set("\x1b\x9b\u202e\0")


def test_an_answer_of_a_task_that_shows_none_is_a_table():
    """Names and values stand there where the task shows nothing, or fails to, with the reason."""

    class Failing:
        key = "a/b"
        headline = reasons = cells = columns_of_predictions = prediction_figures = lambda *_: 1 / 0

    plain = shown_by(SimpleNamespace(key="a/b"), {"age": 41, "income": 1.5, "parts": {"a": 1}})
    assert plain.figures[0].rows == (("age", 41), ("income", 1.5), ("parts", "a 1"))
    failed = shown_by(Failing(), {"age": 41})
    assert "ZeroDivisionError" in failed.figures[0].reason.values["reason"]
    assert failed.figures[1].rows == (("age", 41),)


FIELDS = (
    InputField("note", "prose"),
    InputField("age", "number", example="41"),
    InputField("city", "choice", ("Ulm", "Bonn")),
    InputField("name", "line"),
)


def test_a_form_has_a_field_for_each_part_of_an_input(ask, until):
    """Texts, numbers and choices are typed and chosen; an empty field is None, and an invalid number is reported."""

    async def steps(pilot, screen, answers):
        await screen.form.ask_for(FIELDS)
        assert screen.form.given is None
        screen.form.show({"note": "a b", "age": 41.5, "city": "Bonn"})
        await pilot.pause()
        assert screen.form.given == {"note": "a b", "age": 41.5, "city": "Bonn", "name": ""}
        await pilot.press("ctrl+s")
        await until(pilot, lambda: answers.asked and answers.asked[-1][1])
        assert answers.asked[-1][1] == ({"note": "a b", "age": 41.5, "city": "Bonn", "name": ""},)
        field = next(iter(screen.form.query(Input)))
        field.value = "many"
        await pilot.press("ctrl+s")
        await until(
            pilot, lambda: any("Not a number: age" in expected.message for expected in pilot.app._notifications)
        )
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert screen.form.given is None
        await screen.form.ask_for((InputField("text", "prose"),))
        assert screen.form.is_one_text

    ask(steps, answers=FormAnswers())


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (170, 55)], ids=["80x24", "120x40", "170x55"])
@pytest.mark.parametrize("signs", ["unicode", "ascii"])
def test_every_field_of_a_form_shows_its_example_and_what_is_typed(ask, until, text_of, size, signs):
    """The last of many fields can be reached too, and no border hides what a field holds."""
    fields = (
        InputField("note", "prose", example="A short note [/x]"),
        *(InputField(f"size {index}", "number", example=f"{index}.25") for index in range(10)),
        InputField("city", "choice", ("Ulm [/x]", "Bonn"), example="Ulm [/x]"),
        InputField("name", "line", example="Ada [/x]"),
    )

    async def steps(pilot, screen, answers):
        await screen.form.ask_for(fields)
        await until(pilot, lambda: "A short note [/x]" in text_of(pilot.app))
        await pilot.press(*["tab"] * 10)
        await until(pilot, lambda: "9.25" in text_of(pilot.app))
        await pilot.press("tab", "tab")
        await until(pilot, lambda: "Ada [/x]" in text_of(pilot.app) and "Ulm [/x]" in text_of(pilot.app))
        await pilot.press(*"Eve")
        await until(pilot, lambda: "Eve" in text_of(pilot.app))
        assert screen.form.given["name"] == "Eve"
        screen.form.show({"city": "Ulm [/x]"})
        await pilot.press("shift+tab", "enter")
        await until(pilot, lambda: text_of(pilot.app).count("Ulm [/x]") == 2)

    ask(steps, size=size, answers=FormAnswers(), ascii=signs == "ascii")


def test_why_is_offered_only_where_the_model_tells(ask, until, text_of):
    """Once a model is loaded that does not explain itself, neither the footer nor the empty form speaks of it."""

    async def steps(pilot, screen, answers):
        assert "explain" in text_of(pilot.app)
        assert "asks why" in " ".join(text_of(pilot.app).split())
        answers.unexplained.add(screen._record.key)
        await pilot.press(*"good")
        await until(pilot, lambda: screen._answer)
        await pilot.press("ctrl+n")
        await until(pilot, lambda: "Type or paste" in text_of(pilot.app))
        shown = " ".join(text_of(pilot.app).split())
        assert "explain" not in shown
        assert "why" not in shown
        await pilot.press("ctrl+e")
        assert not any(explain for _, _, explain in answers.asked)

    ask(steps)


# A real worker


@pytest.fixture
def trained(request_of, workspace, recorder, monkeypatch):
    """Return the source and record of a simulated study that was run."""
    monkeypatch.setenv("MODELCAT_CACHE", str(workspace.cache))
    record = run_study(request_of(trials=1), workspace, recorder)
    return StudySource(workspace.storage), record


@pytest.fixture
def children(trained):
    """Return a function that finds the worker processes that are alive; those of other tests do not count."""
    others = psutil.Process(os.getpid()).children(recursive=True)

    def alive():
        return [
            child
            for child in psutil.Process(os.getpid()).children(recursive=True)
            if child not in others
            and child.status() != psutil.STATUS_ZOMBIE
            and "resource_tracker" not in " ".join(child.cmdline())
        ]

    return alive


def test_one_worker_answers_question_after_question(trained, children):
    """The process is kept between questions, replaced when it died, and gone after closing."""
    source, record = trained
    answers = PredictionService(source)

    async def main():
        assert answers.unexplained == set()
        assert await answers.ask(record, ()) == []
        assert answers.unexplained == {record.key}
        (first,) = await answers.ask(record, ["a \ud800"])
        assert (first["text"], first["label"]) == ("a \ufffd", "yes")
        before = children()
        several = await asyncio.gather(*(answers.ask(record, [str(n)]) for n in range(5)))
        assert [answer["text"] for (answer,) in several] == ["0", "1", "2", "3", "4"]
        assert children() == before
        with pytest.raises(ModelcatError, match="cannot explain"):
            await answers.ask(record, ["a"], explain=True)
        before[0].kill()
        before[0].wait(5)
        with pytest.raises(LostWorkerError):
            await answers.ask(record, ["b"])
        assert (await answers.ask(record, ["c"]))[0]["text"] == "c"

    try:
        asyncio.run(main())
    finally:
        answers.close()
    assert children() == []


def test_closing_while_a_model_loads_leaves_no_process(trained, children):
    """Whoever waits for an answer lets go at once; a question after closing is refused."""
    source, record = trained
    answers = PredictionService(source)

    async def main():
        waiting = asyncio.create_task(answers.ask(record, ["a"]))
        while not children():  # noqa: ASYNC110 -- it is another process that this waits for
            await asyncio.sleep(0.01)
        await asyncio.get_running_loop().run_in_executor(None, answers.close)
        with pytest.raises(ModelcatError):
            await waiting
        with pytest.raises(ModelcatError):
            await answers.ask(record, ["a"])

    asyncio.run(main())
    assert children() == []


def test_a_question_taken_back_is_never_put(trained, monkeypatch):
    """Questions that wait for their turn and are cancelled cost nothing."""
    source, record = trained
    answers = PredictionService(source)
    put = []
    held = threading.Event()
    monkeypatch.setattr(PredictionService, "_answered", lambda _, task: put.append(task.inputs) or held.wait(5) or [])

    async def main():
        first = asyncio.create_task(answers.ask(record, ["first"]))
        while not put:  # noqa: ASYNC110 -- it is a thread that this waits for
            await asyncio.sleep(0.01)
        second = asyncio.create_task(answers.ask(record, ["second"]))
        await asyncio.sleep(0.1)
        second.cancel()
        await asyncio.sleep(0)
        held.set()
        await first
        await asyncio.sleep(0.2)

    asyncio.run(main())
    assert put == [("first",)]
    answers.close()


def test_the_screen_asks_a_real_worker(trained, children, browser, drive, until):
    """From typing to the answer through a process, and nothing is left when the app ends."""
    source, _ = trained

    async def main(pilot):
        pilot.app.switch_mode("predict")
        await until(pilot, lambda: type(pilot.app.screen).__name__ == "PredictScreen")
        screen = pilot.app.screen
        await until(pilot, lambda: screen._study)
        await pilot.press("o", "k")
        await until(pilot, lambda: screen._answer is not None, seconds=20)
        assert screen._answer.shown.headline.values["label"] == "yes"
        assert len(children()) == 1

    drive(browser(source.storage), main)
    assert children() == []


def test_a_study_without_a_model_is_told(sample_store):
    """A study that has none yet is an error that says so."""
    with Store.open(sample_store, create=False) as store:
        record = store.study("support-tickets")
    with pytest.raises(ModelcatError, match="no model yet"):
        asyncio.run(PredictionService(StudySource(sample_store)).ask(record, ["a"]))
