"""The shapes of the JSON columns: what the code that reads such a column relies on.

Fields that are not named here may be present and are not checked; fields of an older release may be missing.
"""

from collections.abc import Mapping
from enum import Enum, auto
from functools import cache
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    InstanceOf,
    TypeAdapter,
    ValidationError,
    model_validator,
)

__all__ = ["JsonShape", "fault"]

#: Not `str`: Pydantic refuses lone halves of surrogate pairs, which an error message may hold.
Text = InstanceOf[str]
Count = Annotated[int, Field(ge=0)]
Metrics = dict[Text, float | None]


def _scalar(value: Any) -> Any:
    if value is not None and not isinstance(value, bool | int | float | str):
        raise ValueError("neither text nor a number nor a truth value")
    return value


Scalar = Annotated[Any, AfterValidator(_scalar)]


class _Object(BaseModel):
    # No protected names: a spec has a field `model_config`, which begins like Pydantic's own.
    model_config = ConfigDict(strict=True, protected_namespaces=())


class _Spec(_Object):
    config: dict[Text, Any] | None = Field(None, alias="model_config")
    study: dict[Text, Any] | None = None
    dataset: dict[Text, Any] | None = None


class _Range(_Object):
    choices: Annotated[list[Scalar], Field(min_length=1)] | None = None
    low: float | None = None
    high: float | None = None
    log: bool = False
    step: Annotated[float, Field(gt=0)] | None = None

    @model_validator(mode="after")
    def _has_bounds(self) -> Self:
        if self.choices is None and (self.low is None or self.high is None or self.low > self.high):
            raise ValueError("no range: neither choices, nor low and high")
        if self.log and self.low is not None and self.low <= 0:
            raise ValueError("no range: a logarithm needs a low above 0")
        return self


class _RowCounts(_Object):
    lines: Count | None = None
    records: Count = 0
    kept: Count = 0
    dropped: dict[Text, Count] = {}


class _Data(_Object):
    """What every task knows about its data; other fields next to these belong to the task."""

    name: Text = ""
    fingerprint: Text = ""
    rows: dict[Text, Count] = {}
    notes: list[Text] = []
    columns: dict[Text, Any] | None = None
    counts: dict[Text, _RowCounts] = {}


class _Metric(_Object):
    name: Text
    direction: Literal["maximize", "minimize"]
    label: dict[Text, Any]
    phrase: dict[Text, Any]
    format: Text
    of: Text | None = None


class _Failure(_Object):
    kind: Text
    message: Text


class _TrialFailure(_Object):
    kind: Text
    reason: Text


class _Test(_Object):
    model_config = ConfigDict(strict=True, extra="allow")
    __pydantic_extra__: dict[str, float | None]

    n: Count


class _Baseline(_Object):
    key: Text
    failure: _TrialFailure | None = None
    validation: Metrics | None = None
    test: _Test | None = None
    seconds: float | None = None
    model_dir: Text | None = None
    predictions: Text | None = None
    notes: list[Text] = []


class _Comparison(_Object):
    of: Text | None = None
    metric: Text
    difference: float
    low: float
    high: float
    rows: Count
    seeds: Annotated[list[Count], Field(min_length=2, max_length=2)]
    only_first: Count | None = None
    only_second: Count | None = None
    p_value: float | None = None


class _Verdict(_Object):
    sentence: Text
    winner: Text | None = None
    confirmed: bool | None = None
    beats_given: bool | None = None
    beats_baseline: bool | None = None
    versus_given: _Comparison | None = None
    versus_baseline: _Comparison | None = None
    scores: Metrics | None = None
    search_scores: Metrics | None = None
    chance: float | None = None
    above_chance: bool | None = None
    exhausted: bool | None = None


class _Winner(_Object):
    arm: Text
    trial: Count | None = None
    config: dict[Text, Any] | None = Field(None, alias="model_config")
    training: Text | None = None
    score: float | None = None
    planned: Count | None = None


