"""The lines below the editor: whether the spec is valid, and the field at the cursor."""

from collections.abc import Iterable

from textual.content import Content

from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.figures.fitting import flat
from runner.tui.screens.submit.spec_check import SpecCheck, SpecFault
from runner.tui.screens.submit.spec_schema import Meaning

__all__ = ["dotted", "fault_line", "meaning_line", "verdict_line"]


def dotted(parts: Iterable[str], context: AppContext) -> str:
    """Return parts as one line, a dot between them."""
    return f" {flat('·', context.glyphs)} ".join(parts)


def fault_line(fault: SpecFault, context: AppContext) -> Content:
    """Return a problem: its line, its path, and what is wrong."""
    palette = context.palette
    return Content.assemble(
        (f"{context.glyphs.severities['problem']} ", f"bold {palette.bad}"),
        (f"{fault.line + 1} ", palette.muted),
        (f"{safe(fault.path, 80)}: " if fault.path else "", f"bold {palette.text}"),
        (safe(fault.message, 500), palette.text),
    )


def verdict_line(judgement: SpecCheck | None, faults: int, context: AppContext, *, checking: bool = False) -> Content:
    """Return whether the spec is valid: its study's name, trials and model, or how many problems there are.

    Args:
        judgement: None while the text is checked for the first time.
        faults: Number of problems, those of the data included.
        context: The context of the app.
        checking: Whether the data, or the study's name, are still being checked.
    """
    palette, t = context.palette, context.t
    if judgement is None:
        return Content.styled(t("Checking the spec"), palette.muted)
    if faults:
        text = t("1 problem") if faults == 1 else t("{count:count} problems", count=faults)
        return Content.styled(f"{context.glyphs.severities['problem']} {text}", f"bold {palette.bad}")
    if judgement.request is None:
        return Content.styled(t("A spec tells which model to train on which data, and how to tune it."), palette.muted)
    if checking:
        return Content.styled(f"{context.glyphs.states['running']} {t('Checking the data')}", palette.running)
    request = judgement.request
    trials = request.spec.study.trials
    many = t("1 trial") if trials == 1 else t("{count:count} trials", count=trials)
    return Content.assemble(
        (f"{context.glyphs.states['finished']} ", f"bold {palette.good}"),
        (safe(judgement.name, 100), f"bold {palette.text}"),
        (dotted(("", many, safe(request.model.key, 100)), context), palette.muted),
    )


def meaning_line(meaning: Meaning | None, context: AppContext) -> Content:
    """Return the field at the cursor: name, what is allowed, default, description with unit and range."""
    if meaning is None:
        return Content("")
    palette, t = context.palette, context.t
    facts = [safe(meaning.allowed, 160)] if meaning.allowed else []
    if meaning.default not in {"", "null"}:
        facts.append(t("default {value}", value=safe(meaning.default, 60)))
    return Content.assemble(
        (safe(meaning.name, 60), f"bold {palette.accent}"),
        (f" {dotted(facts, context)}" if facts else "", palette.muted),
        (dotted(("", safe(meaning.description, 500)), context) if meaning.description else "", palette.text),
    )
