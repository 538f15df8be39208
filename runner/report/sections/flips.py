"""The examples that two models disagree about."""

from runner.presentation.text import safe
from runner.report.blocks import Block, Cell, Example, Examples, Facts, Missing, Prose, Section, Span
from runner.report.results import Flips, Results
from runner.report.sections.absence import absent
from runner.report.telling import Teller

__all__ = ["flips"]

_LONGEST, _MOST_FLIPS = 1200, 12


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
