"""Tags that are not exactly B-X, I-X and O: each way of writing them is read as what it is, refused, or noted."""

import itertools
import warnings

import numpy as np
import pytest
from seqeval import metrics as seqeval
from seqeval.scheme import BILOU, IOBES

from catalog.contract.capabilities import EvaluationFile, InputFile
from catalog.contract.data import data_to_json
from catalog.errors import DataError
from plugins.nlp.token_classification.data import load, load_labelled, open_input
from plugins.nlp.token_classification.evaluation import TagPredictions, measure
from plugins.nlp.token_classification.facts import facts
from plugins.nlp.token_classification.records import tag_data
from plugins.nlp.token_classification.schemes import SCHEMES, spans_of, tag_set
from runner.presentation.english import english

BIO = ["Ada B-PER", "Lovelace I-PER", "met O", "Bo B-PER", "in O", "Rome B-LOC"]
BIOES = ["Ada B-PER", "King I-PER", "Lovelace E-PER", "met O", "Bo S-PER"]
STRICT = {"bio": {}, "bilou": {"mode": "strict", "scheme": BILOU}, "bioes": {"mode": "strict", "scheme": IOBES}}


def text(lines, sentences=12):
    """Return a sentence as CoNLL, so many times."""
    return ("\n".join(lines) + "\n\n") * sentences


def rewritten(lines, change):
    """Return lines with each tag but O changed."""
    pairs = [line.split() for line in lines]
    return [f"{word} {tag if tag == 'O' else change(tag)}" for word, tag in pairs]


def suffixed(tag, mark="-"):
    prefix, kind = tag.split("-", 1)
    return kind + mark + prefix


def scheme_fact(data):
    """Return what `validate` says about the scheme."""
    return english(next(iter(facts(data_to_json(data.summary)))).text)


@pytest.mark.parametrize(
    ("change", "example"),
    [
        (lambda tag: tag.replace("B-", "b-").replace("I-", "i-"), "b-LOC"),
        (lambda tag: tag.replace("-", "_"), "B_LOC"),
        (lambda tag: tag.replace("-", ":"), "B:LOC"),
        (suffixed, "LOC-B"),
        (lambda tag: suffixed(tag, "_"), "LOC_B"),
    ],
)
def test_other_ways_to_write_bio_are_read_as_bio(files, write, tmp_path, change, example):
    """Lower case, another separator and a suffix give the data set that B-X gives, with a note that names them."""
    plain = load(files(write(text(BIO))), tmp_path)
    found = load(files(write(text(rewritten(BIO, change)), "other.conll")), tmp_path)
    assert tag_data(found.summary).scheme == "bio"
    assert found.summary.fingerprint == plain.summary.fingerprint
    note = f"tags are written as {example!r}, and are read as BIO, here as 'B-LOC'"
    assert any(note in line for line in found.summary.notes)
    assert scheme_fact(found) == f"BIO: B-X begins an entity of type X, I-X continues it; written as {example}"
    assert tag_data(found.summary).example == example
    given = load(files(write(text(rewritten(BIO, change)), "other.conll"), scheme="bio"), tmp_path)
    assert given.summary.fingerprint == plain.summary.fingerprint
    kept = load(files(write(text(rewritten(BIO, change)), "other.conll"), scheme="plain"), tmp_path)
    assert tag_data(kept.summary).scheme == "plain"


def test_all_lower_case_is_read_as_bio(files, write, tmp_path):
    """A file that is all in lower case has o for O."""
    found = load(files(write(text(BIO).lower())), tmp_path)
    assert found.tags.names == ("O", "B-loc", "I-loc", "B-per", "I-per")


