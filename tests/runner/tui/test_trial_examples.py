"""The explorer of a trial's predictions: filter, search, sort, reading, and asking which words decided."""

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sample_store import WHOLE

from catalog.contract import Prediction
from catalog.errors import InputError
from plugins.nlp.text_classification.records import TextPrediction
from plugins.nlp.texts.records import Explanation, WordWeight
from runner.tui.screens.trial import TrialScreen


class Stub:
    """Answers at once, or fails: no model is loaded."""

    def __init__(self, error: str = "") -> None:
        self.error = error
        self.asked: list[tuple[str, str]] = []
        self.unexplained: set[str] = set()

    async def ask(self, record, texts, *, explain: bool) -> list[Prediction]:
        """Say that the first word decided."""
        assert explain
        self.asked += [(record.study, text) for text in texts]
        if self.error:
            raise InputError(self.error)
        first = texts[0].split()[0]
        words = (WordWeight(first, texts[0].index(first), texts[0].index(first) + len(first), 0.9),)
        answer = TextPrediction(texts[0], "positive", 0.77, {"negative": 0.23, "positive": 0.77})
        return [Explanation(answer, words, "integrated gradients").as_json()]

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture(name="explorer")
def explorer_fixture(until):
    """Return a function that goes to the examples of a trial."""

    async def go(app, pilot, number: int = 7) -> TrialScreen:
        screen = TrialScreen(app.context, WHOLE, number)
        app.push_screen(screen)
        await until(pilot, lambda: screen.tab)
        await screen.choose("examples")
        await until(pilot, lambda: screen._examples._table.keys or screen._files.troubles)
        return screen

    return go


def test_the_filter_goes_through_the_kinds(browser, drive, until, text_of, explorer) -> None:
    """One key shows all, wrong ones, unsure ones, the surest wrong ones and long ones, in this order."""

    async def steps(pilot) -> None:
        screen = await explorer(app, pilot)
        for kind in ("wrong", "unsure", "surest", "long", "all"):
            await pilot.press("f")
            await until(pilot, lambda kind=kind: screen._examples.selection.kind == kind)
            await pilot.pause(0.1)
            marks = [row[0] for row in screen._examples._table.text()[1:]]
            assert "✓" not in marks or kind not in {"wrong", "surest"}
            assert marks

    app = browser()
    drive(app, steps)


def test_a_search_narrows_the_list_while_it_is_typed(browser, drive, until, text_of, explorer) -> None:
    """Words that are typed narrow the list; Escape shows all again and does not leave the place."""

    async def steps(pilot) -> None:
        screen = await explorer(app, pilot)
        await pilot.press("slash", *"(17)")
        await until(pilot, lambda: screen._examples._table.keys == ("17",))
        assert "1 of 222: all, with (17)" in text_of(app)
        await pilot.press("escape")
        await until(pilot, lambda: len(screen._examples._table.keys) == 222)
        assert app.screen is screen

    app = browser()
    drive(app, steps)


def test_examples_are_sorted_by_key_and_by_click(browser, drive, until, explorer) -> None:
    """One key sorts by the next column, another turns the order, and a click on a heading sorts by it."""

    async def steps(pilot) -> None:
        pane = (await explorer(app, pilot))._examples
        for _ in range(4):
            pane.next_sort()
        await until(pilot, lambda: pane.selection.sort == "confidence")
        await pilot.pause(0.1)
        sure = pane._view.predictions.confidence
        shown = [sure[int(key)] for key in pane._table.keys]
        assert shown == sorted(shown)
        await pilot.press("T")
        await until(pilot, lambda: pane._table.keys[0] == str(max(range(222), key=lambda place: sure[place])))
        await pilot.click("#examples", offset=(16, 0))
        await until(pilot, lambda: pane.selection.sort in {"truth", "predicted"})

    app = browser()
    drive(app, steps)


