"""Header and footer offer what works now, and words look the same whichever class was predicted."""

from plugins.nlp.text_classification.task import task
from runner.presentation.language import Language
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.render import body
from runner.tui.glyphs import ASCII, UNICODE
from runner.tui.palette import DARK, palette_of


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
        await pilot.click("TopBar", offset=(first(pilot).index("2 Katalog"), 0))
        await until(pilot, lambda: pilot.app.current_mode == "catalog")
        await pilot.press("3")
        await until(pilot, lambda: pilot.app.current_mode == "submit" and "Starten" in first(pilot))
        assert "2 Katalog" not in first(pilot)

    drive(browser(language="de"), steps)


def figures_of(label, probabilities, weights):
    """Return the figures of an explained answer to a text of these words."""
    text, tokens = " ".join(weights), []
    for word, weight in weights.items():
        start = text.index(word)
        tokens.append({"token": word, "weight": weight, "attention": None, "start": start, "end": start + len(word)})
    prediction = {"text": text, "label": label, "confidence": probabilities[label], "probabilities": probabilities}
    return list(task.prediction_figures({**prediction, "tokens": tokens, "method": "counting"}))


def test_a_word_looks_the_same_whichever_class_was_predicted():
    """Of two classes a word for the second is the positive one, in the text and in the legend."""
    shares = {"negative": 0.5, "positive": 0.5}
    praised = figures_of("positive", shares, {"good": 1.0, "bad": -1.0})[1]
    assert praised == figures_of("negative", shares, {"good": -1.0, "bad": 1.0})[1]
    lines = "\n".join(line.plain for line in body(praised, _canvas()))
    assert lines == "▓good▓ ▒bad▒\n\n▓ pulls to positive   ▒ pulls to negative"
    assert "+good+ -bad-" in "\n".join(line.plain for line in body(praised, _canvas(glyphs=ASCII)))


def test_among_many_classes_what_speaks_against_is_no_class():
    """Evidence against the predicted class is marked so; of more than two classes the predicted one stands out."""
    bars, words = figures_of("b", {"a": 0.2, "b": 0.7, "c": 0.1}, {"good": 1.0, "bad": -1.0})
    assert "▓ pulls to b   ▒ pulls away from it" in "\n".join(line.plain for line in body(words, _canvas()))
    assert [(bar.label, bar.role) for bar in bars.bars[:2]] == [("b", "main"), ("a", "other")]
