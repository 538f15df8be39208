"""Reviews made up to be typical, for classes that look like sentiment."""

from collections.abc import Mapping, Sequence

__all__ = ["invented_reviews"]

_REVIEWS = {
    "praise": "A wonderful film from beginning to end. The cast is superb, the music stays with you for days, and I "
    "would gladly see it again tonight.",
    "blame": "Dull from the first scene to the last. The jokes fall flat, the dialogue is awful, and I regret every "
    "minute that I gave it.",
    "mixed": "The pictures are gorgeous and the lead does her very best, but the script is a mess and the ending "
    "spoiled the evening for me.",
}


def invented_reviews(labels: Sequence[str], language: str | None) -> Mapping[str, str]:
    """Return a review for each of the situations praise, blame and mixed.

    There are none unless one class is named positive and another negative ("pos" and "neg" do; "0" and "1" may mean
    anything), or if the data are known not to be English.
    """
    names = [label.strip().casefold() for label in labels]
    sentiment = all(any(name.startswith(stem) for name in names) for stem in ("pos", "neg"))
    return _REVIEWS if sentiment and language in {None, "en"} else {}
