"""`SubmitScreen`: an editor to the left, problems to the right, the expected cost below."""

import asyncio
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Container, Vertical
from textual.content import Content
from textual.events import Key, Resize
from textual.widgets import OptionList

from catalog.contract import DataSummary
from catalog.errors import ModelcatError, StudyConflictError
from catalog.spec import Request
from runner.presentation.text import safe
from runner.study.inspection import inspect_data
from runner.tui.background import run_in_background
from runner.tui.base_screen import BaseScreen
from runner.tui.bindings import key_shown, textual_bindings
from runner.tui.context import AppContext
from runner.tui.navigation import OpenStudy
from runner.tui.screens.submit.completer import Completer
from runner.tui.screens.submit.draft import Draft, forget_draft, keep_draft, kept_draft
from runner.tui.screens.submit.editor import Editor
from runner.tui.screens.submit.plan_lines import data_lines, plan_lines, plan_parts
from runner.tui.screens.submit.planner import Planner
from runner.tui.screens.submit.queueing import put_into_queue
from runner.tui.screens.submit.side_panel import SidePanel
from runner.tui.screens.submit.spec_check import SpecCheck, SpecFault, check_spec
from runner.tui.screens.submit.spec_files import choose_template, open_file, save_file
from runner.tui.screens.submit.spec_schema import SpecSchema
from runner.tui.screens.submit.status_lines import dotted, meaning_line, verdict_line
from runner.tui.screens.submit.suggestion_list import SuggestionList
from runner.tui.study_source import in_thread
from runner.tui.widgets.text_label import TextLabel

if TYPE_CHECKING:
    from runner.store.store import Store

__all__ = ["SubmitScreen"]

_JUDGE_AFTER, _KEEP_AFTER = 0.25, 1.0
"""Seconds after the last key until a text is checked and stored as a draft."""
_NARROW = 100
"""Columns below which the panes are stacked."""


