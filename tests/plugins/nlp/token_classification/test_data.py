"""CoNLL files and tables with lists: what is read, what is refused by its line, and what is noted."""

import gzip
import json

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from catalog.errors import DataError
from plugins.nlp.token_classification.data import load
from plugins.nlp.token_classification.dataset import DemoDataset, HubDataset
from plugins.nlp.token_classification.records import tag_data


def conll(sentences):
    return "\n".join("".join(f"{word} {tag}\n" for word, tag in one) for one in sentences)


def jsonl(sentences, words="tokens", tags="tags"):
    rows = [{words: [word for word, _ in one], tags: [tag for _, tag in one]} for one in sentences]
    return "".join(json.dumps(row) + "\n" for row in rows)


def test_all_formats_give_the_same_sentences(files, write, sentences, tmp_path):
    """CoNLL with spaces or tabs, compressed, JSONL, JSON and Parquet hold the same data set."""
    rows = {"tokens": [[word for word, _ in one] for one in sentences],
            "tags": [[tag for _, tag in one] for one in sentences]}  # fmt: skip
    parquet.write_table(pa.table(rows), tmp_path / "train.parquet")
    listed = [dict(zip(rows, row, strict=True)) for row in zip(*rows.values(), strict=True)]
    paths = [
        write(conll(sentences), "spaces.conll"),
        write(conll(sentences).replace(" ", "\t"), "tabs.tsv"),
        write(conll(sentences).replace("\n", "\r\n"), "windows.txt"),
        write(gzip.compress(conll(sentences).encode()), "packed.conll.gz"),
        write(jsonl(sentences), "lines.jsonl"),
        write(json.dumps(listed), "array.json"),
        tmp_path / "train.parquet",
    ]
    found = [load(files(path), tmp_path).summary for path in paths]
    assert len({one.fingerprint for one in found}) == 1
    assert found[0].columns == {"tokens": "0", "tags": "1"}
    assert found[4].columns == {"tokens": "tokens", "tags": "tags"}


def test_first_and_last_column_count(files, write, tmp_path):
    """Of more columns the first holds the word and the last its tag, if no others are named."""
    text = "\n".join(["-DOCSTART- -X- -X- O\n", *["Ada NNP B-NP B-PER\nslept VBD B-VP O\n", "It PRP B-NP O\n"] * 8])
    data = load(files(write(text)), tmp_path)
    assert data.tags.names == ("O", "B-PER", "I-PER")
    assert data.summary.counts["train"].records == 16
    parts = load(files(write(text), tags="1"), tmp_path)
    assert tag_data(parts.summary).scheme == "plain"
    assert parts.tags.names == ("NNP", "PRP", "VBD")


def test_comments_are_no_words_and_number_signs_are(files, write, tmp_path):
    """A line that begins with # is a comment unless it is a word with a tag that others have."""
    text = "# sentence 1\n# x\n" + "Ada B-PER\n# O\n#tag O\nslept O\n\n" * 12
    data = load(files(write(text)), tmp_path)
    assert data.splits["train"].words[0] == ("Ada", "#", "#tag", "slept")


def test_names_of_columns_are_no_words(files, write, sentences, tmp_path):
    """A first line that names the columns is left out, with a note."""
    data = load(files(write("token\tner_tags\n" + conll(sentences).replace(" ", "\t"), "train.tsv")), tmp_path)
    assert any("line 1 names the columns" in note for note in data.summary.notes)
    assert data.summary.fingerprint == load(files(), tmp_path).summary.fingerprint


def test_words_may_hold_spaces_between_tabs(files, write, tmp_path):
    """If tabs alone make the columns even, words hold spaces."""
    text = "New York\tB-LOC\nis\tO\nlarge\tO\n\n" * 12
    data = load(files(write(text)), tmp_path)
    assert data.splits["train"].words[0] == ("New York", "is", "large")


