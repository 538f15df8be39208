"""The model card: a header that the hub reads, and chapters that a person does."""

import re

import pytest
import yaml
from made_study import with_study

from runner.presentation.language import Language
from runner.presentation.metrics import metric_phrase
from runner.report.card import model_card
from runner.report.card.markdown import fenced, plain
from runner.report.gathering import gather
from runner.store.evaluation_records import evaluation_of

NAME = "imdb-minilm"


def card_of(store, language="en", diagnoses=()):
    """Return header and body of a study's card."""
    text = model_card(gather(store, NAME, diagnoses), Language(language))
    _, header, body = text.split("---\n", 2)
    return yaml.safe_load(header), body


@pytest.fixture(scope="module")
def winner(whole):
    """Return the winner's evaluation on test."""
    return evaluation_of(next(e for e in whole.evaluations(NAME) if (e.subject, e.split) == ("winner", "test")))


def test_the_header_says_what_the_hub_asks(whole, winner):
    """Library, task, base model, data set and every metric with its whole value are in the header."""
    header, _ = card_of(whole)
    assert {name: header[name] for name in ("language", "library_name", "pipeline_tag", "base_model", "datasets")} == {
        "language": ["en"],
        "library_name": "transformers",
        "pipeline_tag": "text-classification",
        "base_model": "distilbert-base-uncased",
        "datasets": ["stanfordnlp/imdb"],
    }
    [result] = header["model-index"][0]["results"]
    assert result["dataset"] == {"name": "imdb", "type": "stanfordnlp/imdb", "split": "test"}
    expected = {metric["name"]: metric["value"] for metric in result["metrics"]}
    record = whole.study(NAME)
    assert expected == {metric_phrase(record.metric_of(name)): value for name, value in winner.metrics.items()}
    assert expected["F1 of positive"] == winner.metrics["f1"]
    assert header["metrics"] == [metric["type"] for metric in result["metrics"]]


def test_the_body_has_the_results_with_their_intervals(whole, winner):
    """Each metric stands in a table with its interval, for winner, given configuration and baseline."""
    _, body = card_of(whole)
    language = Language("en")
    for name in ("accuracy", "macro_f1", "ece"):
        low, high = winner.intervals[name]
        expected = (
            f"{language.percent(winner.metrics[name])} ({language.decimal(low * 100, 1)} – {language.percent(high)})"
        )
        assert expected in body
    assert "| Metric | Winner | Given configuration | Baseline |" in body
    assert "A temperature of 1.41, fitted on 222 validation rows" in body
    chapters = [
        "Intended use",
        "Data",
        "Training configuration",
        "Results",
        "Calibration",
        "Limitations",
        "How to use",
        "Versions",
    ]
    assert re.findall(r"^## (.*)$", body, re.MULTILINE) == chapters


def test_the_snippet_cuts_texts_as_the_model_was_trained(whole):
    """The pipeline is called with truncation and the model's maximum length."""
    assert "truncation=True, max_length=256" in card_of(whole)[1]


def test_limitations_are_what_the_diagnosis_found(whole, diagnoses):
    """Problems and warnings stand there with their evidence; notes do not."""
    _, body = card_of(whole, diagnoses=diagnoses)
    limits = body.partition("## Limitations")[2].partition("## ")[0]
    assert "98.1 % right on train against 91.3 % on validation" in limits.replace("\xa0", " ")
    assert "Some test texts were trained on" not in limits


@pytest.mark.parametrize(("truncation", "is_stated"), [("head", False), ("tail", False), ("head+tail", True)])
def test_a_truncation_that_a_pipeline_cannot_do_is_stated(whole, truncation, is_stated):
    """A pipeline cuts one end off, the one that the tokenizer was saved with; it never cuts out the middle."""
    results = gather(whole, NAME)
    chosen = {**results.chosen, "truncation": truncation}
    results = with_study(results, winner={**results.study.winner, "model_config": chosen})
    assert ("a pipeline cuts the end off" in model_card(results, Language("en"))) == is_stated


def test_a_card_can_be_german(whole):
    """Chapters and numbers are shown in German, the header stays as the hub reads it."""
    header, body = card_of(whole, "de")
    assert header["pipeline_tag"] == "text-classification"
    assert "## Grenzen" in body
    assert "91,7\xa0%" in body


def test_hostile_texts_stay_texts_in_header_and_body(hostile):
    """The header parses to the given values; markup, table cells, headings and code fences in a text have no effect."""
    header, body = card_of(hostile)
    assert set(header) <= {
        "language",
        "library_name",
        "pipeline_tag",
        "tags",
        "base_model",
        "datasets",
        "metrics",
        "model-index",
    }
    outside = re.sub(r"```json.*?```|```python.*?```", "", body, flags=re.DOTALL)
    assert not re.search(r"<(?!br)", outside)
    assert not re.search(r"(?<!\\)[`\[\]*_]", outside.replace("**", ""))
    assert not re.search("[\x00\x1b\u202e\u2028]", body)
    assert len(re.findall(r"^#+ ", outside, re.MULTILINE)) == 9
    rows = [line for line in outside.splitlines() if line.startswith("| ")]
    assert all(len(re.findall(r"(?<!\\)\|", row)) in {4, 5, 8} for row in rows)


def test_a_local_model_or_a_scratch_one_is_no_base_model(whole, tmp_path):
    """Only what may be a hub's name is shown as the base model."""
    results = gather(whole, NAME)
    (tmp_path / "models").mkdir()
    for name in ("scratch/bert-tiny", "/somewhere/model", "models", "../x"):
        config = {**results.chosen, "model_name": name}
        changed = with_study(results, winner={**results.study.winner, "model_config": config}, base=str(tmp_path))
        header = yaml.safe_load(model_card(changed, Language("en")).split("---\n")[1])
        assert "base_model" not in header


@pytest.mark.parametrize(
    "text", ["# x", "a | b", "`x`", "<b>", "[a](b)", "**x**", "@someone", "https://x.org", "---", "1 * 2"]
)
def test_plain_text_has_no_active_sign(text):
    """Every sign that Markdown or HTML acts on is escaped."""
    assert not re.search(r"(?<!\\)[`*_\[\]|#<>@]", re.sub(r"&(#\d+|\w+);", "", plain(text)))
    assert "://" not in plain(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a paper (160) and 9.4. Then -5 of 2 - 3", "a paper (160) and 9.4. Then -5 of 2 - 3"),
        ("2024.", r"2024\."),
        ("1) x", r"1\) x"),
        ("- x", r"\- x"),
        ("+", r"\+"),
        ("===", r"\==="),
        ("-0.5 points", "-0.5 points"),
        ("see www.x", "see www&#46;x"),
    ],
)
def test_list_markers_are_escaped_where_a_line_begins_alone(text, expected):
    """A number in a sentence stays as it is; at the start of a line it would begin a list."""
    assert plain(text) == expected


def test_a_fence_is_longer_than_any_in_its_text():
    """Backticks in code cannot end its block."""
    assert fenced("a\n````\nb", "json").startswith("`````json\n")
