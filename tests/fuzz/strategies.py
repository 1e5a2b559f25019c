"""How hostile text, numbers, objects, tables and files are made."""

import csv
import datetime
import decimal
import fractions
import io
import json
import re
from typing import NamedTuple

import libsbml
import numpy as np
import pandas as pd
from hypothesis import strategies as st

from wearoff import Parameters, Population, Schedule, read_observations, tables
from wearoff.evidence.observations import OF_TREATMENTS
from wearoff.exchange import to_sbml
from wearoff.provenance import describe_patients, make_block

PRODUCTS = sorted(tables.column("products", "product"))
MUSCLES = sorted(tables.column("muscles", "muscle"))

# Numbers as text: at the limits of floats, and as people, spreadsheets and programming languages write them.
BOUNDARY = (
    "0", "-0", "-0.0", "1", "-1", "1e308", "1.8e308", "-1e308", "1e309", "1e-308", "1e-320", "5e-324", "1e-400", "nan",
    "-nan", "NaN", "inf", "-inf", "Infinity", "1e5", "1e9", "1e16", "1e22", "0.1", "0.5", "0.999",
    "1.0000000000000002",
    "4294967296", "9223372036854775808",
)  # fmt: skip
WRITTEN = (
    " 20 ", "\t20\n", "2 0", "1_0", "٢٠", "２０", "१०", "²", "½", "1,5", "1.5.5", "1e", "e5", "0x10", "0b1", "1j",
    "+3", "--3",
    "+-3", "3-", "20U", "20 U", "$20", "5%", "1/2", "True", "None", "null", "-", "+", ".", "5.", ".5", "1e+2",
    "1d3", "\xa020",
    "\u221220", "9" * 400, "0." + "0" * 400 + "1", "1" * 5000, "1e" + "9" * 50,
)  # fmt: skip
HOSTILE = (
    "", " ", "\n", "a\nb", "a\r\nb", "\t", "\0", "a\0b", "\udcff", "\ud800x", "\u202egpj.exe", "עברית", "é",
    "\u0301", "👩‍🔬",
    "\x1b[31mred\x1b[0m", "\x07", "\u2028", "\x85", "\ufeff", "\ufffe", "%s", "%n", "{}", "{0}", "${HOME}",
    "$(ls)", "`ls`", "; ls",
    "'", '"', "\\", "*", "?", "[a-z]*", "~", "=", "a=", "=a", "==", "a=b=c", "--", "-", "-x", "--json", "--units",
    "--help",
    "--out=x", "[bold]x[/bold]", "[/dim]", "<script>", "null", "None", "nan", "../x", "x" * 10_000, "é" * 10_000,
)  # fmt: skip


def number_text():
    """Numbers as text, most of them near or past the end of what is possible."""
    return st.one_of(
        st.sampled_from(BOUNDARY),
        st.sampled_from(WRITTEN),
        st.integers(-5, 200).map(str),
        st.integers().map(str),
        st.floats().map(repr),
        st.floats(0, 1000).map(lambda value: f"{value:g}"),
    )


def any_text():
    """Text of any characters, halves of characters and NUL among them."""
    return st.one_of(st.sampled_from(HOSTILE), st.text(st.characters(categories=None), max_size=20))


class Odd:
    """An object that is nothing."""


