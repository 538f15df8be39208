"""What the linear trainer offers beyond the contract: calibration, examples, files; and its full evaluations."""

import json

import numpy as np
import pytest

from catalog.contract import Decision, Direction, TrialContext
from catalog.contract.capabilities import Calibrates, EvaluatesFiles, EvaluationFile
from catalog.errors import DataError, ModelSourceError
from plugins.classification.evaluation import predictions
from plugins.classification.records import class_details
from plugins.nlp.text_classification.dataset import FilesDataset
from plugins.nlp.text_classification.linear.descriptor import model
from plugins.nlp.text_classification.linear.folder import read_temperature
from plugins.nlp.text_classification.records import length_details
from plugins.nlp.text_classification.task import task

WORDS = (("dull", "clumsy", "awful"), ("splendid", "moving", "brilliant"), ("middling", "passable", "average"))


def prepare(folder, classes: int = 2, rows: int = 900, noise: float = 0.2):
    """Reviews of which some have a label drawn by chance, so that a close fit is too sure of itself."""
    rng, lines = np.random.default_rng(0), []
    for i in range(rows):
        label = i % classes
        text = f"film {rng.integers(200)} had a {rng.choice(WORDS[label])} plot {rng.integers(200)}"
        lines.append({"text": text, "label": f"c{rng.integers(classes) if rng.random() < noise else label}"})
    (folder / "train.jsonl").write_text("\n".join(map(json.dumps, lines)))
    dataset = FilesDataset(source="files", train=str(folder / "train.jsonl"))
    return model.trainer().prepare(task.load(dataset, folder), model.Config(), folder)


def train(prepared, folder, C: float = 100.0, answer: Decision = Decision.GO_ON):  # noqa: N803 -- the field's name
    folder.mkdir()
    context = TrialContext(
        folder=folder,
        device="cpu",
        threads=1,
        seed=0,
        metric="accuracy",
        direction=Direction.MAXIMIZE,
        quarters=False,
        report=lambda _: answer,
        tick=lambda _: None,
    )
    return model.trainer().train(model.Config(C=C), prepared, context)


def test_trainer_offers_its_capabilities():
    """The trainer can calibrate and evaluate files."""
    trainer = model.trainer()
    assert isinstance(trainer, Calibrates)
    assert isinstance(trainer, EvaluatesFiles)


def test_training_judges_the_kept_model_in_full(tmp_path):
    """A result has the evaluation of its model: word lengths, class names, costs; a pruned one has none."""
    prepared = prepare(tmp_path)
    result = train(prepared, tmp_path / "trial")
    judged = result.evaluation
    assert (judged.split, judged.rows) == ("validation", prepared.summary.rows["validation"])
    assert judged.predictions == result.predictions
    assert [one.label for one in class_details(judged).classes] == ["c0", "c1"]
    found = length_details(judged)
    assert {(one.unit, one.truncated) for one in found.lengths} == {("words", 0.0)}
    assert found.lengths[0].low == found.lengths[-1].high == 7
    assert judged.model_bytes == sum(file.stat().st_size for file in result.model_dir.iterdir())
    assert judged.peak_memory_bytes > 10e6
    assert found.tokens is None
    assert train(prepared, tmp_path / "pruned", answer=Decision.PRUNE).evaluation is None


@pytest.mark.parametrize("classes", [2, 3])
def test_calibrating_divides_the_scores_and_remembers_it(tmp_path, classes):
    """The folded temperature gives the very probabilities of rescaled predictions, once; other files stay."""
    prepared, trainer = prepare(tmp_path, classes), model.trainer()
    result = train(prepared, tmp_path / "trial")
    (result.model_dir / "README.md").write_text("a card")
    test = trainer.evaluate(result.model_dir, prepared, "test", folder=tmp_path, device="cpu", threads=1)
    temperature = trainer.calibrate(result.model_dir, result.predictions)
    assert temperature > 1.2
    expected = task.rescaled(test.predictions, "test", temperature)
    (tmp_path / "after").mkdir()
    after = trainer.evaluate(result.model_dir, prepared, "test", folder=tmp_path / "after", device="cpu", threads=1)
    assert class_details(after).confusion == class_details(test).confusion == class_details(expected).confusion
    assert dict(after.metrics) == pytest.approx(dict(expected.metrics), abs=1e-5)
    assert after.metrics["log_loss"] < test.metrics["log_loss"]
    assert after.metrics["ece"] < test.metrics["ece"]
    held = {file.name: file.read_bytes() for file in result.model_dir.iterdir()}
    assert trainer.calibrate(result.model_dir, after.predictions) == temperature
    assert {file.name: file.read_bytes() for file in result.model_dir.iterdir()} == held
    assert held["README.md"] == b"a card"
    assert read_temperature(result.model_dir) == temperature
    assert sorted(file.name for file in (tmp_path / "trial").iterdir()) == ["model", "validation.parquet"]


