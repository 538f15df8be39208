"""Texts without padding: the same answers and gradients as transformers' own way, in every family, however packed."""

import gc
import itertools
import weakref
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional
from torch.nn.attention import varlen
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoModelForTokenClassification

from plugins.nlp.encoders.packed import PackedModel, attention
from plugins.nlp.encoders.packed import model as packed_model
from plugins.nlp.encoders.packed.dropout import drop, drop_and_add
from plugins.nlp.encoders.packed.model import compiled
from plugins.nlp.encoders.packed.pack import by_run
from plugins.nlp.encoders.precision import Precision
from plugins.nlp.encoders.scoring import outputs_of
from plugins.nlp.encoders.tokens import EncodedTokens, flatten

CPU = torch.device("cpu")
FAMILIES = ("bert", "distilbert", "roberta", "xlm-roberta", "camembert", "electra")
LONGEST, WORDS, CLASSES = 24, 60, 3


def model_of(family: str, auto: Any = AutoModelForSequenceClassification) -> Any:
    shape = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    if family == "distilbert":
        shape = {"dim": 16, "n_layers": 2, "n_heads": 2, "hidden_dim": 32}
    shape |= {"embedding_size": 8} if family == "electra" else {}
    pad = 1 if "roberta" in family or family == "camembert" else 0
    config = AutoConfig.for_model(
        family,
        vocab_size=WORDS,
        num_labels=CLASSES,
        pad_token_id=pad,
        max_position_embeddings=LONGEST + (pad + 1 if pad else 0),
        **shape,
    )
    torch.manual_seed(3)
    model = auto.from_config(config, attn_implementation="eager")
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(4)  # so that attention is not all but even
    return model


