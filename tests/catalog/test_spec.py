"""From a spec to a request: defaults, and every way to get it wrong."""

import json
from types import SimpleNamespace

import pytest
from pydantic import Field

from catalog import registry, spec
from catalog.contract import Card, Direction
from catalog.dataset import Strict
from catalog.errors import PluginError, SpecError
from catalog.metric import unknown_metric
from catalog.space import Choices, FloatRange, IntRange
from plugins.nlp.text_classification.dataset import Dataset, DemoDataset


class FakeConfig(Strict):
    """A configuration with bounds to break."""

    rate: float = Field(0.1, gt=0, le=1, description="Rate.")
    size: int = Field(16, ge=1, le=64, description="Size.")
    seed: int = Field(0, ge=0, description="Seed.")


TASK = SimpleNamespace(
    key="nlp/text-classification",
    Dataset=Dataset,
    metrics=(unknown_metric("accuracy"), unknown_metric("log_loss", Direction.MINIMIZE)),
    baseline="nlp/text-classification/linear",
    default_dataset=lambda: DemoDataset(source="demo"),
)
FAKE = SimpleNamespace(
    key="nlp/text-classification/fake",
    summary="Fake.",
    Config=FakeConfig,
    preparation_fields=frozenset(),
    fixed_fields=frozenset({"seed"}),
    search_space=lambda _: {"rate": FloatRange(0.01, 0.5, log=True)},
    recipes=lambda _: (),
    tunable=lambda config, _: {"rate": config.rate},
    check=lambda *_: (),
    card=lambda: Card("Fake.", "Fake."),
    trainer=lambda: None,
)


@pytest.fixture(autouse=True)
def only_the_fake(monkeypatch):
    """Replace loading, so that these tests depend on no task and no model."""
    load, load_task = registry.load, registry.load_task
    monkeypatch.setattr(registry, "load", lambda key: FAKE if key == FAKE.key else load(key))
    monkeypatch.setattr(registry, "load_task", lambda key: TASK if key == TASK.key else load_task(key))


def made(**changes):
    """Return a sound spec with changes."""
    base = {"model": "fake", "category": "nlp", "subcategory": "text-classification", "model_config": {"rate": 0.2}}
    return base | changes


def problems(data, tmp_path, *overrides):
    """Return path -> message of what is wrong with `data`."""
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(data) if not isinstance(data, str) else data)
    with pytest.raises(SpecError) as caught:
        spec.load(path, overrides)
    assert all(line.startswith((str(path), "  ")) for line in caught.value.message.splitlines())
    return {problem.path: problem.message for problem in caught.value.problems}


def test_four_keys_are_a_whole_spec(tmp_path):
    """Model, category, subcategory and model_config are enough; the rest has defaults."""
    request = spec.resolve(made(), tmp_path)
    assert (request.task, request.model, request.baseline) == (TASK, FAKE, TASK.baseline)
    assert request.metric == "accuracy"
    assert request.direction is Direction.MAXIMIZE
    assert request.dataset == DemoDataset(source="demo")
    assert request.space == {"rate": FloatRange(0.01, 0.5, log=True)}
    assert request.spec.study.trials == 20
    assert request.spec.study.confirm.seeds == 3


def test_all_problems_are_told_at_once(tmp_path):
    """Envelope, dataset, study and model_config are all checked before anything is said."""
    found = problems(
        made(
            modle="x",
            model_config={"rate": 7, "sise": 3, "size": "16"},
            dataset={"source": "files", "trian": "a.csv"},
            study={"trials": 0, "pruner": "mediun", "name": "a/b", "timeout": "soon"},
        ),
        tmp_path,
    )
    assert set(found) == {
        "modle",
        "dataset.train",
        "dataset.trian",
        "study.trials",
        "study.pruner",
        "study.name",
        "study.timeout",
        "model_config.rate",
        "model_config.sise",
        "model_config.size",
    }
    assert "did you mean 'model'" in found["modle"]
    assert "did you mean 'train'" in found["dataset.trian"]
    assert "did you mean 'size'" in found["model_config.sise"]
    assert "got 7" in found["model_config.rate"]
    assert "above 0 to 1" in found["model_config.rate"]
    assert "a whole number from 1 to 10000" in found["study.trials"]
    assert '"none", "median", "hyperband"' in found["study.pruner"]
    assert 'got "16"' in found["model_config.size"]


def test_unknown_models_are_told_with_the_nearest(tmp_path):
    """A slip in the model's name is answered with the name that was meant."""
    found = problems(made(model="berd"), tmp_path)
    assert "did you mean 'bert'" in found["model"]