@pytest.mark.parametrize(
    "change",
    [
        lambda tag: tag.replace("-", "_"),
        suffixed,
        lambda tag: tag.replace("I-", "M-"),
        lambda tag: tag.replace("I-", "M-").replace("S-", "W-"),
    ],
)
def test_other_ways_to_write_bioes_are_read_as_bioes(files, write, tmp_path, change):
    """Other separators, suffixes, and the letters of BMES and BMEW give the data set of BIOES."""
    plain = load(files(write(text(BIOES))), tmp_path)
    found = load(files(write(text(rewritten(BIOES, change)), "other.conll")), tmp_path)
    assert tag_data(found.summary).scheme == "bioes"
    assert found.summary.fingerprint == plain.summary.fingerprint
    assert any("are read as BIOES" in note for note in found.summary.notes)


def test_letters_without_types_are_read(files, write, tmp_path):
    """Words that are marked by B, M, E and S alone, as for the segmentation of Chinese, are entities."""
    found = load(files(write(text(["Ada B", "King M", "Lovelace E", "Bo S"]))), tmp_path)
    assert found.tags.names == ("O", "B", "I", "E", "S")


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (["Ada I-PER", "Lovelace E-PER", "met O", "Bo E-PER"], "The tags have I-, E- and no B-, S-; schemes that mark"),
        (["Ada B-PER", "Lovelace I-PER", "met O", "Bo S-PER"], "The tags have B-, I-, S- and no E-; schemes that mark"),
        (["Ada B_PER", "Lovelace I_PER", "met O", "Bo MISC"], "'B_PER' and 'I_PER' look like the beginning and the in"),
        (["Ada per-b", "Lovelace per-i", "met O", "Bo X"], "'per-b' and 'per-i' look like the beginning and the in"),
        (["Ada B-PER", "Lovelace i-PER", "met O"], "'i-PER' is no tag of BIO"),
        (["Ada B-PER", "Lovelace I-PER", "met o"], "'o' is no tag of BIO"),
        (["Ada 1", "Lovelace 2", "met 0"], "column 1 holds numbers (0, 1, 2, ...), which are no tags"),
    ],
)
def test_doubtful_tags_are_refused(files, write, tmp_path, lines, message):
    """Tags of which most would mean something else than they say are an error that says what to write."""
    with pytest.raises(DataError) as error:
        load(files(write(text(lines))), tmp_path)
    assert message in error.value.message


def test_a_named_scheme_counts_whole_entities_alone(files, write, tmp_path):
    """A spec that names the scheme gets the whole entities alone, with the note on the rest."""
    lines = ["Ada B-PER", "Lovelace I-PER", "met O", "Bo S-PER"]
    found = load(files(write(text(lines)), scheme="bioes"), tmp_path)
    assert any("12 parts of entities do not go" in note for note in found.summary.notes)


def test_numbers_with_names_are_tags(files, write, tmp_path):
    """Numbers in a CoNLL file take their names from dataset.labels, as in tables."""
    lines = ["Ada 1", "Lovelace 2", "met 0", "Bo 1", "in 0", "Rome 3"]
    found = load(files(write(text(lines)), labels=("O", "B-PER", "I-PER", "B-LOC")), tmp_path)
    assert found.summary.fingerprint == load(files(write(text(BIO))), tmp_path).summary.fingerprint
    with pytest.raises(DataError, match=r"tags are numbers up to 3, and dataset.labels has 2 names"):
        load(files(write(text(lines)), labels=("O", "B-PER")), tmp_path)


def test_plain_tags_that_were_found_are_noted(files, write, tmp_path):
    """Tags that were taken for plain are said to be so, with what would change it; named ones are not."""
    lines = ["Ada NOUN", "slept VERB", "there ADV"]
    found = load(files(write(text(lines))), tmp_path)
    (note,) = [note for note in found.summary.notes if "prefixes" in note]
    assert "each word with a tag other than O is an entity of its own" in note
    assert "No tag is O, so that every word counts." in note
    assert '"scheme": "plain" says so' in note
    assert scheme_fact(found).startswith("plain: each word")
    named = load(files(write(text(lines)), scheme="plain"), tmp_path)
    assert not any("prefixes" in note for note in named.summary.notes)


