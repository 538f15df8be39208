"""What stands in the place of a file of modelcat's and is none: reported or left out, and never waited for."""

from types import SimpleNamespace

import pytest
from special_files import SPECIAL, put_special

from catalog.errors import InputError, ModelcatError, StoreError
from runner.store.store import Store
from runner.study.background import start_worker
from runner.study.exporting import sample_inputs
from runner.study.log import LOG, StudyLog, read_log
from runner.study.workers import WorkerList
from runner.tui.prediction_files import read_examples
from runner.tui.preferences import read_preferences
from runner.tui.screens.submit.draft import Draft, keep_draft, kept_draft

pytestmark = pytest.mark.timeout(30)
BLOCKING = ("pipe", "socket", "/dev/zero")
STUDY = SimpleNamespace(key="nlp/text-classification/linear", data={}, spec={})


@pytest.mark.parametrize("kind", BLOCKING)
def test_a_database_is_a_file(tmp_path, kind):
    """Every command that opens a database says what is there instead."""
    put_special(tmp_path / "studies.db", kind)
    for look in (Store.exists, lambda url: Store.open(url, create=True)):
        with pytest.raises(StoreError, match="not a regular file"):
            look(f"sqlite:///{tmp_path / 'studies.db'}")


@pytest.mark.parametrize("kind", SPECIAL)
def test_a_log_is_a_file(tmp_path, kind):
    """A log that cannot be read is an error for a reader; a writer goes on without it."""
    put_special(tmp_path / LOG, kind)
    if kind in {"circle", "folder", *BLOCKING}:
        with pytest.raises(StoreError):
            read_log(tmp_path)
    if kind in {"pipe", "circle", "folder"}:
        told = []
        log = StudyLog(tmp_path, told.append)
        log.begin()
        log.write("note", "something")
        log.close()
        assert len(told) == 1


@pytest.mark.parametrize("kind", SPECIAL)
def test_settings_and_drafts_are_files(tmp_path, kind):
    """Settings that are no file are an error, but for a link to nowhere; such a draft is none."""
    put_special(tmp_path / "browse.toml", kind)
    if kind == "nowhere":
        read_preferences(tmp_path / "browse.toml")
    else:
        with pytest.raises(InputError, match="cannot be read"):
            read_preferences(tmp_path / "browse.toml")
    keep_draft(tmp_path, Draft("text"))
    put_special(tmp_path / "browse" / "draft.json", kind)
    assert kept_draft(tmp_path) is None


@pytest.mark.parametrize("kind", BLOCKING)
def test_a_list_of_workers_is_a_file(workspace, kind):
    """What is none counts as empty; a worker is not started where its log would have to be waited for."""
    workspace.folder.mkdir()
    put_special(workspace.folder / "worker.json", kind)
    assert WorkerList(workspace).here() == []
    put_special(workspace.folder / "worker.log", kind)
    with pytest.raises(StoreError, match="not a regular file"):
        start_worker(workspace)


@pytest.mark.parametrize("kind", BLOCKING)
def test_examples_are_files(tmp_path, kind, monkeypatch):
    """Predictions and examples of a study that are no files are one error."""
    path = tmp_path / "test.parquet"
    put_special(path, kind)
    for look in (lambda: read_examples(path, [0]), lambda: sample_inputs(STUDY, tmp_path)):
        monkeypatch.setattr(type(path), "is_file", lambda _: True)
        with pytest.raises(ModelcatError, match=r"test\.parquet cannot be read"):
            look()
