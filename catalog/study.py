"""How to search: the `study` part of a spec."""

import re
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, field_validator, model_validator

from catalog.dataset import Seed, Strict
from catalog.errors import clause
from catalog.search_space_hints import hint_entry, hint_space
from catalog.space import Choices, FloatRange, IntRange, Range, Scalar
from catalog.study_names import reserved_name
from catalog.suggest import nearest

__all__ = ["ChoicesSpec", "Confirm", "RangeSpec", "Study", "parse_duration"]

_UNITS = {"d": 86400.0, "h": 3600.0, "m": 60.0, "s": 1.0}
_DURATION = re.compile(r"(?:(\d+(?:\.\d+)?)d)?(?:(\d+(?:\.\d+)?)h)?(?:(\d+(?:\.\d+)?)m)?(?:(\d+(?:\.\d+)?)s)?")


def parse_duration(text: str) -> float:
    """Turn ``2h``, ``90m``, ``1h30m`` or ``45s`` into seconds.

    Raises:
        ValueError: The text is not such a duration, or is zero.
    """
    match = _DURATION.fullmatch(text.replace(" ", ""))
    seconds = sum(float(n) * _UNITS[u] for n, u in zip(match.groups(), _UNITS, strict=True) if n) if match else 0.0
    if not 0 < seconds <= 366 * 86400:
        raise ValueError("give a duration such as 45s, 90m, 2h or 1h30m, up to 366d")
    return seconds


def _duration(value: str | float) -> str | float:
    if isinstance(value, str):
        parse_duration(value)
    return value


class RangeSpec(Strict):
    """A range of numbers; two whole bounds without a fractional step make a range of whole numbers."""

    low: int | float = Field(description="Lowest value, included.", examples=[1e-5])
    high: int | float = Field(description="Highest value, included.", examples=[5e-5])
    log: bool = Field(False, description="Sample the logarithm evenly: right for learning rates. Needs low above 0.")
    step: int | float | None = Field(None, gt=0, description="Distance between values; with `log` there is none.")

    @model_validator(mode="after")
    def _check(self) -> "RangeSpec":
        if self.low > self.high:
            raise ValueError(f"low ({self.low}) is above high ({self.high})")
        if self.log and self.low <= 0:
            raise ValueError(f"log needs a low above 0, got {self.low}")
        if self.log and self.step is not None:
            raise ValueError("log and step exclude each other")
        return self

    def to_range(self, kind: str | None = None) -> Range:
        """Return the range as the catalog's own data type.

        Args:
            kind: What the tuned field takes: ``"integer"``, ``"number"``, or None if it is neither alone. A field of
                real numbers has a range of real numbers, however its bounds are written (1 to 100); a field of whole
                numbers takes 1.0 as 1. Otherwise two whole bounds make whole numbers.
        """
        ends = (self.low, self.high, self.step if self.step is not None else 1)
        whole = all(isinstance(end, int) for end in ends) and kind != "number"
        if whole or (kind == "integer" and all(float(end).is_integer() for end in ends)):
            return IntRange(int(self.low), int(self.high), self.log, int(self.step or 1))
        return FloatRange(float(self.low), float(self.high), self.log, None if self.step is None else float(self.step))


class ChoicesSpec(Strict):
    """A few values to choose from."""

    choices: tuple[Scalar, ...] = Field(min_length=1, max_length=100, strict=False, description="The values.")

    @field_validator("choices")
    @classmethod
    def _distinct(cls, values: tuple[Scalar, ...]) -> tuple[Scalar, ...]:
        if len({(type(value), value) for value in values}) < len(values):
            raise ValueError("a value is given more than once")
        return values

    def to_range(self, kind: str | None = None) -> Range:
        """Return the choices as the catalog's own data type; for a field of real numbers 10 is 10.0."""
        if kind != "number":
            return Choices(self.choices)
        return Choices(tuple(float(c) if isinstance(c, int) and not isinstance(c, bool) else c for c in self.choices))


def _kind(value: Any) -> str:
    """Return which of the two kinds a search-space entry is meant to be, so that its errors concern only that kind."""
    if isinstance(value, dict):
        return "choices" if _has_key_like(value, "choices") else "range"
    return "choices" if isinstance(value, ChoicesSpec) else "range"


def _has_key_like(value: dict[Any, Any], name: str) -> bool:
    """Return whether a key of `value` is `name` or a misspelling of it."""
    return any(isinstance(key, str) and nearest(key, [name]) for key in value)


Tunable = Annotated[
    Annotated[RangeSpec, Tag("range")] | Annotated[ChoicesSpec, Tag("choices")],
    Discriminator(_kind),
    BeforeValidator(hint_entry),
]


class Confirm(Strict):
    """How the winner is confirmed: the best few trials and the given configuration, trained again on fresh seeds."""

    top: int = Field(2, ge=0, le=20, description="Best trials to train again. 0 leaves the confirmation out.")
    seeds: int = Field(3, ge=1, le=20, description="Fresh seeds that each of them is trained on. Typical: 3 to 5.")


class Study(Strict):
    """How many trials, what to tune, and by which measure."""

    name: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$",
        description="Name in the store: letters, digits, '.', '_', '-'. Made from model, data and spec if left out.",
        examples=["imdb-bert"],
    )
    trials: int = Field(
        20, ge=1, le=10_000, description="Trials in all, the given configuration included. Typical: 20."
    )
    timeout: Annotated[str | float, AfterValidator(_duration)] | None = Field(
        None,
        description="Time for the search, as 45s, 90m, 2h or 1h30m (or seconds); the confirmation comes on top.",
        examples=["2h"],
    )
    metric: str | None = Field(
        None,
        min_length=1,
        description="What to tune for, measured on validation: one of the task's metrics, as `modelcat show KEY` lists "
        "them; the first of them if left out.",
    )
    sampler: Literal["tpe", "random"] = Field("tpe", description="How new configurations are chosen.")
    pruner: Literal["none", "median", "hyperband"] = Field(
        "median", description="When hopeless trials are ended early, judged at quarters of each trial's own schedule."
    )
    seed: Seed = Field(0, description="Decides what the sampler asks and which fresh seeds the confirmation takes.")
    search_space: dict[str, Tunable] | None = Field(
        None,
        min_length=1,
        description="What to tune: field of model_config -> range or choices. The model's own space if left out.",
        examples=[{"learning_rate": {"low": 1e-5, "high": 5e-5, "log": True}, "batch_size": {"choices": [16, 32]}}],
    )
    confirm: Confirm = Field(Confirm(), description="How the winner is confirmed.")
    max_retries: int = Field(
        2,
        ge=0,
        le=100,
        description="Times that a training is tried again, from its last checkpoint, where its process died, hung or "
        "ran out of memory. May change from run to run of a study. Typical: 1 to 5.",
    )

    @field_validator("name")
    @classmethod
    def _free(cls, name: str | None) -> str | None:
        if name is not None and (reason := reserved_name(name)) is not None:
            raise ValueError(f"{name!r} cannot be a study's name: {clause(reason)}. Give it another")
        return name

    @field_validator("search_space", mode="before")
    @classmethod
    def _hinted(cls, value: Any) -> Any:
        return hint_space(value)

    @field_validator("timeout")
    @classmethod
    def _positive(cls, value: str | float | None) -> str | float | None:
        if isinstance(value, float | int) and value <= 0:
            raise ValueError("give a time above 0")
        return value

    @property
    def timeout_seconds(self) -> float | None:
        """Time for the search in seconds; None for no limit."""
        return parse_duration(self.timeout) if isinstance(self.timeout, str) else self.timeout
