"""What the tabs of a trial draw, without an app: selections, settings, sentences, small tables."""

import pytest
from shelf import NOON, WHOLE

from plugins.nlp.text_classification.records import LengthBucket
from runner.presentation.language import Language
from runner.store.store import Store
from runner.tui.desk import Desk
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import width_of
from runner.tui.figures.table import Heading, facts, grid
from runner.tui.palette import DARK, palette_of
from runner.tui.preferences import Preferences
from runner.tui.reading import Example, Predictions
from runner.tui.screens.trial.certainty import mean_confidence
from runner.tui.screens.trial.facts import gather
from runner.tui.screens.trial.lengths import standing_out
from runner.tui.screens.trial.selection import Selection, select
from runner.tui.screens.trial.settings import settings_of
from runner.tui.screens.trial.telling import interval, outcome
from runner.tui.source import Source


@pytest.fixture(name="desk")
def desk_fixture(shelf):
    """Return a desk on the shelf whose clock stands still."""
    return Desk(Source(shelf), Preferences(), clock=lambda: NOON)


@pytest.fixture(name="known")
def known_fixture(shelf, tmp_path):
    """Return a function that reads a trial's facts."""

    def read(number: int, study: str = WHOLE, before=None):
        with Store.open(shelf, create=False) as store:
            return gather(store, tmp_path / "here" / "studies" / study, study, number, before)

    return read


def canvas(desk: Desk, width: int = 60) -> Canvas:
    """Return a canvas of some width."""
    return Canvas(width, 20, palette_of(DARK, {}), desk.glyphs, Language("en"), desk.t)


def test_gathering_reads_only_what_changed(known) -> None:
    """A trial that nobody wrote to since is not read again: the very same facts come back."""
    first = known(7)
    assert known(7, before=first) is first
    assert [found.subject for found in first.judgements] == ["trial/7", "winner", "winner"]
    assert first.interpretation is not None
    assert list(first.judgements[2].figures)[:4] == ["confusion", "classes", "confidence", "reliability"]
    assert "example-0" in first.judgements[2].figures
    assert "example-0" not in first.judgements[0].figures
    assert known(0, before=first).interpretation is None


def test_settings_put_differences_first(known, desk) -> None:
    """Fields that differ from the given configuration come first, beside given and default values."""
    found = settings_of(known(7), desk)
    differing = [setting.name for setting in found if setting.differs]
    assert differing == [setting.name for setting in found[: len(differing)]]
    assert "learning_rate" in differing
    rate = next(setting for setting in found if setting.name == "learning_rate")
    assert (rate.here, rate.given) == ("3.78e-5", "2e-5")
    assert not any(setting.differs for setting in settings_of(known(0), desk))


def test_a_selection_filters_searches_and_sorts() -> None:
    """Kinds, words and orders choose places among the predictions."""
    found = Predictions(tuple(range(40)), (0, 1) * 20, (0,) * 40, tuple(0.5 + place / 100 for place in range(40)))
    texts = {row: Example(row, 0, f"Text {row} " + "long " * row) for row in range(40)}
    names = ("no", "yes")
    assert select(found, texts, names, Selection("wrong")) == tuple(range(1, 40, 2))
    assert select(found, texts, names, Selection("surest"))[:2] == (39, 37)
    assert select(found, texts, names, Selection("unsure")) == tuple(range(10))
    assert select(found, texts, names, Selection("long"))[0] == 39
    assert select(found, texts, names, Selection(words="TEXT 7")) == (7, 17, 27, 37)
    assert select(found, texts, names, Selection(sort="confidence", descending=True))[0] == 39
    assert select(found, {}, names, Selection("long", words="x")) == ()


def test_a_large_split_is_searched_once() -> None:
    """Of 25,000 texts only those of the kind that is asked for are searched, each once for all words."""
    found = Predictions(tuple(range(25_000)), (0,) * 25_000, (0, 1) * 12_500, (0.7,) * 25_000)
    searched = []

    class Counted(str):
        __slots__ = ()

        def casefold(self):
            searched.append(self)
            return super().casefold()

    texts = {row: Example(row, 0, Counted(f"some words of review {row}")) for row in range(25_000)}
    assert select(found, texts, ("a", "b"), Selection("wrong", "review 24999")) == (24_999,)
    assert len(searched) == 12_500


def test_what_stands_out_by_length_is_beyond_chance(desk) -> None:
    """A bucket is named only where its whole interval lies below the accuracy of the others."""
    level = [LengthBucket("tokens", 1 + 9 * i, 9 + 9 * i, 100, 0.9, 0.83, 0.95, 0.9, 0.0) for i in range(4)]
    assert standing_out(level, desk).startswith("No length stands out")
    short = LengthBucket("tokens", 99, 120, 100, 0.6, 0.5, 0.69, 0.9, 0.0)
    assert "99–120 tokens are judged worst: 60.0" in standing_out([*level, short], desk)
    cut = LengthBucket("tokens", 99, 120, 100, 0.6, 0.5, 0.69, 0.9, 1.0)
    assert "let the model see more" in standing_out([*level, cut], desk)
    assert "nothing to compare" in standing_out(level[:1], desk)


def test_mean_confidence_tells_right_from_wrong() -> None:
    """Means are taken over right and wrong answers apart; none where there are none."""
    found = Predictions((0, 1, 2), (0, 0, 1), (0, 1, 1), (0.9, 0.6, 0.8))
    assert mean_confidence(found, right=True) == pytest.approx(0.85)
    assert mean_confidence(found, right=False) == pytest.approx(0.6)
    assert mean_confidence(Predictions((), (), (), ()), right=True) is None


def test_a_grid_is_never_wider_than_its_place(desk) -> None:
    """Small tables are cut to the canvas, the names in the first column last."""
    rows = [["gradient_accumulation", "/a/very/long/path/" * 4, "2"], ["x", "y", "z"]]
    for width in (24, 40, 60):
        drawn = grid([Heading("Field"), Heading("Value"), Heading("Given", right=True)], rows, canvas(desk, width))
        assert all(width_of(line) <= width for line in drawn.plain.split("\n"))
    assert "gradient_accumulation" in drawn.plain
    told = facts([("Name", "value " * 30)], canvas(desk, 40)).plain
    assert all(width_of(line) <= 40 for line in told.split("\n"))


def test_sentences_tell_how_a_trial_ended(known, desk) -> None:
    """Failed and pruned trials say why; complete ones say nothing."""
    assert outcome(known(7), desk) == ""
    assert outcome(known(6), desk) == "Out of memory: 4.2 GB wanted, 3.1 GB free."
    assert outcome(known(4), desk).startswith("Pruned at 0.0")


def test_intervals_have_one_unit_and_clear_signs(desk) -> None:
    """An interval names per cent once, and keeps its dash apart from a minus."""
    assert interval("accuracy", (0.81, 0.9), desk).replace("\u00a0", " ") == "[81.0–90.0 %]"
    assert interval("matthews_corrcoef", (-0.1, 0.2), desk) == "[-0.100 – 0.200]"
    assert interval("accuracy", None, desk) == ""
