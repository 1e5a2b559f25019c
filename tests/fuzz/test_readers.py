"""Whatever a reader is given, it returns what keeps its promises or refuses in one line.

A reader to come is a row of `READERS`: its name, what it is given, how it is called, and what its result must satisfy.
"""

import dataclasses
import datetime
import math
import tempfile
import warnings
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.extent import extent

from wearoff import Histories, History, InputError, Parameters, Schedule, UnusualWarning, Visit, simulate
from wearoff.cli.options import read_changes
from wearoff.evidence.observations import DEFAULTS, LAST_DAY, check_observations, read_observations
from wearoff.evidence.schedules import read_among, read_retreat, read_visits
from wearoff.exchange import read_case
from wearoff.exchange.petab import read_means
from wearoff.past_results import read_recorded
from wearoff.patients.grades import ENDPOINTS
from wearoff.patients.population import Population, limits_of
from wearoff.patients.population import names as numbers

from . import strategies as make
from .judging import REFUSAL, RESULT, check_refusal, judged

CONSTANTS = [field.name for field in dataclasses.fields(Parameters) if field.name != "origin"]


class Reader(NamedTuple):
    """What is given to a reader, how it is called, and what a result must satisfy."""

    given: st.SearchStrategy[Any]
    call: Callable[[Any], Any]
    check: Callable[[Any], None]


def from_file(read, ending):
    """Call a reader of files with the bytes of one."""

    def call(content):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"given{ending}"
            path.write_bytes(content)
            return read(path)

    return call


def is_schedule(plan):
    for before, after in pairwise(plan.visits):
        assert before.day <= after.day
        assert before.muscle == after.muscle
    for visit in plan:
        is_visit(visit)
    assert Schedule.from_frame(plan.to_events()) == plan
    with tempfile.TemporaryDirectory() as folder:
        plan.to_csv(Path(folder) / "plan.csv")
        assert Schedule.from_csv(Path(folder) / "plan.csv") == plan


def is_visit(visit):
    assert type(visit.day) is float
    assert 0 <= visit.day <= 36525
    assert type(visit.units) is float
    assert 0 < visit.units <= 10_000
    assert visit.product.name in make.PRODUCTS
    assert visit.muscle.name in make.MUSCLES
    assert visit.sites is None or (type(visit.sites) is int and 1 <= visit.sites <= 1000)
    assert Visit(**dataclasses.asdict(visit)) == visit


def is_history(history):
    is_schedule(history.visits)
    assert history.baseline in (None, 2, 3)
    for each in history.seen:
        assert history.visits.visits[0].day <= each.days[0] <= each.days[-1] == each.day
    is_histories(Histories({"1": history}))


def is_histories(histories):
    assert Histories.from_frame(histories.to_frame(), histories.covariates.columns) == histories
    numbers = histories.to_nonmem()
    assert len(numbers) == sum(
        len(each.visits) + sum(len(look.days) for look in each.seen) for each in histories.values()
    )
    assert "Anna" not in repr(histories) + histories._repr_html_()


def is_means(rows):
    assert len(rows)
    for row in rows:
        assert 0 <= row.time <= 36525
        assert row.quantity in ("snap25", "release", "force", "visible", "crease", "depth")
        assert -1 <= row.value <= 2
        assert 0 < row.sd < math.inf


def is_observations(rows):
    assert len(rows)
    assert set(DEFAULTS) <= set(rows)
    responses = rows["endpoint"].isin(ENDPOINTS)
    assert rows["value"].between(0, 100).where(responses, rows["value"].between(0, 1000)).all()
    assert rows["day"].notna().equals(responses)
    assert rows["used_for_fit"].map(type).eq(bool).all()
    assert (rows["units"] <= rows["total_units"]).all()
    for row in rows.to_dict("records"):
        is_planned(row)
    # As a table it is read again, and is the same.
    again = rows.assign(used_for_fit=rows["used_for_fit"].map({True: "yes", False: "no"}))
    pd.testing.assert_frame_equal(check_observations(again)[list(rows)], rows)


