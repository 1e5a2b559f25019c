"""Cases read back: SBML to the last bit, JSON and TOML; and what is no case is one line."""

import dataclasses
import datetime
import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.extent import extent

import wearoff as wo
from wearoff import tables
from wearoff.exchange import Case, read_case, to_archive, to_r, to_sbml
from wearoff.exchange.elements import LARGEST, SMALLEST

pytestmark = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")

POTENCY = repr(wo.Parameters().potency)
PRODUCTS = [row["product"] for row in tables.rows("products")]
DAYS = st.lists(st.just(0.0) | st.floats(SMALLEST, 36_525), min_size=1, max_size=4).map(sorted)
OBSERVED = DAYS.map(lambda days: [*days[:-1], max(days[-1], 7.0)])  # the last is after day 0


@st.composite
def schedules(draw):
    days = draw(DAYS)
    muscle = draw(st.sampled_from([row["muscle"] for row in tables.rows("muscles")]))
    # Zones make files large; another test has them.
    visits = tuple(
        wo.Visit(
            day=day,
            units=draw(st.floats(SMALLEST, 10_000)),
            product=draw(st.sampled_from(PRODUCTS)),
            muscle=muscle,
        )
        for day in days
    )
    start = draw(st.none() | st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)))
    return wo.Schedule(visits, start, tuple(draw(OBSERVED | st.just([]))))


@st.composite
def constants(draw):
    values = {}
    for row in tables.rows("parameters"):
        if row["name"] != "spread":
            low, high = float(row["minimum"]), float(row["maximum"])
            values[row["name"]] = draw(st.floats(max(low, SMALLEST), min(high, LARGEST)) | st.sampled_from([low, high]))
    return wo.Parameters(**values, origin=draw(st.sampled_from(wo.presets())))


@settings(max_examples=extent(15, 60))
@given(schedules(), constants())
def test_sbml_gives_back_the_very_same_constants_and_visits(tmp_path_factory, plan, parameters):
    path = tmp_path_factory.mktemp("sbml") / "case.xml"
    path.write_text(to_sbml(plan, parameters), encoding="utf-8")
    assert read_case(path) == Case(schedule=plan, parameters=parameters)


def test_a_number_that_no_reader_of_sbml_takes_is_refused():
    with pytest.raises(
        wo.InputError, match=r"units_1 is 4.94065645841247e-324; allowed: in SBML: 0, inf, or 1e-300 to"
    ):
        to_sbml(wo.Schedule.once(units=5e-324))
    with pytest.raises(wo.InputError, match="light_chain_half_life is 1e"):
        to_sbml(wo.Schedule.once(units=20), wo.Parameters(light_chain_half_life=1e307))


@pytest.mark.proof
def test_sites_too(tmp_path):
    plan = wo.Schedule(
        (wo.Visit(day=1 / 3, units=20 / 7, sites=5), wo.Visit(day=60.1, units=3), wo.Visit(day=60.1, units=4, sites=2))
    )
    parameters = wo.Parameters(spread=10 / 3)
    (tmp_path / "case.sbml").write_text(to_sbml(plan, parameters), encoding="utf-8")
    assert read_case(tmp_path / "case.sbml") == Case(schedule=plan, parameters=parameters)


def edited(tmp_path, before, after, plan=None):
    text = to_sbml(plan or wo.Schedule.every(90, visits=2, units=20))
    assert before in text
    (tmp_path / "edited.xml").write_text(text.replace(before, after, 1), encoding="utf-8")
    return tmp_path / "edited.xml"


def test_what_somebody_has_changed_is_read(tmp_path):
    one = read_case(
        edited(tmp_path, 'id="binding_half_life" value="0.00829917601245145"', 'id="binding_half_life" value="0.01"')
    )
    assert one.parameters == wo.Parameters(binding_half_life=0.01)
    other = read_case(edited(tmp_path, 'id="day_2" value="90"', 'id="day_2" value="84"'))
    assert [visit.day for visit in other.schedule] == [0, 84]


