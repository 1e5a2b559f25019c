"""The histories of several patients, by ID. An ID may be a name, so that no message and no picture has one."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Self

import pandas as pd

from .. import notebook
from ..checks import Limits, check_mapping, check_number, check_type, checked_arguments, one_or_many
from ..errors import InputError
from ..user_tables import COMMENT, MISSING, Source, read_csv, read_frame
from .history import History
from .likelihood import count_looks
from .records import READ, Record, read_records
from .tabulation import RESERVED, list_events, list_numbers

FINITE = Limits("covariate", -sys.float_info.max, sys.float_info.max)


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
        check_mapping(histories, "histories")
        self._histories: dict[str, History] = dict(histories)
        if not self._histories:
            raise InputError("histories", allowed="at least 1 patient", problem="has no patient")
        for patient, history in self._histories.items():
            _check_id(patient)
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

    def __repr__(self) -> str:
        visits, looks = (int(self._count()[column].sum()) for column in ("visits", "looks"))
        return f"<Histories: patients {len(self)}, visits {visits}, looks {looks}>"

    @property
    def covariates(self) -> pd.DataFrame:
        """A copy of the numbers of the patients: one row a patient, its index named ``id``."""
        return self._covariates.copy()

    @classmethod
    @checked_arguments()
    def from_csv(cls, source: Source, covariates: str | Sequence[str] = ()) -> Self:
        """Return the histories in a CSV file, or in an open file; see `from_frame`.

        An `InputError` names the file, the line and the column of a mistake, and no ID.
        """
        names = _read_names(covariates)
        return cls._from_records(read_records(read_csv(source, [*READ, *_fold(names)]), _fold(names)), names)

    @classmethod
    @checked_arguments()
    def from_frame(cls, frame: pd.DataFrame | Mapping[str, Any], covariates: str | Sequence[str] = ()) -> Self:
        """Return the histories in a table with a column ``id`` and the columns of `History.from_frame`.

        Parameters
        ----------
        frame : pandas.DataFrame or mapping of columns
            The rows of one patient ascend in time. The date of a patient's first visit is day 0 of this patient.
        covariates : str or sequence of str
            Columns of numbers: one number a patient, in every row or once.

        Raises
        ------
        InputError
            With the row and the column of a mistake, and no ID.

        Examples
        --------
        >>> table = {"ID": [1, 1, 2], "TIME": [0, 30, 0], "AMT": [20, 0, 20], "DV": [None, 1, None]}
        >>> histories = Histories.from_frame(table | {"AGE": [41, 41, 38]}, covariates="age")
        >>> histories, histories["1"].seen[0].grade, histories.covariates["age"].tolist()
        (<Histories: patients 2, visits 2, looks 1>, 1, [41.0, 38.0])
        """
        names = _read_names(covariates)
        table = read_frame(frame, "histories", [*READ, *_fold(names)], by_place=True)
        return cls._from_records(read_records(table, _fold(names)), names)

    @classmethod
    def _from_records(cls, records: Mapping[str, Record], covariates: Sequence[str]) -> Self:
        numbers = {name: [record.covariates[name.casefold()] for record in records.values()] for name in covariates}
        histories = {patient: History(each.visits, each.seen, each.baseline) for patient, each in records.items()}
        return cls(histories, pd.DataFrame(numbers, index=pd.Index(list(records), dtype=object)))

    def to_frame(self) -> pd.DataFrame:
        """Return a table of visits and looks, from which `from_frame` makes the same histories.

        Returns
        -------
        pandas.DataFrame
            One row for each visit and each look, by patient in the order of days; a look comes before a visit of the
            same day. Columns: ``id``; ``time`` (days); ``date`` if one is known; ``amt`` (units; 0 of a look); ``evid``
            (1 a visit, 0 a look); ``dv`` (the grade), ``assessor``, ``at_rest``, ``seen`` (``gone``) and ``since`` of
            looks; ``product``, ``muscle``, ``sites`` of visits; ``baseline``; the covariates. Days of observation of a
            schedule are not in it.
        """
        return list_events(self, self._covariates)

    def to_nonmem(self) -> pd.DataFrame:
        """Return a table of numbers as NONMEM, Monolix and nlmixr2 read it. The IDs are not in it.

        Write it by ``to_csv(path, index=False, na_rep=".")``.

        Returns
        -------
        pandas.DataFrame
            One row for each visit and each look, by patient in the order of time. A look comes before a visit of the
            same day, since a grade is that before the effect, and NONMEM goes by the order of the rows.

            - ``ID``: 1 to N, in the order of the patients.
            - ``TIME``: days. ``EVID`` and ``MDV``: 1 for visits, 0 for looks. ``CMT``: 1, the depot.
            - ``AMT``: units of the product that was given, not converted; missing for looks.
            - ``DV``: the grade, 0 to 3. ``DVID`` says by whom and how: 1 at maximum frown by the investigator (or a
              rater), 2 by the subject, 3 and 4 the same at rest.
            - ``DVID`` 5 (investigator) and 6 (subject): whether the effect was gone, ``DV`` 1 or 0. What was seen to
              be gone is a row with 1, and a row with 0 on the day `since`, if it is known. Together they say that the
              effect was gone between these days, so that no column of censoring is needed; Monolix reads an
              interval-censored event in this form.
            - ``BASE``: the grade before treatment, missing if it is not known.
            - ``PROD``, ``MUSC``: only if there are several products or muscles. The place, from 1, in
              ``data/products.csv`` and ``data/muscles.csv``; of a look, that of the last visit.
            - The covariates, in upper case.

        Examples
        --------
        >>> from wearoff import Gone, Grade, Schedule
        >>> once = History(Schedule.once(units=20), [Grade(30, 0), Gone(100, since=80)], baseline=3)
        >>> print(Histories({"anna": once}).to_nonmem().to_csv(index=False, na_rep="."))
        ID,TIME,AMT,EVID,MDV,CMT,DV,DVID,BASE
        1,0.0,20.0,1,1,1,.,.,3
        1,30.0,.,0,0,1,0,1,3
        1,80.0,.,0,0,1,0,6,3
        1,100.0,.,0,0,1,1,6,3
        """
        return list_numbers(self, self._covariates)

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


def _check_id(patient: Any) -> None:
    # An ID must be one that is read back from a table; a line that begins with the sign of a comment is passed over.
    is_text = isinstance(patient, str) and patient not in MISSING and patient == patient.strip()
    if not is_text or patient.startswith(COMMENT):
        allowed = f"a text without blanks at its ends, which is not NA or . and does not begin with {COMMENT}"
        raise InputError("id", allowed=allowed, problem="of a patient cannot be used")


def _read_names(covariates: str | Sequence[str]) -> list[str]:
    names = [check_type(name, str, "covariates") for name in one_or_many(covariates, str, "covariates")]
    _check_names(names)
    return names


def _check_names(names: Sequence[Any]) -> None:
    for i, name in enumerate(names):
        if not isinstance(name, str) or name in MISSING or name != name.strip():
            raise InputError("covariate", name, "names in text")
        if name.casefold() in (*READ, *RESERVED) or name.casefold() in _fold(names[:i]):
            raise InputError("covariate", name, "names that differ from each other and from the columns of a history")


def _fold(names: Sequence[str]) -> list[str]:
    # Names of columns may be in any case.
    return [name.casefold() for name in names]


def _check_covariates(covariates: pd.DataFrame | None, patients: list[str]) -> pd.DataFrame:
    # Return the covariates in the order of the patients, as floats.
    index = pd.Index(patients, name="id")
    if covariates is None:
        return pd.DataFrame(index=index)
    frame = check_type(covariates, pd.DataFrame, "covariates")
    if len(frame) != len(patients) or set(frame.index) != set(patients):
        problem = f"have {len(frame)} rows, which are not those of the {len(patients)} patients"
        raise InputError("covariates", allowed="one row a patient, with the ID as index", problem=problem)
    _check_names(list(frame.columns))
    frame = frame.reindex(index)
    return pd.DataFrame({name: _read_covariate(frame[name]) for name in frame}, index=index)


def _read_covariate(column: pd.Series) -> list[float]:
    try:
        return [check_number(value, FINITE) for value in column]
    except InputError:
        problem = "is not a number for every patient"
        raise InputError(str(column.name), allowed="finite numbers", problem=problem) from None
