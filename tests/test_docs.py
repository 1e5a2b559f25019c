"""The docs, without building the site: every public name is documented, links lead to files, examples run."""

import doctest
import importlib
import inspect
import re
import shlex
from operator import attrgetter
from pathlib import Path

import matplotlib as mpl
import pytest
import typer

import wearoff
from wearoff.cli.options import app

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MODULES = (
    "wearoff",
    "wearoff.spacing",
    "wearoff.sensitivity",
    "wearoff.plates",
    "wearoff.exchange",
)
# The pages of the site; the parts in docs/generated are not among them.
PAGES = sorted({*DOCS.glob("*.md"), *DOCS.glob("reference/*.md")})
README = ROOT / "README.md"
LINKED = [README, ROOT / "CONTRIBUTING.md", *PAGES]
COMMANDS = typer.main.get_command(app).commands
mpl.use("Agg")


def name(page):
    return page.relative_to(ROOT).as_posix()


def blocks(page, language):
    """Return the blocks of code in a language."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def command_lines():
    """Return the lines that call the command, on the pages and at the end of each command's help."""
    pages = [line for page in LINKED for block in blocks(page, "sh") for line in block.splitlines()]
    helps = [command.epilog.removeprefix("Example: ") for command in COMMANDS.values()]
    return [line for line in [*pages, *helps] if line.startswith("wearoff ")]


def public(module):
    """Return the public names of a module: those in its `__all__`, or else the functions that it defines."""
    found = importlib.import_module(module)
    own = [key for key, value in vars(found).items() if inspect.isroutine(value) and value.__module__ == module]
    names = getattr(found, "__all__", [key for key in own if not key.startswith("_")])
    return {f"{module}.{each}" for each in names}


def documented():
    """Return the names whose docstrings the pages of the reference show."""
    found = set()
    for page in DOCS.glob("reference/*.md"):
        module = ""
        for directive, argument in re.findall(r"^\.\. (\w+):: (\S+)$", page.read_text(encoding="utf-8"), re.MULTILINE):
            if directive in ("automodule", "currentmodule"):
                module = argument
            found.add(argument if directive == "automodule" else f"{module}.{argument}")
    return found


@pytest.mark.parametrize("module", MODULES)
def test_every_public_name_is_in_the_reference(module):
    assert {module, *public(module)} - documented() == set()


@pytest.mark.parametrize("page", LINKED, ids=name)
def test_links_and_pictures_point_to_something(page):
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    targets = [each for each in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"\w+:", each)]
    for target in targets:
        path, _, anchor = target.partition("#")
        # The site has the notebooks beside its pages.
        where = ROOT / path if path.startswith("notebooks/") else page.parent / path
        assert where.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", (where if path else page).read_text(encoding="utf-8"), re.MULTILINE)
            assert anchor in {re.sub(r"[^\w -]", "", each.lower()).replace(" ", "-") for each in headings}, target