def texts_of(lengths: list[int], *, holding: int | None = None) -> EncodedTokens:
    rng = np.random.default_rng(sum(lengths))
    rows = [rng.integers(2, WORDS, size=length, dtype=np.int32) for length in lengths]
    if holding is not None:
        for row in rows:
            row[len(row) // 2 :: 2] = holding
    return flatten(rows)


def padded_logits(model: Any, tokens: EncodedTokens) -> torch.Tensor:
    ids = torch.full((len(tokens), int(tokens.lengths.max())), model.config.pad_token_id)
    mask = torch.zeros_like(ids)
    for row in range(len(tokens)):
        own = tokens.ids[tokens.offsets[row] : tokens.offsets[row + 1]]
        ids[row, : own.size] = torch.from_numpy(own.astype(np.int64))
        mask[row, : own.size] = 1
    return model(input_ids=ids, attention_mask=mask).logits


def pack_model(model: Any, name: str = "fp32") -> PackedModel:
    return PackedModel(model, CPU, Precision(name, "cpu"))


def gradients(model: Any) -> dict[str, torch.Tensor]:
    found = {name: weight.grad.clone() for name, weight in model.named_parameters() if weight.grad is not None}
    model.zero_grad()
    return found


@pytest.mark.parametrize("family", FAMILIES)
@settings(max_examples=12, deadline=None)
@given(lengths=st.lists(st.integers(1, LONGEST), min_size=1, max_size=7), data=st.data())
def test_logits_and_gradients_are_those_of_padded_texts(family, lengths, data):
    """Packed in any order, of any lengths, texts get the logits and gradients that transformers gives them padded."""
    model = model_of(family).eval()
    tokens = texts_of(lengths)
    labels = torch.arange(len(lengths)) % CLASSES
    wanted = padded_logits(model, tokens)
    functional.cross_entropy(wanted, labels).backward()
    expected = gradients(model)
    packed = pack_model(model)
    order = np.array(data.draw(st.permutations(range(len(lengths)))))
    found = packed.outputs(tokens, order)
    functional.cross_entropy(found, labels[order]).backward()
    packed.collect()
    torch.testing.assert_close(found, wanted[order], rtol=0, atol=1e-5)
    torch.testing.assert_close(gradients(model), expected, rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("path", ["cpu", "gpu"])
def test_a_head_per_token_gives_what_padded_texts_give(family, path, request):
    """With a head for tokens, outputs of every token and gradients are transformers' own, on both ways."""
    if path == "gpu":
        request.getfixturevalue("gpu_path")
    model, tokens = model_of(family, AutoModelForTokenClassification).eval(), texts_of([7, 1, LONGEST, 7])
    real = torch.arange(LONGEST)[None] < torch.from_numpy(tokens.lengths)[:, None]
    wanted = padded_logits(model, tokens)[real]
    labels = torch.arange(len(wanted)) % CLASSES
    functional.cross_entropy(wanted, labels).backward()
    expected = gradients(model)
    packed = pack_model(model)
    assert packed.per_token
    found = packed.outputs(tokens, np.arange(4))
    functional.cross_entropy(found, labels).backward()
    packed.collect()
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-5)
    torch.testing.assert_close(gradients(model), expected, rtol=0, atol=1e-5)
    torch.testing.assert_close(outputs_of(packed, tokens), wanted.detach(), rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("lengths", [[1], [LONGEST], [1, 1, 1], [LONGEST, 1]])
def test_the_shortest_and_the_longest_texts(family, lengths):
    """One token, exactly as many as fit, and a batch of one are no special cases."""
    model = model_of(family).eval()
    tokens = texts_of(lengths)
    found = pack_model(model).outputs(tokens, np.arange(len(lengths)))
    torch.testing.assert_close(found, padded_logits(model, tokens), rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_a_text_may_hold_the_padding_id(family):
    """RoBERTa and its kin give a padding id inside a text no position of its own, as transformers does."""
    model = model_of(family).eval()
    tokens = texts_of([5, 9, 9, 2], holding=model.config.pad_token_id)
    found = pack_model(model).outputs(tokens, np.arange(4))
    torch.testing.assert_close(found, padded_logits(model, tokens), rtol=0, atol=1e-5)


def test_answers_do_not_depend_on_the_company():
    """A text's logits are the same alone and in every pack."""
    packed = pack_model(model_of("bert").eval())
    tokens = texts_of([4, 7, 7, 20])
    alone = torch.cat([packed.outputs(tokens, np.array([row])) for row in range(4)])
    for order in itertools.permutations(range(4), 3):
        torch.testing.assert_close(packed.outputs(tokens, np.array(order)), alone[list(order)], rtol=0, atol=1e-5)


@pytest.mark.parametrize("family", FAMILIES)
def test_bf16_is_fp32_but_for_rounding(family):
    """Logits in bf16 differ by rounding, gradients point the same way and are collected in fp32."""
    model = model_of(family).eval()
    tokens, labels = texts_of([3, 8, 8, 8, 15]), torch.tensor([0, 1, 2, 0, 1])
    found = {}
    for name in ("fp32", "bf16"):
        packed = pack_model(model, name)
        logits = packed.outputs(tokens, np.arange(5))
        functional.cross_entropy(logits, labels).backward()
        packed.collect()
        found[name] = logits.detach(), torch.cat([grad.flatten() for grad in gradients(model).values()])
        packed.forget()
    assert found["bf16"][1].dtype == torch.float32
    torch.testing.assert_close(found["bf16"][0], found["fp32"][0], rtol=0.05, atol=0.05)
    assert functional.cosine_similarity(found["bf16"][1], found["fp32"][1], dim=0) > 0.995


@pytest.mark.parametrize("name", ["fp32", "bf16"])
def test_gradients_of_micro_batches_add_up(name):
    """Two halves give the gradients of the whole, and what was used is forgotten when parameters change."""
    model = model_of("bert").eval()
    packed = pack_model(model, name)
    tokens, labels = texts_of([6, 6, 9, 12]), torch.tensor([0, 1, 2, 1])

    def backward(*rows: int) -> None:
        chosen = list(rows)
        functional.cross_entropy(packed.outputs(tokens, np.array(chosen)), labels[chosen], reduction="sum").backward()
        packed.collect()

    backward(0, 1, 2, 3)
    whole = {key: weight.grad.clone() for key, weight in model.named_parameters()}
    packed.refresh()
    assert all(weight.grad is None for weight in model.parameters())
    backward(0, 1)
    backward(2, 3)
    for key, weight in model.named_parameters():
        torch.testing.assert_close(weight.grad, whole[key], rtol=0.02, atol=1e-5 if name == "fp32" else 2e-2)


@pytest.mark.parametrize("name", ["fp32", "bf16"])
def test_what_the_optimizer_changes_is_computed_with(name):
    """After `refresh` logits are those of the new parameters, which stay fp32 and keep their names."""
    model = model_of("bert").eval()
    names = list(model.state_dict())
    packed = pack_model(model, name)
    tokens = texts_of([5, 7])
    before = packed.outputs(tokens, np.arange(2)).detach()
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(0.5)
    packed.refresh()
    after = packed.outputs(tokens, np.arange(2)).detach()
    assert (after - before).abs().max() > 1e-3
    torch.testing.assert_close(after, pack_model(model).outputs(tokens, np.arange(2)), rtol=0.05, atol=0.05)
    assert list(model.state_dict()) == names
    assert {weight.dtype for weight in model.parameters()} == {torch.float32}


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_dropout_drops_its_share_and_keeps_the_mean(probability, dtype):
    """As many elements are zeroed as asked for, the others are scaled so that the mean stays."""
    torch.manual_seed(0)
    dropped = drop(torch.ones(1000, 301, dtype=dtype), probability).double()
    assert (dropped == 0).double().mean() == pytest.approx(probability, abs=0.005)
    assert dropped.mean() == pytest.approx(1, abs=0.03)


def test_dropout_passes_the_gradients_of_what_it_kept():
    """A dropped element has no gradient, a kept one the scaled one, and a residual its own."""
    torch.manual_seed(0)
    x, residual = (torch.randn(50, 7, requires_grad=True) for _ in range(2))
    summed = drop_and_add(x, residual, 0.4)
    summed.backward(torch.full_like(summed, 2.0))
    kept = (summed - residual).detach() != 0
    torch.testing.assert_close(x.grad, kept * torch.tensor(2.0) / 0.6, rtol=1e-4, atol=0)
    assert torch.equal(residual.grad, torch.full_like(residual, 2.0))


def test_dropout_of_nothing_is_nothing():
    """At 0 no random number is drawn."""
    state = torch.get_rng_state()
    x = torch.randn(3, generator=torch.Generator().manual_seed(1))
    assert drop(x, 0.0) is x
    assert torch.equal(torch.get_rng_state(), state)


@pytest.mark.parametrize("runs", [((2, 5),), ((1, 3), (2, 6), (1, 1)), ((3, 1),)])
@pytest.mark.parametrize("first_only", [False, True])
def test_explicit_attention_has_the_gradients_of_torchs(runs, first_only):
    """The products for bf16 are attention: checked in fp64 against torch's own and by finite differences."""
    torch.manual_seed(0)
    tokens = sum(texts * length for texts, length in runs)
    queries = sum(texts for texts, _ in runs) if first_only else tokens
    query, key, value = (
        torch.randn(count, 2, 4, dtype=torch.float64, requires_grad=True) for count in (queries, tokens, tokens)
    )
    assert torch.autograd.gradcheck(lambda q, k, v: attention.plain_attention(q, k, v, runs, 0.0), (query, key, value))
    wanted = [
        functional.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(0, 1)
        for q, k, v in by_run(runs, (query,), (key, value))
    ]
    torch.testing.assert_close(attention.plain_attention(query, key, value, runs, 0.0), torch.cat(wanted))


def test_explicit_attention_drops_weights_and_knows_which():
    """With dropout the gradients are those of what was drawn, and the mean stays that of attention without."""
    torch.manual_seed(0)
    runs, tensors = ((2, 3), (1, 5)), [torch.randn(11, 2, 4, dtype=torch.float64, requires_grad=True) for _ in range(3)]

    def drawn(query: torch.Tensor, key: torch.Tensor, value: torch.Tensor) -> torch.Tensor:
        torch.manual_seed(1)
        return attention.plain_attention(query, key, value, runs, 0.3)

    assert torch.autograd.gradcheck(drawn, tensors)
    with torch.no_grad():
        mean = torch.stack([attention.plain_attention(*tensors, runs, 0.3) for _ in range(600)]).mean(dim=0)
        torch.testing.assert_close(mean, attention.plain_attention(*tensors, runs, 0.0), rtol=0, atol=0.13)


def varlen_of_a_gpu(query, key, value, query_starts, key_starts, longest_query, longest_key):
    """What `varlen_attn` returns, by a mask: texts are separated by where they start."""
    assert query_starts.dtype == key_starts.dtype == torch.int32
    own = [
        torch.bucketize(torch.arange(len(tensor)), starts[1:].long(), right=True)
        for tensor, starts in ((query, query_starts), (key, key_starts))
    ]
    heads_first = (tensor.transpose(0, 1) for tensor in (query, key, value))
    mask = own[0][:, None] == own[1][None, :]
    return functional.scaled_dot_product_attention(*heads_first, attn_mask=mask).transpose(0, 1)


@pytest.fixture
def gpu_path(monkeypatch):
    """What is done on a GPU, with a stand-in for its kernel."""
    monkeypatch.setattr(packed_model, "has_varlen", lambda _, heads, dropout: not dropout)
    monkeypatch.setattr(varlen, "varlen_attn", varlen_of_a_gpu)


@pytest.mark.parametrize("family", FAMILIES)
def test_the_gpus_kernel_is_told_where_texts_start(family, gpu_path):
    """With the kernel for texts of any length logits and gradients are those of padded texts."""
    model = model_of(family).eval()
    tokens, labels = texts_of([7, 1, LONGEST, 7]), torch.tensor([0, 1, 2, 0])
    wanted = padded_logits(model, tokens)
    functional.cross_entropy(wanted, labels).backward()
    expected = gradients(model)
    packed = pack_model(model)
    found = packed.outputs(tokens, np.arange(4))
    functional.cross_entropy(found, labels).backward()
    packed.collect()
    torch.testing.assert_close(found, wanted, rtol=0, atol=1e-5)
    torch.testing.assert_close(gradients(model), expected, rtol=0, atol=1e-5)


@pytest.mark.filterwarnings("ignore:The .grad attribute")  # torch hides it, but not from an error
def test_compiled_code_fits_packs_of_every_size(gpu_path, monkeypatch):
    """Whatever the number of tokens and texts, training and evaluation take a graph each, without a break in it.

    One text alone takes one more. The next trial takes none, and only numbers of tokens and texts are left open.
    """
    torch._dynamo.reset()
    graphs: list[Any] = []

    def keep(graph: Any, _: Any) -> Any:
        graphs.append(graph)
        return graph.forward

    monkeypatch.setattr(
        packed_model,
        "compiled",
        lambda function, _: torch.compile(function, backend=keep, dynamic=False, fullgraph=True),
    )
    monkeypatch.setattr(packed_model, "drop_and_add", lambda x, residual, p: residual + functional.dropout(x, p))
    try:
        for _trial in range(2):
            model = model_of("bert")
            model.config.attention_probs_dropout_prob = 0.0
            packed = pack_model(model)
            for lengths in ([5, 9], [3, 3, 3], [LONGEST] * 4, [2, 4, 6, 8, 10], [11, 12], [7]):
                tokens = texts_of(lengths)
                model.train()
                packed.outputs(tokens, np.arange(len(lengths))).sum().backward()
                model.eval()
                with torch.inference_mode():
                    found = packed.outputs(tokens, np.arange(len(lengths)))
                torch.testing.assert_close(found, padded_logits(model, tokens), rtol=0, atol=1e-5)
            assert len(graphs) == 4
        inputs = {node.target: node.meta["example_value"] for node in graphs[0].graph.find_nodes(op="placeholder")}
        weights = [value for name, value in inputs.items() if "weight" in name]
        assert weights
        assert all(isinstance(size, int) for value in weights for size in value.shape)
    finally:
        torch._dynamo.reset()


@pytest.mark.parametrize(
    ("heads", "dtype", "dropout", "generation", "can"),
    [
        (12, torch.bfloat16, 0.0, (9, 0), True),
        (12, torch.float16, 0.0, (8, 0), True),
        (12, torch.float16, 0.0, (7, 5), False),  # a T4
        (12, torch.float32, 0.0, (9, 0), False),
        (12, torch.bfloat16, 0.1, (9, 0), False),
        (64, torch.bfloat16, 0.0, (9, 0), False),  # heads of 12 units
        (2, torch.bfloat16, 0.0, (9, 0), False),  # heads of 384
    ],
)
def test_the_gpus_kernel_is_used_where_it_runs(heads, dtype, dropout, generation, can, monkeypatch):
    """Older GPUs, fp32, dropout of attention and odd heads take another way instead of an error."""
    monkeypatch.setattr(torch.cuda, "get_device_capability", lambda _: generation)
    hidden = SimpleNamespace(device=torch.device("cuda", 0), dtype=dtype, shape=torch.Size([5, 768]))
    assert attention.has_varlen(hidden, heads, dropout) is can
    assert not attention.has_varlen(torch.zeros(5, 768, dtype=dtype), heads, dropout)


@pytest.mark.parametrize("name", ["fp32", "bf16"])
def test_a_model_is_freed_with_its_classifier(name):
    """A study's trials do not pile up: nothing refers to itself and waits for the garbage collector."""
    gc.collect()
    gc.disable()
    try:
        model = model_of("bert")
        left = weakref.ref(model)
        packed = pack_model(model, name)
        functional.cross_entropy(packed.outputs(texts_of([3, 4]), np.arange(2)), torch.tensor([0, 1])).backward()
        packed.collect()
        del model, packed
        assert left() is None
    finally:
        gc.enable()


def test_only_a_gpu_compiles():
    """On a CPU the function stays as it is."""
    assert compiled(test_only_a_gpu_compiles, CPU) is test_only_a_gpu_compiles
