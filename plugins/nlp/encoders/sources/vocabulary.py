"""A WordPiece vocabulary (Schuster and Nakajima, 2012) made from the training split, for models without a checkpoint.

The training algorithm breaks ties by ids that it hands out in the order of a hash map, so that two runs on the same
texts give different vocabularies, not only different ids. If it gets every single character beforehand, in a fixed
order, the result is always the same.
"""

import contextlib
import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers

from catalog.files import read_limited
from plugins.nlp.texts import well_formed
from plugins.storage import write_file

__all__ = ["SPECIAL", "cached_vocabulary", "train_vocabulary"]

SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
_VERSION = 1
_MOST_BYTES = 1 << 24
_MIN_FREQUENCY = 2
"""A model learns nothing from a piece that occurs once; small data thus get small vocabularies."""
_ALPHABET_SHARE = 3
"""Of the vocabulary, at most one part in three is single characters, the most frequent ones, each in two forms."""


def cached_vocabulary(texts: Sequence[str], size: int, cache: Path, *, cased: bool = False) -> dict[str, int]:
    """Return `train_vocabulary`, read from `cache` if the same texts were seen before.

    Args:
        texts: The training split.
        size: The most pieces, including the special ones.
        cache: A folder; a damaged file in it is made again. If it cannot be written, only time is lost.
        cased: Whether letter case is kept.
    """
    path = cache / "vocabularies" / f"{_digest(texts, size, cased=cased)}.json"
    if (known := _read(path, size)) is not None:
        return known
    vocabulary = train_vocabulary(texts, size, cased=cased)
    content = json.dumps(list(vocabulary), ensure_ascii=False)
    with contextlib.suppress(OSError):
        write_file(path, lambda temporary: temporary.write_text(content, encoding="utf-8") and None)
    return vocabulary


def train_vocabulary(texts: Sequence[str], size: int, *, cased: bool = False) -> dict[str, int]:
    """Return ids by piece: the special ones first, the others in sorted order. The same on every run.

    Args:
        texts: The training split.
        size: Pieces at most, the special ones included.
        cased: Whether letter case is kept; pieces are lower-cased if not.
    """
    normalizer = normalizers.BertNormalizer(lowercase=not cased)
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(normalizer.normalize_str(well_formed(text)))
    frequent = sorted((character for character in counts if not character.isspace()), key=lambda c: (-counts[c], c))
    alphabet = sorted(frequent[: size // (2 * _ALPHABET_SHARE)])
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))  # noqa: S106 -- not a password
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    fixed = [*SPECIAL, *alphabet, *(f"##{character}" for character in alphabet)]
    trainer = trainers.WordPieceTrainer(
        vocab_size=size,
        min_frequency=_MIN_FREQUENCY,
        special_tokens=fixed,
        limit_alphabet=0,  # the characters above are complete
        show_progress=False,
    )
    tokenizer.train_from_iterator(map(well_formed, texts), trainer)
    pieces = [*SPECIAL, *sorted(set(tokenizer.get_vocab()) - set(SPECIAL))]
    return {piece: index for index, piece in enumerate(pieces)}


def _digest(texts: Sequence[str], size: int, *, cased: bool) -> str:
    form = "cased " if cased else ""
    digest = hashlib.sha256(f"{_VERSION} {form}{size} {_MIN_FREQUENCY} {_ALPHABET_SHARE} {len(texts)}\n".encode())
    for text in texts:
        encoded = text.encode("utf-8", "surrogatepass")
        digest.update(len(encoded).to_bytes(8, "little"))
        digest.update(encoded)
    return digest.hexdigest()


def _read(path: Path, size: int) -> dict[str, int] | None:
    try:
        pieces = json.loads(read_limited(path, _MOST_BYTES))
    except (OSError, ValueError):
        return None
    whole = isinstance(pieces, list) and all(isinstance(piece, str) for piece in pieces)
    if (
        not whole
        or tuple(pieces[: len(SPECIAL)]) != SPECIAL
        or not len(SPECIAL) < len(set(pieces)) == len(pieces) <= size
    ):
        return None
    return {piece: index for index, piece in enumerate(pieces)}
