"""The results of a virtual trial."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import pandas as pd

from .. import notebook
from ..checks import Limits, check_integer, check_name
from ..errors import InputError
from ..figures.style import AUTO
from ..figures.swimmer import draw_treatments
from ..figures.trial import draw_bands, draw_responders
from ..patients.population import Population
from ..patients.seen import RESPONSE_OF
from ..patients.uncertainty import Draws
from .blocks import SEEN_BY
from .durations import LEVELS, TREATMENT, read_durations, tabulate_durations
from .survival import Survival, estimate_survival

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

SHOWN = Limits("patients", 1, 200)


@dataclasses.dataclass(frozen=True, eq=False)
class Trial:
    """The results of a virtual trial.

    Parameters
    ----------
    population : Population
        With draws of a fit their centre.
    patients : int
        Number of patients in each arm, in each draw.
    muscles : tuple of str
        The muscles treated in any arm.
    responders : pandas.DataFrame
        ``arm, endpoint, assessor, day, rate, error``: the share of responders, and its Monte Carlo error.
    bands : pandas.DataFrame
        ``arm, time, p5, p25, p50, p75, p95``: percentiles of the visible effect, day by day.
    landmarks : pandas.DataFrame
        ``arm, landmark, reached, p5, p25, p50, p75, p95``, for every treated arm. ``reached`` is the share of patients
        who reach it before the end. The percentiles are days (``peak_effect``: fractions) of those who reach it;
        infinite if the effect is above the level at the end. Return to baseline and loss of none or mild are what the
        investigator sees at the visits of the trial: ``reached`` is the share of patients in whom it is seen by the
        end, and a percentile is the day of the first visit by which it is seen in that share of all patients, infinite
        if there is none. A return to baseline without effect is seen on the first visit. Where patients are followed
        one by one, landmarks are those of the first treatment, infinite where the second one comes before them, and
        `survival` has the durations.
    treatments : pandas.DataFrame
        ``arm, day, mean, p5, p25, p50, p75, p95``: the number of treatments before the end of each year, and before the
        last day.
    individuals : pandas.DataFrame or None
        One row a patient, if asked for: ``arm, patient``; the constants that differ between patients;
        ``baseline_grade, placebo_responder``; the number of ``treatments`` and the ``units`` of all; the day of the
        ``last_visit``, and how it ``ended``; ``until``, the number of days from the first treatment to the second or to
        the end; and the landmarks in this time, each day with its outcome.
    visits : pandas.DataFrame or None
        One row a patient and visit that was made, if asked for: ``arm, patient, day``; ``treatment``, the number of
        treatments before; ``units`` given at the visit; ``visible``, the effect before them; and the grades of
        ``investigator`` and ``subject``, at maximum frown and at rest.
    draws : Draws or None
        The draws of a fit that the trial was run with.
    provenance : dict
        How the trial was made: versions, arguments, seed, sampler, constants, population and arms; the draws.

    Notes
    -----
    With draws of a fit two things differ, and the tables tell them apart. From person to person: the percentiles, rates
    and shares are of the patients of all draws together, which is what one patient may expect. From data and priors:
    ``rate_low, rate_high``, ``p50_low, p50_high``, ``reached_low, reached_high`` and ``mean_low, mean_high`` are the
    interval from 5 to 95 % of this number over the draws, each draw being one possible truth of its constants. They
    contain no difference between persons. Draws without a median (nobody reaches the landmark) are left out of its
    interval. ``error`` is the Monte Carlo error from the draw of the patients alone.
    """

    population: Population
    patients: int
    muscles: tuple[str, ...]
    responders: pd.DataFrame
    bands: pd.DataFrame
    landmarks: pd.DataFrame
    treatments: pd.DataFrame
    individuals: pd.DataFrame | None
    visits: pd.DataFrame | None
    draws: Draws | None
    provenance: dict[str, Any] = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        return notebook.show(self.description, notebook.format_table(self.landmarks))

    @property
    def description(self) -> str:
        """The patients in words: the title of the pictures."""
        of_draws = [] if self.draws is None else [f"in each of {len(self.draws):,} draws of a fit"]
        return ", ".join([f"{self.patients:,} virtual patients in each arm", *of_draws, *self.muscles])

    def bands_figure(self, *, title: str | None = AUTO) -> Figure:
        """Draw the percentile bands of every treated arm, one above the other.

        `title` is written over the figure; default: the number of patients and the muscle. None leaves it out.
        """
        return draw_bands(self.bands, patients=self.description, title=title)

    def plot_responders(
        self,
        endpoint: str = "none_or_mild",
        assessor: str = "investigator",
        ax: Axes | None = None,
        *,
        title: str | None = AUTO,
    ) -> Axes:
        """Draw responder rates day by day, a curve an arm, and return the Axes: `ax`, or the Axes of a new figure.

        In a given `ax` the legend is inside, and there is no title by default. `title` is as in `bands_figure`.

        Raises
        ------
        InputError
            The trial does not report this endpoint by this assessor; the error names the pairs that it reports.
        """
        groups = dict(list(self.responders.groupby(["endpoint", "assessor"], sort=False)))
        pairs = list(groups)
        if (endpoint, assessor) not in pairs:
            allowed = ", ".join(" by ".join(map(str, pair)) for pair in pairs) or "none was asked for"
            raise InputError("response", (endpoint, assessor), allowed, problem=f"is {endpoint} by {assessor}")
        return draw_responders(groups[endpoint, assessor], patients=self.description, ax=ax, title=title)

    def plot_treatments(
        self, arm: str | None = None, patients: int = 30, ax: Axes | None = None, *, title: str | None = AUTO
    ) -> Axes:
        """Draw the visits and treatments of the first patients of an arm, a lane each, and return the Axes.

        Parameters
        ----------
        arm : str, optional
            The name of the arm; default: the first.
        patients : int
            Number of patients.
        ax, title
            As in `plot_responders`.

        Raises
        ------
        InputError
            The trial has no such arm, or it was run without ``individuals=True`` and ``visits=True``.
        """
        individuals, visits = self._rows("individuals"), self._rows("visits")
        names = list(individuals["arm"].unique())
        name = names[0] if arm is None else check_name(arm, names, "arm")
        shown = individuals[individuals["arm"] == name].head(check_integer(patients, SHOWN))
        own = visits[(visits["arm"] == name) & (visits["patient"] <= len(shown))]
        words = f"{name}: the first {len(shown)} of {self.patients:,} virtual patients"
        return draw_treatments(shown, own, patients=words, ax=ax, title=title)

    def survival(
        self, event: str = "return_to_baseline", *, assessor: str | None = None, treatment: int = 1
    ) -> Survival:
        """Return how long a treatment lasts in each arm: Kaplan-Meier curves, medians and comparisons of the arms.

        Parameters
        ----------
        event : str
            What ends it: ``return_to_baseline`` or ``loss_of_none_or_mild``, as seen at the visits; or
            ``loss_of_half_effect`` or ``wear_off``, when the effect itself falls through the level, of the first
            treatment alone.
        assessor : str
            Who must see it at the visit; default: the investigator. Not given for the effect itself.
        treatment : int
            The number of the treatment, from 1; patients who did not get it are left out.

        Returns
        -------
        Survival
            Days since the treatment. Patients are censored at the last visit before the next treatment, and by the
            curve on the day of the second treatment or the last day.

        Raises
        ------
        InputError
            There is no such event or assessor; nobody got the treatment, or it is not the first, for the effect
            itself; or the trial was run without ``visits=True``, or for the effect itself without ``individuals=True``.
        """
        check_name(event, (*RESPONSE_OF, *LEVELS), "event")
        number = check_integer(treatment, TREATMENT)
        if event in LEVELS:
            if assessor is not None:
                raise InputError("assessor", assessor, f"not given for {event}, which nobody sees")
            if number != 1:
                raise InputError("treatment", number, f"1 for {event}, which is followed after the first alone")
            rows = read_durations(self._rows("individuals"), event)
        else:
            rows = tabulate_durations(self._rows("visits"), event, assessor or SEEN_BY, number)
        groups = {str(arm): group for arm, group in rows.groupby("arm", sort=False)}
        days, seen = ({arm: group[name].to_numpy() for arm, group in groups.items()} for name in ("day", "seen"))
        return estimate_survival(days, seen, event, description=self.description)

    def _rows(self, name: str) -> pd.DataFrame:
        rows: pd.DataFrame | None = getattr(self, name)
        if rows is None:
            raise InputError(name, allowed=f"run_trial(..., {name}=True)", problem="were not kept in the trial")
        return rows
