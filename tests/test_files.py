"""Every writer on a full disk, in the place of a pipe, and interrupted: all stays as it was, and one line says why.

Writers are found in the code: the options of the command that name a target, and the functions that begin a file.
"""

import ast
import functools
import os
from pathlib import Path

import pytest
import typer
from matplotlib import pyplot

import wearoff as wo
from tests.extent import some
from tests.failing import check_failures, full_disk
from wearoff import InputError, tables
from wearoff.animation import animate
from wearoff.cli import demo
from wearoff.cli.options import app
from wearoff.figures.style import figure_of
from wearoff.files import check_folder, write_all, written_whole
from wearoff.webpage import showing

PACKAGE = Path(wo.__file__).parent
COMMANDS = typer.main.get_command(app).commands
# What a command needs besides its target, and what makes it quick.
SMALL = {
    "simulate": "--days 30",
    "space": "--horizon 100 --intervals 90",
    "trial": "--patients 8 --days 40",
    "next": str(tables.folder() / "histories" / "history_one.csv"),
    "compare": "{rows} --patients 8",
    "fit": "{rows} --patients 64 --free potency",
    "sensitivity": "--samples 2",
    "export": "events",
}
# The files that commands write: the option before the file, and the endings that need no extra.
FILES = {
    ("animate", "file"): ("", (".vtt",)),
    ("page", "file"): ("", (".html",)),
    ("export", "file"): ("", (".csv",)),
    ("trial", "individuals"): ("--individuals", (".csv",)),
    ("trial", "visit_rows"): ("--visit-rows", (".csv",)),
}
READ = {"schedule", "from_", ("next", "file"), ("compare", "file"), ("fit", "file")}


def find_targets():
    """Yield each place that a command can be told to write to: the line before it, and its ending ("" for a folder)."""
    for name, command in COMMANDS.items():
        for option in command.params:
            if option.metavar == "DIR":
                yield f"{name} {SMALL.get(name, '')} {option.opts[0]}", ""
            elif option.metavar == "FILE" and not READ & {option.name, (name, option.name)}:
                word, endings = FILES[name, option.name]
                yield from ((f"{name} {SMALL.get(name, '')} {word}", ending) for ending in endings)


def run_trial(**rows):
    wo.run_trial([wo.Arm(units=20), wo.Arm.placebo()], patients=8, days=40, **rows)


# The functions of the library that write: their module and name, the call, the ending.
FUNCTIONS = [
    ("animation.animate", lambda file: animate(wo.simulate(units=20, days=20), file, seconds=1), ".vtt"),
    ("treatment.schedule.to_csv", wo.Schedule.once(units=20).to_csv, ".csv"),
    ("webpage.writing.page", wo.page, ".html"),
    ("trial.sinks.collecting", lambda file: run_trial(individuals=file), ".csv"),
    ("trial.sinks.collecting", lambda file: run_trial(visits=file), ".csv"),
    ("files.written_whole", lambda file: begin(file), ".csv"),
    ("files.write_all", lambda folder: write_all(folder, {"a": b"x" * 100, "x": b"x" * 100}), ""),
]
# With their extras these are tried in tests/exchange. The last writes into the package, for its developers.
WITH_EXTRA = {"exchange.archive.to_archive", "exchange.petab.to_petab"}
OURS = {"webpage.printing.main"}


@functools.cache
def trees():
    return {path: ast.parse(path.read_text(encoding="utf-8")) for path in PACKAGE.rglob("*.py")}


def begin(file):
    with written_whole(file) as temporary:
        temporary.write_bytes(b"x" * 100)


def test_every_function_that_begins_a_file_is_tried():
    found = {
        f"{'.'.join(path.relative_to(PACKAGE).with_suffix('').parts)}.{function.name}"
        for path, tree in trees().items()
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef)
        for call in ast.walk(function)
        if isinstance(call, ast.Call) and getattr(call.func, "id", "") in ("written_whole", "begun", "write_all")
    }
    commands = {name for name in found if name.endswith("_command")}
    assert {name.rpartition(".")[2].removesuffix("_command") for name in commands} <= {
        line.split()[0] for line, _ in find_targets()
    }
    assert found - commands == {name for name, _, _ in FUNCTIONS} - {"files.write_all"} | WITH_EXTRA | OURS


