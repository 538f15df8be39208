"""The benchmarks still run, and treat all contestants alike; no times are asserted."""

import contextlib
import functools
import importlib
import importlib.util
import io
import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("accelerate", reason="transformers' Trainer needs it")

# Trainer's own warnings, and those of a padded bf16 model on a CPU, are not ours to mend.
pytestmark = pytest.mark.filterwarnings("ignore")
BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
TINY = ["--model", "tiny", "--device", "cpu", "--threads", "1"]


@pytest.fixture
def part(monkeypatch):
    """Import a part of the benchmarks by its name."""
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    return lambda name: importlib.import_module(f"parts.{name}")


@pytest.fixture
def command(part, monkeypatch, capsys):
    """Run a benchmark with its contestants in this process, and return the JSON that it printed."""
    do = part("child").do

    def here(job, threads, arguments, *, same_malloc=False):
        with contextlib.redirect_stdout(io.StringIO()):  # Trainer's
            return json.loads(json.dumps(do(job, arguments)))

    machine = part("machine")
    monkeypatch.setattr(machine, "rates", functools.partial(machine.rates, seconds=0.02))
    monkeypatch.setattr(part("rounds"), "spawn", here)

    def run(name, *arguments):
        spec = importlib.util.spec_from_file_location(f"benchmark_{name}", BENCHMARKS / f"{name}.py")
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        monkeypatch.setattr(sys, "argv", [f"{name}.py", *arguments, "--json-only"])
        module.main()
        return json.loads(capsys.readouterr().out)

    return run


@pytest.mark.bench
def test_throughput_counts_the_same_work(command):
    """All contestants get the same examples, tokens and steps; shares and the profile are reported."""
    sides = ["modelcat-dropout", "trainer", "trainer-tuned"]
    options = ["--rows", "40", "--batch", "16", "--max-length", "32", "--epochs", "2", "--rounds", "1"]
    options += ["--warmup-rows", "16", "--test-rows", "8", "--profile-rows", "32"]
    report = command("train_throughput", *TINY, *options, "--contestants", *sides)
    found = report["contestants"]
    assert list(found) == sides
    assert {one["steps"] for one in found.values()} == {6}
    assert {one["examples"] for one in found.values()} == {80}
    assert len({one["real_tokens"] for one in found.values()}) == 1
    assert [one["attention_dropout"] for one in found.values()] == [0.1, 0.1, 0.0]
    assert all(one["share_of_fp32_rate"] > 0 and one["peak"] > one["peak_above_imports"] for one in found.values())
    assert found["trainer"]["processed_per_real_token"] >= 1
    assert set(report["ratios"]) == {f"{ours} / {theirs}" for ours in sides[:1] for theirs in sides[1:]}
    profile = report["profile"]["modelcat-dropout"]
    assert sum(profile["share"].values()) == pytest.approx(1)
    assert profile["seconds_per_step"]["forward"] > 0 < profile["seconds_per_step"]["backward"]
    assert profile["processed_per_real_token"] is None or profile["processed_per_real_token"] >= 1


def test_inference_labels_every_text(command):
    """Contestants label the same texts, and an unknown precision is reported, not measured."""
    options = ["--rows", "24", "--train-rows", "32", "--max-length", "32", "--rounds", "1", "--precisions", "fp99"]
    report = command("inference", *TINY, *options)
    assert set(report["contestants"]) == {"modelcat", "pipeline", "pipeline-tuned"}
    assert set(report["skipped"]) == {"modelcat-fp99"}
    assert report["contestants"]["modelcat"]["agreement"] == report["contestants"]["pipeline"]["agreement"] == 1
    assert set(report["ratios"]) == {"modelcat / pipeline", "modelcat / pipeline-tuned"}


@pytest.mark.bench
def test_parity_trains_each_seed(command):
    """Each contestant has an accuracy per seed after equal steps, and differences are reported with their error."""
    options = ["--rows", "32", "--validation-rows", "16", "--test-rows", "16", "--max-length", "32", "--seeds", "2"]
    report = command("accuracy_parity", *TINY, *options, "--contestants", "modelcat", "trainer")
    found = report["contestants"]
    assert {one["steps"] for one in found.values()} == {4}
    assert all(len(one["test_accuracy"]) == len(one["validation_accuracy"]) == 2 for one in found.values())
    assert set(report["differences"]["modelcat - trainer"]) == {"points", "standard_error"}


def test_the_coordinator_makes_as_many_trials_as_the_plain_loop(command):
    """Both sides run all trials, and their speed, work and memory are reported."""
    report = command("coordinator", "--trials", "5", "--workers", "3", "--rounds", "1")
    assert set(report["contestants"]) == {"modelcat", "optuna"}
    assert all(value > 0 for side in report["contestants"].values() for value in side.values())
    assert set(report["ratios"]["modelcat / optuna"]) == {"trials_per_second", "cpu_per_trial", "peak"}


def test_memory_tells_peaks(command):
    """Peaks of all contestants and their ratios are reported."""
    options = ["--steps", "1", "--batch", "8", "--max-length", "32"]
    report = command("memory", *TINY, *options, "--contestants", "modelcat", "trainer")
    assert {one["steps"] for one in report["contestants"].values()} == {1}
    assert report["ratios"]["modelcat / trainer"]["peak"] > 0


