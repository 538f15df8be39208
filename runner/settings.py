"""modelcat's settings, from options and from `MODELCAT_*` environment variables."""

import os
from collections.abc import Iterator
from pathlib import Path

from platformdirs import user_cache_path
from pydantic import Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from catalog.contract import CHECKPOINT_SECONDS
from catalog.errors import InputError
from catalog.problems import problems_of
from catalog.suggest import nearest
from runner.environment import no_folder

__all__ = ["Settings", "misspelt", "read_settings"]

_PREFIX = "MODELCAT_"
_OTHERS = ("CONFIG", "DEBUG")
"""Variables that other modules read."""
_LONGEST_SECONDS = 366 * 24 * 3600


class Settings(BaseSettings):
    """Read once a command; an option of the command line goes before the environment."""

    model_config = SettingsConfigDict(env_prefix=_PREFIX, env_ignore_empty=True, extra="ignore")

    storage: str = Field("sqlite:///studies.db", description="Database URL (MODELCAT_STORAGE).")
    engine: str = Field("local", description="What runs trials: local or ray (MODELCAT_ENGINE).")
    address: str = Field("auto", description="Of the Ray cluster (MODELCAT_ADDRESS).")
    cache: Path = Field(
        default_factory=lambda: user_cache_path("modelcat"),
        description="What preparation can make again (MODELCAT_CACHE).",
    )
    checkpoint_seconds: float = Field(
        CHECKPOINT_SECONDS,
        ge=0,
        le=_LONGEST_SECONDS,
        description="Between two checkpoints within an epoch, in seconds, at least (MODELCAT_CHECKPOINT_SECONDS).",
    )

    @field_validator("cache")
    @classmethod
    def _may_be_a_folder(cls, cache: Path) -> Path:
        if (problem := no_folder(cache)) is not None:
            raise ValueError(f"must be a folder, there already or not yet: {problem}")
        return cache


def read_settings() -> Settings:
    """Return the settings from the environment; an empty variable counts as not set.

    Raises:
        InputError: Variables have values that cannot be used; the message has a line for each.
    """
    try:
        return Settings()
    except ValidationError as error:
        given = {str(found["loc"][0]): found["input"] for found in error.errors()}
        problems = problems_of(error, Settings, given)
        raise InputError("\n".join(f"{_PREFIX}{one.path.upper()}: {one.message}" for one in problems)) from error


def misspelt() -> Iterator[str]:
    """Yield a note for each environment variable whose name is nearly one of modelcat's, and so has no effect."""
    known = {*(name.upper() for name in Settings.model_fields), *_OTHERS}
    for variable in sorted(os.environ):
        name = variable.removeprefix(_PREFIX)
        if variable.startswith(_PREFIX) and name not in known and (meant := nearest(name, known)) is not None:
            yield f"{variable} has no effect; did you mean {_PREFIX}{meant}?"
