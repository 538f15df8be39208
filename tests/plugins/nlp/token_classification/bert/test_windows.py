"""Words as the model reads them: aligned with pieces, in windows that overlap."""

import numpy as np
import pytest
from transformers import BertTokenizer

from plugins.nlp.encoders.sources.vocabulary import train_vocabulary
from plugins.nlp.encoders.text_encoder import text_encoder
from plugins.nlp.token_classification.bert.windows import encode_words

SENTENCE = ["Ada", "Lovelace", "reached", "New York", ",", "", "tired", "\u200d", "unbelievable", "."]


@pytest.fixture(scope="module")
def tokenizer():
    vocabulary = train_vocabulary(["Ada Lovelace reached New York , tired . unbe ##liev able"] * 3, 200, cased=True)
    return BertTokenizer(vocab=vocabulary, do_lower_case=False)


@pytest.fixture
def encoder(tokenizer):
    return lambda length: text_encoder(tokenizer, length, "head")


def test_the_first_piece_carries_the_word(encoder, tokenizer):
    """Each word has a place; there lies the first of the pieces that the tokenizer makes of it alone."""
    found = encode_words([SENTENCE], encoder(512), 16)
    assert len(found.tokens) == 1
    assert found.places.size == len(SENTENCE)
    assert (np.diff(found.places) > 0).all()
    pieces = tokenizer.convert_ids_to_tokens(found.tokens.ids[found.places].tolist())
    for word, piece in zip(SENTENCE, pieces, strict=True):
        alone = tokenizer.tokenize(word)
        assert piece == (alone[0] if alone else "[PAD]")


def test_every_word_of_a_long_sentence_has_a_place_with_context(encoder):
    """No word is cut off: each lies in the window where it has the most context on its shorter side."""
    words = SENTENCE * 12
    whole = encode_words([words], encoder(512), 0)
    assert len(whole.tokens) == 1
    for length, stride in ((16, 0), (16, 4), (24, 8), (24, 256), (8, 3)):
        found = encode_words([["Ada"], words, ["tired"]], encoder(length), stride)
        assert found.long == 1
        assert found.tokens.lengths.max() == length
        assert found.places.size == len(words) + 2
        own = found.places[1:-1]
        assert np.array_equal(found.tokens.ids[own], whole.tokens.ids[whole.places])
        rows = np.searchsorted(found.tokens.offsets, own, side="right") - 1
        assert (np.diff(rows) >= 0).all()
        assert set(rows.tolist()) == set(range(1, len(found.tokens) - 1))  # no window without a word of its own
        left = own - found.tokens.offsets[rows] - 1
        right = found.tokens.offsets[rows + 1] - 2 - own
        inner = (rows > 1) & (rows < len(found.tokens) - 2)
        shared = min(stride, (length - 2) // 2)
        assert np.minimum(left, right)[inner].min(initial=length) >= (shared - 1) // 2


def test_nothing_is_encoded_of_nothing(encoder):
    """No sentences have no windows."""
    found = encode_words([], encoder(16), 4)
    assert len(found.tokens) == 0
    assert found.places.size == 0
