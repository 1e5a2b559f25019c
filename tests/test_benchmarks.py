"""The table of the speed figures: its words for a figure, and how it is written into docs/speed.md."""

import platform
from pathlib import Path

import pytest
from benchmarks.measure import Figure, Target
from benchmarks.table import BEGIN, END, machine, measured, render, replace, verdict

AT_LEAST = Target("at least 4 times faster", least=4, cost="it takes its time")


def figure(values, target=None, unit="times faster"):
    return Figure("work", "a peer", values, unit, target)


def test_the_median_with_the_lowest_and_the_highest():
    assert measured(figure([5.04, 4.0, 9.0])) == "5.04 times faster (4 to 9)"
    assert measured(figure([1234.6, 100.4], unit="ms")) == "668 ms (100 to 1,235)"


def test_a_single_run_has_no_spread_and_none_is_not_measured():
    assert measured(figure([0.2131], unit="GB")) == "0.213 GB"
    assert measured(figure([0.7649], unit="")) == "0.765"
    assert measured(figure([])) == "not measured"
    assert verdict(figure([], AT_LEAST)) == ""


def test_a_target_is_judged_by_the_median():
    assert verdict(figure([3.0, 4.0, 5.0], AT_LEAST)) == "met"
    assert verdict(figure([3.0, 4.0, 5.0])) == ""


def test_a_missed_target_is_said_with_its_reason():
    assert verdict(figure([3.0, 3.0, 5.0], AT_LEAST)) == "**missed**: by 25 %, in 2 of 3 repeats; it takes its time"
    assert verdict(figure([1.5], Target("under 1 GB", most=1))) == "**missed**: by 50 %"
    assert verdict(figure([2.0], Target("none", most=0))) == "**missed**: by 2"


def test_every_figure_has_a_row_of_as_many_cells_as_the_head():
    facts, blank, head, line, *rows = render([figure([5.0], AT_LEAST), figure([1.0, 2.0])], "the machine").split("\n")
    assert (facts, blank) == ("the machine", "")
    assert {row.count("|") for row in (head, line, *rows)} == {8}
    assert rows[0] == "| work | a peer | at least 4 times faster |  | 5 times faster | 1 | met |"


def test_the_figures_of_the_table_before_stand_beside_the_new_ones():
    def table(values, error, page=""):
        rows = [
            Figure("one patient", f"a peer at our error, {error}", values, "times faster"),
            Figure("the same", "another peer", values[1:], "times faster"),
        ]
        return render(rows, "the machine", page)

    def column(text, i):
        return [row.split("|")[i].strip() for row in text.splitlines() if row.startswith(("| one", "| the same"))]

    old = table([2.0, 3.0, 5.0], "2e-11")
    new = table([4.0, 6.0, 7.0], "3e-10", old)
    assert column(old, 4) == ["", ""]
    assert column(new, 4) == ["3 times faster", "4 times faster"]  # medians of 2, 3, 5 and of 3, 5
    assert column(new, 5) == ["6 times faster (4 to 7)", "6.5 times faster (6 to 7)"]
    assert column(table([8.0, 9.0], "1e-9", new), 4) == ["6 times faster", "6.5 times faster"]


def test_the_machine_has_no_name():
    assert platform.python_version() in machine()
    assert platform.node() not in machine()


def test_the_table_takes_the_place_of_the_one_before_and_of_nothing_else():
    text = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    new = replace(text, "| new |")
    assert new == f"before\n{BEGIN}\n\n| new |\n\n{END}\nafter\n"
    assert replace(new, "| new |") == new


@pytest.mark.parametrize("text", ["", BEGIN, f"{END}\n{BEGIN}\n", f"{BEGIN}\n{BEGIN}\n{END}\n"])
def test_a_page_without_a_place_for_it_is_refused(text):
    with pytest.raises(ValueError, match="once, in this order"):
        replace(text, "| new |")


def test_the_page_has_a_place_for_it():
    replace((Path(__file__).parents[1] / "docs" / "speed.md").read_text(encoding="utf-8"), "")
