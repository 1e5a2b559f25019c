"""The command that runs the others once, into one folder with a page that shows it all."""

import contextlib
import io
import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from .options import app, as_text

if TYPE_CHECKING:
    from ..report.gallery import Section

INDEX = "index.html"
HISTORY = "history_one.csv"  # of data/histories
TITLE = "What wearoff makes"
WORDS = (
    "Every picture here was computed by the command above it. Each command can be changed and run again; with --help "
    "it says how."
)


class Run(NamedTuple):
    """A command of the demonstration.

    Parameters
    ----------
    title, words : str
    arguments : str
        The command after ``wearoff``; ``{out}`` stands for the folder of the demonstration.
    captions : mapping of str to str
        What each picture shows, by its name without the ending.
    needs : str
        A program without which the command is left out.
    """

    title: str
    words: str
    arguments: str
    captions: Mapping[str, str] = {}
    needs: str = ""


RUNS = (
    Run(
        "The page",
        "One file that runs the model in a browser, without a network: the nerve ending day by day, one patient's "
        "visits and the next date, how people differ, and every constant with a slider.",
        "page {out}/page.html",
    ),
    Run(
        "One visit",
        "20 U in the glabella of a typical patient: how the effect arrives, peaks and wears off.",
        "simulate --out {out}/simulate",
        {
            "timeline": "The visible effect with its landmarks, and the middle half of patients",
            "cascade": "Every step from the dose to the effect, over time",
        },
    ),
    Run(
        "Repeat visits",
        "How far apart visits should be, for all patients and for the typical patient.",
        "space --start 2027-01-04 --out {out}/space",
        {
            "tradeoff": "Patients and days at half effect or more, and units a year, by the interval between visits",
            "even_visits": "The typical patient, treated at even intervals",
            "even_returns": "What is left of the effect and of the light chain at each of these visits",
            "dates_visits": "The typical patient, treated on the best dates, which need not be evenly spaced",
            "dates_returns": "What is left of the effect and of the light chain on each of these dates",
        },
    ),
    Run(
        "A virtual trial",
        "10,000 patients who differ in each of two arms, and raters who err.",
        "trial --out {out}/trial",
        {
            "bands": "The visible effect in 10,000 patients: percentiles, day by day",
            "responders": "How many patients respond, day by day, after 20 U and after placebo",
        },
    ),
    Run(
        "One patient's next visit",
        f"A patient's visits and grades ({HISTORY}, drawn by the simulator), and about when her effect is lost.",
        f"next {{out}}/next/{HISTORY} --out {{out}}/next",
        {"forecast": "The patient's visits and grades, and the forecast of her effect with its range"},
    ),
    Run(
        "Plates for a slide",
        "What happens at the nerve ending, how serotypes differ, and what few injection sites do.",
        "plates --out {out}/plates",
        {
            "mechanism": "The nerve ending, the muscle and the skin at four moments",
            "serotypes": "The visible effect if serotypes differed only in the half-life of the light chain",
            "sites": "Local dose, local effect and the whole muscle's effect for one, three and five injection sites",
        },
    ),
    Run(
        "The film",
        "The nerve ending, the muscle, the skin and the curve, day by day.",
        "animate {out}/film.mp4",
        {"film": "The nerve ending, its muscle and the skin above the curve of the effect, from day 0 to day 180"},
        needs="ffmpeg",
    ),
)


@app.command("demo", epilog="Example: wearoff demo --out out")
def demo_command(
    out: Annotated[Path, typer.Option(metavar="DIR", help="Folder for the files and for index.html.")] = Path("out"),
) -> None:
    """Make every picture once, and a page that shows them.

    It runs the other commands with their defaults, in less than a minute. Files of an earlier run are replaced. The
    film needs ffmpeg and is left out without it.
    """
    from tempfile import TemporaryDirectory

    from ..files import check_folder, write_all
    from ..report.gallery import write_gallery

    check_folder(out)  # before the work
    runs = find_runs()
    with TemporaryDirectory(prefix="wearoff-") as name:
        folder = Path(name)
        sections = []
        for run in runs:
            if sys.stderr.isatty():
                print(_spell(run, out), file=sys.stderr, flush=True)
            sections.append(_run(run, folder, out))
        files = {path: (folder / path).read_bytes() for section in sections for path in section.files}
    files[INDEX] = write_gallery(TITLE, WORDS, sections).encode()
    write_all(out, files)
    print(f"{len(files)} files written; open {as_text(out / INDEX)}")


def find_runs() -> list[Run]:
    """Return the commands whose programs are installed."""
    return [run for run in RUNS if not run.needs or shutil.which(run.needs)]


def _run(run: Run, folder: Path, out: Path) -> "Section":
    # Run a command in this process, into a folder for temporary files.
    from .. import tables
    from ..report.gallery import Section

    before = _list_files(folder)
    if HISTORY in run.arguments:
        (folder / "next").mkdir()
        shutil.copyfile(tables.folder() / "histories" / HISTORY, folder / "next" / HISTORY)
    command, *arguments = [word.format(out=folder) for word in run.arguments.split()]
    found = typer.main.get_group(app).commands[command]
    printed = io.StringIO()
    # Warnings belong to what the command prints. An error or Ctrl-C ends the demonstration.
    with (
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
        found.make_context(command, arguments) as context,
    ):
        found.invoke(context)
    files = [name for name in _list_files(folder) if name not in before]
    text, _, _ = printed.getvalue().partition("\nwritten:")  # their names are links
    return Section(run.title, run.words, _spell(run, out), files, run.captions, text.strip())


def _spell(run: Run, out: Path) -> str:
    # Return the command as it is typed.
    import shlex

    return " ".join(["wearoff", *(shlex.quote(word.format(out=as_text(out))) for word in run.arguments.split())])


def _list_files(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
