"""Foreign text is only text: on the page, in its scripts, and in its figures."""

import json
import re

import pytest

from runner.report.islands import island, readable

CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069]")


@pytest.fixture(scope="module")
def page(hostile, page_of):
    """Return the page of a study whose every foreign text is hostile."""
    return page_of(hostile)


def test_no_foreign_text_becomes_an_element_or_an_attribute(page, whole, page_of):
    """Hostile texts change neither the elements of a page nor its event handlers."""
    harmless = page_of(whole)
    kinds = ("script", "img", "b", "iframe", "style", "link", "meta")
    assert {kind: page.tags[kind] for kind in kinds} == {kind: harmless.tags[kind] for kind in kinds}
    assert not [name for _, attributes in page.attributes for name in attributes if name.startswith("on")]
    assert not [
        value
        for _, attributes in page.attributes
        for name, value in attributes.items()
        if name in {"src", "href"} and not value.startswith(("#", "data:,"))
    ]


def test_foreign_text_is_shown_as_it_is(page):
    """A reader sees the markup that a text has, and no template was filled by it."""
    assert "<script>window.hacked = 1</script></script><!-- [red]bold[/red]" in page.texts
    assert "{{ 7 * 7 }}" in page.texts
    assert "&lt;b&gt;" in page.texts


def test_control_and_bidi_characters_do_not_reach_the_page(page):
    """ESC, NUL, bidi overrides and line separators become visible escapes."""
    assert not CONTROLS.search(page.source)
    assert "\\x1b[31m" in page.texts
    assert "\\u202egnp.exe" in page.texts


def test_nothing_in_the_figures_can_end_their_script_or_be_markup_to_plotly(page):
    """The island holds no sign of HTML; the labels that Plotly reads hold none of its markup but our own."""
    island_text = page.scripts["application/json"]
    assert not re.search("[<>&\u2028\u2029]", island_text)
    own = re.compile(r"</?b>|<br>|<extra></extra>|&(amp|lt|gt);")
    for name, plot in page.figures.items():
        for text in _strings(plot):
            assert not re.search(r"<|&(?!amp;|lt;|gt;)", own.sub("", text)), (name, text)


def _strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for item in value.values():
            yield from _strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from _strings(item)


@pytest.mark.parametrize("text", ["</script>", "<!--", "\u2028", "]]>", "\x00\x1b", "&lt;", "\ud800", '"\\'])
def test_an_island_holds_any_text_and_gives_it_back(text):
    """What a script reads is what was put in, and no sign of markup is on the way."""
    expected = island({text: [text]})
    assert json.loads(expected) == {text: [text]}
    assert expected.isascii()
    assert not re.search("[<>&]", expected)


@pytest.mark.parametrize("text", ["ü", "\u202e", "\x7f\x85", "\u2028", "\ud800", "\U000e0041", "a\nb", "日本"])
def test_readable_json_parses_to_what_it_shows(text):
    """Characters that hide or reorder text are escaped; the rest stands as it is."""
    expected = readable({"x": text})
    assert json.loads(expected) == {"x": text}
    assert not re.search("[\u202e\u2028\x7f\x85\ud800\U000e0041]", expected)
    assert ("ü" in expected) == (text == "ü")


def test_the_policy_allows_the_two_scripts_of_the_page_and_no_network(page):
    """The policy forbids all by default, and names the scripts by what they hold."""
    policy = next(
        a["content"] for tag, a in page.attributes if tag == "meta" and a.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    assert policy.count("sha256-") == 2
    assert not re.search(r"https?:|\*|unsafe-eval|script-src[^;]*unsafe-inline|connect-src", policy)


def test_headings_and_labels_are_in_order(page):
    """One main heading, no level left out, every label and every id in its place once."""
    assert page.headings[0] == 1
    assert page.headings.count(1) == 1
    assert all(after <= before + 1 for before, after in zip(page.headings, page.headings[1:], strict=False))
    assert len(page.ids) == len(set(page.ids))
    named = [a["aria-labelledby"] for _, a in page.attributes if "aria-labelledby" in a]
    linked = [a["href"][1:] for tag, a in page.attributes if tag == "a"]
    assert set(named + linked) <= set(page.ids)


def test_every_figure_has_a_text_alternative(page):
    """Beside its image role and label, each figure has a caption and a table of its numbers."""
    drawn = [a for _, a in page.attributes if "data-figure" in a]
    assert {a["data-figure"] for a in drawn} == set(page.figures)
    assert all(a["role"] == "img" and len(a["aria-label"]) > 30 for a in drawn)
    assert page.tags["figcaption"] == page.tags["figure"] == len(drawn)
