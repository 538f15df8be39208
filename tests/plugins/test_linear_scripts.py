"""The linear model on scripts without spaces and on emoji: what counts as a word, and that it learns from it."""

import json
import math
import random
from pathlib import Path

import numpy as np
import pytest

from catalog.errors import DataError, ModelSourceError
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.nlp.text_classification.forecasting.label_noise import suspect_labels
from plugins.nlp.text_classification.keywords import class_words
from plugins.nlp.text_classification.linear.descriptor import model as linear
from plugins.nlp.text_classification.task import task
from plugins.nlp.tfidf.tokens import WORDS, choose_tokens, pattern_of

# words of one class, of the other, and of both; how they are joined
SCRIPTS = {
    "chinese": (["退款", "发票", "付款", "账单", "金额"], ["快递", "包裹", "迟到", "司机", "仓库"],
                ["今天", "问题", "我们", "已经", "没有", "请问"], ""),
    "japanese": (["返金", "しはらい", "おつり", "レシート"], ["おくれる", "はこ", "トラック", "倉庫"],
                 ["きょう", "とても", "私たち", "ありがとう", "です"], ""),
    "thai": (["คืนเงิน", "ใบเสร็จ", "ราคา", "บัญชี"], ["พัสดุ", "ขนส่ง", "ล่าช้า", "กล่อง"],
             ["วันนี้", "ปัญหา", "ของเรา", "ไม่มี", "แล้ว"], ""),
    "khmer": (["សងប្រាក់", "វិក្កយបត្រ", "តម្លៃ"], ["កញ្ចប់", "ដឹកជញ្ជូន", "យឺត"],
              ["ថ្ងៃនេះ", "បញ្ហា", "របស់យើង", "ហើយ"], ""),
    "lao": (["ຄືນເງິນ", "ໃບບິນ", "ລາຄາ"], ["ພັດສະດຸ", "ຂົນສົ່ງ", "ຊັກຊ້າ"], ["ມື້ນີ້", "ບັນຫາ", "ຂອງເຮົາ", "ແລ້ວ"], ""),
    "burmese": (["ငွေပြန်", "ပြေစာ", "ဈေးနှုန်း"], ["ပါဆယ်", "ပို့ဆောင်", "နောက်ကျ"], ["ဒီနေ့", "ပြဿနာ", "ကျွန်တော်", "ပြီးပြီ"], ""),
    "hindi": (["वापसी", "बिल", "भुगतान"], ["पार्सल", "देरी", "गोदाम"], ["आज", "समस्या", "हमारा", "नहीं"], " "),
    "korean": (["환불", "영수증", "결제"], ["택배", "지연", "창고"], ["오늘", "문제가", "우리", "이미"], " "),
    "emoji": (["😍", "👍", "🎉", "❤️"], ["😡", "👎", "💔", "🤮"], ["🚗", "🍕", "👩🏽‍🚀", "🇩🇪"], ""),
    "punctuation": ([":)", ":-)"], [":(", ":-("], ["...", "!!", "??", "-"], " "),
}  # fmt: skip


def texts_of(script: str, rows: int = 300, seed: int = 0) -> list[str]:
    """Return invented texts, of the two classes in turn: two decisive words among common ones."""
    *classes, common, joint = SCRIPTS[script]
    rng, texts = random.Random(seed), []
    for row in range(rows):
        words = rng.choices(common, k=rng.randint(4, 8)) + rng.choices(classes[row % 2], k=2)
        rng.shuffle(words)
        texts.append(joint.join(words))
    return texts


def write(folder: Path, texts: list[str], name: str = "train.jsonl") -> FilesDataset:
    lines = [json.dumps({"text": text, "label": ["a", "b"][row % 2]}) for row, text in enumerate(texts)]
    (folder / name).write_text("\n".join(lines))
    return FilesDataset(source="files", train=str(folder / name), text="text", label="label")


