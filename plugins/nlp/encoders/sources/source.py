"""Loads weights and tokenizer of `model_name` into memory, and makes a new model from them for each training."""

import copy
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch
from transformers import (
    AutoConfig,
    AutoModelForSequenceClassification,
    AutoModelForTokenClassification,
    AutoTokenizer,
    BertConfig,
    BertTokenizer,
)
from transformers.initialization import no_init_weights

from catalog.errors import ModelSourceError
from plugins.nlp.encoders.config import FineTuningConfig
from plugins.nlp.encoders.families import FAMILIES, SCRATCH, SCRATCH_POSITIONS, SCRATCH_VOCABULARY, is_scratch
from plugins.nlp.encoders.heads import EncoderHead
from plugins.nlp.encoders.quiet import quiet
from plugins.nlp.encoders.sources import hub
from plugins.nlp.encoders.sources.pretrained import check, check_length, local_folder
from plugins.nlp.encoders.sources.vocabulary import cached_vocabulary

__all__ = ["ModelSource", "build", "eager_attention", "load_source", "open_checkpoint"]

_FIELD = "model_config.model_name"


@dataclass(frozen=True, slots=True, eq=False)
class ModelSource:
    """What a training starts from.

    Attributes:
        config: The transformers config, with the names of the outputs.
        weights: fp32 tensors on the CPU by name, never changed; missing ones start at random.
        tokenizer: The transformers tokenizer, saved with every model.
        head: What the model computes.
        notes: What a reader should know.
    """

    config: Any
    weights: Mapping[str, torch.Tensor]
    tokenizer: Any
    head: EncoderHead
    notes: tuple[str, ...] = ()

    @property
    def hidden(self) -> int:
        """Width of the hidden layers."""
        return int(self.config.hidden_size)

    @property
    def max_positions(self) -> int:
        """Tokens that the model's position table has room for."""
        offset = self.config.pad_token_id + 1 if FAMILIES[self.config.model_type].padded_positions else 0
        return int(self.config.max_position_embeddings) - offset


def load_source(
    config: FineTuningConfig, head: EncoderHead, texts: Sequence[str], cache: Path, *, cased: bool = False
) -> ModelSource:
    """Find and load the model that `config` names.

    Args:
        config: Only `model_name` and `max_seq_length` are used.
        head: With labels; its weights are new if the checkpoint has a different head.
        texts: The training split; a model from scratch takes its vocabulary from it.
        cache: Folder for vocabularies.
        cased: Whether a model from scratch distinguishes upper and lower case.

    Raises:
        ModelSourceError: The model cannot be used, or sees less than `max_seq_length` tokens.
        UnreachableError: The hub does not answer.
    """
    if is_scratch(config.model_name):
        source = _scratch(config.model_name, head, texts, cache, cased=cased)
    else:
        folder, notes = local_folder(config.model_name), tuple[str, ...]()
        if folder is None:
            folder, notes = hub.fetch(config.model_name)
        source = replace(open_checkpoint(folder, head, field=_FIELD), notes=notes)
    check_length(config.model_name, config.max_seq_length, source.max_positions)
    return source


