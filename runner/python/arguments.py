"""The arguments that callers of `runner.api` may give, and the errors for all others."""

from collections.abc import Sequence
from typing import Literal, TypeAlias, get_args

from catalog.errors import InputError

__all__ = ["FORCED_BY", "Precision", "Workers", "check_choice", "checked_precision"]

Workers: TypeAlias = int | Literal["auto"]
"""Trainings at the same time; ``"auto"``: one for each GPU, on Ray without GPUs one for four cores."""
Precision: TypeAlias = Literal["auto", "fp32", "bf16", "int8"]
"""Arithmetic of a model's answers."""

FORCED_BY = "force=True"
"""The parameter that replaces an existing file, for messages."""


def checked_precision(precision: str, *, explain: bool) -> str | None:
    """Return the precision to compute in; None is the model's most exact.

    Raises:
        InputError: It is unknown, or explanations are asked for in less than fp32: they are made from fp32 gradients.
    """
    check_choice("precision", precision, get_args(Precision))
    if explain and precision not in {"auto", "fp32"}:
        raise InputError(f"explain=True computes in fp32, not in {precision}: leave precision out")
    return None if precision == "auto" else precision


def check_choice(name: str, value: str, allowed: Sequence[str]) -> None:
    """Raise an `InputError` that names the allowed values if `value` is not one of them."""
    from catalog.suggest import did_you_mean

    if value not in allowed:
        raise InputError(f"{name} {value!r} is unknown; {did_you_mean(str(value), allowed)}")
