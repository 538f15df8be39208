"""A model's card as a page of text: description, parameters, variants, examples. All of it is safe to show."""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from textual.content import Content

from runner.presentation.text import safe
from runner.tui.figures.canvas import Canvas
from runner.tui.figures.fitting import fit
from runner.tui.rows.models import Leaf, ModelRow
from runner.tui.rows.plain import drawable

if TYPE_CHECKING:
    from catalog.contract import Variant
    from catalog.schema import Parameter

__all__ = ["leaf_page", "model_page", "typical_of"]

_TYPICAL = re.compile(r"\s*Typical: (.*?)(?:\.(?=\s|$)|$)", re.DOTALL)
"""The pattern of a field's typical range in its description."""
_PARAGRAPHS = 6
_INDENT = 2
_MEGA = 1_000_000
_ROOMY = 76
"""Least cells for longer defaults."""
_NOTES_BESIDE = 112
"""Least cells for notes next to the variants."""
_LEAST = 16
"""Least cells of a row's last column to stand next to the others."""


def leaf_page(leaf: Leaf | None, models: Sequence[ModelRow], canvas: Canvas) -> Content:
    """Return the page next to the tree for the line under its cursor: a card, a spec, or the content of a group."""
    if leaf is None:
        lines: list[Content] = []
    elif leaf.model is None:
        lines = list(_group(leaf, models, canvas))
    elif leaf.example:
        lines = list(_example(leaf.model, leaf.example, canvas))
    else:
        lines = model_page(leaf.model, canvas)
    return drawable(Content("\n").join(lines), canvas.glyphs)


def model_page(model: ModelRow, canvas: Canvas) -> list[Content]:
    """Return a model's card, line by line; the reason if the model cannot be used."""
    t, palette = canvas.t, canvas.palette
    lines = [
        _title(model.entry.key, canvas),
        Content.styled(_safe(f"{model.entry.distribution} {model.entry.version}"), palette.muted),
        Content(""),
    ]
    if model.problem:
        shown = t("This plugin cannot be used: {reason}", reason=_safe(model.problem, 1000))
        sign = canvas.glyphs.severities["problem"]
        return [*lines, *_wrap(f"{sign} {shown}", canvas, style=palette.bad)]
    lines += _wrap(model.summary, canvas, style=f"bold {palette.text}")
    lines += [Content(""), *_wrap(model.description, canvas)]
    if model.parameters:
        lines += [Content(""), _title(t("Parameters"), canvas), *_parameters(model.parameters, canvas)]
    if model.variants:
        lines += [Content(""), _title(t("Variants"), canvas), *_variants(model.variants, canvas)]
    if model.examples:
        lines += [Content(""), _title(t("Examples"), canvas)]
        hint = t("Enter on an example in the tree starts from it; Enter on the model starts from a short spec.")
        lines += [*_wrap(", ".join(model.examples), canvas), *_wrap(hint, canvas, style=palette.muted)]
    return lines


def typical_of(description: str) -> tuple[str, str]:
    """Return the typical range in a description, empty if it has none, and the rest of the description."""
    found = _TYPICAL.search(description)
    if found is None:
        return "", description
    return found[1].strip(), " ".join(f"{description[: found.start()]} {description[found.end() :]}".split())


def _parameters(parameters: "Sequence[Parameter]", canvas: Canvas) -> Iterator[Content]:
    t = canvas.t
    name = max(12, min(26, max(len(parameter.name) for parameter in parameters)))
    widths = (name, 20 if canvas.width >= _ROOMY else 14)
    heads = [t("Field"), t("Default"), t("Typical or allowed")]
    yield from _row(heads, widths, canvas, style=canvas.palette.muted)
    for parameter in parameters:
        usual, rest = typical_of(parameter.description)
        given = canvas.glyphs.dash if parameter.default in {"", "null"} else parameter.default
        yield from _row([parameter.name, given, usual or parameter.allowed], widths, canvas)
        yield from _wrap(rest, canvas, style=canvas.palette.muted, indent=_INDENT)


