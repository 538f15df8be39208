"""`runner.api` returns what the commands print, of the same study, and raises the errors of the catalog."""

import asyncio
import builtins
import json
import os
import sys
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType

import pandas as pd
import pytest
from click.testing import CliRunner
from made_study import HOSTILE, NAME, Texts
from sample_store import sample_store_in

import runner.api as modelcat
from catalog.errors import DataError, InputError, SpecError, StudyConflictError, UnknownStudyError
from runner import api
from runner.cli.main import app
from runner.report import saving
from runner.store.store import Store

SPEC = {
    "model": "linear",
    "category": "nlp",
    "subcategory": "text-classification",
    "model_config": {"C": 1.0},
    "dataset": {"source": "demo", "size": 600},
    "study": {
        "name": "reviews",
        "trials": 2,
        "search_space": {"C": {"low": 0.1, "high": 10.0, "log": True}},
        "confirm": {"top": 1, "seeds": 1},
    },
}
TEXTS = ["An absolute delight.", "", "A waste of two hours."]


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Return a database with one finished study of real trainings."""
    folder = tmp_path_factory.mktemp("api")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MODELCAT_CACHE", str(folder / "cache"))
        storage = f"sqlite:///{folder / 'studies.db'}"
        api.run(SPEC, storage=storage, progress=False)
        yield storage


@pytest.fixture
def finished(url):
    """Return the finished study."""
    return api.study("reviews", storage=url)


@pytest.fixture(scope="module")
def sample_store(tmp_path_factory):
    """Return a database with studies in every state."""
    return sample_store_in(tmp_path_factory.mktemp("sample_store"))


@pytest.fixture
def here(tmp_path, monkeypatch, simulated):
    """Work in a folder of its own, with the simulated plugin."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MODELCAT_CACHE", str(tmp_path / "cache"))
    return tmp_path


def simulated_spec(**study):
    """Return a spec whose trainings are instant."""
    names = {"category": "test", "subcategory": "simulated", "model": "curve", "model_config": {"x": 0.5}}
    return names | {"study": {"name": "curves", "trials": 2, "confirm": {"top": 0, "seeds": 1}, **study}}


def printed(url, *arguments):
    """Return what a command prints as JSON of a database."""
    result = CliRunner().invoke(app, [*arguments, "--json", "--storage", url], catch_exceptions=False)
    return json.loads(result.stdout)


class Tags(HTMLParser):
    """Collects tags and attributes of HTML."""

    def __init__(self, text):
        super().__init__()
        self.tags = set()
        self.attributes = set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Remember them."""
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


# What a study says


def test_a_study_says_what_the_commands_say(finished, url):
    """Name, state, verdict, best, test, figures and the list of studies are those of the commands' JSON."""
    assert modelcat is api
    resumed = printed(url, "resume", "reviews")
    assert finished.as_json() == resumed
    assert (finished.name, finished.state, finished.key) == ("reviews", "finished", "nlp/text-classification/linear")
    assert (finished.verdict, finished.best, finished.test) == (resumed["verdict"], resumed["best"], resumed["test"])
    assert [one.name for one in api.studies(storage=url)] == [one["study"] for one in printed(url, "studies")]
    keys = [figure.key for figure in finished.figures(trial=1)]
    assert keys == [figure["key"] for figure in printed(url, "figures", "reviews", "1")]
    drawn = finished.figure("slice", parameter="C")
    assert [drawn.as_json()] == printed(url, "figures", "reviews", "--chart", "slice", "--option", "parameter=C")
    assert repr(drawn).startswith("<modelcat figure slice, plot: ")


def test_trials_are_the_rows_of_the_command(finished, url):
    """Each cell of the frame is the value of the same name in the JSON."""
    frame, lines = finished.trials(), printed(url, "trials", "reviews")
    assert list(frame["number"]) == [0, 1]
    for row, line in zip(frame.to_dict("records"), lines, strict=True):
        assert row["value"] == line["value"]
        assert row["params.C"] == line["params"]["C"]
        assert row["metrics.accuracy"] == line["metrics"]["accuracy"]
        assert row["finished"] == pd.Timestamp(line["finished"])


