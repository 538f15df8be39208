"""A page does without what the store does not hold, and says so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from catalog import registry
from catalog.errors import InputError, UnknownStudyError
from catalog.metric import metric_to_json
from runner.presentation.language import Language
from runner.report.gathering import gather
from runner.report.page import SECTIONS, render
from runner.store.records import EvaluationRecord, Owner, TrialRecord

MINUTE = timedelta(minutes=1)
KEY = "nlp/text-classification/linear"
FACTS = {
    "key": "no/such/model",
    "mode": "study",
    "spec": {"model": "this", "model_config": {"C": 1.0}},
    "base": "",
    "space": {},
    "data": {},
    "metrics": [metric_to_json(metric) for metric in registry.load_task(KEY).metrics],
    "metric": "accuracy",
    "direction": "maximize",
    "planned": 3,
    "versions": {},
}


@pytest.fixture
def bare(empty, page_of):
    """Return a function that writes a study of one trial, does something to it, and returns its parsed page."""

    def make(
        change=lambda _store, _lease: None, *, state="complete", value=0.5, language="en", diagnoses=None, **facts
    ):
        empty.create_study("imdb-minilm", **(FACTS | facts))
        lease = empty.acquire("imdb-minilm", Owner.this_process(), MINUTE)
        empty.put_trial("imdb-minilm", lease, TrialRecord(0, state, "given", {"C": 1.0}, value))
        change(empty, lease)
        return page_of(empty, language, diagnoses)

    return make


def test_a_study_of_one_trial_and_nothing_else_has_a_page(bare):
    """Every section is there, in its place, and says in a line what it lacks; no figure is drawn of nothing."""
    page = bare()
    assert len([name for name in page.ids if name.startswith("h-")]) == len(SECTIONS)
    assert page.figures == {}
    assert len(page.missing) >= 10
    assert all(len(text) > 20 for text in page.missing)
    assert "Best so far: trial 0 with 50.0 % Accuracy on validation." in page.texts.replace("\xa0", " ")
    assert page.tags["figure"] == 0


def test_what_is_missing_is_told_in_german_too(bare):
    """The reasons are translated."""
    page = bare(language="de")
    assert any("kein Urteil" in text for text in page.missing)
    assert any("keine Suche zu zeigen" in text for text in page.missing)


def test_an_older_evaluation_is_told_without_what_it_lacks(bare):
    """Metrics and confusion of an evaluation without details are shown, its other figures said to be missing.

    Its file is not asked for, and so it does not matter that a foreign database names one that is elsewhere.
    """
    metrics, confusion = {"accuracy": 0.75, "log_loss": None}, ((5, 1), (1, 1))
    older = EvaluationRecord(
        "trial/0", "validation", 8, metrics, "/elsewhere/of/another/machine.parquet", {"confusion": confusion}
    )
    page = bare(
        lambda store, lease: store.put_evaluation("imdb-minilm", lease, older), key=KEY, data={"labels": ["no", "yes"]}
    )
    assert set(page.figures) == {"confusion"}
    assert {value for value, *_ in page.shown_numbers["trial/0.validation.accuracy"]} == {0.75}
    assert {value for value, *_ in page.shown_numbers["figures.confusion.counts.0.0"]} == {5}
    assert sum("Not recorded" in text for text in page.missing) == 4


def insight_of_winner(name, content):
    """Return a function that stores an insight, and an evaluation of the winner that it is of."""

    def change(store, lease):
        store.put_insight("imdb-minilm", lease, name, content)
        judged = EvaluationRecord("winner", "test", 8, {"accuracy": 0.75}, None, {"confusion": ((5, 1), (1, 1))})
        store.put_evaluation("imdb-minilm", lease, judged)

    return change


@pytest.mark.parametrize("name", ["calibration", "interpretation", "importance", "flips/baseline"])
def test_an_insight_that_could_not_be_found_out_gives_its_reason(bare, name):
    """The reason that the study noted stands in the section's place."""
    content = {"failure": {"kind": "error", "reason": "captum is <b>not</b> installed"}}
    page = bare(insight_of_winner(name, content), key=KEY)
    assert any("captum is <b>not</b> installed" in text for text in page.missing)


