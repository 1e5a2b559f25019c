"""`model.js` is what `model.equations` prints now, and what cannot be solved as a cascade is refused.

That the printed formulas are right is tested in a browser, in test_model.py.
"""

import pytest

from wearoff.webpage import printing
from wearoff.webpage.scripts import ENGINE, FOLDER, MODEL, engine_script


def test_the_committed_file_is_current():
    assert (FOLDER / MODEL).read_text(encoding="utf-8") == printing.print_model(), (
        "run: python -m wearoff.webpage.printing"
    )


def test_the_file_can_be_written_again(tmp_path, monkeypatch):
    monkeypatch.setattr(printing, "FOLDER", tmp_path)
    printing.main()
    assert (tmp_path / MODEL).read_bytes() == (FOLDER / MODEL).read_bytes()


@pytest.mark.parametrize("wrong", [lambda y: y["snap25"] ** 2, lambda y: y["crease"]])
def test_a_slope_that_is_not_of_a_cascade_is_refused(monkeypatch, wrong):
    call_slope = printing.call_slope

    def changed(states, constants, name_force):
        slopes, release = call_slope(states, constants, name_force)
        return slopes | {"snap25": wrong(states)}, release

    monkeypatch.setattr(printing, "call_slope", changed)
    with pytest.raises(ValueError, match="the slope of snap25"):
        printing.print_model()


def test_every_script_is_a_part_of_the_engine_and_calls_nothing_from_outside():
    script = engine_script()
    assert {path.name for path in FOLDER.glob("*.js")} >= set(ENGINE)
    assert max(map(len, script.splitlines())) <= 120
    for word in ("fetch(", "XMLHttpRequest", "import(", "require(", "eval("):
        assert word not in script