class _Details(_Object):
    """What every task reports in an evaluation; other fields next to these belong to the task."""

    seconds: float = 0.0
    intervals: dict[Text, Annotated[list[float], Field(min_length=2, max_length=2)]] = {}
    model_bytes: Count | None = None
    peak_memory_bytes: Count | None = None
    left_out: Count = 0
    columns: dict[Text, Any] | None = None
    notes: list[Text] = []


class _EarlyEnd(_Object):
    reason: Text
    done: Count | None = None
    planned: Count | None = None
    limit_seconds: Annotated[float, Field(ge=0, le=1e12)] | None = None


class _Insight(_Object):
    """An insight that could not be computed; the others have many shapes, and the code that shows them checks them."""

    failure: _TrialFailure | None = None


class JsonShape(Enum):
    """What a JSON column holds."""

    SPEC = auto()
    SPACE = auto()
    DATA = auto()
    BASELINE = auto()
    VERDICT = auto()
    TEST = auto()
    WINNER = auto()
    VERSIONS = auto()
    FAILURE = auto()
    PARAMS = auto()
    METRICS = auto()
    TRIAL_FAILURE = auto()
    NOTES = auto()
    METRIC_RECORDS = auto()
    DETAILS = auto()
    INSIGHT = auto()
    EARLY_END = auto()


_KINDS: dict[JsonShape, Any] = {
    JsonShape.SPEC: _Spec,
    JsonShape.SPACE: dict[Text, _Range],
    JsonShape.DATA: _Data,
    JsonShape.BASELINE: _Baseline,
    JsonShape.VERDICT: _Verdict,
    JsonShape.TEST: _Test,
    JsonShape.WINNER: _Winner,
    JsonShape.VERSIONS: dict[Text, Text | None],
    JsonShape.FAILURE: _Failure,
    JsonShape.PARAMS: dict[Text, Scalar],
    JsonShape.METRICS: Metrics,
    JsonShape.TRIAL_FAILURE: _TrialFailure,
    JsonShape.NOTES: list[Text],
    JsonShape.METRIC_RECORDS: list[_Metric],
    JsonShape.DETAILS: _Details,
    JsonShape.INSIGHT: _Insight,
    JsonShape.EARLY_END: _EarlyEnd,
}

#: Objects of plain values, and the kinds of those.
_FLAT = {
    JsonShape.METRICS: frozenset({float, type(None)}),
    JsonShape.PARAMS: frozenset({float, int, bool, str, type(None)}),
}


def fault(shape: JsonShape, value: Any) -> str | None:
    """Return what is wrong with a value, worded to follow the name of its column; None if nothing is wrong."""
    if (known := _FLAT.get(shape)) is not None and type(value) is dict and known.issuperset(map(type, value.values())):
        return None  # four times as fast: there are thousands of these
    try:
        _validator(shape).validate_python(value)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(map(str, first["loc"])).encode(errors="replace").decode()[:80]
        if first["type"] == "missing":
            return f"has no {place}"
        found = f"{_named(first['input'])}, {_expected(first['type'], first['msg'])}"
        return f"has a {place} that is {found}" if place else f"is {found}"
    return None


@cache
def _validator(shape: JsonShape) -> TypeAdapter[Any]:
    kind = _KINDS[shape]
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return TypeAdapter(kind, config=None if is_model else ConfigDict(strict=True))


def _expected(kind: str, message: str) -> str:
    match kind:
        case "model_type" | "model_attributes_type" | "dict_type":
            return "not an object"
        case "list_type":
            return "not a list"
        case "is_instance_of":
            return "not a string"
    return message.removeprefix("Value error, ").replace("Input should be", "not")


def _named(value: Any) -> str:
    match value:
        case Mapping():
            return "an object"
        case list():
            return "a list"
        case str():
            return "a string"
        case None:
            return "null"
    return "a number or a truth value"
