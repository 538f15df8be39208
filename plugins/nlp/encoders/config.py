"""The fields of `model_config` that every fine-tuning of an encoder has. Importing this module imports no torch."""

import math
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from catalog.dataset import Strict
from catalog.suggest import did_you_mean
from plugins.nlp.encoders.families import SCRATCH, is_scratch

__all__ = ["FIXED", "PREPARATION", "EncoderConfig", "FineTuningConfig", "Truncation"]

Truncation = Literal["head", "tail", "head+tail"]

PREPARATION = frozenset({"model_name", "max_seq_length", "truncation"})
"""The fields that data, weights and tokens in memory depend on."""
FIXED = frozenset({"precision", "fp16", "seed", "deterministic"})
"""The fields that are never tuned: the arithmetic of the machine, and the seed."""
_PRETRAINED_RATE = 2e-5
_SCRATCH_RATE = 1e-3
"""At 2e-5 a model with random weights stays at chance."""


class FineTuningConfig(Strict):
    """What to fine-tune, and how. The defaults are those of Devlin et al., 2019 (arXiv 1810.04805), appendix A.3."""

    model_name: str = Field(
        "bert-base-uncased",
        min_length=1,
        max_length=500,
        description=(
            "A hub id, a local folder (relative to the spec), or scratch/bert-tiny, -mini, -small, "
            "-medium: random weights and a vocabulary of the training split's own, with nothing to download."
        ),
        examples=["bert-base-uncased", "distilbert-base-uncased", "roberta-base", "models/minilm", "scratch/bert-tiny"],
        json_schema_extra={"x-modelcat-folder": True},
    )
    max_seq_length: int = Field(
        512,
        ge=8,
        le=512,
        description=(
            "Tokens that the model sees at a time, the special ones included. Cost grows with it. Typical: 128 to 512; "
            "a model that can see less says so."
        ),
        examples=[128, 256, 512],
    )
    batch_size: int = Field(32, ge=1, le=4096, description="Examples of a batch. Typical: 16 or 32.", examples=[16, 32])
    epochs: int = Field(
        3,
        ge=1,
        le=1000,
        description="Passes over the training split. Typical: 2 to 4; from scratch more.",
        examples=[3],
    )
    learning_rate: float | None = Field(
        None,
        gt=0,
        le=1,
        description=(
            "Highest learning rate, reached after the warm-up. Typical: 1e-5 to 5e-5; from scratch 1e-4 to 3e-3. "
            "Left out: 2e-5, from scratch 1e-3."
        ),
        examples=[2e-5, 5e-5],
    )
    warmup_steps: int | float = Field(
        0.06,
        description=(
            "How long the learning rate rises from zero before it falls to zero again, linearly both: a count of "
            "optimizer steps (whole number), or a share of all steps (below 1). Typical: 0 to 0.1, or 500."
        ),
        examples=[500, 0.06],
        json_schema_extra={
            "anyOf": [
                {"type": "integer", "minimum": 0, "maximum": 10_000_000},
                {"type": "number", "minimum": 0, "exclusiveMaximum": 1},
            ]
        },
    )
    weight_decay: float = Field(
        0.01,
        ge=0,
        le=1,
        description="Decoupled weight decay of AdamW, on weight matrices only. Typical: 0 to 0.1.",
        examples=[0.01],
    )
    adam_epsilon: float = Field(
        1e-8,
        gt=0,
        le=0.1,
        description="Term that keeps AdamW's division stable. Typical: 1e-8 to 1e-6.",
        examples=[1e-8],
    )
    max_grad_norm: float | None = Field(
        1.0,
        ge=0,
        le=1e6,
        description="Gradients with a larger norm are scaled down to it; 0 or null never do. Typical: 1.",
        examples=[1.0],
    )
    fp16: bool | None = Field(
        None,
        description=(
            "true: mixed precision, float16 on a GPU; a CPU uses what it is fastest with, and the result says so. "
            "false: never float16. Left out: as `precision` says."
        ),
    )
    precision: Literal["auto", "fp32", "bf16", "fp16"] = Field(
        "auto",
        description=(
            "Number format of the arithmetic; weights are kept in fp32 always. auto: bf16 where the device has it, "
            "else fp16 on a GPU and fp32 on a CPU."
        ),
    )
    gradient_accumulation: int = Field(
        1,
        ge=1,
        le=4096,
        description=(
            "Batches that make one optimizer step: a step sees batch_size times this many examples, in the memory "
            "of one batch. Typical: 1 to 8."
        ),
        examples=[1, 4],
    )
    early_stopping: bool | Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None,
        description=(
            "Epochs without a lower validation loss after which training ends; true is 1, false or null never ends "
            "early. The best epoch is kept in any case. Typical: 1 to 3."
        ),
        examples=[True, 2],
    )
    attention_probs_dropout: float = Field(
        0.0,
        ge=0,
        lt=1,
        description=(
            "Share of attention weights dropped in training. Published models used 0.1; a GPU's fast attention kernel "
            "has none, and on a CPU training takes longer with it (7 % in bf16 at 512 tokens). Typical: 0 to 0.1."
        ),
        examples=[0.0, 0.1],
    )
    seed: int = Field(
        0, ge=0, lt=2**32, description="Decides weights of new layers, dropout and the order of examples.", examples=[0]
    )
    deterministic: bool = Field(
        False,
        description=(
            "true: the same spec on the same machine with the same threads gives weights that are equal to the last "
            "bit, unless memory runs out on the way. Costs nothing on a CPU; a GPU is slower."
        ),
    )

    @field_validator("model_name")
    @classmethod
    def _known_if_scratch(cls, value: str) -> str:
        if is_scratch(value) and value not in SCRATCH:
            raise ValueError(f"no such architecture: {value!r}; {did_you_mean(value, SCRATCH)}")
        return value

    @field_validator("warmup_steps", mode="before")
    @classmethod
    def _count_or_share(cls, value: object) -> object:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise ValueError(  # noqa: TRY004 -- Pydantic collects ValueErrors
                "must be a whole number of steps, or a share of all steps below 1"
            )
        if isinstance(value, float) and not 0 <= value < 1:
            hint = f"; write {int(value)} for a count of steps" if math.isfinite(value) and value >= 1 else ""
            raise ValueError(f"a share of all steps must be at least 0 and below 1{hint}")
        if isinstance(value, int) and not 0 <= value <= 10_000_000:
            raise ValueError("a count of steps must be from 0 to 10,000,000")
        return value

    @model_validator(mode="after")
    def _formats_agree(self) -> Self:
        contradicts = self.precision in {"fp32", "bf16"} if self.fp16 else self.precision == "fp16"
        if self.fp16 is not None and contradicts:
            raise ValueError(
                f"fp16 is {str(self.fp16).lower()}, but precision is {self.precision!r}: leave one of the two out"
            )
        return self

    @property
    def resolved_learning_rate(self) -> float:
        """The learning rate; a default replaces a missing one."""
        if self.learning_rate is not None:
            return self.learning_rate
        return _SCRATCH_RATE if is_scratch(self.model_name) else _PRETRAINED_RATE

    @property
    def patience(self) -> int | None:
        """Epochs without a lower validation loss after which the training ends; None for no early end."""
        return int(self.early_stopping) if self.early_stopping else None

    @property
    def step_size(self) -> int:
        """Examples of one optimizer step."""
        return self.batch_size * self.gradient_accumulation


class EncoderConfig(FineTuningConfig):
    """The configuration of a model that reads one piece of each text: of a long one what `truncation` keeps."""

    truncation: Truncation = Field(
        "head",
        description=(
            "What is kept of a text that is too long: its beginning, its end, or a quarter from the beginning and "
            "three from the end (Sun et al., 2019, arXiv 1905.05583, section 5.3.1)."
        ),
    )
