"""The animation: a frame is the simulation on its day, time is slow at first, a file is whole or not there."""

import shutil
import subprocess
import sys

import matplotlib
import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.animation import FFMpegWriter
from PIL import Image

import wearoff as wo
from tests.extent import some
from tests.figures.legible import assert_legible
from tests.figures.test_mechanism import UNCOUNTED, read_back
from wearoff.animation import Film, animate
from wearoff.clock import SLOW_DAYS, Clock

mpl.use("Agg")

needs_ffmpeg = pytest.mark.browser  # in `make test-browser`, with what else needs a program of the system
TYPICAL = wo.simulate(units=20)
REPEATED = wo.simulate(wo.Schedule.every(90, visits=4))


@pytest.mark.parametrize(("first", "last"), [(0, 180), (10, 300), (0, 36525), (0, 20), (3, 8), (0, 20.5)])
def test_time_goes_forward_slowly_at_first(first, last):
    clock = Clock(first, last)
    share = np.linspace(0, 1, 1001)
    days = clock.day(share)
    assert (days[0], days[-1]) == (first, last)
    assert (np.diff(days) > 0).all()
    # The film never slows down and its speed does not jump: second differences are those of two parabolas.
    speed = np.diff(days) / np.diff(share)
    assert (np.diff(speed) > -1e-6 * speed[-1]).all()
    assert np.abs(np.diff(speed)).max() <= 1.01 * max(np.diff(speed)[-10:].mean(), 1e-6 * speed[-1])
    np.testing.assert_allclose(clock.share(days), share, atol=1e-12)
    if last - first >= 2 * SLOW_DAYS:
        assert clock.day(0.5) == first + SLOW_DAYS
        np.testing.assert_allclose(speed[:500], 2 * SLOW_DAYS, rtol=1e-9)


@pytest.mark.parametrize(("timeline", "last"), [(TYPICAL, 180), (REPEATED, 400), (TYPICAL, 12)])
def test_every_frame_is_the_simulation_on_its_day(timeline, last):
    film = Film(timeline, seconds=3, last=last)
    whole = timeline.at([0])["depot"][0]
    expected = timeline.at(Clock(0, last).day(np.linspace(0, 1, 30)))
    (cell,) = (ax for ax in film.figure.axes if any(each.get_label() == "depot" for each in ax.collections))
    (bars,) = (ax for ax in film.figure.axes if len(ax.containers) == 2)
    (curve,) = (ax for ax in film.figure.axes if ax.get_xlabel() == "time (days)")
    artists = set(film.figure.findobj())
    for frame in (29, *range(30)):
        film.show(frame)
        moment = expected.iloc[frame].to_dict()
        day = moment.pop("time")
        for name in ("depth", *UNCOUNTED):
            del moment[name]
        assert read_back(cell, whole)[0] == pytest.approx(moment, abs=1e-9)
        assert [bars.containers[1][i].get_width() for i in (4, 5)] == [moment["visible"], moment["crease"]]
        assert [point[0] for point in film.point.get_data()] == [day, moment["visible"]]
        passed, effect = film.passed.get_data()
        np.testing.assert_array_equal(timeline.at(passed)["visible"], effect)
        assert passed[-1] == max(passed) == day
        assert f"{day:.0f}" in film.day.get_text() or f"{day:.1f}" in film.day.get_text()
    assert film.passed in curve.lines
    assert set(film.figure.findobj()) == artists  # made once


@pytest.mark.parametrize(("timeline", "last"), [(TYPICAL, 180), (REPEATED, 510), (TYPICAL, 12), (TYPICAL, 1)])
@pytest.mark.parametrize("frame", some([15, 0, 29], 3))
def test_frames_are_legible(timeline, last, frame):
    film = Film(timeline, seconds=3, last=last)
    film.show(frame)
    assert ("slow" in " ".join(text.get_text() for text in film.figure.findobj(mpl.text.Text))) == (
        last > 2 * SLOW_DAYS
    )
    assert_legible(film.figure)


