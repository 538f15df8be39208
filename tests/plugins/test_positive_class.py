"""Of two classes, precision, recall, F1 and ROC AUC are those of the class that `dataset.positive` names."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet
from sklearn import metrics as reference

from catalog.contract import DataSummary
from catalog.contract.capabilities import EvaluationFile
from catalog.errors import DataError, ModelSourceError
from plugins.classification.evaluation import comparison, evaluation, predictions
from plugins.classification.evaluation.intervals import bootstrap
from plugins.classification.evaluation.metrics import measure
from plugins.classification.records import class_data, class_details
from plugins.data.positive import resolve_positive
from plugins.nlp.text_classification.data import load
from plugins.nlp.text_classification.dataset import DemoDataset, FilesDataset
from plugins.nlp.text_classification.diagnosis import diagnose
from plugins.nlp.text_classification.linear.config import LinearConfig
from plugins.nlp.text_classification.linear.trainer import LinearTrainer
from plugins.nlp.text_classification.task import task

FRAUD = ["charge", "refund", "stolen", "card"]
FILLER = ["please", "the", "order", "parcel", "colour", "again", "about", "invoice"]


def said(rows: int = 400, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, a tenth of them of class 0, and probabilities that are often right."""
    rng = np.random.default_rng(seed)
    labels = (rng.random(rows) > 0.1).astype(np.int64)
    odds = np.exp(rng.normal(scale=1.2, size=rows) + 2.0 * labels - 0.2)
    probability = (odds / (1 + odds)).astype(np.float32)
    return labels, np.stack([1 - probability, probability], axis=1)


def table(rows: int = 480) -> list[tuple[str, str]]:
    """Rows of which one in six is fraud, half of it given away by a word."""
    rng, found = np.random.default_rng(1), []
    for row in range(rows):
        fraud = row % 6 == 0
        words = list(rng.choice(FILLER, 6))
        if fraud and row % 4:
            words.insert(3, str(rng.choice(FRAUD)))
        found.append((f"{' '.join(words)} ref{row}", "fraud" if fraud else "ok"))
    return found


def written(path: Path, rows: list[tuple[str, str]]) -> str:
    """Write rows as CSV."""
    path.write_text("text,label\n" + "".join(f"{text},{label}\n" for text, label in rows))
    return str(path)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> FilesDataset:
    """Two classes, sorted by name: fraud, ok."""
    path = tmp_path_factory.mktemp("fraud") / "fraud.csv"
    return FilesDataset(source="files", train=written(path, table()))


@pytest.mark.parametrize("positive", [0, 1])
def test_scores_are_those_of_the_positive_class(positive: int) -> None:
    """Precision, recall, F1 and the area are scikit-learn's of the positive class; nothing else changes."""
    labels, probabilities = said()
    found, predicted = measure(labels, probabilities, positive), probabilities.argmax(axis=1)
    for name, score in (
        ("precision", reference.precision_score),
        ("recall", reference.recall_score),
        ("f1", reference.f1_score),
    ):
        assert found[name] == pytest.approx(score(labels, predicted, pos_label=positive))
    area = reference.roc_auc_score(labels == positive, probabilities[:, positive])
    assert found["roc_auc"] == pytest.approx(area)
    other = measure(labels, probabilities, 1 - positive)
    same = set(found) - {"precision", "recall", "f1", "roc_auc", "pr_auc"}
    assert {name: found[name] for name in same} == {name: other[name] for name in same}
    assert found["f1"] != other["f1"]


def test_turned_classes_have_the_same_scores() -> None:
    """The order of the classes does not matter once the positive one is named."""
    labels, probabilities = said()
    first, turned = measure(labels, probabilities, 0), measure(1 - labels, probabilities[:, ::-1], 1)
    assert first == pytest.approx(turned)


def test_more_than_two_classes_have_averages_whatever_is_positive() -> None:
    """Of three classes the scores are means, which no positive class changes."""
    rng = np.random.default_rng(3)
    labels, probabilities = rng.integers(0, 3, 90), rng.dirichlet(np.ones(3), 90)
    assert measure(labels, probabilities, 0) == measure(labels, probabilities, 2)
    assert measure(labels, probabilities, 0)["f1"] == pytest.approx(
        reference.f1_score(labels, probabilities.argmax(axis=1), average="macro")
    )


