"""The hub source, against a small hub on the loopback device, and against none."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pytest
from pyarrow import parquet

COMMIT = "0123456789abcdef0123456789abcdef01234567"
FEATURES = {"text": {"dtype": "string", "_type": "Value"}, "label": {"names": ["neg", "pos"], "_type": "ClassLabel"}}

LOAD = """
import json, sys, time
from pathlib import Path
from plugins.nlp.text_classification.dataset import HubDataset
from catalog.errors import ModelcatError
from plugins.nlp.text_classification.data import load
answers = []
for fields in json.loads(sys.argv[1]):
    start = time.monotonic()
    try:
        data = load(HubDataset(source="hub", **fields), Path("cache"))
        summary = data.summary
        answer = {"rows": summary.rows, "labels": data.classes.labels, "notes": summary.notes, "name": summary.name,
                  "first": data.splits["train"].texts[0]}
    except ModelcatError as error:
        answer = {"kind": error.kind, "message": error.message, "field": error.field, "exit": error.exit_code}
    answers.append(answer | {"seconds": time.monotonic() - start})
heavy = [name for name in ("torch", "transformers", "sklearn") if name in sys.modules]
print(json.dumps([answers, heavy]))
"""


def parquet_bytes(rows: int, folder: Path, name: str) -> bytes:
    table = pa.table(
        {
            "text": [f"review {name} {i}" for i in range(rows)],
            "label": pa.array([i % 2 for i in range(rows)], pa.int64()),
        }
    ).replace_schema_metadata({"huggingface": json.dumps({"info": {"features": FEATURES}})})
    parquet.write_table(table, folder / name)
    return (folder / name).read_bytes()


class Hub(BaseHTTPRequestHandler):
    """The few answers of a hub that `datasets` asks for."""

    files: ClassVar[dict[str, bytes]] = {}
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self.answer()

    def do_GET(self) -> None:
        self.answer()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.answer()

    def answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        files = [{"type": "file", "path": name, "size": len(data), "oid": name} for name, data in self.files.items()]
        api, resolve = "/api/datasets/films/small", f"/datasets/films/small/resolve/{COMMIT}/"
        if path in {api, f"{api}/revision/main", f"{api}/revision/{COMMIT}"}:
            siblings = [{"rfilename": name} for name in self.files]
            self.send(
                {"id": "films/small", "sha": COMMIT, "private": False, "tags": [], "downloads": 0, "siblings": siblings}
            )
        elif path == f"{api}/revision/none":
            self.send({}, 404, {"X-Error-Code": "RevisionNotFound"})
        elif path == f"{api}/tree/{COMMIT}":
            self.send([{"type": "directory", "path": "data", "size": 0, "oid": "data"}])
        elif path in {f"{api}/tree/{COMMIT}/data", f"{api}/paths-info/{COMMIT}"}:
            self.send(files)
        elif path.startswith(resolve) and path.removeprefix(resolve) in self.files:
            self.send(self.files[path.removeprefix(resolve)])
        elif path.startswith("/datasets/films/small/resolve/"):
            self.send({}, 404, {"X-Error-Code": "EntryNotFound"})
        else:
            self.send({}, 404, {"X-Error-Code": "RepoNotFound"})

    def send(self, body: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.send_response(status)
        for name, value in {"X-Repo-Commit": COMMIT, "ETag": f'"{len(data)}"', **(headers or {})}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def hub(tmp_path_factory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("hub")
    sizes = {"train": 40, "test": 10, "unsupervised": 6}
    Hub.files = {
        f"data/{name}-00000-of-00001.parquet": parquet_bytes(rows, folder, name) for name, rows in sizes.items()
    }
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hub)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Path:
    """Folder of the hub's cache, and of a folder that is called as the data set."""
    home = tmp_path_factory.mktemp("home")
    (home / "films" / "small").mkdir(parents=True)
    (home / "films" / "small" / "train.csv").write_text("text,label\na,0\nb,1\n")
    return home


