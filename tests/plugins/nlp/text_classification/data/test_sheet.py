"""What a data set's sheet says of it: words, language, duplicates."""

import pytest

from plugins.nlp.text_classification.data import load
from plugins.nlp.text_classification.dataset import DemoDataset, FilesDataset
from plugins.nlp.texts.language import guess_language
from plugins.nlp.texts.records import text_facts
from plugins.nlp.texts.words import count_words, mean_words

TEXTS = {
    "en": "This was the best film that I have seen, but it is not for them.",
    "de": "Das war der beste Film, den ich gesehen habe, und die Musik ist auch gut.",
    "fr": "Les acteurs sont dans une forme que je ne connais pas et le film est beau.",
    "es": "La película es muy buena y los actores están bien, pero el final no.",
    "it": "Il film è molto bello ma non mi ha convinto del tutto, anche per gli attori.",
    "pt": "O filme é muito bom mas não gostei do final, e os atores são uma pena.",
    "nl": "De film is heel goed en ik heb hem ook niet gezien in het theater.",
    "sv": "Filmen är mycket bra och jag tycker att det är en av de bästa.",
    "pl": "Film jest bardzo dobry i nie ma w nim nudy, ale to nie to.",
    "tr": "Film çok iyi ama bir daha izlemem ve sonu için bu kadar.",
    "ru": "Фильм очень хороший, но я не понял концовку, мы были удивлены.",
    "zh": "这部电影很好看,演员也很好。",
    "ja": "この映画はとても面白かったです。",
    "ko": "이 영화는 정말 재미있어요.",
    "ar": "الفيلم رائع جدا والممثلون ممتازون",
    "el": "Η ταινία ήταν πολύ καλή",  # noqa: RUF001 -- Greek
    "he": "הסרט היה טוב מאוד",
    "th": "หนังเรื่องนี้ดีมาก",
}


@pytest.mark.parametrize("language", TEXTS)
def test_languages_are_told_apart(language):
    """A sentence of each known language is recognised, and not outvoted by a few others."""
    assert guess_language([TEXTS[language]]) == language
    assert guess_language([TEXTS[language]] * 3 + ["ok lol", "!!!", TEXTS["en"]]) == language


@pytest.mark.parametrize(
    "texts",
    [
        ["ok lol", "42", "!!!"],
        [],
        ["Фільм дуже гарний і цікавий"],  # noqa: RUF001 -- Ukrainian
        ["فیلم خیلی خوب بود گ"],
        [TEXTS["de"], TEXTS["fr"]],
        ["\ud800", "\0" * 50],
    ],
)
def test_unclear_languages_are_not_guessed(texts):
    """Texts without words, in languages that are not supported, and in two languages at once have no language."""
    assert guess_language(texts) is None


def test_a_long_data_set_is_sampled_evenly():
    """The sample reaches from the first to the last text: a few hundred in another language first do not decide."""
    assert guess_language([TEXTS["de"]] * 500 + [TEXTS["en"]] * 2000) == "en"


@pytest.mark.parametrize(
    ("text", "words"), [("one two", 2), (" one\t two \n\n three ", 3), ("", 0), ("電影 很好", 2), ("\ud800 x", 2)]
)
def test_words_stand_between_whitespace(text, words):
    """Words are counted between whitespace, alone and as a mean."""
    assert count_words([text]).tolist() == [words]
    assert mean_words([[text], [text] * 150]) == words


def test_summary_tells_words_language_and_duplicates(tmp_path):
    """Loading reports the mean over all splits, the language of train, and rows that are also in train."""
    rows = {
        "train": ["the film is good", "the film is BAD", "and it was the best of them", "it was not"],
        "validation": ["The film is bad ", "new to you"],
        "test": ["it was not", "the film is good", "this is the one that was new"],
    }
    for split, texts in rows.items():
        lines = [f"{text},{i % 2}" for i, text in enumerate(texts)]
        (tmp_path / f"{split}.csv").write_text("text,label\n" + "\n".join(lines) + "\n")
    dataset = FilesDataset(source="files", **{split: str(tmp_path / f"{split}.csv") for split in rows})
    summary = load(dataset, tmp_path).summary
    every = [text for texts in rows.values() for text in texts]
    assert text_facts(summary).mean_words == pytest.approx(sum(len(text.split()) for text in every) / len(every))
    assert text_facts(summary).language == "en"
    assert text_facts(summary).duplicates == {"validation": 1, "test": 2}
    assert "1 of 2 validation rows also stand in train." in summary.notes


def test_generated_reviews_are_english_without_duplicates(tmp_path):
    """The demo data say what they are."""
    summary = load(DemoDataset(source="demo", size=400), tmp_path).summary
    assert text_facts(summary).language == "en"
    assert text_facts(summary).duplicates == {"validation": 0, "test": 0}
    assert 30 < text_facts(summary).mean_words < 60
