"""From a hub id to a folder on this disk.

modelcat asks the hub once, with a time limit, before it fetches anything: by default the library waits and retries.
"""

import re
import threading
from pathlib import Path

from catalog.errors import ModelSourceError, UnreachableError
from plugins.nlp.encoders.quiet import quiet

__all__ = ["fetch", "is_hub_id"]

_FIELD = "model_config.model_name"
_ID = re.compile(r"[A-Za-z0-9][\w.-]*(/[A-Za-z0-9][\w.-]*)?")
_REQUEST_SECONDS = 5.0
_PROBE_SECONDS = 10.0
"""Seconds for the whole request: its own limit does not cover a resolver that drops packets."""
_FILES = (
    "config.json",
    "model.safetensors",
    "model.safetensors.index.json",
    "model-*.safetensors",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.txt",
    "vocab.json",
    "merges.txt",
    "sentencepiece.bpe.model",
)


def is_hub_id(model_name: str) -> bool:
    """Return whether a name has the form of a hub id: ``name`` or ``owner/name``."""
    return _ID.fullmatch(model_name) is not None


def fetch(model_name: str) -> tuple[Path, tuple[str, ...]]:
    """Return the folder of the hub's cache (HF_HOME) that holds a model, fetched if necessary, and notes.

    If the hub does not answer, the newest copy in the cache is used, and a note says so.

    Raises:
        ModelSourceError: The hub answers, but has no such model for this user.
        UnreachableError: The hub does not answer and its cache does not hold the model.
    """
    with quiet():
        try:
            commit = _ask(model_name)
        except UnreachableError as unreachable:
            folder = _cached(model_name)
            if folder is None:
                raise
            return folder, (f"The hub could not be asked ({unreachable.__cause__}): its cached copy was used.",)
        return _download(model_name, commit), ()


def _ask(model_name: str) -> str:
    """Return the commit that the hub has of the model."""
    from huggingface_hub import HfApi, constants
    from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError

    if constants.HF_HUB_OFFLINE:
        raise _unreachable(model_name, "HF_HUB_OFFLINE is set") from OSError("offline mode")
    answer: list[str | BaseException] = []

    def ask() -> None:
        try:
            answer.append(str(HfApi().model_info(model_name, timeout=_REQUEST_SECONDS).sha))
        except BaseException as error:  # noqa: BLE001 -- carried out of the thread and judged below
            answer.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(_PROBE_SECONDS)
    match answer:
        case [str(commit)]:
            return commit
        case [GatedRepoError() as error]:
            raise ModelSourceError(
                f"{model_name} is gated: ask for access on its page, then log in with `hf auth login`.", field=_FIELD
            ) from error
        case [RepositoryNotFoundError() as error]:
            raise ModelSourceError(
                f"The hub has no model {model_name!r}, or it is private. Check the id (owner/name), log in with "
                "`hf auth login`, or give a folder; there is no folder of that name either.",
                field=_FIELD,
            ) from error
        case [BaseException() as error]:
            raise _unreachable(model_name, _line(error)) from error
    raise _unreachable(model_name, f"no answer within {_PROBE_SECONDS:.0f} seconds") from TimeoutError("no answer")


def _download(model_name: str, commit: str) -> Path:
    from huggingface_hub import snapshot_download

    try:
        return Path(snapshot_download(model_name, revision=commit, allow_patterns=list(_FILES)))
    except OSError as error:
        if error.errno is not None:  # errors of the disk carry a number, those of the network do not
            raise ModelSourceError(f"{model_name} cannot be stored: {error}", field=_FIELD) from error
        raise _unreachable(model_name, f"the download broke off: {_line(error)}") from error
    except Exception as error:  # whatever the HTTP library raises
        raise _unreachable(model_name, f"the download broke off: {_line(error)}") from error


def _cached(model_name: str) -> Path | None:
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        found = snapshot_download(model_name, local_files_only=True, allow_patterns=list(_FILES))
    except LocalEntryNotFoundError as error:
        # The missing file may be one that this model does not need.
        found = getattr(error, "snapshot_path", "")
    # Weights arrive last; reading the folder shows whether the rest is complete.
    weights = [path for pattern in ("*.safetensors", "*.bin") for path in Path(found).glob(pattern)] if found else []
    return Path(found) if weights else None


def _line(error: BaseException) -> str:
    text = " ".join(f"{type(error).__name__}: {error}".split())
    return text if len(text) <= 160 else text[:159] + "…"


def _unreachable(model_name: str, reason: str) -> UnreachableError:
    from huggingface_hub import constants

    return UnreachableError(
        f"The model {model_name} could not be fetched: the hub at {constants.ENDPOINT} cannot be reached "
        f"({reason}), and its cache under {constants.HF_HOME} does not hold it. Three ways on: "
        "(1) connect, or point HF_HOME at a cache that holds it; "
        '(2) give a local folder: "model_name": "path/to/model"; '
        '(3) train from scratch on demo data, with nothing to download: "model_name": "scratch/bert-tiny" and '
        '"dataset": {"source": "demo"}.',
        field=_FIELD,
    )
