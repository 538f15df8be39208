"""Explanations of BERT models: integrated gradients, attention rollout, words and their places."""

import copy
import itertools
import sys
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers

from catalog.contract.capabilities import Explains
from catalog.errors import OutOfMemoryError, WorkError
from plugins.nlp.encoders import gradients
from plugins.nlp.encoders.alignment import align, find_words
from plugins.nlp.encoders.explanation import rollout
from plugins.nlp.encoders.model_folder import SavedModel
from plugins.nlp.encoders.packed import PackedModel
from plugins.nlp.encoders.text_encoder import TextEncoder
from plugins.nlp.text_classification.bert.explanation import choose_baseline, explain, log_odds
from plugins.nlp.text_classification.bert.predictor import BertPredictor, load
from plugins.nlp.text_classification.bert.training import train
from plugins.nlp.text_classification.records import TextPrediction
from plugins.nlp.texts.completeness import LEAST_LOG_ODDS
from plugins.nlp.texts.records import Explanation

STRANGE = ("", " \n", "\0", "\ud800", "a\ud83d\ude00b \udc00c", "😀" * 9, "مرحبا good", "[red]<script>", "x" * 10_000)


@pytest.fixture(scope="module")
def trained(prepared, tiny, tmp_path_factory) -> SavedModel:
    """A tiny model that has learned what good, great, bad and awful mean."""
    from catalog.contract import Decision, Direction, TrialContext

    context = TrialContext(
        folder=tmp_path_factory.mktemp("trial"),
        device="cpu",
        threads=1,
        seed=0,
        metric="accuracy",
        direction=Direction.MAXIMIZE,
        quarters=False,
        report=lambda _: Decision.GO_ON,
        tick=lambda _: None,
    )
    result = train(tiny(), prepared, context)
    assert result.metrics["accuracy"] == 1
    assert result.model_dir is not None
    return load(result.model_dir, "cpu", 1)


@pytest.fixture(scope="module")
def told(trained) -> tuple[str, Explanation[TextPrediction]]:
    """A deciding word and the explanation of a text that holds it, of the class that no text at all does not have."""
    for word in ("great", "awful"):
        (found,) = BertPredictor(trained).explain_words([f"the film has a plot and {word} actors in scenes"])
        if found.completeness_error is not None:
            return word, found
    raise AssertionError("the baseline has both classes")


def _of(trained: SavedModel, model: Any) -> PackedModel:
    return PackedModel(model, trained.model.device, trained.model.precision)


def test_names_the_word_that_decides(trained, told) -> None:
    """The word that gives the class away weighs most, towards the predicted class, and the weights are complete."""
    word, found = told
    assert isinstance(BertPredictor(trained), Explains)
    assert found.prediction.as_json() == next(BertPredictor(trained).predict([found.prediction.text]))
    assert found.prediction.label == {"great": "positive", "awful": "negative"}[word]
    first, second = sorted(found.words, key=lambda weight: -weight.weight)[:2]
    assert first.word == word
    assert first.weight > 2 * second.weight
    assert found.method == "integrated gradients"
    assert found.completeness_error < 0.05
    assert not found.truncated


def test_weights_add_up_to_the_change_of_the_log_odds(trained, told) -> None:
    """The words' weights sum to the log-odds of the answer less those of the baseline, up to the reported error."""
    found = told[1]
    ids = torch.from_numpy(trained.encoder.encode([found.prediction.text])[0].astype(np.int64))[None]
    ids[:, 1:-1] = choose_baseline(trained.model, trained.encoder)
    with torch.inference_mode():
        scores = trained.model.module(input_ids=ids).logits[0]
    label = trained.labels.index(found.prediction.label)
    p = found.prediction.confidence
    difference = np.log(p) - np.log1p(-p) - float(scores[label] - scores[1 - label])
    missed = abs(sum(word.weight for word in found.words) - difference) / abs(difference)
    assert missed == pytest.approx(found.completeness_error, abs=1e-3)


