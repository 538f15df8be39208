"""Sentences: how judgements are put, with slots for the words.

The side of a slot says what it means for the label. ``yes`` has the label's polarity and is what the writer stands by.
``no`` and ``denied`` have the other polarity and are set aside. Every template serves both labels with the sides
swapped, so that its own words say nothing about the label; only the side that wins does.

    {yes}            a clause about an aspect
    {no}             the same, conceded: the writer thinks so, and it changes nothing
    {denied}         the same, not the writer's opinion: negated, said by someone else, or expected
    {yes_np}         "the", a quality and an aspect; {no_np} too, and so on
    {yes_film}       what the film is: an article, an adjective and the genre, or a noun
    {yes_adj}        an adjective for the film, perhaps with an adverb; {yes_word} without
    {yes_quality}    an adjective for the {subject} near it, an aspect of which the writer holds the label's polarity
    {yes_turn}       a clause about the aspect that tips the balance
    {yes_event}      what the evening was like
    {yes_advice}     a last word to the reader
    {film} {title} {a_genre}           the film that is reviewed
    {person} {they} {them} {were}      someone else, and the verb that goes with them
    {role} {premise} {place} {time}    scenery
    [verb]           agrees with the last subject and takes the review's tense
"""

from dataclasses import dataclass

__all__ = ["AFTERWORDS", "FACTS", "MANNERS", "OPENINGS", "PLAIN", "SETTINGS", "STORY", "Manner"]


@dataclass(frozen=True, slots=True)
class Manner:
    """A way of judging; one review keeps to one, at least for a while.

    Attributes:
        name: What decides which side wins.
        weight: Share of the reviews that are written in it, in percent.
        texts: One or more sentences each.
    """

    name: str
    weight: int
    texts: tuple[str, ...]


PLAIN = Manner(
    "plain",  # nothing is set aside
    48,
    (
        "{yes}.",
        "{yes}, and {yes}.",
        "{yes}. {yes}, and {yes}.",
        "{film} [is] {yes_film}.",
        "{film} [is] {yes_adj} and {yes_word}, and {yes}.",
        "As {a_genre} it [is] {yes_adj}, and {yes}.",
        "I think that {yes}.",
        "I have to say that {yes}.",
        "You can tell early on that {yes}.",
        "We all thought it {yes_adj}.",
        "What stays with me is {yes_np}.",
        "If I had to pick one thing, it would be {yes_np}.",
        "First of all, {yes}. On top of that, {yes}.",
        "{person} called it {yes_film}, and {they} {were} right.",
        "{person} told me that {yes}. I can only agree.",
        "{person} and I both found it {yes_adj}.",
        "{yes_film}, all in all. {yes_advice}.",
    ),
)

MANNERS = (
    PLAIN,
    Manner(
        "contrast",  # "but" and its kin: the second side wins
        8,
        (
            "{no}, but {yes}.",
            "{no}, but {yes_turn}.",
            "{no}, yet {yes}.",
            "{no}. However, {yes}.",
            "{no}, and {no}. But {yes_turn}.",
            "{no}, I admit, but {yes}.",
            "I grant you that {no}, but {yes}.",
            "{film} may be {no_adj} in places, but {yes}.",
            "It starts out as {no_film}, but it ends as {yes_film}.",
            "I expected {no_film}, but what I got was {yes_film}.",
            "What sounded like {no_film} turned out to be {yes_film}.",
            "The first film was {no_adj}, but this one [is] {yes_adj}.",
        ),
    ),
    Manner(
        "concession",  # "although" and its kin: the other side wins, wherever it stands
        8,
        (
            "Although {no}, {yes}.",
            "Although {no}, {yes_turn}.",
            "While {no}, {yes_turn}.",
            "While {no}, {yes}.",
            "Even though {no}, {yes}.",
            "Despite {no_np}, {yes}.",
            "In spite of {no_np}, {yes}.",
            "{yes}, although {no}.",
            "{yes_turn}, despite {no_np}.",
        ),
    ),
    Manner(
        "negation",  # near or far: what is denied is not so
        15,
        (
            "I can't say that {denied}.",
            "I wouldn't go so far as to say that {denied}.",
            "I don't think that {denied}.",
            "It isn't true that {denied}.",
            "Don't let anyone tell you that {denied}.",
            "I didn't believe for a moment that {denied}.",
            "I haven't met anyone who thinks that {denied}.",
            "You won't hear from me that {denied}, or that {denied}.",
            "I wouldn't call it {denied_film}.",
            "I didn't find it {denied_word}.",
            "{subject} [isn't] nearly as {denied_quality} as you may have heard.",
            "I couldn't find anything {denied_quality} in {subject}.",
            "Nobody I know would claim that {denied}.",
            "{film} [is] anything but {denied_word}.",
        ),
    ),
    Manner(
        "other people",  # whose opinion it is, and whether the writer shares it
        10,
        (
            "{person} called it {denied_film}. I can't agree.",
            "{person} told me that {denied}. I don't think so.",
            "{person} said that {denied}, and that {denied}. I can't agree.",
            "{person} found it {denied_adj}. I didn't.",
            "{person} swore that {denied}, but that isn't true.",
            "{person} kept telling me that {denied}. I couldn't see it.",
            "If you ask {person}, {denied}. Don't ask {them}.",
            "The poster calls it {denied_film}. Don't believe it.",
        ),
    ),
    Manner(
        "expectation",  # what it is, not what it was thought to be
        7,
        (
            "I was told to expect {denied_film}. It isn't.",
            "I had read that {denied}. That wasn't my impression.",
            "I went in expecting {denied_film}. I didn't get it.",
            "I expected to find it {denied_adj}. I didn't.",
            "From the trailer you would think that {denied}. Don't be fooled.",
            "The trailer promised {denied_film}. That isn't what I saw.",
        ),
    ),
    Manner(
        "irony",  # what happened shows what was meant
        4,
        (
            "So {denied_word} that {yes_event}.",
            "How {denied_word}! {yes_event}.",
            "{denied_film}, they say? {yes_event}.",
            "If this is {denied_film}, why is it that {yes_event}?",
        ),
    ),
)

OPENINGS = (
    "I saw {title} on a rainy Sunday.",
    "I saw {title} last night.",
    "We watched {title} at home on Friday.",
    "I caught {title} at a small cinema near the station.",
    "{title} came out in the spring, and I only saw it now.",
    "My film club chose {title} this month.",
    "{title} is {a_genre} about {role} who {premise}.",
    "In {title}, {role} {premise}.",
)

# Name the film after the judgement.
AFTERWORDS = (
    "I am talking about {title}.",
    "That was {title}, which I saw last night.",
    "That is all I have to say about {title}.",
    "{title} is on at the small cinema near the station.",
)

SETTINGS = (
    "It is set in {place}.",
    "It is set in {place} during {time}.",
    "Most of it takes place in {place}.",
)

STORY = (
    "The story begins when {role} {premise}.",
    "Before long {role} {premise}.",
    "Then {role} comes along who {premise}.",
    "Later we meet {role} who {premise}.",
)

FACTS = (
    "It runs for just under two hours.",
    "It runs for almost three hours.",
    "It is based on a novel that I have yet to read.",
    "There are subtitles.",
    "It was filmed in black and white.",
    "I knew nothing about it beforehand.",
    "I usually watch {a_genre} at the weekend.",
    "The cinema was half full.",
    "There is a second part on the way.",
    "I went on my own.",
)
