"""What the model goes by, shown on words and texts; and the texts that two models disagree about."""

import string
from collections.abc import Sequence

from catalog.results import ExampleExplanation, WordWeight
from runner.presentation.labels import msgid
from runner.presentation.text import safe
from runner.report.blocks import Block, Cell, Example, Examples, Facts, Figures, Missing, Prose, Section, Span
from runner.report.figures import words as words_figure
from runner.report.results import Flips, Results
from runner.report.sections.absence import absent
from runner.report.telling import Teller

__all__ = ["examples", "flips", "important_words"]

_SITUATIONS = {
    "praise": msgid("Praise"),
    "blame": msgid("Blame"),
    "mixed": msgid("Mixed"),
    "surest right": msgid("Surest where right"),
    "surest wrong": msgid("Surest where wrong"),
    "least sure": msgid("Least sure"),
}
_LONGEST, _KEY_WORDS, _MOST_FLIPS = 1200, 5, 12
_KEY_SHARE = 0.25
"""A key word weighs at least this share of the heaviest."""


def _unexplained(results: Results, teller: Teller) -> Missing:
    why = teller.t("Nobody explained the model: the study is not closed, or its model cannot be explained.")
    return absent("interpretation", why, results, teller)


def important_words(results: Results, teller: Teller) -> Section:
    """Draw the most important words of each class."""
    t = teller.t
    figure = words_figure.draw(results, teller)
    found = results.interpretation
    blocks: list[Block] = [Figures((figure,)) if figure else _unexplained(results, teller)]
    if found is not None and found.completeness_error is not None:
        of = teller.told("interpretation.completeness_error", found.completeness_error, "percent")
        blocks.append(Facts(((t("Completeness error of the weights (median)"), of),)))
    return Section("words", t("Most important words"), tuple(blocks))


def examples(results: Results, teller: Teller) -> Section:
    """Show texts with their words shaded by weight."""
    t, found = teller.t, results.interpretation
    title = t("Examples")
    if found is None or not found.examples:
        return Section("examples", title, (_unexplained(results, teller),))
    legend = t("Words in blue, solid underline, speak for the label; words in orange, dashed underline, against it.")
    shown = tuple(_example(index, example, teller) for index, example in enumerate(found.examples))
    return Section("examples", title, (Prose(legend, "muted"), Examples(shown, shaded=True)))


def _example(index: int, example: ExampleExplanation, teller: Teller) -> Example:
    t, why = teller.t, example.explanation
    answer, place = why.prediction, f"examples.{index}"
    confidence = teller.told(f"{place}.confidence", answer.confidence, "percent")
    facts: list[tuple[str, tuple[Cell, ...]]] = [(t("Label"), (safe(answer.label, 80), confidence))]
    if example.truth is not None:
        facts.append((t("Truth"), (safe(example.truth, 80),)))
    if key := _key_words(why.words):
        facts.append((t("Key words"), (" · ".join(key),)))
    return Example(
        title=t(_SITUATIONS.get(example.situation, safe(example.situation, 80))),
        spans=_spans(answer.text, why.words, place, teller),
        facts=tuple(facts),
        outcome="" if example.truth is None else "right" if example.truth == answer.label else "wrong",
        note=t("The model saw a part of the text only.") if why.truncated else "",
    )


def _key_words(words: Sequence[WordWeight]) -> list[str]:
    """Return the few words that speak most for the label, without the signs around them."""
    least = _KEY_SHARE * max((word.weight for word in words), default=0.0)
    ranked = sorted((word for word in words if word.weight > max(least, 0.0)), key=lambda word: -word.weight)
    bare = (word.word.strip(string.punctuation) for word in ranked)
    return list(dict.fromkeys(safe(word, 40) for word in bare if word))[:_KEY_WORDS]


def _spans(text: str, words: Sequence[WordWeight], place: str, teller: Teller) -> tuple[Span, ...]:
    """Cut a text at its words; offsets that do not fit it are passed over."""
    most = max((abs(word.weight) for word in words), default=0.0) or 1.0
    spans: list[Span] = []
    at = 0
    for index, word in enumerate(words):
        if not at <= word.start < word.end <= len(text) or word.end > _LONGEST:
            continue
        if word.start > at:
            spans.append(Span(safe(text[at : word.start])))
        told = teller.told(f"{place}.words.{index}", word.weight, "number")
        spans.append(Span(safe(text[word.start : word.end]), word.weight / most, told))
        at = word.end
    rest = text[at:_LONGEST]
    if rest:
        spans.append(Span(safe(rest) + ("…" if len(text) > _LONGEST else "")))
    return tuple(spans)


def flips(results: Results, teller: Teller) -> Section:
    """Show the examples that changed between two models."""
    t = teller.t
    blocks: list[Block] = []
    for second in ("given", "baseline"):
        found = results.flips.get(second)
        if found is not None:
            blocks += _flips(second, found, teller)
        elif second == "given" and not results.tuned:
            blocks.append(
                Missing(t("The given configuration won: there is nothing to hold it against but the baseline."))
            )
        else:
            why = t("Nobody compared winner and {second} text by text.", second=teller.subject_within(second))
            blocks.append(absent(f"flips/{second}", why, results, teller))
    return Section("flips", t("What changed"), tuple(blocks))


def _flips(second: str, found: Flips, teller: Teller) -> list[Block]:
    t, place = teller.t, f"flips.{second}"
    heading = t(
        "{first} against {second}", first=teller.subject(found.first), second=teller.subject_within(found.second)
    )
    blocks: list[Block] = [Prose(heading, "heading")]
    if versus := found.comparison:
        items: list[tuple[str, Cell]] = []
        if versus.only_first is not None and versus.only_second is not None:
            items += [
                (t("Right by the first alone"), teller.told(f"{place}.only_first", versus.only_first, "count")),
                (t("Right by the second alone"), teller.told(f"{place}.only_second", versus.only_second, "count")),
            ]
        if versus.p_value is not None:
            items.append((t("McNemar's exact test, p"), teller.told(f"{place}.p_value", versus.p_value, "number")))
        items.append((t("Texts"), teller.told(f"{place}.rows", versus.rows, "count")))
        blocks.append(Facts(tuple(items)))
    if not found.flips:
        blocks.append(Missing(t("The two gave the same label to every text.")))
        return blocks
    shown = tuple(
        Example(
            title=t("Row {row:count}", row=flip.row),
            spans=(Span(safe(flip.text, _LONGEST)),),
            facts=(
                (t("Truth"), (safe(flip.truth, 80),)),
                (
                    teller.subject(found.first),
                    (safe(flip.first, 80), teller.told(f"{place}.{i}.first", flip.first_confidence, "percent")),
                ),
                (
                    teller.subject(found.second),
                    (safe(flip.second, 80), teller.told(f"{place}.{i}.second", flip.second_confidence, "percent")),
                ),
            ),
            outcome="right" if flip.first == flip.truth else "wrong" if flip.second == flip.truth else "",
        )
        for i, flip in enumerate(found.flips[:_MOST_FLIPS])
    )
    if len(found.flips) > _MOST_FLIPS:
        note = t("The first {shown:count} of {all:count} stored examples.", shown=_MOST_FLIPS, all=len(found.flips))
        blocks.append(Prose(note, "muted"))
    blocks.append(Examples(shown, shaded=False))
    return blocks
