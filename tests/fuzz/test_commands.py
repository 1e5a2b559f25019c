"""Whatever the command is given, it ends with a result or with one line and exit status 2, and leaves whole files.

Commands and options are found in the command itself: an option without a strategy fails the test of its name. The
command runs in this process, many thousand times, with stand-ins for what takes long (see `cheaply`).
"""

import csv
import dataclasses
import functools
import io
import json
import os
import shutil
import sys
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import typer
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from scipy import optimize
from tests.extent import extent

from wearoff import animation, cli, clock, plates, simulation, timeline
from wearoff.cli import demo
from wearoff.cli.options import app
from wearoff.evidence import comparison, courses, solution
from wearoff.evidence.observations import published
from wearoff.figures import style
from wearoff.parameters import presets
from wearoff.patients import population
from wearoff.patients.population import names as numbers
from wearoff.patients.population import plausible
from wearoff.report import curves as report_curves
from wearoff.report import forecasts as report_forecasts
from wearoff.report import studies as report_studies
from wearoff.spacing import patient
from wearoff.webpage import showing

from . import strategies as make
from .judging import ENDED, REFUSAL, RESULT, judged

COMMAND = typer.main.get_command(app)


def parameters_of(command):
    """Return the options and arguments of a command, but its help, which is the parser's own."""
    return command.params


def spelled(parameter):
    """Return an option as it is typed, and an argument as its name in capitals."""
    return parameter.opts[0] if parameter.param_type_name == "option" else parameter.name.upper()


COMMANDS = {"": COMMAND, **COMMAND.commands}
TARGETS = {
    f"wearoff {name} {spelled(parameter)}".replace("  ", " "): (name, parameter)
    for name, command in COMMANDS.items()
    for parameter in parameters_of(command)
}


@dataclasses.dataclass(frozen=True)
class Written:
    """A file in the folder of a case, whose path is given to the command."""

    content: bytes
    ending: str = ".csv"


def cheap(right, least=0.0, most=float("inf"), high=float("inf")):
    """Make right numbers, near ones and hostile text; but none that is allowed and takes long to compute.

    Allowed is what is up to `high`, and cheap what is from `least` to `most`.
    """

    def is_cheap(text):
        parts = text.split(",")
        for part in parts:
            try:
                value = float(part)
            except ValueError:
                continue
            if 0 < value < least or most < value <= high:
                return False
        return len(parts) < 5

    odd = st.one_of(make.number_text(), make.any_text()).filter(is_cheap)
    return make.mostly(right.map(str), odd)


def one_of(*names):
    """Make one of the names, or a wrong one."""
    near = st.sampled_from(names).flatmap(
        lambda name: st.sampled_from([name.upper(), name[1:], name + "s", f" {name}"])
    )
    return make.mostly(st.sampled_from(names), st.one_of(near, make.any_text()))


def setting(names):
    """Make NAME=VALUE, hurt or not."""
    name = make.mostly(st.sampled_from(names), make.any_text())
    ends = {one: st.sampled_from(plausible(one)).map(str) for one in numbers()}
    near = name.flatmap(lambda one: ends.get(one, make.number_text()))
    right = st.builds("{}={}".format, name, make.mostly(near, make.number_text()))
    pairs = st.builds("{}{}{}".format, name, st.sampled_from(["=", " = ", "", "==", ":", "=,"]), make.number_text())
    return make.mostly(right, st.one_of(pairs, make.any_text()))


@functools.cache
def dates():
    odd = ("2027-02-29", "2027-13-01", "0001-01-01", "9999-12-31", "2027-1-4", "04.01.2027", "20270104", "2027-W01-1",
           "2027-01-04T10:00", "2027-01-04 ", "2199-12-31", "1900-01-01")  # fmt: skip
    right = st.sampled_from(["2027-01-04", "1900-01-01", "2199-12-31"])
    return make.mostly(right, st.one_of(st.sampled_from(odd), st.dates().map(str), make.any_text()))