def is_planned(row):
    """The cells of a row's schedule are in their forms, and the row's treatment is among the visits or on need."""
    days, units = read_visits(row)
    assert days[0] == 0
    assert len(days) == len(units)
    assert all(before < after for before, after in pairwise(days))
    assert read_retreat(row["retreat"]) is not None or 1 <= row["cycle"] <= len(days)
    read_among(row["among"])
    if row["arm"] == "treated":
        assert units[min(row["cycle"], len(units)) - 1] == row["units"]
    if not math.isnan(row["day"]) and not row["retreat"]:
        assert days[row["cycle"] - 1] + row["day"] <= LAST_DAY
    assert math.isnan(row["look_days"]) or 0 < row["look_days"] <= 365


def is_parameters(constants):
    for name in CONSTANTS:
        value = getattr(constants, name)
        assert type(value) is float
        assert limits_of(name).low <= value <= limits_of(name).high
    assert constants.replace() == constants
    assert Parameters(**dataclasses.asdict(constants)) == constants
    assert len(constants.table()) == len(CONSTANTS)
    assert all(math.isfinite(rate) or name in ("U50", "k_light_chain") for name, rate in constants.symbols().items())


def is_case(case):
    is_parameters(case.parameters)
    if case.schedule is not None:
        is_schedule(case.schedule)


def read_parts(path):
    """Read a result and its parts that are read only when they are asked for."""
    recorded = read_recorded(path)
    return recorded and (recorded, recorded.schedule, recorded.observations)


def is_recorded(parts):
    if parts is None:  # an object without a block
        return
    recorded, schedule, observations = parts
    (is_population if isinstance(recorded.patients, Population) else is_parameters)(recorded.patients)
    is_schedule(schedule)
    assert recorded.fitted is None or is_population(recorded.fitted) is None
    assert observations is None or len(check_observations(observations))


def is_population(people):
    is_parameters(people.parameters)
    for name in numbers():
        assert limits_of(name).low <= people.value(name) <= limits_of(name).high
    assert people.replace() == people
    people.table()


def is_changes(changes):
    assert type(Parameters().replace(**changes)) is Parameters


def is_timeline(timeline):
    assert (np.diff(timeline.times) >= 0).all()
    assert timeline.frame["visible"].between(0, 1).all()


def changes(names):
    """Make changes of constants by name, a few of them unknown."""
    return st.dictionaries(
        make.mostly(st.sampled_from(names), make.mostly(st.sampled_from(names), make.any_text())),
        make.mostly(st.floats(0.01, 0.9), make.any_object()),
        max_size=3,
    )


def arguments(**strategies):
    """Make some of the arguments of a call."""
    return st.fixed_dictionaries({}, optional=strategies)


VISIT = {
    "day": make.mostly(st.floats(0, 1000), make.any_object()),
    "units": make.mostly(st.floats(1, 100), make.any_object()),
    "product": make.mostly(st.sampled_from(make.PRODUCTS), make.any_object()),
    "muscle": make.mostly(st.sampled_from(make.MUSCLES), make.any_object()),
    "sites": make.mostly(st.integers(1, 5), make.any_object()),
}
DATES = make.mostly(st.dates(datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)).map(str), make.any_object())
INTERVAL = make.mostly(st.floats(0, 100), make.any_object())
COUNT = make.mostly(st.integers(0, 5), make.any_object())


@st.composite
def unsorted_days(draw):
    days = draw(st.lists(make.mostly(st.floats(0, 400), make.mostly(st.floats(0, 400), st.floats())), max_size=5))
    days = days if draw(st.integers(1, 4)) == 4 else sorted(days)
    return {"times": draw(st.sampled_from([list, tuple, np.array, pd.Series, pd.Index, set]))(days)}