def test_a_task_that_is_not_there_is_a_problem_of_the_spec(tmp_path):
    """A category or subcategory that the catalog lacks is reported with the likely one; so are other wrong fields."""
    found = problems(made(subcategory="text-clasification", study={"trials": 0}), tmp_path)
    assert "did you mean" in found["model"]
    assert "text-classification" in found["model"]
    assert "study.trials" in found


def test_a_study_of_the_baseline_has_none(tmp_path):
    """The model to beat is the task's, unless the spec names that model itself."""
    assert spec.resolve(made(model="linear", model_config={}), tmp_path).baseline is None


def test_unknown_dataset_source_names_the_known_ones(tmp_path):
    """A source that does not exist is answered with those that do."""
    found = problems(made(dataset={"source": "hup", "name": "x"}), tmp_path)
    assert all(source in found["dataset"] for source in ("hub", "files", "demo"))


@pytest.mark.parametrize("data", ["[]", "3", '"text"', "null"])
def test_a_spec_is_an_object(data, tmp_path):
    """Other JSON is refused with what was given."""
    assert "must be a JSON object" in problems(data, tmp_path)[""]


def test_broken_numbers_do_not_hide_other_problems(tmp_path):
    """NaN is reported together with the other problems, and only once."""
    text = json.dumps(made(study={"trials": 0})).replace("0.2", "NaN")
    found = problems(text, tmp_path)
    assert set(found) == {"model_config.rate", "study.trials"}
    assert "NaN is not a number" in found["model_config.rate"]


def test_search_space_is_checked_at_both_ends(tmp_path):
    """A range whose end the plugin would refuse is a problem of the spec, not of a later trial."""
    found = problems(
        made(
            study={
                "search_space": {
                    "rate": {"low": 0.1, "high": 2.0},
                    "size": {"choices": [16, 128]},
                    "seed": {"low": 0, "high": 3},
                    "sizes": {"low": 1, "high": 2},
                }
            }
        ),
        tmp_path,
    )
    assert set(found) == {
        "study.search_space.rate.high",
        "study.search_space.size.choices.1",
        "study.search_space.seed",
        "study.search_space.sizes",
    }
    assert "never tuned" in found["study.search_space.seed"]


@pytest.mark.parametrize(
    ("entry", "part"),
    [
        ({"low": 2, "high": 1}, "above high"),
        ({"low": 0, "high": 1, "log": True}, "log needs a low above 0"),
        ({"low": 1, "high": 2, "log": True, "step": 1}, "exclude"),
        ({"choices": []}, "write {"),
        ({"choices": [1, 1]}, "more than once"),
        ({"chioces": [1]}, "did you mean 'choices'"),
        ({"low": 1}, "not given"),
    ],
)
def test_malformed_ranges_are_told(entry, part, tmp_path):
    """Each malformed entry of a search space has a message of its own."""
    found = problems(made(study={"search_space": {"size": entry}}), tmp_path)
    assert part in " ".join(found.values())


def test_ranges_become_the_catalogs_own_types(tmp_path):
    """Whole bounds make whole numbers, a fraction anywhere makes real ones."""
    request = spec.resolve(
        made(
            study={
                "search_space": {
                    "size": {"low": 8, "high": 32, "step": 8},
                    "rate": {"low": 0.1, "high": 1, "log": True},
                }
            }
        ),
        tmp_path,
    )
    assert request.space == {"size": IntRange(8, 32, step=8), "rate": FloatRange(0.1, 1.0, log=True)}
    chosen = spec.resolve(made(study={"search_space": {"size": {"choices": [8, 16]}}}), tmp_path)
    assert chosen.space == {"size": Choices((8, 16))}


def test_ranges_take_the_type_of_their_field(tmp_path):
    """Whole bounds on a field of real numbers make real numbers; a fraction on a field of whole ones is refused."""
    whole = {"rate": {"low": 1, "high": 1}, "size": {"low": 2.0, "high": 8.0, "step": 2.0}}
    request = spec.resolve(made(study={"search_space": whole}), tmp_path)
    assert request.space == {"rate": FloatRange(1.0, 1.0), "size": IntRange(2, 8, step=2)}
    chosen = spec.resolve(made(study={"search_space": {"rate": {"choices": [1, 0.5]}}}), tmp_path)
    assert chosen.space == {"rate": Choices((1.0, 0.5))}
    found = problems(made(study={"search_space": {"size": {"low": 1.5, "high": 8}}}), tmp_path)
    assert "got 1.5" in found["study.search_space.size.low"]


