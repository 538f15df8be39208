"""`Chart`: the name of a figure of a study, what it needs, and the function that builds it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from catalog.errors import InputError
from catalog.figures import Figure
from catalog.statement import Statement
from runner.study.charts.snapshot import StudySnapshot

__all__ = ["Build", "Chart", "Option"]

Build = Callable[[StudySnapshot, int | None, Mapping[str, str]], Figure]
"""Takes a snapshot, the number of the trial under the cursor, and a value for each option."""


@dataclass(frozen=True, slots=True)
class Option:
    """A choice that a chart offers to the reader, such as the parameter of a slice.

    Attributes:
        key: Its name.
        label: Its label.
        values: Returns the possible values with their labels, the default first; none if the study does not have
            any.
    """

    key: str
    label: Statement
    values: Callable[[StudySnapshot], Mapping[str, Statement | str]]


@dataclass(frozen=True, slots=True)
class Chart:
    """A figure that can be built for any study.

    Attributes:
        key: Names it.
        label: Its label.
        build: Builds the figure, or `catalog.figures.Empty` with a reason.
        options: What the reader may choose.
        needs: Which of `runner.study.charts.snapshot.PARTS` must be read in addition to the study and its trials.
    """

    key: str
    label: Statement
    build: Build = field(repr=False)
    options: Sequence[Option] = ()
    needs: frozenset[str] = frozenset()

    def figure(
        self, snapshot: StudySnapshot, selected: int | None = None, chosen: Mapping[str, str] | None = None
    ) -> Figure:
        """Build the figure; an option that is not chosen has its default.

        Args:
            snapshot: The study, with what the chart needs.
            selected: The trial under the cursor.
            chosen: Values by the keys of the options.

        Raises:
            InputError: There is no such option or value; the message names those that exist.
        """
        options = {option.key: option.values(snapshot) for option in self.options}
        settings = {key: next(iter(values), "") for key, values in options.items()}
        for key, value in (chosen or {}).items():
            if key not in options:
                raise InputError(f"chart {self.key} has no option {key!r}; it has: {', '.join(options) or 'none'}")
            if value not in options[key]:
                allowed = ", ".join(options[key]) or "nothing yet"
                raise InputError(f"{key} of chart {self.key} cannot be {value!r}; allowed: {allowed}")
            settings[key] = value
        return self.build(snapshot, selected, settings)
