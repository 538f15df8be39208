"""The catalog: its tree, its cards, and the specs that begin there."""

import json

import pytest

from catalog.contract import Variant
from catalog.registry import CatalogEntry
from catalog.spec import resolve
from runner.presentation.language import Language
from runner.tui.app import Browser
from runner.tui.figures.canvas import Canvas
from runner.tui.glyphs import ASCII, UNICODE
from runner.tui.palette import DARK, palette_of
from runner.tui.rows.model_card import model_page, typical_of
from runner.tui.rows.models import ModelRow, leaves, read_models
from runner.tui.widgets.virtual_table import VirtualTable

BERT, LINEAR = "nlp/text-classification/bert modelcat", "nlp/text-classification/linear modelcat"


@pytest.fixture(scope="module")
def models():
    """Return the catalog's models by key."""
    return {model.entry.key: model for model in read_models()}


@pytest.fixture
def broken(tmp_path, monkeypatch):
    """Announce a plugin whose module cannot be imported, with hostile words in its reason."""
    folder = tmp_path / "site" / "broken_plugin-1.0.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("Metadata-Version: 2.1\nName: broken-plugin\nVersion: 1.0\n")
    (folder / "entry_points.txt").write_text("[modelcat.plugins]\nnlp/text-classification/abacus = broken_abacus:it\n")
    (tmp_path / "site" / "broken_abacus.py").write_text('raise RuntimeError("no beads \\x1b[31m [red]")\n')
    monkeypatch.syspath_prepend(str(tmp_path / "site"))


@pytest.fixture
def in_catalog(browser, drive, until, monkeypatch):
    """Return a function that does something in the catalog once it is read; what goes to the editor is kept."""

    def run(steps, size=(80, 24), **options):
        app = browser(**{"interval": 0.5, **options})
        app.specs = []
        monkeypatch.setattr(Browser, "on_open_spec", lambda _, message: app.specs.append(message.text))

        async def all_steps(pilot):
            app.action_go_to("catalog")
            await until(pilot, lambda: app.screen.query(VirtualTable) and app.screen.query_one(VirtualTable).keys)
            await pilot.pause()
            await steps(pilot, app, app.screen.query_one(VirtualTable))

        drive(app, all_steps, size)

    return run


def canvas(width=76, glyphs=UNICODE, language="en"):
    """Return what to draw a card on."""
    spoken = Language(language)
    return Canvas(width, 20, palette_of(DARK, {}), glyphs, spoken, spoken.translate)


def test_every_template_and_example_is_a_whole_spec(models, tmp_path):
    """What Enter puts into the editor can be submitted as it stands, but for files that it may name."""
    for model in models.values():
        assert not model.problem
        for text in (model.template, *model.examples.values()):
            assert resolve(json.loads(text), tmp_path).model.key == model.entry.key


def test_a_template_has_the_usual_fields_a_data_set_and_a_study(models):
    """A beginner sees what one can set."""
    bert = json.loads(models["nlp/text-classification/bert"].template)
    assert {"model_name", "learning_rate", "batch_size", "epochs"} <= set(bert["model_config"])
    assert bert["dataset"] == {"source": "hub", "name": "stanfordnlp/imdb"}
    assert bert["study"] == {"trials": 20, "metric": "accuracy"}
    assert set(json.loads(models["nlp/text-classification/linear"].template)["model_config"]) == {"C", "ngram_max"}


def test_a_card_tells_parameters_variants_and_examples(models):
    """Default, typical range and description of each; parameters and size of each variant, with units."""
    page = "\n".join(line.plain for line in model_page(models["nlp/text-classification/bert"], canvas(120)))
    assert "learning_rate" in page
    assert "1e-5 to 5e-5; from scratch 1e-4 to 3e-3" in page
    assert "109 M" in page
    assert "438 MB" in page
    assert "imdb, demo" in page


@pytest.mark.parametrize("width", [40, 56, 76, 120])
@pytest.mark.parametrize("language", ["en", "de"])
def test_no_line_of_a_card_is_wider_than_its_place(models, width, language):
    """Whatever the width, nothing runs out of the panel."""
    for model in models.values():
        for line in model_page(model, canvas(width, language=language)):
            assert line.cell_length <= width, line.plain


def test_a_card_of_hostile_texts_is_harmless():
    """A stranger's plugin may say anything."""
    bad = "x\x1b[31m\u202e[red]y[/z]\x00"
    entry = CatalogEntry("a/b/c", bad, bad)
    variant = Variant(bad, 1, 1, bad, bad)
    model = ModelRow(entry, summary=bad, description=bad, variants=(variant,), examples={bad: bad})
    for one in (model, ModelRow(entry, bad)):
        text = "".join(line.plain for line in model_page(one, canvas(glyphs=ASCII)))
        assert not {"\x1b", "\u202e", "\x00"} & set(text)
        assert "[red]" in text


@pytest.mark.parametrize(
    ("description", "typical", "rest"),
    [
        ("Share. Typical: 0 to 0.1.", "0 to 0.1", "Share."),
        ("Rate. Typical: 1e-5 to 5e-5; more. Left out: 2e-5.", "1e-5 to 5e-5; more", "Rate. Left out: 2e-5."),
        ("Nothing.", "", "Nothing."),
        ("Typical: 16 or 32", "16 or 32", ""),
    ],
)
def test_typical_ranges_are_found_in_descriptions(description, typical, rest):
    """The rest stays a description."""
    assert typical_of(description) == (typical, rest)


