"""The page in a cell of a real JupyterLab, with a real kernel: shown, moved by the keyboard, of this machine alone."""

import json
import os
import signal
import socket
import time
import urllib.request

import numpy as np
import pytest
from tests.processes import running

import wearoff as wo
from wearoff.labels import STEPS, whole_day

ROWS_BELOW = len(STEPS) - 1 - STEPS.index("light_chain")
CELL = "import wearoff as wo\nwo.explorer(units=25)"
# A column of what the cell draws; JupyterLab keeps a document of Bokeh for every output.
COLUMN = """([source, name]) => Bokeh.documents.map(each => each.get_model_by_name(source)).filter(Boolean)
    .map(each => Array.from(each.data[name])).at(-1)"""


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


def test_a_cell_shows_the_page_and_follows_the_keyboard(browser, lab):
    page = browser.new_page(viewport={"width": 1280, "height": 1400})
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("websocket", lambda opened: asked.append(opened.url))
    page.goto(lab)
    code = page.locator(".jp-CodeCell").first
    for _ in range(20):
        # JupyterLab may ask for the kernel first, where the machine is slow.
        for accept in page.locator("dialog .jp-mod-accept").all():
            accept.click()
        # A cell that is started before its kernel is ready does not run; its number then stays empty.
        code.locator(".cm-content").click()
        page.keyboard.press("Shift+Enter")
        page.wait_for_timeout(3000)
        if code.locator(".jp-InputPrompt").inner_text() != "[ ]:":
            break
    page.locator(".jp-OutputArea dl").wait_for(timeout=90_000)
    assert_shows(page, wo.simulate(units=25))
    # The page has no address and no link; nothing in it is wider than the cell.
    assert page.locator(".jp-OutputArea").get_by_text("Link to these settings").count() == 0
    cell = page.locator(".jp-OutputArea").first.bounding_box()
    for name in ("numbers", "effect", "settings", "cascade"):
        room = page.locator(f".rooms .{name}").bounding_box()
        assert cell["x"] <= room["x"]
        assert room["x"] + room["width"] <= cell["x"] + cell["width"]

    page.locator(".setting-units .noUi-handle").press("ArrowRight")
    more = wo.simulate(units=26)
    half = f"day {whole_day(more.landmarks['half_effect_day'])}"
    page.locator("dd[id=half_effect_day]").get_by_text(half).wait_for()
    assert_shows(page, more)
    page.locator(".setting-light_chain_half_life .noUi-handle").press("ArrowLeft")
    loss = float(page.locator(".setting-light_chain_half_life .noUi-handle").get_attribute("aria-valuenow"))
    assert loss < wo.Parameters().light_chain_half_life
    page.wait_for_timeout(500)
    page.close()
    elsewhere = [url for url in asked if "//127.0.0.1:" not in url and not url.startswith(("data:", "blob:"))]
    assert elsewhere == []


def assert_shows(page, timeline):
    """Curve, cascade and numbers of the cell are those of the timeline."""
    days, effect = (np.array(page.evaluate(COLUMN, ["drawn-curve", name])) for name in ("time", "visible"))
    np.testing.assert_allclose(effect, timeline.at(days)["visible"], rtol=0, atol=1e-12)
    since, chain = (np.array(page.evaluate(COLUMN, ["drawn-cascade", name])) for name in ("time", "light_chain"))
    amounts = timeline.at(since)["light_chain"].to_numpy()
    # Each row has a scale and a base line of its own: the number of rows below it.
    np.testing.assert_allclose((chain - ROWS_BELOW) / 0.85, amounts / amounts.max(), rtol=0, atol=1e-9)
    for name, day in timeline.landmarks.items():
        shown = f"{day:.2f}" if name == "peak_effect" else f"day {whole_day(day)}"
        assert page.locator(f"dd[id={name}]").inner_text() == shown