READERS = {
    "Schedule.from_csv": Reader(
        make.file_of(make.EVENTS, *make.EVENT_FILES), from_file(Schedule.from_csv, ".csv"), is_schedule
    ),
    "Schedule.from_frame": Reader(make.frame_of(make.EVENTS), Schedule.from_frame, is_schedule),
    "History.from_csv": Reader(
        make.file_of(make.HISTORY, *make.HISTORY_FILES), from_file(History.from_csv, ".csv"), is_history
    ),
    "History.from_frame": Reader(make.frame_of(make.HISTORY), History.from_frame, is_history),
    "Histories.from_csv": Reader(
        make.file_of(make.HISTORIES, *make.HISTORY_FILES),
        from_file(lambda path: Histories.from_csv(path, covariates="age"), ".csv"),
        is_histories,
    ),
    "Histories.from_frame": Reader(make.frame_of(make.HISTORIES), Histories.from_frame, is_histories),
    "read_observations": Reader(
        make.file_of(make.OBSERVATIONS, *make.OBSERVATION_FILES),
        from_file(read_observations, ".csv"),
        is_observations,
    ),
    "check_observations": Reader(make.frame_of(make.OBSERVATIONS), check_observations, is_observations),
    "Parameters": Reader(
        st.dictionaries(
            st.sampled_from([*CONSTANTS, "origin"]), make.mostly(st.floats(0.01, 2), make.any_object()), max_size=3
        ),
        lambda given: Parameters(**given),
        is_parameters,
    ),
    "Parameters.replace": Reader(changes(CONSTANTS), lambda given: Parameters().replace(**given), is_parameters),
    "Parameters.preset": Reader(
        st.one_of(st.sampled_from(["default", "lebeda2008", "serotype_E"]), make.any_object()),
        Parameters.preset,
        is_parameters,
    ),
    "NAME=VALUE": Reader(
        st.one_of(
            st.builds("{}={}".format, st.sampled_from(CONSTANTS), make.number_text()),
            st.builds("{}={}".format, make.any_text(), make.any_text()),
            make.any_text(),
        ),
        lambda given: read_changes([given], CONSTANTS),
        is_changes,
    ),
    "Population.replace": Reader(
        changes([*numbers(), "parameters"]), lambda given: Population().replace(**given), is_population
    ),
    "Visit": Reader(arguments(**VISIT), lambda given: Visit(**given), is_visit),
    "Schedule.every": Reader(
        st.fixed_dictionaries(
            {"days": INTERVAL, "visits": COUNT},
            optional={"start": DATES} | {name: each for name, each in VISIT.items() if name in ("units", "sites")},
        ),
        lambda given: Schedule.every(given.pop("days"), **given),
        is_schedule,
    ),
    **{
        f"read_case({ending})": Reader(make.case_file(ending), from_file(read_case, ending), is_case)
        for ending in make.CASE_FILES
    },
    "read_means(file)": Reader(make.file_of(make.MEANS, *make.MEAN_FILES), from_file(read_means, ".csv"), is_means),
    "read_means(frame)": Reader(make.frame_of(make.MEANS), read_means, is_means),
    "read_recorded": Reader(make.result_file(*make.BLOCKS), from_file(read_parts, ".json"), is_recorded),
    "simulate(times)": Reader(
        make.mostly(unsorted_days(), make.any_object().map(lambda given: {"times": given})),
        lambda given: simulate(**given),
        is_timeline,
    ),
}


class Shown:
    """What a reader is given, which a report can show whatever it is: pandas cannot write a number of 5,000 digits."""

    def __init__(self, content):
        self.content = content

    def __repr__(self):
        try:
            return repr(self.content)
        except ValueError as error:
            return f"{type(self.content).__name__} ({error})"


@st.composite
def shown(draw, strategy):
    """Make what a strategy makes, as `Shown`. A report writes what `map` is given, and not what a composite draws."""
    return Shown(draw(strategy))


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@pytest.mark.parametrize("name", READERS)
@settings(max_examples=settings().max_examples if settings().max_examples > 100 else extent(10, 25))
@given(data=st.data())
def test_a_reader_gives_a_result_or_refuses_in_one_line(name, data):
    reader = READERS[name]
    content = data.draw(shown(reader.given)).content
    with judged([name], content) as end:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UnusualWarning)
                found = reader.call(content)
        except InputError as error:
            check_refusal(error)
            end(REFUSAL)
        else:
            reader.check(found)
            end(RESULT)