def test_the_tree_folds_and_is_searched(models):
    """A shut group hides what lies below it; while searching nothing is shut."""
    all_models = [row for key, row in models.items() if key.startswith("nlp/text-classification/")]
    lines = list(leaves(all_models, "", frozenset()))
    assert [line.label for line in lines if line.depth < 3] == ["nlp", "text-classification", "bert", "linear"]
    assert [line.label for line in leaves(all_models, "", frozenset({"nlp"}))] == ["nlp"]
    assert [line.depth for line in leaves(all_models, "tf-idf", frozenset({"nlp"}))][:3] == [0, 1, 2]
    assert not list(leaves(all_models, "tf-idf nonsense", frozenset()))
    assert len({line.key for line in lines}) == len(lines)


def test_malformed_and_doubled_keys_are_lines_of_their_own():
    """Two distributions may claim one key; a key may have too few parts."""
    entries = [
        CatalogEntry("x", "one", "1", "bad"),
        CatalogEntry("a/b/c", "one", "1", "twice"),
        CatalogEntry("a/b/c", "two", "1", "twice"),
    ]
    found = list(leaves([ModelRow(entry, entry.problem or "") for entry in entries], "", frozenset()))
    assert [(line.depth, line.label) for line in found] == [(0, "x"), (0, "a"), (1, "b"), (2, "c"), (2, "c")]
    assert len({line.key for line in found}) == 5


def test_enter_on_a_model_starts_a_minimal_spec(in_catalog):
    """The editor gets JSON that names the model."""

    async def steps(pilot, app, tree):
        tree.move_to(LINEAR)
        await pilot.press("enter")
        assert json.loads(app.specs[0])["model"] == "linear"
        assert json.loads(app.specs[0])["study"]["trials"] == 20

    in_catalog(steps)


def test_enter_on_an_example_takes_that_spec(in_catalog, text_of):
    """The card shows it first."""

    async def steps(pilot, app, tree):
        tree.move_to(f"{BERT} demo")
        await pilot.pause(0.1)
        assert '"model_config": {' in text_of(app)
        await pilot.press("o")
        assert json.loads(app.specs[0])["dataset"] == {"source": "demo"}

    in_catalog(steps)


def test_groups_open_and_shut(in_catalog):
    """Enter on a group, and the arrows."""

    async def steps(pilot, app, tree):
        tree.move_to("nlp")
        await pilot.press("enter")
        assert [key for key in tree.keys if key.startswith("nlp")] == ["nlp"]
        await pilot.press("right")
        assert BERT in tree.keys
        await pilot.press("left")
        assert [key for key in tree.keys if key.startswith("nlp")] == ["nlp"]
        assert app.specs == []

    in_catalog(steps)


def test_a_click_looks_and_a_second_click_uses(in_catalog, until):
    """Looking around does not open the editor."""

    async def steps(pilot, app, tree):
        line = 1 + tree.keys.index(LINEAR)
        await pilot.click(VirtualTable, offset=(12, line))
        await until(pilot, lambda: tree.cursor == LINEAR)
        assert app.specs == []
        await pilot.click(VirtualTable, offset=(12, line))
        await until(pilot, lambda: app.specs)

    in_catalog(steps)


def test_slash_searches_and_escape_shows_all(in_catalog, until):
    """Words in descriptions and variants count."""

    async def steps(pilot, app, tree):
        await pilot.press("slash", *"roberta")
        await until(pilot, lambda: LINEAR not in tree.keys)
        assert BERT in tree.keys
        await pilot.press("escape")
        await until(pilot, lambda: LINEAR in tree.keys)
        assert tree.has_focus

    in_catalog(steps)


@pytest.mark.usefixtures("broken")
def test_a_broken_plugin_is_shown_with_its_reason(in_catalog, text_of, until):
    """It takes nothing else down, and starts no spec."""

    async def steps(pilot, app, tree):
        key = "nlp/text-classification/abacus broken-plugin"
        assert {BERT, LINEAR, key} <= set(tree.keys)
        tree.move_to(key)
        await until(pilot, lambda: "cannot be used" in text_of(app))
        assert "no beads" in text_of(app)
        assert "\x1b" not in text_of(app)
        await pilot.press("enter")
        assert app.specs == []

    in_catalog(steps, (160, 48))


def test_tab_goes_between_tree_and_card(in_catalog):
    """The card scrolls when it has the focus; stacked at 80x24, side by side at 160x48."""

    async def steps(pilot, app, tree):
        card = app.screen.query_one("#card")
        assert card.region.y > tree.region.y
        await pilot.press("tab", "pagedown")
        await pilot.pause(0.3)
        assert card.has_focus
        assert card.scroll_y > 0
        await pilot.press("tab")
        assert tree.has_focus
        await pilot.resize_terminal(160, 48)
        await pilot.pause(0.1)
        assert card.region.y == tree.region.y

    in_catalog(steps)


def test_read_only_starts_no_spec(in_catalog):
    """There is nothing to submit it with."""

    async def steps(pilot, app, tree):
        tree.move_to(BERT)
        await pilot.press("enter")
        assert app.specs == []
        assert not app.screen.check_action("open", ())

    in_catalog(steps, read_only=True)


def test_the_catalog_speaks_german_and_ascii(in_catalog, text_of, until):
    """Headings change at once; nothing outside ASCII is drawn with ASCII signs."""

    async def steps(pilot, app, tree):
        await until(pilot, lambda: "nlp/text-classification/bert" in text_of(app))
        assert sorted({sign for sign in text_of(app) if ord(sign) > 126}) == []
        await pilot.press("ctrl+l")
        await until(pilot, lambda: "Modell" in text_of(app))

    in_catalog(steps, ascii=True)
    in_catalog(steps, (160, 48), ascii=True)
