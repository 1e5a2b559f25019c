"""`wearoff demo`: its page shows every file and no other, its commands are true, and a refusal writes nothing."""

import html
import re
import shlex
import xml.etree.ElementTree as ET
from importlib.resources import files

import pytest
import typer

from wearoff.cli import demo
from wearoff.cli.options import app

COMMANDS = typer.main.get_command(app).commands
# Two commands of the demonstration, one of them over fewer days.
QUICK = (demo.RUNS[0], demo.RUNS[1]._replace(arguments="simulate --days 30 --out {out}/simulate"))


@pytest.fixture
def quick(monkeypatch):
    monkeypatch.setattr(demo, "RUNS", QUICK)


def names(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def links(page):
    return set(re.findall(r'(?:href|src)="([^"]*)"', page.read_text(encoding="utf-8"))) - {"data:,"}


def check(folder):
    """Check the page of a demonstration: its links, its pictures and its commands."""
    page = folder / "index.html"
    assert links(page) == names(folder) - {"index.html"}
    text = page.read_text(encoding="utf-8")
    # Every picture has a text that says what it shows.
    pictures = re.findall(r'<img src="([^"]+)" alt="([^"]*)"', text)
    assert {name for name, _ in pictures} == {name for name in names(folder) if name.endswith(".png")}
    alternatives = [alternative for _, alternative in pictures]
    assert all(alternatives)
    assert len(set(alternatives)) == len(alternatives)
    lines = [html.unescape(each) for each in re.findall(r"<code>(.*?)</code>", text)]
    for line in lines:
        program, command, *arguments = shlex.split(line)
        assert program == "wearoff"
        COMMANDS[command].make_context(command, arguments)
    return lines


def test_the_page_has_every_file_and_its_commands_make_them(call, quick, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    status, out, err = call("demo", "--out", "two words")
    assert (status, err) == (0, "")
    assert out.endswith("open two words/index.html\n")
    lines = check(tmp_path / "two words")
    assert lines == ["wearoff page 'two words/page.html'", "wearoff simulate --days 30 --out 'two words/simulate'"]
    # The command that the page names makes the same bytes.
    made = {path: path.read_bytes() for path in (tmp_path / "two words" / "simulate").iterdir()}
    assert len(made) == 6
    for path in made:
        path.unlink()
    assert call(*shlex.split(lines[1])[1:])[0] == 0
    assert {path: path.read_bytes() for path in made} == made


def test_a_folder_whose_name_is_no_text_has_its_page_too(call, quick, tmp_path, monkeypatch):
    # A name of bytes that are not UTF-8 comes to Python with half characters.
    monkeypatch.chdir(tmp_path)
    assert call("demo", "--out", "\udcff")[0] == 0
    assert "\\udcff/simulate" in (tmp_path / "\udcff" / "index.html").read_text(encoding="utf-8")


def test_a_folder_that_is_there_is_replaced_file_by_file(call, quick, tmp_path):
    (tmp_path / "mine.txt").write_text("mine")
    (tmp_path / "index.html").write_text("an earlier run")
    assert call("demo", "--out", tmp_path)[0] == 0
    assert (tmp_path / "mine.txt").read_text() == "mine"
    assert (tmp_path / "index.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert not [name for name in names(tmp_path) if "/." in f"/{name}"]  # no file for temporary use


@pytest.mark.parametrize("place", ["file.txt", "file.txt/new", "/proc/nothing"])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(call, tmp_path, monkeypatch, place):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(demo, "_run", lambda *_: pytest.fail("the work began"))
    (tmp_path / "file.txt").write_text("mine")
    status, out, err = call("demo", "--out", place)
    assert (status, out) == (2, "")
    assert err.startswith("error: out is ")
    assert err.count("\n") == 1
    assert names(tmp_path) == {"file.txt"}


def test_a_file_in_the_place_of_a_folder_is_refused_and_nothing_is_written(call, quick, tmp_path):
    (tmp_path / "simulate").write_text("mine")
    status, _, err = call("demo", "--out", tmp_path)
    assert status == 2
    assert err.startswith("error: out is ")
    assert names(tmp_path) == {"simulate"}


def test_a_refusal_of_a_command_ends_it_and_nothing_is_written(call, tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "RUNS", (QUICK[0], QUICK[1]._replace(arguments="simulate --units -1 --out {out}/a")))
    assert call("demo", "--out", tmp_path)[0] == 2
    assert names(tmp_path) == set()


def test_the_film_is_left_out_where_its_program_is_missing(monkeypatch):
    assert [run.title for run in demo.RUNS if run.needs] == ["The film"]
    monkeypatch.setattr(demo.shutil, "which", lambda _: None)
    assert "The film" not in [run.title for run in demo.find_runs()]


@pytest.mark.parametrize("run", demo.RUNS, ids=lambda run: run.title)
def test_a_command_of_the_demonstration_has_options_that_exist(run):
    command, *arguments = run.arguments.format(out="out").split()
    COMMANDS[command].make_context(command, arguments)


@pytest.mark.proof
def test_the_whole_demonstration(call, tmp_path):
    assert call("demo", "--out", tmp_path)[0] == 0
    lines = check(tmp_path)
    assert len(lines) == len(demo.find_runs())


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_the_page_asks_for_its_own_files_alone(browser, call, quick, tmp_path, scheme):
    call("demo", "--out", tmp_path)
    asked, said = [], []
    tab = browser.new_page(color_scheme=scheme)
    tab.on("request", lambda request: asked.append(request.url))
    tab.on("console", lambda message: said.append(message.text))
    tab.goto((tmp_path / "index.html").as_uri())
    for width in (360, 1366, 2560):
        tab.set_viewport_size({"width": width, "height": 800})
        assert tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
        tab.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
        found = tab.evaluate("axe.run()")["violations"]
        assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []
    tab.locator("summary").last.click()
    assert "wear-off" in tab.locator("pre").last.inner_text()
    tab.get_by_role("link", name="Open the page").click()
    tab.wait_for_selector("html[data-ready=yes]")
    tab.close()
    assert said == []
    assert all(url.startswith((tmp_path.as_uri(), "data:")) for url in asked)


def test_the_texts_of_the_page_are_escaped():
    from wearoff.report.gallery import Section, write_gallery

    odd = "<script>&\"'"
    section = Section(odd, odd, odd, ["a/x.png", "a/x.svg", "a/t.csv", "p.html"], {"x": odd}, odd)
    page = write_gallery(odd, odd, [section])
    assert "<script>" not in page
    body = page[page.index("<main>") : page.index("</main>") + len("</main>")]
    root = ET.fromstring(re.sub(r"(<img [^>]*)>", r"\1/>", body))
    assert root.find(".//h2").text == odd
    assert root.find(".//img").get("alt") == odd
