"""Trainings that repeat bit for bit."""

import os
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch._inductor import config as inductor

from catalog import spec
from catalog.contract import TrialContext
from catalog.errors import InputError
from plugins.nlp.encoders.device import repeatable
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.descriptor import model as bert
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.bert.trainer import BertTrainer

CPU, GPU = torch.device("cpu"), torch.device("cuda", 0)


def settings() -> tuple[Any, ...]:
    """Return all that `repeatable` changes."""
    return (
        torch.are_deterministic_algorithms_enabled(),
        torch.is_deterministic_algorithms_warn_only_enabled(),
        torch.backends.cudnn.benchmark,
        torch.utils.deterministic.fill_uninitialized_memory,
        inductor.deterministic,
    )


@pytest.mark.parametrize("device", [CPU, GPU])
@pytest.mark.parametrize("warned", [False, True])
def test_settings_hold_in_the_block_and_no_longer(device: torch.device, warned: bool, monkeypatch: pytest.MonkeyPatch):
    """Inside, torch refuses what does not repeat and chooses nothing by time; after an error too all is as before."""
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":16:8")
    monkeypatch.setattr(torch.backends.cudnn, "benchmark", True)
    torch.use_deterministic_algorithms(warned, warn_only=warned)
    before = settings()

    def fail() -> None:
        with repeatable(device, wanted=True):
            assert settings() == (True, False, False, False, True)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert settings() == before
    torch.use_deterministic_algorithms(False)


def test_nothing_is_touched_unasked(monkeypatch: pytest.MonkeyPatch):
    """Unless the configuration asks for it, the block changes nothing, and the environment stays."""
    monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG", raising=False)
    before = settings()
    with repeatable(GPU, wanted=False):
        assert settings() == before
    assert "CUBLAS_WORKSPACE_CONFIG" not in os.environ


@pytest.mark.parametrize(("given", "held"), [(None, ":4096:8"), (":16:8", ":16:8")])
def test_cublas_is_told_before_it_starts(given: str | None, held: str, monkeypatch: pytest.MonkeyPatch):
    """On a GPU the workspace is set if the user has set none, stays set, and a good one of the user's is kept."""
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", given or "")  # put back afterwards, whatever happens to it
    if given is None:
        monkeypatch.delenv("CUBLAS_WORKSPACE_CONFIG")
    with repeatable(GPU, wanted=True):
        assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == held
    assert os.environ["CUBLAS_WORKSPACE_CONFIG"] == held


def test_a_workspace_that_does_not_repeat_is_refused(monkeypatch: pytest.MonkeyPatch):
    """Another workspace of the user's is refused with those that work; on a CPU it does not matter."""
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":16:4")
    with pytest.raises(InputError, match=r"':16:4'.*:4096:8 or :16:8") as told, repeatable(GPU, wanted=True):
        pass
    assert told.value.field == "model_config.deterministic"
    with repeatable(CPU, wanted=True):
        pass


def test_field_is_off_fixed_and_strict():
    """The field is false where nothing is said, a boolean and nothing else, and no study tunes it."""
    assert BertConfig().deterministic is False
    assert BertConfig(deterministic=True).deterministic is True
    assert "deterministic" in bert.fixed_fields
    with pytest.raises(ValueError, match="deterministic"):
        BertConfig.model_validate({"deterministic": "yes"})


def test_field_is_set_on_the_command_line(tmp_path: Path):
    """`--set model_config.deterministic=true` reaches the configuration."""
    category, subcategory, model = bert.key.split("/")
    path = tmp_path / "s.json"
    path.write_text(f'{{"category": "{category}", "subcategory": "{subcategory}", "model": "{model}"}}')
    assert spec.load(path, ["model_config.deterministic=true"]).config.deterministic is True


@pytest.mark.parametrize(("precision", "dropout"), [("fp32", 0.0), ("bf16", 0.0), ("fp32", 0.1)])
def test_same_spec_gives_the_same_bits(
    precision: str,
    dropout: float,
    prepared: PreparedBert,
    tiny: Callable[..., BertConfig],
    make_context: Callable[..., tuple[TrialContext, Any]],
    tmp_path: Path,
):
    """On two threads two trainings write the same bytes, whatever was trained in between, and no operation refuses."""

    def weights(name: str, **changes: Any) -> bytes:
        folder = tmp_path / name
        folder.mkdir()
        config = tiny(epochs=1, precision=precision, attention_probs_dropout=dropout, deterministic=True, **changes)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            context = make_context(folder=folder, threads=2)[0]
            with repeatable(CPU, wanted=config.deterministic):
                result = BertTrainer().train(config, prepared, context)
        assert result.model_dir is not None
        return (result.model_dir / "model.safetensors").read_bytes()

    first = weights("first")
    assert weights("other", batch_size=8) != first
    assert weights("again") == first