@pytest.mark.parametrize("name", ["calibration", "interpretation", "importance", "flips/baseline"])
def test_an_insight_of_another_shape_is_passed_over_and_told(bare, name):
    """What another version wrote does not end the report."""
    page = bare(insight_of_winner(name, {"new": "shape"}), key=KEY)
    assert any("written by another version" in text for text in page.missing)


def test_a_study_without_a_baseline_says_nothing_of_one(bare):
    """A baseline that was not requested cannot have been compared."""
    page = bare()
    assert "baseline example by example" not in page.texts
    assert "but the baseline" not in page.texts
    assert any("there is nothing to hold it against" in text for text in page.missing)


def test_a_baseline_that_nobody_compared_is_told(bare):
    """A baseline that was trained is missing there."""
    page = bare(lambda store, lease: store.update_study("imdb-minilm", lease, baseline={"key": KEY, "seconds": 1.0}))
    assert any("Nobody compared winner and baseline example by example." in text for text in page.missing)


def test_a_verdict_that_cannot_be_translated_is_told_as_it_was_stored(bare):
    """The stored sentence, marked as English, stands in for statements that are not there."""
    verdict = {"sentence": "It is what it is.", "statements": [{"template": "{x:nonsense}", "values": {}}]}
    page = bare(lambda store, lease: store.update_study("imdb-minilm", lease, verdict=verdict), language="de")
    assert "It is what it is." in page.texts
    assert ("p", {"class": "verdict", "lang": "en"}) in page.attributes


def test_a_study_without_diagnosis_says_why(bare, whole, page_of):
    """No rules and no findings are two different answers."""
    assert any("no rules for a diagnosis" in text for text in bare().missing)
    rules = registry.load_task("nlp/text-classification").rule_count
    assert rules > 10
    expected = f"None of the {rules} rules that were applied found anything wrong."
    assert expected in page_of(whole, diagnoses=()).texts


def test_a_plugin_that_does_not_count_its_rules_has_an_answer_too(whole):
    """Without a number the page says that no rule found anything."""
    page = render(replace(gather(whole, "imdb-minilm", ()), rules=None), Language("en"))
    assert "No rule found anything wrong." in page


def test_hundreds_of_classes_and_trials_are_cut_to_what_can_be_read(bare):
    """Of very many classes and trials the page shows some, and says of how many."""
    many = 150
    confusion = tuple(tuple(9 if i == j else int(j == i + 1) for j in range(many)) for i in range(many))

    def change(store, lease):
        judged = EvaluationRecord("trial/0", "validation", 9, {}, None, {"confusion": confusion})
        store.put_evaluation("imdb-minilm", lease, judged)
        for number in range(1, 203):
            trial = TrialRecord(number, "complete", "search", {"C": float(number)}, 0.4)
            store.put_trial("imdb-minilm", lease, trial)

    page = bare(change, key=KEY, data={"labels": [f"class {i}" for i in range(many)]})
    assert "Of 150 classes those with the most errors." in page.texts
    assert "The best 200 of 203 trials" in page.texts
    assert len(page.figures["confusion"]["data"][0]["z"]) == 20
    assert page.size < 6_000_000


def test_a_study_without_a_complete_trial_is_refused(bare):
    """There is nothing to report, and the message says what there is."""
    with pytest.raises(InputError, match=r"no complete trial yet \(0 running, 1 pruned, 0 failed\)"):
        bare(state="pruned", value=None)


def test_an_unknown_study_is_refused_with_the_nearest_name(whole):
    """The nearest name is shown."""
    with pytest.raises(UnknownStudyError, match="imdb-minilm"):
        gather(whole, "imdb-minilmm")


def test_a_page_is_the_same_whoever_reads_it(whole):
    """Made twice from the same record, a page has the same bytes."""
    results = gather(whole, "imdb-minilm")
    assert render(results, Language("de")) == render(results, Language("de"))