def open_checkpoint(folder: Path, head: EncoderHead, *, field: str | None = None) -> ModelSource:
    """Load config, weights and tokenizer of a folder.

    Args:
        folder: A model folder.
        head: If its labels are None, those of the checkpoint are kept, whose head must then be complete.
        field: The spec field to blame, if one is.

    Raises:
        ModelSourceError: The folder holds no such model, or a damaged one.
    """
    checked = check(folder, field=field)
    kind = checked.architecture.kind
    try:
        with quiet():
            config = AutoConfig.for_model(kind, **checked.architecture.settings, **head.settings(checked.config))
            tokenizer = AutoTokenizer.from_pretrained(
                folder, config=config, local_files_only=True, trust_remote_code=False
            )
            model, report = _with_head(head).from_pretrained(
                folder,
                config=config,
                dtype=torch.float32,
                attn_implementation="sdpa",
                use_safetensors=True,
                trust_remote_code=False,
                local_files_only=True,
                ignore_mismatched_sizes=True,
                output_loading_info=True,
            )
    except Exception as error:  # the readers of four file formats raise different errors
        line = " ".join(f"{type(error).__name__}: {error}".split())
        raise ModelSourceError(f"{folder} cannot be loaded as a {kind} model: {line[:400]}", field=field) from error
    new = {*report["missing_keys"], *(name for name, *_ in report["mismatched_keys"])}
    # The parts between encoder and outputs may be new: the head, and the pooler that some encoders lack.
    encoder = f"{model.base_model_prefix}."
    strange = sorted(n for n in new if head.labels is None or (n.startswith(encoder) and ".pooler." not in n))
    if strange:
        raise ModelSourceError(
            f"{folder}: its weights do not fit its config.json; {len(strange)} tensors are missing or of another "
            f"shape, such as {', '.join(strange[:3])}.",
            field=field,
        )
    if len(tokenizer) > config.vocab_size:
        raise ModelSourceError(
            f"{folder}: its tokenizer has {len(tokenizer):,} tokens, its model only {config.vocab_size:,}.", field=field
        )
    weights = {name: value for name, value in model.state_dict().items() if name not in new}
    return ModelSource(config, weights, tokenizer, head)


def build(source: ModelSource, attention_dropout: float, seed: int) -> Any:
    """Return a transformers model on the CPU, in fp32 and training mode.

    Args:
        source: Its weights are copied, never changed.
        attention_dropout: Share of attention weights dropped in training; above 0 attention does not use a GPU's fast
            kernel.
        seed: Seeds torch: it determines the new layers, and all dropout that follows.
    """
    config = copy.deepcopy(source.config)
    setattr(config, FAMILIES[config.model_type].attention_dropout, attention_dropout)
    torch.manual_seed(seed)
    with quiet(), no_init_weights():  # drawing 110 million numbers that are then overwritten takes a second
        model = _with_head(source.head).from_config(config, dtype=torch.float32, attn_implementation="sdpa")
    new = set(model.load_state_dict(source.weights, strict=False).missing_keys)
    with torch.no_grad():
        for path, module in model.named_modules():
            own = {f"{path}.{name}" if path else name for name, _ in module.named_parameters(recurse=False)}
            if own & new:
                model._init_weights(module)  # noqa: SLF001 -- transformers' documented place for how a model starts
    model.train()
    return model


@contextmanager
def eager_attention(model: Any) -> Iterator[None]:
    """Let transformers compute attention as matrix products and a softmax.

    The fast kernels never hold the attention weights that `output_attentions` requests, and in an ONNX graph SDPA takes
    more nodes (16 % slower with MiniLM on a CPU).
    """
    before = model.config._attn_implementation  # noqa: SLF001 -- there is a public setter, and no getter
    model.set_attn_implementation("eager")
    try:
        yield
    finally:
        model.set_attn_implementation(before)


def _with_head(head: EncoderHead) -> Any:
    """Return the factory of transformers' models with such a head."""
    return AutoModelForTokenClassification if head.per_token else AutoModelForSequenceClassification


def _scratch(model_name: str, head: EncoderHead, texts: Sequence[str], cache: Path, *, cased: bool) -> ModelSource:
    layers, hidden = SCRATCH[model_name]
    vocabulary = cached_vocabulary(texts, SCRATCH_VOCABULARY, cache, cased=cased)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=hidden,
        num_hidden_layers=layers,
        num_attention_heads=hidden // 64,
        intermediate_size=4 * hidden,
        max_position_embeddings=SCRATCH_POSITIONS,
        **head.settings({}),
    )
    tokenizer = BertTokenizer(vocab=vocabulary, do_lower_case=not cased, model_max_length=SCRATCH_POSITIONS)
    return ModelSource(config, {}, tokenizer, head)
