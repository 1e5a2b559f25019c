"""The slides for a class: their pictures are those of the docs, and the site has them in one file."""

import base64
import importlib
import re
import sys
from pathlib import Path

DOCS = Path(__file__).parents[1] / "docs"
SLIDES = (DOCS / "slides.html").read_text(encoding="utf-8")
sys.path.insert(0, str(DOCS))
live = importlib.import_module("live")


def test_each_picture_is_there_and_is_described():
    pictures = re.findall(r"<img ([^>]+)>", SLIDES)
    for picture in pictures:
        (source,) = re.findall(r'src="([^"]+)"', picture)
        assert (DOCS / source).exists()
        assert len(re.findall(r'alt="([^"]{20,})"', picture)) == 1
    assert len(pictures) >= 3


def test_each_question_has_an_answer_that_is_closed():
    questions = [each for each in SLIDES.split("<section>") if "<h2>Question" in each]
    assert len(questions) == 3
    assert all(each.count("<details><summary>Answer</summary>") == 1 for each in questions)


def test_the_site_has_them_in_one_file_that_asks_for_nothing(tmp_path):
    live.write(DOCS, tmp_path)
    text = (tmp_path / "slides.html").read_text(encoding="utf-8")
    sources = re.findall(r'(?:src|href)="([^"]+)"', text)
    assert [each.partition(",")[0] for each in sources] == ["data:image/png;base64"] * len(sources)
    first = re.findall(r'src="(\w+\.png)"', SLIDES)[0]
    assert base64.b64decode(sources[0].partition(",")[2]) == (DOCS / first).read_bytes()
    assert (tmp_path / "page.html").exists()
