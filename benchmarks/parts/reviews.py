"""The reviews that all contestants read: real ones from a file, or generated ones of IMDB's lengths.

Generated reviews are words of the model's own vocabulary that its tokenizer keeps whole, so that a length in words is a
length in tokens. Lengths are drawn from a log-normal distribution fitted to the training split of IMDB under the
vocabulary of bert-base-uncased, special tokens included: mean 311 uncut, 14 % longer than 512. Its mean when cut at 512
is then 277; that of the reviews themselves is 274. One word in twenty shows the class, so that there is something to
learn.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

__all__ = [
    "LABELS",
    "Reviews",
    "at_scale",
    "imdb_lengths",
    "made_up",
    "read",
    "records",
    "scale",
    "token_lengths",
    "whole_words",
    "write",
]

LABELS = ("negative", "positive")
_MU, _SIGMA = 5.5167, 0.668
"""Solve E[n] = exp(mu + sigma^2 / 2) = 311 and P(n > 512) = 0.14, of the two solutions the narrower one."""
_SHORTEST, _LONGEST = 12, 3000
"""Tokens of the shortest and longest of the 25,000 reviews, roughly; the log-normal has no ends."""
_SPECIAL = 2
"""Tokens around a text: [CLS] and [SEP]."""
_GROUPED_BATCHES = 50
"""transformers.trainer_pt_utils.get_length_grouped_indices."""
_TELLING_SHARE = 0.05
_TELLING_WORDS = 50


@dataclass(frozen=True, slots=True)
class Reviews:
    """Texts and their classes, as many of one as of the other.

    Attributes:
        texts: No text occurs twice.
        labels: Numbers of `LABELS`.
    """

    texts: Sequence[str]
    labels: Sequence[int]

    def __len__(self) -> int:
        return len(self.texts)


def imdb_lengths(rows: int, rng: np.random.Generator) -> np.ndarray:
    """Return tokens of generated reviews before they are cut, special ones included; int64, shape (rows,)."""
    return np.clip(rng.lognormal(_MU, _SIGMA, rows).round(), _SHORTEST, _LONGEST).astype(np.int64)


def made_up(rows: int, words: Sequence[str], seed: int) -> Reviews:
    """Generate reviews.

    Args:
        rows: How many.
        words: At least 200 that the tokenizer turns into one token each.
        seed: Decides lengths, words and classes.
    """
    if len(words) < 4 * _TELLING_WORDS:
        raise SystemExit(
            f"The model's vocabulary has {len(words)} whole words; generated reviews need 200. Give --data."
        )
    rng = np.random.default_rng(seed)
    vocabulary = np.array(words)
    filler = vocabulary[2 * _TELLING_WORDS :]
    telling = vocabulary[: 2 * _TELLING_WORDS].reshape(2, _TELLING_WORDS)
    labels = rng.permutation(np.arange(rows) % 2)
    texts = []
    for label, length in zip(labels, imdb_lengths(rows, rng) - _SPECIAL, strict=True):
        text = rng.choice(filler, length)
        tells = rng.random(length) < _TELLING_SHARE
        tells[rng.integers(length)] = True
        text[tells] = rng.choice(telling[label], int(tells.sum()))
        texts.append(" ".join(text.tolist()))
    return Reviews(texts, labels.tolist())


def whole_words(model: Path) -> list[str]:
    """Return the words that the tokenizer of a model folder turns into one token each, in sorted order."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    words = sorted({piece.lstrip("Ġ▁") for piece in tokenizer.get_vocab()})
    words = [word for word in words if len(word) > 1 and word.isascii() and word.isalpha() and word.islower()]
    # Some tokenizers give a word another token if it begins a text; these words always have a neighbour.
    encoded = tokenizer.encode_batch_fast([f"{words[0]} {word}" for word in words], add_special_tokens=False)
    return [word for word, one in zip(words, encoded, strict=True) if len(one.ids) == 2]


