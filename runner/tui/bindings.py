"""The one table of keys: dispatch, footer, help overlay, command palette and the keymap of the settings read it."""

from collections.abc import Mapping
from dataclasses import dataclass

from textual.binding import Binding, BindingType

from runner.presentation.labels import msgid

__all__ = ["ACTIONS", "EVERY_SCREEN", "Action", "actions_of", "key_label", "key_shown", "keys_of", "textual_bindings"]

EVERY_SCREEN = ""
"""`Action.screen` of the actions that work on all screens."""

SCREEN_NAMES = ("studies", "catalog", "submit", "predict", "study", "trial")


@dataclass(frozen=True, slots=True)
class Action:
    """An action and its keys.

    Attributes:
        id: Unique id, such as ``"studies.open"``, which a keymap in the settings refers to.
        keys: Textual's names of the keys, separated by commas; the first is shown.
        label: Label in the footer, one or two words.
        help: Sentence in the help overlay and the command palette.
        footer: Whether the footer shows it.
        changes: Whether the action writes anything; read-only mode disables such actions.
        priority: Whether the action works while the user types text.
        call: The action that Textual calls, if that is not the id's second part.
    """

    id: str
    keys: str
    label: str
    help: str
    footer: bool = False
    changes: bool = False
    priority: bool = False
    call: str = ""

    @property
    def screen(self) -> str:
        """Name of the screen on which the action works."""
        screen = self.id.partition(".")[0]
        return EVERY_SCREEN if screen == "app" else screen

    @property
    def method(self) -> str:
        """Textual's name of the action: its method is ``action_`` with this name, on its screen or on the app."""
        return self.call or self.id.partition(".")[2]


