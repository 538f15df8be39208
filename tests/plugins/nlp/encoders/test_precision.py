"""What a trained model answers in: fp32, bf16 or 8-bit integers."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from catalog.contract import Decision, Direction, TrialContext
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import InputError
from plugins.classification.evaluation import predictions
from plugins.nlp.encoders import precision
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.packed.quantized import QuantizedAffine, quantize
from plugins.nlp.encoders.packed.weights import Affine, Layer, Norm
from plugins.nlp.encoders.precision import Precision, choose_inference
from plugins.nlp.encoders.sources.source import build
from plugins.nlp.text_classification.bert.objective import log_probabilities
from plugins.nlp.text_classification.bert.predictor import load
from plugins.nlp.text_classification.bert.preparation import PreparedBert
from plugins.nlp.text_classification.bert.trainer import BertTrainer

CPU, GPU = torch.device("cpu"), torch.device("cuda", 0)
TEXTS = ["a good film", "bad bad bad", "", "the plot is awful, the music great", "\ud83d film " * 40]
TOLERANCES = {"auto": 1e-6, "bf16": 0.02, "int8": 0.05}
"""Largest difference of a probability to fp32's; the tiny model is trained in fp32, which is its auto."""
needs_int8 = pytest.mark.skipif(not precision._has_int8(CPU), reason="this processor has no 8-bit dot products")


@contextmanager
def processor(*, bf16: bool, int8: bool) -> Iterator[None]:
    """Let the processor have these formats."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(precision, "_has_bf16", lambda _: bf16)
        patch.setattr(torch.cpu, "_is_vnni_supported", lambda: int8, raising=False)
        yield


@pytest.mark.parametrize(
    ("wanted", "trained_in", "hidden", "found"),
    [
        ("auto", "bf16", 768, "bf16"),
        ("auto", "fp16", 768, "bf16"),
        ("auto", "fp32", 768, "fp32"),
        ("auto", "bf16", 128, "fp32"),
        ("fp32", "bf16", 768, "fp32"),
        ("bf16", "fp32", 128, "bf16"),
        ("int8", "bf16", 768, "int8"),
    ],
)
def test_what_is_asked_for_is_used_and_auto_is_exact_enough(wanted: str, trained_in: str, hidden: int, found: str):
    """Auto is bf16 for wide models that were not trained in fp32, never int8; the others are used as requested."""
    with processor(bf16=True, int8=True):
        assert choose_inference(wanted, trained_in, CPU, hidden).name == found


def test_auto_is_fp32_where_bf16_would_be_emulated():
    """A processor without bf16 answers in fp32, whatever the model was trained in."""
    with processor(bf16=False, int8=True):
        assert choose_inference("auto", "bf16", CPU, 768).name == "fp32"


@pytest.mark.parametrize(("device", "reason"), [(CPU, "which this one has not"), (GPU, "not for GPUs")])
def test_what_the_device_cannot_is_refused(device: torch.device, reason: str):
    """Int8 without dot products of 8-bit integers, or on a GPU, is refused with what is possible instead."""
    with processor(bf16=True, int8=False), pytest.raises(InputError, match=f"{reason}; possible here are auto, fp32"):
        choose_inference("int8", "bf16", device, 768)


def test_unknown_names_are_refused():
    """An unknown name is refused with the known ones."""
    with pytest.raises(InputError, match="'int4'; known are auto, fp32, bf16, int8"):
        choose_inference("int4", "bf16", CPU, 768)


def affine(rng: np.random.Generator, inputs: int, outputs: int) -> Affine:
    weight, bias = rng.normal(0, 0.05, (outputs, inputs)), rng.normal(0, 1, outputs)
    return Affine(torch.from_numpy(weight).float(), torch.from_numpy(bias).float())


def quantized(layer: Affine) -> QuantizedAffine:
    """Quantise one layer as `quantize` does each of an encoder's."""
    norm = Norm(torch.ones(1), torch.zeros(1), 0.0)
    (found,) = quantize([Layer(layer, layer, norm, layer, layer, norm)])
    assert isinstance(found.attend, QuantizedAffine)
    return found.attend


@needs_int8
@given(
    tokens=st.sampled_from([1, 2, 255, 256, 257, 600]),
    inputs=st.integers(1, 80),
    outputs=st.integers(1, 80),
    scale=st.sampled_from([1e-6, 1.0, 1e4]),
    shift=st.sampled_from([0.0, -3.0]),
    seed=st.integers(0, 99),
)
def test_products_of_integers_err_by_half_a_step(
    tokens: int, inputs: int, outputs: int, scale: float, shift: float, seed: int
):
    """The error of each output is at most what rounding inputs and weights to their steps can make of it."""
    rng = np.random.default_rng(seed)
    layer = affine(rng, inputs, outputs)
    x = torch.from_numpy(rng.normal(shift, 1, (tokens, inputs)) * scale).float()
    x[0] = x[0, 0]  # a token whose values are all equal
    exact = x.double() @ layer.weight.double().T + layer.bias.double()
    found = quantized(layer)(x).double()
    half_x = (x.amax(1, keepdim=True) - x.amin(1, keepdim=True)).double() / 255 / 2
    half_weight = layer.weight.double().abs().amax(1) / 127 / 2
    wide = layer.weight.double().abs().sum(1) + inputs * half_weight
    bound = half_x * wide + x.double().abs().sum(1, keepdim=True) * half_weight
    assert ((found - exact).abs() <= bound * 1.01 + 1e-4 * (1 + exact.abs())).all()


