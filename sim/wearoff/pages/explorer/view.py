"""The page with sliders: one patient's effect, step by step, as the settings are moved; in a browser or in Jupyter."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import panel as pn
from bokeh.models import Div, PrintfTickFormatter

from ... import tables
from ...errors import InputError
from ...evidence.observations import published
from ...figures.style import render
from ...labels import words as label_of
from ...patients.population import Population
from ...report.explanations import explain_landmarks
from ...report.json_output import table
from ...treatment.products import find_label
from ...trial.bands import quick_bands
from ...trial.trial import PERCENTILES
from . import text
from .plots import BANDS, DARK, LIGHT, CascadePlot, EffectPlot
from .settings import CONSTANTS, SITES, VISITS, Settings

# The constants that move the landmarks most, by their elasticities (`wearoff sensitivity`); the others are in a drawer.
FOREMOST = (
    "light_chain_half_life",
    "potency",
    "snap25_half_life",
    "release_at_half_force",
    "dose_at_half_uptake",
    "depot_half_life",
)
# How far the sliders go where a table has no plausible range: name, first, last, step.
TREATMENT = {
    "units": (1, 100, 1),
    "sites": (SITES.low, SITES.high, 1),
    "visits": (VISITS.low, VISITS.high, 1),
    "every": (28, 365, 1),
}
TITLES = {
    "units": "units a visit (U)",
    "sites": "injection sites (0: an even dose)",
    "visits": "visits",
    "every": "days between visits",
    "product": "product",
    "muscle": "muscle",
    "observations": "published responder rates",
    "bands": "percentiles of 256 patients",
}
# Four digits, as many as a slider can set.
SHORT = PrintfTickFormatter(format="%.4g")
STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
# Milliseconds for which a widget waits for more moves: fewer than an eye can tell.
TOGETHER = 5
# Milliseconds after which the cascade follows the curve.
AFTERWARDS = 40


class Explorer:
    """Widgets, plots and numbers of one visitor's page.

    Parameters
    ----------
    settings : Settings
    dark : bool
        Whether the page is drawn on a dark ground.
    problem : str
        What was wrong with the link, said in place of the cautions until something is moved.
    """

    def __init__(self, settings: Settings, dark: bool = False, problem: str = "") -> None:
        self.settings = settings
        self.dark = dark
        self.widgets = _widgets(settings)
        theme = DARK if dark else LIGHT
        self.effect, self.cascade = EffectPlot(theme), CascadePlot(theme)
        # Bokeh's own: Panel's would ask for three style sheets at every change, in a notebook of a host far away.
        self.numbers, self.message, self.links, self.legend = (
            Div(stylesheets=[STYLE], sizing_mode="stretch_width", margin=0, disable_math=True) for _ in range(4)
        )
        drawn = (self.effect.figure, self.cascade.figure, self.numbers, self.message, self.links, self.legend)
        self.panes = {each: pn.pane.Bokeh(each, sizing_mode="stretch_width", margin=0) for each in drawn}
        self.reset = pn.widgets.Button(name="Reset", stylesheets=[STYLE], margin=(4, 8, 4, 0))
        self.downloads = [
            pn.widgets.FileDownload(callback=call, filename=name, label=label, stylesheets=[STYLE], margin=(4, 8, 4, 0))
            for call, name, label in (
                (self._png, "timeline.png", "Figure (PNG)"),
                (self._csv, "timeline.csv", "Table (CSV)"),
            )
        ]
        self._setting = self._waiting = self._painted = False
        for name, widget in self.widgets.items():
            widget.param.watch(self._labelled if name in ("product", "muscle") else self._moved, "value")
        self.reset.on_click(lambda _: self.set(Settings()))
        self._show(problem)

    def set(self, settings: Settings) -> None:
        """Bring the page to other settings."""
        self._setting = True
        for name, value in settings.named.items():
            self.widgets[name].value = value
        self._setting = False
        self._moved()

    def _labelled(self, *_: Any) -> None:
        # Another product or muscle has another labelled dose; where none is known the units stay.
        label = find_label(self.widgets["product"].value, self.widgets["muscle"].value)
        if label is not None and not self._setting and label.units != self.widgets["units"].value:
            self.widgets["units"].value = label.units
        else:
            self._moved()

    def _moved(self, *_: Any) -> None:
        if self._setting:
            return
        try:
            self.settings = Settings.read({name: widget.value for name, widget in self.widgets.items()})
        except InputError as error:
            self.message.text = text.error(str(error))
            self._send()
        else:
            self._show()

    def _show(self, problem: str = "") -> None:
        # Sent together, so that the browser paints once.
        with pn.io.hold():
            settings, timeline = self.settings, self.settings.timeline
            visits = [visit.day for visit in timeline.schedule]
            bands = _bands(settings) if settings.bands or settings.observations else None
            points = _points(settings) if settings.observations else None
            self.effect.show(timeline.curve, timeline.landmarks, visits, bands, points)
            self.numbers.text = text.numbers(timeline.landmarks, explain_landmarks(timeline))
            self.legend.text = text.legend(settings, points, self.dark)
            self.links.text = text.links(settings.link, self.dark)
            if problem:
                self.message.text = text.error(problem)
            else:
                self.message.text = text.cautions(settings.cautions)
        self._afterwards(self._show_cascade)

    def _show_cascade(self) -> None:
        self._waiting = False
        with pn.io.hold():
            self.cascade.show(self.settings.timeline.cascade, 0.0)
        self._send()

    def _send(self) -> None:
        if _served_page() is None:
            # In a notebook, what is put into a model of Bokeh by hand must be sent by hand.
            pn.io.push_notebook(*self.panes.values())

    def _afterwards(self, call: Callable[[], None]) -> None:
        # Once the browser has painted the curve, which so takes half of the time; moves in between wait together.
        page = _served_page()
        if page is None or not self._painted:
            self._painted = True
            call()
        elif not self._waiting:
            self._waiting = True
            page.add_timeout_callback(call, AFTERWARDS)

    def _png(self) -> io.BytesIO:
        return io.BytesIO(render(self.settings.timeline.plot(), "png"))

    def _csv(self) -> io.BytesIO:
        return io.BytesIO(table(self.settings.timeline.frame))

    def layout(self, *, links: bool) -> Any:
        """Return the whole page, a Panel object; with `links` to its settings and other theme if it has an address."""
        first = ["product", "muscle", *TREATMENT]
        more = [name for name in CONSTANTS if name not in FOREMOST]
        drawer = pn.Card(*self._column(more), title="More constants", collapsed=True, sizing_mode="stretch_width")
        parts = {
            "numbers": [self.panes[self.message], self.panes[self.numbers]],
            "effect": [_heading("The visible effect"), self.panes[self.effect.figure], self.panes[self.legend]],
            "settings": [
                *(_heading("Treatment"), *self._column(first), *self._column(["observations", "bands"])),
                *(_heading("Constants"), *self._column(FOREMOST), drawer),
                pn.FlexBox(self.reset, *self.downloads, sizing_mode="stretch_width"),
                *([self.panes[self.links]] if links else []),
            ],
            "cascade": [_heading("Every step on the way"), self.panes[self.cascade.figure]],
        }
        rooms = [
            pn.Column(*shown, css_classes=[name], sizing_mode="stretch_width", stylesheets=[STYLE])
            for name, shown in parts.items()
        ]
        house = pn.Column(*rooms, css_classes=["rooms"], sizing_mode="stretch_width", stylesheets=[STYLE])
        # Around the rooms, whose order depends on the width that they are given: a notebook's cell, or a window.
        return pn.Column(house, css_classes=["ground"], sizing_mode="stretch_width", stylesheets=[STYLE])

    def _column(self, names: Iterable[str]) -> list[Any]:
        return [self.widgets[name] for name in names]


def explorer(**settings: Any) -> Any:
    """Return the explorer as a Panel object, which a notebook shows as the page in a browser does.

    Parameters
    ----------
    **settings
        Where it starts: ``units``, ``product``, ``muscle``, ``sites``, ``visits``, ``every``, ``observations``,
        ``bands``, and any constant, such as ``light_chain_half_life=60``.

    Returns
    -------
    panel.Column

    Raises
    ------
    InputError
        A value is not possible; the message names the field, the value and what is allowed.
    """
    # Scripts and all, so that nothing is asked of another host.
    pn.extension(inline=True)
    return Explorer(Settings.read(settings)).layout(links=False)


def _served_page() -> Any:
    # The document that a server shows, which can call back; that of a notebook cannot.
    page = pn.state.curdoc
    return None if page is None or page.session_context is None else page


def _heading(title: str) -> Any:
    return pn.pane.HTML(f"<h2>{title}</h2>", stylesheets=[STYLE], margin=0)


def _widgets(settings: Settings) -> dict[str, Any]:
    made: dict[str, Any] = {
        "product": pn.widgets.Select(options=list(tables.column("products", "product")), name=TITLES["product"]),
        "muscle": pn.widgets.Select(options=list(tables.column("muscles", "muscle")), name=TITLES["muscle"]),
        **{name: _slider(TITLES[name], *ends, settings.named[name]) for name, ends in TREATMENT.items()},
        **{name: pn.widgets.Checkbox(name=TITLES[name]) for name in ("observations", "bands")},
    }
    rows = tables.column("parameters", "name")
    for name in CONSTANTS:
        low, high, unit = float(rows[name]["low"]), float(rows[name]["high"]), rows[name]["unit"]
        title = f"{label_of(name)}{'' if unit == '1' else f' ({unit})'}"
        made[name] = _slider(title, low, high, (high - low) / 200, settings.named[name])
    for name, widget in made.items():
        widget.value = settings.named[name]
        widget.sizing_mode = "stretch_width"
        widget.stylesheets = [STYLE]
        widget.margin = (4, 14)
        widget.css_classes = [f"setting-{name}"]
        # Panel gathers the moves of 50 ms, half of the time in which a redraw shall be seen.
        widget._debounce = TOGETHER
    return made


def _slider(title: str, low: float, high: float, step: float, value: float) -> Any:
    # A link may name a value beyond the slider's usual ends, which then reaches as far.
    ends = {"start": min(low, value), "end": max(high, value)}
    return pn.widgets.FloatSlider(name=title, value=value, step=step, format=SHORT, **ends)


def _bands(settings: Settings) -> pd.DataFrame:
    end = settings.timeline.curve["time"].iloc[-1]
    bands = quick_bands(
        settings.schedule, np.linspace(0, end, 200), population=Population(parameters=settings.parameters)
    )
    hidden = [] if settings.bands else list(PERCENTILES)
    return bands.assign(**dict.fromkeys(hidden if settings.observations else [*hidden, "none_or_mild"], np.nan))[BANDS]


def _points(settings: Settings) -> pd.DataFrame:
    # After a second visit nothing was published that the model covers.
    rows = published()
    alike = (
        (rows["product"] == settings.product) & (rows["muscle"] == settings.muscle) & (rows["units"] == settings.units)
    )
    seen = (rows["arm"] == "treated") & (rows["endpoint"] == "none_or_mild") & (rows["assessor"] == "investigator")
    early = (rows["day"] <= settings.every) | (settings.visits == 1)
    chosen = rows[alike & seen & early & (rows["unit"] == "%")]
    # What was recalled and not found in a source bears that word wherever it is shown.
    recalled = np.where(chosen["status"] == "memory", " (memory)", "")
    return pd.DataFrame({"day": chosen["day"], "share": chosen["value"] / 100, "source": chosen["source"] + recalled})