def test_baseline_is_where_the_model_is_undecided(trained) -> None:
    """Of padding and mask the one is taken that has the less sure answer, whichever that is."""
    vocabulary = {"[PAD]": trained.encoder.pad_id, "[MASK]": trained.encoder.backend.token_to_id("[MASK]")}
    for sure, expected in (("[PAD]", "[MASK]"), ("[MASK]", "[PAD]")):
        model = copy.deepcopy(trained.model.module)
        embed = model.get_input_embeddings().weight
        with torch.no_grad():
            model.classifier.weight.mul_(10)
            embed[vocabulary[expected]] = 0
            model.bert.embeddings.LayerNorm.bias.zero_()
            embed[vocabulary[sure]] = embed[trained.encoder.backend.token_to_id("awful")] * 5
        classifier = _of(trained, model)
        scores = {}
        for name, token in vocabulary.items():
            ids = torch.tensor([[*trained.encoder.prefix, *[token] * 8, *trained.encoder.suffix]])
            with torch.inference_mode():
                scores[name] = abs(float(model(input_ids=ids).logits[0].diff()))
        chosen = choose_baseline(classifier, trained.encoder)
        assert scores[next(name for name, token in vocabulary.items() if token == chosen)] == min(scores.values())


def test_attention_is_a_share(trained) -> None:
    """Attention shares are positive and add up to 1 with those of the special tokens, to less without."""
    ids = trained.encoder.encode(["the film has a great plot"])[0].astype(np.int64)
    shares = rollout(trained.model, ids)
    assert shares.shape == ids.shape
    assert shares.min() > 0
    assert shares.sum() == pytest.approx(1, abs=1e-5)
    (found,) = BertPredictor(trained).explain_words(["the film has a great plot"])
    seen = [word.attention for word in found.words if word.attention is not None]
    assert sum(seen) == pytest.approx(shares[1:-1].sum(), abs=1e-6)


def test_model_is_left_as_it_was(trained) -> None:
    """Neither modes nor the wish for gradients nor the attention nor any weight of the model change."""
    model = trained.model.module
    prediction = next(BertPredictor(trained).explain_words(["a good film"])).prediction
    head = next(iter(model.parameters()))
    head.requires_grad_(False)
    model.train()
    model.get_input_embeddings().eval()
    before = {name: weight.clone() for name, weight in model.state_dict().items()}

    def state() -> Any:
        modes = [module.training for module in model.modules()]
        wishes = [(weight.requires_grad, weight.grad) for weight in model.parameters()]
        return modes, wishes, model.config._attn_implementation

    try:
        expected = state()
        explain(trained, prediction, 0)
        assert state() == expected
        assert expected[2] == "sdpa"
        assert all(torch.equal(weight, before[name]) for name, weight in model.state_dict().items())
    finally:
        head.requires_grad_(True)
        model.eval()


@pytest.mark.parametrize("text", STRANGE)
def test_any_text_has_an_explanation(trained, text) -> None:
    """Any string is explained, and its words lie where it is said that they lie, in order and apart."""
    (found,) = BertPredictor(trained).explain_words([text])
    assert found.prediction.text == text
    assert all(text[word.start : word.end] == word.word != "" for word in found.words)
    assert all(first.end <= second.start for first, second in zip(found.words, found.words[1:], strict=False))
    assert all(np.isfinite(word.weight) for word in found.words)


def test_empty_text_has_nothing_to_explain(trained) -> None:
    """Without words there is no difference, and no error that is a share of it."""
    (found,) = BertPredictor(trained).explain_words([""])
    assert (found.words, found.completeness_error) == ((), None)


