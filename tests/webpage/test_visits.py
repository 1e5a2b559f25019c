"""Visits: a history typed or pasted gives the date of the forecast; a mistake gives one line and no answer."""

import csv
import datetime
import io
import re

import pytest
from tests.webpage.conftest import ANSWERED, slide, wait

import wearoff as wo
from wearoff import Gone, Grade, History, Schedule, Visit

pytestmark = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")

START = datetime.date(2027, 1, 4)
FORECAST = """
(level) => {
  const history = app.readHistory(app.splitRows(app.settings.history), app.settings);
  const population = wearoff.population(app.data, app.typicalConstants());
  return wearoff.run(wearoff.forecast(history, population, app.data.normals, { data: app.data })).nextVisit(level);
}
"""


def in_words(day):
    date = START + datetime.timedelta(int(day))
    return f"{date.day} {date:%B} {date.year}"


def paste(tab, text):
    tab.locator(".paste").evaluate("(each) => { each.open = true; }")
    tab.locator("#table").evaluate("(area, text) => { area.value = text; }", text)
    tab.locator("#use-table").click()


def read_answer(tab):
    wait(tab, ANSWERED)
    return tab.locator(".date").inner_text()


def test_a_pasted_history_gives_the_date_of_the_engine_and_of_python(opened):
    tab = opened("#part=visits")
    paste(tab, "date, units, seen\n2027-01-04, 20\n2027-02-03, , none\n2027-04-10, 20 U, moderate\n2027-07-01,,gone\n")
    said = read_answer(tab)
    found = tab.evaluate(FORECAST, 0.5)
    assert said == in_words(found["day"])
    visits = Schedule((Visit(day=0, units=20), Visit(day=96, units=20)), start=START)
    expected = wo.forecast(History(visits, [Grade(30, 0), Grade(96, 2), Gone(178)], baseline=3)).next_visit(0.5)
    # Both are medians of at least 400 effective draws of a day with an interquartile range of some weeks: an error of
    # some days each.
    assert found["day"] == pytest.approx(expected.day, abs=10)
    assert in_words(expected.label_day) in tab.locator(".answer-label").inner_text()


ONE_HISTORY = [
    "2027-01-04, 20\n2027-02-03, , none\n2027-04-05, , mild",
    "2027-01-04;20\r\n2027-02-03;;0\r\n2027-04-05;;1\r\n",
    "date\tunits\tseen\n2027-01-04\t20\n2027-02-03\t\tgrade 0\n2027-04-05\t\tMild",
    "4.1.2027; 20,0\n3.2.2027; ; none\n05.04.2027; ; mild",
    "2027-01-04 20 U\n2027-02-03 none\n2027-04-05 mild",
    "2027-01-04,20\n2027-02-03,0,none\n2027-04-05,0,mild",
]


def test_every_way_to_write_a_history_gives_the_same_rows(opened):
    tab = opened("#part=visits")
    rows = [
        tab.evaluate("(text) => app.writeRows(app.readTable(text, app.settings).rows)", text) for text in ONE_HISTORY
    ]
    assert rows == ["2027-01-04_20*2027-02-03_none*2027-04-05_mild"] * len(rows)


def test_a_grade_on_the_day_of_the_first_visit_is_the_one_before_treatment(opened):
    # As `History.from_frame` reads the same table.
    tab = opened("#part=visits")
    paste(tab, "2027-01-04,20,moderate\n2027-02-03,,none")
    read_answer(tab)
    found = tab.evaluate("app.readHistory(app.splitRows(app.settings.history), app.settings)")
    assert (found["baseline"], [look["day"] for look in found["seen"]]) == (2, [30])
    assert tab.locator("#before").input_value() == "moderate"


def test_units_that_are_missing_are_the_usual_ones(opened):
    tab = opened("#part=visits&product=abobotulinumtoxinA&units=50")
    paste(tab, "2027-01-04\n2027-02-03,,1")
    read_answer(tab)
    assert tab.locator(".row-units").first.get_attribute("placeholder") == "50"
    found = tab.evaluate("app.readHistory(app.splitRows(app.settings.history), app.settings).visits")
    assert found == [{"day": 0, "units": 50, "product": "abobotulinumtoxinA", "muscle": "glabella"}]


