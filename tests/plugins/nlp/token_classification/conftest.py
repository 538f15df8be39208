"""What the tests of token classification share."""

import pytest

from plugins.nlp.token_classification.dataset import FilesDataset

SENTENCES = [
    [("Ada", "B-PER"), ("Lovelace", "I-PER"), ("lives", "O"), ("in", "O"), ("London", "B-LOC"), (".", "O")],
    [("Grace", "B-PER"), ("Hopper", "I-PER"), ("left", "O"), ("New", "B-LOC"), ("York", "I-LOC"), (".", "O")],
    [("Nobody", "O"), ("knew", "O"), (".", "O")],
    [("Paris", "B-LOC"), ("is", "O"), ("large", "O"), (".", "O")],
]


def as_conll(sentences):
    """Return sentences as the text of a CoNLL file."""
    return "\n".join("".join(f"{word} {tag}\n" for word, tag in sentence) for sentence in sentences)


@pytest.fixture
def sentences():
    """Return forty sentences as pairs of words and tags."""
    return [[(f"{word}{turn}" if word.istitle() and turn % 3 == 1 else word, tag) for word, tag in one]
            for turn in range(10) for one in SENTENCES]  # fmt: skip


@pytest.fixture
def write(tmp_path):
    """Return a function that writes a file and returns its path."""

    def written(content, name="train.conll"):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written


@pytest.fixture
def files(write, sentences):
    """Return a function from files and fields to a data set of files."""

    def made(train=None, **fields):
        path = train if train is not None else write(as_conll(sentences))
        return FilesDataset(source="files", train=str(path), **fields)

    return made
