"""`browse --web` in a real web browser: the same app, steered by the same keys, for its own page alone."""

import shutil
import time
from contextlib import contextmanager

import pytest
from sample_store import WHOLE, sample_store_in
from web_server import Served

from runner.store.store import Store

selenium = pytest.importorskip("selenium", reason="there is no selenium to steer a browser with")


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


def wait_for_app(driver, seconds=40):
    """Wait until the app has drawn something."""
    deadline = time.monotonic() + seconds
    while "-first-byte" not in driver.execute_script("return document.body ? document.body.className : ''"):
        assert time.monotonic() < deadline, f"nothing was ever shown: {driver.page_source}"
        time.sleep(0.2)


@pytest.mark.parametrize("by_file", [False, True])
def test_keys_in_a_web_browser_steer_the_app(tmp_path, by_file):
    """A title written in the browser stands in the store; the token is nowhere to be seen, and reloading works.

    The address is opened by itself, or by a file of ours, as `--open` does.
    """
    sample_store_in(tmp_path)
    with Served(tmp_path) as served, chromium() as driver:
        steer(driver, served, tmp_path, by_file=by_file)


def steer(driver, served, folder, *, by_file):
    from selenium.webdriver import ActionChains, Keys

    address = f"http://127.0.0.1:{served.port}/"
    target = address + served.path.removeprefix("/")
    if by_file:
        page = folder / "page.html"
        page.write_text(f'<meta http-equiv="refresh" content="0; url={target}">')
        target = page.as_uri()
    driver.set_window_size(1200, 800)
    driver.get(target)
    deadline = time.monotonic() + 60
    while driver.current_url != address:
        assert time.monotonic() < deadline, driver.page_source
        time.sleep(0.1)
    assert driver.execute_script("return document.cookie + document.referrer") == ""
    wait_for_app(driver)
    driver.refresh()
    wait_for_app(driver)
    if by_file:
        return
    time.sleep(2)
    driver.find_element("css selector", ".textual-terminal").click()
    ActionChains(driver).pause(0.5).send_keys(Keys.END).pause(0.5).send_keys("i").pause(1).perform()
    ActionChains(driver).send_keys("by browser").pause(0.5).perform()
    ActionChains(driver).key_down(Keys.CONTROL).send_keys("s").key_up(Keys.CONTROL).perform()
    with Store.open(f"sqlite:///{folder / 'studies.db'}", create=False) as store:
        while store.study(WHOLE).title != "by browser":
            assert time.monotonic() < deadline, f"the title is {store.study(WHOLE).title!r}"
            time.sleep(0.2)