@pytest.mark.bench
def test_study_trains_the_same_trials(command):
    """The plain script trains the trials of modelcat's study, with the same parameters."""
    options = ["--model", "tiny", "--device", "cpu", "--trials", "2", "--rows", "32", "--validation-rows", "16"]
    report = command("study", *options, "--max-length", "32")
    ours, theirs = report["sides"]["modelcat"], report["sides"]["trainer"]
    assert len(ours["values"]) == len(theirs["values"]) == 2
    assert theirs["params"] == ours["params"]
    assert set(report["ratios"]["modelcat / trainer"]) == {"speed", "speed_of_trials", "best_points_more"}


def test_made_up_reviews_have_the_lengths_of_imdb(part):
    """Mean and tail of the drawn lengths are those of the reviews that they stand for."""
    lengths = part("reviews").imdb_lengths(50_000, np.random.default_rng(0))
    assert lengths.mean() == pytest.approx(311, rel=0.02)
    assert (lengths > 512).mean() == pytest.approx(0.14, abs=0.01)
    assert np.minimum(lengths, 512).mean() == pytest.approx(274, rel=0.03)


def test_made_up_reviews_are_as_long_as_drawn(part, tmp_path):
    """Each word of a made-up review is one token, and no two splits share a review."""
    reviews, models = part("reviews"), part("models")
    models.make(str(tmp_path / "model"), "tiny", 0)
    words = reviews.whole_words(tmp_path / "model")
    source = reviews.made_up(60, words, 0)
    lengths = part("hugging_face").lengths
    files = reviews.write(tmp_path, {"train": 40, "test": 20}, [source, source])
    found = [lengths(model=str(tmp_path / "model"), file=file, max_length=10**6) for file in files.values()]
    assert found[0] + found[1] == [len(text.split()) + 2 for text in source.texts]
    assert len(set(source.texts)) == 60
    with pytest.raises(SystemExit, match="30 reviews, 20 are left"):
        reviews.write(tmp_path, {"train": 40, "test": 30}, [source, source])


def test_reviews_come_back_as_written(part, tmp_path):
    """All contestants read the same reviews, whatever these hold, including what looks like a line ending."""
    reviews = part("reviews")
    texts = ["one\u0085two", "three\u2028four\nfive\rsix", "\U0001f600"]
    files = reviews.write(tmp_path, {"train": 3}, [reviews.Reviews(texts, [0, 1, 0])])
    assert reviews.records(files["train"]) == [
        {"text": text, "label": label} for text, label in zip(texts, ["negative", "positive", "negative"], strict=True)
    ]


def test_few_reviews_batch_as_many_do(part):
    """Of few chosen reviews, sorted batches waste as little as those of a large sample, at the same mean length."""
    reviews = part("reviews")
    lengths = np.minimum(reviews.imdb_lengths(reviews.scale(32), np.random.default_rng(0)), 512)
    numbered = reviews.Reviews([str(row) for row in range(lengths.size)], [0] * lengths.size)
    chosen = [int(text) for text in reviews.at_scale(numbered, lengths, 256, 32, 0).texts]
    batches = np.sort(lengths[chosen]).reshape(8, 32)
    assert len(set(chosen)) == 256
    assert batches.max(axis=1).sum() * 32 / batches.sum() < 1.04
    assert batches.mean() == pytest.approx(lengths.mean(), rel=0.03)


def test_forward_pass_is_counted_by_its_matrices(part, tmp_path):
    """BERT-base multiplies 85 million numbers for a token, and more for each token that it looks at."""
    config = {"num_hidden_layers": 12, "hidden_size": 768, "intermediate_size": 3072}
    (tmp_path / "config.json").write_text(json.dumps(config))
    count = part("models").multiply_adds
    assert count(tmp_path, [1]) == 12 * (12 * 768**2 + 2 * 768)
    assert count(tmp_path, [3, 4]) == 12 * (7 * 12 * 768**2 + 2 * 768 * 25)
    # Of the last layer: keys and values of all, one query a text, and what follows of first tokens alone.
    last = 7 * 2 * 768**2 + 2 * (10 * 768**2) + 2 * 768 * 7
    assert count(tmp_path, [3, 4], needed=True) == 11 * (7 * 12 * 768**2 + 2 * 768 * 25) + last


def test_ratios_pair_what_ran_together(part):
    """A ratio is the median over rounds of what ran side by side, not the ratio of medians."""
    ours, theirs = [{"x": 2}, {"x": 30}, {"x": 4}], [{"x": 1}, {"x": 10}, {"x": 1}]
    assert part("rounds").ratios({"modelcat": ours, "trainer": theirs}, ["x"]) == {"modelcat / trainer": {"x": 3}}
    assert part("rounds").paired_ratio([{"x": None}], [{"x": 1}], "x") is None


@pytest.mark.bench
def test_contestants_run_in_processes_of_their_own(part):
    """A job returns its result from its process; one that fails says why."""
    run = part("rounds").run
    assert run("describe", 1)["cores"] >= 1
    with pytest.raises(SystemExit, match="no-such-size"):
        run("make", 1, folder="unused", size="no-such-size", seed=0)


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_gpu_script_needs_a_gpu(tmp_path):
    """Without a GPU the script says so and measures nothing."""
    import torch

    if torch.cuda.is_available():
        pytest.skip("there is one here")
    done = subprocess.run(
        ["bash", str(BENCHMARKS / "gpu.sh")],
        env={"PATH": "/usr/bin:/bin", "PYTHON": sys.executable},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "torch finds no CUDA device here, so nothing was measured." in done.stderr
    assert list(tmp_path.iterdir()) == []
