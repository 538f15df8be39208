"""Header and footer offer what works now, words have the colour of their class, and wide pages are filled."""

from catalog.results import LengthBucket, WordWeight
from runner.language import Language
from runner.tui.desk import Desk
from runner.tui.figures.heat import heat_map
from runner.tui.figures.parallel import Dimension, Path, parallel
from runner.tui.figures.tokens import class_colour, legend_of, tokens
from runner.tui.glyphs import ASCII, UNICODE
from runner.tui.palette import DARK, palette_of
from runner.tui.preferences import Preferences
from runner.tui.screens.trial.lengths import course
from runner.tui.source import Source
from runner.tui.figures.canvas import Canvas

LABELS = ("negative", "positive")


def _canvas(width=60, height=20, glyphs=UNICODE):
    language = Language("en")
    return Canvas(width, height, palette_of(DARK, {}), glyphs, language, language.translate)


def _styles_of(drawn, word):
    at = drawn.plain.index(word)
    return {str(span.style) for span in drawn.spans if span.start <= at - 1 < span.end}


def test_footer_offers_no_letters_while_text_is_typed(browser, drive, until, text_of):
    """A search line says what Enter and Escape do in it; n, d and ? are back when it is left."""

    def last(pilot):
        return text_of(pilot.app).rstrip("\n").split("\n")[-1]

    async def steps(pilot):
        await until(pilot, lambda: "d delete" in last(pilot))
        await pilot.press("slash")
        await until(pilot, lambda: "Enter keep  Esc clear" in last(pilot))
        assert "n new" not in last(pilot)
        assert "F1 help" in last(pilot)
        await pilot.press("escape")
        await until(pilot, lambda: "n new" in last(pilot))
        assert "? help" in last(pilot)
        await pilot.press("3")
        await until(pilot, lambda: "Esc back" in last(pilot))

    drive(browser(), steps)


def test_header_names_the_other_places_and_a_click_goes_there(browser, drive, until, text_of):
    """Where digits are keys, the header shows them; while one types it does not."""

    def first(pilot):
        return text_of(pilot.app).split("\n")[0]

    async def steps(pilot):
        await until(pilot, lambda: "2 Katalog" in first(pilot) and "4 Vorhersage" in first(pilot))
        await pilot.click("Header", offset=(first(pilot).index("2 Katalog"), 0))
        await until(pilot, lambda: pilot.app.current_mode == "catalog")
        await pilot.press("3")
        await until(pilot, lambda: pilot.app.current_mode == "submit" and "Starten" in first(pilot))
        assert "2 Katalog" not in first(pilot)

    drive(browser(language="de"), steps)


def test_a_word_has_the_colour_of_the_class_it_pulls_to():
    """Whichever class was predicted: a word for the first class looks the same, in the text and in the legend."""
    text, words = "good bad", [WordWeight("good", 0, 4, 1.0), WordWeight("bad", 5, 8, -1.0)]
    canvas = _canvas()
    first, second = (class_colour(label, LABELS, canvas) for label in LABELS)
    praised = tokens(text, words, canvas, label="positive", other="negative", labels=LABELS, legend=False)
    turned = [WordWeight(word.word, word.start, word.end, -word.weight) for word in words]
    blamed = tokens(text, turned, canvas, label="negative", other="positive", labels=LABELS, legend=False)
    for drawn in (praised, blamed):
        assert second in _styles_of(drawn, "good")
        assert first in _styles_of(drawn, "bad")
    assert praised.plain == blamed.plain
    assert legend_of(LABELS, canvas).plain == "▓ pulls to negative   ▒ pulls to positive"
    assert legend_of(LABELS, _canvas(glyphs=ASCII)).plain == "- pulls to negative   + pulls to positive"
    assert not legend_of(("a", "b", "c"), canvas)


def test_among_many_classes_what_speaks_against_is_no_class():
    """The predicted class has its colour, what pulls away from it stands back."""
    canvas = _canvas()
    words = [WordWeight("good", 0, 4, 1.0), WordWeight("bad", 5, 8, -1.0)]
    drawn = tokens("good bad", words, canvas, label="b", labels=("a", "b", "c"))
    assert class_colour("b", ("a", "b", "c"), canvas) in _styles_of(drawn, "good")
    assert canvas.palette.muted in _styles_of(drawn, "bad")
    assert "pulls away from it" in drawn.plain


def test_tall_cells_hold_their_numbers_in_the_middle():
    """A matrix of two classes fills the lines it is given, and no line is wider than its place."""
    drawn = heat_map([[90, 10], [3, 7]], list(LABELS), _canvas(70), tall=8).plain.split("\n")
    assert len(drawn) == 2 + 2 * 8
    assert [place for place, line in enumerate(drawn) if "90.0" in line] == [6]
    assert drawn[5].split()[:2] == ["negative", "90"]
    assert max(map(len, drawn)) <= 70
    small = heat_map([[90, 10], [3, 7]], list(LABELS), _canvas(24), tall=8).plain.split("\n")
    assert max(map(len, small)) <= 24


def test_parallel_coordinates_say_what_their_colours_mean():
    """Where there is room a line tells of the chosen trial and of better ones."""
    axes, paths = [Dimension("a", 0, 1), Dimension("b", 0, 1)], [Path((0, 1), 1.0, chosen=True), Path((1, 0), 0.0)]
    assert parallel(axes, paths, _canvas(60, 30)).plain.endswith("the stronger, the better")
    assert "under the cursor" in parallel(axes, paths, _canvas(60, 30)).plain
    assert "under the cursor" not in parallel(axes, paths, _canvas(60, 12)).plain
    assert len(parallel(axes, paths, _canvas(60, 30)).plain.split("\n")) <= 30


def test_course_over_length_leaves_out_what_is_never_so(tmp_path):
    """Accuracy and confidence are drawn over the lengths; nothing cut is no line; one length is no course."""
    desk = Desk(Source(f"sqlite:///{tmp_path / 'none.db'}"), Preferences())
    buckets = [LengthBucket("tokens", 1, 10, 20, 0.9, 0.8, 0.95, 0.9, 0.0)] * 2
    drawn = course(buckets, desk)
    assert drawn is not None
    assert [series.name for series in drawn.series] == ["Accuracy", "Confidence"]
    assert drawn.x.names == ("1–10", "1–10")
    assert course(buckets[:1], desk) is None
