"""Which column of a table is the target, which are features, and which are not used."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from catalog.errors import DataError
from plugins.data.profiles import profile
from plugins.data.sources import Source
from plugins.tables.wording import listed, nearest
from plugins.tabular.dataset import TableFields

__all__ = ["Role", "TableRoles", "check_columns", "choose_roles", "named_in"]

Role = Literal["label", "target"]
"""The role of the column of the truth: `label` for classes, `target` for numbers."""

_GENERIC = ("target", "label", "labels", "class", "y", "outcome", "response")
_USUAL: Mapping[Role, tuple[str, ...]] = {
    "label": ("category", "species", "diagnosis", "survived", "churn", "churned", "default", "fraud", "is_fraud",
              "quality", "grade", "type", "result", "status"),
    "target": ("price", "saleprice", "sale_price", "medv", "median_house_value", "medhousevalue", "value", "salary",
               "rent", "cost", "amount", "sales", "revenue", "charges", "score", "demand", "quality", "rating"),
}  # fmt: skip
"""Specific names of columns that say what to predict, without the general ones."""


@dataclass(frozen=True, slots=True)
class TableRoles:
    """The role of each column of a source.

    Attributes:
        role: What the column of the truth is called.
        truth: That column.
        features: Columns that the model sees, in the order of the file; before they are read, those that it may see.
        ignored: Columns that it does not see, by name with the reason.
        group: Column whose values stay on one side of every split; None if there is none.
        time: Column by whose order the latest rows became the test split; None if there is none.
        wanted: Features that the spec names.
        notes: What a careful reader should know of how they were found.
    """

    role: Role
    truth: str
    features: tuple[str, ...]
    ignored: Mapping[str, str] = field(default_factory=dict)
    group: str | None = None
    time: str | None = None
    wanted: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as `catalog.contract.Columns`."""
        roles = {self.role: self.truth, "features": list(self.features), "ignored": list(self.ignored)}
        return {**roles, "group": self.group, "time": self.time}

    @property
    def needed(self) -> tuple[str, ...]:
        """All columns that are read."""
        named = dict.fromkeys((*self.features, self.truth, self.group, self.time))
        return tuple(name for name in named if name is not None)

    def without(self, unusable: Mapping[str, str]) -> "TableRoles":
        """Return the roles without some features, given with the reason."""
        kept = tuple(name for name in self.features if name not in unusable)
        return replace(self, features=kept, ignored={**self.ignored, **unusable})


def choose_roles(source: Source, dataset: TableFields, role: Role, truth: str | None) -> TableRoles:
    """Return the role of each column, before the features are read.

    A target that is not named is the only column with a general name (target, label, class, y ...), else the only one
    with another usual name, else the last column that is not empty.

    Args:
        source: The first file of the training split.
        dataset: Which columns the spec names.
        role: What the column of the truth is called.
        truth: That column; None if it must be found.

    Raises:
        DataError: A named column is missing or named for two things, several columns could be the target, or nothing
            is left for features.
    """
    named = (
        (role, [truth]),
        ("features", dataset.features or ()),
        ("ignore", dataset.ignore or ()),
        ("group", [dataset.group]),
        ("time", [dataset.time]),
    )
    for key, names in named:
        for name in names:
            if name is not None and name not in source.columns:
                raise missing_column(source, name, f"dataset.{key}")
    notes: tuple[str, ...] = ()
    if truth is None:
        truth, notes = _found(source, dataset, role)
    if truth in (dataset.features or ()):
        raise DataError(
            f"Column {truth!r} is said to be both {role} and feature; a model that sees its target predicts nothing.",
            field="dataset.features",
        )
    apart = {truth, dataset.group, dataset.time}
    if dataset.features is not None:
        features = tuple(dict.fromkeys(dataset.features))
        ignored = {name: "" for name in source.columns if name not in {*features, *apart}}
    else:
        ignored = dict.fromkeys(dataset.ignore or (), "")
        features = tuple(name for name in source.columns if name not in {*ignored, *apart})
    if not features:
        raise DataError(
            f"{source.origin} has no column to predict {truth!r} from. Its columns: {listed(source.columns)}.",
            field="dataset.ignore" if dataset.ignore else source.field,
        )
    wanted = frozenset(dataset.features or ())
    return TableRoles(role, truth, features, ignored, dataset.group, dataset.time, wanted, notes)


def check_columns(source: Source, roles: TableRoles, *, truth: bool = True) -> None:
    """Check that a further file has the columns that were chosen for the first.

    Args:
        source: The file.
        roles: Of its columns.
        truth: Whether it must have the column of the truth, too.

    Raises:
        DataError: Some are missing; they are listed.
    """
    needed = roles.needed if truth else roles.features
    missing = [name for name in needed if name not in source.columns]
    if missing:
        word = "column" if len(missing) == 1 else "columns"
        raise DataError(
            f"{source.origin} has no {word} {listed(map(repr, missing))}, which the training rows have. "
            f"Its columns: {listed(source.columns)}.",
            field=source.field,
        )


def missing_column(source: Source, name: str, field: str) -> DataError:
    """Return the error that says that a file lacks a column."""
    return DataError(
        f"{source.origin} has no column {name!r}.{nearest(name, source.columns)} "
        f"Its columns: {listed(source.columns)}.",
        field=field,
    )


def named_in(data: Mapping[str, Any], role: Role) -> tuple[str | None, tuple[str, ...]]:
    """Return the columns of truth and features that a study was made with; None and empty if it does not say.

    Args:
        data: `catalog.contract.DataSummary` as JSON.
        role: What the column of the truth is called.
    """
    found = data.get("columns")
    if not isinstance(found, Mapping):
        return None, ()
    truth, features = found.get(role), found.get("features")
    names = tuple(map(str, features)) if isinstance(features, list | tuple) else ()
    return truth if isinstance(truth, str) else None, names


def _found(source: Source, dataset: TableFields, role: Role) -> tuple[str, tuple[str, ...]]:
    taken = {dataset.group, dataset.time, *(dataset.features or ()), *(dataset.ignore or ())}
    candidates = [name for name in source.columns if name not in taken]
    for names in (_GENERIC, _USUAL[role]):
        found = [name for name in candidates if name.strip().casefold() in names]
        if len(found) > 1:
            raise _unclear(source, role, f"{listed(map(repr, found))} could each be it", found[0])
        if found:
            return found[0], ()
    if len(candidates) > 1:
        sample = source.sample(candidates[-1:])
        last = candidates[-1]
        if profile(sample[last]).kind != "empty":
            note = (
                f"No column has a name that says {role}: the last one, {last!r}, was taken. "
                f'"dataset": {{"{role}": "..."}} names another.'
            )
            return last, (note,)
    raise _unclear(source, role, "no column has a name that says so, and the last one is empty", "...")


def _unclear(source: Source, role: Role, why: str, first: str) -> DataError:
    option = f"--label {first}" if role == "label" else f"--column {role}={first}"
    how = f'Write "dataset": {{"{role}": "{first}"}}' if source.field.startswith("dataset") else f"Write {option}"
    return DataError(
        f"{source.origin}: which column is the {role} is not clear: {why}. {how}. "
        f"The columns: {listed(source.columns)}.",
        field=f"dataset.{role}",
    )