@pytest.mark.parametrize("positive", [0, 1])
def test_intervals_are_of_the_positive_class(positive: int) -> None:
    """The bootstrap resamples the very scores that were measured."""
    labels, probabilities = said(200)
    measured = measure(labels, probabilities, positive)
    found = bootstrap(measured, labels, probabilities, positive=positive)
    rng = np.random.default_rng(9)
    drawn = [rng.integers(0, 200, 200) for _ in range(400)]
    for name in ("f1", "roc_auc"):
        slow = [measure(labels[rows], probabilities[rows], positive)[name] for rows in drawn]
        assert found[name] == pytest.approx(np.percentile(slow, (2.5, 97.5)), abs=0.04)


def test_evaluations_name_their_class_and_files_keep_it(tmp_path: Path) -> None:
    """The evaluation of a model says which class its scores are of, and so does its file of predictions."""
    labels, probabilities = said()
    judged = evaluation.save_and_evaluate(
        "test", labels, probabilities, tmp_path, 0.0, names=["fraud", "ok"], positive=0
    )
    assert class_details(judged).positive == "fraud"
    assert judged.metrics["f1"] == class_details(judged).classes[0].f1
    assert predictions.read(judged.predictions).positive == 0
    again = evaluation.rescaled(judged.predictions, "test", 1.0)
    assert again.metrics["f1"] == judged.metrics["f1"]
    assert class_details(again).positive == "0"
    three = evaluation.save_and_evaluate("test", labels, np.full((400, 3), 1 / 3), tmp_path, 0.0)
    assert class_details(three).positive is None


def without_metadata(path: Path) -> Path:
    """Write the file again as modelcat 0.1 did: without metadata."""
    parquet.write_table(parquet.read_table(path).replace_schema_metadata(None), path)
    return path


def test_older_files_of_predictions_mean_class_1(tmp_path: Path) -> None:
    """A file without a positive class is read as it was meant: of class 1."""
    labels, probabilities = said()
    predictions.write(tmp_path / "old.parquet", labels, probabilities, positive=0)
    assert predictions.read(without_metadata(tmp_path / "old.parquet")).positive == 1


def test_a_positive_class_that_is_no_class_spoils_a_file(tmp_path: Path) -> None:
    """A file whose positive class lies outside its classes is refused."""
    labels, probabilities = said(60)
    predictions.write(tmp_path / "wrong.parquet", labels, probabilities, positive=2)
    with pytest.raises(DataError, match="does not hold predictions"):
        predictions.read(tmp_path / "wrong.parquet")


@pytest.mark.parametrize("positive", [0, 1])
def test_comparisons_are_of_the_positive_class(tmp_path: Path, positive: int) -> None:
    """The difference of two models in F1 is that of the class that their files name."""
    labels, good = said()
    bad = said(seed=7)[1]
    for name, probabilities in (("good", good), ("bad", bad)):
        predictions.write(tmp_path / f"{name}.parquet", labels, probabilities, positive=positive)
    found = comparison.compare([tmp_path / "good.parquet"], [tmp_path / "bad.parquet"], "f1", 0)
    scores = [reference.f1_score(labels, one.argmax(axis=1), pos_label=positive) for one in (good, bad)]
    assert found.difference == pytest.approx(scores[0] - scores[1])
    assert found.low <= found.difference <= found.high


def test_files_of_different_positive_classes_are_not_compared(tmp_path: Path) -> None:
    """F1 of one class minus F1 of another is no number; what does not depend on the class is compared."""
    labels, probabilities = said()
    for positive in (0, 1):
        predictions.write(tmp_path / f"{positive}.parquet", labels, probabilities, positive=positive)
    files = [tmp_path / "0.parquet"], [tmp_path / "1.parquet"]
    with pytest.raises(DataError, match="different positive classes"):
        comparison.compare(*files, "f1", 0)
    assert comparison.compare(*files, "macro_f1", 0).difference == 0


