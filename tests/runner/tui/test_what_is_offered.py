"""Header and footer offer what works now, and words look the same whichever class was predicted."""

from runner.tui.screens.explained import explained_text, probability_bars

from plugins.nlp.texts.records import WordWeight
from runner.presentation.language import Language
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.render import render
from runner.tui.glyphs import ASCII, UNICODE
from runner.tui.palette import DARK, palette_of

LABELS = ("negative", "positive")


def _canvas(width=60, height=20, glyphs=UNICODE):
    language = Language("en")
    return Canvas(width, height, palette_of(DARK, {}), glyphs, language, language.translate)


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


def test_a_word_looks_the_same_whichever_class_was_predicted():
    """Of two classes a word for the second is the positive one, in the text and in the legend."""
    text, words = "good bad", [WordWeight("good", 0, 4, 1.0), WordWeight("bad", 5, 8, -1.0)]
    turned = [WordWeight(word.word, word.start, word.end, -word.weight) for word in words]
    praised, blamed = explained_text(text, words, "positive", LABELS), explained_text(text, turned, "negative", LABELS)
    assert praised == blamed
    assert render(praised, _canvas()).plain == "▓good▓ ▒bad▒\n\n▓ pulls to positive   ▒ pulls to negative"
    assert "+good+ -bad-" in render(praised, _canvas(glyphs=ASCII)).plain


def test_among_many_classes_what_speaks_against_is_no_class():
    """What pulls away from the predicted class is told so; of more than two classes the predicted one stands out."""
    words = [WordWeight("good", 0, 4, 1.0), WordWeight("bad", 5, 8, -1.0)]
    drawn = render(explained_text("good bad", words, "b", ("a", "b", "c")), _canvas()).plain
    assert "▓ pulls to b   ▒ pulls away from it" in drawn
    bars = probability_bars({"a": 0.2, "b": 0.7, "c": 0.1}, "b", 2)
    assert [(bar.label, bar.role) for bar in bars.bars] == [("b", "main"), ("a", "other")]
