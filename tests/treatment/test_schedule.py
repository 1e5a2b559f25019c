"""Visits and schedule files: what is read, and what is refused with file, line and column."""

import dataclasses
import datetime
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest

import wearoff as wo
from wearoff import InputError, Schedule, Visit, tables
from wearoff.treatment.muscles import find_muscle
from wearoff.treatment.products import find_product


def test_a_visit_without_units_is_the_labelled_one():
    assert Visit().units == 20
    assert Visit(product="abobotulinumtoxinA").units == 50
    with pytest.raises(InputError, match="no labelled dose of onabotulinumtoxinA for platysma"):
        Visit(muscle="platysma")


def test_a_visit_holds_its_product_its_muscle_and_its_units():
    # data/products.csv, data/muscles.csv, data/labels.csv.
    visit = Visit(product="abobotulinumtoxinA")
    assert visit.product == find_product("abobotulinumtoxinA")
    assert visit.muscle == find_muscle("glabella")
    assert visit == Visit(units=50, product=visit.product, muscle=visit.muscle)
    assert hash(visit) == hash(Visit(product="abobotulinumtoxinA"))
    assert pickle.loads(pickle.dumps(visit)) == visit
    shown = "Visit(day=0.0, units=50.0, product='abobotulinumtoxinA', muscle='glabella', sites=None)"
    assert repr(visit) == shown
    assert eval(shown) == visit
    assert dataclasses.replace(visit, units=30).units == 30
    assert dataclasses.replace(visit, product="onabotulinumtoxinA", units=None).units == 20
    with pytest.raises(dataclasses.FrozenInstanceError):
        visit.units = 20


def test_a_product_that_differs_from_the_table_is_refused():
    mine = find_product("abobotulinumtoxinA")._replace(relative_potency=0.5)
    with pytest.raises(InputError, match=r"^product is Product\(.*; allowed: Product\(name='abobotulinumtoxinA'"):
        Visit(product=mine)
    with pytest.raises(InputError, match=r"^muscle is Muscle\(.*; allowed: Muscle\(name='glabella', length=50"):
        Visit(muscle=find_muscle("glabella")._replace(length=60.0))


def test_numbers_are_no_text():
    with pytest.raises(InputError, match=r"^units is '20', not a number; allowed: above 0 to 10000 U$") as stop:
        Visit(units="20")
    assert (stop.value.field, stop.value.value, stop.value.allowed) == ("units", "20", "above 0 to 10000 U")
    for call in (lambda: Schedule.every("90", visits=2), lambda: Schedule.every(90, visits="2")):
        with pytest.raises(InputError, match="not a number"):
            call()


def test_every():
    plan = Schedule.every(90, visits=4, units=20)
    assert [visit.day for visit in plan] == [0, 90, 180, 270]
    assert {visit.units for visit in plan} == {20}


def test_order_and_muscle_are_not_mended_in_silence():
    with pytest.raises(InputError, match="day is 0 after a visit on day 5"):
        Schedule((Visit(day=5), Visit(day=0)))
    with pytest.raises(InputError, match="one muscle in a schedule"):
        Schedule((Visit(), Visit(day=5, muscle="forehead")))
    with pytest.raises(InputError, match="no visit"):
        Schedule(())


def test_round_trip_through_a_table_and_a_file(tmp_path):
    plan = Schedule((Visit(units=20, sites=5), Visit(day=90.25, units=50, product="abobotulinumtoxinA")))
    assert Schedule.from_frame(plan.to_frame()) == plan
    plan.to_frame().to_csv(tmp_path / "plan.csv", index=False)
    assert Schedule.from_csv(tmp_path / "plan.csv") == plan


def test_the_dates_of_a_schedule_are_read_back_whatever_its_start():
    # A start is allowed up to the end of 2199, and a century of days after it.
    plan = Schedule((Visit(), Visit(day=36525)), start="2199-12-31")
    assert Schedule.from_frame(plan.to_events()) == plan
    assert plan.to_events()["date"].iloc[-1].date() == datetime.date(2299, 12, 31) + datetime.timedelta(days=1)
    with pytest.raises(InputError, match="start is '2200-01-01'; allowed: a date from 1900-01-01 to 2199-12-31"):
        Schedule.from_frame(pd.DataFrame({"date": ["2200-01-01"], "amt": [20]}))
    with pytest.raises(InputError, match="row 0: date is '2300-01-02'; allowed: a date from 1900-01-01 to 2300-01-01"):
        Schedule.from_frame(pd.DataFrame({"date": ["2300-01-02"], "amt": [20]}))


REFUSED = {
    "empty": (b"", "empty"),
    "only a header": (b"time,amt\n", "no visit below the header"),
    "binary": (b"\x89PNG\r\n\x1a\n\xff\xfe\x00", "not a text file"),
    "binary that is text": (b"\x00\x01\x02\n", "plan.csv: column is "),
    "missing column": (b"time\n0\n", "column 'amt' is missing"),
    "unknown column": (b"time,amt,colour\n0,20,red\n", "column is 'colour'"),
    "repeated column": (b"time,amt,amt\n0,20,20\n", "column 'amt' is repeated"),
    "repeated header": (b"time,amt\n0,20\ntime,amt\n", "line 3: time is 'time', not a number"),
    "blank cell": (b"time,amt,evid\n0,,1\n", "line 2: amt is blank"),
    "blank time": (b"time,amt\n,20\n", "line 2: time is blank"),
    "blank product": (b"time,amt,product\n0,20,\n", "line 2: product is blank"),
    "negative amt": (b"time,amt\n0,20\n90,-20\n", "line 3: amt is -20"),
    "negative time": (b"time,amt\n-1,20\n", "line 2: time is -1"),
    "zero amt": (b"time,amt,evid\n0,0,1\n", "line 2: amt is 0"),
    "NaN": (b"time,amt\n0,nan\n", "line 2: amt is nan"),
    "infinite": (b"time,amt\n0,inf\n", "line 2: amt is inf"),
    "text": (b"time,amt\n0,much\n", "line 2: amt is 'much'"),
    "short row": (b"time,amt\n0\n", "line 2 has 1 cells"),
    "long row": (b"time,amt\n0,20,3\n", "line 2 has 3 cells"),
    "open quote": (b'time,amt\n0,"20\n', "unexpected end of data"),
    "unknown product": (b"time,amt,product\n0,20,saline\n", "line 2: product is 'saline'"),
    "out of order": (b"time,amt\n90,20\n0,20\n", "line 3: time is 0 after 90"),
    "sites": (b"time,amt,sites\n0,20,1.5\n", "line 2: sites is 1.5, not a whole number"),
}