@pytest.mark.parametrize(
    ("given", "names", "rows", "positive", "told"),
    [
        (None, ("fraud", "ok"), (14, 1426), "ok", "'fraud' is the rarer one"),
        (None, ("ok", "fraud"), (1426, 14), "fraud", None),
        (None, ("no", "yes"), (500, 501), "yes", None),
        (None, ("no", "yes"), (45, 55), "yes", "'no' is the rarer one"),
        ("fraud", ("fraud", "ok"), (14, 1426), "fraud", None),
        ("ok", ("fraud", "ok"), (14, 1426), "ok", None),
        (None, ("a", "b", "c"), (1, 2, 300), None, None),
    ],
)
def test_the_positive_class_is_found(given, names, rows, positive, told) -> None:
    """The named class, else the second; a note where the first is clearly rarer and none is named."""
    found, notes = resolve_positive(given, names, rows, {})
    assert found == positive
    assert [told in note for note in notes] == ([] if told is None else [True])


@pytest.mark.parametrize(
    ("given", "names", "stored", "positive"),
    [
        ("1.0", ("0", "1"), {}, "1"),
        ("True", ("false", "true"), {}, "true"),
        ("5", ("bad", "good"), {"1": "bad", "5": "good"}, "good"),
        ("good", ("bad", "good"), {"good": "bad"}, "good"),
    ],
)
def test_the_positive_class_may_be_named_as_the_data_have_it(given, names, stored, positive) -> None:
    """1.0 is 1, and a stored value is the class that it stands for; a class name comes first."""
    assert resolve_positive(given, names, (5, 5), stored) == (positive, ())


@pytest.mark.parametrize(
    ("given", "names", "told"),
    [
        ("fruad", ("fraud", "ok"), "Did you mean 'fraud'?"),
        ("1", ("fraud", "ok"), "the classes are fraud, ok"),
        ("a", ("a", "b", "c"), "the data have 3 classes: a, b, c"),
    ],
)
def test_a_positive_class_that_cannot_be_is_refused(given, names, told) -> None:
    """A name that is no class, and a positive class of three, are errors of the field."""
    with pytest.raises(DataError) as caught:
        resolve_positive(given, names, [10] * len(names), {})
    assert told in caught.value.message
    assert caught.value.field == "dataset.positive"


def parquet_of_ids(path: Path) -> str:
    """Write ids with published names, as the datasets library does: 0 is fraud."""
    names = ["fraud", "ok"]
    rows = table()
    info = {"info": {"features": {"label": {"names": names, "_type": "ClassLabel"}}}}
    found = pa.table({"text": [text for text, _ in rows], "label": [names.index(label) for _, label in rows]})
    parquet.write_table(found.replace_schema_metadata({"huggingface": json.dumps(info)}), path)
    return str(path)


@pytest.mark.parametrize("kind", ["alphabetical", "named in another order", "published ids"])
@pytest.mark.parametrize("positive", ["fraud", "ok"])
def test_the_order_of_classes_does_not_decide_whose_scores_they_are(tmp_path: Path, kind: str, positive: str) -> None:
    """However classes come to their ids, the summary and a training are of the named class."""
    path, labels = tmp_path / "rows.csv", None
    if kind == "published ids":
        train = parquet_of_ids(tmp_path / "rows.parquet")
    else:
        train = written(path, table())
        labels = ("ok", "fraud") if kind == "named in another order" else None
    dataset = FilesDataset(source="files", train=train, labels=labels, positive=positive)
    summary = load(dataset, tmp_path).summary
    assert class_data(summary).labels == (labels or ("fraud", "ok"))
    assert class_data(summary).positive == positive
    assert class_data(summary).labels[class_data(summary).positive_id] == positive
    assert not any("rarer" in note for note in summary.notes)


def test_data_without_a_positive_class_say_which_one_counts(files: FilesDataset, tmp_path: Path) -> None:
    """The second class counts where none is named, and a note says that the other one is rarer."""
    summary = load(files, tmp_path).summary
    assert class_data(summary).positive == "ok"
    [note] = [note for note in summary.notes if "rarer" in note]
    assert '"positive": "fraud"' in note
    demo = load(DemoDataset(source="demo", size=400, positive="negative"), tmp_path).summary
    assert class_data(demo).positive == "negative"
    with pytest.raises(DataError, match="no class of the data"):
        load(DemoDataset(source="demo", size=400, positive="nice"), tmp_path)


