"""The demo data set: film reviews from a seeded grammar, so that a first study needs no download.

How it is made. A review has a meaning, negative or positive, and a manner, the way in which it says so. `sentences`
holds the manners as templates, `lexicon` the words by aspect and polarity, `scenery` words without judgement; `grammar`
fills the templates with the words; `reviews` lays the sentences out, from one line to several paragraphs, and turns a
few labels over. No sentence was taken from anywhere.

The rule. **What the writer stands by has the polarity of the meaning. A judgement of the other polarity only occurs set
aside**: conceded ("although the plot is weak, ..."), negated near or far ("I wouldn't go so far as to say that ..."),
said by someone else ("my sister called it a gem. I can't agree"), expected ("the trailer promised ..."), or meant
ironically ("so gripping that I couldn't keep my eyes open").

What follows from it. About half of the reviews say plainly what they mean; in the others a bag of words sees both
polarities, or only the wrong one. A reader who follows the rule errs only on the turned labels: the noise ceiling is
1 - `NOISE` in expectation on any split, and exactly that on the whole.
"""

from plugins.nlp.reviews.reviews import LABELS, NOISE, Reviews, generate

__all__ = ["LABELS", "NOISE", "NOTES", "Reviews", "generate"]

NOTES = (
    "Generated: film reviews from a seeded grammar written for modelcat; films and roles are invented.",
    "The label is what the writer stands by: half of the reviews say it plainly, the others set its opposite aside.",
    f"Stated label noise: {NOISE:.0%} of the labels of each class are turned over at random.",
    f"Noise ceiling: {1 - NOISE:.0%} accuracy, give or take what chance does to a split.",
)