@pytest.mark.parametrize(
    ("truncation", "expected"), [("head", range(22)), ("tail", range(18, 40)), ("head+tail", None)]
)
def test_only_words_that_were_seen_are_told(trained, truncation, expected) -> None:
    """Of a text that is too long, the words kept are listed, at their own places, whichever end is cut."""
    encoder = replace(trained.encoder, truncation=truncation)
    text = " ".join(["film", "music", "plot", "good"] * 10)
    (found,) = BertPredictor(replace(trained, encoder=encoder)).explain_words([text])
    starts = [index for index in range(len(text)) if index == 0 or text[index - 1] == " "]
    head = encoder.kept[0]
    seen = [*range(head), *range(18 + head, 40)] if expected is None else list(expected)
    assert [word.start for word in found.words] == [starts[index] for index in seen]
    assert all(text[word.start : word.end] == word.word for word in found.words)
    assert found.truncated


def test_reading_is_what_the_model_reads(trained) -> None:
    """The tokens that are explained are those of the encoder, special ones and cuts included."""
    for text in (*STRANGE, "good " * 50):
        assert align(text, trained.encoder).ids.tolist() == trained.encoder.encode([text])[0].tolist()


def test_exhausted_memory_takes_smaller_steps(trained, monkeypatch) -> None:
    """If the points of a path do not fit at a time, fewer are taken; if one does not, the error says so."""
    model, rows, predictor = trained.model.module, [], BertPredictor(trained)
    list(predictor.explain_words([""]))  # it has its baseline now
    forward = type(model).forward

    def limited(self, *args, inputs_embeds=None, **given):
        if inputs_embeds is not None:
            rows.append(len(inputs_embeds))
            if len(inputs_embeds) > most:
                raise torch.OutOfMemoryError
        return forward(self, *args, inputs_embeds=inputs_embeds, **given)

    monkeypatch.setattr(type(model), "forward", limited)
    most = 1
    (found,) = predictor.explain_words(["a good film"])
    assert found.words
    assert max(rows) > most
    most = 0
    with pytest.raises(OutOfMemoryError, match="max_seq_length"):
        list(predictor.explain_words(["a good film"]))


def test_missing_captum_says_how_to_get_it(trained, monkeypatch) -> None:
    """Without captum there is one sentence that says what to install."""
    monkeypatch.setitem(sys.modules, "captum.attr", None)
    with pytest.raises(WorkError, match=r"pip install 'modelcat\[explain\]'"):
        list(BertPredictor(trained).explain_words(["a good film"]))


def test_more_steps_are_taken_where_few_do_not_do(trained, told, monkeypatch) -> None:
    """The number of points grows until the error is small, and the closest result is kept."""
    prediction = told[1].prediction
    encoded, label = align(prediction.text, trained.encoder), trained.labels.index(prediction.label)
    blank = choose_baseline(trained.model, trained.encoder)
    monkeypatch.setattr(gradients, "_STEPS", (2,))
    coarse = gradients.attribute(trained.model, encoded, log_odds(label), blank, LEAST_LOG_ODDS)
    monkeypatch.setattr(gradients, "_STEPS", (2, 4, 64))
    monkeypatch.setattr(gradients, "_GOOD", 1e-5)
    fine = gradients.attribute(trained.model, encoded, log_odds(label), blank, LEAST_LOG_ODDS)
    assert coarse.error is not None
    assert fine.error is not None
    assert fine.error < min(coarse.error, 0.05)