def test_summaries_of_older_studies_mean_the_second_class() -> None:
    """A summary that was stored without a positive class has the second one."""
    assert class_data(DataSummary("x", "", {}, details={"labels": ["a", "b"]})).positive_id == 1


@pytest.fixture
def linear(files: FilesDataset, tmp_path: Path, make_context):
    """Return a function that trains the linear model with a positive class, and what it trained on."""

    def train(positive: str | None):
        trainer, config = LinearTrainer(), LinearConfig()
        prepared = trainer.prepare(
            task.load(files.model_copy(update={"positive": positive}), tmp_path), config, tmp_path
        )
        folder = tmp_path / str(positive)
        folder.mkdir()
        context, heard = make_context(folder=folder, metric="f1")
        return trainer, prepared, trainer.train(config, prepared, context), heard

    return train


def test_the_linear_model_is_trained_for_the_positive_class(linear, tmp_path: Path) -> None:
    """Reports, result, and evaluations, also of a file, are of the class that the data name."""
    trainer, prepared, result, heard = linear("fraud")
    rows = prepared.splits["validation"]
    kept = predictions.read(result.predictions)
    expected = reference.f1_score(rows.labels, kept.probabilities.argmax(axis=1), pos_label=0)
    assert result.metrics["f1"] == heard.reports[-1].metrics["f1"] == pytest.approx(expected)
    assert class_details(result.evaluation).positive == "fraud"
    test = trainer.evaluate(result.model_dir, prepared, "test", folder=tmp_path, device="cpu", threads=1)
    assert class_details(test).positive == "fraud"
    assert test.metrics["recall"] == class_details(test).classes[0].recall
    found = judged_file(trainer, result.model_dir, tmp_path)
    assert class_details(found).positive == "fraud"
    assert found.metrics["f1"] == class_details(found).classes[0].f1
    _, _, other, _ = linear(None)
    assert class_details(other.evaluation).positive == "ok"
    assert other.metrics["f1"] == class_details(other.evaluation).classes[1].f1 != result.metrics["f1"]


def judged_file(trainer, model_dir: Path, folder: Path):
    """Evaluate a model on a file of its own."""
    path = folder / "more.csv"
    written(path, table(90))
    file = EvaluationFile(path, {"text": ("text",), "label": ("label",)})
    return trainer.evaluate_file(model_dir, file, folder=folder, device="cpu", threads=1)


def test_older_folders_of_the_linear_model_mean_class_1(linear, tmp_path: Path) -> None:
    """A folder without a record of the positive class is evaluated by class 1, a damaged record is refused."""
    trainer, _, result, _ = linear("fraud")
    record = result.model_dir / "modelcat.json"
    assert json.loads(record.read_text())["positive"] == "fraud"
    record.unlink()
    found = judged_file(trainer, result.model_dir, tmp_path)
    assert class_details(found).positive == "ok"
    assert found.metrics["f1"] == class_details(found).classes[1].f1
    for content in ('{"positive": "neither"}', '{"positive": 1}', "[1]", "{"):
        record.write_text(content)
        with pytest.raises(ModelSourceError, match=r"modelcat\.json"):
            judged_file(trainer, result.model_dir, tmp_path)


def test_calibration_keeps_the_positive_class(linear, tmp_path: Path) -> None:
    """A temperature changes neither the class of the scores nor who says so."""
    trainer, _, result, _ = linear("fraud")
    before = judged_file(trainer, result.model_dir, tmp_path)
    temperature = trainer.calibrate(result.model_dir, result.predictions)
    after = judged_file(trainer, result.model_dir, tmp_path)
    assert (class_details(after).positive, after.metrics["f1"]) == ("fraud", before.metrics["f1"])
    rescaled = task.rescaled(result.predictions, "validation", temperature)
    assert rescaled.metrics["f1"] == result.metrics["f1"]


