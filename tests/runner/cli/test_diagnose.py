"""From the store to a diagnosis: what the rules are given, and what `modelcat diagnose` prints."""

import json
import shlex
from dataclasses import asdict, replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from catalog import registry
from catalog.contract import Comparison, DataSummary, Evaluation
from catalog.contract.data import data_to_json
from catalog.errors import InputError, PluginError, UnknownStudyError
from catalog.spec import load
from runner.cli.main import app
from runner.store.evaluation_records import record_of
from runner.store.records import EpochRecord, Owner, TrialRecord
from runner.store.store import Store
from runner.study.diagnosis_input import diagnosis_input_of

KEY = "nlp/text-classification/bert"
DATA = DataSummary(
    name="demo",
    fingerprint="0" * 64,
    rows={"train": 2880, "validation": 320, "test": 800},
    details={
        "labels": ["negative", "[red]positive\x1b[2J"],
        "label_rows": {"train": [2700, 180], "validation": [300, 20], "test": [750, 50]},
        "duplicates": {"validation": 0, "test": 40},
    },
)
COMPARISON = Comparison("accuracy", 0.01, -0.01, 0.03, 320, (3, 3))


class Study:
    """A study made by hand."""

    def __init__(self, url):
        self.url = url
        self.store = Store.open(url, create=True)

    def make(self, study="reviews", spec=None, **changes):
        facts = {
            "key": KEY,
            "mode": "study",
            "spec": {"model_config": {"epochs": 2, "warmup_steps": 500, "max_seq_length": 128}, "study": {}}
            | (spec or {}),
            "base": "/data",
            "space": {"learning_rate": {"low": 1e-5, "high": 5e-5, "log": True}},
            "data": data_to_json(DATA),
            "metric": "accuracy",
            "direction": "maximize",
            "planned": 2,
            "versions": {},
        }
        self.store.create_study(study, **(facts | changes))
        return self.store.acquire(study, Owner.this_process(), timedelta(minutes=1))

    def fill(self, lease, study="reviews"):
        """Write two trials, the second of which won, with all that is known of a confirmed study."""
        for number, origin, rate in ((0, "given", 2e-5), (1, "search", 4e-5)):
            params = {"learning_rate": rate}
            self.store.put_trial(
                study, lease, TrialRecord(number, "complete", origin, params, 0.9 - number / 100, notes=("a note",))
            )
            for epoch in (1.0, 2.0):
                self.store.put_epoch(
                    study,
                    lease,
                    EpochRecord(
                        f"trial/{number}",
                        epoch,
                        epoch / 2,
                        0.3 / epoch,
                        {"loss": 0.3, "accuracy": 0.8, "odd": None},
                        1e-5,
                        9.0,
                        {"accuracy": 0.99},
                    ),
                )
        failed = TrialRecord(2, "failed", "search", {}, failure={"kind": "diverged", "reason": "the loss is nan"})
        self.store.put_trial(study, lease, failed)
        details = {"confusion": [[740, 10], [30, 20]]}
        evaluation = Evaluation("test", 800, {"accuracy": 0.9}, Path("x"), 1.0, details=details)
        validation = replace(evaluation, split="validation", rows=320)
        self.store.put_evaluation(study, lease, record_of("winner", evaluation, "test/winner/test.parquet"))
        self.store.put_evaluation(study, lease, record_of("trial/1", validation, "v.parquet"))
        content = {"temperature": 1.5, "rows": 320, "test": {"before": {"ece": 0.1}, "after": {"ece": 0.04}}}
        self.store.put_insight(study, lease, "calibration", content)
        self.store.update_study(
            study,
            lease,
            winner={"arm": "trial/1", "trial": 1, "model_config": {}},
            verdict={"sentence": "", "versus_given": {"of": "trial/1", **asdict(COMPARISON)}, "versus_baseline": None},
        )


@pytest.fixture
def made(tmp_path):
    made = Study(f"sqlite:///{tmp_path / 'studies.db'}")
    yield made
    made.store.close()


def diagnose(url, *arguments):
    return CliRunner().invoke(app, ["diagnose", *arguments, "--storage", url], catch_exceptions=True)


def test_evidence_is_what_the_store_holds(made, tmp_path):
    """A diagnosis gets trials with configurations and histories, evaluations by subject, comparisons, calibration."""
    made.fill(made.make())
    evidence = diagnosis_input_of(made.store, "reviews", registry.load(KEY), tmp_path)
    assert evidence.data == DATA
    assert (evidence.metric, evidence.best) == ("accuracy", 1)
    given, best, failed = evidence.trials
    assert given.config["warmup_steps"] == 500
    assert given.config["learning_rate"] is None
    assert best.config["learning_rate"] == 4e-5
    assert best.config["batch_size"] == 32
    assert best.notes == ("a note",)
    assert [m.train_metrics["accuracy"] for m in best.history] == [0.99, 0.99]
    assert best.history[0].metrics == {"loss": 0.3, "accuracy": 0.8}
    assert best.evaluation is not None
    assert best.evaluation.rows == 320
    assert (failed.failure, failed.history) == ("diverged", ())
    assert list(evidence.evaluations) == [("winner", "test")]
    assert evidence.evaluations["winner", "test"].predictions == tmp_path / "test/winner/test.parquet"
    assert evidence.versus_given == COMPARISON
    assert evidence.versus_baseline is None
    assert evidence.calibration == {"temperature": 1.5, "before": {"ece": 0.1}, "after": {"ece": 0.04}}


