"""Source and destination of the editor's text: files, templates, stored studies."""

from pathlib import Path
from typing import TYPE_CHECKING

from catalog import strict_json
from catalog.errors import ModelcatError
from catalog.spec import Spec
from runner.presentation.text import safe
from runner.tui.context import AppContext
from runner.tui.dialogs.choice import ChoiceDialog, ChoiceItem
from runner.tui.dialogs.confirm import ConfirmDialog
from runner.tui.dialogs.prompt import PromptDialog
from runner.tui.dialogs.save_file import SaveDialog
from runner.tui.screens.submit.json_locations import locate
from runner.tui.screens.submit.templates import Template, templates, templates_for
from runner.tui.study_source import in_thread

if TYPE_CHECKING:
    from runner.tui.screens.submit.screen import SubmitScreen

__all__ = ["choose_template", "is_spec", "open_file", "save_file"]

_DATA = frozenset({".csv", ".tsv", ".jsonl", ".parquet", ".arrow", ".feather", ".xlsx"})
_PACKED = frozenset({".gz", ".zip", ".bz2", ".xz", ".zst"})
"""Suffixes of files that hold rows, and of compressed files."""


async def open_file(screen: "SubmitScreen") -> None:
    """Ask for a file and put it into the editor; its paths are then relative to its folder."""
    context = screen.context
    dialog = PromptDialog(
        context,
        lambda: context.t("Open a spec"),
        hint=lambda: context.t("A JSON file, or data for a new spec, from {folder}", folder=safe(Path.cwd(), 200)),
        check=lambda line: _wrong(line, context),
    )
    line = await screen.app.push_screen_wait(dialog)
    if not line:
        return
    path = _path(line)
    if _is_data(path):
        await _offer_specs(screen, path)
        return
    try:
        data = await in_thread(lambda: strict_json.read(path))
        text = data.decode("utf-8-sig")
    except ModelcatError as error:
        screen.show_message(error.message, error=True)
    except UnicodeDecodeError:
        screen.show_message(context.t("{path} is not UTF-8: save it as UTF-8.", path=safe(path, 200)), error=True)
    else:
        if is_spec(text) or not screen.editor.text.strip() or await _may_replace(screen, path):
            screen.edit(text, path.parent)


def is_spec(text: str) -> bool:
    """Return whether a text is a spec, perhaps a faulty one: an object that has one of a spec's fields."""
    names = locate(text).names.get((), ())
    known = {field.alias or name for name, field in Spec.model_fields.items()}
    return any(name in known for name in names)


def _is_data(path: Path) -> bool:
    """Return whether a file holds rows, by its name; of a compressed file the inner suffix decides."""
    endings = [ending.lower() for ending in path.suffixes]
    if endings and endings[-1] in _PACKED:
        endings.pop()
    return bool(endings) and endings[-1] in _DATA


async def _offer_specs(screen: "SubmitScreen", path: Path) -> None:
    """Offer a spec for a data file with each model; the editor's text stays unless the user chooses one."""
    context, name = screen.context, safe(path.name, 80)
    found = await in_thread(lambda: templates_for(path))
    choices = [ChoiceItem(str(index), _label(template, context)) for index, template in enumerate(found)]
    dialog = ChoiceDialog(
        context, lambda: context.t("{file} is data, not a spec. Start a spec for it?", file=name), choices
    )
    chosen = await screen.app.push_screen_wait(dialog)
    if chosen:
        template = found[int(chosen[0])]
        screen.edit(template.text, template.base)


async def _may_replace(screen: "SubmitScreen", path: Path) -> bool:
    """Ask whether to replace the editor's text by a text that is not a spec."""
    context = screen.context
    question: ConfirmDialog = ConfirmDialog(
        context,
        lambda: context.t("Replace what is written?"),
        lambda: context.t(
            "{path} is no spec: it has none of a spec's fields. Opened, it takes the place of the draft in the editor.",
            path=safe(path, 300),
        ),
    )
    answer = await screen.app.push_screen_wait(question)
    return answer is True


async def save_file(screen: "SubmitScreen") -> None:
    """Ask for a path, and write the text to it, whole or not at all."""
    from runner.store.files import write_bytes

    folder = screen.base or Path.cwd()
    path = await screen.app.push_screen_wait(
        SaveDialog(screen.context, folder / f"{screen.study or 'spec'}.json", ["json"])
    )
    if path is None:
        return
    text = screen.editor.text
    content = (text if text.endswith("\n") else f"{text}\n").encode()
    try:
        await in_thread(lambda: write_bytes(path, content))
    except OSError as error:
        text = screen.context.t("{path} cannot be written: {reason}", path=str(path), reason=str(error.strerror))
        screen.show_message(text, error=True)
    else:
        screen.show_message(screen.context.t("Saved {path}", path=str(path)))


async def choose_template(screen: "SubmitScreen") -> None:
    """Offer specs to start from, and put the chosen one into the editor."""
    context = screen.context
    try:
        studies = await screen.context.studies()
    except ModelcatError:  # the notice reports it already; the models' own templates remain
        studies = []
    found = await in_thread(lambda: templates(studies))
    choices = [ChoiceItem(str(index), _label(template, context)) for index, template in enumerate(found)]
    chosen = await screen.app.push_screen_wait(ChoiceDialog(context, lambda: context.t("Start from"), choices))
    if chosen:
        template = found[int(chosen[0])]
        screen.edit(template.text, template.base)


def _label(template: Template, context: AppContext) -> str:
    model = template.key.rpartition("/")[2]
    match template.kind:
        case "minimal":
            return context.t("{model}: only what is needed", model=model)
        case "full":
            return context.t("{model}: every field", model=model)
        case "data":
            return context.t("{model}: a spec for {file}", model=model, file=template.name)
        case "example":
            return context.t("{model}: example {name}", model=model, name=template.name)
        case _:
            return context.t("Study {name}", name=template.name)


def _path(line: str) -> Path:
    return Path(line.strip()).expanduser().absolute()


def _wrong(line: str, context: AppContext) -> str:
    if not line.strip() or "\0" in line:
        return context.t("Name a file.")
    try:
        path = _path(line)
        if path.is_dir():
            return context.t("{path} is a folder: name a file in it.", path=safe(path, 200))
        if not path.is_file():
            return context.t("There is no file {path}.", path=safe(path, 200))
        if not _is_data(path) and path.stat().st_size > strict_json.MAX_BYTES:
            return context.t("{path} is larger than 1 MiB, the most a spec may have.", path=safe(path, 200))
    except (OSError, RuntimeError) as error:  # the latter if ~ names a user without a home folder
        return context.t("{path} cannot be read: {reason}", path=safe(line, 200), reason=safe(error, 100))
    return ""
