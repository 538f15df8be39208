"""A task of the catalog: what its data look like, how a result is measured, compared and shown.

The task holds everything that all its models share, once. What a task may offer in addition is in
`catalog.contract.capabilities`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol, runtime_checkable

from catalog import dataset as datasets
from catalog.contract.data import DataSummary
from catalog.contract.results import Comparison
from catalog.metric import Metric

__all__ = ["Task", "TaskData"]


class TaskData(Protocol):
    """Data that were read, checked and split. Other attributes are between a task and its models."""

    @property
    def summary(self) -> DataSummary:
        """What was found in the data."""


@runtime_checkable
class Task(Protocol):
    """A task. Importing the module that holds it must stay light: no torch, no scikit-learn."""

    @property
    def key(self) -> str:
        """``category/subcategory``; also the name of its entry point."""

    @property
    def summary(self) -> str:
        """One sentence."""

    @property
    def Dataset(self) -> Any:  # noqa: N802 -- it is a class
        """What Pydantic validates `dataset` with.

        A class made from those of `catalog.dataset`, or a union of such classes with the discriminator ``source``.
        """

    @property
    def metrics(self) -> Sequence[Metric]:
        """Every metric that a study may optimize, before the data are known; the default first."""

    @property
    def baseline(self) -> str | None:
        """Key of the model to beat, trained once in every study with its default configuration; None if there is none.

        A study of that model itself has no baseline.
        """

    def default_dataset(self) -> datasets.Dataset:
        """Return the dataset of a spec without one."""

    def load(self, dataset: Any, cache: Path) -> TaskData:
        """Read, check and split a data set, without the heavy libraries.

        Args:
            dataset: An instance of `Dataset`; paths in it are absolute.
            cache: A folder for files that may be kept between runs; their loss costs only time.

        Raises:
            DataError: The data cannot be used; the message names file, row and column.
            UnreachableError: A hub does not answer.
        """

    def metrics_of(self, data: DataSummary) -> Sequence[Metric]:
        """Return the metrics that are meaningful on these data, with final labels, in the order of `metrics`."""

    def compare(self, first: Sequence[Path], second: Sequence[Path], metric: str, seed: int) -> Comparison:
        """Compare two configurations by the predictions of their trainings on the same examples.

        Args:
            first: Files of predictions, one for each seed.
            second: The same for the other configuration.
            metric: One of `metrics`.
            seed: For the resampling.
        """
