"""`InputForm`: the input for a prediction, in the fields that the model's task defines."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.markup import escape
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Select, TextArea

from catalog import registry
from catalog.contract import Task
from catalog.contract.capabilities import InputField, TakesInputs
from catalog.errors import PluginError, WorkError
from runner.presentation.text import safe
from runner.store.records import StudyRecord
from runner.tui.context import AppContext
from runner.tui.screens.predict_text import TextPane
from runner.tui.widgets.text_label import TextLabel

__all__ = ["InputForm", "fields_of", "summary", "task_of"]

_SUMMARY = 300
_MOST_CHARACTERS = 4096


class InputForm(Vertical):
    """Holds one text, or a labelled field for each part of an input.

    At first it has one text, which the user may type before the task is known.

    Args:
        context: The context of the app.
    """

    DEFAULT_CSS = """
    InputForm { height: 1fr; }
    InputForm > VerticalScroll { height: 1fr; padding: 0 1; border: round $border-blurred; scrollbar-size: 1 1; }
    InputForm > VerticalScroll:focus-within { border: round $accent; }
    InputForm .field { height: auto; }
    InputForm .field TextLabel { width: 18; height: 1; padding: 0 1 0 0; color: $secondary; }
    InputForm .field Input, InputForm .field Select { width: 1fr; }
    InputForm .field Input { height: 1; padding: 0; }
    InputForm .field TextPane { width: 1fr; height: 5; }
    """

    @dataclass
    class Changed(Message):
        """The user has changed a field."""

    @dataclass
    class Submitted(Message):
        """The user has pressed Enter in a field of one line."""

    def __init__(self, context: AppContext) -> None:
        super().__init__(id="form")
        self.context = context
        self._fields: tuple[InputField, ...] = ()
        self._parts: dict[str, Widget] = {}
        self._text = TextPane(context)

    def compose(self) -> ComposeResult:
        """Mount the field of one text."""
        yield self._text

    @property
    def is_one_text(self) -> bool:
        """Whether the form has one text."""
        return not self._parts

    @property
    def given(self) -> Any:
        """The input in the form that the task takes; None if the form is empty.

        Raises:
            ValueError: A field for a number holds no number; the message names the field.
        """
        if self.is_one_text:
            return self._text.text if self._text.text.strip() else None
        found = {field.name: _value(field, self._parts[field.name]) for field in self._fields}
        if all(value in (None, "") for value in found.values()):
            return None
        return found if len(found) > 1 else next(iter(found.values()))

    async def ask_for(self, fields: Sequence[InputField]) -> None:
        """Show these fields from now on; one text keeps its content if the new form has one text too."""
        if tuple(fields) == self._fields:
            return
        before, self._fields = self.is_one_text, tuple(fields)
        one_text = len(fields) == 1 and fields[0].kind == "prose"
        if one_text and before:
            return
        await self.remove_children()
        if one_text:
            self._parts, self._text = {}, TextPane(self.context)
            await self.mount(self._text)
        else:
            self._parts = {field.name: self._part(field) for field in fields}
            await self.mount(VerticalScroll(*self._labelled(), can_focus=False))
        self.focus_first()

    def show(self, given: Any) -> None:
        """Fill in an input; None empties the form."""
        if self.is_one_text:
            self._text.show("" if given is None else str(given))
            return
        values = given if isinstance(given, Mapping) else dict.fromkeys(self._parts, given)
        for name, part in self._parts.items():
            value = values.get(name)
            if isinstance(part, TextPane):
                part.show("" if value is None else str(value))
            elif isinstance(part, Input):
                part.value = "" if value is None else str(value)
            elif isinstance(part, Select):
                part.clear()
                if value is not None:
                    part.value = value

    def focus_first(self) -> None:
        """Focus the first field."""
        next(iter(self._parts.values()), self._text).focus()

    def invite(self, text: str) -> None:
        """Show a hint in an empty text."""
        self._text.placeholder = text

    @on(TextArea.Changed)
    @on(Input.Changed)
    @on(Select.Changed)
    def _pass_on(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Changed())

    @on(Input.Submitted)
    def _submit(self, event: Message) -> None:
        event.stop()
        self.post_message(self.Submitted())

    def _labelled(self) -> Iterable[Widget]:
        for name, part in self._parts.items():
            yield Horizontal(TextLabel(partial(safe, name, 16)), part, classes="field")

    def _part(self, field: InputField) -> Widget:
        example = safe(field.example, 80)
        if field.kind == "prose":
            return TextPane(self.context, example)
        if field.kind == "choice":
            choices = [(Content(safe(choice, 80)), choice) for choice in field.choices]
            return Select(choices, prompt=escape(example), compact=True)
        return Input(placeholder=example, max_length=_MOST_CHARACTERS, compact=True)


def _value(field: InputField, part: Widget) -> str | float | None:
    if isinstance(part, TextArea):
        return part.text
    if isinstance(part, Select):
        return None if part.is_blank() else str(part.value)
    text = part.value.strip() if isinstance(part, Input) else ""
    if field.kind != "number":
        return text
    if not text:
        return None
    if field.read is not None:
        with suppress(ValueError):
            return field.read(text)
    try:
        return float(text.replace(",", ".") if text.count(",") == 1 and "." not in text else text)
    except ValueError as error:
        raise ValueError(f"{field.name}: {text!r}") from error


def summary(given: Any) -> str:
    """Return an input on one line, safe to show."""
    if isinstance(given, Mapping):
        return safe(", ".join(f"{name} {value}" for name, value in given.items() if value not in (None, "")), _SUMMARY)
    return safe(given, _SUMMARY)


def task_of(record: StudyRecord) -> Task:
    """Return the task of a study; takes time the first time: call it in a thread.

    Raises:
        ModelcatError: The task is not installed here.
    """
    return registry.load_task(record.key)


def fields_of(record: StudyRecord) -> tuple[InputField, ...]:
    """Return the form of a study's task.

    Raises:
        ModelcatError: The task is not installed here, takes no inputs from users, or fails to describe them.
    """
    task = task_of(record)
    if not isinstance(task, TakesInputs):
        raise WorkError(f"the task {task.key} takes no inputs from people")
    try:
        fields = tuple(task.input_fields(record.data))
    except Exception as error:  # a third-party task may raise anything
        raise PluginError(f"{task.key} does not tell what it takes: {type(error).__name__}: {error}") from error
    if not fields:
        raise PluginError(f"{task.key} names no field of its input")
    return fields