class SubmitScreen(BaseScreen):
    """The screen on which a spec is written and submitted."""

    SCREEN_NAME = "submit"
    BINDINGS = textual_bindings("submit")
    DEFAULT_CSS = """
    SubmitScreen { layers: below above; }
    SubmitScreen #panes { height: 1fr; layout: horizontal; }
    SubmitScreen Editor { width: 3fr; height: 1fr; padding: 0; border: round $border-blurred; scrollbar-size: 1 1; }
    SubmitScreen Editor:focus { border: round $accent; }
    SubmitScreen SidePanel { width: 2fr; height: 1fr; }
    SubmitScreen.-narrow #panes { layout: vertical; }
    SubmitScreen.-narrow Editor { width: 1fr; height: 1fr; }
    SubmitScreen.-narrow SidePanel { width: 1fr; height: 7; }
    SubmitScreen.-signs-ascii Editor, SubmitScreen.-signs-ascii SidePanel OptionList,
    SubmitScreen.-signs-ascii SidePanel VerticalScroll { scrollbar-size: 0 0; }
    SubmitScreen #below { height: auto; padding: 0 1; background: $surface; }
    SubmitScreen #meaning { height: 2; color: $secondary; }
    SubmitScreen #verdict { height: 1; }
    SubmitScreen #measured { height: auto; min-height: 1; max-height: 2; }
    """

    def __init__(self, context: AppContext) -> None:
        super().__init__(context)
        self.base: Path | None = None
        self._wanted: Draft | None = None
        self._judgement: SpecCheck | None = None
        self._data: tuple[object, DataSummary | ModelcatError | None] | None = None
        self._inspecting: object = None
        self._news = asyncio.Event()
        self._conflict: tuple[object, StudyConflictError | None] | None = None
        self._refused: tuple[SpecFault, ...] = ()
        self._submitting = False
        self.editor = Editor(context, self._catch)
        self.side = SidePanel(context)
        self.offers = SuggestionList(context)
        self.planner = Planner(self._show)
        self._completer = Completer(self.editor, self.offers, self._facts)
        self._status_labels = (
            TextLabel(lambda: meaning_line(self._completer.meaning(), self.context), id="meaning"),
            TextLabel(self._verdict, id="verdict"),
            TextLabel(self._measured, id="measured"),
        )

    @property
    def breadcrumbs(self) -> tuple[str, ...]:
        """The path to this screen, with the folder that paths in the spec are relative to."""
        here = (self.context.t("Submit"),)
        return here if self.base is None else (*here, str(self.base))

    @property
    def study(self) -> str:
        """The study's name if the spec is valid; otherwise empty."""
        return self._judgement.name if self._judgement else ""

    def body(self) -> ComposeResult:
        """Yield the panes."""
        yield Container(self.editor, self.side, id="panes")
        yield Vertical(*self._status_labels, id="below")
        yield self.offers

    def on_mount(self) -> None:
        """Restore the draft, or show the spec that was requested meanwhile."""
        self.editor.focus()
        self.refresh_text()
        self._look_over()
        if self._wanted is None:
            self._start(self._bring_back, "back")
        else:
            self._load(self._wanted)

    def on_unmount(self) -> None:
        """Cancel a plan that is being made."""
        self.planner.cancel()

    def on_resize(self, event: Resize) -> None:
        """Arrange the panes side by side if there is room."""
        self.set_class(event.size.width < _NARROW, "-narrow")

    def refresh_text(self) -> None:
        """Update after a change of the language."""
        self.set_class(self.context.glyphs.ascii, "-signs-ascii")
        self.editor.placeholder = self.context.t(
            "{template} template   {file} file   {complete} what can be written here",
            template=self._key("template"),
            file=self._key("open_file"),
            complete=self._key("complete"),
        )
        self._show()

    def can(self, action: str) -> bool | None:
        """Return whether an action is possible: submitting only if nothing is wrong."""
        if action == "submit":
            return self._request is not None and not self._submitting
        if action == "plan":
            return self._request is not None and not self.planner.step
        return bool(self.faults) if action == "next_problem" else True

    # The text

    def edit(self, text: str, base: Path | None = None) -> None:
        """Put a spec into the editor; undo restores the former text.

        Args:
            text: The text, valid or not.
            base: The folder that relative paths in the text start from; None: the current folder.
        """
        self._wanted = Draft(text, base)
        if self.editor.is_mounted:
            self._load(self._wanted)

    def _load(self, draft: Draft) -> None:
        self.base = draft.base
        self.editor.show(draft.text)
        self.editor.focus()
        self._changed()

    async def _bring_back(self) -> None:
        draft = await in_thread(lambda: kept_draft(self._cache()))
        if draft is not None and self._wanted is None and not self.editor.text:
            self.edit(draft.text, draft.base)
            self.show_message(self.context.t("The draft of last time is back."))

    @on(Editor.Changed)
    def _changed(self) -> None:
        self._refused = ()
        self.planner.forget()
        self._completer.follow()
        self._look_over()
        self._start(self._keep, "draft")
        self._show()

    @on(Editor.Refused)
    def _show_refused(self, event: Editor.Refused) -> None:
        text = self.context.t(
            "Not inserted: {size:count} characters would make the spec longer than 1 MiB.", size=event.size
        )
        self._refused = (SpecFault("", text, *self.editor.cursor_location),)
        self._show()

    @on(Editor.SelectionChanged)
    def _moved(self) -> None:
        self._status_labels[0].refresh_text()

    async def _keep(self) -> None:
        if self.context.read_only:
            return
        await asyncio.sleep(_KEEP_AFTER)
        draft = Draft(self.editor.text, self.base)
        try:
            if draft.text.strip():
                await in_thread(lambda: keep_draft(self._cache(), draft))
            else:
                await in_thread(lambda: forget_draft(self._cache()))
        except OSError as error:
            reason = safe(error.strerror, 100)
            self.show_message(self.context.t("The draft cannot be kept: {reason}", reason=reason), error=True)

    # Checking

    def _look_over(self) -> None:
        self._start(self._judge_soon, "judge")

    async def _judge_soon(self) -> None:
        await asyncio.sleep(_JUDGE_AFTER)
        await self._judge()

    async def _judge(self) -> SpecCheck:
        text, base = self.editor.text, self.base or Path.cwd()
        judgement = self._judgement
        if judgement is None or (judgement.text, judgement.base) != (text, base):
            judgement = await in_thread(lambda: check_spec(text, base))
            self._judgement = judgement
        request = judgement.request
        if request is not None:
            self._check(request)
        self._show()
        return judgement

    def _is_unchecked(self, request: Request) -> bool:
        """Return whether data or name of a valid spec still have to be checked."""
        about = ((self._data, _what_data_checks_need(request)), (self._conflict, request.as_json()))
        return any(known is None or known[0] != of for known, of in about)

    def _check(self, request: Request) -> None:
        """Start the checks beyond the text: whether the name is free, and whether the data can be used."""
        if self._conflict is None or self._conflict[0] != request.as_json():
            self._conflict = None
            self._start(partial(self._look_up, request), "name")
        wanted = _what_data_checks_need(request)
        if (self._data is None or self._data[0] != wanted) and self._inspecting != wanted:
            self._data, self._inspecting = None, wanted
            self._start(partial(self._inspect, request), "data")

    async def _look_up(self, request: Request) -> None:
        """Find out whether the queue accepts the study: its name may be that of another study."""

        def check(store: "Store") -> None:
            from runner.study.queue import check_submittable

            check_submittable(store, request)

        conflict: StudyConflictError | None = None
        try:
            await self.context.source.read(check, None)
        except StudyConflictError as error:
            conflict = error
        except ModelcatError:  # of a database that cannot be read now; submitting reports it
            pass
        self._conflict = (request.as_json(), conflict)
        self._show()

    async def _inspect(self, request: Request) -> None:
        cache, about = self._cache(), _what_data_checks_need(request)
        found: DataSummary | ModelcatError | None
        try:
            found = await in_thread(lambda: inspect_data(request, cache))
        except ModelcatError as error:
            found = error
        finally:
            if self._inspecting == about:
                self._inspecting = None
        self._data = (about, found)
        self._show()

    @property
    def faults(self) -> tuple[SpecFault, ...]:
        """All current problems: of the last action, or of the text or its data."""
        return self._refused or self._wrong

    @property
    def _wrong(self) -> tuple[SpecFault, ...]:
        judgement = self._judgement
        if judgement is None or not judgement.text.strip():
            return ()
        request = judgement.request
        if request is None:
            return judgement.faults
        faults = []
        if self._conflict is not None and self._conflict[0] == request.as_json() and self._conflict[1] is not None:
            faults += self._conflicting(self._conflict[1])
        if self._data is not None and self._data[0] == _what_data_checks_need(request):
            found = self._data[1]
            if isinstance(found, ModelcatError):
                faults.append(self._fault(found.field or "dataset", found.message))
        return tuple(faults)

    def _conflicting(self, error: StudyConflictError) -> list[SpecFault]:
        """Return why the queue refuses the study: more trials may help; otherwise its name is taken."""
        field = "study.trials" if error.field == "study.trials" else "study.name"
        return [self._fault(field, line.strip()) for line in error.message.splitlines() if line.strip()]

    def _verdict(self) -> Content:
        request = self._request
        checking = request is not None and self._is_unchecked(request)
        return verdict_line(self._judgement, len(self.faults), self.context, checking=checking)

    @property
    def _request(self) -> Request | None:
        """The spec to submit; None if anything is wrong with it, or if the editor is empty."""
        return self._judgement.request if self._judgement is not None and not self._wrong else None

    def _fault(self, path: str, message: str) -> SpecFault:
        entry = self._judgement.located.find(path) if self._judgement else None
        at = self._judgement.located.position(entry.start) if self._judgement and entry else (0, 0)
        return SpecFault(path, message, *at)

    # Showing

    def _show(self) -> None:
        self._news.set()
        if not self.is_mounted:
            return
        faults = self.faults
        self.side.show(faults, self._lines())
        if self._refused or (self._judgement is not None and self._judgement.text == self.editor.text):
            self.editor.mark({fault.line: fault.column for fault in reversed(faults)})
        for label in self._status_labels:
            label.refresh_text()
        self.update_header()

    def _lines(self) -> list[tuple[str, list[str]]]:
        t = self.context.t
        request = self._request
        if request is None:
            start = t(
                "{template} offers templates, {file} opens a file, {complete} tells what can be written at the cursor. "
                "The catalog starts specs too; {commands} leads there.",
                template=self._key("template"),
                file=self._key("open_file"),
                complete=self._key("complete"),
                commands=key_shown("app.commands", self.context.preferences.keymap),
            )
            return [("", [start])]
        if self._data is None:
            about = [t("Checking the data")]
        elif isinstance(self._data[1], DataSummary):
            about = data_lines(self._data[1], request.task, self.context)
        else:
            about = [t("They lie on the hub: the plan looks at them, and so does the study.")]
        plan = self.planner.plan
        return [*([(t("Plan"), plan_lines(plan, self.context))] if plan else []), (t("Data"), about)]

    def _measured(self) -> Content:
        t, palette, planner = self.context.t, self.context.palette, self.planner
        if self._submitting:
            return Content.styled(t("Putting the study into the queue"), palette.running)
        if planner.step:
            line = dotted([t(planner.step), t("Esc cancels")], self.context)
            return Content.styled(f"{self.context.glyphs.states['running']} {line}", palette.running)
        if planner.plan is not None:
            return Content(dotted(plan_parts(planner.plan, self.context), self.context))
        if planner.trouble:
            return Content.styled(safe(planner.trouble, 300), palette.bad)
        if self.faults:
            text = t(
                "{key} goes to the next problem, Enter in the list to the chosen one.", key=self._key("next_problem")
            )
            return Content.styled(text, palette.muted)
        text = t("{key} measures what it will cost.", key=self._key("plan")) if self._request else ""
        return Content.styled(text, palette.muted)

    def _key(self, method: str) -> str:
        return key_shown(f"submit.{method}", self.context.preferences.keymap)

    # Problems, completion, plan

    @on(OptionList.OptionSelected, "#problems")
    def _go_to_problem(self, event: OptionList.OptionSelected) -> None:
        self._go_to(self.side.faults[event.option_index])

    def action_next_problem(self) -> None:
        """Move to the next problem below the cursor, from the last to the first."""
        faults = sorted(self.faults, key=lambda fault: (fault.line, fault.column))
        here = self.editor.cursor_location
        below = [fault for fault in faults if (fault.line, fault.column) > here]
        if faults:
            self._go_to((below or faults)[0])

    def _go_to(self, fault: SpecFault) -> None:
        self.editor.focus()
        self.editor.move_cursor((fault.line, fault.column), center=True)

    def _facts(self) -> SpecSchema | None:
        return None if self._judgement is None else self._judgement.facts

    def _catch(self, key: str) -> bool:
        return self._completer.catch(key)

    def action_complete(self) -> None:
        """Show suggestions at the cursor; the only one is inserted at once."""
        self.editor.focus()
        self._start(self._complete, "complete")

    async def _complete(self) -> None:
        if self._judgement is None:
            await self._judge()
        if not self.editor.text.strip():
            self.action_template()
        elif not self._completer.begin():
            self.show_message(self.context.t("There is nothing to complete here."))

    def action_plan(self) -> None:
        """Measure the cost of the study."""
        self._start(self._make_plan, "plan")

    async def _make_plan(self) -> None:
        await self._judge()
        if self._request is not None:
            await self.planner.make(self._request, self.context.source.workspace)

    def on_key(self, event: Key) -> None:
        """Let Escape first cancel a plan that is being made."""
        if event.key == "escape" and self.planner.step:
            event.stop()
            event.prevent_default()
            self.planner.cancel()
            self._show()

    # Submitting, files, templates

    def action_submit(self) -> None:
        """Put the study into the queue, if nothing is wrong with it."""
        self._start(self._submit, "submit", alone=False)

    async def _submit(self) -> None:
        judgement = await self._judge()
        if self._submitting or judgement.request is None:
            return
        while self._judgement is judgement and self._is_unchecked(judgement.request):
            self._news.clear()
            await self._news.wait()
        request = self._request if self._judgement is judgement else None
        if request is None:
            return
        self._submitting = True
        self.planner.cancel()
        self._show()
        try:
            name, trouble = await in_thread(lambda: put_into_queue(request, self.context.source.workspace))
        except ModelcatError as error:
            lines = [line.strip() for line in error.message.splitlines() if line.strip()]
            self._refused = tuple(self._fault(error.field or "", line) for line in lines)
            return
        finally:
            self._submitting = False
            self._show()
        await in_thread(lambda: forget_draft(self._cache()))
        self.context.forget_studies()
        queued = self.context.t("{name} is in the queue.", name=safe(name, 100))
        self.show_message(trouble or queued, error=bool(trouble))
        if self.app.screen is self:  # otherwise the user is on another screen by now, and stays there
            self.post_message(OpenStudy(name))

    def action_open_file(self) -> None:
        """Ask for a file and open it."""
        self._start(partial(open_file, self), "open")

    def action_template(self) -> None:
        """Offer specs to start from."""
        self._start(partial(choose_template, self), "open")

    def action_save(self) -> None:
        """Ask for a path, and save the text."""
        self._start(partial(save_file, self), "open")

    def _start(self, work: Callable[[], Coroutine[Any, Any, None]], group: str, *, alone: bool = True) -> None:
        """Run a background task; `alone` cancels the earlier tasks of its group."""
        run_in_background(self, work, group, alone=alone)

    def _cache(self) -> Path:
        return self.context.source.cache


def _what_data_checks_need(request: Request) -> object:
    """Return what a check of the data depends on: given and tuned fields must fit the data too."""
    return request.model.key, request.dataset, request.config, dict(request.space)