def any_object():
    """Any object of Python, numpy or pandas, most of them no number and no text."""
    return st.one_of(
        number_text(),
        any_text(),
        st.floats(),
        st.integers(),
        st.sampled_from(
            [10**400, -(10**5000), True, False, None, 1j, np.complex128(1 + 2j), np.nan, pd.NA, pd.NaT, b"20", b"\xff",
             bytearray(b"1"), memoryview(b"1"), (), [], {}, set(), [20], (1, 2), {"a": 1}, Odd, Odd(), len,
             object(), ...,
             fractions.Fraction(1, 3), decimal.Decimal("1e400"), decimal.Decimal("NaN"), decimal.Decimal("sNaN"),
             datetime.date(2027, 1, 4), datetime.datetime(2027, 1, 4, 8), datetime.time(8), datetime.timedelta(5),
             pd.Timestamp("2027-01-04"), pd.Timestamp("2027-01-04", tz="UTC"), pd.Timedelta("5D"), range(3), iter([1]),
             np.float32(0.1), np.float16(5), np.longdouble(7), np.int8(-3), np.uint64(2**63), np.bool_(True),
             np.str_("5"),
             np.bytes_(b"5"), np.datetime64("2027-01-04"), np.datetime64("NaT"), np.timedelta64(5, "D"), np.array(5.0),
             np.array([5.0]), np.array([]), np.zeros((2, 2)), np.array("a"), np.array([1j]), np.array([object()]),
             pd.Series([5.0]), pd.Series([], dtype=float), pd.DataFrame({"a": [1]}), pd.Categorical(["a"]),
             pd.Index([1])]
        ),
    )  # fmt: skip


# Largest file in bytes: a text that is doubled again and again would fill the memory before it is read.
LARGEST = 1_000_000


def mutated(content: bytes):
    """Damage valid text: change, remove, double or insert bytes, lines, cells, tags and numbers, or cut it short."""
    return st.lists(_HURTS, min_size=0, max_size=4).map(lambda hurts: _hurt(content, hurts))


def _hurt(content, hurts):
    for hurt in hurts:
        content = hurt(content)[:LARGEST]
    return content


def _at(content, share):
    return round(share * len(content))


def _piece(pattern, change):
    # Change one of the pieces that a pattern finds; its place is given as a share of all.
    def hurt(content, share, put):
        found = list(re.finditer(pattern, content))
        if not found:
            return content
        piece = found[min(int(share * len(found)), len(found) - 1)]
        return content[: piece.start()] + change(piece.group(), put) + content[piece.end() :]

    return hurt


_PIECES = {
    "line": rb"[^\n]*\n",
    "cell": rb"[^,\n]+",
    "word": rb"\w+",
    "number": rb"-?\d+(\.\d+)?(e-?\d+)?",
    "tag": rb"<[^>]*>",
    "mark": rb"[,;=\[\]{}<>/\"':]",
}
_CHANGES = {
    "left out": lambda piece, put: b"",
    "doubled": lambda piece, put: piece + piece,
    "many": lambda piece, put: piece * 300,
    "other": lambda piece, put: put,
    "after": lambda piece, put: piece + put,
    "flipped": lambda piece, put: bytes(each ^ 1 for each in piece),
}
_PUTS = st.one_of(
    number_text().map(lambda text: text.encode(errors="surrogatepass")),
    any_text().map(lambda text: text.encode(errors="surrogatepass")),
    st.sampled_from([b"\xff", b"\xef\xbb\xbf", b"\0", b"\r", b"\r\n", b'"', b'""', b",", b",,,", b"\n\n", b"#",
    b"\x1a", b";"]),
    st.sampled_from([*PRODUCTS, *MUSCLES, "2027-01-04", "2027-02-30", "."]).map(str.encode),
)  # fmt: skip
_HURTS = st.one_of(
    st.builds(
        lambda pattern, change, share, put: lambda content: _piece(pattern, change)(content, share, put),
        st.sampled_from(list(_PIECES.values())),
        st.sampled_from(list(_CHANGES.values())),
        st.floats(0, 1),
        _PUTS,
    ),
    st.builds(lambda share: lambda content: content[: _at(content, share)], st.floats(0, 1)),
    st.builds(
        lambda share, put: lambda content: content[: _at(content, share)] + put + content[_at(content, share) :],
        st.floats(0, 1),
        _PUTS,
    ),
    st.sampled_from(
        [
            lambda content: b"\xef\xbb\xbf" + content,
            lambda content: content.replace(b"\n", b"\r\n"),
            lambda content: content.replace(b"\n", b"\r"),
            lambda content: content.replace(b",", b";"),
            lambda content: content.replace(b",", b"\t"),
            lambda content: content.decode(errors="replace").encode("utf-16"),
            lambda content: content.decode(errors="replace").encode("latin-1", errors="replace"),
            lambda content: content + content,
            lambda content: content * 200,
            lambda content: content.rstrip(b"\n"),
            lambda content: b"\n\n" + content,
        ]
    ),
)