def test_unknown_metric_names_the_known_ones(tmp_path):
    """A metric that the task does not measure is refused with those it does."""
    assert "allowed: accuracy, log_loss" in problems(made(study={"metric": "acuracy"}), tmp_path)["study.metric"]


def test_overrides_set_any_field(tmp_path):
    """--set reaches every depth, makes missing objects, and reads JSON where it is JSON."""
    path = tmp_path / "spec.json"
    path.write_text(json.dumps(made()))
    request = spec.load(
        path,
        ["study.trials=5", "model_config.size=32", 'dataset={"source": "demo", "size": 60}', "study.name=abc"],
    )
    assert request.spec.study.trials == 5
    assert request.spec.study.name == "abc"
    assert request.config.size == 32
    assert request.dataset.size == 60


@pytest.mark.parametrize(
    ("override", "path"),
    [
        ("study.trials", ""),
        ("study.trails=5", "study.trails"),
        ("study.trials=many", "study.trials"),
        ("study.trials=1e999", "study.trials"),
        ("model.x=1", "model.x"),
        (".=1", ""),
    ],
)
def test_bad_overrides_are_told(override, path, tmp_path):
    """An override is checked like the file itself."""
    path_found = problems(made(), tmp_path, override)
    assert path in path_found


def test_relative_files_start_from_the_specs_folder(tmp_path):
    """Paths in the data set are resolved against the spec, and stored as they were written."""
    (tmp_path / "deep").mkdir()
    path = tmp_path / "deep" / "spec.json"
    path.write_text(json.dumps(made(dataset={"source": "files", "train": "../a.csv", "text": "t"})))
    request = spec.load(path)
    assert request.dataset.train == str(tmp_path / "deep" / ".." / "a.csv")
    assert request.as_json()["dataset"]["train"] == "../a.csv"


def test_stored_form_resolves_to_itself(tmp_path):
    """What the store keeps of a request makes the same request."""
    request = spec.resolve(made(study={"timeout": "2h", "metric": "log_loss"}), tmp_path)
    again = spec.resolve(request.as_json(), tmp_path)
    assert again.as_json() == request.as_json()
    assert again.spec.study.timeout_seconds == 7200


@pytest.mark.parametrize("loading", ["load", "load_task"])
def test_a_broken_plugin_is_not_the_specs_fault(tmp_path, monkeypatch, loading):
    """A model or a task that cannot be loaded is an error of its own kind."""

    def broken(_):
        raise PluginError("it is broken")

    monkeypatch.setattr(registry, loading, broken)
    with pytest.raises(PluginError):
        spec.resolve(made(), tmp_path)


def test_a_field_that_may_name_a_folder_starts_from_the_specs_folder(tmp_path, monkeypatch):
    """A marked field becomes absolute where the folder exists, stays what it is where not, and is stored as written."""

    class WithFolder(FakeConfig):
        """A configuration with such a field."""

        source: str = Field("hub/id", description="Folder or id.", json_schema_extra={spec.FOLDER_MARK: True})

    model = SimpleNamespace(**{**vars(FAKE), "Config": WithFolder})
    monkeypatch.setattr(registry, "load", lambda _: model)
    (tmp_path / "models").mkdir()
    local = spec.resolve(made(model_config={"source": "models"}), tmp_path)
    assert local.config.source == str((tmp_path / "models").resolve())
    assert local.as_json()["model_config"] == {"source": "models"}
    assert spec.resolve(made(model_config={"source": "not/there"}), tmp_path).config.source == "not/there"


@pytest.mark.parametrize(
    "name",
    [
        "worker.lock",
        "worker.json",
        "worker.log",
        "Worker.Lock",
        "WORKER.JSON",
        "con",
        "NUL",
        "aux.b",
        "Com1",
        "lpt9.x.y",
        "mine.",
        "mine..",
        ".mine",
        ".tmp-1",
        "mine ",
        " mine",
        "mine\n",
        "a/b",
        "a\\b",
        "..",
        "-x",
        "",
    ],
)
def test_a_name_that_no_folder_can_have_everywhere_is_refused(name, tmp_path):
    """A name that no folder can have on every system, or that the folder of studies itself uses, is refused."""
    assert list(problems(made(study={"name": name}), tmp_path)) == ["study.name"]


@pytest.mark.parametrize(
    "name", ["worker", "worker.lock2", "worker.locks", "console", "com", "com10", "nul-1", "a.con"]
)
def test_a_name_that_only_looks_like_one_is_free(name, tmp_path):
    """A name that only looks like a reserved one is accepted."""
    assert spec.resolve(made(study={"name": name}), tmp_path).spec.study.name == name
