"""A metric that is undefined on the validation split is refused before a study begins."""

from pathlib import Path

import pytest

from catalog.errors import DataError
from catalog.spec import resolve
from runner.study.inspection import inspect_data
from runner.study.preparation import widened

MODELS = ("linear", "bert")


def request_of(folder: Path, model: str, metric: str):
    """Return a request for a study of texts whose validation rows are all of one class."""
    rows = [(f"{'good' if row % 2 else 'bad'} film {row}", "yes" if row % 2 else "no") for row in range(40)]
    for name, chosen in (("train", rows), ("validation", rows[1::2]), ("test", rows)):
        (folder / f"{name}.csv").write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in chosen))
    files = {split: f"{split}.csv" for split in ("train", "validation", "test")}
    spec = {
        "category": "nlp",
        "subcategory": "text-classification",
        "model": model,
        "model_config": {"model_name": "scratch/bert-tiny"} if model == "bert" else {},
        "dataset": {"source": "files", **files},
        "study": {"metric": metric},
    }
    return resolve(spec, folder)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("metric", ["roc_auc", "pr_auc", "top_k_accuracy"])
def test_an_undefined_metric_is_an_error_of_the_spec(tmp_path, model, metric):
    """Validation and preparation say which metric it is, and why it says nothing."""
    request = request_of(tmp_path, model, metric)
    with pytest.raises(DataError, match=f"{metric} cannot be tuned for: ") as caught:
        inspect_data(request, tmp_path)
    assert caught.value.field == "study.metric"
    summary = request.task.load(request.dataset, tmp_path).summary
    with pytest.raises(DataError, match="cannot be tuned for"):
        widened(request, summary)


@pytest.mark.parametrize("model", MODELS)
def test_a_defined_metric_is_accepted(tmp_path, model):
    """On the same rows, all that needs no second class can be tuned for."""
    request = request_of(tmp_path, model, "balanced_accuracy")
    summary = inspect_data(request, tmp_path)
    assert summary is not None
    assert widened(request, summary)