class Columns(NamedTuple):
    """The columns of a table: a strategy of right cells for each, and which are required."""

    cells: dict[str, st.SearchStrategy]
    required: tuple[str, ...]

    @property
    def names(self):
        """Some of the columns, the required ones mostly among them."""
        others = [name for name in self.cells if name not in self.required]
        some = st.lists(st.sampled_from(others), max_size=4, unique=True).map(lambda names: [*names, *self.required])
        return mostly(some, st.lists(st.sampled_from(list(self.cells)), max_size=6))


def mostly(right, odd):
    """Make four right things for each odd one, on average."""
    # `one_of` would flatten the choices of the odd ones and choose these more often.
    return st.integers(0, 4).flatmap(lambda which: odd if which == 3 else right)


def _rarely(draw, times):
    # True once in `times` draws.
    return draw(st.integers(1, times)) == times


@st.composite
def csv_file(draw, columns):
    """Make a CSV file: right, near and hostile cells in rows that are mostly as long as the header."""
    names = draw(columns.names)
    header = [draw(any_text()) if _rarely(draw, 50) else name for name in names]
    rows = [
        [draw(_CELLS if _rarely(draw, 30) else columns.cells[name]) for name in names] + ["x"] * _rarely(draw, 50)
        for _ in range(draw(st.integers(0, 3)))
    ]
    if "time" in names and not _rarely(draw, 5):
        rows.sort(key=lambda row: row[names.index("time")].zfill(8))
    file = io.StringIO()
    writer = csv.writer(file, lineterminator=draw(st.sampled_from(["\n", "\r\n"])))
    writer.writerows([header, *rows])
    return file.getvalue().encode(errors="surrogatepass")


_CELLS = st.one_of(number_text(), any_text())


def file_of(columns, *valid):
    """Make a table with some of the columns, one of the `valid` files, hurt, or a file of any bytes."""
    return mostly(st.one_of(csv_file(columns), st.sampled_from(valid).flatmap(mutated)), _ANY_BYTES)


_ANY_BYTES = st.one_of(st.binary(max_size=60), any_text().map(lambda text: text.encode(errors="surrogatepass")))


@st.composite
def frame_of(draw, columns):
    """Make a table in memory with some of the columns, of odd types, indices and names."""
    rows, names = draw(st.integers(0, 3)), draw(columns.names)
    series = [draw(_column(columns.cells[name], rows)) for name in names]
    frame = pd.concat(series, axis=1, keys=names) if series else pd.DataFrame(index=range(rows))
    hurt = draw(st.integers(0, 30))
    if hurt == 1 and names:
        frame = pd.concat([frame, frame[names[:1]]], axis=1)
    elif hurt == 2:
        frame.columns = pd.MultiIndex.from_tuples([(name, "a") for name in names]) if names else frame.columns
    elif hurt == 3:
        frame.index = pd.MultiIndex.from_tuples([(i, "a\nb") for i in range(rows)]) if rows else frame.index
    elif hurt == 4:
        frame.index = ["x" * 10_000] * rows
    elif hurt == 5:
        frame.columns = range(len(names))
    elif hurt == 6:
        frame = frame.astype(str)
    elif hurt == 7:
        frame = frame.T
    elif hurt == 8 and names:
        frame = frame.set_index(names[0])
    elif hurt == 9:
        frame.columns = [None, *names[1:]] if names else frame.columns
    return frame