def trained(folder: Path, dataset: FilesDataset, make_context, **config):
    """Train; return the prepared data, the result, the model opened again and its evaluation on test."""
    trainer, fields = linear.trainer(), linear.Config(**config)
    prepared = trainer.prepare(task.load(dataset, folder), fields, folder)
    (folder / "trial").mkdir(exist_ok=True)
    result = trainer.train(fields, prepared, make_context(folder=folder / "trial")[0])
    tested = trainer.evaluate(result.model_dir, prepared, "test", folder=folder, device="cpu", threads=1)
    return prepared, result, trainer.open(result.model_dir, "cpu", 1), tested


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("ngram_max", [1, 2])
def test_scripts_without_words_between_spaces_are_learnt(tmp_path, make_context, script, ngram_max):
    """Nearly all of an unseen split is right, and the stored model repeats the training's predictions to the bit."""
    dataset = write(tmp_path, texts_of(script))
    prepared, result, _, tested = trained(tmp_path, dataset, make_context, ngram_max=ngram_max)
    assert tested.metrics["accuracy"] >= 0.95
    again = linear.trainer().evaluate(
        result.model_dir, prepared, "validation", folder=tmp_path, device="cpu", threads=1
    )
    assert again.predictions.read_bytes() == result.predictions.read_bytes()


@pytest.mark.parametrize(
    ("script", "kind", "words", "unit"),
    [
        ("chinese", "symbols", "script without spaces", "characters"),
        ("thai", "symbols", "script without spaces", "characters"),
        ("hindi", "symbols", "combining marks", "words"),
        ("emoji", "symbols", "emoji", "words"),
        ("korean", "words", "", "words"),
        ("punctuation", "characters", "character n-grams instead of words", "characters"),
    ],
)
def test_what_counts_as_a_word_is_decided_from_the_training_texts(script, kind, words, unit):
    """The kind, its note, and what lengths count follow the texts."""
    tokens = choose_tokens(tuple(texts_of(script)))
    assert tokens.kind == kind
    assert words in tokens.note
    assert bool(tokens.note) is (kind != "words")
    assert tokens.longer == (unit == "characters")


def test_a_note_reaches_whoever_looks_at_data_or_training(tmp_path, make_context):
    """The note is found when a configuration is checked against data, and is kept with the training."""
    dataset = write(tmp_path, texts_of("chinese"))
    prepared, result, *_ = trained(tmp_path, dataset, make_context)
    for notes in (linear.check(linear.Config(), prepared), result.notes):
        assert sum("counts character n-grams" in note for note in notes) == 1