def test_predictions_are_those_of_the_command(finished, url):
    """Texts, objects, a frame and one text alone are answered alike, an empty input with an empty answer."""
    expected = printed(url, "predict", "reviews", *TEXTS)
    assert finished.predict(TEXTS) == expected
    frame = pd.DataFrame({"id": [1, 2, 3], "text": [TEXTS[0], None, TEXTS[2]]})
    assert finished.predict(frame) == expected
    assert finished.predict(TEXTS[0]) == finished.predict([{"text": TEXTS[0]}]) == expected[:1]
    assert finished.predict([]) == []
    (explained,) = finished.predict(TEXTS[:1], explain=True)
    assert explained["tokens"]


@pytest.mark.parametrize(
    ("inputs", "options", "says"),
    [
        ([{"txt": "a"}], {}, "input 1 has no 'text'; did you mean 'txt'"),
        (["a", ["b"]], {}, "input 2 holds list, not a value of 'text'"),
        (b"bytes", {}, "bytes is none of these"),
        (3, {}, "int is none of these"),
        (["a"], {"precision": "fp16"}, "precision 'fp16' is unknown; did you mean 'bf16'|known:"),
        (["a"], {"precision": "bf16", "explain": True}, "explain=True computes in fp32, not in bf16"),
    ],
)
def test_what_is_no_input_is_told(finished, inputs, options, says):
    """An invalid input is reported before a worker is started."""
    with pytest.raises(InputError, match=says):
        finished.predict(inputs, **options)


def test_a_file_is_evaluated_as_by_the_command(finished, url, tmp_path):
    """The answer is the command's; predictions are written where the caller asks for them."""
    file = tmp_path / "more.csv"
    file.write_text("said,felt\nA delight of a film from start to end,positive\nA waste of two hours,negative\n")
    found = finished.evaluate(file, columns={"text": "said", "label": ["felt"]}, output=tmp_path / "out.parquet")
    again = printed(url, "evaluate", "reviews", str(file), "--text", "said", "--label", "felt")
    timed = {"seconds", "rows_per_second", "predictions"}
    assert {k: v for k, v in found.items() if k not in timed} == {k: v for k, v in again.items() if k not in timed}
    assert len(pd.read_parquet(tmp_path / "out.parquet")) == found["rows"] == 2
    with pytest.raises(InputError, match="force=True replaces it"):
        finished.evaluate(file, columns={"text": "said", "label": "felt"}, output=tmp_path / "out.parquet")
    with pytest.raises(DataError, match=r"none\.csv"):
        finished.evaluate(tmp_path / "none.csv")


def test_a_report_is_written_once(finished, tmp_path):
    """Its ending says whether it is a page or a card; a file that is there stays unless that is wanted."""
    page, card = finished.report(tmp_path / "r.html"), finished.report(str(tmp_path / "card.md"), language="de")
    assert page.read_text().startswith("<!DOCTYPE html>")
    assert card.read_text().startswith("---")
    with pytest.raises(InputError, match=r"r\.html exists; force=True replaces it"):
        finished.report(page)
    assert finished.report(page, force=True) == page
    assert finished.figure("history").save(tmp_path / "history.html").stat().st_size > 1000
    with pytest.raises(InputError, match=r"history\.html exists; force=True"):
        finished.figure("history").save(tmp_path / "history.html")


