"""Making, opening and upgrading databases, and refusing those that are not modelcat's."""

import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import optuna
import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from catalog.errors import InputError, StoreError
from runner.store import connections, migrate, schema
from runner.store.store import Store


def sql(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def test_migrations_make_what_the_schema_says(store: Store) -> None:
    """A database made by the migrations differs in nothing from the tables in `schema`, and Optuna's stay out of it."""
    with store._writer.begin() as connection:
        command.check(migrate.config(connection))
        assert set(inspect(connection).get_table_names()) == (
            set(schema.metadata.tables) | {schema.VERSION_TABLE} | schema.OPTUNA_TABLES
        )


def test_revisions_are_those_of_the_migrations(store: Store) -> None:
    """The revisions that opening knows are the ones that Alembic finds, in order."""
    with store._writer.begin() as connection:
        script = ScriptDirectory.from_config(migrate.config(connection))
        assert tuple(revision.revision for revision in script.walk_revisions())[::-1] == schema.REVISIONS


def test_migrations_can_be_taken_back(store: Store) -> None:
    """Downgrading to nothing removes modelcat's tables and leaves Optuna's."""
    with store._writer.begin() as connection:
        command.downgrade(migrate.config(connection), "base")
        assert set(inspect(connection).get_table_names()) == schema.OPTUNA_TABLES | {schema.VERSION_TABLE}
        migrate.upgrade(connection)


def test_optuna_reads_the_same_file(store: Store, url: str) -> None:
    """Optuna opens the file by itself, and its own schema version is as it made it."""
    optuna.create_study(study_name="reviews", storage=store.optuna_storage(), direction="maximize")
    storage = optuna.storages.RDBStorage(url)
    study = optuna.load_study(study_name="reviews", storage=storage)
    study.tell(study.ask(), 0.5)
    assert study.best_value == 0.5
    assert storage.get_current_version() == storage.get_head_version()
    storage.engine.dispose()


def test_optuna_writes_with_our_settings(store: Store) -> None:
    """Optuna's transactions begin immediately, on new and on pooled connections, with foreign keys on."""
    engine = store.optuna_storage().engine
    for _ in range(2):
        with engine.begin() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
            assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() == connections.BUSY_SECONDS * 1000
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "delete"
            with (
                closing(sqlite3.connect(store.url.path, timeout=0)) as other,
                pytest.raises(sqlite3.OperationalError, match="locked"),
            ):
                other.execute("BEGIN IMMEDIATE")


def test_an_optuna_database_is_joined(tmp_path: Path) -> None:
    """If Optuna made the file, modelcat's tables are added and Optuna's studies stay."""
    url = f"sqlite:///{tmp_path / 'optuna.db'}"
    storage = optuna.storages.RDBStorage(url)
    optuna.create_study(study_name="older", storage=storage)
    storage.engine.dispose()
    assert not Store.exists(url)
    with Store.open(url, create=True) as store:
        assert store.studies() == []
        assert optuna.get_all_study_names(store.optuna_storage()) == ["older"]


@pytest.mark.parametrize("name", ["with space.db", "per%41cent.db", "{SCHEMA_VERSION}.db", "a#b.db", "ümlaut.db"])
def test_odd_file_names(tmp_path: Path, name: str) -> None:
    """Whatever a file is called, modelcat and Optuna mean the same one."""
    quoted = name.replace("%", "%25")
    with Store.open(f"sqlite:///{tmp_path}/{quoted}", create=True) as store:
        optuna.create_study(study_name="x", storage=store.optuna_storage())
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([name, f"{name}.lock"])
    with closing(sqlite3.connect(tmp_path / name)) as connection:
        assert connection.execute("SELECT count(*) FROM studies").fetchone() == (1,)


def test_reading_makes_nothing(tmp_path: Path) -> None:
    """Asking for a database that is not there leaves no trace."""
    url = f"sqlite:///{tmp_path / 'deep' / 'studies.db'}"
    assert not Store.exists(url)
    with pytest.raises(StoreError, match="no database at"):
        Store.open(url, create=False)
    assert list(tmp_path.iterdir()) == []


def test_reading_changes_nothing(store: Store, make_study: Callable[..., None]) -> None:
    """Every reading call leaves the file as it was, byte for byte, and readers cannot write."""
    make_study()
    before = store.url.path.read_bytes()
    assert Store.exists(f"sqlite:///{store.url.path}")
    store.studies()
    store.study("reviews")
    store.trials("reviews")
    assert store.url.path.read_bytes() == before
    with store._reader.begin() as connection, pytest.raises(Exception, match="readonly"):
        connection.exec_driver_sql("DELETE FROM modelcat_studies")


def test_zero_byte_file(tmp_path: Path) -> None:
    """An empty file is no database for readers, and becomes one for writers."""
    path = tmp_path / "studies.db"
    path.touch()
    assert not Store.exists(f"sqlite:///{path}")
    with Store.open(f"sqlite:///{path}", create=True) as store:
        assert store.studies() == []


@pytest.mark.parametrize("create", [False, True])
def test_what_is_not_ours_is_refused(tmp_path: Path, create: bool) -> None:
    """A file of another kind, another program's database and a folder are refused and left as they are."""
    text = tmp_path / "notes.txt"
    text.write_text("not a database, and long enough to be taken for a header " * 10)
    foreign = tmp_path / "places.db"
    sql(foreign, "CREATE TABLE bookmarks (id INTEGER)")
    before = foreign.read_bytes()
    for path, message in ((text, "not a SQLite database"), (foreign, "another program"), (tmp_path, "is a folder")):
        with pytest.raises(StoreError, match=message):
            Store.open(f"sqlite:///{path}", create=create)
        with pytest.raises(StoreError, match=message):
            Store.exists(f"sqlite:///{path}")
    assert foreign.read_bytes() == before
    assert text.read_text().startswith("not a database")


@pytest.mark.parametrize("create", [False, True])
def test_newer_schema_is_refused(store: Store, url: str, create: bool) -> None:
    """A database of a newer modelcat is refused with both versions."""
    sql(store.url.path, "UPDATE modelcat_alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer modelcat \(schema 9999, this one knows up to"):
        Store.open(url, create=create)


def test_creation_goes_on_where_a_crash_ended_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A creation that died between Optuna's tables and modelcat's is finished by the next."""
    url = f"sqlite:///{tmp_path / 'studies.db'}"

    def die(_: object) -> None:
        raise RuntimeError("killed")

    with monkeypatch.context() as broken:
        broken.setattr("runner.store.migrate.upgrade", die)
        with pytest.raises(RuntimeError, match="killed"):
            Store.open(url, create=True)
    assert not Store.exists(url)
    with Store.open(url, create=True) as store:
        assert store.studies() == []


def test_missing_folder_is_told(tmp_path: Path) -> None:
    """A database in a folder that is not there is refused with the folder's name."""
    with pytest.raises(StoreError, match=r"no folder .*absent"):
        Store.open(f"sqlite:///{tmp_path}/absent/studies.db", create=True)
    with pytest.raises(InputError):
        Store.open("studies.db", create=True)


def test_records_import_nothing_heavy() -> None:
    """Importing the package and its records imports neither SQLAlchemy nor Optuna; the store itself not Optuna."""
    program = (
        "import sys; import runner.store.records, runner.store.url, runner.store.files\n"
        "assert not {'sqlalchemy', 'optuna', 'alembic', 'psutil'} & sys.modules.keys()\n"
        "import runner.store.store\n"
        "assert not {'optuna', 'alembic', 'torch'} & sys.modules.keys()"
    )
    subprocess.run([sys.executable, "-c", program], check=True)


def test_what_cut_optunas_making_short_leaves_no_index_out(tmp_path: Path) -> None:
    """Without the index on their names, two studies of one name could be made, and neither could go on."""
    url = f"sqlite:///{tmp_path / 'half.db'}"
    Store.open(url, create=True).close()
    with closing(sqlite3.connect(tmp_path / "half.db")) as connection, connection:
        asked = "SELECT name FROM sqlite_master WHERE type = 'index' AND name LIKE 'ix_%'"
        optunas = [name for (name,) in connection.execute(asked) if "modelcat" not in name]
        assert "ix_studies_study_name" in optunas
        for name in optunas:
            connection.execute(f"DROP INDEX {name}")
        for name in (*reversed([table.name for table in schema.metadata.sorted_tables]), schema.VERSION_TABLE):
            connection.execute(f"DROP TABLE {name}")
    Store.open(url, create=True).close()
    with closing(sqlite3.connect(tmp_path / "half.db")) as connection:
        assert {name for (name,) in connection.execute(asked)} >= set(optunas)
