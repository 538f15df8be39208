"""What the tabs of a trial draw, without an app: selections, settings, sentences, small tables."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from sample_store import NOON, WHOLE

from catalog.figures import HighlightedText
from plugins.nlp.text_classification.task import task
from runner.presentation.language import Language
from runner.store.store import Store
from runner.tui.context import AppContext
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import width_of
from runner.tui.figures.table import Heading, facts, grid
from runner.tui.palette import DARK, palette_of
from runner.tui.prediction_files import ExampleRow, PredictionFile
from runner.tui.preferences import Preferences
from runner.tui.screens.study.trial_details import _curves as curves
from runner.tui.screens.trial.labels import interval, outcome
from runner.tui.screens.trial.parameter_rows import settings_of
from runner.tui.screens.trial.selection import KINDS, Selection, kinds_of, select
from runner.tui.screens.trial.training import measurements
from runner.tui.screens.trial.trial_facts import gather
from runner.tui.screens.trial.trial_view import TrialView
from runner.tui.study_source import StudySource

ACCURACY, MATTHEWS = (
    next(metric for metric in task.metrics if metric.name == name) for name in ("accuracy", "matthews_corrcoef")
)


@pytest.fixture(name="context")
def desk_fixture(sample_store):
    """Return a context on the sample store whose clock stands still."""
    return AppContext(StudySource(sample_store), Preferences(), clock=lambda: NOON)


@pytest.fixture(name="known")
def known_fixture(sample_store, tmp_path):
    """Return a function that reads a trial's facts."""

    def read(number: int, study: str = WHOLE, before=None):
        with Store.open(sample_store, create=False) as store:
            return gather(store, tmp_path / "here" / "studies" / study, study, number, before)

    return read


def canvas(context: AppContext, width: int = 60) -> Canvas:
    """Return a canvas of some width."""
    return Canvas(width, 20, palette_of(DARK, {}), context.glyphs, Language("en"), context.t)


def test_gathering_reads_only_what_changed(known) -> None:
    """A trial that no process wrote to since is not read again: the very same facts come back."""
    first = known(7)
    assert known(7, before=first) is first
    assert [found.subject for found in first.judgements] == ["trial/7", "winner", "winner"]
    keys = [[figure.key for figure in found.figures] for found in first.judgements]
    assert keys[2][:4] == ["confusion", "classes", "confidence", "reliability"]
    assert "example-0" in keys[2]
    assert "example-0" not in keys[0]
    assert list(first.groups) == ["confusion", "confidence", "length", "words"]
    assert known(0, before=first).groups == first.groups
    assert known(0).groups == first.groups


def test_a_group_shows_what_only_the_kept_model_has(known) -> None:
    """Where a judgement has nothing to draw of a group, the kept model's figures stand there, and say so."""
    view = TrialView(known(7), known(7).judgements[0])
    assert view.group("confusion")[0].subject == "trial/7"
    judgement, figures = view.group("words")
    assert judgement.subject == "winner"
    assert any(isinstance(figure, HighlightedText) for figure in figures)


def test_settings_put_differences_first(known, context) -> None:
    """Fields that differ from the given configuration come first, next to given and default values."""
    found = settings_of(known(7), context)
    differing = [setting.name for setting in found if setting.differs]
    assert differing == [setting.name for setting in found[: len(differing)]]
    assert "learning_rate" in differing
    rate = next(setting for setting in found if setting.name == "learning_rate")
    assert (rate.here, rate.given) == ("3.78e-5", "2e-5")
    assert not any(setting.differs for setting in settings_of(known(0), context))


def test_a_selection_filters_searches_and_sorts() -> None:
    """Kinds, words and orders choose places among the predictions."""
    found = PredictionFile(tuple(range(40)), (0, 1) * 20, (0,) * 40, tuple(0.5 + place / 100 for place in range(40)))
    texts = {row: ExampleRow(row, {"label": 0, "text": f"Text {row} " + "long " * row}) for row in range(40)}
    names = ("no", "yes")
    assert select(found, texts, names, Selection("wrong")) == tuple(range(1, 40, 2))
    assert select(found, texts, names, Selection("surest"))[:2] == (39, 37)
    assert select(found, texts, names, Selection("unsure")) == tuple(range(10))
    assert select(found, texts, names, Selection("long"))[0] == 39
    assert select(found, texts, names, Selection(words="TEXT 7")) == (7, 17, 27, 37)
    assert select(found, texts, names, Selection(sort="confidence", descending=True))[0] == 39
    assert select(found, {}, names, Selection("long", words="x")) == ()