def test_older_records_are_evidence_too(made):
    """A summary without the newer fields, and a configuration that the plugin no longer takes, are passed on."""
    lease = made.make(data={"name": "demo", "rows": {"train": 10}, "gone": 1}, spec={"model_config": {"old": 1}})
    made.store.put_trial("reviews", lease, TrialRecord(0, "complete", "given", {}, 0.9))
    evidence = diagnosis_input_of(made.store, "reviews", registry.load(KEY))
    assert evidence.data.rows == {"train": 10}
    assert evidence.trials[0].config == {"old": 1}
    assert (evidence.best, evidence.calibration, evidence.versus_given) == (0, None, None)


def test_json_lists_findings_with_remedies(made):
    """Each finding has rule, severity, title, evidence and fixes; the gravest first, exit code 0."""
    made.fill(made.make())
    result = diagnose(made.url, "reviews", "--json")
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert all(set(d) == {"rule", "severity", "title", "evidence", "remedies"} for d in found)
    assert found[0]["rule"] == "over_fitting"
    assert found[0]["severity"] == "problem"
    assert {"duplicates", "unbalanced_classes", "long_warmup", "diverged"} <= {d["rule"] for d in found}
    remedies = [remedy for d in found for remedy in d["remedies"]]
    assert all(set(remedy) == {"field", "value", "advice", "set"} for remedy in remedies)
    warmup = next(d for d in found if d["rule"] == "long_warmup")
    assert warmup["remedies"][0]["field"] == "model_config.warmup_steps"
    assert warmup["remedies"][0]["value"] == 0.06
    assert warmup["remedies"][0]["set"] == "model_config.warmup_steps=0.06"
    assert all((remedy["set"] is None) == (remedy["field"] is None) for remedy in remedies)


def test_text_is_for_a_person(made):
    """Problems, warnings and notes have marks that differ; a class name with controls shows itself as an escape."""
    made.fill(made.make())
    result = diagnose(made.url, "reviews")
    assert result.exit_code == 0
    lines = result.stdout.splitlines()
    assert lines[0].startswith("✗ problem: ")
    assert any(line.startswith("▲ warning: ") for line in lines)
    assert "  → Give the warm-up" in result.stdout
    assert "    --set model_config.warmup_steps=0.06\n" in result.stdout
    assert "\x1b" not in result.stdout
    assert "[red]positive\\x1b[2J" in result.stdout


@pytest.mark.parametrize("study", [{}, {"search_space": {"learning_rate": {"low": 1e-5, "high": 5e-5, "log": True}}}])
def test_a_spec_takes_what_is_told(made, tmp_path, study):
    """Every fix is a change that the spec loads with, printed as a shell takes it, its space written out or not."""
    spec = {
        "model": "bert",
        "category": "nlp",
        "subcategory": "text-classification",
        "model_config": {"epochs": 2, "warmup_steps": 500, "max_seq_length": 128},
        "study": study,
    }
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    lease = made.make(spec=spec)
    made.fill(lease)
    made.store.put_trial(
        "reviews",
        lease,
        TrialRecord(3, "failed", "search", {"learning_rate": 4.5e-5}, failure={"kind": "diverged", "reason": "nan"}),
    )
    told = [
        shlex.split(line)[1]
        for line in diagnose(made.url, "reviews").stdout.splitlines()
        if line.startswith("    --set ")
    ]
    found = json.loads(diagnose(made.url, "reviews", "--json").stdout)
    assert told == [remedy["set"] for d in found for remedy in d["remedies"] if remedy["set"]]
    requests = [load(tmp_path / "spec.json", [override]) for override in told]
    [narrowed] = [request for request in requests if request.space["learning_rate"].high == 4e-5]
    assert set(narrowed.space) == {"learning_rate"}


def test_a_healthy_study_is_said_to_be_so(made):
    """Nothing found is said in one sentence, and an empty list in JSON."""
    data = data_to_json(DATA) | {"duplicates": {}, "label_rows": {"train": [1440, 1440]}}
    lease = made.make(data=data, spec={"model_config": {}})
    made.store.put_trial("reviews", lease, TrialRecord(0, "complete", "given", {}, 0.9))
    assert diagnose(made.url, "reviews").stdout == "reviews: nothing found that should be different.\n"
    assert json.loads(diagnose(made.url, "reviews", "--json").stdout) == []


def test_a_study_without_completed_trials_is_refused(made):
    """What cannot be diagnosed yet is said with its state and what to do."""
    lease = made.make()
    made.store.put_trial("reviews", lease, TrialRecord(0, "failed", "given", {}, failure={"kind": "error"}))
    error = diagnose(made.url, "reviews").exception
    assert isinstance(error, InputError)
    assert "no completed trial" in error.message
    assert "1 failed" in error.message


def test_an_unknown_study_names_the_nearest(made):
    """A typo is answered with the name that was meant."""
    made.make("reviews")
    error = diagnose(made.url, "review").exception
    assert isinstance(error, UnknownStudyError)
    assert "'reviews'" in error.message


def test_a_plugin_that_is_gone_is_told(made):
    """A study of a model that is not installed any more says so, and which."""
    made.make(key="nlp/text-classification/gone")
    error = diagnose(made.url, "reviews").exception
    assert isinstance(error, PluginError)
    assert "nlp/text-classification/gone" in error.message


def test_a_plugin_without_rules_is_told(made, simulated):
    """A model that cannot diagnose says so instead of finding nothing."""
    made.make(key="test/simulated/curve")
    error = diagnose(made.url, "reviews").exception
    assert isinstance(error, InputError)
    assert "has no rules of diagnosis" in error.message


def test_without_a_database_there_is_nothing_to_diagnose(tmp_path):
    """Diagnosing creates no database."""
    error = diagnose(f"sqlite:///{tmp_path / 'none.db'}", "reviews").exception
    assert isinstance(error, UnknownStudyError)
    assert not (tmp_path / "none.db").exists()