def test_a_value_beside_a_formula_does_not_count_and_is_warned_of(tmp_path):
    # SBML says so: an initial assignment overrides the value.
    changed = edited(tmp_path, 'id="k_light_chain" units', 'id="k_light_chain" value="1" units')
    with pytest.warns(wo.UnusualWarning, match="k_light_chain = 1 beside its formula; the formula counts: 0.01274"):
        assert read_case(changed).parameters == wo.Parameters()


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("<plus/>", "<times/>", "model is not wearoff's"),
        ('species="free" stoichiometry="1"', 'species="free" stoichiometry="2"', "the slope of free is not ours"),
        ('boundaryCondition="false"', 'boundaryCondition="true"', "depot is kept constant"),
        ('initialValue="false"', 'initialValue="true"', "visit_1 has another trigger"),
        ("<geq/>", "<gt/>", "visit_1 has another condition"),
        ("<ci> day_2 </ci>", "<ci> day_1 </ci>", "visit_2 is a second event of a day"),
        ('multiplier="86400"', 'multiplier="3600"', "the unit of time is not ours"),
        ('multiplier="86400"', 'multiplier="1e300"', "the unit of time is not ours"),
        ('multiplier="86400"', 'multiplier="0"', "the unit of time is not ours"),
        ('size="1"', 'size="2"', "muscle is 2 instead of 1"),
        ("<ci> units_2 </ci>", "<ci> units_1 </ci>", "depot on day_2 is not ours"),
        ("<ln/>", "<sin/>", "it has sin("),
        (f'id="potency" value="{POTENCY}"', 'id="potency"', "potency has no value"),
        (f'id="potency" value="{POTENCY}"', 'id="potency" value="-1"', "potency is -1; allowed: from 0 to 1000"),
        (f'id="potency" value="{POTENCY}"', 'id="potency" value="NaN"', "potency is nan"),
        (f'exact="{POTENCY}"', 'exact="much"', "potency is 'much', not a number"),
        ('id="units_2" value="20"', 'id="units_2" value="0"', "units is 0; allowed: above 0"),
        ('id="day_2" value="90"', 'id="day_2" value="-90"', "day is -90"),
        ('product="onabotulinumtoxinA"', 'product="vinegar"', "product is 'vinegar'"),
        ('product="onabotulinumtoxinA"', "", "units_1 has lost its product and muscle"),
        ('preset="default"', 'preset="none"', "preset is 'none'"),
        ("urn:wearoff", "urn:other", "not written by wearoff"),
        ("</sbml>", "", "not XML (no element found"),
        ("<sbml", "<!DOCTYPE x [<!ENTITY a 'b'>]><sbml", "a document type is declared"),
        ("<model", "<model>" * 100_000 + "<model", "<model> is 51 elements deep; allowed: at most 50"),
        ('level="3"', 'level="4"', "allowed: SBML"),
    ],
)
def test_what_is_not_ours_is_refused(tmp_path, before, after, said):
    with pytest.raises(wo.InputError) as refused:
        read_case(edited(tmp_path, before, after))
    assert said in str(refused.value)
    assert str(refused.value).startswith("edited.xml: ")
    assert "\n" not in str(refused.value)


@pytest.mark.proof
def test_a_spread_that_would_need_other_zones_is_refused(tmp_path):
    plan = wo.Schedule.once(units=20, sites=3)
    with pytest.raises(wo.InputError, match="spread only where there are no sites"):
        read_case(edited(tmp_path, 'id="spread" value="6"', 'id="spread" value="3"', plan))


@pytest.mark.parametrize("inside", ['<model id="other"/>', ""])
def test_sbml_of_others_is_refused(tmp_path, inside):
    core = "http://www.sbml.org/sbml/level3/version2/core"
    (tmp_path / "other.xml").write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><sbml xmlns="{core}" level="3" version="2">{inside}</sbml>'
    )
    with pytest.raises(wo.InputError, match="not written by wearoff"):
        read_case(tmp_path / "other.xml")


CASE = {
    "preset": "serotype_B",
    "start": "2027-01-04",
    "times": [1, 7.5, 30],
    "schedule": [{"time": 0, "amt": 20, "ii": 90, "addl": 1, "sites": 5}, {"time": 200, "amt": 12.5}],
    "parameters": {"potency": 0.2, "dose_at_half_uptake": "inf"},
}
EXPECTED = Case(
    schedule=wo.Schedule(
        (wo.Visit(units=20, sites=5), wo.Visit(day=90, units=20, sites=5), wo.Visit(day=200, units=12.5)),
        datetime.date(2027, 1, 4),
        (1, 7.5, 30),
    ),
    parameters=wo.Parameters.preset("serotype_B").replace(potency=0.2, dose_at_half_uptake=np.inf),
)