ACTIONS: tuple[Action, ...] = (
    Action("app.studies", "1", msgid("Studies"), msgid("Go to the studies."), call="go_to('studies')"),
    Action("app.catalog", "2", msgid("Catalog"), msgid("Go to the catalog of models."), call="go_to('catalog')"),
    Action("app.submit", "3", msgid("Submit"), msgid("Write a spec and submit it."), call="go_to('submit')"),
    Action("app.predict", "4", msgid("Predict"), msgid("Ask a study's model about an input."), call="go_to('predict')"),
    Action("app.out", "escape", msgid("back"), msgid("Go out: to the place that this one lies in.")),
    Action(
        "app.commands",
        "ctrl+k,f2",
        msgid("commands"),
        msgid("Search all commands, and jump to a study."),
        footer=True,
        priority=True,
    ),
    Action("app.toggle_dark", "ctrl+d,f3", msgid("light/dark"), msgid("Change between light and dark."), priority=True),
    Action("app.next_language", "ctrl+l,f4", msgid("language"), msgid("Change the language."), priority=True),
    Action("app.jump", "ctrl+o,f6", msgid("jump"), msgid("Jump to a part of the screen by a letter."), priority=True),
    Action("app.export_screen", "f9", msgid("picture"), msgid("Save the screen as a picture (SVG)."), priority=True),
    Action("app.about", "f10", msgid("about"), msgid("Versions, files and settings."), priority=True),
    Action("app.help", "question_mark,f1", msgid("help"), msgid("Show what every key does here."), footer=True),
    Action("app.quit", "q,ctrl+q", msgid("quit"), msgid("Leave; studies that run go on.")),
    Action("studies.open", "enter,o", msgid("open"), msgid("Open the study."), footer=True),
    Action("studies.new", "n", msgid("new"), msgid("Start a new study from the catalog."), footer=True, changes=True),
    Action("studies.stop", "s", msgid("stop"), msgid("Ask the study to stop; it can be resumed."), True, changes=True),
    Action("studies.resume", "r", msgid("resume"), msgid("Put a study that ended back into the queue."), True, True),
    Action("studies.delete", "d", msgid("delete"), msgid("Delete the study and its files."), True, changes=True),
    Action("studies.search", "slash", msgid("search"), msgid("Show only studies that hold these words."), footer=True),
    Action("studies.sort", "t", msgid("sort"), msgid("Sort by the next column.")),
    Action("studies.turn", "T", msgid("turn"), msgid("Turn the order round.")),
    Action("studies.describe", "i", msgid("title"), msgid("Write title and notes of the study."), changes=True),
    Action("studies.export", "e", msgid("export"), msgid("Save the table as CSV or JSON.")),
    Action("studies.copy", "y", msgid("copy"), msgid("Copy the table to the clipboard.")),
    Action("catalog.open", "enter,o", msgid("use"), msgid("Start a spec from this model or example."), True, True),
    Action("catalog.search", "slash", msgid("search"), msgid("Show only models that hold these words."), footer=True),
    Action("submit.submit", "ctrl+s,f5", msgid("submit"), msgid("Put the study into the queue."), True, True, True),
    Action("submit.plan", "ctrl+p,f7", msgid("plan"), msgid("Measure what the study will cost."), True, priority=True),
    Action("submit.open_file", "ctrl+f,f8", msgid("file"), msgid("Open a spec from a file."), True, priority=True),
    Action("submit.template", "ctrl+t,f11", msgid("template"), msgid("Start from a template."), True, priority=True),
    Action("submit.save", "ctrl+e", msgid("save"), msgid("Save the spec into a file."), priority=True),
    Action(
        "submit.complete",
        "ctrl+n,ctrl+@",
        msgid("fill in"),
        msgid("Complete the field's name or value."),
        footer=True,
        priority=True,
    ),
    Action(
        "submit.next_problem",
        "ctrl+g,f12",
        msgid("next problem"),
        msgid("Go to the next problem."),
        footer=True,
        priority=True,
    ),
    Action("predict.ask", "ctrl+s,f5", msgid("ask"), msgid("Ask for the answer."), footer=True, priority=True),
    Action(
        "predict.explain",
        "ctrl+e,f7",
        msgid("explain"),
        msgid("Ask why the answer is what it is."),
        True,
        priority=True,
    ),
    Action("predict.choose", "ctrl+t,f8", msgid("study"), msgid("Choose another study's model."), True, priority=True),
    Action("predict.recall", "enter", msgid("take up"), msgid("Take the chosen input up again."), footer=True),
    Action("predict.clear", "ctrl+n,f11", msgid("clear"), msgid("Empty the form."), priority=True),
    Action("study.open", "enter,o", msgid("open"), msgid("Open the trial."), footer=True),
    Action("study.next_tab", "right_square_bracket", msgid("next tab"), msgid("Show the next tab."), footer=True),
    Action("study.previous_tab", "left_square_bracket", msgid("previous tab"), msgid("Show the previous tab.")),
    Action("study.filter", "f,slash", msgid("filter"), msgid("Show trials such as seconds > 60."), footer=True),
    Action("study.states", "a", msgid("states"), msgid("Show trials of the next state only.")),
    Action("study.stop", "s", msgid("stop"), msgid("Ask the study to stop; it can be resumed."), True, changes=True),
    Action("study.resume", "r", msgid("resume"), msgid("Put the study back into the queue."), True, changes=True),
    Action("study.columns", "v", msgid("columns"), msgid("Choose the columns.")),
    Action("study.mark", "x,space", msgid("mark"), msgid("Mark the trial for comparing."), footer=True),
    Action("study.compare", "c", msgid("compare"), msgid("Compare the two marked trials."), footer=True),
    Action("study.sort", "t", msgid("sort"), msgid("Sort by the next column."), footer=True),
    Action("study.turn", "T", msgid("turn"), msgid("Turn the order round.")),
    Action("study.chart", "g", msgid("chart"), msgid("Show the next chart.")),
    Action("study.parameter", "p", msgid("parameter"), msgid("Draw the next parameter.")),
    Action("study.switch", "tab", msgid("table/tab"), msgid("Change between the table and what stands next to it.")),
    Action("study.down", "j", msgid("next"), msgid("Go to the next trial of the table.")),
    Action("study.up", "k", msgid("previous"), msgid("Go to the previous trial of the table.")),
    Action("study.only_trial", "l", msgid("one trial"), msgid("Show the log of this trial alone."), True),
    Action("study.describe", "i", msgid("title"), msgid("Write title and notes of the study."), changes=True),
    Action("study.export", "e", msgid("export"), msgid("Save the table as CSV or JSON.")),
    Action("study.copy", "y", msgid("copy"), msgid("Copy the table to the clipboard.")),
    Action("trial.next_tab", "right_square_bracket", msgid("next tab"), msgid("Show the next tab."), footer=True),
    Action("trial.previous_tab", "left_square_bracket", msgid("previous tab"), msgid("Show the previous tab.")),
    Action("trial.next_trial", "n", msgid("next"), msgid("Go to the next trial."), footer=True),
    Action("trial.previous_trial", "p", msgid("previous"), msgid("Go to the previous trial."), footer=True),
    Action("trial.split", "v", msgid("split"), msgid("Show the next judgement: validation or test."), footer=True),
    Action("trial.filter", "f", msgid("filter"), msgid("Show the next kind of examples: wrong, unsure, long."), True),
    Action("trial.search", "slash", msgid("search"), msgid("Show only examples that hold these words."), footer=True),
    Action("trial.sort", "t", msgid("sort"), msgid("Sort by the next column.")),
    Action("trial.turn", "T", msgid("turn"), msgid("Turn the order round.")),
    Action("trial.explain", "w", msgid("why"), msgid("Ask why the example is answered so."), footer=True),
    Action("trial.export", "e", msgid("export"), msgid("Save the table as CSV or JSON.")),
    Action("trial.copy", "y", msgid("copy"), msgid("Copy the table or text to the clipboard.")),
)

_NAMES = {
    "question_mark": "?",
    "slash": "/",
    "left_square_bracket": "[",
    "right_square_bracket": "]",
    "escape": "Esc",
    "enter": "Enter",
    "space": "Space",
    "tab": "Tab",
}


def actions_of(screen: str) -> tuple[Action, ...]:
    """Return the actions of one screen (`EVERY_SCREEN`: the app's), in the order of the table."""
    return tuple(action for action in ACTIONS if action.screen == screen)


def textual_bindings(screen: str) -> list[BindingType]:
    """Return the bindings that Textual dispatches by; their descriptions are English and never shown."""
    return [
        Binding(action.keys, action.method, action.label, show=False, priority=action.priority, id=action.id)
        for action in actions_of(screen)
    ]


def keys_of(action: Action, keymap: Mapping[str, str]) -> tuple[str, ...]:
    """Return the keys of an action, the one to show first."""
    return tuple(key.strip() for key in keymap.get(action.id, action.keys).split(",") if key.strip())


def key_shown(action_id: str, keymap: Mapping[str, str]) -> str:
    """Return the displayed name of an action's key, for strings that mention it."""
    action = next(action for action in ACTIONS if action.id == action_id)
    return key_label(keys_of(action, keymap)[0])


def key_label(key: str) -> str:
    """Return the displayed name of a key: ``^k``, ``F2``, ``?``, ``T``."""
    if key.startswith("ctrl+"):
        return f"^{key_label(key[5:])}"
    if key[:1] == "f" and key[1:].isdigit():
        return key.upper()
    return _NAMES.get(key, key)
