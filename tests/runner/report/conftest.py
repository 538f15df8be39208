"""What the report's tests share: a whole study in a database of its own, and what a page says."""

import json
import re
from collections import Counter
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import plotly.offline
import pytest
from made_study import DIAGNOSES, HOSTILE, NAME, Texts, build

from catalog.contract.diagnosis import Diagnosis
from runner.store.store import Store


@pytest.fixture(scope="session")
def database(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Return the bytes of a database just made: making one takes longer than most tests here."""
    path = tmp_path_factory.mktemp("template") / "studies.db"
    Store.open(f"sqlite:///{path}", create=True).close()
    return path.read_bytes()


@pytest.fixture
def empty(tmp_path: Path, database: bytes):
    """Return a store without a study."""
    (tmp_path / "studies.db").write_bytes(database)
    with Store.open(f"sqlite:///{tmp_path / 'studies.db'}", create=True) as store:
        yield store


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory):
    """Return a store with a whole study, which tests only read."""
    folder = tmp_path_factory.mktemp("whole")
    with Store.open(f"sqlite:///{folder / 'studies.db'}", create=True) as store:
        build(store)
        yield store


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory):
    """Return a store with a whole study whose every foreign text is hostile."""
    folder = tmp_path_factory.mktemp("hostile")
    worst = Texts(HOSTILE, HOSTILE, (f"no {HOSTILE}", f"yes {HOSTILE}"), HOSTILE, f"field {HOSTILE}")
    with Store.open(f"sqlite:///{folder / 'studies.db'}", create=True) as store:
        build(store, worst)
        yield store


@pytest.fixture(scope="session")
def diagnoses() -> tuple[Diagnosis, ...]:
    """Return a problem, a warning and a note."""
    return DIAGNOSES


class Page(HTMLParser):
    """A parsed page.

    Attributes:
        source: The page without Plotly's own script.
        size: Characters of the whole page.
        shown_numbers: Place of each number to the (value, shown, low, high) that stand there.
        ids: All ids.
        tags: How often each element occurs.
        headings: Levels of the headings, in order.
        texts: All visible text, joined.
        missing: What the page says is not there.
        scripts: Contents of the script elements, by their type.
    """

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=True)
        library = plotly.offline.get_plotlyjs()
        assert source.count(library) == 1, "Plotly stands in the page once"
        self.size, self.source = len(source), source.replace(library, "")
        self.shown_numbers: dict[str, set[tuple[float, str, float | None, float | None]]] = {}
        self.ids: list[str] = []
        self.tags: Counter[str] = Counter()
        self.headings: list[int] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.missing: list[str] = []
        self.scripts: dict[str, str] = {}
        self._texts: list[str] = []
        self._number: list[Any] | None = None
        self._inside: list[str] = []
        self._script = ""
        self._missing = False
        self.feed(self.source)
        self.close()
        self._keep()
        self.texts = " ".join("".join(self._texts).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.attributes.append((tag, found))
        self.tags[tag] += 1
        if "id" in found:
            self.ids.append(found["id"])
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))
        if tag == "data":
            self._keep()
            self._number = [found["data-of"], float(found["value"]), "", None, None]
        elif "data-of" in found:  # a word, whose weight is in its title
            self._keep()
            self._number = [found["data-of"], float(found["data-value"]), found["title"], None, None]
            self._keep()
        elif tag == "small" and found.get("class") == "interval":
            self._number[3:] = [float(found["data-low"]), float(found["data-high"])]
        if tag == "script":
            self._script = found.get("type", "")
            self.scripts.setdefault(self._script, "")
        if tag == "p":
            self._missing = found.get("class") == "missing"
            if self._missing:
                self.missing.append("")
        self._inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self._inside and self._inside.pop() != tag:
            pass
        if tag in {"td", "th", "dd", "strong"}:
            self._keep()
        if tag == "p":
            self._missing = False

    def handle_data(self, data: str) -> None:
        if "script" in self._inside:
            self.scripts[self._script] += data
        elif "style" not in self._inside:
            self._texts.append(data)
            if self._inside[-1:] == ["data"]:
                self._number[2] += data
            if self._missing:
                self.missing[-1] += data

    def _keep(self) -> None:
        if self._number is not None:
            of, *rest = self._number
            self.shown_numbers.setdefault(of, set()).add(tuple(rest))
            self._number = None

    @property
    def figures(self) -> dict[str, Any]:
        """Return what is drawn, by name."""
        return {name: found["plot"] for name, found in json.loads(self.scripts["application/json"]).items()}


@pytest.fixture(scope="session")
def page_of() -> Callable[..., Page]:
    """Return a function that makes the page of a study and parses it."""
    from runner.presentation.language import Language
    from runner.report.gathering import gather
    from runner.report.page import render

    def make(store: Store, language: str = "en", diagnoses: Any = DIAGNOSES) -> Page:
        return Page(render(gather(store, NAME, diagnoses), Language(language)))

    return make