# Places relative to the folder of a case, all within it.
PLACES = (
    "new", "new/deeper/still", "full", "full/", "./full/.", "file.txt", "file.txt/new", "link", "loop", "nowhere",
    ".", "",
    " ", "two words", "two\nlines", "\udcff", "\ud800", "a\0b", "עברית", "\u202eout", "x" * 255, "x" * 300,
    "y/" * 2000 + "y",
    "/dev/null", "/dev/null/new", "/proc/nothing", "*", "~", "--json", "=", "blocked",
)  # fmt: skip


def places(ending=""):
    """Make a folder or a file to write to."""
    named = st.text(st.characters(exclude_characters="/"), min_size=1, max_size=10).filter(lambda text: text != "..")
    odd = st.one_of(st.sampled_from(PLACES), named)
    ended = st.builds("{}{}".format, odd, st.sampled_from([ending, ending.upper(), ".txt", ""]))
    # /dev/null.csv is a file outside of the folder of the case.
    ended = ended.filter(lambda name: not name.startswith("/dev/null."))
    return make.mostly(st.sampled_from(["new", "full", "new/deeper"]).map(lambda name: name + ending), ended)


def read(columns, valid):
    """Make a file to read: a table, hurt or not, or a place where there is none."""
    right = st.sampled_from(valid).map(Written)
    odd = st.one_of(make.file_of(columns, *valid).map(Written), st.sampled_from(PLACES))
    return make.mostly(right, odd)


def case_files():
    """Make a file to read visits and constants from, hurt or not, or a place where there is none."""
    right = st.one_of(
        st.sampled_from([Written(content, ending) for content in contents])
        for ending, contents in make.CASE_FILES.items()
    )
    hurt = st.one_of(st.builds(Written, make.case_file(ending), st.just(ending)) for ending in make.CASE_FILES)
    return make.mostly(right, st.one_of(hurt, st.sampled_from(PLACES)))


def results(*commands):
    """Make the result of a command, hurt or not, or a place where there is none."""
    file = st.builds(Written, make.result_file(*commands), st.just(".json"))
    return make.mostly(file, st.one_of(st.sampled_from(PLACES), case_files()))