def test_iob1_is_named(files, write, tmp_path):
    """IOB1, and tags without B-, are called so; their entities are those of BIO."""
    found = load(files(write(text(["Ada I-PER", "Lovelace I-PER", "Bo B-PER", "met O", "Rome I-LOC"]))), tmp_path)
    assert any("tags are IOB1: 24 of 36 entities begin with I- (lines 1, 5" in note for note in found.summary.notes)
    assert scheme_fact(found).endswith("; written as IOB1: most entities begin with I-X")
    same = load(files(write(text(["Ada B-PER", "Lovelace I-PER", "Bo B-PER", "met O", "Rome B-LOC"]))), tmp_path)
    assert found.summary.fingerprint == same.summary.fingerprint
    assert scheme_fact(same) == "BIO: B-X begins an entity of type X, I-X continues it"
    without = load(files(write(text(["Ada I-PER", "Lovelace I-PER", "met O"]))), tmp_path)
    assert any("no tag begins with B- (IO, or IOB1" in note for note in without.summary.notes)
    assert scheme_fact(without).endswith("; written without B-X")


def test_a_file_to_evaluate_may_be_written_otherwise(files, write, tmp_path):
    """A model of BIO reads b-PER and B_PER as its own tags, with a note."""
    known = load(files(write(text(BIO))), tmp_path).tags
    path = write("Bo B_PER\nran O\n", "two.conll")
    found = load_labelled(EvaluationFile(path, truths="names"), known)
    assert [known.names[tag] for tag in found.split.tags] == ["B-PER", "O"]
    assert any("tags are written as 'B_PER'" in note for note in found.notes)


@pytest.mark.parametrize("scheme", STRICT)
@pytest.mark.parametrize("suffix", [False, True])
def test_the_entities_are_those_of_seqeval(files, write, tmp_path, scheme, suffix):
    """Random entities in three schemes, with prefixes and suffixes: read from a file, scores are seqeval's to 1e-9."""
    known = tag_set(scheme, [f"{prefix}-{kind}" for prefix in SCHEMES[scheme] for kind in ("PER", "LOC")])
    rng = np.random.default_rng(3)
    lengths = rng.integers(1, 9, 60)
    offsets = np.concatenate([[0], np.cumsum(lengths)])
    true, said = (known.repaired(rng.integers(0, len(known.names), offsets[-1]), offsets) for _ in range(2))
    write_as = (lambda tag: tag if tag == "O" else suffixed(tag)) if suffix else (lambda tag: tag)
    names, guessed = (
        [[write_as(known.names[tag]) for tag in tags[a:b]] for a, b in itertools.pairwise(offsets)]
        for tags in (true, said)
    )
    body = "\n".join("".join(f"w {tag}\n" for tag in sentence) for sentence in names)
    path = write(body)
    read = load_labelled(EvaluationFile(path, truths="names"), load(files(path), tmp_path).tags)
    assert spans_of(read.split.tags, offsets, known)[0].starts.size == spans_of(true, offsets, known)[0].starts.size
    found = measure(TagPredictions(known, offsets, read.split.tags, said))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert found["f1"] == pytest.approx(seqeval.f1_score(names, guessed, suffix=suffix, **STRICT[scheme]), abs=1e-9)


UNIVERSAL = (
    "# sent_id = 1\n# text = Vamonos al mar a b c d e f\n"
    "1-2\tVamonos\t_\t_\t_\t_\t_\t_\t_\t_\n"
    "1\tVamos\tir\tVERB\t_\tMood=Imp\t0\troot\t_\tSpaceAfter=No\n"
    "2\tnos\tnosotros\tPRON\tB-PER\t_\t1\tobj\t_\t_\n"
    "2.1\tx\tx\tVERB\t_\t_\t_\t_\t1:conj\t_\n"
    "3\tmar\tmar\tNOUN\tB-LOC\t_\t1\tobl\t_\t_\n\n"
) * 12