def _variants(variants: "Sequence[Variant]", canvas: Canvas) -> Iterator[Content]:
    t, language = canvas.t, canvas.language
    name = max(12, min(36, max(len(variant.name) for variant in variants)))
    run_in_background = canvas.width >= _NOTES_BESIDE
    widths = (name, 10, 9, 26) if run_in_background else (name, 10, 9)
    heads = [
        t("Variant"),
        f"{t('Parameters'):>10}",
        f"{t('Size'):>9}",
        t("Speed"),
        *([t("Note")] if run_in_background else []),
    ]
    yield from _row(heads, widths, canvas, style=canvas.palette.muted)
    for variant in variants:
        count = t("{count:number} M", count=variant.parameters / _MEGA)
        size = f"{language.count(variant.megabytes)} MB"
        cells = [variant.name, f"{count:>10}", f"{size:>9}", variant.speed]
        yield from _row([*cells, variant.note] if run_in_background else cells, widths, canvas)
        if not run_in_background:
            yield from _wrap(variant.note, canvas, style=canvas.palette.muted, indent=_INDENT)


def _row(cells: Sequence[str], widths: Sequence[int], canvas: Canvas, *, style: str = "") -> Iterator[Content]:
    """Yield a row whose last cell is wrapped; the cell stands below the others if there is no room next to them."""
    palette, glyphs = canvas.palette, canvas.glyphs
    styles = [style or f"bold {palette.accent}", *[style] * (len(cells) - 1)]
    shown = [Content.styled(_safe(cell), one) for cell, one in zip(cells, styles, strict=True)]
    start = sum(widths) + 2 * len(widths)
    if canvas.width - start < _LEAST:
        line = Content("  ").join(shown[:-1])
        yield line.truncate(canvas.width) if line.cell_length > canvas.width else line
        if not style:
            yield from _wrap(cells[-1], canvas, indent=_INDENT)
        return
    firsts = [fit(cell, width, glyphs) for cell, width in zip(shown, widths, strict=False)]
    last, *more = shown[-1].wrap(canvas.width - start) or [Content("")]
    yield Content("  ").join([*firsts, last.rstrip()])
    for line in more:
        yield Content(" " * start) + line.rstrip()


def _example(model: ModelRow, example: str, canvas: Canvas) -> Iterator[Content]:
    yield _title(f"{model.entry.key}: {example}", canvas)
    yield from _wrap(
        canvas.t("A whole spec that runs. Enter takes it into the editor."), canvas, style=canvas.palette.muted
    )
    yield Content("")
    for line in model.examples[example].splitlines():
        yield Content(_safe(line, 400))


def _group(leaf: Leaf, models: Sequence[ModelRow], canvas: Canvas) -> Iterator[Content]:
    yield _title(leaf.key, canvas)
    for model in models:
        if model.entry.key.startswith(f"{leaf.key}/"):
            yield Content("")
            yield Content.styled(_safe(model.entry.key[len(leaf.key) + 1 :]), f"bold {canvas.palette.accent}")
            text = model.problem or model.summary
            yield from _wrap(text, canvas, style=canvas.palette.bad if model.problem else "", indent=_INDENT)


def _title(text: str, canvas: Canvas) -> Content:
    return Content.styled(_safe(text), f"bold {canvas.palette.accent}")


def _wrap(text: str, canvas: Canvas, *, style: str = "", indent: int = 0) -> list[Content]:
    paragraphs = text.splitlines()[:_PARAGRAPHS]
    said = " ".join(safe(paragraph, 4000) for paragraph in paragraphs)
    if not said.strip():
        return []
    width = max(10, canvas.width - indent)
    lines = [line.rstrip() for line in Content.styled(said, style).wrap(width)]
    return [Content(" " * indent) + line for line in lines]


def _safe(text: object, limit: int = 200) -> str:
    return safe(text, limit)
