"""Actions on a study from any screen: stop, resume, delete, describe. Each reports its result."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from catalog.errors import ModelcatError
from runner.presentation.text import safe
from runner.store.records import StudyRecord
from runner.tui.background import run_in_background
from runner.tui.base_screen import BaseScreen
from runner.tui.context import AppContext
from runner.tui.study_source import in_thread

if TYPE_CHECKING:
    from runner.store.store import Store

__all__ = ["can_resume", "can_stop", "delete", "describe", "resume", "stop"]

Kind = TypeVar("Kind")


def can_stop(record: StudyRecord, context: AppContext) -> bool:
    """Return whether the study can be stopped and no stop has been requested yet."""
    return record.stop_requested is None and record.effective_state(context.clock()) in {"running", "queued"}


def can_resume(record: StudyRecord, context: AppContext) -> bool:
    """Return whether the study ended before it was done, or waits without a worker."""
    state = record.effective_state(context.clock())
    if record.is_fruitless:  # it would fail again
        return False
    return state in {"stopped", "failed"} or (state == "queued" and (record.queued is None or not context.attended))


def stop(screen: BaseScreen, record: StudyRecord) -> None:
    """Ask a study to stop, a running one only after confirmation: it may have run for hours."""
    from runner.tui.dialogs.confirm import ConfirmDialog

    t, name = screen.context.t, _name(record)

    def get_message(state: str) -> str:
        if state == "running":
            return t("Asked {study} to stop: it ends within seconds and keeps what it has done.", study=name)
        return t("Stopped {study}; it can be resumed.", study=name)

    def answered(yes: bool | None) -> None:
        if yes:
            _request(screen, lambda store: store.request_stop(record.study), get_message)

    if record.effective_state(screen.context.clock()) != "running":
        answered(yes=True)
        return
    question = ConfirmDialog(
        screen.context,
        lambda: t("Stop the study {name}?", name=name),
        lambda: t("It ends within seconds, keeps what it has done, and can be resumed."),
    )
    screen.app.push_screen(question, answered)


def resume(screen: BaseScreen, record: StudyRecord) -> None:
    """Put a study into the queue unless it is queued, and make sure that a worker serves the queue."""
    source, t = screen.context.source, screen.context.t
    waits = record.state == "queued" and record.queued is not None

    async def work() -> None:
        try:
            if not waits:
                await source.request(lambda store: store.requeue(record.study))
                _changed(screen)
            await in_thread(lambda: _start_worker(screen))
        except ModelcatError as error:
            screen.show_message(error.message, error=True)
        else:
            screen.show_message(t("Queued {study}; a worker looks after it.", study=_name(record)))
        _changed(screen)

    run_in_background(screen.app, work)  # not the screen's: leaving the screen would cancel the start of the worker


def delete(screen: BaseScreen, record: StudyRecord) -> None:
    """Show what will be lost, and delete a study with its files after confirmation; never one that runs."""
    from runner.tui.dialogs.confirm import ConfirmDialog

    context, t, name = screen.context, screen.context.t, _name(record)
    if record.effective_state(context.clock()) == "running":
        screen.show_message(t("Study {study} is running: stop it before you delete it.", study=name), error=True)
        return

    def answered(yes: bool | None) -> None:
        if yes:
            root = context.source.folder
            _request(
                screen, lambda store: store.delete_study(record.study, root), lambda _: t("Deleted {study}", study=name)
            )

    try:
        folder = context.source.folder_of(record.study)
    except ModelcatError as error:  # the study's name in this database leads to another folder
        screen.show_message(error.message, error=True)
        return
    trials = record.trials
    dialog = ConfirmDialog(
        context,
        lambda: t("Delete {study}?", study=name),
        lambda: t(
            "{trials:count} trials, {time:seconds} of work, its model and all its files will be lost: {folder}",
            trials=trials.complete + trials.pruned + trials.failed + trials.running,
            time=record.seconds,
            folder=safe(folder, 300),
        ),
    )
    screen.app.push_screen(dialog, answered)


def describe(screen: BaseScreen, record: StudyRecord) -> None:
    """Ask for title and notes of a study, and store them."""
    from runner.tui.dialogs.describe import DescribeDialog

    def answered(answer: tuple[str, str] | None) -> None:
        if answer is None:
            return
        title, notes = answer

        def write(store: "Store") -> None:
            store.set_title(record.study, title)
            store.set_notes(record.study, notes)

        _request(
            screen, write, lambda _: screen.context.t("Kept title and notes of {study}", study=safe(record.study, 60))
        )

    screen.app.push_screen(DescribeDialog(screen.context, record.title or "", record.notes or ""), answered)


def _request(screen: BaseScreen, wish: "Callable[[Store], Kind]", get_message: Callable[[Kind], str]) -> None:
    """Write a request in the background, and show the result."""

    async def work() -> None:
        try:
            answer = await screen.context.source.request(wish)
        except ModelcatError as error:
            screen.show_message(error.message, error=True)
        else:
            screen.show_message(get_message(answer))
        _changed(screen)

    run_in_background(screen, work)


def _changed(screen: BaseScreen) -> None:
    screen.context.forget_studies()
    screen.poll_now()


def _start_worker(screen: BaseScreen) -> None:
    from runner.study.background import start_worker

    start_worker(screen.context.source.workspace)


def _name(record: StudyRecord) -> str:
    return safe(record.title or record.study, 60)