def test_rows_are_typed_added_and_removed(opened):
    tab = opened("#part=visits")
    before = read_answer(tab)
    tab.locator("#add-visit").click()
    assert tab.locator(".row-date").last.evaluate("(each) => each === document.activeElement")
    tab.locator(".row-date").last.fill("2027-05-03")
    tab.locator(".row-units").last.fill("30")
    wait(tab, f"{ANSWERED} && app.settings.history.endsWith('2027-05-03_30')")
    assert tab.locator(".date").inner_text() != before
    tab.get_by_role("button", name="Remove row 4").click()
    assert read_answer(tab) == before
    tab.locator("#clear").click()
    assert tab.locator(".next-date").is_hidden()
    assert tab.locator("#mistake").is_hidden()


def test_the_answer_has_its_order_and_moves_with_level_and_weeks(opened):
    tab = opened("#part=visits")
    read_answer(tab)
    found = tab.evaluate(FORECAST, 0.5)
    tops = [
        tab.locator(f".next-date .{name}").bounding_box()["y"]
        for name in ("date", "answer-half", "answer-most", "answer-label", "answer-typical", "answer-sentence")
    ]
    assert tops == sorted(tops)
    slide(tab, "weeks", 15)
    [chance] = [row["chance"] for row in found["lost"] if row["weeks"] == 15]
    assert f"{int(100 * chance + 0.5)}\N{NO-BREAK SPACE}%" in tab.locator(".answer-sentence").inner_text()
    slide(tab, "level", 80)
    assert tab.locator(".date").inner_text() == in_words(tab.evaluate(FORECAST, 0.8)["day"])
    typical = wo.simulate(units=20, times=range(541)).frame["visible"]
    lost = typical.index[(typical < 0.8) & (typical.index > 20)][0] - 1
    assert in_words(lost) in tab.locator(".answer-typical").inner_text()


def test_a_history_that_contradicts_the_model_says_so(opened):
    tab = opened("#part=visits")
    paste(tab, "2027-01-04, 20\n2027-01-14,,3\n2027-05-01,,0\n2027-05-10,,3\n2027-07-01,,0")
    read_answer(tab)
    assert tab.evaluate(f"({FORECAST.replace('.nextVisit(level)', '.surprise')})(0.5)") < 1e-3
    assert "contradicts the model" in tab.locator(".next-date .warning").inner_text()


def test_a_look_that_is_there_twice_is_said(opened):
    tab = opened("#part=visits")
    paste(tab, "2027-01-04, 20\n2027-02-03,,0\n2027-06-05,,3\n2027-06-05,,gone")
    read_answer(tab)
    assert tab.locator(".next-date .warning").is_hidden()
    paste(tab, "2027-01-04, 20\n2027-02-03,,0\n2027-02-03,,1\n2027-04-05,,1")
    read_answer(tab)
    assert "delete a row" in tab.locator(".next-date .warning").inner_text()


def test_a_level_that_is_seldom_reached_has_no_date(opened):
    tab = opened("#part=visits")
    paste(tab, "2027-01-04, 20\n2027-03-01,,gone")
    assert read_answer(tab) == "not reached"
    never = tab.evaluate(FORECAST, 0.5)["never"]
    assert never > 0.5
    assert (
        f"In {int(100 * never + 0.5)}\N{NO-BREAK SPACE}% of such patients" in tab.locator(".answer-never").inner_text()
    )
    assert tab.locator(".answer-half").is_hidden()


def test_a_date_before_that_of_the_label_is_named(opened):
    tab = opened("#part=visits")
    paste(tab, "2027-01-04, 20\n2027-02-03,,mild\n2027-03-10,,moderate")
    read_answer(tab)
    found = tab.evaluate(FORECAST, 0.5)
    assert found["day"] < found["label_day"]
    assert "earlier than the label allows" in tab.locator(".answer-early").inner_text()


def test_a_date_before_the_last_row_is_named(opened):
    tab = opened("#part=visits", width=390, height=844)
    paste(tab, "2027-01-04, 20\n2027-02-03,,mild\n2027-03-10,,moderate\n2027-08-02,,gone")
    assert read_answer(tab).endswith("2027")
    assert tab.evaluate(FORECAST, 0.5)["day"] < 210  # days from the first row to the last
    assert "was left until about" in tab.locator(".lead").inner_text()
    assert "2 August 2027" in tab.locator(".answer-past").inner_text()
    assert tab.locator(".brief").inner_text().startswith("Below the level since")