def read(tmp_path, text, ending="json"):
    (tmp_path / f"case.{ending}").write_text(text, encoding="utf-8")
    return read_case(tmp_path / f"case.{ending}")


def test_json(tmp_path):
    assert read(tmp_path, json.dumps(CASE)) == EXPECTED


def test_toml(tmp_path):
    text = """
        preset = "serotype_B"
        start = 2027-01-04
        times = [1, 7.5, 30]
        schedule = [{ time = 0, amt = 20, ii = 90, addl = 1, sites = 5 }, { time = 200, amt = 12.5 }]
        [parameters]
        potency = 0.2
        dose_at_half_uptake = inf
    """
    assert read(tmp_path, text, "toml") == EXPECTED


def test_all_keys_are_optional(tmp_path):
    assert read(tmp_path, "{}") == Case(parameters=wo.Parameters())
    assert read(tmp_path, '{"parameters": {"potency": 0.2}}') == Case(parameters=wo.Parameters(potency=0.2))


def test_what_simulate_prints_can_be_read_back(tmp_path, call):
    options = [
        "--every",
        90,
        "--visits",
        3,
        "--units",
        20,
        "--sites",
        3,
        "--start",
        "2027-01-04",
        "--preset",
        "serotype_B",
    ]
    _, printed, _ = call("simulate", *options, "--json")
    again = read(tmp_path, printed)
    plan = wo.Schedule.every(90, visits=3, units=20, sites=3, start="2027-01-04")
    parameters = dataclasses.replace(wo.Parameters.preset("serotype_B"), origin="default")
    assert again == Case(schedule=plan, parameters=parameters)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not JSON"),
        ("[]", "file is []"),
        ('{"a": 1}', "key is 'a'"),
        ('{"parameters": {"potency": 1, "potency": 2}}', "'potency' is repeated"),
        ('{"parameters": {"potency": true}}', "potency is True, not a number"),
        ('{"parameters": {"potency": null}}', "potency is None, not a number"),
        ('{"parameters": {"potency": NaN}}', "potency is nan"),
        ('{"parameters": {"potenci": 1}}', "did you mean 'potency'"),
        ('{"parameters": [1]}', "parameters is [1]"),
        ('{"preset": 1}', "preset is 1"),
        ('{"schedule": []}', "column 'amt' is missing"),
        ('{"schedule": [1]}', "schedule is 1"),
        ('{"schedule": {"amt": 20}}', "schedule is {'amt': 20}"),
        ('{"schedule": [{"time": 0, "amt": true}]}', "row 0: amt is 'True', not a number"),
        ('{"schedule": [{"amt": 20, "colour": 1}]}', "column is 'colour'"),
        ('{"schedule": [{"time": 0, "amt": 20}], "times": 3}', "times is 3"),
        ('{"schedule": [{"time": 0, "amt": 20}], "times": [3, 1]}', "times has 1 after 3"),
        ('{"schedule": [{"time": 0, "amt": 20}], "start": 3}', "start is 3, not a date"),
        (
            '{"schedule": [{"amt": 20, "date": "2027-01-04"}], "start": "2027-01-05"}',
            "start is 2027-01-05; allowed: 2027",
        ),
        (
            '{"schedule": [{"time": 0, "amt": 20, "evid": 1}, {"time": 9, "amt": 0, "evid": 0}], "times": [1]}',
            "times is given beside rows",
        ),
        ('{"times": [1]}', "times is given without schedule"),
        ("[" * 100_000, "not JSON"),
        ('{"times": [' + "9" * 5000 + "]}", "not JSON"),
    ],
)
def test_json_that_is_no_case_is_one_line(tmp_path, text, said):
    with pytest.raises(wo.InputError) as refused:
        read(tmp_path, text)
    assert str(refused.value).startswith("case.json: ")
    assert said in str(refused.value)
    assert "\n" not in str(refused.value)


