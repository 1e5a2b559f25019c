"""The page shown at once: in a cell of a real JupyterLab, where it is moved, and by `wearoff explore`."""

import json
import os
import signal
import socket
import time
import urllib.request

import pytest
from tests.processes import running
from tests.webpage.conftest import slide

import wearoff as wo
from wearoff.webpage import showing
from wearoff.webpage.writing import page_text

CELL = "import wearoff as wo\nwo.explorer(lang='de')"
CURVE = "document.querySelector('.course .plot svg').outerHTML"


@pytest.fixture
def browsers(monkeypatch, tmp_path):
    """The addresses that a browser was asked to open; `tmp_path` is the folder for temporary files."""
    asked = []
    monkeypatch.setattr(showing.webbrowser, "open", lambda address: asked.append(address) or True)
    monkeypatch.setattr(showing.tempfile, "tempdir", str(tmp_path))
    return asked


def test_explore_writes_the_page_and_opens_it(call, browsers, tmp_path):
    status, out, err = call("explore", "--lang", "fr")
    [written] = tmp_path.glob("*/*")
    assert (status, err) == (0, "")
    assert browsers == [written.as_uri()]
    assert out == f"{written}  (opened in the browser)\n"
    assert written.read_text(encoding="utf-8") == page_text("fr")


def test_explore_without_a_browser_says_which_file_to_open(call, browsers, monkeypatch, tmp_path):
    assert call("explore", "--no-open")[1] == f"{next(tmp_path.glob('*/*'))}  (open this file in a browser)\n"
    assert browsers == []
    monkeypatch.setattr(showing.webbrowser, "open", lambda address: False)
    assert call("explore")[1].endswith("  (open this file in a browser)\n")


def test_an_unknown_language_is_refused_and_nothing_is_written(call, browsers, tmp_path):
    allowed = "lang is 'it'; allowed: en, es, de, fr"
    assert call("explore", "--lang", "it") == (2, "", f"error: {allowed}\n")
    assert list(tmp_path.iterdir()) == browsers == []
    with pytest.raises(wo.InputError, match=allowed):
        wo.explorer("it")


def test_outside_of_a_notebook_the_explorer_says_what_to_do():
    said = repr(wo.explorer())
    assert "wearoff.page('page.html')" in said
    assert "`wearoff explore`" in said


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a notebook of one cell, in a JupyterLab that knows nothing of this user's settings."""
    folder = tmp_path_factory.mktemp("lab")
    cell = {"cell_type": "code", "id": "page", "metadata": {}, "outputs": [], "execution_count": None, "source": CELL}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    book = {"cells": [cell], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (folder / "page.ipynb").write_text(json.dumps(book))
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    own = {name: str(folder / name.lower()) for name in places}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [
        "-m", "jupyterlab", "--no-browser", "--ip=127.0.0.1", f"--port={port}", "--allow-root",
        "--ServerApp.port_retries=0", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}",
        f"--LabApp.user_settings_dir={folder / 'settings'}", f"--LabApp.workspaces_dir={folder / 'workspaces'}",
        "--LabApp.news_url=None", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ]  # fmt: skip
    with (folder / "log").open("w") as log, running(*command, env=os.environ | own, stdout=log, stderr=log) as server:
        _until_answered(f"{address}/api/status", server)
        yield f"{address}/lab/tree/page.ipynb"
        # When the server is told to end, it ends its kernels too.
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)


def _until_answered(address, server):
    for _ in range(200):
        assert server.poll() is None, "JupyterLab ended by itself"
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"{address} does not answer")


def test_a_cell_shows_the_page_and_a_slider_moves_the_curve(browser, lab):
    tab = browser.new_page(viewport={"width": 1280, "height": 1000})
    asked, said = [], []
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append((message.location["url"], message.text)))
    tab.on("pageerror", lambda error: said.append((str(error.stack), str(error))))
    tab.goto(lab)
    run_cell(tab)
    tab.frame_locator(".jp-OutputArea iframe").locator("html[data-ready=yes]").wait_for(
        state="attached", timeout=90_000
    )
    element = tab.locator(".jp-OutputArea iframe").element_handle()
    frame = element.content_frame()
    assert frame.title() == tab.locator(".jp-OutputArea iframe").get_attribute("title")
    assert frame.evaluate("document.documentElement.lang") == "de"

    # Half of the effect is left later after 40 U than after 20 U, as the model says.
    half = "app.result(app.settings).landmarks.half"
    for units in (20, 40):
        before = frame.evaluate(CURVE)
        slide(frame, "units", units)
        assert (frame.evaluate(CURVE) != before) == (units == 40)
        expected = wo.simulate(units=units).landmarks["half_effect_day"]
        assert frame.evaluate(half) == pytest.approx(expected, abs=0.05)

    # What is saved arrives, though the frame has no address of its own.
    with tab.expect_download() as saved:
        frame.get_by_role("button", name="CSV").click()
    assert saved.value.suggested_filename == "wearoff-see.csv"
    # The page fills the cell and does not go beyond it.
    cell, place = tab.locator(".jp-OutputArea").first.bounding_box(), element.bounding_box()
    assert cell["x"] <= place["x"]
    assert place["x"] + place["width"] <= cell["x"] + cell["width"]
    assert frame.evaluate("document.documentElement.scrollWidth <= innerWidth")
    tab.close()
    assert [each for each in said if "srcdoc" in each[0] or "wearoff" in each[1]] == []
    elsewhere = [url for url in asked if "//127.0.0.1:" not in url and not url.startswith(("data:", "blob:"))]
    assert elsewhere == []


def run_cell(tab):
    """Run the one cell of the notebook, as soon as its kernel is ready."""
    code = tab.locator(".jp-CodeCell").first
    code.locator(".cm-content").wait_for(timeout=90_000)
    for _ in range(20):
        # JupyterLab may ask for the kernel first, where the machine is slow.
        for accept in tab.locator("dialog .jp-mod-accept").all():
            accept.click()
        # A cell that is started before its kernel is ready does not run; its number then stays empty.
        code.locator(".cm-content").click()
        tab.keyboard.press("Shift+Enter")
        tab.wait_for_timeout(3000)
        if code.locator(".jp-InputPrompt").inner_text() != "[ ]:":
            return