SOLVED = functools.lru_cache(200)(simulation.solve_schedule)
POINTS = functools.lru_cache(50)(np.polynomial.legendre.leggauss)
# Without a value.
FLAGS = ("version", "as_json", "open_", "allow_shorter")
CONSTANTS = [name for name in numbers() if name not in ("spread",)][:11]
QUANTITIES = ("onset_day", "peak_day", "peak_effect", "half_effect_day", "wear_off_day", "effect_on_day_90")
EFFECTS = st.builds("effect_on_day_{}".format, st.one_of(make.number_text(), make.any_text()))

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "units": cheap(st.sampled_from([1, 5, 20.5, 50])),
    "product": one_of(*make.PRODUCTS),
    "muscle": one_of(*make.MUSCLES),
    "sites": cheap(st.integers(1, 9)),
    "days": cheap(st.integers(1, 60), most=4000, high=36525),
    "every": cheap(st.integers(1, 200)),
    "visits": cheap(st.integers(1, 4), most=12, high=1000),
    "schedule": read(make.EVENTS, make.EVENT_FILES),
    "start": dates(),
    "covariate": make.mostly(st.just("age"), make.any_text()),
    "from_": case_files(),
    "what": one_of("sbml", "antimony", "r", "archive", "events"),
    "preset": one_of(*presets()),
    "set_": setting([*CONSTANTS, "spread"]),
    "out": places(),
    "keep": cheap(st.floats(0.1, 0.95)),
    "intervals": cheap(st.lists(st.integers(20, 200).map(str), min_size=1, max_size=3).map(",".join), least=20),
    "horizon": cheap(st.integers(1, 200), most=400, high=7305),
    "share": cheap(st.floats(0.1, 1)),
    "price": cheap(st.floats(0, 100)),
    "max_units_per_year": cheap(st.floats(1, 400)),
    "patients": cheap(st.integers(8, 16), most=64, high=1e9),
    "seed": cheap(st.integers(0, 9)),
    "arm": make.mostly(
        st.sampled_from(["20", "40", "placebo", "50:abobotulinumtoxinA"]),
        st.one_of(st.builds("{}:{}".format, make.number_text(), one_of(*make.PRODUCTS)), make.any_text()),
    ),
    "look_every": cheap(st.integers(1, 60)),
    "retreat": make.mostly(
        st.sampled_from(["return_to_baseline", "grade 2", "level 0.5", "always"]),
        st.one_of(st.builds("{} {}".format, st.sampled_from(["grade", "level"]), make.number_text()), make.any_text()),
    ),
    "min_interval": cheap(st.integers(1, 60)),
    "treatments": cheap(st.integers(1, 5)),
    "window": cheap(st.integers(0, 5)),
    **dict.fromkeys(("missed", "drop_out", "leave_without_effect"), cheap(st.floats(0, 0.9))),
    "individuals": places(".csv"),
    "visit_rows": st.one_of(places(".csv"), places(".parquet")),
    "sampler": one_of("sobol", "random"),
    "workers": cheap(st.just(1), most=1, high=4096),
    "chunk": cheap(st.integers(1, 100)),
    "free": one_of("potency", "light_chain_half_life", "subject_error"),
    "profile": one_of("potency"),
    "quantity": make.mostly(one_of(*QUANTITIES), EFFECTS),
    "samples": cheap(st.sampled_from([2, 4]), most=4, high=65536),
    "within": cheap(st.floats(1.01, 2)),
    "style": one_of("print", "slide"),
    "lang": one_of("en", "es", "de", "fr"),
}
# Options that mean something else in one command.
OWN: dict[tuple[str, str], st.SearchStrategy[Any]] = {
    ("animate", "file"): places(".gif"),
    ("animate", "days"): cheap(st.integers(1, 60), most=400, high=36525),
    ("fit", "file"): read(make.OBSERVATIONS, make.OBSERVATION_FILES),
    ("compare", "file"): read(make.OBSERVATIONS, make.OBSERVATION_FILES),
    ("fit", "patients"): cheap(st.sampled_from([64]), most=64, high=1e9),
    ("next", "file"): read(make.HISTORY, make.HISTORY_FILES),
    ("page", "file"): places(".html"),
    # Every zone of a muscle and every site has a formula of its own.
    ("export", "file"): st.one_of(*map(places, (".xml", ".ant", ".R", ".omex", ".csv"))),
    ("export", "sites"): cheap(st.integers(1, 3), most=5, high=1000),
    ("trial", "days"): cheap(st.integers(1, 10), most=30, high=3652),
    ("simulate", "from_"): st.one_of(case_files(), results("simulate", "fit")),
    **{(command, "from_"): results(command, "fit") for command in ("space", "trial", "next")},
    **{(command, "from_"): results(command) for command in ("compare", "fit", "sensitivity", "parameters")},
    **{(command, "set_"): setting(numbers()) for command in ("trial", "compare", "fit", "next")},
}
# Options that every case has unless it sets them: they make it quick.
SMALL = {
    "simulate": {"days": "30"},
    "space": {"horizon": "100", "intervals": "60"},
    "trial": {"patients": "8", "days": "5"},
    "next": {"file": Written(make.HISTORY_FILES[0])},
    "compare": {"file": Written(make.OBSERVATION_FILES[0]), "patients": "8"},
    "fit": {"file": Written(make.OBSERVATION_FILES[0]), "patients": "64", "free": "potency"},
    "sensitivity": {"samples": "2"},
    "plates": {"out": "new"},
    "animate": {"file": "new.gif", "days": "20"},
    "page": {"file": "new.html"},
    "export": {"what": "sbml", "file": "new.xml"},
}


def test_every_option_has_a_strategy():
    without = [
        target
        for target, (command, parameter) in TARGETS.items()
        if parameter.name not in (*VALUES, *FLAGS) and (command, parameter.name) not in OWN
    ]
    assert without == []
    assert len(TARGETS) > 80