def test_a_delimiter_may_be_given(files, write, tmp_path):
    """What the format says is used: the delimiter, and whether the first line names the columns."""
    text = "word|tag\n" + "New York|B-LOC\nis|O\nlarge|O\n\n" * 12
    data = load(files(write(text), format={"delimiter": "|"}), tmp_path)
    assert data.splits["train"].words[0] == ("New York", "is", "large")
    kept = load(files(write("word|B-LOC\n" + text[9:]), format={"delimiter": "|", "header": False}), tmp_path)
    assert kept.summary.counts["train"].lines == data.summary.counts["train"].lines
    assert any("word" in words for split in kept.splits.values() for words in split.words)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("Ada B-PER\nslept\nlong O\n", "line 2 has 1: 'slept'"),
        ("Ada B-PER\nslept O\nNew York B-LOC\n\nx O\n", "line 3 has 3: 'New York B-LOC'"),
        ("Ada\nslept\n", "has no column of tags: 'Ada' on line 1"),
        ("Ada B-PER\nslept 0\nlong O\n", "line 2: '0' is no tag of BIO"),
        ("Ada B-PER\nin O\nRome b-LOC\nRome B-LOC\n", "Did you mean 'B-LOC'?"),
        ("Ada B_PER\nin O\nBo B-PER\n", "line 1: 'B_PER' is no tag of BIO, whose tags are O, B-X, I-X. Did you mean"),
        ("Ada U-PER\nin O\nBo B-LOC\nx E-LOC\n", "mixes BILOU and BIOES: it has 'U-PER' and 'E-LOC'"),
        ("Ada O\nslept O\n", "all 2 words have the tag 'O'"),
        ("\n\n", "has no column of tags"),
        ("", "is empty"),
        ("# only a comment\n", "holds no word with a tag"),
        ("Ada B-PER\n\nslept B-\n", "line 3: 'B-' is no tag of BIO"),
    ],
)
def test_broken_conll_files_are_refused_by_their_line(files, write, tmp_path, text, message):
    """One clear message names the file and the line."""
    with pytest.raises(DataError) as error:
        load(files(write(text)), tmp_path)
    assert message in error.value.message
    assert "train.conll" in error.value.message


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([{"tokens": ["a", "b"], "tags": ["O"]}], "row 1 has 2 words in column 'tokens', but 1 tags in column 'tags'"),
        (
            [{"tokens": ["a"], "tags": ["B-X"]}, {"tokens": ["a", 5], "tags": ["O", "O"]}],
            "row 2 of column 'tokens' holds the word 5",
        ),
        ([{"tokens": ["a"], "tags": [None]}], "holds the tag null, which is no text"),
        ([{"tokens": ["a"], "tags": [3]}], "tags that are numbers need names: give dataset.labels"),
        ([{"tokens": "a b", "tags": ["O", "O"]}], "which column holds the words, a list for each sentence?"),
        (
            [{"tokens": ["a"], "tags": ["O"]}, {"tokens": "a", "tags": ["O"]}],
            "row 2 of column 'tokens' holds 'a', no list",
        ),
        ([{"text": "a b", "label": "x"}], "which column holds the words"),
    ],
)  # fmt: skip
def test_broken_tables_are_refused_by_their_row(files, write, tmp_path, rows, message):
    """One clear message names the file and the row."""
    with pytest.raises(DataError) as error:
        load(files(write("".join(json.dumps(row) + "\n" for row in rows), "train.jsonl")), tmp_path)
    assert message in error.value.message
    assert "train.jsonl" in error.value.message


def test_other_formats_are_refused(files, write, tmp_path):
    """A table of texts has no words with tags; the message says what is read."""
    with pytest.raises(DataError, match=r"tagged sentences are in CoNLL files .* this one ends in \.csv"):
        load(files(write("word,tag\na,O\n", "train.csv")), tmp_path)


def test_unknown_column_is_refused(files, write, sentences, tmp_path):
    """A column that is not there is refused, with those that are."""
    with pytest.raises(DataError, match="has no column 'wrods'; its columns: tokens, tags"):
        load(files(write(jsonl(sentences), "train.jsonl"), tokens="wrods"), tmp_path)
    with pytest.raises(DataError, match="has no column '4': the columns of a CoNLL file are called 0 to 1"):
        load(files(tags="4"), tmp_path)