def test_other_files_are_one_line(tmp_path):
    with pytest.raises(wo.InputError, match=r"case\.toml: content is not TOML"):
        read(tmp_path, "a = ", "toml")
    with pytest.raises(wo.InputError, match=r"case\.toml: content is not TOML"):
        read(tmp_path, f"a = {'9' * 5000}", "toml")
    with pytest.raises(wo.InputError, match=r"file is '.*case\.yaml'; allowed: a name that ends in"):
        read(tmp_path, "", "yaml")
    with pytest.raises(wo.InputError, match=r"none\.json cannot be read"):
        read_case(tmp_path / "none.json")
    (tmp_path / "bytes.json").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(wo.InputError, match=r"bytes\.json is not a text file"):
        read_case(tmp_path / "bytes.json")


# The command


def test_the_command_writes_and_simulate_reads_it_back(call, tmp_path):
    given = ["--every", 90, "--visits", 2, "--units", 20, "--sites", 3, "--set", "spread=12", "--preset", "serotype_B"]
    status, _, error = call("export", "sbml", tmp_path / "model.xml", *given)
    assert (status, error) == (0, "")
    _, direct, _ = call("simulate", *given, "--json")
    _, again, _ = call("simulate", "--from", tmp_path / "model.xml", "--json")
    assert direct == again


def test_the_command_writes_what_the_functions_return(call, tmp_path):
    given = ["--every", 90, "--visits", 2, "--units", 20, "--set", "potency=0.2"]
    for what, name in (("r", "model.R"), ("archive", "model.omex")):
        assert call("export", what, tmp_path / name, *given)[0] == 0
    plan, parameters = wo.Schedule.every(90, visits=2, units=20), wo.Parameters(potency=0.2)
    to_archive(tmp_path / "expected.omex", plan, parameters)
    assert (tmp_path / "model.R").read_text(encoding="utf-8") == to_r(plan, parameters)
    assert (tmp_path / "model.omex").read_bytes() == (tmp_path / "expected.omex").read_bytes()


def test_events_are_read_back(call, tmp_path):
    given = ["--every", 90, "--visits", 2, "--units", 20, "--start", "2027-01-04"]
    assert call("export", "events", tmp_path / "visits.csv", *given)[0] == 0
    plan = wo.Schedule.every(90, visits=2, units=20, start="2027-01-04")
    assert wo.Schedule.from_csv(tmp_path / "visits.csv") == plan


def test_constants_of_a_file_with_visits_of_the_options(call, tmp_path):
    (tmp_path / "mine.toml").write_text("[parameters]\nlight_chain_half_life = 60\n")
    _, by_file, _ = call("simulate", "--from", tmp_path / "mine.toml", "--units", 40, "--set", "potency=0.2", "--json")
    _, by_options, _ = call(
        "simulate", "--units", 40, "--set", "light_chain_half_life=60", "--set", "potency=0.2", "--json"
    )
    assert by_file == by_options


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--units", "20"], "units is given beside from, which has visits"),
        (["--every", "90"], "every is given beside from, which has visits"),
        (["--preset", "serotype_B"], "preset is given beside from"),
        (["--set", "potenci=1"], "did you mean 'potency'"),
    ],
)
def test_two_of_a_kind_are_refused(call, tmp_path, options, said):
    (tmp_path / "case.json").write_text(json.dumps(CASE))
    for command in (["simulate"], ["export", "sbml", str(tmp_path / "model.xml")]):
        status, out, error = call(*command, "--from", tmp_path / "case.json", *options)
        assert (status, out) == (2, "")
        assert said in error
        assert error.count("\n") == 1
    assert not (tmp_path / "model.xml").exists()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["sbml", "model.csv"], "file is 'model.csv'; allowed: a name that ends in .xml or .sbml"),
        (["antimony", "model.xml"], "allowed: a name that ends in .ant or .txt"),
        (["events", "model"], "allowed: a name that ends in .csv"),
        (["r", "model.xml"], "allowed: a name that ends in .r"),
        (["archive", "model.zip"], "allowed: a name that ends in .omex"),
        (["smbl", "model.xml"], "what is 'smbl'; did you mean 'sbml'"),
        (["events", "visits.csv", "--set", "potency=0.2"], "events have no constants"),
        (["events", "visits.csv", "--preset", "serotype_B"], "events have no constants"),
    ],
)
def test_what_cannot_be_exported(call, tmp_path, monkeypatch, options, said):
    monkeypatch.chdir(tmp_path)
    status, out, error = call("export", *options)
    assert (status, out) == (2, "")
    assert said in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
