"""The generated reviews: repeatable, balanced, grammatical, and labelled by a rule that can be checked."""

import hashlib
import re
import statistics

import pytest

from plugins.nlp import reviews as demo
from plugins.nlp.reviews import lexicon, scenery, sentences
from plugins.nlp.reviews.grammar import Writer
from plugins.nlp.reviews.reviews import NOISE, write
from plugins.nlp.reviews.seeded_random import SeededRandom

VOWELS = "aeiou"
TEMPLATES = [text for manner in sentences.MANNERS for text in manner.texts]
NEUTRAL = [
    *sentences.OPENINGS,
    *sentences.AFTERWORDS,
    *sentences.SETTINGS,
    *sentences.STORY,
    *sentences.FACTS,
]


@pytest.fixture(scope="module")
def reviews():
    return write(4000, seed=0)


def words(text):
    return re.findall(r"[a-z]+", text.lower())


def test_same_size_and_seed_give_the_same_reviews():
    """Generating twice gives equal texts and labels, another seed gives others."""
    first, again, other = demo.generate(300, 7), demo.generate(300, 7), demo.generate(300, 8)
    assert first == again
    assert first.texts != other.texts


def test_reviews_are_the_same_on_every_machine():
    """The content has a known digest: a changed grammar changes every number measured on it, and must be deliberate."""
    made = demo.generate(500, 0)
    content = "\0".join(f"{label}{text}" for text, label in zip(made.texts, made.labels, strict=True))
    assert hashlib.sha256(content.encode()).hexdigest()[:16] == "25bb89c60ff4c80e"


def test_chance_draws_from_the_one_generator_that_python_promises():
    """Draws follow random() alone, so they are those of Mersenne Twister for the seed."""
    chance = SeededRandom(0)
    assert [chance.between(1, 6) for _ in range(8)] == [6, 5, 3, 2, 4, 3, 5, 2]
    assert sorted(SeededRandom(1).shuffled(range(50))) == list(range(50))
    assert {SeededRandom(2).pick_weighted("ab", [0, 1]) for _ in range(50)} == {"b"}


@pytest.mark.parametrize("size", [50, 51, 1000])
def test_classes_are_balanced(size):
    """Negative and positive differ by at most one review before noise and by two after it."""
    made = write(size, seed=3)
    assert len(made) == size
    assert abs(size - 2 * sum(review.meaning for review in made)) <= 1
    assert abs(size - 2 * sum(review.label for review in made)) <= 3


def test_stated_noise_is_the_measured_noise(reviews):
    """Exactly the stated share of labels differs from the meaning, in both classes alike, and the notes say so."""
    turned = [review.meaning for review in reviews if review.label != review.meaning]
    assert len(turned) == NOISE * len(reviews) == 120
    assert sum(turned) == 60
    assert any("3% of the labels" in note for note in demo.NOTES)
    assert any("97% accuracy" in note for note in demo.NOTES)


def test_what_the_writer_stands_by_is_the_meaning(reviews):
    """Every judgement, kept or set aside, speaks for the review's meaning: the noise ceiling can be reached."""
    assert all(review.judgements for review in reviews)
    assert all(judgement.implies == review.meaning for review in reviews for judgement in review.judgements)


def test_words_alone_mislead(reviews):
    """A fair share of the judgements praise in negative reviews or blame in positive ones."""
    sides = [judgement.kept for review in reviews for judgement in review.judgements]
    assert 0.25 < sides.count(False) / len(sides) < 0.5
    wrong_side_only = [review for review in reviews if not any(judgement.kept for judgement in review.judgements)]
    assert 0.2 < len(wrong_side_only) / len(reviews) < 0.35


def test_templates_say_nothing_about_the_label():
    """Each template serves both meanings, and its own words, outside the slots, neither praise nor blame."""
    judging = {
        word
        for pairs in (lexicon.QUALITIES, lexicon.FILM_ADJECTIVES)
        for side in pairs
        for phrase in side
        for word in words(phrase)
    }
    for text in TEMPLATES:
        assert re.search(r"\{(yes|denied)", text), text
        assert not (judging - {"first", "rate", "second"}) & set(words(re.sub(r"\{\w+\}", " ", text))), text


