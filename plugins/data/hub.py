"""The hub source: a data set of the Hugging Face hub, or the copy that its cache holds.

modelcat asks the hub once, with a time limit, before it calls `datasets`, which otherwise retries an unreachable hub
for 23 seconds and prints each try. No code of a data set is executed: `datasets` 5 runs no scripts.
"""

import logging
import os
import re
import threading
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from catalog.dataset import HubDataset
from catalog.errors import DataError, UnreachableError
from catalog.files import read_limited
from plugins.data.sources import Source
from plugins.tables.wording import listed, shortened

if TYPE_CHECKING:
    import datasets

__all__ = ["read_hub"]

_REQUEST_SECONDS = 5.0
_PROBE_SECONDS = 10.0
"""Seconds for the whole request: its own limit does not cover a resolver that drops packets."""
_COMMIT = re.compile("[0-9a-f]{40}")
_NAMES = {"train": ("train",), "validation": ("validation", "valid", "val", "dev"), "test": ("test",)}


def read_hub(dataset: HubDataset) -> tuple[Mapping[str, list[Source]], tuple[str, ...]]:
    """Fetch the splits train, validation and test as far as they exist; others are ignored.

    If the hub does not answer, the copy in the cache is used, and a note says so: the newest one, or the one of the
    requested revision.

    Returns:
        Splits by name, ``train`` first, and notes.

    Raises:
        DataError: The hub answers, but has no such data set, revision or configuration, or it has no train split.
        UnreachableError: The hub does not answer and its cache does not hold the data set.
    """
    import datasets

    with _quiet():
        try:
            commit = _ask(dataset)
        except UnreachableError as unreachable:
            found = _cached(dataset, unreachable)
            copy = f"copy of revision {dataset.revision!r}" if dataset.revision else "newest copy"
            notes: tuple[str, ...] = (f"The hub could not be asked: the {copy} in its cache was used.",)
        else:
            found, notes = _fetched(dataset, commit), ()
            _remember(dataset, commit)
        names = {split: next((name for name in known if name in found), None) for split, known in _NAMES.items()}
        if names["train"] is None:
            raise DataError(
                f"{dataset.name} has no train split; its splits: {listed(found)}. "
                "Download one as a file and name it under dataset.train.",
                field="dataset.name",
            )
        return {
            split: [
                Source(
                    origin=f"{dataset.name} ({name})",
                    field="dataset.name",
                    table=found[name].with_format("arrow")[:],
                    class_names={
                        column: tuple(inner.names)
                        for column, feature in found[name].features.items()
                        if isinstance(inner := getattr(feature, "feature", feature), datasets.ClassLabel)
                    },
                )
            ]
            for split, name in names.items()
            if name is not None
        }, notes


def _ask(dataset: HubDataset) -> str:
    """Return the commit that the hub has of the data set."""
    import datasets
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError, RevisionNotFoundError

    if constants.HF_HUB_OFFLINE or datasets.config.HF_HUB_OFFLINE:
        raise _unreachable(dataset, "offline mode is on: HF_HUB_OFFLINE or HF_DATASETS_OFFLINE is set")
    answer: list[str | BaseException] = []

    def ask() -> None:
        try:
            info = HfApi().dataset_info(dataset.name, revision=dataset.revision, timeout=_REQUEST_SECONDS)
            answer.append(str(info.sha))
        except BaseException as error:  # noqa: BLE001 -- carried out of the thread and judged below
            answer.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_PROBE_SECONDS)
    match answer:
        case [str(commit)]:
            return commit
        case [GatedRepoError() as error]:
            raise DataError(
                f"{dataset.name} is gated: ask for access on its page, then log in with `hf auth login`.",
                field="dataset.name",
            ) from error
        case [RepositoryNotFoundError() as error]:
            raise DataError(
                f"The hub has no data set {dataset.name!r}, or it is private. Check the id (owner/name), "
                "or log in with `hf auth login`.",
                field="dataset.name",
            ) from error
        case [RevisionNotFoundError() as error]:
            raise DataError(
                f"{dataset.name} has no revision {dataset.revision!r}; name a branch, a tag or a commit.",
                field="dataset.revision",
            ) from error
        case [BaseException() as error]:
            raise _unreachable(dataset, shortened(f"{type(error).__name__}: {error}", 160)) from error
    raise _unreachable(dataset, f"no answer within {_PROBE_SECONDS:.0f} seconds")


