"""`browse --web` in a real web browser: the same app, steered by the same keys, for its own page alone."""

import http.client
import os
import re
import shutil
import signal
import time
from contextlib import contextmanager

import pytest
from shelf import WHOLE, shelf_in

from runner.store.store import Store

selenium = pytest.importorskip("selenium", reason="there is no selenium to steer a browser with")


@pytest.fixture
def served(shell):
    """Serve the app on a shelf of studies; return the port."""
    shelf_in(shell.folder)
    shell.environment["MODELCAT_CONFIG"] = str(shell.folder / "config")
    process = shell.start("browse", "--web", "--port", "0", start_new_session=True)
    try:
        line = process.stderr.readline()
        found = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        assert found, line
        yield int(found[1])
    finally:
        os.killpg(process.pid, signal.SIGINT)
        process.communicate(timeout=20)


@contextmanager
def chromium():
    """Return a headless Chromium."""
    from selenium import webdriver

    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        pytest.skip("there is no Chromium")
    options = webdriver.ChromeOptions()
    for flag in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(flag)
    options.binary_location = shutil.which("chromium")
    driver = webdriver.Chrome(options=options, service=webdriver.ChromeService(shutil.which("chromedriver")))
    try:
        yield driver
    finally:
        driver.quit()


def answer(port, path, **headers):
    """Return status and headers of a request."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    deadline = time.monotonic() + 20
    while True:
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            response.read()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "the server never answered"
            time.sleep(0.1)
        else:
            return response.status, response.headers
        finally:
            connection.close()


def test_another_page_cannot_reach_the_app(served):
    """A page of another site, or another name of this machine, is refused; ours loads nothing from elsewhere."""
    status, headers = answer(served, "/")
    assert status == 200
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13"}
    upgrade["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ=="
    assert answer(served, "/ws", Origin="https://evil.example", **upgrade)[0] == 403
    assert answer(served, "/", Host=f"evil.example:{served}")[0] == 403


def test_keys_in_a_web_browser_steer_the_app(served, shell):
    """A title written in the browser stands in the store."""
    url = f"sqlite:///{shell.folder / 'studies.db'}"
    answer(served, "/")
    with chromium() as driver:
        from selenium.webdriver import ActionChains, Keys

        driver.set_window_size(1200, 800)
        driver.get(f"http://127.0.0.1:{served}/")
        deadline = time.monotonic() + 40
        while "-first-byte" not in (driver.find_element("tag name", "body").get_attribute("class") or ""):
            assert time.monotonic() < deadline, "nothing was ever shown"
            time.sleep(0.2)
        time.sleep(2)
        driver.find_element("css selector", ".textual-terminal").click()
        ActionChains(driver).pause(0.5).send_keys(Keys.END).pause(0.5).send_keys("i").pause(1).perform()
        ActionChains(driver).send_keys("by browser").pause(0.5).perform()
        ActionChains(driver).key_down(Keys.CONTROL).send_keys("s").key_up(Keys.CONTROL).perform()
        with Store.open(url, create=False) as store:
            while store.study(WHOLE).title != "by browser":
                assert time.monotonic() < deadline, f"the title is {store.study(WHOLE).title!r}"
                time.sleep(0.2)