@st.composite
def _column(draw, cells, rows):
    right = pd.Series([draw(cells) for _ in range(rows)], dtype=object)
    kind = draw(mostly(st.just(0), st.integers(1, 12)))
    if kind < 5:
        return right
    if kind == 5:
        return pd.to_numeric(right, errors="coerce")
    if kind == 6:
        return right.astype("category")
    if kind == 7:
        return pd.Series(pd.array([draw(st.integers(0, 100)) if i else pd.NA for i in range(rows)], dtype="Int64"))
    if kind == 8:
        return pd.to_datetime(right, errors="coerce", format="%Y-%m-%d")
    if kind == 9:
        return right.astype("string")
    if kind == 10:
        return pd.Series([draw(st.booleans()) for _ in range(rows)], dtype=bool)
    if kind == 11:
        width = draw(st.sampled_from([32, 64]))
        return pd.Series([draw(st.floats(width=width)) for _ in range(rows)], dtype=f"float{width}")
    return pd.Series([draw(any_object()) for _ in range(rows)], dtype=object)


EVENT_CELLS = {
    "time": st.sampled_from(["0", "90", "180.5", "0.0", "0", "36525"]),
    "date": st.sampled_from(["2027-01-04", "2027-04-04", "2027-07-03", "20270104", "2027-W01-1"]),
    "amt": st.sampled_from(["20", "20.0", "10", "40", "1e4", "7.5", "."]),
    "ii": st.sampled_from(["0", "90", "84.5", "."]),
    "addl": st.sampled_from(["0", "0", "1", "3", ".", "999"]),
    "evid": st.sampled_from(["1", "1", "1", "1.0", "0", "2"]),
    "cmt": st.sampled_from(["1", "."]),
    "product": st.sampled_from(PRODUCTS),
    "muscle": st.sampled_from([*MUSCLES, *["glabella"] * 20]),
    "sites": st.sampled_from(["5", "", ".", "1"]),
    "ss": st.just("0"),
}
EVENTS = Columns(EVENT_CELLS, ("amt",))
EVENT_FILES = (
    b"time,amt\n0,20\n90,20\n",
    b"time,date,amt,ii,addl,evid,cmt,product,muscle,sites\n0,2027-01-04,20,90,3,1,1,onabotulinumtoxinA,glabella,5\n"
    b"30,2027-02-03,0,0,0,0,1,,,\n",
    b"C,ID,TIME,AMT,II,ADDL,EVID,CMT,SS,RATE,DV,MDV\n.,1,0,20,90,3,1,1,0,0,.,1\n.,1,100,.,NA,.,0,1,.,,0.8,0\n",
    b"# a comment\n;time;amt;ii;addl\n1;0,5;17,5;90;2\n2;300;0;;\n;;;;\n",
)
HISTORY_CELLS = {
    "id": st.sampled_from(["Anna", "Anna", "Zoe", "7", "."]),
    "day": st.sampled_from(["0", "0", "0", "90", "180.5", "-7"]),
    "date": st.sampled_from(["2027-01-04", "2027-04-04", "2027-07-03", "20270104"]),
    "units": st.sampled_from(["20", "20", "20.0", "7.5", "", "0"]),
    "evid": st.sampled_from(["1", "1", "0"]),
    "product": st.sampled_from([*PRODUCTS, "Botox", "DYSPORT"]),
    "muscle": st.sampled_from([*MUSCLES, *["glabella"] * 20]),
    "grade": st.sampled_from(["3", "3", "2.0", "1", "", ""]),
    "grade_at_rest": st.sampled_from(["0", "1", ""]),
    "mdv": st.sampled_from(["0", "1", ""]),
    "assessor": st.sampled_from(["investigator", "Subject", "rater", ""]),
    "seen": st.sampled_from(["gone", "came back", "", ""]),
    "since": st.sampled_from(["0", "20", "2027-01-05", ""]),
    "note": st.sampled_from(["Gone", "late", ""]),
    "baseline": st.sampled_from(["2", "3", "3", "unknown", ""]),
    "age": st.sampled_from(["41", "41", "38.5", ""]),
}
HISTORY = Columns(HISTORY_CELLS, ("day", "units", "grade"))
HISTORIES = Columns(HISTORY_CELLS, ("id", "day", "units", "grade"))
HISTORY_FILES = (
    b"date,units,grade\n2027-01-04,20,3\n2027-02-03,,0\n2027-04-30,20,2\n",
    b"id,day,units,grade,assessor,seen,since,baseline,age\n1,0,20,,,,,3,41\n1,95,,2,subject,gone,80,,41\n2,0,20,3,,,,,38\n",
    b"ID,TIME,AMT,EVID,CMT,II,ADDL,DV,MDV\n1,0,20,1,1,90,1,.,1\n1,30,.,0,2,.,.,1,0\n",
    b"day;units;grade;at_rest;note\n-7;;2;;\n0;17,5;;;\n30,5;;1;yes;\n90;;;;came back\n",
)
MEAN_CELLS = {
    "time": st.sampled_from(["0", "7", "30.5", "120"]),
    "quantity": st.sampled_from(["visible", "visible", "depth", "force", "none_or_mild", "depot"]),
    "value": st.sampled_from(["0.8", "0.02", "1", "-0.1", "82"]),
    "sd": st.sampled_from(["0.05", "0.1", "1e-3", "0"]),
}
MEANS = Columns(MEAN_CELLS, ("quantity", "value", "sd"))
MEAN_FILES = (b"time,quantity,value,sd\n7,visible,0.8,0.05\n30,depth,0.2,0.1\n",)
OBSERVATION_CELLS = {
    "source": st.just("Someone 2020"),
    "product": st.sampled_from(PRODUCTS),
    "trial": st.just("trial 1"),
    "units": st.sampled_from(["20", "50", ""]),
    "total_units": st.sampled_from(["", "", "", "64", "64.5", "10"]),
    "muscle": st.sampled_from([*MUSCLES, ""]),
    "arm": st.sampled_from(["treated", "treated", "treated", "placebo"]),
    "endpoint": st.sampled_from(
        [*["none_or_mild"] * 6, *["onset"] * 2, "one_grade", "none_at_rest", "return_to_baseline", *OF_TREATMENTS]
    ),
    "assessor": st.sampled_from(["investigator", "subject", "composite", ""]),
    "day": st.sampled_from(["30", "7", "120", "90", "14", ""]),
    "cycle": st.sampled_from([*["1"] * 6, "", "2", "3"]),
    "visit_days": st.sampled_from(["", "", "0", "0 120", "0 120 210", "0 84.5 180 720", "0 90 60"]),
    "visit_units": st.sampled_from([*[""] * 6, "20", "20 40", "20 20 40"]),
    "retreat": st.sampled_from([*[""] * 6, "return_to_baseline from 84", "grade 2 from 90", "grade 4 from 90"]),
    "look_days": st.sampled_from(["", "28", "14", "0"]),
    "among": st.sampled_from(
        ["", "", "", "", "none_or_mild investigator 28", "one_grade subject 7", "none_or_mild 28"]
    ),
    "value": st.sampled_from(["80", "12", "0", "100", "3.5"]),
    "low": st.just("1"),
    "high": st.just("2"),
    "unit": st.sampled_from(["%", "%", "%", "count", "day", "week", "treatments", "odds ratio"]),
    "n": st.sampled_from(["100", "200", ""]),
    "note": st.just("a, note"),
    "status": st.just("given"),
    "used_for_fit": st.sampled_from(["yes", "no"]),
}
OBSERVATIONS = Columns(OBSERVATION_CELLS, ("endpoint", "day", "value", "unit", "n"))
OBSERVATION_FILES = (
    b"endpoint,day,value,unit,n\nnone_or_mild,7,75,%,200\nnone_or_mild,30,80,%,200\nnone_or_mild,90,50,%,200\n"
    b"none_or_mild,120,60,count,200\n",
    b"endpoint,day,value,unit,n,units,cycle,visit_days,visit_units,retreat,look_days,among\n"
    b"none_or_mild,30,56,%,227,24,3,0 120 210,24,,,\nnone_at_rest,28,68.7,%,568,,2,,,return_to_baseline from 84,28,\n"
    b"treatments_in_a_year,,3,treatments,352,,,,,grade 2 from 90,,\n"
    b"return_to_baseline,,32.3,week,80,,,,,,28,none_or_mild investigator 28\nonset,,3,day,40,,,,,,,\n",
)