def refusal(folder, content):
    """The one line with which a file of this content is refused."""
    (folder / "plan.csv").write_bytes(content)
    with pytest.raises(InputError) as refused:
        Schedule.from_csv(folder / "plan.csv")
    message = str(refused.value)
    assert message.startswith("plan.csv")
    assert "llowed: " in message
    assert "\n" not in message
    return message


@pytest.mark.parametrize("case", REFUSED)
def test_a_wrong_file_is_refused_by_name(case, tmp_path):
    content, reason = REFUSED[case]
    assert reason in refusal(tmp_path, content)


def test_a_missing_file_and_a_folder(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        Schedule.from_csv(tmp_path / "nothing.csv")
    with pytest.raises(InputError, match="cannot be read"):
        Schedule.from_csv(tmp_path)


def test_a_table_names_the_row():
    with pytest.raises(InputError, match="schedule, row 1: amt is blank"):
        Schedule.from_frame(pd.DataFrame({"time": [0, 90], "amt": [20, None], "evid": 1}))


def test_touch_up_and_skipped_visit():
    plan = Schedule.every(90, visits=4, units=20, sites=5).touch_up(4, after=2).skip(4)
    assert [(visit.day, visit.units, visit.sites) for visit in plan] == [
        (0, 20, 5), (90, 20, 5), (104, 4, 5), (270, 20, 5),
    ]  # fmt: skip


def test_a_day_that_is_never_reached_has_no_date():
    plan = Schedule.once(start="2027-01-04")
    assert plan.date(np.inf) is plan.date(np.nan) is None
    with warnings.catch_warnings(action="error"):
        assert plan.dates([1.5, np.inf, np.nan]).isna().tolist() == [False, True, True]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda plan: plan.skip(3), "visit is 3; allowed: from 1 to 2"),
        (lambda plan: plan.skip(0), "visit is 0"),
        (lambda plan: plan.skip(1).skip(1), "schedule has no visit"),
        (lambda plan: plan.touch_up(0), "units is 0"),
        (lambda plan: plan.touch_up(5, days=0), "days is 0"),
        (lambda plan: plan.touch_up(5, days="soon"), "days is 'soon', not a number"),
        (lambda plan: plan.touch_up(5, after=3), "after is 3; allowed: from 1 to 2"),
        (lambda plan: Schedule(plan.visits, "tomorrow"), "start is 'tomorrow', not a date"),
        (lambda plan: Schedule(plan.visits, 5), "start is 5, not a date"),
        (lambda plan: Schedule(plan.visits, None, (3, 2)), "times has 2 after 3"),
        (lambda plan: Schedule(plan.visits, None, (-1,)), "times is -1"),
        (lambda plan: Schedule(plan.visits, None, (0,)), "times ends on day 0; allowed: a last day of observation"),
        (lambda plan: Schedule((0, 90)), "visits is 0; allowed: Visit"),
        (lambda plan: plan.dates([0, 1]), "start is not known"),
        (lambda plan: plan.starting("2027-01-04").date("3"), r"days is \['3'\], not numbers"),
        (lambda plan: plan.starting("2027-01-04").dates([0, 1e9]), "days is 1000000000; allowed: from -365250 to"),
    ],
)
def test_a_wrong_change_is_refused(change, reason):
    with pytest.raises(InputError, match=reason):
        change(Schedule.every(90, visits=2))


@pytest.mark.parametrize(
    ("written", "name"),
    [
        # As their makers and the registries of the authorities name them; data/products.csv has the sources.
        ("Botox", "onabotulinumtoxinA"),
        ("BOTOX  Cosmetic", "onabotulinumtoxinA"),
        ("dysport", "abobotulinumtoxinA"),
        ("Xeomin", "incobotulinumtoxinA"),
        ("JEUVEAU", "prabotulinumtoxinA"),
        ("Letybo", "letibotulinumtoxinA"),
        ("Daxxify", "daxibotulinumtoxinA"),
        ("Relfydess", "relabotulinumtoxinA"),
        ("ONABOTULINUMTOXINA", "onabotulinumtoxinA"),
    ],
)
def test_a_brand_name_in_any_case_is_the_product(written, name):
    assert Visit(product=written, units=20).product.name == name
    assert Schedule.from_frame({"time": [0], "amt": [20], "product": [written]}).visits[0].product.name == name
    row = {"endpoint": "none_or_mild", "day": 30, "value": 80, "unit": "%", "product": written}
    assert wo.check_observations(pd.DataFrame([row]))["product"].tolist() == [name]


def test_no_brand_name_is_of_two_products():
    brands = [each for row in tables.rows("products") for each in row["brands"].split("; ") if each]
    assert len({each.casefold() for each in brands}) == len(brands)
    assert all(row["brand_source"] for row in tables.rows("products"))