@pytest.mark.parametrize("name", ["train.conllu", "train.conll"])
def test_conllu_wants_the_column_of_tags(files, write, tmp_path, name):
    """Of CoNLL-U, whatever it is called, no column is guessed: the message lists those that may be meant."""
    with pytest.raises(DataError, match=r"is CoNLL-U.*dataset\.tags names one of them.*upos \(3: 'VERB'") as error:
        load(files(write(UNIVERSAL, name)), tmp_path)
    assert error.value.field == "dataset.tags"
    assert "xpos (4: 'B-PER', 'B-LOC')" in error.value.message


def test_conllu_is_read_with_a_named_column(files, write, tmp_path):
    """Forms are the words; comments, ranges and empty nodes are none; a column has a name and a number."""
    path = write(UNIVERSAL, "train.conllu")
    found = load(files(path, tags="upos"), tmp_path)
    assert found.splits["train"].words[0] == ("Vamos", "nos", "mar")
    assert found.tags.names == ("NOUN", "PRON", "VERB")
    assert found.summary.columns == {"tokens": "1", "tags": "3"}
    assert any("24 lines of ranges and empty nodes" in note for note in found.summary.notes)
    assert load(files(path, tags="3"), tmp_path).summary.fingerprint == found.summary.fingerprint
    named = load(files(path, tags="xpos"), tmp_path)
    assert named.tags.names == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
    assert any("12 words have '_' in column 4: read as O" in note for note in named.summary.notes)


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"tags": "head"}, "column 6 holds numbers"),
        ({"tags": "0"}, "column 0 holds numbers"),
        ({"tags": "ner"}, "has no column 'ner': the columns of a CoNLL-U file are called 0 to 9, or id, form,"),
        ({"tags": "upos", "tokens": "id"}, "column 'id' numbers the words"),
    ],
)
def test_wrong_columns_of_conllu_are_refused(files, write, tmp_path, columns, message):
    """A column of numbers is no column of tags or words."""
    with pytest.raises(DataError) as error:
        load(files(write(UNIVERSAL, "train.conllu"), **columns), tmp_path)
    assert message in error.value.message


def test_numbers_of_words_are_no_words(files, write, tmp_path):
    """In a file whose first column numbers the words, as GermEval's, the second one has the words."""
    lines = ["# source", *(f"{at}\t{line.replace(' ', chr(9))}\tO" for at, line in enumerate(BIO, 1))]
    found = load(files(write(text(lines), "train.tsv"), tags="2"), tmp_path)
    assert found.summary.columns == {"tokens": "1", "tags": "2"}
    assert found.summary.fingerprint == load(files(write(text(BIO))), tmp_path).summary.fingerprint
    assert any("column 0 numbers the words; they are in column 1" in note for note in found.summary.notes)
    with pytest.raises(DataError, match=r"have the tag 'O'.*Are the tags in column 3\?"):
        load(files(write(text(lines), "train.tsv")), tmp_path)


def test_conllu_to_predict_has_words_alone(write):
    """A CoNLL-U file to predict gives its forms, without ranges, empty nodes and comments."""
    opened = open_input(InputFile(write(UNIVERSAL, "new.conllu"), data={"columns": {"tokens": "1", "tags": "3"}}))
    (batch,) = opened.batches(100)
    assert batch.inputs == (("Vamos", "nos", "mar"),) * 12


def test_columns_that_a_comment_names_can_be_named(files, write, tmp_path):
    """CoNLL-U Plus names its columns in its first line."""
    lines = [f"{at}\t{line.replace(' ', chr(9))}" for at, line in enumerate(BIO, 1)]
    path = write("# global.columns = ID FORM NER\n" + text(lines), "train.conllup")
    assert load(files(path, tags="ner"), tmp_path).tags.names == ("O", "B-LOC", "I-LOC", "B-PER", "I-PER")