@pytest.mark.proof
def test_a_gif_has_the_frames_and_moves(tmp_path):
    seen = []
    path = animate(
        TYPICAL, tmp_path / "made" / "film.gif", seconds=1.5, progress=lambda done, all_: seen.append((done, all_))
    )
    assert seen == [(done, 15) for done in range(1, 16)]
    assert [each.name for each in path.parent.iterdir()] == ["film.gif"]
    with Image.open(path) as film:
        assert (film.format, film.size, film.n_frames) == ("GIF", (1000, 560), 15)
        assert film.info["duration"] == 100
        assert film.info["loop"] == 0
        pictures = []
        for frame in range(15):
            film.seek(frame)
            pictures.append(np.asarray(film.convert("RGB"), dtype=float))
    # Expected: the figure drawn again, which differs only by the palette of 256 colours.
    drawn = Film(TYPICAL, 1.5, 180)
    for frame in (0, 7, 14):
        drawn.show(frame)
        drawn.figure.canvas.draw()
        picture = np.asarray(drawn.figure.canvas.buffer_rgba())[..., :3].astype(float)
        assert np.abs(picture - pictures[frame]).mean() < 1
        assert all(
            np.abs(picture - other).mean() > 1 for other in (pictures[(frame + 5) % 15], pictures[(frame + 10) % 15])
        )


@needs_ffmpeg
def test_an_mp4_is_a_film(tmp_path):
    path = animate(REPEATED, tmp_path / "film.mp4", seconds=1, days=300)
    assert b"ftyp" in path.read_bytes()[:12]
    probe = shutil.which("ffprobe")
    asked = ["-v", "error", "-count_frames", "-show_entries", "stream=codec_name,width,height,nb_read_frames"]
    told = subprocess.run([probe, *asked, "-of", "csv=p=0", str(path)], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "h264,1000,560,10"
    assert list(tmp_path.iterdir()) == [path]


def test_without_ffmpeg_an_mp4_is_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(FFMpegWriter, "isAvailable", classmethod(lambda cls: False))
    with pytest.raises(wo.InputError) as refused:
        animate(TYPICAL, tmp_path / "x.mp4")
    assert str(refused.value) == (
        f"file is '{tmp_path / 'x.mp4'}', but ffmpeg is not installed; allowed: .gif, or install ffmpeg"
    )
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("x.avi", {}, "allowed: a name that ends in .gif or .mp4 or .vtt"),
        ("gif", {}, "allowed: a name that ends in .gif or .mp4 or .vtt"),
        ("x.gif", {"seconds": 0.5}, "seconds is 0.5; allowed: from 1 to 120 s"),
        ("x.gif", {"seconds": "long"}, "seconds is 'long', not a number; allowed: from 1 to 120 s"),
        ("x.gif", {"days": 241}, "days is 241; allowed: above 0 to 240 day"),
        ("x.gif", {"days": 0}, "days is 0; allowed: above 0 to 240 day"),
    ],
)
def test_what_cannot_be_filmed_is_one_line(tmp_path, name, options, message):
    with pytest.raises(wo.InputError) as refused:
        animate(TYPICAL, tmp_path / name, **options)
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not list(tmp_path.iterdir())


def test_a_first_visit_after_the_end_is_one_line(tmp_path):
    with pytest.raises(wo.InputError, match="past the first visit, on day 50"):
        animate(wo.simulate(wo.Schedule((wo.Visit(day=50),)), days=20), tmp_path / "x.gif")
    assert not list(tmp_path.iterdir())


def test_a_place_that_cannot_be_written_is_one_line_before_any_work(tmp_path):
    (tmp_path / "file").write_text("")
    (tmp_path / "folder.gif").mkdir()
    for place in ("file/x.gif", "folder.gif"):
        with pytest.raises(wo.InputError, match="cannot be written"):
            animate(TYPICAL, tmp_path / place, progress=lambda *_: pytest.fail("work was done"))
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "folder.gif"]