def _as_level_2(text):
    document = libsbml.readSBMLFromString(text)
    document.setLevelAndVersion(2, 4, False)
    return libsbml.writeSBMLToString(document)


CASE_FILES = {
    ".xml": (
        _as_level_2(to_sbml(Schedule.once(units=20))).encode(),
        to_sbml(Schedule.once(units=20)).encode(),
        to_sbml(Schedule.every(90, visits=3, units=20, start="2027-01-04")).encode(),
    ),
    ".json": (
        b'{"preset": "serotype_B", "start": "2027-01-04", "times": [1, 7.5, 30], "parameters": {"potency": 0.2},\n'
        b'"schedule": [{"time": 0, "amt": 20, "ii": 90, "addl": 1, "sites": 5}, {"time": 200, "amt": 12.5}]}\n',
        b'{"parameters": {"dose_at_half_uptake": "inf", "light_chain_half_life": 60}, "landmarks": {"peak_day": 7}}\n',
    ),
    ".toml": (
        b'preset = "serotype_B"\nstart = 2027-01-04\ntimes = [1, 7.5]\nschedule = [{ time = 0, amt = 20, ii = 90 }]\n'
        b"[parameters]\npotency = 0.2\ndose_at_half_uptake = inf\n",
        b"[[schedule]]\ntime = 0\namt = 20\n[[schedule]]\ntime = 90\namt = 10\nsites = 3\n",
    ),
}


