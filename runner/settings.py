"""Where modelcat keeps things, from options and from `MODELCAT_*` environment variables."""

from pathlib import Path

from platformdirs import user_cache_path
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from catalog.contract import CHECKPOINT_SECONDS

__all__ = ["Settings"]


class Settings(BaseSettings):
    """Read once a command; an option of the command line goes before the environment."""

    model_config = SettingsConfigDict(env_prefix="MODELCAT_", extra="ignore")

    storage: str = Field("sqlite:///studies.db", description="Database URL (MODELCAT_STORAGE).")
    engine: str = Field("local", description="What runs trials: local or ray (MODELCAT_ENGINE).")
    address: str = Field("auto", description="Of the Ray cluster (MODELCAT_ADDRESS).")
    cache: Path = Field(
        default_factory=lambda: user_cache_path("modelcat"),
        description="Tokens and vocabularies, which can be made again (MODELCAT_CACHE).",
    )
    checkpoint_seconds: float = Field(
        CHECKPOINT_SECONDS,
        ge=0,
        description="Between two checkpoints within an epoch, in seconds, at least (MODELCAT_CHECKPOINT_SECONDS).",
    )