@needs_int8
def test_a_token_does_not_depend_on_its_neighbours():
    """A token's outputs are bit-equal alone, among others, and where only some of the outputs are asked for."""
    rng = np.random.default_rng(0)
    layer = quantized(affine(rng, 64, 48))
    x = torch.from_numpy(rng.normal(0, 1, (600, 64)) * rng.choice([0.01, 1, 100], (600, 1))).float()
    whole = layer(x)
    assert torch.equal(layer(x[300:301]), whole[300:301])
    assert torch.equal(layer.part(16, 40)(x), whole[:, 16:40])


@pytest.mark.parametrize("name", ["bf16", pytest.param("int8", marks=needs_int8)])
def test_untrained_models_agree(name: Any, prepared: PreparedBert):
    """Random weights answer in every format as in fp32, within the tolerance, and the fp32 model stays what it was."""
    model = build(prepared.source, 0.0, seed=0).eval()
    tokens = prepared.tokens["validation"]
    exact = PackedModel(model, CPU, Precision("fp32", "cpu"))
    before = log_probabilities(exact, tokens)
    found = log_probabilities(exact.at(Precision(name, "cpu")), tokens)
    assert np.abs(np.exp(found) - np.exp(before)).max() < TOLERANCES[name]
    assert not np.array_equal(found, before)
    assert np.array_equal(log_probabilities(exact, tokens), before)


@pytest.fixture(scope="module")
def trained(prepared: PreparedBert, tiny: Callable[..., Any], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learnt its task."""
    folder = tmp_path_factory.mktemp("trial")
    context = TrialContext(
        folder=folder,
        device="cpu",
        threads=1,
        seed=0,
        metric="accuracy",
        direction=Direction.MAXIMIZE,
        quarters=False,
        report=lambda _: Decision.GO_ON,
        tick=lambda _: None,
    )
    model_dir = BertTrainer().train(tiny(epochs=5), prepared, context).model_dir
    assert model_dir is not None
    return model_dir


PRECISIONS = ["auto", "bf16", pytest.param("int8", marks=needs_int8)]


def probabilities(answers: Any) -> np.ndarray:
    return np.array([list(answer["probabilities"].values()) for answer in answers])


@pytest.mark.parametrize("name", PRECISIONS)
def test_trained_models_agree(name: str, trained: Path):
    """A trained model gives in every precision the labels of fp32, and its probabilities within the tolerance."""
    exact = list(BertTrainer().open(trained, "cpu", 1).predict(TEXTS))
    found = list(BertTrainer().open(trained, "cpu", 1, precision=name).predict(TEXTS))
    assert np.abs(probabilities(found) - probabilities(exact)).max() < TOLERANCES[name]
    sure = [answer["confidence"] > 0.5 + TOLERANCES[name] for answer in exact]
    assert all(
        mine["label"] == theirs["label"] for mine, theirs, certain in zip(found, exact, sure, strict=True) if certain
    )
    assert any(sure)


@pytest.mark.parametrize("name", PRECISIONS)
def test_explanations_are_those_of_fp32(name: str, trained: Path):
    """Whatever a model answers in, it explains in fp32: to the bit as one that was opened so."""
    pytest.importorskip("captum")
    (exact,) = BertTrainer().open(trained, "cpu", 1).explain(TEXTS[:1])
    (found,) = BertTrainer().open(trained, "cpu", 1, precision=name).explain(TEXTS[:1])
    assert found == exact


@pytest.mark.parametrize("name", ["fp32", *PRECISIONS])
def test_files_are_judged_in_every_precision(name: str, trained: Path, bert_files: Any, tmp_path: Path):
    """Evaluations of a file agree within the tolerance with what the model predicts in fp32."""
    file = EvaluationFile(Path(bert_files.test))
    found = BertTrainer().evaluate_file(trained, file, folder=tmp_path, device="cpu", threads=1, precision=name)
    kept = predictions.read(found.predictions)

    texts = [json.loads(line)["text"] for line in Path(bert_files.test).read_text().splitlines()]
    exact = probabilities(BertTrainer().open(trained, "cpu", 1).predict(texts))
    assert np.abs(kept.probabilities - exact).max() < TOLERANCES.get(name, 1e-6)


def test_what_is_impossible_is_refused_when_a_model_is_opened(trained: Path):
    """Opening a model and evaluating a file refuse what the processor does not have."""
    with processor(bf16=True, int8=False):
        with pytest.raises(InputError, match="int8 is for CPUs"):
            load(trained, "cpu", 1, "int8")
        with pytest.raises(InputError, match="int8 is for CPUs"):
            BertTrainer().open(trained, "cpu", 1, precision="int8")
