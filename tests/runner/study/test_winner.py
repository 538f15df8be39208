"""Which configuration is kept: the best mean on fresh seeds, but none at chance level while another is above it."""

import json
import random
from types import SimpleNamespace

import pytest

from catalog.contract import Direction
from catalog.errors import WorkError
from runner.store.records import ConfirmationRecord
from runner.study.confirmation import GIVEN, Arm, Confirmation
from runner.study.coordinator import run_study
from runner.study.sampling import derived_seed

pytestmark = pytest.mark.usefixtures("quick_importance")


def confirmation(losses):
    """Return a confirmation whose trainings have these log losses, by arm."""
    arms = [Arm(name, number, {}) for number, name in enumerate(losses)]
    seeds = [derived_seed(0, "confirm", index) for index in range(len(losses[GIVEN]))]
    records = [
        ConfirmationRecord(arm, seed, {"log_loss": loss}, "model", "predictions", 1.0)
        for arm, values in losses.items()
        for seed, loss in zip(seeds, values, strict=True)
    ]
    study = SimpleNamespace(seed=0, confirm=SimpleNamespace(seeds=len(seeds)))
    request = SimpleNamespace(spec=SimpleNamespace(study=study), metric="log_loss", direction=Direction.MINIMIZE)
    session = SimpleNamespace(
        study="mine",
        seed=0,
        request=request,
        store=SimpleNamespace(confirmations=lambda _: records),
        is_better=lambda value, than: value < than,
    )
    return Confirmation(session, arms, ())


def better_than_guessing(loss):
    """Return whether a log loss is below that of guessing between two classes."""
    return loss < 0.6931 * 0.99


@pytest.mark.parametrize(
    ("losses", "winner"),
    [
        ({GIVEN: [0.40, 0.41, 0.42], "trial/1": [0.38, 0.39, 0.40]}, "trial/1"),
        ({GIVEN: [0.40, 0.41, 0.42], "trial/1": [0.40, 0.41, 0.42]}, GIVEN),
        ({GIVEN: [0.40, 0.41, 5.00], "trial/1": [0.6931, 0.6931, 0.6931]}, GIVEN),
        ({GIVEN: [0.6931, 0.6929], "trial/1": [0.60, 0.65]}, "trial/1"),
        ({GIVEN: [0.80], "trial/1": [0.6931]}, None),
        ({GIVEN: [0.80], "trial/1": [0.6931], "trial/2": [0.69]}, None),
    ],
)
def test_the_rule(losses, winner):
    """The best mean is kept, of equal ones the given; not an untrained model because another one diverged once."""
    found = confirmation({name: sorted(values) for name, values in losses.items()}).winner(better_than_guessing)
    assert (found.name if found else None) == winner


def test_nothing_trained_is_an_error():
    """If every training of the confirmation failed there is nothing to choose from."""
    with pytest.raises(WorkError, match="every training of the confirmation failed"):
        confirmation({GIVEN: []}).winner(better_than_guessing)


@pytest.mark.parametrize("metric", ["accuracy", "log_loss"])
def test_a_training_of_the_search_is_kept_where_fresh_seeds_bring_nothing(request_of, workspace, recorder, metric):
    """If all fresh trainings end at chance level or below, the model of the search that did better is kept."""
    collapses = 0.6

    def does(x, seed):
        return random.Random(f"{x}:{seed}").random() < collapses  # as the simulated trainer has it

    first, second = [x / 100 for x in range(40, 100) if not does(x / 100, 0)][:2]
    seed = next(s for s in range(1000) if all(does(x, derived_seed(s, "confirm", 0)) for x in (first, second)))
    settings = {"trials": 2, "seed": seed, "confirm": {"top": 1, "seeds": 1}, "pruner": "none"}
    space = {"x": {"choices": [first, second]}}
    config = {"x": first, "collapses": collapses}
    record = run_study(request_of(config, metric=metric, search_space=space, **settings), workspace, recorder)
    assert record.verdict["sentence"].startswith("On fresh seeds no configuration is better than guessing")
    assert record.verdict["confirmed"] is False
    assert record.winner["training"] == f"trial/{record.winner['trial']}"
    kept = json.loads((workspace.folder / record.study / record.model_dir / "model.json").read_text())
    assert kept["accuracy"] > 0.5
    assert record.test["accuracy"] == kept["accuracy"]
    assert record.best.number == record.winner["trial"]


def test_the_best_rival_is_another_configuration(request_of, workspace, recorder):
    """If nothing but the given configuration was tried, it is held against no rival."""
    for top in (0, 2):
        space = {"x": {"choices": [0.5]}}
        record = run_study(
            request_of(trials=3, name=f"top-{top}", search_space=space, confirm={"top": top, "seeds": 1}),
            workspace,
            recorder,
        )
        assert record.verdict["versus_given"] is None
        assert record.verdict["sentence"].startswith("Only the given configuration was tried.")