@pytest.mark.parametrize("ending", [".gif", pytest.param(".mp4", marks=needs_ffmpeg)])
@pytest.mark.parametrize("cause", some([KeyboardInterrupt, MemoryError], 2))
def test_what_is_interrupted_leaves_the_old_file(tmp_path, ending, cause):
    old = tmp_path / f"film{ending}"
    old.write_text("old")

    def interrupt(done, _):
        if done == 3:
            raise cause

    with pytest.raises(cause):
        animate(TYPICAL, old, seconds=1, progress=interrupt)
    assert old.read_text() == "old"
    assert list(tmp_path.iterdir()) == [old]


@needs_ffmpeg
def test_a_failing_ffmpeg_is_one_line(tmp_path, monkeypatch):
    finish = FFMpegWriter.finish

    def fail(writer):
        finish(writer)
        raise subprocess.CalledProcessError(1, "ffmpeg", stderr="first\nUnknown encoder\n")

    monkeypatch.setattr(FFMpegWriter, "finish", fail)
    with pytest.raises(
        wo.InputError, match=r"but ffmpeg failed \(Unknown encoder\); allowed: a writable place, or .gif"
    ):
        animate(TYPICAL, tmp_path / "x.mp4", seconds=1)
    assert not list(tmp_path.iterdir())


@needs_ffmpeg
@pytest.mark.parametrize("ignored", ["trap '' XFSZ;", ""], ids=["ended", "killed"])
def test_a_disk_that_is_full_for_ffmpeg_leaves_the_old_film(tmp_path, ignored):
    # ffmpeg may write 4 KiB (8 blocks). If it ignores SIGXFSZ it is refused, as on a full disk, and it then ends with
    # success if it is not told -xerror; else it is killed by the signal.
    limited, old = tmp_path / "limited", tmp_path / "film.mp4"
    limited.write_text(f'#!/bin/sh\n{ignored} ulimit -f 8; exec ffmpeg "$@"\n')
    limited.chmod(0o755)
    old.write_text("old")
    with (
        matplotlib.rc_context({"animation.ffmpeg_path": str(limited)}),
        pytest.raises(
            wo.InputError, match=r"film.mp4', but ffmpeg failed \((.*film.mp4: File too large|no reason given)\)"
        ),
    ):
        animate(TYPICAL, old, seconds=1)
    assert old.read_text() == "old"
    assert sorted(tmp_path.iterdir()) == [old, limited]


@pytest.mark.proof
def test_the_command_writes_the_film_it_was_asked_for(call, tmp_path, monkeypatch):
    told = {}

    def watch(timeline, path, **options):
        told.update(options, schedule=timeline.schedule, parameters=timeline.parameters)
        return animate(timeline, path, seconds=1, **options)

    monkeypatch.setattr("wearoff.animation.animate", watch)
    status, out, err = call(
        "animate",
        tmp_path / "x.gif",
        "--units",
        30,
        "--every",
        90,
        "--visits",
        2,
        "--days",
        120,
        "--set",
        "light_chain_half_life=60",
    )
    assert (status, err) == (0, "")
    assert out == f"\nwritten:\n  {tmp_path / 'x.gif'}\n"
    assert told["schedule"] == wo.Schedule.every(90, visits=2, units=30)
    assert told["parameters"].light_chain_half_life == 60
    assert told["days"] == 120
    with Image.open(tmp_path / "x.gif") as film:
        assert film.n_frames == 10


@pytest.mark.parametrize("arguments", [("x.avi",), ("x.gif", "--days", "-1"), ("x.gif", "--every", "90"), ()])
def test_the_command_refuses_in_one_line(call, tmp_path, monkeypatch, arguments):
    monkeypatch.chdir(tmp_path)
    status, out, err = call("animate", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_command_loads_no_picture_before_it_is_needed():
    program = "import sys, wearoff.cli; print(*(name for name in sys.modules if name.split('.')[0] == 'matplotlib'))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
