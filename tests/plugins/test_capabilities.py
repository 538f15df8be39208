"""What modelcat's own task and models offer beyond the contract: a renamed method must not remove one unnoticed."""

import pytest

from catalog import registry
from catalog.contract import capabilities as offers

TASK = (
    offers.BuildsFigures,
    offers.ChecksMetrics,
    offers.CompletesEvaluations,
    offers.CountsRules,
    offers.DescribesData,
    offers.Diagnoses,
    offers.FindsChanges,
    offers.Interprets,
    offers.KnowsChance,
    offers.ReadsFiles,
    offers.TakesInputs,
    offers.Rescales,
    offers.ShowsPredictions,
    offers.WritesExamples,
)
BERT = (offers.Calibrates, offers.ChoosesPrecision, offers.EvaluatesFiles, offers.Exports, offers.Plans)
LINEAR = (offers.Calibrates, offers.EvaluatesFiles, offers.Plans)


def missing(subject, offered):
    """Return the names of the capabilities that are not there."""
    return [capability.__name__ for capability in offered if not isinstance(subject, capability)]


def test_our_task_offers_what_it_promises():
    """Each capability of a task is there."""
    assert missing(registry.load_task("nlp/text-classification"), TASK) == []


@pytest.mark.parametrize(("name", "offered"), [("bert", BERT), ("linear", LINEAR)])
def test_our_models_offer_what_they_promise(name, offered):
    """Each capability of a trainer that the commands ask for is there."""
    assert missing(registry.load(f"nlp/text-classification/{name}").trainer(), offered) == []


def test_bert_knows_which_configurations_are_the_same():
    """The descriptor says what a training depends on."""
    assert missing(registry.load("nlp/text-classification/bert"), (offers.ResolvesConfigs,)) == []
