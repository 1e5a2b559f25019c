"""The captions of the film: an act for every frame, in the order in which a treatment goes."""

import re

import numpy as np
import pytest

import wearoff as wo
from wearoff.acts import ACTS, find_acts, write_webvtt
from wearoff.animation import animate
from wearoff.clock import Clock

TYPICAL = wo.simulate(units=20)
FRAMES = np.linspace(0, 1, 200)


def captions_of(timeline, last, days=None):
    table = timeline.at(Clock(0, last).day(FRAMES) if days is None else days)
    return [act.caption for act in find_acts(table, [visit.day for visit in timeline.schedule], timeline.first_uptake)]


def test_a_treatment_goes_through_its_acts_in_their_order():
    said = list(dict.fromkeys(captions_of(TYPICAL, 180)))
    order = list(dict.fromkeys(act.caption for act in ACTS.values()))
    assert said == order[:9]


# Days around the landmarks of the typical patient, and the two surprises of docs/classroom.md: day 1 and month 4.
@pytest.mark.parametrize(
    ("day", "act"),
    [(0.2, "cut"), (1, "surprise 1"), (3, "force"), (8, "soft"), (60, "hold"), (120, "surprise 2"), (170, "gone")],
)
def test_what_is_said_on_a_day(day, act):
    days = np.unique([*np.linspace(0, 180, 1801), day])
    assert captions_of(TYPICAL, 180, days)[int(np.searchsorted(days, day))] == ACTS[act].caption


def test_the_next_visit_is_said_and_an_effect_that_stays_too_small():
    assert ACTS["again"].caption in captions_of(wo.simulate(wo.Schedule.every(90, visits=3)), 270)
    weak = wo.simulate(parameters=wo.Parameters.preset("serotype_E"))
    assert captions_of(weak, 180)[-1] == ACTS["weak"].caption
    assert ACTS["gone"].caption not in captions_of(weak, 180)


@pytest.mark.parametrize(("timeline", "last"), [(TYPICAL, 180), (wo.simulate(wo.Schedule.every(90, visits=4)), 360)])
def test_the_captions_cover_the_film_without_a_gap(tmp_path, timeline, last):
    text = animate(timeline, tmp_path / "film.vtt", days=last).read_text(encoding="utf-8")
    assert text.startswith("WEBVTT\n\n")
    times = re.findall(r"(\d\d):(\d\d\.\d{3}) --> (\d\d):(\d\d\.\d{3})\n(.+)", text)
    begins = [60 * int(a) + float(b) for a, b, *_ in times]
    ends = [60 * int(c) + float(d) for _, _, c, d, _ in times]
    assert begins == [0, *ends[:-1]]
    assert ends[-1] == 20
    assert min(np.subtract(ends, begins)) >= 0.5
    assert all(len(words) < 2 * 42 for *_, words in times)  # two lines of 42 letters, as captions have


def test_a_minute_is_written_as_webvtt_writes_it():
    assert "00:59.900 --> 01:00.000" in write_webvtt([ACTS["bind"]] * 599 + [ACTS["gone"]], 10)