def at_scale(source: Reviews, lengths: np.ndarray, rows: int, batch: int, seed: int) -> Reviews:
    """Choose few reviews that can be batched by length as well as many can.

    Of the 25,000 of IMDB, 50 batches are sorted at a time, and 2 % of what is computed is padding. Of 256 reviews in
    eight batches it would be 10 % at best: a contestant that groups by length would look slow because of too few
    reviews. So 50 batches' worth of reviews are sorted, and as many whole batches are taken, evenly spaced, as make
    `rows`.

    Args:
        source: At least `scale` reviews.
        lengths: Their tokens after cutting, shape (reviews,).
        rows: Reviews wanted, fewer than `scale`.
        batch: Reviews of a batch.
        seed: Decides the order in which the chosen ones are returned.
    """
    first = scale(batch)
    batches = np.argsort(lengths[:first], kind="stable").reshape(_GROUPED_BATCHES, batch)
    wanted = -(-rows // batch)
    spaced = ((np.arange(wanted) + 0.5) * _GROUPED_BATCHES / wanted).astype(np.int64)
    chosen = np.random.default_rng(seed).permutation(batches[spaced].ravel()[:rows]).tolist()
    return Reviews([source.texts[row] for row in chosen], [source.labels[row] for row in chosen])


def scale(batch: int) -> int:
    """Return how many reviews Trainer sorts by length at a time, if it has enough of them."""
    return _GROUPED_BATCHES * batch


def token_lengths(model: Path, texts: Sequence[str], max_length: int) -> np.ndarray:
    """Return tokens of each text, special ones included, after cutting."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(model / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    return np.minimum([len(one.ids) for one in tokenizer.encode_batch_fast(list(texts))], max_length)


def read(file: Path, rows: int, seed: int) -> Reviews:
    """Read a seeded sample of a Parquet file with the columns text and label (0 or 1); texts that recur count once."""
    from pyarrow import parquet

    columns = parquet.read_table(file, columns=["text", "label"]).to_pydict()
    by_text = dict(zip(columns["text"], columns["label"], strict=True))
    texts, labels = list(by_text), list(by_text.values())
    if rows > len(texts):
        raise SystemExit(f"{rows} reviews are asked for, {file} has {len(texts)} different ones.")
    if not set(labels) <= {0, 1}:
        raise SystemExit(f"{file}: label must be 0 or 1, found {sorted(set(labels))[:5]}.")
    chosen = np.random.default_rng(seed).permutation(len(texts))[:rows].tolist()
    return Reviews([texts[row] for row in chosen], [labels[row] for row in chosen])


def write(folder: Path, splits: Mapping[str, int], sources: Iterable[Reviews]) -> dict[str, str]:
    """Write JSON Lines files of the given sizes, none sharing a row, and return their paths by split.

    Args:
        folder: Where to.
        splits: Rows of each split, in the order in which they are taken from the source of the same place.
        sources: One for each split; splits that share a source take what the ones before them left.
    """
    taken: dict[int, int] = {}
    files = {}
    for (split, rows), source in zip(splits.items(), sources, strict=True):
        start = taken.get(id(source), 0)
        taken[id(source)] = start + rows
        if start + rows > len(source):
            raise SystemExit(f"{split} needs {rows} reviews, {len(source) - start} are left.")
        path = folder / f"{split}.jsonl"
        with path.open("w", encoding="utf-8") as file:
            for row in range(start, start + rows):
                record = {"text": source.texts[row], "label": LABELS[source.labels[row]]}
                file.write(json.dumps(record, ensure_ascii=False) + "\n")
        files[split] = str(path)
    return files


def records(file: str) -> list[dict[str, str]]:
    """Read what `write` wrote: text and label of each row."""
    with Path(file).open(encoding="utf-8", newline="\n") as lines:  # str.splitlines would cut at U+0085 too
        return [json.loads(line) for line in lines]