def test_the_unit_may_be_written_in_words(opened):
    tab = opened("#part=visits")
    for cell in ("20 U", "20 IU", "20 units", "20 IE", "20 Einheiten", "20 unidades", "20 unités"):
        paste(tab, f"2027-01-04; {cell}")
        assert tab.evaluate("app.settings.history") == "2027-01-04_20", cell


def test_a_mistake_of_a_pasted_table_names_the_line_that_is_wrong(opened):
    tab = opened("#part=visits")
    # The first line is the names of the columns, the second gives two rows.
    paste(tab, "date, units, seen\n2027-01-04, 20, severe\n2027-02-03, Botox 20")
    said = tab.locator("#mistake").inner_text()
    assert said.startswith("Line 3 of the table: units (U) is Botox 20")
    assert "the product is chosen below" in said
    paste(tab, "2027-04-05, 20, moderate\n2027-01-04, 20")
    assert tab.locator("#mistake").inner_text().startswith("Line 2 of the table: date is 2027-01-04")


BAD = [
    ("2027-02-30, 20", "Line 1 of the table: date is 2027-02-30"),
    ("01/02/2027, 20", "Line 1 of the table: date is 01/02/2027"),
    ("2027-01-04, -5", "Line 1 of the table: units (U) is -5"),
    ("2027-01-04, 0", "Line 1 of the table: units (U) is 0"),
    ("2027-01-04, 1e308", "Line 1 of the table: units (U) is 1e308"),
    ("2027-01-04, 20\n2027-04-04, NaN", "Line 2 of the table: units (U) is NaN"),
    ("2027-01-04, 20\n2027-04-04,,4", "Line 2 of the table: what happened is 4"),
    ("2027-04-04, 20\n2027-01-04, 20", "Line 2 of the table: date is 2027-01-04"),
    ("2027-04-04, 20\n2027-01-04,,mild", "Line 2 of the table: date is 2027-01-04"),
    ("2027-01-04,,mild", "Line 1 of the table: what happened is line seen: mild"),
    ("2007-01-04, 20\n2027-01-04, 20", "Line 2 of the table: date is 2027-01-04"),
    ("2027-01-04, 20\n2027-02-03,,", "Line 2 of the table: units (U) is empty"),
    ("2027-01-04, 20, mild\n2027-02-03,,none", "Line 1 of the table: what happened is line seen: mild"),
    ("2027-01-04, 20, severe\n2027-01-04,,moderate", "Line 2 of the table: what happened is line seen: moderate"),
    ("", "Row 0: number of rows is 0"),
    ("2027-01-04, 20\n" * 41, "Row 41: number of rows is 41"),
    ("x" * 100_000, "Row 1: table is 100000 characters"),
    ("2027-01-04, 20\n" * 7000, "Row 1: table is"),
    ("<script>document.title = 1</script>", "Line 1 of the table: date is <script>"),
    ("2027-01-04, <img src=x onerror=alert(1)>", "Line 1 of the table: units (U) is <img"),
    ("9" * 3000, "Line 1 of the table: date is 999"),
    ("2027-01-04, 20\n\x00\ufffd", "Line 2 of the table: date is"),
]


def test_a_table_that_cannot_be_used_gives_one_line_and_no_answer(opened):
    tab = opened("#part=visits")
    read_answer(tab)
    before = tab.evaluate("app.settings.history")
    for text, reason in BAD:
        paste(tab, text)
        said = tab.locator("#mistake").inner_text()
        assert said.startswith(reason), (text[:60], said)
        assert "allowed:" in said
        assert len(said) < 200
        assert tab.locator(".next-date").is_hidden()
        assert tab.locator(".when").is_hidden()
        assert tab.locator(".row.wrong").count() == 0
        assert tab.evaluate("app.settings.history") == before
    paste(tab, "2027-01-04, 20")
    assert tab.locator("#mistake").is_hidden()
    read_answer(tab)