@st.composite
def command_lines(draw, command, focus):
    """Make a command line in which one option, and some others, are given any values; return which these are."""
    known = parameters_of(COMMANDS[command])
    others = [parameter for parameter in known if parameter is not focus and parameter.name != "version"]
    several = st.lists(st.integers(0, len(others) - 1), max_size=6, unique=True) if others else st.just([])
    chosen = [*([focus] if focus else []), *(others[i] for i in draw(several))]
    again = any(parameter.name == "from_" for parameter in chosen)  # a result has the rows of its own file
    line, last = [], []
    turned = draw(st.integers(0, max(0, len(known) - 1)))
    for parameter in [*known[turned:], *known[:turned]]:
        small = SMALL.get(command, {}).get(parameter.name)
        if parameter in chosen:
            typed = draw(_typed(command, parameter))
            # An option without its value would take the next word as its value.
            (last if typed == parameter.opts and parameter.name not in FLAGS else line).extend(typed)
        elif small is not None and not (parameter.name == "file" and again):
            line += [small] if parameter.param_type_name == "argument" else [parameter.opts[0], small]
    if draw(st.integers(1, 40)) == 40:
        line.append(draw(make.any_text()))
    return [*([command] if command else []), *line, *last], chosen


@st.composite
def _typed(draw, command, parameter):
    # Forms of an option: once, with or without "=", twice, abbreviated, without a value.
    values = OWN.get((command, parameter.name), VALUES.get(parameter.name))
    flag, how = parameter.name in FLAGS, draw(st.integers(1, 24))
    name = draw(st.sampled_from([*parameter.opts, *parameter.secondary_opts])) if parameter.opts else ""
    if parameter.param_type_name == "argument":
        return [] if how == 22 else [draw(values) for _ in range(2 if how == 23 else 1)]
    if how == 20:
        return [name[:-1], draw(make.any_text())]
    if flag:
        return [f"{name}=1"] if how == 21 else [name] * (2 if how == 22 else 1)
    if how == 21:
        return [name]
    if how > 21 or (parameter.multiple and how > 14):
        return [name, draw(values), name, draw(values)]
    value = draw(values)
    return [f"{name}={value}"] if how < 4 and isinstance(value, str) else [name, value]


class Stage:
    """A folder that stands before every case as it stood before the last, and what a case changed in it."""

    def __init__(self, folder: Path):
        self.folder = folder
        self.drawn = False
        self.given = 0
        self._set()

    def _set(self):
        (self.folder / "full").mkdir()
        (self.folder / "full" / "timeline.csv").write_text("an earlier run")
        # There is a folder with the name of a picture.
        (self.folder / "blocked" / "cascade.svg").mkdir(parents=True)
        (self.folder / "blocked" / "trial.json").mkdir()
        (self.folder / "blocked.gif").mkdir()
        (self.folder / "file.txt").write_text("mine")
        (self.folder / "link").symlink_to("full")
        (self.folder / "loop").symlink_to("loop")
        (self.folder / "nowhere").symlink_to("nothing/there")
        self.before = self._files()

    def _files(self):
        found = {}
        for folder, _, files in os.walk(self.folder):
            for name in files:
                path = os.path.join(folder, name)
                if not os.path.islink(path):
                    found[path] = os.stat(path).st_mtime_ns
        return found

    def arguments(self, line):
        """Return the command line, its files written."""
        found = []
        for i, each in enumerate(line):
            if isinstance(each, Written):
                path = self.folder / f"given{i}{each.ending}"
                path.write_bytes(each.content)
                each = path.name
            found.append(each)
        self.before = self._files()
        return found

    def written(self, line):
        """Return the files that are new or changed; none may be gone, and none begun."""
        after = self._files()
        assert set(self.before) <= set(after)
        found = [Path(path) for path, time in after.items() if self.before.get(path) != time]
        for path in found:
            # A file whose name begins with a dot is a temporary file left behind, unless the case names it.
            assert not path.name.startswith(".") or any(path.name in str(each) for each in line), path
            check_whole(path)
        return found

    def clear(self):
        if self._files() != self.before or len(os.listdir(self.folder)) > 7:
            for each in list(self.folder.iterdir()):
                if each.is_symlink() or each.is_file():
                    each.unlink()
                else:
                    shutil.rmtree(each)
            self._set()


