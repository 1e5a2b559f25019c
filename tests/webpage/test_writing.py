"""The file of the page: small, whole, with no address of another place; and its words, complete in every language."""

import csv
import re
import subprocess
import sys

import pytest

import wearoff as wo
from wearoff.texts import TABLE, languages, page_words
from wearoff.webpage.scripts import FOLDER
from wearoff.webpage.writing import ENGINE, SCRIPTS, STYLES, page_text

OWN_SCRIPTS = [name for name in SCRIPTS if name not in ENGINE]


def test_the_file_is_small_and_names_no_other_place():
    text = page_text()
    assert len(text.encode()) < 400_000
    assert "default-src 'none'" in text
    assert "unsafe" not in text.partition("<style>")[0]
    # The names of the SVG namespace ask for nothing.
    assert set(re.findall(r"""["'(]https?://[^"')]*""", text)) == {'"http://www.w3.org/2000/svg'}


def test_every_script_and_style_is_in_the_file():
    assert {path.name for path in FOLDER.glob("*.js")} == set(SCRIPTS)
    assert {path.name for path in FOLDER.glob("*.css")} == set(STYLES)
    assert all(len((FOLDER / name).read_text(encoding="utf-8").splitlines()) < 300 for name in (*SCRIPTS, *STYLES))


def rows():
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["key"])
def test_a_text_is_there_in_every_language_with_the_same_places(row):
    texts = [row[lang] for lang in languages()]
    assert all(texts) or not any(texts)
    places = [sorted(set(re.findall(r"\{(\w+)\}", text))) for text in texts]
    assert all(each == places[0] for each in places)


def test_a_key_is_there_once_and_used():
    keys = [row["key"] for row in rows()]
    assert len(keys) == len(set(keys))
    scripts = "\n".join((FOLDER / name).read_text(encoding="utf-8") for name in (*OWN_SCRIPTS, "page.html"))
    whole = set(re.findall(r'say\(\s*"([\w.]+)"', scripts)) | set(re.findall(r"\{\{=([\w.]+)\}\}", scripts))
    assert whole <= set(keys)
    # Other keys stand in the scripts as a text of their own, or begin with the name of a family: `step.${number}`.
    texts = set(re.findall(r"""["`]([\w.]+)["`]""", scripts))
    families = set(re.findall(r"`(\w+)\.\$\{", scripts))
    counted = re.findall(r'app\.counted\(.+?, "(\w+)"\)', scripts)
    units = {f"{unit}.{count}" for unit in counted for count in ("one", "many")}
    assert [key for key in keys if key not in whole | texts | units and key.partition(".")[0] not in families] == []


def test_every_constant_and_muscle_has_words():
    words = page_words("en")
    for name in wo.Parameters().table()["name"]:
        if name != "spread":  # the dose is even along the muscle
            assert words[f"constant.{name}"]
            assert words[f"constant.{name}.words"]
    assert words["muscle.glabella"]


def test_the_command_writes_the_same_file(call, tmp_path):
    status, out, err = call("page", tmp_path / "new" / "page.HTML", "--lang", "fr")
    assert (status, err) == (0, "")
    [written] = (tmp_path / "new").iterdir()
    assert str(written) in out
    assert written.read_text(encoding="utf-8") == page_text("fr")


BAD = [
    (["page.txt"], "file is"),
    ([], "Missing argument"),
    (["page.html", "--lang", "it"], "lang is 'it'"),
]


@pytest.mark.parametrize(("arguments", "reason"), BAD)
def test_bad_input_is_one_line(call, tmp_path, monkeypatch, arguments, reason):
    monkeypatch.chdir(tmp_path)
    status, out, err = call("page", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert reason in err
    assert list(tmp_path.iterdir()) == []


def test_the_function_is_not_hidden_by_its_package():
    code = "import wearoff as wo, wearoff.webpage.data; assert callable(wo.page)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=wo.__path__[0])