def test_a_paste_that_is_far_too_long_does_not_go_into_the_field(opened):
    tab = opened("#part=visits")
    tab.locator(".paste").evaluate("(each) => { each.open = true; }")
    tab.locator("#table").evaluate(
        """(area) => {
          const clipboardData = new DataTransfer();
          clipboardData.setData("text", "2027-01-04, 20;".repeat(7000));
          area.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
        }"""
    )
    assert tab.locator("#mistake").inner_text().startswith("Row 1: table is 105000 characters")
    assert tab.locator("#table").input_value() == ""


def test_a_typed_row_that_cannot_be_used_gives_one_line_and_no_answer(opened):
    tab = opened("#part=visits")
    tab.locator(".row-units").first.fill("-5")
    assert tab.locator("#mistake").inner_text().startswith("Row 1: units (U) is -5; allowed: a number above 0")
    assert tab.locator(".row-units").first.get_attribute("aria-invalid") == "true"
    assert tab.locator(".next-date").is_hidden()
    tab.locator(".row-units").first.fill("25")
    assert tab.locator("#mistake").is_hidden()
    read_answer(tab)
    tab.locator(".row-date").nth(1).fill("2026-01-01")
    assert tab.locator("#mistake").inner_text().startswith("Row 2: date is 2026-01-01; allowed: 2027-01-04 or later")


def test_the_history_is_in_the_address_and_comes_back(opened):
    tab = opened("#part=visits")
    paste(tab, "2027-01-04, 12.5\n2027-03-01, , 2")
    tab.locator("#before").select_option("moderate")
    slide(tab, "level", 70)
    wait(tab, "location.hash.includes('level')")
    said = read_answer(tab)
    again = opened(tab.evaluate("location.hash"))
    assert again.evaluate("app.settings") == tab.evaluate("app.settings")
    assert read_answer(again) == said


def test_the_calendar_says_what_it_shows(opened):
    tab = opened("#part=visits")
    said = read_answer(tab)
    words = tab.locator(".calendar").get_attribute("aria-label").replace("\N{NO-BREAK SPACE}", " ")
    assert "Visit on 4 January 2027, 20 U." in words
    assert "On 3 February 2027, line seen: none (0)." in words
    assert f"Next date: {said}." in words
    assert tab.locator(".calendar .visit").count() == 1
    assert tab.locator(".calendar .look").count() == 2
    years = tab.locator(".calendar .year").all_text_contents()
    assert years == ["2027", "2028"]


def test_shares_and_costs_are_those_of_spacing(opened):
    tab = opened("#part=visits&weeks=12&level=0.5&price=8")
    wait(tab, "app.regular(app.settings) !== null")
    found = tab.evaluate("app.regular(app.settings)")
    expected = wo.spacing.compare([84], population=wo.Population(), patients=5000).people.iloc[0]
    # 500 patients: a standard error of at most 0.022.
    assert found["share"] == pytest.approx(expected["share_of_patients"], abs=0.07)
    assert found["covered"] == pytest.approx(expected["share_of_patient_days"], abs=0.05)
    yearly = 20 * 365.25 / 84
    assert tab.evaluate("app.yearly(app.settings)") == pytest.approx({"units": yearly, "cost": 8 * yearly})
    values = [float(re.sub(r"[^\d.]", "", each)) for each in tab.locator(".interval .value").all_inner_texts()]
    assert values[4] == pytest.approx(8 * yearly / (365.25 * found["covered"]), abs=0.01)
    assert "Shorter than the label allows" in tab.locator("#interval-note").inner_text()


def test_what_is_on_the_screen_is_saved(opened, tmp_path):
    tab = opened("#part=visits")
    read_answer(tab)
    for ending, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg"), ("CSV", b"item,")):
        with tab.expect_download() as saved:
            tab.locator(".fit").get_by_role("button", name=ending).click()
        saved.value.save_as(tmp_path / ending)
        assert (tmp_path / ending).read_bytes().startswith(start)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "CSV").read_text())))
    [median] = [row["date"] for row in rows if row["item"] == "median"]
    assert in_words((datetime.date.fromisoformat(median) - START).days) == tab.locator(".date").inner_text()
    assert {row["item"] for row in rows} >= {"visit", "grade", "label", "typical", "visible_p50", "chance_below"}