@pytest.mark.parametrize("family", ["distilbert", "roberta", "electra"])
def test_other_families_are_explained(trained, family) -> None:
    """DistilBERT, RoBERTa and ELECTRA give complete explanations too, by their own attention."""
    from transformers import AutoConfig, AutoModelForSequenceClassification

    size = {"dim": 16, "hidden_dim": 32, "n_layers": 2, "n_heads": 2} if family == "distilbert" else {
        "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 2, "num_attention_heads": 2}  # fmt: skip
    size |= {"embedding_size": 8} if family == "electra" else {}
    vocabulary = trained.model.module.config.vocab_size
    config = AutoConfig.for_model(
        family, vocab_size=vocabulary, max_position_embeddings=40, num_labels=3, pad_token_id=0, **size
    )
    torch.manual_seed(0)
    model = AutoModelForSequenceClassification.from_config(config, attn_implementation="sdpa")
    with torch.no_grad():
        for weight in model.parameters():
            weight.mul_(5)
    other = replace(trained, model=_of(trained, model.eval()), labels=("a", "b", "c"))
    (found,) = BertPredictor(other).explain_words(["the film has a great plot and actors who speak"])
    assert len(found.words) == 10
    assert found.completeness_error is None or found.completeness_error < 0.05
    assert 0 < sum(word.attention or 0 for word in found.words) < 1
    assert len({word.weight for word in found.words}) == 10


def _encoder(pre_tokenizer, vocabulary: list[str], normalizer=None) -> TextEncoder:
    backend = Tokenizer(models.WordPiece({token: i for i, token in enumerate(["[UNK]", *vocabulary])}))
    backend.pre_tokenizer = pre_tokenizer
    if normalizer is not None:
        backend.normalizer = normalizer
    none = np.zeros(0, dtype=np.int32)
    return TextEncoder(backend, none, none, 100, "head", 0)


def _words(text: str, encoder: TextEncoder) -> list[str]:
    return [text[word.start : word.end] for word in find_words(text, align(text, encoder))]


def test_pieces_merge_to_words_of_a_reader() -> None:
    """Pieces of a word and its apostrophe join; punctuation stands alone; case and accents are the text's own."""
    encoder = _encoder(
        pre_tokenizers.BertPreTokenizer(),
        ["un", "##watch", "##able", "couldn", "'", "t", ",", "cafe", "-", "re", "dogs"],
        normalizers.BertNormalizer(),
    )
    text = "UNwatchable, couldn't  re-CAFÉ dogs' unwatchable"
    expected = ["UNwatchable", ",", "couldn't", "re", "-", "CAFÉ", "dogs", "'", "unwatchable"]
    assert _words(text, encoder) == expected


def test_tokenizers_that_know_spaces_alone_get_the_same_words() -> None:
    """Punctuation does not hang on words, and ideographs stand alone, where the tokenizer splits at spaces only."""
    encoder = _encoder(
        pre_tokenizers.WhitespaceSplit(), ["good", "##!", "##,", "don", "##'", "##t", "电", "##影", "##ly"]
    )
    assert _words("good!! goodly, don't 电影", encoder) == ["good", "!!", "goodly", ",", "don't", "电", "影"]


def test_byte_pieces_of_one_character_stay_together() -> None:
    """Tokenizers of bytes cut an emoji into pieces; it is one word, and spaces before words are no part of them."""
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    backend = Tokenizer(models.BPE({token: i for i, token in enumerate(sorted(alphabet))}, []))
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    none = np.zeros(0, dtype=np.int32)
    encoder = TextEncoder(backend, none, none, 100, "head", 0)
    assert _words("so  good 😀 it's\n\nfine", encoder) == ["so", "good", "😀", "it's", "fine"]
    for length in range(1, 7):
        text, cut = "ab😀😀cd", replace(encoder, max_length=length, truncation="head+tail")
        found = find_words(text, align(text, cut))
        assert all(one.end <= two.start for one, two in itertools.pairwise(found))


def test_joined_surrogates_do_not_shift_places() -> None:
    """A pair of surrogates that counts as one character leaves the words behind it where they are."""
    encoder = _encoder(pre_tokenizers.WhitespaceSplit(), ["good", "film"])
    text = "\ud83d\ude00 good \ud800 \udc00 film"
    found = [(word.start, text[word.start : word.end]) for word in find_words(text, align(text, encoder))]
    assert found == [(0, "\ud83d\ude00"), (3, "good"), (8, "\ud800"), (10, "\udc00"), (12, "film")]
