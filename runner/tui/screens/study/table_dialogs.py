"""The dialogs of the table of trials: a filter, and the columns to show."""

from collections.abc import Callable

from runner.presentation.text import safe
from runner.tui.base_screen import BaseScreen
from runner.tui.dialogs.choice import ChoiceDialog, ChoiceItem
from runner.tui.dialogs.prompt import PromptDialog
from runner.tui.screens.study.study_data import StudyData
from runner.tui.screens.study.trial_columns import TableView, column_names, filter_names, first_column_keys, heading
from runner.tui.trial_filter import judge_filter

__all__ = ["ask_columns", "ask_filter"]

_MOST_NAMES = 14


def ask_filter(screen: BaseScreen, book: StudyData, before: str, take: Callable[[str], None]) -> None:
    """Ask for a filter; an empty one shows all trials. Errors are shown while the user types."""
    context, names = screen.context, filter_names(book)

    def check(text: str) -> str:
        wrong = judge_filter(text, names)
        return "" if wrong is None else context.say(wrong)

    def hint() -> str:
        listed = [safe(name, 30) for name in names[:_MOST_NAMES]]
        return context.t("Known are {names}", names=", ".join(listed))

    sign, best = ">=" if book.record.direction == "maximize" else "<=", book.record.best
    example = f"{safe(book.record.metric, 40)} {sign} {0.5 if best is None else best.value:.3g} and seconds < 60"
    dialog = PromptDialog(
        context, lambda: context.t("Show trials such as {example}", example=example), before, hint, check
    )
    screen.app.push_screen(dialog, lambda text: take(text.strip()) if text is not None else None)


def ask_columns(screen: BaseScreen, book: StudyData, view: TableView, take: Callable[[tuple[str, ...]], None]) -> None:
    """Ask which columns to show; the number stays."""
    context, now = screen.context, view.columns or first_column_keys(book)
    choices = [
        ChoiceItem(key, heading(book, key, name, context), key in now)
        for key, name in column_names(book).items()
        if key != "number"
    ]
    dialog = ChoiceDialog(context, lambda: context.t("Columns"), choices, several=True)
    screen.app.push_screen(dialog, lambda keys: take(("number", *keys)) if keys is not None else None)