def _fetched(dataset: HubDataset, commit: str) -> Mapping[str, "datasets.Dataset"]:
    import datasets

    try:
        # with the prefix a folder of the same name in the working directory is not used
        found = datasets.load_dataset(f"hf://datasets/{dataset.name}", dataset.config, revision=commit)
    except (ValueError, RuntimeError, FileNotFoundError, datasets.exceptions.DatasetsError) as error:
        raise DataError(
            f"{dataset.name} cannot be loaded: {shortened(error, 400)}",
            field="dataset.config" if "onfig" in str(error) else "dataset.name",
        ) from error
    except Exception as error:  # whatever the HTTP library raises
        raise _unreachable(dataset, f"the download broke off: {shortened(error, 160)}") from error
    return dict(found)


def _cached(dataset: HubDataset, unreachable: UnreachableError) -> Mapping[str, "datasets.Dataset"]:
    from datasets.packaged_modules.cache.cache import Cache

    short = dataset.name.rpartition("/")[2]
    try:
        builder = Cache(
            repo_id=dataset.name, dataset_name=short, config_name=dataset.config, version="auto", hash="auto"
        )
    except ValueError as error:
        if "multiple" in str(error):  # its text lists them
            raise DataError(f"{dataset.name}: {shortened(error, 400)}", field="dataset.config") from error
        raise unreachable from unreachable.__cause__  # not there, or not in this configuration
    if dataset.revision and builder.hash != _commit(dataset, dataset.revision):
        raise unreachable from unreachable.__cause__
    return dict(builder.as_dataset())


def _commit(dataset: HubDataset, revision: str) -> str | None:
    """Return the commit that a revision stood for when the hub was last asked; None if it was never asked."""
    if _COMMIT.fullmatch(revision):
        return revision
    try:
        return read_limited(_reference(dataset, revision), 1 << 10).decode().strip()
    except (OSError, ValueError):  # ValueError: not UTF-8, or a NUL in the name
        return None


def _remember(dataset: HubDataset, commit: str) -> None:
    """Store which commit a branch or tag stands for; the hub's library only does so if it resolves the name itself."""
    if dataset.revision is None or _COMMIT.fullmatch(dataset.revision):
        return
    path = _reference(dataset, dataset.revision)
    with suppress(OSError):  # a read-only cache is still usable
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_name(f"{path.name}.{os.getpid()}.tmp")  # another process never reads half a commit
        written.write_text(commit, encoding="utf-8")
        written.replace(path)


def _reference(dataset: HubDataset, revision: str) -> Path:
    """Return the file of the hub's cache that holds the commit of a branch or tag (``refs/<revision>``)."""
    from huggingface_hub import constants
    from huggingface_hub.file_download import repo_folder_name

    refs = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=dataset.name, repo_type="dataset") / "refs"
    if ".." in revision or revision.startswith("/"):  # no name that git allows
        raise DataError(f"{revision!r} is not a revision; name a branch, a tag or a commit.", field="dataset.revision")
    return refs / revision


def _unreachable(dataset: HubDataset, reason: str) -> UnreachableError:
    from huggingface_hub import constants

    asked = [
        f"{role} {name!r}" for role, name in (("configuration", dataset.config), ("revision", dataset.revision)) if name
    ]
    wanted = f" ({' and '.join(asked)})" if asked else ""
    return UnreachableError(
        f"The data set {dataset.name} could not be fetched: the hub at {constants.ENDPOINT} cannot be "
        f"reached ({reason}), and its cache under {constants.HF_HOME} does not hold it{wanted}. Three ways on: "
        "(1) connect, or point HF_HOME at a cache that holds it; "
        '(2) use files of your own: "dataset": {"source": "files", "train": "reviews.csv"}; '
        '(3) use demo data, with nothing to download: "dataset": {"source": "demo"}.',
        field="dataset.name",
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Show no progress bars, log lines or warnings of `datasets` and `huggingface_hub` inside the block."""
    import datasets
    from huggingface_hub.utils import logging as hub_logging
    from huggingface_hub.utils.tqdm import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    loggers = (datasets.utils.logging, hub_logging)
    verbosity = [logger.get_verbosity() for logger in loggers]
    bars = (datasets.utils.are_progress_bars_disabled(), are_progress_bars_disabled())
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for logger in loggers:
            logger.set_verbosity(logging.CRITICAL)
        datasets.utils.disable_progress_bars()
        disable_progress_bars()
        try:
            yield
        finally:
            for logger, level in zip(loggers, verbosity, strict=True):
                logger.set_verbosity(level)
            if not bars[0]:
                datasets.utils.enable_progress_bars()
            if not bars[1]:
                enable_progress_bars()
