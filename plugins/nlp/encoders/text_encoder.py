"""Turns texts into token ids with the checkpoint's own tokenizer; modelcat itself cuts texts that are too long.

transformers can only cut at one end, not at both; cutting here also keeps the special tokens in every case.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from catalog.errors import ModelSourceError
from plugins.nlp.encoders.config import Truncation
from plugins.nlp.texts import SEPARATOR, well_formed

__all__ = ["CHUNK", "TextEncoder", "text_encoder"]

CHUNK = 1024
"""Texts that are encoded at a time: enough to keep all threads of the tokenizer busy."""
_VERSION = 1
_HEAD_SHARE = 128 / 510
"""Of head+tail: Sun et al., 2019 (arXiv 1905.05583), section 5.3.1, kept the first 128 and the last 382 of 510."""


@dataclass(frozen=True, slots=True, eq=False)
class TextEncoder:
    """Turns texts into the token ids that one model sees.

    Attributes:
        backend: The `tokenizers.Tokenizer`, neither cutting nor padding.
        prefix: Ids of the special tokens before each text, int32.
        suffix: Ids of the special tokens after each text, int32.
        max_length: The most tokens of a text, including prefix and suffix.
        truncation: Which part of a text is kept that is too long.
        pad_id: The id that fills a row up.
        separator: Special tokens, as text, that stand between the two texts of a pair: between the columns of a text.
    """

    backend: Any
    prefix: np.ndarray
    suffix: np.ndarray
    max_length: int
    truncation: Truncation
    pad_id: int
    separator: str = " "

    @property
    def fingerprint(self) -> str:
        """SHA-256 (hex) over everything that the ids depend on besides the texts."""
        settings = f"{_VERSION} {self.max_length} {self.truncation}\n{self.backend.to_str()}"
        return hashlib.sha256(settings.encode()).hexdigest()

    def encode(self, texts: Sequence[str]) -> list[np.ndarray]:
        """Return the ids of each text, int32, shape (tokens,), at least the special ones and at most `max_length`.

        Any string is valid: an empty one gives its special tokens, half a surrogate pair counts as U+FFFD.
        """
        return [ids for ids, _ in self.measure(texts)]

    def measure(self, texts: Sequence[str]) -> list[tuple[np.ndarray, int]]:
        """Return the ids of each text, as `encode` does, and how many there were before the text was cut."""
        encoded = self.backend.encode_batch_fast([self.ready(text) for text in texts], add_special_tokens=False)
        frame = self.prefix.size + self.suffix.size
        return [(self._framed(np.array(one.ids, dtype=np.int32)), len(one.ids) + frame) for one in encoded]

    def ready(self, text: str) -> str:
        """Return a text as the tokenizer takes it: well-formed, its columns divided by special tokens."""
        return well_formed(text).replace(SEPARATOR, self.separator)

    def chunks(self, texts: Sequence[str]) -> Iterator[list[tuple[np.ndarray, int]]]:
        """Measure many texts, `CHUNK` at a time."""
        for start in range(0, len(texts), CHUNK):
            yield self.measure(texts[start : start + CHUNK])

    @property
    def kept(self) -> tuple[int, int]:
        """Tokens that are kept of a text that is too long, without special ones: of its beginning, and of its end."""
        room = self.max_length - self.prefix.size - self.suffix.size
        head = {"head": room, "tail": 0, "head+tail": round(room * _HEAD_SHARE)}[self.truncation]
        return head, room - head

    def _framed(self, ids: np.ndarray) -> np.ndarray:
        head, tail = self.kept
        if ids.size > head + tail:
            ids = np.concatenate([ids[:head], ids[ids.size - tail :]])
        return np.concatenate([self.prefix, ids, self.suffix])


def text_encoder(tokenizer: Any, max_length: int, truncation: Truncation) -> TextEncoder:
    """Build the encoder of a fast transformers tokenizer; the tokenizer itself is not changed.

    Raises:
        ModelSourceError: It is not a fast tokenizer, has no padding token, or adds special tokens to texts in an
            unknown way.
    """
    from tokenizers import Tokenizer

    backend = getattr(tokenizer, "backend_tokenizer", None)
    if not isinstance(backend, Tokenizer) or tokenizer.pad_token_id is None:
        raise ModelSourceError(
            f"{tokenizer.name_or_path}: its tokenizer ({type(tokenizer).__name__}) is not a fast one with a padding "
            "token. Use a checkpoint that has tokenizer.json.",
            field="model_config.model_name",
        )
    backend = Tokenizer.from_str(backend.to_str())
    backend.no_truncation()
    backend.no_padding()
    bare, framed = (backend.encode("a", add_special_tokens=special).ids for special in (False, True))
    start = next((at for at in range(len(framed)) if framed[at : at + len(bare)] == bare), None)
    if start is None:
        raise ModelSourceError(
            f"{tokenizer.name_or_path}: its tokenizer changes a text's own tokens when it adds the special ones.",
            field="model_config.model_name",
        )
    if len(framed) == len(bare):
        raise ModelSourceError(
            f"{tokenizer.name_or_path}: its tokenizer adds no special tokens. The model is asked at the first of them, "
            "and an empty text consists of nothing else. Use a tokenizer with a post-processor.",
            field="model_config.model_name",
        )
    return TextEncoder(
        backend=backend,
        prefix=np.array(framed[:start], dtype=np.int32),
        suffix=np.array(framed[start + len(bare) :], dtype=np.int32),
        max_length=max_length,
        truncation=truncation,
        pad_id=int(tokenizer.pad_token_id),
        separator=_separator(backend, bare, start, len(framed) - start - len(bare)),
    )


def _separator(backend: Any, bare: list[int], prefix: int, suffix: int) -> str:
    """Return the special tokens that a pair of texts has in its middle, as text that is encoded to just these tokens.

    A space if there are none.
    """
    pair = backend.encode("a", "a", add_special_tokens=True).ids
    between = pair[prefix + len(bare) : len(pair) - suffix - len(bare)]
    text = "".join(str(backend.id_to_token(token)) for token in between)
    known = bool(between) and backend.encode(f"a{text}a", add_special_tokens=False).ids == [*bare, *between, *bare]
    return text if known else " "
