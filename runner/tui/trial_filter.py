"""Filters such as ``accuracy > 0.9 and batch_size == 32``: parsed as a Python expression, never evaluated as one.

A filter has comparisons (also chained), ``and``, ``or``, ``not``, ``in`` a tuple or list, parentheses, numbers, text,
True, False and None. A comparison with a missing value is false, except a comparison with None itself.
"""

import ast
import difflib
import operator
import warnings
from collections.abc import Callable, Collection, Mapping
from typing import Any

from catalog.errors import InputError
from catalog.statement import Statement
from runner.presentation.english import english
from runner.presentation.text import safe

__all__ = ["compile_filter", "judge_filter"]

Values = Mapping[str, object]
_Term = Callable[[Values], Any]

#: Most characters of a filter, and levels of nesting.
_LONGEST, _DEEPEST = 500, 20
#: Most names that the message about an unknown name lists.
_MOST_NAMES = 12

_ORDERS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Is: operator.eq,
    ast.IsNot: operator.ne,
    ast.In: lambda one, several: one in several,
    ast.NotIn: lambda one, several: one not in several,
}
_LISTS = (ast.In, ast.NotIn)


class _WrongError(Exception):
    """A problem of a filter, which can be shown in any language."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(statement)
        self.statement = statement


def compile_filter(text: str, names: Collection[str]) -> Callable[[Values], bool]:
    """Return a function from values by name to whether the filter holds; the function never raises.

    Args:
        text: The filter; a blank one always holds.
        names: The names that the filter may use.

    Raises:
        InputError: The filter is invalid or uses an unknown name; the message lists the nearest names.
    """
    try:
        term = _compiled(text, names)
    except _WrongError as error:
        raise InputError(english(error.statement)) from error
    return lambda values: bool(term(values))


def judge_filter(text: str, names: Collection[str]) -> Statement | None:
    """Return the problem of a filter, None if there is none; arguments as for `compile_filter`."""
    try:
        _compiled(text, names)
    except _WrongError as error:
        return error.statement
    return None


def _compiled(text: str, names: Collection[str]) -> _Term:
    if not text.strip():
        return lambda _: True
    if len(text) > _LONGEST:
        statement = Statement("a filter has {most:count} characters at most, not {given:count}",
                              {"most": _LONGEST, "given": len(text)})  # fmt: skip
        raise _WrongError(statement)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about escapes in text, and about `is` with a number
            tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise _WrongError(
            Statement("that is no comparison yet: write a name, a sign and a value, as in seconds > 60")
        ) from error
    return _term(tree.body, frozenset(names), _DEEPEST)


def _term(node: ast.expr, names: frozenset[str], depth: int) -> _Term:
    """Return a function that computes a part of a filter from values."""
    if depth == 0:
        raise _WrongError(Statement("the filter is nested more than {most:count} levels deep", {"most": _DEEPEST}))
    match node:
        case ast.BoolOp(op=ast.And()):
            terms = [_term(part, names, depth - 1) for part in node.values]
            return lambda values: all(term(values) for term in terms)
        case ast.BoolOp():
            terms = [_term(part, names, depth - 1) for part in node.values]
            return lambda values: any(term(values) for term in terms)
        case ast.UnaryOp(op=ast.Not()):
            term = _term(node.operand, names, depth - 1)
            return lambda values: not term(values)
        case ast.Compare():
            return _comparison(node, names, depth)
        case ast.Name(id=name):
            if name not in names:
                raise _WrongError(_unknown(name, names))
            return lambda values: values.get(name)
        case _:
            value = _constant(node)
            return lambda _: value


def _comparison(node: ast.Compare, names: frozenset[str], depth: int) -> _Term:
    """Return a comparison, each of whose links must hold: ``1e-5 < learning_rate < 1e-4``."""
    parts = [node.left, *node.comparators]
    terms = [_term(node.left, names, depth - 1)]
    for order, part in zip(node.ops, node.comparators, strict=True):
        terms.append(_several(part) if isinstance(order, _LISTS) else _term(part, names, depth - 1))
    orders = [_ORDERS[type(order)] for order in node.ops]
    written = [isinstance(part, ast.Constant) and part.value is None for part in parts]

    def holds(values: Values) -> bool:
        found = [term(values) for term in terms]
        for place, order in enumerate(orders):
            one, other = found[place], found[place + 1]
            if (one is None or other is None) and not (written[place] or written[place + 1]):
                return False
            try:
                if not order(one, other):
                    return False
            except TypeError:  # a number and text have no order
                return False
        return True

    return holds


def _several(node: ast.expr) -> _Term:
    if not isinstance(node, ast.Tuple | ast.List):
        raise _WrongError(Statement("after in comes a list such as (16, 32)"))
    found = tuple(_constant(part) for part in node.elts)
    return lambda _: found


def _constant(node: ast.expr) -> int | float | str | bool | None:
    match node:
        case ast.Constant(value=int() | float() | str() | None as value):
            return value
        case ast.UnaryOp(op=ast.USub() | ast.UAdd() as sign, operand=ast.Constant(value=int() | float() as value)):
            return -value if isinstance(sign, ast.USub) else value
        case _:
            part = safe(ast.unparse(node), 40)
            known = "and, or, not, in, ==, !=, <, <=, >, >="
            raise _WrongError(
                Statement("{part} is not understood here; known are {known}", {"part": part, "known": known})
            )


def _unknown(name: str, names: frozenset[str]) -> Statement:
    if near := difflib.get_close_matches(name, names, n=1, cutoff=0.5):
        values = {"name": safe(name, 40), "near": safe(near[0], 40)}
        return Statement("there is no {name}; did you mean {near}?", values)
    shown = [safe(known, 40) for known in sorted(names)]
    rest = [f"+{len(shown) - _MOST_NAMES}"] if len(shown) > _MOST_NAMES else []
    values = {"name": safe(name, 40), "known": ", ".join(shown[:_MOST_NAMES] + rest)}
    return Statement("there is no {name}; known are {known}", values)
