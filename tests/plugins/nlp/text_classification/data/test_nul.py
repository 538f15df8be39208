"""A NUL character in a text or a label is kept and noted, in whatever format it comes."""

import json
import re

import pytest
from input_files import LABELS, TEXTS, feather_of, parquet_of, stream_of

from catalog.contract.capabilities import EvaluationFile, InputFile
from plugins.nlp.text_classification.data import load, load_labelled
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.nlp.texts.input import open_input

TEXT, LABEL = "red\0wine and bread", "che\0ap"
NOTED = [TEXT, *TEXTS[1:]]
NAMES = [LABEL if label == "cheap" else label for label in LABELS]
TABLE = {"text": NOTED, "label": NAMES}


def csv_of(delimiter):
    return "\n".join(delimiter.join(row) for row in [("text", "label"), *zip(NOTED, NAMES, strict=True)])


OBJECTS = [{"text": text, "label": label} for text, label in zip(NOTED, NAMES, strict=True)]
FILES = {
    "data.csv": csv_of(",").encode(),
    "data.tsv": csv_of("\t").encode(),
    "data.jsonl": "\n".join(map(json.dumps, OBJECTS)).encode(),
    "data.json": json.dumps(OBJECTS).encode(),
    "data.parquet": parquet_of(TABLE),
    "data.feather": feather_of(TABLE),
    "data.arrow": stream_of(TABLE),
}


@pytest.mark.parametrize("name", FILES)
def test_a_nul_is_kept_and_noted(tmp_path, name):
    """A NUL is kept and noted in data sets, in labelled files and in files of texts to predict."""
    path = tmp_path / name
    path.write_bytes(FILES[name])
    data = load(FilesDataset(source="files", train=str(path), text="text", label="label"), tmp_path)
    texts = {text for split in data.splits.values() for text in split.texts}
    assert TEXT in texts
    assert LABEL in data.classes.labels
    assert any(re.search(r"NUL characters? \(U\+0000\), which stay", note) for note in data.summary.notes)
    judged = load_labelled(EvaluationFile(path, {"text": ("text",), "label": ("label",)}), data.classes.labels)
    assert TEXT in judged.split.texts
    assert any(re.search(r"NUL characters? \(U\+0000\), which stay", note) for note in judged.notes)
    batches = list(open_input(InputFile(path, ("text",))).batches(100))
    assert batches[0].inputs[0] == TEXT


def test_plain_lines_and_folders_keep_it_too(tmp_path):
    """Files of lines and folders with a file for each text keep a NUL, too."""
    lines = tmp_path / "lines.txt"
    lines.write_bytes("\n".join(NOTED).encode())
    assert next(open_input(InputFile(lines)).batches(100)).inputs[0] == TEXT
    for number, (text, label) in enumerate(zip(NOTED, LABELS, strict=True)):
        folder = tmp_path / "folder" / label
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.txt").write_bytes(text.encode())
    data = load(FilesDataset(source="files", train=str(tmp_path / "folder")), tmp_path)
    assert TEXT in {text for split in data.splits.values() for text in split.texts}
    assert any("NUL characters (U+0000), which stay" in note for note in data.summary.notes)
