"""`model_config` of the table of words."""

from pydantic import Field

from catalog.dataset import Strict

__all__ = ["LookupConfig"]


class LookupConfig(Strict):
    """Which words are remembered."""

    min_count: int = Field(
        1,
        ge=1,
        le=1_000_000,
        description="Times that a word must occur in the training sentences to be remembered. Typical: 1 to 5.",
        examples=[1, 2],
    )
    lowercase: bool = Field(
        True,
        description="Whether a word that is not known as it stands is looked up without regard to letter case.",
    )
    seed: int = Field(0, ge=0, lt=2**32, description="Has no effect on this model; kept so that all models take one.")
