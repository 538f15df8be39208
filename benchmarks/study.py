"""How long a study takes, against a plain script of Optuna and transformers' Trainer that trains the same trials.

    python benchmarks/study.py --data imdb/train.parquet          JSON on stdout, a table on stderr

modelcat's study runs first: `modelcat run`, one worker, no pruning, no confirmation. The plain script
(`parts/plain_study.py`) is then given exactly the parameters that modelcat's trials had, in their order, so that both
train the same trials on the same reviews and validate after every epoch; a trial's value is that of its best epoch.
Which parameters are worth trying is therefore no part of the comparison, nor is pruning.

Compared are whole commands, from the start of the process to its end: imports, reading, tokenising, every trial.
Further work of modelcat counts against it: the baseline, saving each model, labelling the test split (as large as the
validation split), writing the database. Its trials alone, as it records them, are reported too. One run of each;
--sides adds a plain script tuned for speed.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from parts.machine import cores
from parts.options import (
    Setting,
    add_data,
    add_machine,
    add_training,
    files_for,
    hyperparameters,
    parser,
    print_report,
    set_up,
    temporary,
)
from parts.rounds import python_path, run, say

MODELCAT = Path(sys.executable).with_name("modelcat")
SPACE = {
    "learning_rate": {"low": 5e-5, "high": 3e-4, "log": True},
    "batch_size": {"choices": [16, 32]},
    "epochs": {"low": 1, "high": 3},
    "warmup_steps": {"low": 0.0, "high": 0.1},
}


def main() -> None:
    """Measure and print."""
    options = parse()
    if options.threads != cores():
        raise SystemExit(f"modelcat's worker uses all {cores()} cores; for fewer, run this under taskset.")
    with temporary() as folder:
        setting = set_up(options, folder)
        split = {"train": options.rows, "validation": options.validation_rows, "test": options.validation_rows}
        files = files_for(options, setting, split)
        given = hyperparameters(options)
        ours = modelcat_study(options, setting, files, given)
        sides = {"modelcat": ours}
        for side in options.sides:
            say(f"plain script: {side}")
            began = time.perf_counter()
            task = {"contestant": side, "model": str(setting.model), "files": files, "hyperparameters": given}
            task |= {"device": setting.device, "threads": setting.threads}
            found = run("plain study", setting.threads, task=task, space=SPACE, trials=ours["params"])
            sides[side] = {
                "seconds": time.perf_counter() - began,
                "trial_seconds": sum(found["seconds"]),
                "best": max(found["values"]),
                "values": found["values"],
                "params": found["params"],
            }
    report = {
        "machine": dict(setting.about),
        "settings": given | split | {"trials": options.trials, "space": SPACE, "made_up": options.data is None},
        "sides": sides,
        "ratios": {
            f"modelcat / {side}": {
                "speed": sides[side]["seconds"] / ours["seconds"],
                "speed_of_trials": sides[side]["trial_seconds"] / ours["trial_seconds"],
                "best_points_more": 100 * (ours["best"] - sides[side]["best"]),
            }
            for side in options.sides
        },
    }
    print_report(report, *tables(report))


def parse(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    found = parser(__doc__, "python benchmarks/study.py --trials 20 --rows 600 --max-length 128")
    add_machine(found, rounds=None)
    add_data(found)
    add_training(found, max_length=128, batch=32, epochs=2, learning_rate=1e-4)
    names = ["trainer", "trainer-tuned", "trainer-tuned-dropout"]
    found.add_argument("--sides", nargs="+", choices=names, default=names[:1], help="plain scripts (%(default)s)")
    found.add_argument("--trials", type=int, default=20, help="trials (%(default)s)")
    found.add_argument("--rows", type=int, default=600, help="training reviews (%(default)s)")
    found.add_argument("--validation-rows", type=int, default=300, help="validation reviews (%(default)s)")
    return found.parse_args(arguments)


def modelcat_study(
    options: argparse.Namespace, setting: Setting, files: Mapping[str, str], given: Mapping[str, Any]
) -> dict[str, Any]:
    """Run modelcat's study; return what it took, and the parameters of its trials in order."""
    spec = {
        "model": "bert",
        "category": "nlp",
        "subcategory": "text-classification",
        "model_config": {
            "model_name": str(setting.model),
            "num_labels": 2,
            "max_seq_length": given["max_length"],
            "batch_size": given["batch"],
            "epochs": given["epochs"],
            "learning_rate": given["learning_rate"],
            "warmup_steps": given["warmup_share"],
            "weight_decay": given["weight_decay"],
        },
        "dataset": {"source": "files", **files},
        "study": {
            "name": "benchmark",
            "trials": options.trials,
            "metric": "accuracy",
            "pruner": "none",
            "search_space": SPACE,
            "confirm": {"top": 0, "seeds": 1},
        },
    }
    (setting.folder / "spec.json").write_text(json.dumps(spec), encoding="utf-8")
    say(f"modelcat: {options.trials} trials")
    began = time.perf_counter()
    done = modelcat(setting, "run", "spec.json", "--json")
    seconds = time.perf_counter() - began
    trials = modelcat(setting, "trials", "benchmark", "--json")
    if unfinished := [trial for trial in trials if trial["state"] != "complete"]:
        raise SystemExit(f"Trial {unfinished[0]['number']} of modelcat's study is {unfinished[0]['state']}.")
    return {
        "seconds": seconds,
        "trial_seconds": sum(trial["seconds"] for trial in trials),
        "best": max(trial["value"] for trial in trials),
        "values": [trial["value"] for trial in trials],
        "params": [trial["params"] for trial in trials],
        "test": done["test"],
    }


def modelcat(setting: Setting, *arguments: str) -> Any:
    """Run the command in the benchmark's folder, with a cache of its own, and return its JSON."""
    environment = os.environ | {
        "MODELCAT_CACHE": str(setting.folder / "cache"),
        "MODELCAT_STORAGE": f"sqlite:///{setting.folder / 'studies.db'}",
        "HF_HUB_OFFLINE": "1",
        "PYTHONPATH": python_path(),
    }
    if setting.device == "cpu":
        environment["CUDA_VISIBLE_DEVICES"] = ""
    done = subprocess.run(  # noqa: S603 -- ours
        [str(MODELCAT), *arguments], cwd=setting.folder, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"modelcat {arguments[0]} failed:\n{done.stdout[-1000:]}\n{done.stderr[-3000:]}")
    return json.loads(done.stdout)


def tables(report: Mapping[str, Any]) -> list[tuple[Sequence[str], list[list[Any]]]]:
    """Return the tables of sides and of ratios."""
    lines = [
        [name, side["seconds"], side["trial_seconds"], f"{side['best']:.2%}"] for name, side in report["sides"].items()
    ]
    compared = [
        [name, ratio["speed"], ratio["speed_of_trials"], f"{ratio['best_points_more']:+.2f}"]
        for name, ratio in report["ratios"].items()
    ]
    return [
        (("side", "whole command s", "trials s", "best validation accuracy"), lines),
        (("ratio", "whole command", "trials", "best, points more"), compared),
    ]


if __name__ == "__main__":
    main()