def test_findings_name_the_class_of_their_metric(linear) -> None:
    """If a study was tuned for F1, what the diagnosis says of it names the class."""
    from catalog.contract import Comparison
    from catalog.contract.diagnosis import DiagnosisInput
    from runner.presentation.english import english

    _, prepared, _, _ = linear("fraud")
    worse = Comparison("f1", -0.05, -0.09, -0.01, 400, (1, 1))
    evidence = DiagnosisInput(prepared.summary, LinearConfig, "f1", {}, (), None, versus_baseline=worse)
    told = [english(found.evidence) for found in diagnose(evidence)]
    assert any("points of F1 of fraud worse" in sentence for sentence in told)


@pytest.fixture
def bert(files: FilesDataset, tmp_path: Path, make_context, tiny):
    """Return a function that trains the tiny BERT for F1 with a positive class, and its configuration."""
    from plugins.nlp.text_classification.bert.trainer import BertTrainer

    def train(positive: str | None, **changes):
        trainer, config = BertTrainer(), tiny(epochs=2)
        prepared = trainer.prepare(
            task.load(files.model_copy(update={"positive": positive}), tmp_path / "cache"), config, tmp_path / "cache"
        )
        folder = tmp_path / str(positive)
        folder.mkdir(exist_ok=True)
        context, heard = make_context(folder=folder, metric="f1", **changes)
        return trainer, prepared, trainer.train(config, prepared, context), heard

    return train


def test_bert_is_trained_for_the_positive_class(bert, tmp_path: Path) -> None:
    """Each epoch is measured by the class that the data name, which the kept model knows; an older one has class 1."""
    trainer, prepared, result, heard = bert("fraud")
    kept = predictions.read(result.predictions)
    labels = prepared.data.splits["validation"].labels
    assert result.metrics == measure(labels, kept.probabilities, 0) | {"loss": result.metrics["loss"]}
    assert result.metrics["f1"] == max(report.metrics["f1"] for report in heard.reports)
    assert class_details(result.evaluation).positive == "fraud"
    assert result.evaluation.metrics["f1"] == class_details(result.evaluation).classes[0].f1
    test = trainer.evaluate(result.model_dir, prepared, "test", folder=tmp_path, device="cpu", threads=1)
    assert (class_details(test).positive, test.metrics["recall"]) == ("fraud", class_details(test).classes[0].recall)
    found = judged_file(trainer, result.model_dir, tmp_path)
    assert (class_details(found).positive, found.metrics["f1"]) == ("fraud", class_details(found).classes[0].f1)
    record = result.model_dir / "modelcat.json"
    older = json.loads(record.read_text())
    assert older.pop("positive") == "fraud"
    record.write_text(json.dumps(older))
    found = judged_file(trainer, result.model_dir, tmp_path)
    assert (class_details(found).positive, found.metrics["f1"]) == ("ok", class_details(found).classes[1].f1)


def test_a_checkpoint_of_another_positive_class_is_left_alone(files: FilesDataset, tmp_path: Path, tiny, make_context):
    """A checkpoint whose best epoch was chosen for one class is not resumed for the other."""
    import torch

    from plugins.nlp.encoders.checkpoints.state import identity_of
    from plugins.nlp.encoders.packed import PackedModel
    from plugins.nlp.encoders.precision import choose
    from plugins.nlp.encoders.sources.source import build
    from plugins.nlp.text_classification.bert.trainer import BertTrainer
    from plugins.nlp.text_classification.bert.training import data_identity

    found, config = {}, tiny()
    for positive in (None, "ok", "fraud"):
        prepared = BertTrainer().prepare(
            task.load(files.model_copy(update={"positive": positive}), tmp_path / "cache"), config, tmp_path / "cache"
        )
        device = torch.device("cpu")
        model = PackedModel(build(prepared.source, 0.0, 0), device, choose("fp32", None, device, 128))
        found[positive] = identity_of(config, make_context()[0], model, prepared.encoder, data_identity(prepared))
    assert found[None] == found["ok"]
    assert found["ok"] != found["fraud"]
