"""The histories of several patients, by ID. An ID may be a name, so that no message and no picture has one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from .. import notebook
from ..checks import check_type, checked_arguments
from ..errors import InputError
from ..user_tables import MISSING
from .history import History
from .likelihood import count_looks


@checked_arguments()
class Histories(Mapping[str, History]):
    """The histories of several patients by their IDs, in the order in which they were given.

    Parameters
    ----------
    histories : mapping of str to History
        At least one. An ID is any text; only tables that were asked for have it.
    covariates : pandas.DataFrame, optional
        Numbers of the patients, such as age: one row a patient, with the ID as index, in any order; default: no column.

    Attributes
    ----------
    covariates : pandas.DataFrame
        A copy, in the order of the patients, its index named ``id``.

    Raises
    ------
    InputError
        An ID is no text or blank, something is no `History`, or covariates are not finite numbers of these patients.

    Examples
    --------
    >>> from wearoff import Grade, Schedule
    >>> once = History(Schedule.once(units=20), [Grade(30, 0)])
    >>> histories = Histories({"one": once, "two": once}, pd.DataFrame({"age": [41, 38]}, index=["one", "two"]))
    >>> histories
    <Histories: patients 2, visits 2, looks 2>
    >>> histories["two"].last_day, float(histories.covariates.loc["two", "age"])
    (30.0, 38.0)
    """

    def __init__(self, histories: Mapping[str, History], covariates: pd.DataFrame | None = None) -> None:
        check_type(histories, Mapping, "histories")  # type: ignore[type-abstract]
        self._histories: dict[str, History] = dict(histories)
        if not self._histories:
            raise InputError("histories", allowed="at least 1 patient", problem="has no patient")
        for patient, history in self._histories.items():
            if not isinstance(patient, str) or patient in MISSING or patient != patient.strip():
                allowed = "a text without blanks at its ends, and not NA or ."
                raise InputError("id", allowed=allowed, problem="of a patient cannot be used")
            check_type(history, History, "history")
        self._covariates = _check_covariates(covariates, list(self._histories))

    def __getitem__(self, patient: str) -> History:
        return self._histories[patient]

    def __iter__(self) -> Iterator[str]:
        return iter(self._histories)

    def __len__(self) -> int:
        return len(self._histories)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Histories)
            and list(self.items()) == list(other.items())
            and self.covariates.equals(other.covariates)
        )

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        visits, looks = (int(self._count()[column].sum()) for column in ("visits", "looks"))
        return f"<Histories: patients {len(self)}, visits {visits}, looks {looks}>"

    @property
    def covariates(self) -> pd.DataFrame:
        """A copy of the numbers of the patients: one row a patient, its index named ``id``."""
        return self._covariates.copy()

    def _count(self) -> pd.DataFrame:
        # Return the numbers of visits and looks of each patient, who is named by a place.
        return pd.DataFrame(
            {
                "patient": range(1, len(self) + 1),
                "visits": [len(history.visits) for history in self.values()],
                "looks": [count_looks(history) for history in self.values()],
            }
        )

    def _repr_html_(self) -> str:
        return notebook.show(f"Patients: {len(self)}", notebook.format_table(self._count()))


def _check_covariates(covariates: pd.DataFrame | None, patients: list[str]) -> pd.DataFrame:
    # Return the covariates in the order of the patients, as floats.
    index = pd.Index(patients, name="id")
    if covariates is None:
        return pd.DataFrame(index=index)
    frame = check_type(covariates, pd.DataFrame, "covariates")
    if len(frame) != len(patients) or set(frame.index) != set(patients):
        problem = f"have {len(frame)} rows, which are not those of the {len(patients)} patients"
        raise InputError("covariates", allowed="one row a patient, with the ID as index", problem=problem)
    for column in frame.columns:
        if not isinstance(column, str) or not column.strip():
            raise InputError("covariate", column, "names in text")
    frame = frame.reindex(index)
    try:
        numbers = frame.astype(float)
    except (TypeError, ValueError):
        numbers = frame.apply(pd.to_numeric, errors="coerce")
    for column in numbers.columns:
        if not np.isfinite(numbers[column]).all():
            raise InputError(column, allowed="finite numbers", problem="is not a number for every patient")
    return numbers