PLAN = Schedule.every(90, visits=2, units=20, start="2027-01-04")
BLOCKS = {
    "simulate": make_block("simulate", {"days": 30}, Population(), arms={"plan": PLAN}, seed=1, sampler="sobol"),
    "space": make_block(
        "space", {"keep": 0.5, "intervals": "60", "horizon": 100, "allow_shorter": False}, Population(), seed=1,
        sampler="sobol", arms={"20 U onabotulinumtoxinA": Schedule.once(units=20)},
    ),
    "trial": make_block(
        "trial", {"arm": ["20"], "patients": 8, "days": 5, "look_every": 28}, Population(), seed=1, sampler="sobol",
        arms={"20 U onabotulinumtoxinA": Schedule.once(units=20)},
    ),
    "next": make_block(
        "next", {"keep": 0.5}, Population(), seed=1, sampler="sobol", arms={"20 U": Schedule.once(units=20)},
        seen={"20 U": {"seen": [{"day": 30.0, "assessor": "investigator", "grade": 1}], "baseline": 3}},
    ),
    "compare": make_block("compare", {"patients": 8}, Population(), seed=1, sampler="sobol"),
    "fit": make_block(
        "fit", {"free": ["potency"], "patients": 64}, Population(), seed=1, sampler="sobol",
        observations=read_observations(io.StringIO(OBSERVATION_FILES[0].decode())),
    ),
    "sensitivity": make_block(
        "sensitivity", {"quantity": "half_effect_day", "samples": 2}, Parameters(), seed=1, sampler="sobol",
        arms={"20 U onabotulinumtoxinA": Schedule.once()},
    ),
    "parameters": make_block("parameters", {}, Parameters()),
}  # fmt: skip
# Largest number of a run that is made again: more would take long.
MOST_AGAIN = 400


def result_file(*commands):
    """Make the result of one of the commands, hurt or not, or a file of any bytes; none that takes long to make."""
    fitted = {"fitted": describe_patients(Population()) | {"relative_potencies": {}}}
    results = [
        json.dumps({"provenance": BLOCKS[each]} | (fitted if each == "fit" else {})).encode() for each in commands
    ]
    right = st.sampled_from(results)
    return st.one_of(right, mostly(right.flatmap(mutated), _ANY_BYTES)).filter(_is_soon_made)


def _is_soon_made(content):
    try:
        options = json.loads(content)["provenance"]["options"].values()
        return all(float(each) <= MOST_AGAIN for each in options if isinstance(each, str | int | float))
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError):
        return True  # it is refused, or has a text


def case_file(ending):
    """Make a case's file: a right one, hurt, or a file of any bytes."""
    return mostly(st.sampled_from(CASE_FILES[ending]).flatmap(mutated), _ANY_BYTES)