@pytest.mark.parametrize("page", LINKED, ids=name)
def test_what_is_called_exists(page):
    chains = set(re.findall(r"\bwo\.([a-z_]\w*(?:\.[a-zA-Z_]\w*)*)", page.read_text(encoding="utf-8")))
    for chain in chains:
        assert attrgetter(chain)(wearoff)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_what_a_page_takes_from_another_file_is_there(page):
    text = page.read_text(encoding="utf-8")
    for path, options in re.findall(r"^```\{\w*include\} (\S+)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL):
        if path.startswith("generated/"):
            continue
        rest = (page.parent / path).read_text(encoding="utf-8")
        for mark in re.findall(r'^:(?:start-after|end-before): "(.+)"$', options, re.MULTILINE):
            _, found, rest = rest.partition(mark)
            assert found, mark


# Their fits and trials take more than 2 s.
LONG = {"docs/individuals.md", "docs/power.md", "docs/spacing.md", "docs/trials.md"}


@pytest.mark.parametrize(
    "page", [pytest.param(page, marks=[pytest.mark.proof] if name(page) in LONG else []) for page in PAGES], ids=name
)
def test_examples_give_what_is_printed(page):
    text = page.read_text(encoding="utf-8")
    # The text between the blocks becomes blank lines, so that a failure names the right line.
    parts = re.split(r"^```(python\n.*?)^```$", text, flags=re.MULTILINE | re.DOTALL)
    parts[::2] = ["\n" * part.count("\n") for part in parts[::2]]
    code = "".join(part.removeprefix("python") for part in parts)
    examples = doctest.DocTestParser().get_doctest(code, {}, name(page), str(page), 0)
    assert len(examples.examples) >= len(parts) // 2
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    runner.run(examples)
    assert runner.failures == 0


def test_the_python_of_the_readme_runs_and_gives_its_figures(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (code,) = blocks(README, "python")
    names = {}
    exec(code, names)
    assert (tmp_path / "effect.svg").exists()
    days = names["timeline"].landmarks
    text = README.read_text(encoding="utf-8")
    for stated in (
        f"onset on day {days['onset_day']:.0f}, near its peak on day {days['full_effect_day']:.0f}",
        f"half effect on day {days['half_effect_day']:.0f}, wear-off on day {days['wear_off_day']:.0f}, and",
    ):
        assert stated in text


def test_the_spacing_of_the_readme_is_what_is_computed():
    found = wearoff.spacing.recommend(keep=0.5, share=0.8)
    people = wearoff.spacing.compare(90, population=wearoff.Population()).people
    every_90, on_need = people.to_dict("records")
    assert found.interval is None
    text = " ".join(README.read_text(encoding="utf-8").split())
    for stated in (
        f"keeps half of the effect for two years in {100 * every_90['share_of_patients']:.0f} % of patients",
        f"{found.typical.longest} days is the longest interval that keeps it",
        f"patients have half of the effect on {100 * on_need['share_of_patient_days']:.0f} % of days",
        f"A visit every 90 days gives {100 * every_90['share_of_patient_days']:.0f} %",
        f"takes {every_90['units_per_year']:.0f} U a year instead of {on_need['units_per_year']:.0f}",
    ):
        assert stated in text


def test_the_half_life_of_the_glossary_is_the_default():
    half_life = wearoff.Parameters().light_chain_half_life
    assert f"half of it is lost in {half_life:.0f} days" in (DOCS / "glossary.md").read_text(encoding="utf-8")
    assert wearoff.Parameters().depot_half_life < 1


@pytest.mark.parametrize("word", ["retreatment", "carry-over", "crease", "next visit"])
def test_what_readers_search_for_is_explained(word):
    assert f"**{word}**" in (DOCS / "glossary.md").read_text(encoding="utf-8")


def test_the_readme_takes_two_minutes():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 120


def test_the_map_of_the_house_has_a_row_for_every_part_of_the_package():
    package = ROOT / "sim" / "wearoff"
    parts = {f"{each.name}/" for each in package.iterdir() if (each / "__init__.py").exists()}
    parts |= {each.name for each in package.glob("*.py") if not each.name.startswith("__")}
    rows = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `sim/wearoff/(\S+)`", rows, re.MULTILINE)) == parts


@pytest.mark.parametrize("page", LINKED, ids=name)
def test_what_make_is_asked_for_exists(page):
    targets = re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
    asked = re.findall(r"^make ([\w -]+?)(?:  |$)", "\n".join(blocks(page, "sh")), re.MULTILINE)
    asked += re.findall(r"`make ([\w -]+)`", page.read_text(encoding="utf-8"))
    assert {target for each in asked for target in each.split()} <= set(targets)


@pytest.mark.parametrize("line", sorted(set(command_lines())))
def test_a_command_line_has_a_command_and_options_that_exist(line):
    _, command, *arguments = shlex.split(line, comments=True)
    if "--from" in arguments:
        # Its file is read with the options, and is not here.
        assert any("--from" in param.opts for param in COMMANDS[command].params)
        place = arguments.index("--from")
        del arguments[place : place + 2]
    COMMANDS[command].make_context(command, arguments)


def test_the_case_written_by_hand_is_read(tmp_path):
    (tmp_path / "case.toml").write_text(blocks(DOCS / "exchange.md", "toml")[0], encoding="utf-8")
    case = wearoff.exchange.read_case(tmp_path / "case.toml")
    assert (case.parameters.light_chain_half_life, len(case.schedule)) == (60, 4)