def test_broken_bio_begins_an_entity_and_is_noted(files, write, tmp_path):
    """I-X that continues no X is read as B-X, as seqeval reads it; a note gives the first lines."""
    text = "Ada I-PER\nLovelace I-PER\nin O\nRome I-LOC\n\n" + "Bo B-PER\nran O\nhome O\n\n" * 12
    data = load(files(write(text)), tmp_path)
    assert any("2 of 14 entities begin with I- and not with B- (lines 1, 4)" in note for note in data.summary.notes)
    train = data.splits["train"]
    row = train.words.index(("Ada", "Lovelace", "in", "Rome"))
    own = train.tags[train.offsets[row] : train.offsets[row + 1]]
    assert [data.tags.names[tag] for tag in own] == ["B-PER", "I-PER", "O", "B-LOC"]


def test_broken_bilou_is_no_entity_and_is_noted(files, write, tmp_path):
    """Of BILOU only whole entities count; a note gives the first lines of the others."""
    text = "Ada B-PER\nLovelace O\n\n" + "Bo U-PER\nNew B-LOC\nYork L-LOC\n\n" * 12
    data = load(files(write(text)), tmp_path)
    assert tag_data(data.summary).scheme == "bilou"
    assert any("1 part of an entity does not go" in note and "(line 1)" in note for note in data.summary.notes)


def test_empty_sentences_are_left_out_and_noted(files, write, sentences, tmp_path):
    """Two blank lines between sentences, and rows without a word, are left out; a note gives their places."""
    text = conll(sentences).replace("large O\n. O\n\n", "large O\n. O\n\n\n", 1)
    found = load(files(write(text)), tmp_path).summary
    assert any("1 empty sentence was left out: line 24" in note for note in found.notes)
    assert found.counts["train"].dropped == {"no word": 1}
    lines = write('{"tokens": [], "tags": []}\n' + jsonl(sentences), "train.jsonl")
    found = load(files(lines), tmp_path).summary
    assert any("1 empty sentence was left out: row 1" in note for note in found.notes)


def test_tags_that_train_does_not_have_are_listed(files, write, sentences, tmp_path):
    """A type that only the test split has is an error that names tag, line and what train has."""
    test = write("Ada B-PER\nwon O\nthe O\nTuring B-PRIZE\nAward I-PRIZE\n", "test.conll")
    with pytest.raises(DataError) as error:
        load(files(test=str(test)), tmp_path)
    assert "test.conll has tags that train does not have: 'B-PRIZE' (1, first on line 4)" in error.value.message
    assert "Train has O, B-LOC, I-LOC, B-PER, I-PER." in error.value.message
    with pytest.raises(DataError, match=r"'B-PERS' \(1, first on line 1\).*Did you mean 'PER'\?"):
        load(files(test=str(write("Ada B-PERS\nwon O\n", "test.conll"))), tmp_path)
    test = write("Ada B-PER\nwon X\n", "test.conll")
    with pytest.raises(DataError, match="line 2: 'X' is no tag of BIO"):
        load(files(test=str(test)), tmp_path)


def test_numbers_get_the_names_that_are_given_or_published(files, write, sentences, tmp_path):
    """Tags as numbers are named by dataset.labels, or by what `datasets` stores in a Parquet file."""
    names = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
    numbered = [[(word, names.index(tag)) for word, tag in one] for one in sentences]
    given = load(files(write(jsonl(numbered), "train.jsonl"), labels=names), tmp_path)
    assert given.summary.fingerprint == load(files(), tmp_path).summary.fingerprint
    features = {"tokens": {"feature": {"dtype": "string", "_type": "Value"}, "_type": "List"},
                "ner_tags": {"feature": {"names": names, "_type": "ClassLabel"}, "_type": "List"}}  # fmt: skip
    table = pa.table({"tokens": [[w for w, _ in one] for one in numbered],
                      "ner_tags": [[t for _, t in one] for one in numbered]})  # fmt: skip
    table = table.replace_schema_metadata({"huggingface": json.dumps({"info": {"features": features}})})
    parquet.write_table(table, tmp_path / "train.parquet")
    assert load(files(tmp_path / "train.parquet"), tmp_path).summary.fingerprint == given.summary.fingerprint