ENDS = {
    ".png": (b"\x89PNG\r\n", b"IEND\xaeB`\x82"),
    ".svg": (b"<?xml", b"</svg>\n"),
    ".pdf": (b"%PDF-", b"%%EOF\n"),
    ".gif": (b"GIF8", b"\x3b"),
    ".html": (b"<!DOCTYPE html>", b"</html>"),
    ".xml": (b"<?xml", b"</sbml>"),
    ".parquet": (b"PAR1", b"PAR1"),
    ".r": (b"# ", b"effect$crease)\n"),
    **dict.fromkeys((".ant", ".txt"), (b"// Created by libAntimony", b'treatment"')),
}


def no_constant(name):
    raise AssertionError(f"JSON has no {name}")


def one_object(text):
    """Read one JSON object, strictly."""
    assert isinstance(json.loads(text, parse_constant=no_constant), dict)


def check_whole(path):
    """Check that a file is one of its kind from its first byte to its last."""
    content, kind = path.read_bytes(), path.suffix.lower()
    if kind in ENDS:
        first, last = ENDS[kind]
        assert content.startswith(first), path
        assert content.rstrip(b"\n").endswith(last.rstrip(b"\n")), path
    elif kind == ".json":
        one_object(content.decode())
    elif kind == ".csv":
        assert content.endswith(b"\n"), path
        rows = list(csv.reader(io.StringIO(content.decode()), strict=True))
        assert {len(row) for row in rows} == {len(rows[0])}, path
    elif kind == ".mp4":
        assert content[4:8] == b"ftyp"
    elif kind == ".omex":
        assert zipfile.ZipFile(path).testzip() is None, path
    elif kind == ".vtt":
        assert content.startswith(b"WEBVTT\n\n")
    else:
        raise AssertionError(f"what is {path}?")


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    """The folder of the cases, in which the command runs, with stand-ins for slow work."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cases") / "one" / "deep" / "enough"
        folder.mkdir(parents=True)
        patch.chdir(folder)
        found = Stage(folder)
        cheaply(patch, found)
        yield found


def cheaply(patch, stage):
    """Replace only what takes longer than all the rest of a case; now and then the figures are drawn."""
    # The parser is made once and not in every call; recent solutions are kept.
    patch.setattr("typer.main.get_command", lambda _: COMMAND)
    for module in (simulation, patient):
        patch.setattr(module, "solve_schedule", SOLVED)
    patch.setattr("numpy.polynomial.legendre.leggauss", POINTS)

    # In other cases the files are nearly empty and no figure is drawn; everything before that is still checked.
    def unless_drawn(module, name, instead):
        real = getattr(module, name)
        patch.setattr(module, name, lambda *given, **named: (real if stage.drawn else instead)(*given, **named))

    files = {f"picture{kind}": b"".join(ENDS[kind]) for kind in (".png", ".svg")}
    files |= {"table.csv": b"a,b\n1,2\n", "all.json": b"{}\n"}
    for module in (report_curves, report_forecasts, report_studies):
        for name in [
            name for name in vars(module) if name.endswith("_files") and name not in ("plates_files", "render_files")
        ]:
            unless_drawn(module, name, lambda *_: files)
    for module, name in ((plates, "draw_serotypes"), (plates, "draw_sites"), (timeline, "draw_mechanism")):
        unless_drawn(module, name, lambda *_, **__: Figure())
    unless_drawn(style, "render", lambda _, kind, note: b"".join(ENDS[f".{kind}"]))
    unless_drawn(animation, "Film", Still)
    # A film of two frames, and fewer patients to choose the grids by.
    patch.setattr(animation, "FRAMES_A_SECOND", 0.1)
    patch.setattr(population, "DIRECTIONS", 4)
    patch.setattr(population, "DRAWN_BLOCKS", 0)
    # Two steps of a fit, on grids that are chosen once and coarse.
    patch.setattr(solution, "ROUNDS", 1)
    patch.setattr(courses, "ACCURACY", 1e-3)
    # Two of the published rows beside those of the case.
    patch.setattr(comparison, "published", functools.cache(lambda: published().query("trial == 'ona GL pivotal 2'")))
    full = optimize.least_squares
    patch.setattr(optimize, "least_squares", lambda *given, **named: full(*given, **{**named, "max_nfev": 2}))
    # A demonstration of one command.
    patch.setattr(demo, "RUNS", [demo.Run("", "", "page {out}/page.html")])
    # No browser is opened, and the page is written where no case looks.
    patch.setattr(showing.webbrowser, "open", lambda _: True)
    (stage.folder.parent / "temporary").mkdir()
    patch.setattr(showing.tempfile, "tempdir", str(stage.folder.parent / "temporary"))


class Still:
    """A film that shows nothing."""

    def __init__(self, course, seconds, last):
        shown = clock.Clock(course.schedule.visits[0].day, last)
        self.table = course.at(shown.day([0.0, 1.0]))
        assert course.first_uptake > 0
        self.figure = Figure(figsize=(1, 1))
        FigureCanvasAgg(self.figure)

    def show(self, frame):
        """Show nothing."""

    def picture(self):
        """Return four black dots."""
        return np.zeros((2, 2, 3), dtype=np.uint8)


def run(arguments):
    """Run the command in this process, with streams as strict as a terminal's; return status and what is printed."""
    out = io.TextIOWrapper(io.BytesIO(), "utf-8", "strict", newline="\n", write_through=True)
    err = io.TextIOWrapper(io.BytesIO(), "utf-8", "backslashreplace", newline="\n", write_through=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "argv", ["wearoff", *arguments])
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        with pytest.raises(SystemExit) as stop:
            cli.main()
    return stop.value.code, out.buffer.getvalue().decode(), err.buffer.getvalue().decode()


