"""The command for patients' own histories: next."""

import dataclasses
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..defaults import SEED
from ..errors import InputError
from .options import Json, Out, Preset, Seed, Set, Start, app, number, print_result, read_population
from .recorded import FromResultOrFit, Given, RecordedCommand, describe_run, start_of

if TYPE_CHECKING:
    from ..forecasts.forecasting import Forecast
    from ..forecasts.history import History
    from ..patients.population import Population


@app.command("next", cls=RecordedCommand, epilog="Example: wearoff next history.csv --keep 0.5 --out out")
def next_command(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE]", help="CSV file of visits and what was seen: date, units, grade, ...; or an event table."
        ),
    ] = None,
    keep: Annotated[
        float, number("timeline.LEVEL", "LEVEL", "Visible effect to keep, as a fraction of the full effect.")
    ] = 0.5,
    covariate: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="Column of several patients that is a number such as age; it is not used."),
    ] = None,
    start: Start = None,
    seed: Seed = SEED,
    from_: FromResultOrFit = None,
    preset: Preset = "default",
    set_: Set = None,
    out: Out = None,
    as_json: Json = False,
) -> None:
    """Forecast from a patient's history when the effect is lost.

    Prints about when the effect falls below a level, with intervals, and the earliest date that the label allows. For
    several patients, with a column id, it prints a table.
    """
    from ..files import write_all
    from ..forecasts.looks import describe_seen
    from ..report import forecasts as report
    from ..treatment.description import name_treatment

    people = read_population(preset, set_, start_of(from_))
    histories = _read_histories(file, covariate or (), start, from_)
    # An ID may be a name, so that a patient's arm has a number, or the name of the treatment.
    one = len(histories) == 1 and "" in histories
    labels = [name_treatment(h.visits) if one else f"patient {i}" for i, h in enumerate(histories.values(), 1)]
    own = dict(zip(labels, histories.values(), strict=True))
    provenance = describe_run(
        context, from_, people, arms={label: history.visits for label, history in own.items()},
        seen={label: describe_seen(history) for label, history in own.items()},
    )  # fmt: skip
    found = _forecast_all(histories, people, seed, one=one)
    if one:
        forecast = found[""]
        written = [] if out is None else write_all(out, report.next_files(forecast, keep, provenance))
        summary, text = report.next_summary(forecast, keep), str(forecast.next_visit(keep))
    else:
        written = [] if out is None else write_all(out, report.patients_files(found, keep, provenance))
        summary, text = report.patients_summary(found, keep), report.patients_text(found, keep)
    print_result(summary, text, written, provenance, as_json=as_json)


def _forecast_all(
    histories: "dict[str, History]", people: "Population", seed: int, *, one: bool
) -> "dict[str, Forecast]":
    # Return the forecast of each patient. A warning says which of several patients it is about, by the place.
    from ..errors import UnusualWarning, warn
    from ..forecasts.forecasting import forecast

    found = {}
    for place, (patient, history) in enumerate(histories.items(), 1):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always", UnusualWarning)
            found[patient] = forecast(history, population=people, rng=seed)
        for each in caught:
            if isinstance(each.message, UnusualWarning):
                warn(str(each.message) if one else f"patient {place}: {each.message}")
    return found


def _read_histories(
    file: Path | None, covariates: Sequence[str], start: str | None, given: Given | None
) -> "dict[str, History]":
    # Return the history of each patient by ID. A single patient has an empty ID.
    from ..forecasts.histories import Histories
    from ..forecasts.history import History
    from ..forecasts.records import READ
    from ..user_tables import read_csv

    if given is not None and given.again is not None:
        return _read_again(given)
    if file is None:
        raise InputError("file", allowed="a CSV file of visits and what was seen, or --from the result of next")
    table = read_csv(file, READ)
    several = len({row["id"] for _, row in table.rows if row.get("id")}) > 1
    histories = dict(Histories.from_csv(file, covariates)) if several else {"": History.from_csv(file)}
    if start is None:
        return histories
    return {
        patient: dataclasses.replace(history, visits=history.visits.starting(start))
        for patient, history in histories.items()
    }


def _read_again(given: Given) -> "dict[str, History]":
    # Return the histories of a result that is run again: one without an ID, or those of the result's table.
    from ..forecasts.looks import read_history
    from ..provenance import KEY

    assert given.again is not None
    arms, ids = given.again.arms, given.again.ids or ("",)
    if len(arms) != len(ids):
        raise InputError("patients", allowed="a row for each arm", problem=f"has {len(ids)} rows")
    own = zip(ids, arms, strict=True)
    return {patient: read_history(visits, arm, f"{KEY}.arms") for patient, (visits, arm) in own}
