"""What a page advises can be done as it is written."""

import html
import json
import re
import shlex

import pytest
from made_study import with_study

from catalog import registry
from catalog.schema import parameters_of
from catalog.spec import load
from runner.presentation.language import Language
from runner.report.gathering import gather
from runner.report.page import render

NAME, KEY = "imdb-minilm", "nlp/text-classification/bert"


@pytest.mark.parametrize("written", [False, True])
def test_a_spec_takes_every_remedy_of_a_page(whole, diagnoses, tmp_path, written):
    """Each printed option, read as a shell does, changes the spec to a valid one: whether it has a space or not."""
    results = gather(whole, NAME, diagnoses)
    spec = dict(results.study.spec)
    if written:
        spec["study"] = {**spec["study"], "search_space": results.study.space}
    page = render(with_study(results, spec=spec), Language("en"))
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(spec))
    expected = [html.unescape(found) for found in re.findall(r"<code>(--set .*?)</code>", page)]
    assert len(expected) == sum(remedy.field is not None for found in diagnoses for remedy in found.remedies) == 5
    for option in expected:
        [flag, override] = shlex.split(option)
        assert flag == "--set"
        request = load(path, [override])
        assert "search_space" not in override or set(request.space) == set(results.study.space)


def test_the_way_to_make_it_again_installs_what_is_at_hand(whole, page_of):
    """The install command is the README's, from the source tree; no name is asked of an index."""
    page = page_of(whole)
    assert "pip install '.[all]'" in page.texts
    assert "modelcat==" not in page.texts
    assert "version 0.1.0" in page.texts


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_setting_of_the_plugin_is_told_with_its_meaning(whole, page_of, language):
    """All fields are there, those that were set first and marked, with the value used, default, bounds and meaning."""
    section = page_of(whole, language).source.partition('<section id="settings"')[2].partition("</section>")[0]
    expected = re.findall(r"<div( class=\"set\")?><dt><code>(\w+)</code>(.*?)</div>", section, re.DOTALL)
    parameters = {parameter.name: parameter for parameter in parameters_of(registry.load(KEY))}
    assert {name for _, name, _ in expected} == set(parameters)
    chosen = gather(whole, NAME).chosen
    marks = [mark for mark, _, _ in expected]
    assert marks == sorted(marks, reverse=True)
    assert {name for mark, name, _ in expected if mark} == set(chosen) & set(parameters)
    rest = {name: html.unescape(rest) for _, name, rest in expected}
    assert '<span class="value">2</span>' in rest["epochs"]
    assert '<span class="default">3</span>' in rest["epochs"]
    assert "value" not in rest["weight_decay"]
    assert f'<span class="default">{"0.01" if language == "en" else "0,01"}</span>' in rest["weight_decay"]
    lang = "" if language == "en" else ' lang="en"'
    for name, parameter in parameters.items():
        assert f"<dd{lang}>{parameter.description}</dd>" in rest[name]
        assert f"<span{lang}>{parameter.allowed}</span>" in rest[name]


def test_the_title_of_the_settings_is_that_of_the_case_study(whole, page_of):
    """It is found under the same words."""
    assert 'id="h-settings">Key settings<' in page_of(whole).source
    assert 'id="h-settings">Wichtige Einstellungen<' in page_of(whole, "de").source


def test_german_names_metrics_splits_and_units_in_german(whole, page_of):
    """Within a sentence the program's own names are translated as on the rest of the page."""
    texts = page_of(whole, "de").texts.replace("\xa0", " ")
    assert "37,4 % der 1.000 Texte von Test sind länger als 256 Tokens; der längste besteht aus 1.381 Wörtern." in texts
    assert "Sieger vs. vorgegebene Konfiguration" in texts
    assert "vs. Vorgegebene" not in texts
    assert "texts of test are longer" in page_of(whole).texts


def test_the_baseline_has_no_peak_memory_of_its_own(whole, page_of):
    """What its worker had taken before, for other models, is not shown as the baseline's; small models have a size."""
    page = page_of(whole)
    assert "winner.test.peak_memory_bytes" in page.shown_numbers
    assert "baseline.test.model_bytes" in page.shown_numbers
    assert not [of for of in page.shown_numbers if of.startswith("baseline.") and of.endswith("peak_memory_bytes")]


def test_a_calibration_error_is_told_with_what_its_interval_means(whole, page_of):
    """Beside the error stands what chance makes of it, in both languages."""
    assert "Where its interval begins at 0, a perfectly calibrated model could show as much." in page_of(whole).texts
    assert "Schon der Zufall macht diesen Fehler größer als 0" in page_of(whole, "de").texts
