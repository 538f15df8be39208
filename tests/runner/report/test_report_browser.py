"""The page in a real browser: drawn whole, within its width, in light and dark, without a network."""

import json
import shutil
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

selenium = pytest.importorskip("selenium", reason="selenium is not installed")
BROWSER, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(not (BROWSER and DRIVER), reason="chromium and chromedriver are not on PATH")

DRAWN = """
return [...document.querySelectorAll('[data-figure]')].map(box => ({
  name: box.dataset.figure,
  declared: JSON.parse(document.getElementById('figures').textContent)[box.dataset.figure].plot.data.length,
  drawn: box.querySelectorAll('.main-svg .trace, .main-svg .hm').length,
  marks: box.querySelectorAll('.trace path, .hm image').length,
  width: box.getBoundingClientRect().width,
}))"""

#: Ratios of text to ground (WCAG 2.2, 1.4.3), for each colour of the style sheet that text has.
CONTRAST = """
const probe = document.createElement('span'); document.body.append(probe);
const canvas = document.createElement('canvas').getContext('2d', {willReadFrequently: true});
const light = name => {
  probe.style.color = `var(--${name})`; canvas.fillStyle = getComputedStyle(probe).color;
  canvas.fillRect(0, 0, 1, 1);
  const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3)
    .map(c => c / 255).map(c => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
return ['ink', 'muted', 'blue', 'orange', 'green', 'red'].flatMap(text =>
  ['bg', 'surface', 'sunken'].map(ground => [text, ground, contrast(text, ground)]))"""


@dataclass
class Chrome:
    """A headless browser, in which each page is loaded afresh."""

    driver: Any

    def open(self, path: Path, *, width: int, dark: bool = False) -> None:
        """Load a page at a width, and wait until its figures are drawn."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 500}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [scheme]})
        self.driver.get(path.as_uri())
        self.await_theme("dark" if dark else "light")

    def await_theme(self, theme: str) -> None:
        """Wait until all figures are drawn in a theme."""
        ends = time.monotonic() + 20
        while self.run("return document.documentElement.dataset.drawn") != theme:
            assert time.monotonic() < ends, f"figures were not drawn; the console says {self.console()}"
            time.sleep(0.02)

    def run(self, script: str) -> Any:
        """Run a script in the page."""
        return self.driver.execute_script(script)

    def console(self) -> list[str]:
        """Return what the console has said since the last time."""
        return [entry["message"] for entry in self.driver.get_log("browser")]

    def requests(self) -> list[str]:
        """Return what was asked of any network since the last time."""
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        return [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]


@pytest.fixture(scope="module")
def chrome(tmp_path_factory):
    """Return a browser with a profile of its own."""
    from selenium import webdriver
    from selenium.webdriver.chrome.service import Service

    options = webdriver.ChromeOptions()
    options.binary_location = BROWSER
    profile = tmp_path_factory.mktemp("profile")
    for argument in (
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        f"--user-data-dir={profile}",
    ):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    driver = webdriver.Chrome(options=options, service=Service(DRIVER))
    yield Chrome(driver)
    driver.quit()


@pytest.fixture(scope="module")
def pages(whole, hostile, diagnoses, tmp_path_factory):
    """Return the files of a whole study's pages by language, and of the hostile study's."""
    from runner.report.writing import write_report

    folder = tmp_path_factory.mktemp("pages")
    made = {}
    for name, store, language in (("en", whole, "en"), ("de", whole, "de"), ("hostile", hostile, "en")):
        made[name] = folder / f"{name}.html"
        write_report(
            store, "imdb-minilm", made[name],
            folder=folder, format="html", language=language, force=False, diagnoses=diagnoses,
        )  # fmt: skip
    return made


@pytest.mark.parametrize(
    ("page", "width", "dark"),
    [("en", 1280, False), ("en", 390, True), ("de", 1280, True), ("de", 390, False), ("hostile", 390, False)],
)
def test_a_page_is_drawn_whole_within_its_width(chrome, pages, page, width, dark):
    """No error, every figure is drawn, text stands out, nothing is too wide (unfolded neither) or fetched."""
    chrome.requests(), chrome.console()
    chrome.open(pages[page], width=width, dark=dark)
    assert chrome.console() == []
    drawn = chrome.run(DRAWN)
    assert len(drawn) == 20
    assert [found for found in drawn if found["drawn"] != found["declared"] or not found["marks"]] == []
    assert all(found["width"] > 250 for found in drawn)
    assert chrome.run("return document.documentElement.scrollWidth <= innerWidth")
    assert chrome.run("return innerWidth") == width
    assert [url for url in chrome.requests() if not url.startswith(("file:", "data:", "blob:"))] == []
    assert chrome.run("return window.hacked === undefined")
    assert [found for found in chrome.run(CONTRAST) if found[2] < 4.5] == []
    chrome.run("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    assert chrome.run("return document.documentElement.scrollWidth <= innerWidth")


def test_the_keyboard_reaches_the_toggle_which_recolours_page_and_figures(chrome, pages):
    """Tab leads over the skip link to the toggle, and Enter changes background, figures and its own words."""
    from selenium.webdriver.common.keys import Keys

    chrome.open(pages["en"], width=1280)
    look = """
      const line = document.querySelector('#plot-history .scatterlayer path.js-line');
      return [getComputedStyle(document.body).backgroundColor, getComputedStyle(line).stroke,
              document.getElementById('theme').textContent.trim()]"""
    light = chrome.run(look)
    assert not chrome.run("return document.getElementById('theme').hasAttribute('aria-pressed')"), "the label tells it"
    body = chrome.driver.switch_to.active_element
    body.send_keys(Keys.TAB)
    assert chrome.run("return document.activeElement.className") == "skip"
    chrome.driver.switch_to.active_element.send_keys(Keys.TAB)
    assert chrome.run("return document.activeElement.id") == "theme"
    assert chrome.run("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
    chrome.driver.switch_to.active_element.send_keys(Keys.ENTER)
    chrome.await_theme("dark")
    dark = chrome.run(look)
    assert [before == after for before, after in zip(light, dark, strict=True)] == [False, False, False]
    assert chrome.console() == []


def test_the_whole_spec_can_be_copied(chrome, pages, whole):
    """The button copies the spec as it is stored, and says so."""
    chrome.open(pages["en"], width=1280)
    chrome.run("navigator.clipboard.writeText = async text => { window.copied = text; }")
    chrome.run("document.querySelector('[data-copy=spec-json]').click()")
    assert chrome.run("return document.querySelector('[data-copy=spec-json]').textContent") == "Copied"
    assert json.loads(chrome.run("return window.copied")) == whole.study("imdb-minilm").spec