def test_words_and_emoji_of_one_text_both_count(tmp_path, make_context):
    """Classes that differ only in words and classes that differ only in emoji are learnt from the same texts."""
    rng, rows = random.Random(0), []
    for row in range(600):
        words = rng.choices(["the", "film", "was", "here", "we", "saw"], k=6)
        tell = (["dull", "splendid"], ["😡", "😍"])[row // 2 % 2]
        rows.append(" ".join(words) + " " + tell[row % 2])
    *_, tested = trained(tmp_path, write(tmp_path, rows), make_context)
    assert tested.metrics["accuracy"] >= 0.98


def test_plain_texts_have_the_features_of_the_last_release(tmp_path, make_context):
    """English with accents, signs, and a stray emoji keeps its tokens, and a folder without a new field."""
    texts = [f"the café costs £5 — “nice” © 2020, 30 °C → {row % 9}" for row in range(300)] + ["great 😍"]
    assert choose_tokens(tuple(texts)) == WORDS
    assert pattern_of("words") == r"\w+"
    _, result, *_ = trained(tmp_path, write(tmp_path, texts), make_context)
    assert result.notes == ()
    header = json.loads((result.model_dir / "model.json").read_text())
    assert set(header) == {"format", "version", "labels", "config"}


def test_a_spoilt_kind_of_words_is_refused(tmp_path, make_context):
    """A folder whose kind of words is unknown does not open."""
    _, result, *_ = trained(tmp_path, write(tmp_path, texts_of("chinese")), make_context)
    header = json.loads((result.model_dir / "model.json").read_text())
    assert (header["tokens"], header["longer"]) == ("symbols", 1)
    for change in ({"tokens": "syllables"}, {"longer": 9}):
        (result.model_dir / "model.json").write_text(json.dumps(header | change))
        with pytest.raises(ModelSourceError, match="Train it again"):
            linear.trainer().open(result.model_dir, "cpu", 1)


@pytest.mark.parametrize("script", SCRIPTS)
def test_explanations_name_characters_in_their_places(tmp_path, make_context, script):
    """Weights add up to the log-odds, lie where they are said to lie, and the classes' words hold no other class's."""
    texts = texts_of(script)
    _, _, model, _ = trained(tmp_path, write(tmp_path, texts), make_context)
    shown = [*texts[:40], "İ" + texts[0], texts[1] + " \ud800x\0"]
    (nothing,) = model.predict([""])
    for found in model.explain_words(shown):
        text = found.prediction.text
        assert found.words
        assert all(text[word.start : word.end] == word.word for word in found.words)
        assert all(one.end <= two.start for one, two in zip(found.words, found.words[1:], strict=False))
        before, after = (
            math.log(p / (1 - p))
            for p in (nothing["probabilities"][found.prediction.label], found.prediction.confidence)
        )
        assert sum(word.weight for word in found.words) == pytest.approx(after - before, abs=1e-3)
        assert found.completeness_error is None or found.completeness_error < 1e-5


def test_emoji_are_among_the_words_of_a_class(tmp_path, make_context):
    """The list of words that speak for a class shows emoji."""
    texts = texts_of("emoji")
    _, _, model, _ = trained(tmp_path, write(tmp_path, texts), make_context)
    first, second = class_words(list(model.explain_words(texts[:100])), model.labels, 2)
    assert {"😍", "👍", "🎉"} <= {word.word for word in first.words}
    assert {"😡", "👎", "💔"} <= {word.word for word in second.words}


@pytest.mark.parametrize("script", ["chinese", "emoji", "punctuation"])
def test_wrong_labels_are_found_in_texts_without_words(script):
    """The search for wrong labels takes the same tokens: most turned labels are among its suspects."""
    texts = texts_of(script)
    labels = np.arange(len(texts)) % 2
    turned = [10, 57, 120, 201]
    labels[turned] = 1 - labels[turned]
    found = suspect_labels(texts, labels, ["a", "b"], 0)
    assert len({suspect.row for suspect in found.suspects}.intersection(turned)) >= 3


def test_a_forecast_of_texts_without_spaces(tmp_path):
    """A forecast measures such texts in characters, and repeats the note on the data."""
    trainer = linear.trainer()
    prepared = trainer.prepare(task.load(write(tmp_path, texts_of("chinese")), tmp_path), linear.Config(), tmp_path)
    found = trainer.forecast(linear.Config(), prepared, device="cpu", threads=1, seconds=1.0)
    assert found.details["length_unit"] == "characters"
    assert found.details["length_quantiles"]["5"] > 10
    assert any("character n-grams" in note for note in found.summary_notes)


def test_few_rows_lower_min_df_unless_it_was_given(tmp_path, make_context):
    """Ten texts that share nothing: the default gives way and a note says so, a min_df that was given is an error."""
    texts = ["春", "夏", "秋", "冬", "東", "西", "南", "北", "上", "下", "😍", "😡"]
    _, result, *_ = trained(tmp_path, write(tmp_path, texts), make_context)
    assert any("min_df was lowered to 1" in note for note in result.notes)
    with pytest.raises(DataError, match="min_df is 2, and no word occurs in so many") as caught:
        trained(tmp_path, write(tmp_path, texts), make_context, min_df=2)
    assert caught.value.field == "model_config.min_df"


def test_texts_that_share_no_words_are_compared_by_characters(tmp_path, make_context):
    """Sequences of letters whose composition decides the class are learnt, although no word occurs twice."""
    rng = random.Random(0)
    texts = ["".join(rng.choices("acgt", weights=[[1, 3, 3, 1], [3, 1, 1, 3]][row % 2], k=80)) for row in range(300)]
    *_, tested = trained(tmp_path, write(tmp_path, texts), make_context)
    assert tested.metrics["accuracy"] >= 0.95
