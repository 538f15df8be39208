"""A thousand damaged model folders: each is used or refused with one message, in bounded time and memory."""

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from model_folders import CONFIGS, copy_of, damage, make_checkpoint

from catalog.errors import ModelcatError
from plugins.nlp.encoders.sources.pretrained import check_source
from plugins.nlp.encoders.sources.source import build, load_source
from plugins.nlp.text_classification.bert.config import BertConfig
from plugins.nlp.text_classification.bert.preparation import HEAD as PLAIN_HEAD

HEAD = replace(PLAIN_HEAD, labels=("negative", "positive"))

COUNT = int(os.environ.get("FAULTS", "50"))
SECONDS, KIBIBYTES = 10, 500_000
"""That one folder may take, and that all of them may add to the memory of the process."""


def verdict(folder: Path, *, load: bool) -> str | None:
    """Return why a folder is refused, as `validate` says, or `run`, which loads it; None if it is used."""
    config = BertConfig(model_name=str(folder), max_seq_length=16)
    try:
        if load:
            build(load_source(config, HEAD, [], folder.parent), 0.1, seed=0)
        else:
            check_source(config.model_name, config.max_seq_length)
    except ModelcatError as error:
        return f"{error.exit_code}: {error.message}"
    return None


def test_damaged_model_folders_are_used_or_refused(tmp_path: Path) -> None:
    """What `validate` refuses `run` refuses with the same message; what it accepts may only turn out damaged later."""
    whole = {family: make_checkpoint(tmp_path / family, family) for family in CONFIGS}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    rng, refused, used, later, slowest = random.Random(20), 0, 0, [], 0.0
    for number in range(COUNT):
        folder = copy_of(whole[family := rng.choice(list(whole))], tmp_path / f"damaged-{number}")
        how = f"{number}: {family}: {damage(folder, rng)}"
        began = time.perf_counter()
        validated, run = verdict(folder, load=False), verdict(folder, load=True)
        slowest = max(slowest, time.perf_counter() - began)
        assert validated in {None, run}, how
        assert run is None or (run[:3] in {"1: ", "2: "} and "\n" not in run), how
        used += run is None
        refused += validated is not None
        if validated != run:
            later.append(f"{how}: {run}")
        shutil.rmtree(folder)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    sys.stdout.write(f"\n{COUNT} folders: {used} used, {refused} refused, {len(later)} by run alone, {slowest:.1f} s\n")
    assert slowest < SECONDS
    assert grown < KIBIBYTES
    assert len(later) <= COUNT / 25, "\n".join(later)


@pytest.mark.parametrize("command", ["validate", "run"])
def test_the_command_answers_once(command: str, tmp_path: Path) -> None:
    """A damaged folder is one message and exit code 2, and nothing is left behind."""
    rows = "".join(f"{word} film {number},{number % 2}\n" for number in range(40) for word in ("good",))
    (tmp_path / "data.csv").write_text(f"text,label\n{rows}")
    whole, rng = make_checkpoint(tmp_path / "whole", "bert"), random.Random(3)
    spec = {
        "category": "nlp",
        "subcategory": "text-classification",
        "model": "bert",
        "model_config": {"model_name": "m", "max_seq_length": 16, "batch_size": 8, "epochs": 1},
        "dataset": {"source": "files", "train": "data.csv"},
        "study": {"trials": 1},
    }
    (tmp_path / "spec.json").write_text(json.dumps(spec))
    for _ in range(max(1, COUNT // 200)):
        folder = copy_of(whole, tmp_path / "m")
        while verdict(folder, load=False) is None:
            how = damage(copy_of(whole, folder), rng)
        ended = subprocess.run(
            [Path(sys.executable).with_name("modelcat"), command, "spec.json"],
            cwd=tmp_path,
            env={**os.environ, "MODELCAT_CACHE": str(tmp_path / "cache")},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert ended.returncode == 2, (how, ended.stderr)
        assert "Traceback" not in ended.stderr, how
        assert ended.stdout == ""
        assert sum(line.startswith("modelcat: ") for line in ended.stderr.splitlines()) == 1, ended.stderr
        assert not (tmp_path / "studies.db").exists(), how