def test_nothing_is_written_but_through_files():
    # The functions that write bytes themselves: into a temporary file that one of the three above has given them.
    found = {
        f"{path.relative_to(PACKAGE).as_posix()} {call.func.attr}"
        for path, tree in trees().items()
        for call in ast.walk(tree)
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr in ("write_text", "write_bytes", "mkdtemp", "mkstemp", "ParquetWriter", "ZipFile")
        or (
            call.func.attr == "open"
            and any(isinstance(word, ast.Constant) and word.value == "wb" for word in call.args)
        )
    }
    assert found == {
        "animation.py write_text",
        "cli/export.py write_text",
        "exchange/archive.py ZipFile",
        "files.py mkstemp",
        "files.py write_bytes",
        "treatment/schedule.py write_bytes",
        "trial/parquet.py ParquetWriter",
        "trial/sinks.py open",
        "webpage/printing.py write_text",
        "webpage/showing.py mkdtemp",
        "webpage/writing.py write_text",
    }


@pytest.fixture
def cheap(monkeypatch):
    """Pictures of bytes alone; a demonstration of one command."""

    def draw_nothing(picture, *_):
        pyplot.close(figure_of(picture))
        return b"x" * 100

    monkeypatch.setattr("wearoff.figures.style.render", draw_nothing)
    monkeypatch.setattr(demo, "RUNS", demo.RUNS[:1])


@pytest.mark.parametrize(("line", "ending"), some(list(find_targets()), 3))
def test_a_command_on_a_full_disk_leaves_nothing(cheap, tmp_path, line, ending):
    rows = tmp_path / "rows.csv"
    rows.write_text("endpoint,day,value,unit,n\nnone_or_mild,30,80,%,100\n")
    name, *words = line.format(rows=rows).split()

    target = tmp_path / "new" / f"x{ending}"
    with (
        COMMANDS[name].make_context(name, [*words, str(target)]) as context,
        full_disk(),
        pytest.raises(InputError, match=r"cannot be written \(File too large\)"),
    ):
        COMMANDS[name].invoke(context)
    assert list(tmp_path.iterdir()) == [rows]


@pytest.mark.parametrize(("name", "write", "ending"), some(FUNCTIONS, 2))
def test_a_function_that_cannot_write_leaves_all_as_it_was(tmp_path, name, write, ending):
    check_failures(write, tmp_path, ending)


def test_of_several_files_the_first_is_not_changed_if_the_last_is_too_long(tmp_path):
    (tmp_path / "a").write_text("earlier")
    with full_disk(), pytest.raises(InputError, match="File too large"):
        write_all(tmp_path, {"a": b"later", "new/b": b"x" * 100})
    assert [path.name for path in tmp_path.iterdir()] == ["a"]
    assert (tmp_path / "a").read_text() == "earlier"


def test_a_folder_is_checked_before_the_work_and_left_as_it_was(tmp_path):
    check_folder(tmp_path / "new" / "deep")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(InputError, match=r"^out is '/proc/new', which cannot be written"):
        check_folder("/proc/new")


def test_the_error_of_something_else_is_not_said_to_be_of_the_rows(tmp_path):
    # `progress` may write to a closed pipe, and each file may be on a disk of its own.
    def fail(done, total):
        raise BrokenPipeError(32, "Broken pipe")

    with pytest.raises(BrokenPipeError):
        wo.run_trial(wo.Arm(units=20), patients=8, days=40, individuals=tmp_path / "new" / "a.csv", progress=fail)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("full", ["individuals", "visits"])
def test_the_file_that_does_not_fit_is_named(tmp_path, full):
    other = {"individuals": "visits", "visits": "individuals"}[full]
    targets = {full: tmp_path / "full.csv", other: tmp_path / "other.csv"}
    real = Path.open

    def refuse_full(path, *mode):
        # Every write to this file fails, as on a full disk.
        return real(Path("/dev/full") if path.name.startswith(".full") else path, *mode)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Path, "open", refuse_full)
        with pytest.raises(InputError, match=r"full.csv', which cannot be written \(No space left on device\)"):
            run_trial(**targets)
    assert list(tmp_path.iterdir()) == []


def test_a_page_for_the_browser_that_cannot_be_written_leaves_no_folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", os.fspath(tmp_path))
    with full_disk(), pytest.raises(InputError, match=r"page.html', which cannot be written"):
        showing.write_temporary()
    assert list(tmp_path.iterdir()) == []