SMALL, IMDB = {"name": "films/small"}, {"name": "stanfordnlp/imdb"}
UNKNOWN = {"name": "films/other"}
NO_REVISION = {"name": "films/small", "revision": "none"}
NO_CONFIG = {"name": "films/small", "config": "large"}
OTHER_COMMIT = {"name": "films/small", "revision": "f" * 40}
COMMITTED = {"name": "films/small", "revision": COMMIT}
MAIN = {"name": "films/small", "revision": "main"}
TAG = {"name": "films/small", "revision": "v1"}


def ask(home: Path, datasets: list[dict[str, str]], **environment: str) -> list[dict[str, Any]]:
    """Load data sets in one fresh process, which must stay silent; one answer each."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "HUGGING"))}
    done = subprocess.run(
        [sys.executable, "-c", LOAD, json.dumps(datasets)],
        env={**known, "HF_HOME": str(home), "NO_PROXY": "127.0.0.1", **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=home,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    answers, heavy = json.loads(done.stdout)
    assert heavy == []
    return answers


@pytest.fixture(scope="module")
def online(hub, home) -> list[dict[str, Any]]:
    return ask(home, [SMALL, UNKNOWN, NO_REVISION, NO_CONFIG, MAIN], HF_ENDPOINT=hub)


@pytest.fixture(scope="module", params=["offline", "down", "unresolved"])
def cut_off(request, online, home) -> list[dict[str, Any]]:
    """What is answered without a hub, after an earlier process has filled the cache."""
    environment = {
        "offline": {"HF_HUB_OFFLINE": "1"},
        "down": {"HF_ENDPOINT": "http://127.0.0.1:9"},
        "unresolved": {"HF_ENDPOINT": "http://hub.invalid"},
    }[request.param]
    return ask(home, [SMALL, IMDB, OTHER_COMMIT, NO_CONFIG, TAG, MAIN, COMMITTED], **environment)


def test_data_set_on_the_hub_is_fetched_with_its_class_names(online):
    """Splits train and test are fetched, others (and a local folder of that name) are not among the data."""
    found = online[0]
    assert found["rows"] == {"train": 36, "validation": 4, "test": 10}
    assert found["labels"] == ["neg", "pos"]
    assert found["name"] == "small"
    assert found["first"].startswith("review train")
    assert not any("hub" in note for note in found["notes"])


@pytest.mark.parametrize(
    ("index", "field", "words"),
    [
        (1, "dataset.name", "no data set 'films/other'"),
        (2, "dataset.revision", "no revision 'none'"),
        (3, "dataset.config", "default"),
    ],
)
def test_what_the_hub_does_not_have_is_wrong_input(online, index, field, words):
    """A hub that answers makes an unknown id, revision or configuration the user's error, exit code 2."""
    found = online[index]
    assert (found["kind"], found["exit"], found["field"]) == ("bad_data", 2, field)
    assert words in found["message"]


def test_cached_copy_serves_without_a_hub(online, cut_off):
    """What was fetched once is used from the cache, and a note says so."""
    assert cut_off[0]["rows"] == online[0]["rows"]
    assert "newest copy in its cache" in cut_off[0]["notes"][0]


def test_no_hub_and_no_copy_names_three_ways_on(cut_off):
    """Without hub and copy one message comes quickly, with exit code 1 and three ways on."""
    found = cut_off[1]
    assert (found["kind"], found["exit"]) == ("unreachable", 1)
    for words in ("stanfordnlp/imdb", "HF_HOME", '"source": "files"', '"source": "demo"'):
        assert words in found["message"]
    assert found["seconds"] < 15


@pytest.mark.parametrize(
    ("index", "words"), [(2, "revision 'ffff"), (3, "configuration 'large'"), (4, "revision 'v1'")]
)
def test_another_copy_does_not_stand_in_for_the_one_named(cut_off, index, words):
    """A commit, tag or configuration that the cache does not hold is not replaced by another."""
    assert cut_off[index]["kind"] == "unreachable"
    assert words in cut_off[index]["message"]


@pytest.mark.parametrize(("index", "revision"), [(5, "main"), (6, COMMIT)])
def test_revision_that_was_fetched_serves_without_a_hub(online, cut_off, index, revision):
    """A branch stands for the commit that the hub last named, and the copy of that commit is used."""
    assert cut_off[index]["rows"] == online[4]["rows"]
    assert f"copy of revision '{revision}'" in cut_off[index]["notes"][0]
