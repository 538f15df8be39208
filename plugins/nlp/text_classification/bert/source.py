"""From `model_name` to weights and tokenizer in memory; loaded once for all trainings of a process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from transformers import AutoConfig, AutoModelForSequenceClassification, AutoTokenizer, BertConfig, BertTokenizer

from catalog.errors import ModelSourceError
from plugins.nlp.text_classification.bert import hub
from plugins.nlp.text_classification.bert.checkpoint import check, check_length, local_folder
from plugins.nlp.text_classification.bert.config import BertConfig as Settings
from plugins.nlp.text_classification.bert.families import FAMILIES
from plugins.nlp.text_classification.bert.quiet import quiet
from plugins.nlp.text_classification.bert.scratch import ARCHITECTURES, POSITIONS, VOCABULARY, is_scratch
from plugins.nlp.text_classification.bert.vocabulary import cached_vocabulary

__all__ = ["ModelSource", "load_source", "open_checkpoint"]

_FIELD = "model_config.model_name"


@dataclass(frozen=True, slots=True, eq=False)
class ModelSource:
    """What a training starts from.

    Attributes:
        config: The transformers config, with the names of the classes.
        weights: fp32 tensors on the CPU by name, never written to; what is missing starts at random.
        tokenizer: The transformers tokenizer, saved with every model.
        notes: What a reader should know.
    """

    config: Any
    weights: Mapping[str, torch.Tensor]
    tokenizer: Any
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


def load_source(settings: Settings, labels: Sequence[str], texts: Sequence[str], cache: Path) -> ModelSource:
    """Find and load the model that `settings` names.

    Args:
        settings: `model_name` and `max_seq_length` of it matter.
        labels: Names of the classes in the order of their ids.
        texts: The training split; a model from scratch takes its vocabulary from it.
        cache: Folder for vocabularies.

    Raises:
        ModelSourceError: The model cannot be used, or sees less than `max_seq_length` tokens.
        UnreachableError: The hub does not answer.
    """
    names: dict[str, Any] = {
        "id2label": dict(enumerate(labels)),
        "label2id": {label: index for index, label in enumerate(labels)},
        # A checkpoint of several labels a text would else have a pipeline put a sigmoid on each score.
        "problem_type": "single_label_classification",
    }
    if is_scratch(settings.model_name):
        source = _scratch(settings.model_name, names, texts, cache)
    else:
        folder, notes = local_folder(settings.model_name), tuple[str, ...]()
        if folder is None:
            folder, notes = hub.fetch(settings.model_name)
        config, model, tokenizer = open_checkpoint(folder, names, field=_FIELD)
        source = ModelSource(config, model, tokenizer, notes)
    check_length(settings.model_name, settings.max_seq_length, source.max_positions)
    return source


def open_checkpoint(
    folder: Path, names: Mapping[str, Any] | None = None, *, field: str | None = None
) -> tuple[Any, Mapping[str, torch.Tensor], Any]:
    """Load config, weights and tokenizer of a folder.

    Args:
        folder: A model folder.
        names: ``id2label``, ``label2id`` and ``problem_type`` of new classes; None keeps those of the checkpoint, whose
            classifier must then be whole.
        field: The spec field to blame, if one is.

    Returns:
        The transformers config, the weights that the checkpoint has (fp32, by name), and the tokenizer.

    Raises:
        ModelSourceError: The folder holds no such model, or a damaged one.
    """
    checked = check(folder, field=field)
    kind = checked.architecture.kind
    try:
        with quiet():
            config = AutoConfig.for_model(kind, **checked.architecture.settings, **(names or _classes(checked.config)))
            tokenizer = AutoTokenizer.from_pretrained(
                folder, config=config, local_files_only=True, trust_remote_code=False
            )
            model, report = AutoModelForSequenceClassification.from_pretrained(
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
    except Exception as error:  # the readers of four file formats, each with errors of its own
        line = " ".join(f"{type(error).__name__}: {error}".split())
        raise ModelSourceError(f"{folder} cannot be loaded as a {kind} model: {line[:400]}", field=field) from error
    new = {*report["missing_keys"], *(name for name, *_ in report["mismatched_keys"])}
    # What stands between encoder and classes may be new: the classifier, and the pooler that some encoders lack.
    encoder = f"{model.base_model_prefix}."
    strange = sorted(n for n in new if names is None or (n.startswith(encoder) and ".pooler." not in n))
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
    return config, {name: value for name, value in model.state_dict().items() if name not in new}, tokenizer


def _classes(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a config.json says of the classes of a whole model; two of no name if it says nothing."""
    names = config.get("id2label")
    if names is None:
        return {}
    if not isinstance(names, dict) or not all(
        isinstance(name, str) and number.isdecimal() for number, name in names.items()
    ):
        raise ValueError("config.json does not name its classes by their numbers (id2label)")
    labels = {int(number): name for number, name in names.items()}
    return {
        "id2label": labels,
        "label2id": {name: number for number, name in labels.items()},
        "problem_type": "single_label_classification",
    }


def _scratch(model_name: str, names: Mapping[str, Any], texts: Sequence[str], cache: Path) -> ModelSource:
    shape = ARCHITECTURES[model_name]
    vocabulary = cached_vocabulary(texts, VOCABULARY, cache)
    config = BertConfig(
        vocab_size=len(vocabulary),
        hidden_size=shape.hidden,
        num_hidden_layers=shape.layers,
        num_attention_heads=shape.heads,
        intermediate_size=shape.intermediate,
        max_position_embeddings=POSITIONS,
        **names,
    )
    tokenizer = BertTokenizer(vocab=vocabulary, do_lower_case=True, model_max_length=POSITIONS)
    return ModelSource(config, {}, tokenizer)