def test_shares_of_manners_are_percent():
    """The stated shares of the manners add up, and about half of the reviews are plain."""
    assert sum(manner.weight for manner in sentences.MANNERS) == 100
    assert 45 <= sentences.PLAIN.weight <= 55


@pytest.mark.parametrize("text", TEMPLATES)
def test_every_template_can_be_filled_for_both_meanings(text):
    """No template names a slot or verb that does not exist."""
    for label in (0, 1):
        filled = Writer(SeededRandom(11), label).write((text,))
        assert not re.search(r"[{}\[\]]", filled)


@pytest.mark.parametrize("text", NEUTRAL)
def test_neutral_sentences_judge_nothing(text):
    """What is said about the film and its story passes no judgement."""
    writer = Writer(SeededRandom(5), 1)
    assert not re.search(r"[{}\[\]]", writer.write((text,)))
    assert writer.judgements == []


def test_nothing_is_praised_and_blamed_in_one_review():
    """A writer keeps an opinion of an aspect once stated, as far as the longest review."""
    for seed in range(200):
        writer = Writer(SeededRandom(seed), seed % 2)
        held = {}
        for _ in range(12):
            writer.judge()
            for aspect, polarity in writer._held.items():
                assert held.setdefault(aspect, polarity) == polarity


def test_reviews_are_typeset_properly(reviews):
    """No double spaces, no open slots; every sentence starts upper-case and ends in a full stop, ? or !"""
    for review in reviews:
        assert not re.search(r"  |[{}\[\]]| [.,!?]|\.\.|\n\n\n|(^|\n) | (\n|$)", review.text), review.text
        for paragraph in review.text.split("\n\n"):
            assert re.fullmatch(r"(?:[A-Z][^.!?]*[.!?])(?: [A-Z][^.!?]*[.!?])*", paragraph), paragraph


def test_articles_fit_the_next_word(reviews):
    """It is an before a vowel, a before anything else."""
    for review in reviews:
        for article, following in re.findall(r"\b([Aa]n?) (\w+)", review.text):
            assert (article.lower() == "an") == (following[0].lower() in VOWELS), f"{article} {following}"


def test_verbs_agree_with_their_subjects(reviews):
    """Plural nouns never take is or was, singular nouns never take are or were."""
    subjects = [subject for aspect in lexicon.ASPECTS for subject in aspect.subjects]
    plural = "|".join(subject.noun for subject in subjects if subject.plural)
    single = "|".join(subject.noun for subject in subjects if not subject.plural)
    wrong = re.compile(
        rf"\b(?:the (?:{plural}) (?:is|was|isn't|wasn't)|the (?:{single}|film) (?:are|were|aren't|weren't)|it are)\b",
        re.IGNORECASE,
    )
    assert [found[0] for review in reviews if (found := wrong.search(review.text))] == []


def test_lengths_have_a_long_tail(reviews):
    """Half of the reviews are short, some are a single sentence, a few run over 150 words in several paragraphs."""
    lengths = sorted(len(review.text.split()) for review in reviews)
    assert 33 <= statistics.median(lengths) <= 45
    assert lengths[0] <= 8
    assert lengths[int(0.98 * len(lengths))] > 140
    assert lengths[-1] > 200
    assert sum("\n\n" in review.text for review in reviews) > 100


def test_every_text_is_unique(reviews):
    """No review occurs twice, so none can sit in train and test at once."""
    assert len({review.text for review in reviews}) == len(reviews)


def test_vocabulary_is_small(reviews):
    """A model that starts from nothing meets every word often: the whole language has at most 600 words."""
    assert 400 < len({word for review in reviews for word in words(review.text)}) <= 600


def test_no_word_is_said_of_both_sides():
    """No praise is also blame."""
    for name in ("QUALITIES", "PREDICATES", "FILM_ADJECTIVES", "FILM_NOUNS", "REVERSALS", "EVENTS", "ADVICE"):
        blame, praise = getattr(lexicon, name)
        assert not set(blame) & set(praise), name
        assert len(blame) == len(praise), name
    assert len(set(scenery.TITLES)) == len(scenery.TITLES)
