"""Tags that are not written like B-PER, and how they are read: b-per, B_PER, PER-B, M-PER and W-PER.

All tags of a file must be of one notation; tags that fit none are left to the caller.
"""

import re
from collections.abc import Collection, Mapping
from itertools import product

from plugins.nlp.token_classification.schemes import OUTSIDE, SCHEMES, split_tag

__all__ = ["half_written", "standard_tags"]

_SEPARATORS = "-_:./|"
_ALIASES = {"M": "I", "W": "S"}
"""Letters of BMES and BMEW: of the middle of an entity, and of an entity of one word."""
_LETTERS = "BILUESMW"


def standard_tags(tags: Collection[str], scheme: str | None) -> Mapping[str, str] | None:
    """Return each tag in the form B-X, I-X ... or O; None if they have that form already, or have no known notation.

    Args:
        tags: All different tags of a file.
        scheme: The scheme that they must follow; any if None, and then some tag must be O (but not of B, M, E, S
            without a type), and some B or I.
    """
    if all(tag == OUTSIDE or split_tag(tag) is not None for tag in tags):
        return None
    for upper in (True, False):
        outside = {OUTSIDE} if upper else {OUTSIDE, OUTSIDE.lower()}
        given = [tag for tag in tags if tag not in outside]
        found = [_bare(given, upper=upper)]
        if scheme is not None or len(given) < len(tags):
            found += [_parted(given, mark, suffix, upper=upper) for suffix, mark in product((False, True), _SEPARATORS)]
        for parts in found:
            if parts and (letters := _letters({letter for letter, _ in parts.values()}, scheme)) is not None:
                standard = {tag: "-".join(filter(None, (letters[first], kind))) for tag, (first, kind) in parts.items()}
                return standard | dict.fromkeys(outside.intersection(tags), OUTSIDE)
    return None


def half_written(tags: Collection[str]) -> tuple[str, str] | None:
    """Return two tags that look like the beginning and the inside of one type, in any notation; None if none do."""
    for upper, suffix, mark in product((True, False), (False, True), _SEPARATORS):
        whole = {parts: tag for tag in tags if (parts := _part(tag, mark, suffix, upper=upper)) is not None}
        for (letter, kind), tag in sorted(whole.items()):
            if letter == "B" and (inside := whole.get(("I", kind)) or whole.get(("M", kind))):
                return tag, inside
    return None


def _parted(tags: Collection[str], mark: str, suffix: bool, *, upper: bool) -> dict[str, tuple[str, str]] | None:
    """Return letter and type of each tag; None if one has none."""
    parts = {tag: found for tag in tags if (found := _part(tag, mark, suffix, upper=upper)) is not None}
    return parts if len(parts) == len(tags) else None


def _part(tag: str, mark: str, suffix: bool, *, upper: bool) -> tuple[str, str] | None:
    letters, mark = _LETTERS if upper else _LETTERS.lower(), re.escape(mark)
    pattern = f"(?P<kind>.+){mark}(?P<letter>[{letters}])" if suffix else f"(?P<letter>[{letters}]){mark}(?P<kind>.+)"
    match = re.fullmatch(pattern, tag, re.DOTALL)
    return None if match is None else (match["letter"].upper(), match["kind"])


def _bare(tags: Collection[str], *, upper: bool) -> dict[str, tuple[str, str]] | None:
    """Return the letters of tags that are nothing else."""
    letters = _LETTERS if upper else _LETTERS.lower()
    return {tag: (tag.upper(), "") for tag in tags} if all(len(tag) == 1 and tag in letters for tag in tags) else None


def _letters(found: set[str], scheme: str | None) -> Mapping[str, str] | None:
    """Return the letter of a scheme for each letter that was found; None if they are of no scheme."""
    aliases = {letter: other for letter, other in _ALIASES.items() if other not in found}
    letters = {letter: aliases.get(letter, letter) for letter in found}
    schemes = SCHEMES if scheme is None else {scheme: SCHEMES[scheme]}
    if not {"B", "I"} & set(letters.values()) and scheme is None:
        return None
    return letters if any(set(letters.values()) <= set(prefixes) for prefixes in schemes.values()) else None
