"""Triggers, views and computed columns that a user has put into a database: no store reads or writes past them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

import optuna
import pytest
from click.testing import CliRunner

from catalog.errors import StoreError, StudyConflictError
from runner.cli.doctor_database import examine_database
from runner.cli.main import app
from runner.store.records import Lease, TrialRecord
from runner.store.store import Store

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS study_id, i AS name FROM n"
#: A database's statement, and what is reported of what it makes.
OBJECTS = [
    # The audit's: a study of 5 trials ran to trial 7.
    ("CREATE TRIGGER more AFTER INSERT ON modelcat_trials BEGIN UPDATE modelcat_studies SET planned = 7; END", "more"),
    ("CREATE TRIGGER theirs AFTER UPDATE ON Trials BEGIN DELETE FROM trial_params; END", "theirs"),
    ('CREATE TRIGGER "a ""b" BEFORE DELETE ON modelcat_studies BEGIN SELECT raise(IGNORE); END', '"a ""b"'),
    ("CREATE TRIGGER v AFTER UPDATE ON modelcat_alembic_version BEGIN DELETE FROM modelcat_studies; END", "v"),
    # The audit's: a view that never ends.
    (
        f"DROP TABLE modelcat_insights; CREATE VIEW modelcat_insights AS {ENDLESS}",
        "view in place of modelcat_insights",
    ),
    (
        "ALTER TABLE modelcat_studies RENAME TO kept; CREATE VIEW MODELCAT_STUDIES AS SELECT * FROM kept",
        "view in place of MODELCAT_STUDIES",
    ),
    ("DROP TABLE trial_values; CREATE VIEW trial_values AS SELECT 1 AS trial_id", "view in place of trial_values"),
    (
        "DROP TABLE modelcat_insights; CREATE VIRTUAL TABLE modelcat_insights USING fts5(study_id, name, content)",
        "virtual table in place of modelcat_insights",
    ),
    ("ALTER TABLE modelcat_trials ADD COLUMN extra AS (abs(number))", "computed column 'extra'"),
]


def run(store: Store, script: str) -> None:
    with closing(sqlite3.connect(store.url.path)) as connection:
        connection.executescript(script)


@pytest.mark.parametrize(("script", "told"), OBJECTS)
def test_what_stands_in_the_way_is_refused(store: Store, url: str, lease: Lease, script: str, told: str) -> None:
    """Opening the database reports what is in it, in `doctor` too, and nothing is read or written."""
    run(store, script)
    for create in (True, False):
        with pytest.raises(StoreError) as caught:
            Store.open(url, create=create)
        assert told in caught.value.message
    found = CliRunner().invoke(app, ["studies", "--storage", url])
    assert isinstance(found.exception, StoreError)
    (finding,) = examine_database(url)
    assert (finding["state"], told in finding["advice"]) == ("bad", True)


@pytest.mark.parametrize(("script", "told"), OBJECTS[:-1])
def test_what_comes_while_it_is_open_is_refused(store: Store, lease: Lease, script: str, told: str) -> None:
    """A study that runs already stops at its next transaction, by way of Optuna too."""
    study = optuna.create_study(study_name="reviews", storage=store.optuna_storage("reviews", lease))
    run(store, script)
    for work in (
        store.studies,
        lambda: store.put_trial("reviews", lease, TrialRecord(0, "running", "search", {})),
        study.ask,
    ):
        with pytest.raises(StoreError) as caught:
            work()
        assert told in caught.value.message


def test_what_is_harmless_is_let_be(store: Store, url: str, lease: Lease) -> None:
    """Indexes, and what belongs to other programs' tables, do no harm; what is dropped is forgotten."""
    run(store, "CREATE INDEX mine ON modelcat_trials (abs(value)); CREATE TABLE mine2 (a); CREATE VIEW w AS SELECT 1")
    run(store, "CREATE TRIGGER t AFTER INSERT ON mine2 BEGIN DELETE FROM mine2; END")
    store.put_trial("reviews", lease, TrialRecord(0, "complete", "search", {}, 0.5))
    run(store, "CREATE TRIGGER u AFTER INSERT ON modelcat_trials BEGIN DELETE FROM mine2; END")
    with pytest.raises(StoreError, match='DROP TRIGGER "u"'):
        store.studies()
    run(store, 'DROP TRIGGER "u"')
    with Store.open(url, create=False) as again:
        assert again.study("reviews").trials.complete == 1