def test_an_export_is_checked_first(finished, tmp_path):
    """Formats are checked here; a model that does not export says so and leaves nothing."""
    with pytest.raises(InputError, match="format 'tf' is unknown; known: hf, onnx"):
        finished.export(tmp_path / "out", "tf")
    with pytest.raises(InputError, match="quantize=True needs format='onnx'"):
        finished.export(tmp_path / "out", quantize=True)
    with pytest.raises(InputError, match="export"):
        finished.export(tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_exported_models_are_told_as_by_the_command(here):
    """An export says what was written and how it was checked; an earlier one is replaced only if that is wanted."""
    study = api.run(simulated_spec(), progress=False)
    answer = study.export("out")
    assert (answer["study"], answer["format"], answer["folder"]) == ("curves", "hf", str(here / "out"))
    with pytest.raises(InputError, match="holds an earlier export; force=True replaces it"):
        study.export("out")
    assert study.export("out", force=True)["folder"] == answer["folder"]


# The table of trials


def test_columns_have_types(sample_store):
    """Numbers are numbers, with nothing where a trial has none; times know their zone."""
    frame = api.study("imdb-bert", storage=sample_store).trials()
    wanted = {
        "number": "int64",
        "state": "string",
        "value": "float64",
        "params.learning_rate": "float64",
        "params.batch_size": "Int64",
        "params.epochs": "Int64",
        "metrics.accuracy": "float64",
        "seconds": "float64",
        "started": "datetime64[us, UTC]",
        "failure.kind": "string",
        "reused_from": "Int64",
    }
    assert {name: str(frame.dtypes[name]) for name in wanted} == wanted
    assert frame["value"].isna().any()
    assert frame.loc[frame["state"] == "failed", "failure.kind"].item() == "out_of_memory"


def test_a_study_without_trials_has_all_columns(sample_store):
    """Code that works on a full frame works on an empty one."""
    frame = api.study("support-tickets", storage=sample_store).trials()
    assert len(frame) == 0
    assert {"number", "state", "value", "metrics.accuracy", "seconds", "failure.kind"} <= set(frame.columns)
    assert str(frame.dtypes["number"]) == "int64"
    assert str(frame.dtypes["metrics.accuracy"]) == "float64"


# Running


def test_a_study_is_run_once(here, capfd):
    """A dict, a path and JSON are one spec: what follows the first run is the stored result. Progress is on stderr."""
    first = api.run(simulated_spec())
    said = capfd.readouterr()
    assert "trial 1" in said.err
    assert said.out == ""
    (here / "spec.json").write_text(json.dumps(simulated_spec()))
    for spec in (here / "spec.json", "spec.json", json.dumps(simulated_spec())):
        again = api.run(spec, progress=False)
        assert again.as_json() == first.as_json()
    assert capfd.readouterr() == ("", "")
    more = api.run("spec.json", overrides={"study.trials": 3}, workers=2, progress=False)
    assert len(more.trials()) == 3
    assert more.resume(progress=False).state == "finished"
    with pytest.raises(StudyConflictError, match=r"model_config\.x"):
        api.run(simulated_spec() | {"model_config": {"x": 0.1}}, progress=False)


def test_a_study_stays_where_it_is(here, monkeypatch):
    """A study is found again from another working directory."""
    study = api.run(simulated_spec(), progress=False)
    (here / "elsewhere").mkdir()
    monkeypatch.chdir(here / "elsewhere")
    assert study.state == "finished"
    assert len(study.predict(["a"])) == 1
    assert not list(Path().iterdir())


def test_a_running_event_loop_is_no_obstacle(here):
    """A study runs inside a running event loop, as a notebook's cell does."""

    async def cell():
        return api.run(simulated_spec(), progress=False).predict(["a", "b"])

    assert len(asyncio.run(cell())) == 2


def test_all_that_is_wrong_with_a_spec_is_told(here):
    """A dict is checked as strictly as a file, and nothing is created."""
    wrong = simulated_spec(trials=0, metrik="accuracy") | {"model_config": {"x": float("nan")}}
    with pytest.raises(SpecError) as caught:
        api.run(wrong)
    assert {problem.path for problem in caught.value.problems} >= {"study.trials", "study.metrik", "model_config.x"}
    with pytest.raises(SpecError, match=r"spec: study\.trials: set is nothing that JSON can hold"):
        api.run(simulated_spec(trials={1}))
    with pytest.raises(SpecError, match="no such file"):
        api.run("missing.json")
    with pytest.raises(SpecError, match="not JSON"):
        api.run("{")
    with pytest.raises(SpecError, match="must be a JSON object"):
        api.run([1])
    with pytest.raises(InputError, match="workers '0' is neither auto nor a count"):
        api.run(simulated_spec(), workers=0)
    with pytest.raises(InputError, match="engine 'slurm' is unknown"):
        api.run(simulated_spec(), engine="slurm")
    assert not list(here.glob("studies*"))


def test_numbers_of_other_libraries_and_paths_are_plain(here):
    """Numbers of NumPy and paths, as a notebook has them, are accepted in a spec."""
    numpy = pytest.importorskip("numpy")
    spec = simulated_spec(trials=numpy.int64(2)) | {"model_config": {"x": numpy.float64(0.25)}}
    assert api.run(spec, progress=False).best["number"] in {0, 1}


# What is not there


def test_nothing_is_made_by_looking(here):
    """Without a database there are no studies, and there is none afterwards."""
    assert api.studies() == []
    with pytest.raises(UnknownStudyError, match=r"there is no database .*; storage picks another"):
        api.study("a")
    assert not list(here.iterdir())


def test_names_that_are_near_are_told(finished, url):
    """Unknown names of studies, trials and figures are reported with the nearest."""
    with pytest.raises(UnknownStudyError, match="did you mean 'reviews'"):
        api.study("revews", storage=url)
    with pytest.raises(UnknownStudyError, match="trial"):
        finished.figures(trial=99)
    with pytest.raises(InputError, match="did you mean 'history'"):
        finished.figure("histry")
    with pytest.raises(InputError, match="has no option 'colour'"):
        finished.figure("slice", colour="red")


def test_a_study_that_is_gone_says_so(here):
    """A study that is gone says so, and its object stays printable."""
    study = api.run(simulated_spec(), progress=False)
    with Store.open("sqlite:///studies.db", create=False) as store:
        store.delete_study("curves", here / "studies")
    with pytest.raises(UnknownStudyError):
        _ = study.state
    assert "there is no study" in repr(study)
    assert "there is no study" in study._repr_html_()


def test_results_that_are_not_there_yet_are_none(sample_store):
    """A study that waits or runs has no verdict, and no model to ask."""
    waiting = api.study("support-tickets", storage=sample_store)
    assert (waiting.state, waiting.verdict, waiting.best, waiting.test) == ("queued", None, None, None)
    assert repr(waiting) == "<modelcat study support-tickets: queued, 0 of 12 trials complete>"
    with pytest.raises(InputError, match="no model yet"):
        waiting.predict(["a"])
    with pytest.raises(InputError, match="no complete trial"):
        waiting.report(Path("never.html"))


# In a notebook


def test_a_study_of_strangers_is_harmless_in_a_notebook(tmp_path):
    """Whatever the store holds is text in a notebook: no script, picture, handler, or character that hides others."""
    storage = sample_store_in(tmp_path, Texts(HOSTILE[:200], HOSTILE, (HOSTILE, "b"), HOSTILE, "x"))
    shown = [one._repr_html_() for one in api.studies(storage=storage)]
    shown += [repr(one) for one in api.studies(storage=storage)]
    assert any("&lt;script&gt;" in one for one in shown)
    for one in shown:
        found = Tags(one if one.startswith(("<div", "<pre")) else "")
        assert found.tags <= {"div", "strong", "p", "table", "thead", "tbody", "tr", "th", "td", "pre"}
        assert found.attributes <= {"class", "style"}
        assert not {"\x1b", "\u202e", "\x00"} & set(one)
    for key in ("history", "confusion", "words-0"):
        frame = api.study(NAME, storage=storage).figure(key)._repr_html_()
        assert Tags(frame).tags == {"iframe"}
        assert Tags(frame).attributes == {"sandbox", "style", "srcdoc"}
        assert "allow-same-origin" not in frame


def test_a_finished_study_shows_its_verdict(finished):
    """A finished study shows its verdict, with the numbers of its test."""
    shown = finished._repr_html_()
    assert finished.verdict["sentence"].split(",")[0].replace("'", "&#x27;") in shown
    assert f"{finished.test['accuracy'] * 100:.1f} %" in shown


def test_a_figure_without_plotly_is_a_line(finished, monkeypatch):
    """Without plotly the notebook shows the figure's plain form."""
    monkeypatch.setattr(saving, "find_spec", lambda _: None)
    assert finished.figure("history")._repr_html_() is None


def test_progress_in_a_notebook_is_one_output_that_is_replaced(here, monkeypatch, capfd):
    """Nothing goes to stderr there, and what is shown is escaped."""
    shown = []

    class ZMQInteractiveShell:
        """As the kernel of a notebook has it."""

    class Handle:
        """An output that can be replaced."""

        def update(self, html):
            shown.append(html)

    display = ModuleType("IPython.display")
    display.HTML = str
    display.display = lambda html, display_id: (shown.append(html), Handle())[1]
    monkeypatch.setitem(sys.modules, "IPython", ModuleType("IPython"))
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    monkeypatch.setattr(builtins, "get_ipython", ZMQInteractiveShell, raising=False)
    api.run(simulated_spec())
    assert capfd.readouterr() == ("", "")
    assert len(shown) >= 2
    assert "2 of 2 trials" in shown[-1]
    assert Tags(shown[-1]).tags == {"pre"}


def test_debug_and_environment_are_those_of_the_commands(here, monkeypatch):
    """MODELCAT_STORAGE names the database."""
    monkeypatch.setenv("MODELCAT_STORAGE", f"sqlite:///{here / 'other.db'}")
    api.run(simulated_spec(), progress=False)
    assert [one.name for one in api.studies()] == ["curves"]
    assert os.path.exists("other.db")  # noqa: PTH110