def check_end(line, chosen, status, out, err, written):
    """Check how a case ended, and return it."""
    lines = err.splitlines()
    warned = [each for each in lines if each.startswith("warning: ")]
    if status == 2:
        assert lines == [*warned, lines[-1]], err
        assert lines[-1].startswith("error: "), err
        assert out == ""
        assert written == []
        return REFUSAL
    assert status == 0
    assert lines == warned
    helped = "--help" in line or "--version" in line or line == []
    if out.startswith("{") or (not helped and any(each.name == "as_json" for each in chosen)):
        one_object(out)
    elif written and line[0] == "demo":
        # It has too many files to name; its page names them.
        assert f"{len(written)} files written; open " in out
    elif written:
        said = out[out.index("\nwritten:\n") :]
        names = [path.name.encode(errors="backslashreplace").decode() for path in written]
        assert all(name in said for name in names)
        assert said.count("\n  ") == len(written) or any("\n" in str(each) for each in line)
    return RESULT


# `make fuzz` has a test for each option, other runs have a test for each command.
MOST = settings().max_examples
CASES = TARGETS if MOST >= 1000 else {f"wearoff {command}".strip(): (command, None) for command in COMMANDS}


def enough(command):
    """Return the number of cases of a test; in each case two or three further options may have any value."""
    if MOST < 1000:
        return extent(4, 15)
    return MOST if len(parameters_of(COMMANDS[command])) < 6 else MOST // 3


@pytest.mark.filterwarnings("always::wearoff.UnusualWarning", "ignore:Generating overly large repr")
@pytest.mark.parametrize("case", CASES)
def test_a_command_ends_with_a_result_or_one_line(case, stage):
    command, focus = CASES[case]

    @settings(max_examples=enough(command))
    @given(data=st.data())
    def ends(data):
        line, chosen = data.draw(command_lines(command, focus))
        stage.drawn = data.draw(st.integers(1, 200)) == 77
        targets = [f"wearoff {command} {spelled(each)}".replace("  ", " ") for each in chosen]
        try:
            with judged(targets, line) as end:
                status, out, err = run(stage.arguments(line))
                end(check_end(line, chosen, status, out, err, stage.written(line)))
        finally:
            stage.clear()

    ends()
    if focus is not None:
        # Of so many cases some are right: else the values or the other options of the cases are wrong.
        assert ENDED[case, RESULT] > 0
