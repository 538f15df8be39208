"""What the store's tests share: a database, a study in it, and other processes."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from runner.store.records import Lease, Owner, TrialRecord
from runner.store.store import Store

MINUTE = timedelta(minutes=1)


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a database just made: making one for each test would take longer than the tests."""
    path = tmp_path_factory.mktemp("template") / "studies.db"
    Store.open(f"sqlite:///{path}", create=True).close()
    return path.read_bytes()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run what is to hold on both databases on both."""
    if metafunc.definition.get_closest_marker("both_databases"):
        metafunc.parametrize("url", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the URL of an empty database: a SQLite file, or what a test marked `both_databases` asks for."""
    if getattr(request, "param", "sqlite") == "sqlite":
        (tmp_path / "studies.db").write_bytes(request.getfixturevalue("empty_database"))
        yield f"sqlite:///{tmp_path / 'studies.db'}"
        return
    yield request.getfixturevalue("postgres_url")


@pytest.fixture
def store(url: str) -> Iterator[Store]:
    with Store.open(url, create=True) as opened:
        yield opened


@pytest.fixture
def make_study(store: Store, make_study_in: Callable[..., None]) -> Callable[..., None]:
    return partial(make_study_in, store)


@pytest.fixture(scope="session")
def make_study_in() -> Callable[..., None]:
    """Return a function that makes a study in a store."""

    def make(store: Store, study: str = "reviews", **changes: object) -> None:
        facts = {
            "key": "nlp/text-classification/linear",
            "mode": "study",
            "spec": {"model": "linear", "model_config": {"C": 1.0}},
            "base": "/data/specs",
            "space": {"C": {"low": 0.1, "high": 100.0, "log": True}},
            "data": {"name": "demo", "rows": {"train": 2880}},
            "metric": "accuracy",
            "direction": "maximize",
            "planned": 6,
            "versions": {"modelcat": "0.1.0"},
        }
        store.create_study(study, **(facts | changes))

    return make


@pytest.fixture
def lease(store: Store, make_study: Callable[..., None]) -> Lease:
    """Return this process's lease of the study `reviews`."""
    make_study()
    return store.acquire("reviews", Owner.this_process(), MINUTE)


@pytest.fixture
def trial() -> Callable[..., TrialRecord]:
    def make(number: int = 0, state: str = "complete", value: float | None = 0.5, **changes: object) -> TrialRecord:
        return TrialRecord(number, state, "search", {"C": 1.0 + number}, value, **changes)

    return make


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start Python programs in processes of their own; those still running at the end are killed."""
    running: list[subprocess.Popen[str]] = []

    def begin(program: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", program, *arguments],
            cwd=tmp_path,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        return process

    yield begin
    for process in running:
        process.kill()
        process.communicate()
