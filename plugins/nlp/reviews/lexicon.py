"""Words that judge: the aspects of a film, and how each is praised and blamed.

A pair is indexed by polarity: 0 blames, 1 praises. A verb in square brackets takes the form of its subject and of the
review's tense: ``[is]`` becomes is, are, was or were. Most words serve several aspects and the film as a whole, because
a model that starts from nothing has to meet a word often before it knows on which side it stands.
"""

from dataclasses import dataclass

__all__ = [
    "ADVERBS",
    "ADVICE",
    "ASPECTS",
    "EVENTS",
    "FILM_ADJECTIVES",
    "FILM_NOUNS",
    "PREDICATES",
    "QUALITIES",
    "REVERSALS",
    "VERBS",
    "Aspect",
    "Pair",
    "Subject",
]

Pair = tuple[tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Subject:
    """A noun that follows "the", and its number."""

    noun: str
    plural: bool = False


@dataclass(frozen=True, slots=True)
class Aspect:
    """One side of a film.

    Attributes:
        name: What it is called here.
        subjects: The nouns that reviews call it by.
        predicates: What is said of it in particular.
        lasts: Whether it is there through the whole film, so that "in the second half" can be said of it.
    """

    name: str
    subjects: tuple[Subject, ...]
    predicates: Pair
    lasts: bool = True


# present singular, present plural, past singular, past plural
VERBS = {
    "falls": ("falls", "fall", "fell", "fell"),
    "holds": ("holds", "hold", "held", "held"),
    "is": ("is", "are", "was", "were"),
    "isn't": ("isn't", "aren't", "wasn't", "weren't"),
    "keeps": ("keeps", "keep", "kept", "kept"),
    "looks": ("looks", "look", "looked", "looked"),
    "makes": ("makes", "make", "made", "made"),
    "ruins": ("ruins", "ruin", "ruined", "ruined"),
    "saves": ("saves", "save", "saved", "saved"),
    "sinks": ("sinks", "sink", "sank", "sank"),
    "sounds": ("sounds", "sound", "sounded", "sounded"),
    "spoils": ("spoils", "spoil", "spoiled", "spoiled"),
    "wins": ("wins", "win", "won", "won"),
}

ASPECTS = (
    Aspect(
        "acting",
        (Subject("acting"), Subject("cast"), Subject("performances", plural=True)),
        (("[is] wooden", "[is] lifeless"), ("[is] warm and natural", "[is] moving")),
    ),
    Aspect(
        "lead",
        (Subject("leading man"), Subject("leading lady"), Subject("two leads", plural=True)),
        (("[is] wooden", "[looks] bored"), ("[is] charming", "[holds] every scene")),
    ),
    Aspect(
        "plot",
        (Subject("plot"), Subject("story")),
        (("[is] predictable", "[makes] no sense"), ("[is] gripping", "[keeps] you guessing")),
    ),
    Aspect(
        "script",
        (Subject("script"), Subject("screenplay")),
        (("[is] lazy", "[is] silly"), ("[is] clever", "[is] thoughtful")),
    ),
    Aspect(
        "photography",
        (Subject("photography"), Subject("camera work"), Subject("lighting")),
        (("[is] drab", "[looks] cheap"), ("[is] graceful", "[looks] gorgeous")),
    ),
    Aspect(
        "music",
        (Subject("music"), Subject("score"), Subject("songs", plural=True)),
        (("[is] tiresome", "[is] forgettable"), ("[is] haunting", "[is] memorable")),
    ),
    Aspect(
        "pace",
        (Subject("pace"), Subject("editing")),
        (("[is] tiresome", "[is] clumsy"), ("[is] exciting", "[is] just right")),
    ),
    Aspect(
        "dialogue",
        (Subject("dialogue"), Subject("conversations", plural=True)),
        (("[is] clumsy", "[sounds] false"), ("[is] witty", "[sounds] true")),
    ),
    Aspect(
        "direction",
        (Subject("direction"), Subject("staging")),
        (("[is] clumsy", "[is] lazy"), ("[is] inventive", "[is] graceful")),
    ),
    Aspect(
        "ending",
        (Subject("ending"), Subject("final act"), Subject("last scene")),
        (("[is] predictable", "[falls] flat"), ("[is] moving", "[is] exciting")),
        lasts=False,
    ),
    Aspect(
        "opening",
        (Subject("opening"), Subject("first act"), Subject("first scene")),
        (("[is] tedious", "[falls] flat"), ("[is] gripping", "[is] inventive")),
        lasts=False,
    ),
    Aspect(
        "humour",
        (Subject("humour"), Subject("jokes", plural=True)),
        (("[is] silly", "[falls] flat"), ("[is] witty", "[is] clever")),
    ),
    Aspect(
        "characters",
        (Subject("characters", plural=True), Subject("villain"), Subject("supporting roles", plural=True)),
        (("[is] lifeless", "[is] forgettable"), ("[is] charming", "[is] memorable")),
    ),
    Aspect(
        "design",
        (Subject("costumes", plural=True), Subject("sets", plural=True), Subject("special effects", plural=True)),
        (("[is] drab", "[looks] cheap"), ("[is] inventive", "[looks] gorgeous")),
    ),
)

# Fit every aspect, after a verb or before the noun.
QUALITIES: Pair = (
    ("awful", "dreadful", "terrible", "poor", "weak", "feeble", "hopeless", "disappointing", "second-rate"),
    (
        "superb",
        "wonderful",
        "excellent",
        "splendid",
        "terrific",
        "outstanding",
        "brilliant",
        "impressive",
        "first-rate",
    ),
)

# Fit every aspect, only after a verb.
PREDICATES: Pair = (
    ("[is] a letdown", "[is] a disaster", "[is] hard to take"),
    ("[is] a delight", "[is] a treat", "[is] a triumph"),
)

# Said of the aspect that tips the balance.
REVERSALS: Pair = (
    ("[ruins] the whole film", "[spoils] everything", "[sinks] it"),
    ("[saves] the whole film", "[makes] up for everything", "[wins] you over"),
)

FILM_ADJECTIVES: Pair = (
    (
        "dull",
        "tedious",
        "silly",
        "clumsy",
        "predictable",
        "lazy",
        "tiresome",
        "lifeless",
        "forgettable",
        "awful",
        "dreadful",
        "terrible",
    ),
    (
        "gripping",
        "moving",
        "clever",
        "charming",
        "inventive",
        "exciting",
        "witty",
        "thoughtful",
        "memorable",
        "superb",
        "wonderful",
        "splendid",
    ),
)

FILM_NOUNS: Pair = (
    ("a mess", "a failure", "a bore", "a disaster", "a waste of time"),
    ("a gem", "a triumph", "a treat", "a masterpiece", "a delight"),
)

# What the evening was like; always in the past, because it is over.
EVENTS: Pair = (
    (
        "I couldn't keep my eyes open",
        "I couldn't wait for the credits",
        "I didn't stay to the end",
        "I didn't even finish my popcorn before I left",
        "the people beside me didn't stop yawning",
    ),
    (
        "I couldn't look away",
        "I couldn't wait to see it again",
        "I didn't want it to end",
        "I didn't even touch my popcorn",
        "the people beside me didn't stop clapping",
    ),
)

ADVICE: Pair = (
    ("Give it a miss", "Save your money", "Stay at home", "Avoid it", "One to skip"),
    ("Go and see it", "Worth every penny", "Take your friends", "Seek it out", "One to keep"),
)

ADVERBS = ("simply", "truly", "really", "frankly", "quite")
