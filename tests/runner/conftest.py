"""What the tests of the runner share: the simulated plugin, and studies of it in a folder of their own."""

import functools
import shutil
from dataclasses import dataclass, field
from pathlib import Path

import alembic.util
import pytest

from catalog.spec import resolve
from runner.store import creation
from runner.store.store import Store
from runner.store.url import StorageUrl
from runner.study.workspace import Workspace

SIMULATED = Path(__file__).parents[1] / "fakes" / "simulated"


@pytest.fixture
def simulated(monkeypatch):
    """Make the simulated plugin known, to workers too: they take over the path."""
    monkeypatch.syspath_prepend(str(SIMULATED))


@pytest.fixture(scope="session", autouse=True)
def _migrations_read_once():
    """Let Alembic run each migration's file once: it does so for each of Optuna's storages, a tenth of a study."""
    load = alembic.util.load_python_file
    once = functools.cache(load)

    def load_python_file(folder, name):
        return (once if Path(folder).name == "versions" else load)(folder, name)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(alembic.util, "load_python_file", load_python_file)
        yield


@pytest.fixture(scope="session")
def _template(tmp_path_factory):
    path = tmp_path_factory.mktemp("template") / "studies.db"
    creation.make(StorageUrl.parse(f"sqlite:///{path}"))
    return path


@pytest.fixture
def quick_databases(_template, monkeypatch):
    """Make new databases by copying one: making one takes half a second, and has tests of its own."""
    make = creation.make

    def copy(url, **how):
        if url.path and url.path.parent.is_dir() and not url.path.exists():
            shutil.copyfile(_template, url.path)
        else:
            make(url, **how)

    monkeypatch.setattr(creation, "make", copy)


@pytest.fixture
def workspace(tmp_path, quick_databases):
    """Return where a test's studies lie."""
    return Workspace(f"sqlite:///{tmp_path / 'studies.db'}", tmp_path / "studies", tmp_path / "cache")


@pytest.fixture
def request_of(simulated, tmp_path):
    """Return a function that makes a request for a simulated study."""

    def make(config=None, **study):
        names = {"category": "test", "subcategory": "simulated", "model": "curve"}
        settings = {"trials": 6, "confirm": {"top": 1, "seeds": 2}, **study}
        return resolve({**names, "model_config": config or {"x": 0.5}, "study": settings}, tmp_path)

    return make


@dataclass
class Recorder:
    """A listener that remembers what it received."""

    told: list[tuple] = field(default_factory=list)

    def __getattr__(self, name):
        return lambda *arguments: self.told.append((name, *arguments))

    def of(self, name):
        """Return what it received under that name."""
        return [arguments for told, *arguments in self.told if told == name]


@pytest.fixture
def recorder():
    """Return a fresh recorder."""
    return Recorder()


@pytest.fixture(scope="session")
def postgres():
    """Return a PostgreSQL server of this run's own."""
    import postgres_server

    if (reason := postgres_server.why_not()) is not None:
        pytest.skip(reason)
    server = postgres_server.Server()
    yield server
    server.close()


@pytest.fixture(scope="session")
def postgres_database(postgres):
    """Return the name of a database with all tables."""
    name = postgres.make_database()
    Store.open(postgres.url(name), create=True).close()
    return name


@pytest.fixture
def postgres_url(postgres, postgres_database):
    """Return the URL of a database with all tables and nothing in them."""
    yield postgres.url(postgres_database)
    # A tenth of the time that making a database for each test would take.
    postgres.execute("TRUNCATE modelcat_studies, studies RESTART IDENTITY CASCADE", postgres_database)