def test_only_kinds_that_can_be_told_apart_are_offered() -> None:
    """Without truths nothing is wrong, without confidence nothing unsure, without texts nothing long."""
    example = {0: ExampleRow(0, {"x": 1.5})}
    assert kinds_of(PredictionFile((0,), columns={"predicted": [0.5]}), example) == ["all"]
    assert kinds_of(PredictionFile((0,), ("a",), ("b",)), example) == ["all", "wrong"]
    assert kinds_of(PredictionFile((0,), (0,), (1,), (0.5,)), {0: ExampleRow(0, {"t": "x"})}) == list(KINDS)


def test_columns_of_other_tasks_are_sorted_by_what_they_hold() -> None:
    """Numbers come before texts, and nothing comes last."""
    found = PredictionFile((0, 1, 2), columns={"predicted": [2.5, None, -1.0]})
    examples = {row: ExampleRow(row, {"city": city}) for row, city in enumerate(("b", None, "a"))}
    assert select(found, examples, (), Selection(sort="prediction:predicted")) == (2, 0, 1)
    assert select(found, examples, (), Selection(sort="example:city")) == (2, 0, 1)


def test_a_large_split_is_searched_once() -> None:
    """Of 25,000 texts only those of the kind that is asked for are searched, each once for all words."""
    found = PredictionFile(tuple(range(25_000)), (0,) * 25_000, (0, 1) * 12_500, (0.7,) * 25_000)
    searched = []

    class Counted(str):
        __slots__ = ()

        def casefold(self):
            searched.append(self)
            return super().casefold()

    texts = {row: ExampleRow(row, {"text": Counted(f"some words of review {row}")}) for row in range(25_000)}
    assert select(found, texts, ("a", "b"), Selection("wrong", "review 24999")) == (24_999,)
    assert len(searched) == 12_500


def test_a_grid_is_never_wider_than_its_place(context) -> None:
    """Small tables are cut to the canvas, the names in the first column last."""
    rows = [["gradient_accumulation", "/a/very/long/path/" * 4, "2"], ["x", "y", "z"]]
    for width in (24, 40, 60):
        drawn = grid([Heading("Field"), Heading("Value"), Heading("Given", right=True)], rows, canvas(context, width))
        assert all(width_of(line) <= width for line in drawn.plain.split("\n"))
    assert "gradient_accumulation" in drawn.plain
    expected = facts([("Name", "value " * 30)], canvas(context, 40)).plain
    assert all(width_of(line) <= 40 for line in expected.split("\n"))


def test_measurements_have_no_column_of_nothing(known, context) -> None:
    """A model without a learning rate, and one that tells no training loss, have no such columns."""
    facts = known(7)
    assert [heading.label for heading in measurements(facts, context)[0]][1::3] == ["Train loss", "Learning rate"]
    bare = tuple(replace(epoch, learning_rate=None, train_loss=None) for epoch in facts.epochs)
    headings, rows = measurements(replace(facts, epochs=bare), context)
    assert [heading.label for heading in headings] == ["Epoch", "Loss", "Accuracy", "Time"]
    assert {len(row) for row in rows} == {4}


@pytest.mark.parametrize(("epochs", "expected"), [(1.0, "Over one epoch"), (0.5, "Over 0.5 epochs")])
def test_one_epoch_is_told_as_one(known, context, epochs, expected) -> None:
    """The heading of the curves counts as people do."""
    book = SimpleNamespace(record=known(7).study, metric=known(7).study.metric_of)
    epoch = replace(known(7).epochs[0], epoch=epochs)
    assert expected in [line.plain for line in curves(book, [epoch], context)]


def test_sentences_tell_how_a_trial_ended(known, context) -> None:
    """Failed and pruned trials say why; complete ones say nothing."""
    assert outcome(known(7), context) == ""
    assert outcome(known(6), context) == "Out of memory: 4.2 GB wanted, 3.1 GB free."
    assert outcome(known(4), context).startswith("Pruned at 0.0")


def test_intervals_have_one_unit_and_clear_signs(context) -> None:
    """An interval names per cent once, and keeps its dash apart from a minus."""
    assert interval(ACCURACY, (0.81, 0.9), context).replace("\u00a0", " ") == "[81.0–90.0 %]"
    assert interval(MATTHEWS, (-0.1, 0.2), context) == "[-0.100 – 0.200]"
    assert interval(ACCURACY, None, context) == ""
