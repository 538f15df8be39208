"""How a cluster, or this machine, is divided into workers."""

from dataclasses import replace

import pytest

from catalog.errors import InputError
from runner.cli.workspace import run_workspace
from runner.engine import gpus
from runner.engine.ray.capacity import Node, Share, shares
from runner.study.workspace import local_workers


def node(name, cpus, gpus=0):
    """Return a node."""
    return Node(name, name, cpus, gpus)


@pytest.mark.parametrize(
    ("nodes", "wanted", "expected"),
    [
        pytest.param([node("a", 64, 8), node("b", 32)], None, {"a": Share(8, 1, 8)}, id="one a GPU, none without"),
        pytest.param([node("a", 64, 8), node("b", 64, 8)], 10, {"a": Share(8, 1, 8), "b": Share(2, 1, 8)}, id="ten"),
        pytest.param([node("a", 16), node("b", 2)], None, {"a": Share(4, 0, 4), "b": Share(1, 0, 2)}, id="fours"),
        pytest.param([node("a", 8), node("b", 8)], 2, {"a": Share(1, 0, 8), "b": Share(1, 0, 8)}, id="whole nodes"),
        pytest.param([node("a", 8), node("b", 2)], 5, {"a": Share(4, 0, 2), "b": Share(1, 0, 2)}, id="twos"),
        pytest.param([node("a", 2)], 9, {"a": Share(2, 0, 1)}, id="more than there is"),
        pytest.param([node("head", 0)], None, {}, id="nothing lent"),
        pytest.param([], 3, {}, id="nobody"),
    ],
)
def test_a_cluster_is_divided(nodes, wanted, expected):
    """GPUs go first, one each; else cores are dealt out so that there are as many workers as wanted."""
    assert shares(nodes, wanted) == expected


@pytest.mark.parametrize(
    ("chosen", "expected"),
    [(None, 4), ("", 0), ("-1", 0), ("0", 1), ("2,0", 2), ("0,9,1", 1), ("GPU-8932f937,GPU-11", 2), ("NoDevFiles", 0)],
)
def test_gpus_are_counted_as_cuda_shows_them(monkeypatch, tmp_path, chosen, expected):
    """``CUDA_VISIBLE_DEVICES`` is honoured; what follows a device that is not there counts no more."""
    for index in range(4):
        (tmp_path / f"0000:0{index}:00.0").mkdir()
    monkeypatch.setattr(gpus, "_DRIVER", tmp_path)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    if chosen is not None:
        monkeypatch.setenv("CUDA_VISIBLE_DEVICES", chosen)
    assert gpus.usable_gpus() == expected


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        ("echo 'GPU 0: NVIDIA H100 (UUID: GPU-1)'; echo '  MIG 1g'; echo 'GPU 1: NVIDIA H100 (UUID: GPU-2)'", 2),
        ("echo 'NVIDIA-SMI has failed'; exit 9", 0),
        (None, 0),
    ],
)
def test_nvidia_smi_is_asked_where_the_driver_tells_nothing(monkeypatch, tmp_path, script, expected):
    """A container may hide the driver's files; a command that fails or is not there means no GPU."""
    monkeypatch.setattr(gpus, "_DRIVER", tmp_path / "none")
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin" if script else str(tmp_path))
    if script:
        command = tmp_path / "nvidia-smi"
        command.write_text(f"#!/bin/sh\n{script}\n")
        command.chmod(0o755)
    assert gpus.usable_gpus() == expected


def test_auto_is_one_worker_a_gpu_and_one_without(monkeypatch, workspace):
    """Several GPUs of one machine need no cluster."""
    for found, workers in ((4, 4), (0, 1)):
        monkeypatch.setattr("runner.study.workspace.usable_gpus", lambda found=found: found)
        assert local_workers(run_workspace(workspace, "auto", None, None)) == workers
    assert local_workers(run_workspace(workspace, None, None, None)) == 1
    assert local_workers(run_workspace(workspace, "3", None, None)) == 3


def test_a_cluster_is_chosen_by_option_or_environment(monkeypatch, workspace):
    """Options go before the environment; folders are absolute, since nodes have working directories of their own."""
    relative = replace(workspace, folder=workspace.folder.relative_to(workspace.folder.anchor))
    monkeypatch.setenv("MODELCAT_ENGINE", "ray")
    monkeypatch.setenv("MODELCAT_ADDRESS", "head:6379")
    found = run_workspace(relative, None, None, None)
    assert (found.engine, found.address, found.workers) == ("ray", "head:6379", None)
    assert found.folder.is_absolute()
    assert run_workspace(workspace, "8", None, "other:1").address == "other:1"
    assert run_workspace(workspace, "auto", "local", None).engine == "local"


@pytest.mark.parametrize(
    ("workers", "engine", "address", "message"),
    [
        (None, "slurm", None, "--engine 'slurm' is unknown; known: local, ray"),
        (None, "", None, "known: local, ray"),
        (None, None, "head:6379", "--address head:6379 is for --engine ray"),
        ("0", None, None, "--workers '0' is neither auto nor a count"),
        ("many", "ray", None, "--workers 'many' is neither auto nor a count"),
        ("10001", "ray", None, "from 1 to 10,000"),
        ("257", None, None, "at most 256"),
    ],
)
def test_a_wrong_choice_is_told(workspace, workers, engine, address, message):
    """An unknown engine, an address without a cluster and an impossible number of workers are wrong input."""
    with pytest.raises(InputError, match=message.replace("?", r"\?")):
        run_workspace(workspace, workers, engine, address)


def test_the_environment_may_be_wrong_too(monkeypatch, workspace):
    """A wrong value of the environment is named as what is to be changed."""
    monkeypatch.setenv("MODELCAT_ENGINE", "rya")
    with pytest.raises(InputError, match=r"MODELCAT_ENGINE 'rya' is unknown; did you mean 'ray'\?"):
        run_workspace(workspace, None, None, None)