def test_the_chosen_text_is_shown_in_full(browser, drive, until, text_of, explorer) -> None:
    """The text under the cursor stands below the table, with what the model says of it."""

    async def steps(pilot) -> None:
        screen = await explorer(app, pilot)
        await pilot.press("down", "down")
        await until(pilot, lambda: "Row 2 " in text_of(app))
        assert screen._examples.example.row == 2
        await pilot.press("y")
        await until(pilot, lambda: app.clipboard == screen._examples.example.text)

    app = browser()
    drive(app, steps)


def test_the_kept_model_is_asked_which_words_decided(browser, drive, until, text_of, explorer) -> None:
    """A key asks the kept model, says so, and marks the words; the same text is not asked again."""
    stub = Stub()

    async def steps(pilot) -> None:
        app.context._predictions = stub
        screen = await explorer(app, pilot, 0)
        await pilot.press("w")
        await until(pilot, lambda: "Kept model (trial 7): positive, 77.0" in text_of(app))
        assert "pulls to positive" in text_of(app)
        assert stub.asked == [(WHOLE, screen._examples.example.text)]
        await pilot.press("w")
        await pilot.pause(0.1)
        assert len(stub.asked) == 1

    app = browser()
    drive(app, steps, (120, 40))


def test_a_model_that_cannot_answer_says_why(browser, drive, until, text_of, explorer) -> None:
    """Where the model cannot be asked, the reason is shown, and the text stays readable."""

    async def steps(pilot) -> None:
        app.context._predictions = Stub("the model is not there: was the folder moved?")
        screen = await explorer(app, pilot)
        await pilot.press("w")
        await until(pilot, lambda: any("was the folder moved" in expected.message for expected in app._notifications))
        assert not screen._asking

    app = browser()
    drive(app, steps)


def test_missing_predictions_are_told(browser, drive, until, text_of, explorer, sample_store, tmp_path) -> None:
    """Where the file of predictions is gone or damaged, the place says so instead of an empty table."""
    path = tmp_path / "here" / "studies" / WHOLE / "runs" / "0001" / "trial-7" / "predictions.parquet"
    path.unlink()

    async def steps(pilot) -> None:
        await explorer(app, pilot)
        await until(pilot, lambda: "not there" in " ".join(text_of(app).split()))

    app = browser()
    drive(app, steps)


def test_strange_texts_can_be_read(browser, drive, until, text_of, explorer, tmp_path) -> None:
    """Empty, huge, right-to-left and emoji texts, and such that hold controls, are shown as text; cuts are shown."""
    texts = ["", "x" * 1_000_000, "שלום \u202e עולם", "👩‍👩‍👧 ❤️ great", "a\x1b[31mb", "[red]no markup[/red]"]
    folder = tmp_path / "here" / "studies" / WHOLE / "examples"
    table = pa.table({"row": list(range(6)), "label": [0] * 6, "text": texts})
    pq.write_table(table, folder / "validation.parquet")
    expected = ["The text is empty", "6,000 characters of more than 20,000", "עולם", "great", "a\\x1b[31mb", "[red]no"]

    async def steps(pilot) -> None:
        screen = await explorer(app, pilot)
        for place, part in enumerate(expected):
            screen._examples._table.move_to(str(place))
            await until(pilot, lambda place=place: f"Row {place} " in text_of(app))
            assert part in screen._examples._detail.plain
            assert all(line.isprintable() for line in text_of(app).replace("\u00a0", " ").split("\n"))
        assert screen._examples._table.text()[7][-1] == "–"

    app = browser()
    drive(app, steps)


def test_a_table_of_examples_holds_whole_texts(browser, drive, until, explorer) -> None:
    """What is saved holds the rows that are shown, with their texts in full."""

    async def steps(pilot) -> None:
        screen = await explorer(app, pilot)
        table = screen._table()
        assert len(table.rows) == 222
        assert dict(zip(table.columns, table.rows[0], strict=True))["text"] == screen._examples.example.text

    app = browser()
    drive(app, steps)