def test_postgresql(postgres, request: pytest.FixtureRequest) -> None:
    """A trigger on a table of a PostgreSQL database, or a view in its place, is refused when it is opened."""
    name = postgres.make_database()
    Store.open(postgres.url(name), create=True).close()
    postgres.execute(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; "
        "CREATE TRIGGER more AFTER INSERT ON modelcat_trials FOR EACH ROW EXECUTE FUNCTION f()",
        name,
    )
    with pytest.raises(StoreError, match="trigger 'more' on its table modelcat_trials"):
        Store.open(postgres.url(name), create=False)
    postgres.execute("DROP TRIGGER more ON modelcat_trials; DROP TABLE modelcat_insights", name)
    postgres.execute("CREATE VIEW modelcat_insights AS SELECT 1 AS study_id", name)
    with pytest.raises(StoreError, match="view in place of modelcat_insights"):
        Store.open(postgres.url(name), create=False)


@pytest.mark.parametrize(
    "script",
    [
        "UPDATE modelcat_alembic_version SET version_num = x'ff'",
        "UPDATE modelcat_alembic_version SET version_num = 'abc'",
        "DELETE FROM modelcat_alembic_version",
        "INSERT INTO modelcat_alembic_version VALUES ('0001')",
        "DROP TABLE modelcat_alembic_version; CREATE TABLE modelcat_alembic_version (version_num)",
    ],
)
def test_a_spoilt_version(store: Store, url: str, script: str) -> None:
    """A schema version that is invalid or missing is reported with the statement that repairs it."""
    run(store, script)
    with pytest.raises(StoreError, match=r"mends it: DELETE FROM modelcat_alembic_version; .*'0006'") as caught:
        Store.open(url, create=True)
    run(store, caught.value.message.partition("mends it: ")[2])
    with Store.open(url, create=False) as again:
        assert again.studies() == []


@pytest.mark.parametrize("value", ["x'ff'", "'abc'", "-1", "1e999"])
def test_a_spoilt_version_of_optuna(store: Store, url: str, value: str) -> None:
    """Studies are listed whatever Optuna's own version says; a call that needs Optuna fails with one message."""
    run(store, f"UPDATE alembic_version SET version_num = {value}")  # noqa: S608 -- ours
    with Store.open(url, create=False) as again:
        assert again.studies() == []
        with pytest.raises(StoreError):
            again.optuna_storage()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("UPDATE trials SET state = 'DONE'", "LookupError"),
        ("UPDATE trials SET number = 'x'", "trials"),
        ("UPDATE trials SET datetime_start = 'never'", "ValueError"),
        ("UPDATE trial_params SET distribution_json = '{'", "JSONDecodeError"),
        ("UPDATE trial_params SET distribution_json = '{}'", "KeyError"),
        ("UPDATE trial_params SET param_value = 'much'", "damaged"),
        ("UPDATE trial_params SET param_value = 0.25", "another value or other parameters"),
        ("UPDATE trial_values SET value = 'much'", "damaged"),
        ("UPDATE trial_values SET value_type = 'x'", "LookupError"),
        ("UPDATE trial_intermediate_values SET intermediate_value = 'x'", "damaged"),
        ("UPDATE trials SET study_id = 99", "trial 0 is not there"),
        ("UPDATE trials SET number = 5", "not numbered"),
        ("UPDATE trials SET state = 'RUNNING', number = 1", "not numbered"),
        ("UPDATE trials SET state = 'FAIL'", "is fail, and complete to modelcat"),
        ("UPDATE study_directions SET direction = 'UP'", "LookupError"),
        ("UPDATE trial_system_attributes SET value_json = '5'", "damaged"),
    ],
)
def test_spoilt_rows_of_optuna(
    store: Store, lease: Lease, make_study: Callable[..., None], script: str, told: str
) -> None:
    """The study whose rows are damaged does not go on, and says so; another one does, and that one can be deleted."""
    from optuna.distributions import FloatDistribution

    from runner.study.consistency import check_trials

    distributions = {"x": FloatDistribution(0, 1)}

    def trials(storage):
        found = optuna.create_study(
            study_name="reviews", storage=storage, direction="maximize", load_if_exists=True
        ).get_trials()
        check_trials("reviews", found, {0: TrialRecord(0, "complete", "search", {"x": 0.5}, 0.75)}, distributions)

    made = optuna.create_study(
        study_name="reviews", storage=store.optuna_storage("reviews", lease), direction="maximize"
    )
    made.enqueue_trial({"x": 0.5})
    asked = made.ask(distributions)
    asked.report(0.25, 1)
    made.tell(asked, 0.75)
    trials(store.optuna_storage())
    run(store, script)
    with (
        Store.open(f"sqlite:///{store.url.path}", create=False) as again,
        pytest.raises(StoreError, match=told),
        again.explained(),
    ):
        trials(again.optuna_storage("reviews", lease))
    make_study("other")
    optuna.create_study(study_name="other", storage=store.optuna_storage()).ask({"x": FloatDistribution(0, 1)})
    with pytest.raises(StudyConflictError):
        store.delete_study("reviews")
    store.release("reviews", lease, "failed")
    store.delete_study("reviews")
    assert not store.optuna_knows("reviews")
    assert store.optuna_knows("other")
