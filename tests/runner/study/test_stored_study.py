"""Stored studies are found under their names, whatever these are, and keep their folders to themselves."""

from pathlib import Path

import pytest

from catalog.errors import StudyConflictError
from runner.store.store import Store
from runner.study.coordinator import run_study
from runner.study.queue import submit, work
from runner.study.stored_study import as_training, stored_request


@pytest.mark.usefixtures("quick_importance")
@pytest.mark.parametrize(("name", "mode"), [("aux.1", "study"), ("mine.", "train")])
def test_a_stored_study_keeps_a_name_that_is_refused_today(request_of, workspace, recorder, monkeypatch, name, mode):
    """A stored study whose name is refused today is resumed by its name, as before."""
    with monkeypatch.context() as patch:
        patch.setattr("catalog.study.reserved_name", lambda _: None)
        request = request_of(trials=1, name=name)
        submit(request if mode == "study" else as_training(request, name), workspace, mode)
    request, stored_mode = stored_request(workspace, name)
    assert (request.spec.study.name, stored_mode) == (name, mode)
    record = run_study(request, workspace, recorder, stored_mode)
    assert (record.study, record.state) == (name, "finished")
    Store.open(workspace.storage, create=False).delete_study(name, workspace.folder)
    assert not (workspace.folder / name).exists()


def test_a_queued_study_with_the_name_of_a_file_of_the_queue_can_be_deleted(
    request_of, workspace, recorder, monkeypatch
):
    """A queued study named like a file of the queue cannot be run, but deleted; the queue's file stays."""
    with monkeypatch.context() as patch:
        patch.setattr("catalog.study.reserved_name", lambda _: None)
        submit(request_of(trials=1, name="worker.lock"), workspace)
    (record,) = work(workspace, lambda _: recorder, idle=0)
    assert record.state == "failed"
    with Store.open(workspace.storage, create=False) as store:
        store.delete_study("worker.lock", workspace.folder)
        assert store.studies() == []
    assert (workspace.folder / "worker.lock").is_file()


def test_a_disk_that_takes_capital_letters_for_small_ones_gives_no_two_studies_one_folder(
    request_of, workspace, recorder, monkeypatch
):
    """On disks like those of macOS and Windows neither run nor submit begins a study whose folder is another's."""
    (workspace.folder / "mine").mkdir(parents=True)
    monkeypatch.setattr(Path, "exists", lambda path, there=Path.exists: there(path.with_name(path.name.lower())))
    for begin in (lambda request: submit(request, workspace), lambda request: run_study(request, workspace, recorder)):
        with pytest.raises(StudyConflictError, match="'Mine' would have the folder of 'mine'"):
            begin(request_of(name="Mine"))
