"""A small task, a tiny model and a training's context, for the tests of the BERT model."""

import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from catalog.contract import Decision, Direction, EpochMetrics, TrialContext
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.nlp.text_classification.task import task

FILLER = ["the", "film", "has", "a", "plot", "and", "actors", "who", "speak", "of", "music", "in", "long", "scenes"]


def review(rng: random.Random, positive: bool, words: int | None = None) -> str:
    """Filler with one decisive word somewhere in it."""
    text = rng.choices(FILLER, k=words or rng.randint(3, 11))
    text.insert(rng.randrange(len(text)), rng.choice(["good", "great"] if positive else ["bad", "awful"]))
    return " ".join(text)


@pytest.fixture(scope="session")
def bert_files(tmp_path_factory: pytest.TempPathFactory) -> FilesDataset:
    """Reviews whose class one word gives away: 160 to train, 40 to validate, 30 to test."""
    folder, rng, files = tmp_path_factory.mktemp("reviews"), random.Random(0), {}
    for split, rows in (("train", 160), ("validation", 40), ("test", 30)):
        files[split] = folder / f"{split}.jsonl"
        records = [
            {"text": f"{review(rng, i % 2 == 1)} {split}{i}", "label": ["negative", "positive"][i % 2]}
            for i in range(rows)
        ]
        files[split].write_text("".join(json.dumps(record) + "\n" for record in records))
    return FilesDataset(source="files", **{split: str(path) for split, path in files.items()})


TINY: dict[str, Any] = {
    "model_name": "scratch/bert-tiny",
    "max_seq_length": 24,
    "batch_size": 16,
    "epochs": 4,
    "learning_rate": 2e-3,
    "precision": "fp32",
}


@pytest.fixture(scope="session")
def tiny() -> Callable[..., BertConfig]:
    """Make a configuration that trains in a second; keywords replace its fields."""
    return lambda **changes: BertConfig.model_validate({**TINY, **changes})


@pytest.fixture(scope="session")
def prepared(bert_files: FilesDataset, tiny: Callable[..., BertConfig], tmp_path_factory: pytest.TempPathFactory):
    """The task and the tiny model, prepared once."""
    from plugins.nlp.text_classification.bert.preparation import prepare

    cache = tmp_path_factory.mktemp("cache")
    return prepare(task.load(bert_files, cache), tiny(), cache)


@pytest.fixture(autouse=True)
def unremembered() -> None:
    """Let no test know of what ran out of memory in another."""
    if budget := sys.modules.get("plugins.nlp.encoders.memory"):
        budget.forget_budgets()


@dataclass
class Heard:
    """What a training reported."""

    reports: list[EpochMetrics] = field(default_factory=list)
    ticks: list[float] = field(default_factory=list)


@pytest.fixture
def make_context(tmp_path: Path) -> Callable[..., tuple[TrialContext, Heard]]:
    """Make a context on one CPU thread that goes on forever; keywords replace its fields, `decide` its answers."""

    def make(
        decide: Callable[[EpochMetrics], Decision] = lambda _: Decision.GO_ON, **changes: Any
    ) -> tuple[TrialContext, Heard]:
        heard = Heard()

        def report(measured: EpochMetrics) -> Decision:
            heard.reports.append(measured)
            return decide(measured)

        given: dict[str, Any] = {
            "folder": tmp_path,
            "device": "cpu",
            "threads": 1,
            "seed": 0,
            "metric": "accuracy",
            "direction": Direction.MAXIMIZE,
            "quarters": False,
            "report": report,
            "tick": heard.ticks.append,
        }
        return TrialContext(**{**given, **changes}), heard

    return make