def test_calibrating_what_needs_none_is_remembered_too(tmp_path):
    """If fitting makes no sense the temperature is 1, and the folder says that it was looked at."""
    prepared, trainer = prepare(tmp_path, rows=200, noise=0), model.trainer()
    result = train(prepared, tmp_path / "trial")
    assert read_temperature(result.model_dir) is None
    before = [
        answer["probabilities"] for answer in trainer.open(result.model_dir, "cpu", 1).predict(["a", "good film"])
    ]
    assert trainer.calibrate(result.model_dir, result.predictions) == 1
    after = [answer["probabilities"] for answer in trainer.open(result.model_dir, "cpu", 1).predict(["a", "good film"])]
    assert after == before
    assert read_temperature(result.model_dir) == 1


def test_calibrating_refuses_what_it_cannot_use(tmp_path):
    """A folder without such a model, and a file without predictions, are errors, and the model stays as it is."""
    trainer = model.trainer()
    result = train(prepare(tmp_path), tmp_path / "trial")
    held = (result.model_dir / "model.json").read_bytes()
    with pytest.raises(ModelSourceError):
        trainer.calibrate(tmp_path, result.predictions)
    with pytest.raises(DataError):
        trainer.calibrate(result.model_dir, tmp_path / "nowhere.parquet")
    assert (result.model_dir / "model.json").read_bytes() == held
    (result.model_dir / "model.json").write_text(json.dumps(json.loads(held) | {"unknown": 0}))
    with pytest.raises(ModelSourceError):
        trainer.open(result.model_dir, "cpu", 1)


def test_rescaled_leaves_costs_out(tmp_path):
    """Rescaled predictions are evaluated without speed, size and lengths, and their file is named."""
    result = train(prepare(tmp_path), tmp_path / "trial")
    found = task.rescaled(result.predictions, "validation", 1.0)
    assert found.metrics == result.evaluation.metrics
    assert found.intervals == result.evaluation.intervals
    assert class_details(found).confidence == class_details(result.evaluation).confidence
    assert (found.seconds, length_details(found).lengths, found.model_bytes, found.peak_memory_bytes) == (
        0.0,
        (),
        None,
        None,
    )
    assert found.predictions == result.predictions


def test_changed_answers_show_where_two_models_differ(tmp_path):
    """Examples on which two trainings disagree are shown with their text and both answers."""
    prepared = prepare(tmp_path)
    close, loose = train(prepared, tmp_path / "close"), train(prepared, tmp_path / "loose", C=0.001)
    said = [predictions.read(one.predictions).probabilities.argmax(axis=1) for one in (close, loose)]
    found = task.changed_answers(prepared, "validation", close.predictions, loose.predictions, 1000)
    assert sorted(one["row"] for one in found) == np.flatnonzero(said[0] != said[1]).tolist()
    assert found
    for one in found:
        assert one["text"] == prepared.splits["validation"].texts[one["row"]]
        assert one["first"] == f"c{said[0][one['row']]}" != one["second"]


def test_files_of_other_rows_are_judged(tmp_path):
    """A labelled file is evaluated on all its rows, even if it lacks classes; its predictions are written."""
    prepared, trainer = prepare(tmp_path, 3), model.trainer()
    result = train(prepared, tmp_path / "trial")
    (tmp_path / "mine.csv").write_text("review,sentiment\na splendid plot,c1\nan awful plot,c0\n")
    file = EvaluationFile(tmp_path / "mine.csv")
    found = trainer.evaluate_file(result.model_dir, file, folder=tmp_path, device="cpu", threads=1)
    assert (found.split, found.rows, found.metrics["accuracy"]) == ("file", 2, 1.0)
    assert found.predictions == tmp_path / "file.parquet"
    assert [one.label for one in class_details(found).classes] == ["c0", "c1", "c2"]
    assert length_details(found).lengths[0].unit == "words"
