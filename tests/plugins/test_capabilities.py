"""What our own plugins offer beyond the contract: a method that is renamed must not make a capability vanish unseen."""

import pytest

from catalog import registry
from catalog.contract.capabilities import (
    Calibrates,
    ChoosesPrecision,
    Diagnoses,
    Examines,
    Exports,
    Interprets,
    JudgesFiles,
    Plans,
)

BERT = (Calibrates, ChoosesPrecision, Examines, Exports, Interprets, JudgesFiles, Plans)
LINEAR = (Calibrates, Examines, Interprets, JudgesFiles, Plans)


@pytest.mark.parametrize(("model", "offered"), [("bert", BERT), ("linear", LINEAR)])
def test_our_plugins_offer_what_they_promise(model, offered):
    """Each capability that the commands ask for is there."""
    plugin = registry.load(f"nlp/text-classification/{model}")
    assert isinstance(plugin, Diagnoses)
    trainer = plugin.trainer()
    assert [capability.__name__ for capability in offered if not isinstance(trainer, capability)] == []
