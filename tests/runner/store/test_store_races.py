"""Many processes at one database at once: all of them are served, and nothing is lost."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from runner.store.store import Store

PROCESSES, TRIALS = 8, 3
#: How often a database is made; each costs a third of a second of work. By hand: MODELCAT_TEST_ROUNDS=20.
ROUNDS = int(os.environ.get("MODELCAT_TEST_ROUNDS", "8"))
#: Imports once what takes a second, then forks processes, which takes no time; each reports how it went.
HELPER = """
import json, multiprocessing, sys, traceback
import alembic.command, optuna, psutil
from datetime import timedelta
from runner.store import migrate, optuna_storage
from runner.store.records import EpochRecord, Owner, TrialRecord
from runner.store.store import Store

optuna.logging.set_verbosity(optuna.logging.ERROR)
FACTS = dict(key="k", mode="study", spec={}, base="", space={}, data={}, metric="accuracy", direction="maximize",
             planned=1, versions={})


# Calls work(number, round) in many processes at the same moment, round after round.
def at_once(work, count, rounds=1):
    context = multiprocessing.get_context("fork")
    together = context.Barrier(count)

    def child(number, answer):
        wrong = []
        for round_ in range(rounds):
            together.wait()
            try:
                work(number, round_)
            except BaseException:
                wrong.append(traceback.format_exc())
        answer.send(wrong)

    answers = []
    for number in range(count):
        mine, theirs = context.Pipe(duplex=False)
        context.Process(target=child, args=(number, theirs)).start()
        answers.append(mine)
    return [text for answer in answers for text in answer.recv()]


def create(urls):
    def work(number, round_):
        with Store.open(urls[round_], create=True) as store:
            store.create_study(f"study-{number}", **FACTS)
            store.begin(f"study-{number}", Owner.this_process(), timedelta(minutes=1))
    return work


def study(url, trials):
    def work(number, _):
        name = f"study-{number}"
        with Store.open(url, create=True) as store:
            store.create_study(name, **FACTS)
            lease = store.begin(name, Owner.this_process(), timedelta(minutes=5))
            search = optuna.create_study(
                study_name=name, storage=store.optuna_storage(name, lease), direction="maximize")
            for index in range(trials):
                trial = search.ask()
                store.put_trial(name, lease, TrialRecord(trial.number, "running", "search", {}))
                store.put_epoch(name, lease, EpochRecord(f"trial/{index}", 1.0, 1.0, 0.1, {}, None, 1.0))
                trial.report(0.5, 25)
                store.put_trial(name, lease, TrialRecord(trial.number, "complete", "search", {}, index / 100))
                search.tell(trial, index / 100)
                store.stop_requested(name)
                known = store.trials(name)
                assert [record.number for record in known] == list(range(index + 1)), known
                assert sum(other.trials.complete for other in store.studies()) > index
            store.release(name, lease, "finished")
    return work


match sys.argv[1]:
    case "create":
        wrong = at_once(create(sys.argv[3:]), int(sys.argv[2]), len(sys.argv[3:]))
    case "study":
        wrong = at_once(study(sys.argv[4], int(sys.argv[3])), int(sys.argv[2]))
print(json.dumps(wrong))
"""


def errors_of(*arguments: object) -> list[str]:
    """Run the helper and return what its processes had to complain about."""
    command = [sys.executable, "-c", HELPER, *map(str, arguments)]
    return json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout)


def test_many_processes_make_one_database(tmp_path: Path) -> None:
    """Eight processes that start at once where there is no database all find a whole one, time and again."""
    urls = [f"sqlite:///{tmp_path}/{number}.db" for number in range(ROUNDS)]
    assert errors_of("create", PROCESSES, *urls) == []
    for url in urls:
        with Store.open(url, create=False) as store:
            assert len(store.studies()) == PROCESSES


@pytest.mark.parametrize("database", ["sqlite", "postgresql"])
def test_many_studies_at_once(request: pytest.FixtureRequest, tmp_path: Path, database: str) -> None:
    """Eight coordinators make one database and write eight studies into it: no error, nothing lost, nothing doubled."""
    if database == "sqlite":
        url = f"sqlite:///{tmp_path / 'studies.db'}"
    else:
        server = request.getfixturevalue("postgres")
        url = server.url(server.make_database())
    assert errors_of("study", PROCESSES, TRIALS, url) == []
    with Store.open(url, create=False) as store:
        for number in range(PROCESSES):
            study = store.study(f"study-{number}")
            assert (study.state, study.trials.complete) == ("finished", TRIALS)
            assert [trial.number for trial in store.trials(study.study)] == list(range(TRIALS))
        assert not store.examine().damage