def test_other_encodings_are_read(files, write, tmp_path):
    """An encoding that is not UTF-8 is found or given; UTF-16 has a mark."""
    text = "Jürgen B-PER\nschläft O\nfür O\nKöln B-LOC\nwährend O\nüber O\n\n" * 20
    found = [
        load(files(write(text.encode(codec)), format={"encoding": "cp1252"} if codec == "cp1252" else None), tmp_path)
        for codec in ("utf-8", "cp1252", "utf-16")
    ]
    assert len({one.summary.fingerprint for one in found}) == 1


def test_splits_keep_rare_types_in_train(files, write, tmp_path):
    """A type that one sentence has stays in train, and sentences that are in two splits are noted."""
    text = "The O\nTuring B-PRIZE\nAward I-PRIZE\n\n" + "Bo B-PER\nran O\n\n" * 30
    for seed in range(4):
        data = load(files(write(text), seed=seed), tmp_path)
        assert tag_data(data.summary).entities["train"][data.tags.types.index("PRIZE")] == 1
    assert any("sentences also stand in train" in note for note in data.summary.notes)
    assert any("of 2 types has no entity in test" in note for note in data.summary.notes)


def test_limit_keeps_so_many_sentences(files, tmp_path):
    """A limit counts sentences."""
    data = load(files(limit={"train": 12, "test": 4}), tmp_path)
    assert data.summary.rows["train"] == 12
    assert data.summary.rows["test"] == 4
    assert np.array_equal(np.diff(data.splits["test"].offsets), [len(words) for words in data.splits["test"].words])


def test_demo_is_the_same_for_the_same_seed(tmp_path):
    """Generated sentences depend on size and seed alone."""
    first, same, other = (
        load(DemoDataset(source="demo", size=100, seed=seed), tmp_path).summary.fingerprint for seed in (1, 1, 2)
    )
    assert first == same != other


def test_a_hub_names_the_numbers_of_tags(monkeypatch, sentences, tmp_path):
    """Of a data set of the hub the features name tags that are lists of numbers, and its own splits are taken."""
    import datasets

    from plugins.data import hub

    names = ["O", "B-PER", "I-PER", "B-LOC", "I-LOC"]
    features = datasets.Features(
        {
            "id": datasets.Value("string"),
            "tokens": datasets.List(datasets.Value("string")),
            "pos_tags": datasets.List(datasets.ClassLabel(names=["X", "Y"])),
            "ner_tags": datasets.List(datasets.ClassLabel(names=names)),
        }
    )
    rows = [
        {
            "id": str(number),
            "tokens": [word for word, _ in one],
            "pos_tags": [0] * len(one),
            "ner_tags": [names.index(tag) for _, tag in one],
        }
        for number, one in enumerate(sentences)
    ]
    whole = datasets.Dataset.from_list(rows, features=features)
    fetched = {"train": whole, "validation": whole.select(range(8)), "test": whole.select(range(4))}
    monkeypatch.setattr(hub, "_ask", lambda _: "0" * 40)
    monkeypatch.setattr(hub, "_fetched", lambda _, __: fetched)
    data = load(HubDataset(source="hub", name="people/places"), tmp_path)
    assert data.summary.rows == {"train": 40, "validation": 8, "test": 4}
    assert data.summary.columns == {"tokens": "tokens", "tags": "ner_tags"}
    assert data.tags.names == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    assert data.splits["train"].words[0] == ("Ada", "Lovelace", "lives", "in", "London", ".")
    assert any("test sentences also stand in train" in note for note in data.summary.notes)


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("a.conll", "Ada B-PER\nslept O\n" * 40, "the whole file is one sentence of 80 words: sentences are separated"),
        ("a.conll", "Ada B-PER\nslept O\n\n" * 2, "the training rows are 2 sentences of 4 words: .* by blank lines"),
        ("a.jsonl", jsonl([[("Ada", "B-PER"), ("slept", "O")]]), "one sentence of 2 words: each row of the table is"),
    ],
)
def test_too_few_sentences_are_spoken_of_as_sentences(files, write, tmp_path, name, text, message):
    """A file that lacks its blank lines; nothing is said of rows and classes."""
    with pytest.raises(DataError, match=message) as caught:
        load(files(write(text, name)), tmp_path)
    assert "class" not in caught.value.message
    assert len(load(files(write("Ada B-PER\nslept O\n\n" * 3)), tmp_path).summary.rows) == 3
