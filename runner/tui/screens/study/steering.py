"""What one asks of a study: stop, resume, title and notes."""

from typing import TYPE_CHECKING

from catalog.errors import ModelcatError
from runner.console.text import safe
from runner.store.records import StudyRecord
from runner.tui.desk import Desk
from runner.tui.dialogs.confirm import ConfirmDialog
from runner.tui.place import Place
from runner.tui.source import in_thread

if TYPE_CHECKING:
    from runner.store.store import Store

__all__ = ["can_resume", "can_stop", "describe", "resume", "stop"]


def can_stop(record: StudyRecord, desk: Desk) -> bool:
    """Tell whether there is something to stop that nobody has asked to stop yet."""
    return record.stop_requested is None and record.effective_state(desk.clock()) in {"running", "queued"}


def can_resume(record: StudyRecord, desk: Desk) -> bool:
    """Tell whether the study ended before it was done."""
    return record.effective_state(desk.clock()) in {"stopped", "failed"}


def stop(place: Place, study: str) -> None:
    """Ask whether the study shall stop, and see to it."""
    t = place.desk.t
    question = ConfirmDialog(
        place.desk,
        lambda: t("Stop the study {name}?", name=safe(study, 60)),
        lambda: t("It ends within seconds, keeps what it has done, and can be resumed."),
    )

    async def ask() -> None:
        try:
            state = await place.desk.source.request(lambda store: store.request_stop(study))
        except ModelcatError as error:
            place.browser.tell(error.message, bad=True)
            return
        stopped = t("The study was stopped.") if state == "stopped" else t("The study was asked to stop.")
        _done(place, stopped)

    def take(yes: bool | None) -> None:
        if yes:
            place.run_worker(ask())

    place.app.push_screen(question, take)


def resume(place: Place, study: str) -> None:
    """Put the study back into the queue, and see to it that somebody works on that."""

    async def put_back() -> None:
        from runner.study.background import start_worker

        source, t = place.desk.source, place.desk.t
        try:
            await source.request(lambda store: store.requeue(study))
            _done(place, t("The study is in the queue again."))
            await in_thread(lambda: start_worker(source.place))
        except ModelcatError as error:
            place.browser.tell(error.message, bad=True)

    place.run_worker(put_back())


def describe(place: Place, record: StudyRecord) -> None:
    """Ask for title and notes, and keep them."""
    from runner.tui.dialogs.describe import DescribeDialog

    study = record.study

    async def keep(title: str, notes: str) -> None:
        def write(store: "Store") -> None:
            store.set_title(study, title)
            store.set_notes(study, notes)

        try:
            await place.desk.source.request(write)
        except ModelcatError as error:
            place.browser.tell(error.message, bad=True)
        else:
            _done(place, place.desk.t("Title and notes are kept."))

    def take(told: tuple[str, str] | None) -> None:
        if told is not None:
            place.run_worker(keep(*told))

    place.app.push_screen(DescribeDialog(place.desk, record.title or "", record.notes or ""), take)


def _done(place: Place, message: str) -> None:
    place.browser.tell(message)
    place.browser.forget_studies()
    place.look_now()
