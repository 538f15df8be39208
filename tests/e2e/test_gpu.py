"""A study on a machine with a GPU, from a process that has not used it before."""

import pytest

torch = pytest.importorskip("torch")
pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")


@pytest.mark.parametrize("precision", ["auto", "fp16", "fp32"])
def test_a_study_runs_on_the_gpu(shell, precision):
    """Two trials are tuned on the GPU, and the winner is evaluated and predicts."""
    category = {"category": "nlp", "subcategory": "text-classification", "model": "bert"}
    config = {
        "model_name": "scratch/bert-tiny",
        "num_labels": 2,
        "max_seq_length": 48,
        "epochs": 1,
        "precision": precision,
    }
    study = {"name": "fast", "trials": 2, "confirm": {"top": 0, "seeds": 1}}
    shell.write(
        "s.json", {**category, "model_config": config, "dataset": {"source": "demo", "size": 400}, "study": study}
    )
    answer = shell.json("run", "s.json")
    assert sum(answer["trials"].values()) == 2
    assert answer["trials"]["failed"] == 0
    assert shell.json("predict", "fast", "a good film")[0]["label"] in {"negative", "positive"}
