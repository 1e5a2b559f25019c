"""The page with sliders for a browser or Jupyter: the effect in one patient follows the settings."""

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
from ...labels import PERCENTILES
from ...labels import words as label_of
from ...patients.middle import describe_ranges, has_middle_half
from ...patients.population import Population
from ...report.explanations import explain_landmarks
from ...report.json_output import table
from ...treatment.products import find_label
from ...trial.bands import quick_bands, quick_middle_half
from . import text
from .plots import BAND_COLUMNS, DARK, LIGHT, CascadePlot, EffectPlot
from .settings import CONSTANTS, PAGE_SITES, PAGE_VISITS, Settings

# The constants with the largest elasticities (`wearoff sensitivity`); the others are in a drawer.
FOREMOST = (
    "light_chain_half_life",
    "potency",
    "snap25_half_life",
    "release_at_half_force",
    "dose_at_half_uptake",
    "depot_half_life",
)
# First value, last value and step of the sliders of the treatment.
TREATMENT = {
    "units": (1, 100, 1),
    "sites": (PAGE_SITES.low, PAGE_SITES.high, 1),
    "visits": (PAGE_VISITS.low, PAGE_VISITS.high, 1),
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
# A slider shows four digits, because it can set no more.
NUMBER_FORMAT = PrintfTickFormatter(format="%.4g")
STYLE = (Path(__file__).parent / "page.css").read_text(encoding="utf-8")
WIDGET_DELAY = 5  # ms for which a widget waits for another move
CASCADE_DELAY = 40  # ms after the curve, when the cascade is drawn


class Explorer:
    """Widgets, plots and numbers of one visitor's page.

    Parameters
    ----------
    settings : Settings
    dark : bool
        Whether the page is drawn on a dark ground.
    problem : str
        The error in the link; it is shown instead of the cautions until a setting changes.
    """

    def __init__(self, settings: Settings, dark: bool = False, problem: str = "") -> None:
        self.settings = settings
        self.dark = dark
        self.widgets = _make_widgets(settings)
        theme = DARK if dark else LIGHT
        self.effect, self.cascade = EffectPlot(theme), CascadePlot(theme)
        # These are models of Bokeh. Those of Panel would load three style sheets at every change, in a notebook from
        # another host.
        self.numbers, self.message, self.links, self.legend = (
            Div(stylesheets=[STYLE], sizing_mode="stretch_width", margin=0, disable_math=True) for _ in range(4)
        )
        drawn = (self.effect.figure, self.cascade.figure, self.numbers, self.message, self.links, self.legend)
        self.panes = {model: pn.pane.Bokeh(model, sizing_mode="stretch_width", margin=0) for model in drawn}
        self.reset = pn.widgets.Button(name="Reset", stylesheets=[STYLE], margin=(4, 8, 4, 0))
        self.downloads = [
            pn.widgets.FileDownload(callback=call, filename=name, label=label, stylesheets=[STYLE], margin=(4, 8, 4, 0))
            for call, name, label in (
                (self._render_png, "timeline.png", "Figure (PNG)"),
                (self._write_csv, "timeline.csv", "Table (CSV)"),
            )
        ]
        self._setting = self._waiting = self._painted = False
        for name, widget in self.widgets.items():
            widget.param.watch(self._set_labelled_dose if name in ("product", "muscle") else self._update, "value")
        self.reset.on_click(lambda _: self.set(Settings()))
        self._show(problem)

    def set(self, settings: Settings) -> None:
        """Change the page to other settings."""
        self._setting = True
        for name, value in settings.named.items():
            self.widgets[name].value = value
        self._setting = False
        self._update()

    def _set_labelled_dose(self, *_: Any) -> None:
        # Another product or muscle has another labelled dose. If none is known, the units stay.
        label = find_label(self.widgets["product"].value, self.widgets["muscle"].value)
        if label is not None and not self._setting and label.units != self.widgets["units"].value:
            self.widgets["units"].value = label.units
        else:
            self._update()

    def _update(self, *_: Any) -> None:
        if self._setting:
            return
        try:
            self.settings = Settings.read({name: widget.value for name, widget in self.widgets.items()})
        except InputError as error:
            self.message.text = text.format_error(str(error))
            self._send()
        else:
            self._show()

    def _show(self, problem: str = "") -> None:
        # All changes are sent together, so that the browser paints once.
        with pn.io.hold():
            settings, timeline = self.settings, self.settings.timeline
            visits = [visit.day for visit in timeline.schedule]
            bands = _compute_bands(settings) if settings.bands or settings.observations else None
            points = _find_points(settings) if settings.observations else None
            self.effect.show(timeline.curve, timeline.landmarks, visits, bands, points)
            ranges = _find_ranges(settings) if settings.bands else {}
            self.numbers.text = text.format_landmarks(timeline.landmarks, explain_landmarks(timeline), ranges)
            self.legend.text = text.format_legend(settings, points, self.dark)
            self.links.text = text.format_links(settings.link, self.dark)
            if problem:
                self.message.text = text.format_error(problem)
            else:
                self.message.text = text.format_cautions(settings.cautions)
        self._call_later(self._show_cascade)

    def _show_cascade(self) -> None:
        self._waiting = False
        with pn.io.hold():
            self.cascade.show(self.settings.timeline.cascade, 0.0)
        self._send()

    def _send(self) -> None:
        if _find_served_page() is None:
            # In a notebook, changes of Bokeh models must be sent explicitly.
            pn.io.push_notebook(*self.panes.values())

    def _call_later(self, call: Callable[[], None]) -> None:
        # Call after the browser has painted the curve, which halves the time to see it. Moves before the call share it.
        page = _find_served_page()
        if page is None or not self._painted:
            self._painted = True
            call()
        elif not self._waiting:
            self._waiting = True
            page.add_timeout_callback(call, CASCADE_DELAY)

    def _render_png(self) -> io.BytesIO:
        return io.BytesIO(render(self.settings.timeline.plot(), "png"))

    def _write_csv(self) -> io.BytesIO:
        return io.BytesIO(table(self.settings.timeline.frame))

    def layout(self, *, links: bool) -> Any:
        """Return the page as a Panel object; `links` to its settings and to the other theme need an address."""
        first = ["product", "muscle", *TREATMENT]
        more = [name for name in CONSTANTS if name not in FOREMOST]
        drawer = pn.Card(*self._take_widgets(more), title="More constants", collapsed=True, sizing_mode="stretch_width")
        parts = {
            "numbers": [self.panes[self.message], self.panes[self.numbers]],
            "effect": [_make_heading("The visible effect"), self.panes[self.effect.figure], self.panes[self.legend]],
            "settings": [
                *(
                    _make_heading("Treatment"),
                    *self._take_widgets(first),
                    *self._take_widgets(["observations", "bands"]),
                ),
                *(_make_heading("Constants"), *self._take_widgets(FOREMOST), drawer),
                pn.FlexBox(self.reset, *self.downloads, sizing_mode="stretch_width"),
                *([self.panes[self.links]] if links else []),
            ],
            "cascade": [_make_heading("Every step on the way"), self.panes[self.cascade.figure]],
        }
        columns = [
            pn.Column(*items, css_classes=[name], sizing_mode="stretch_width", stylesheets=[STYLE])
            for name, items in parts.items()
        ]
        grid = pn.Column(*columns, css_classes=["rooms"], sizing_mode="stretch_width", stylesheets=[STYLE])
        # The order of the parts depends on the width of this column: that of a cell of a notebook, or of a window.
        return pn.Column(grid, css_classes=["ground"], sizing_mode="stretch_width", stylesheets=[STYLE])

    def _take_widgets(self, names: Iterable[str]) -> list[Any]:
        return [self.widgets[name] for name in names]


def explorer(**settings: Any) -> Any:
    """Return the explorer as a Panel object; a notebook shows it like the page in a browser.

    Parameters
    ----------
    **settings
        The settings at the start: ``units``, ``product``, ``muscle``, ``sites``, ``visits``, ``every``,
        ``observations``, ``bands``, and any constant, such as ``light_chain_half_life=60``.

    Returns
    -------
    panel.Column

    Raises
    ------
    InputError
        A value is not possible; the error names the field, the value and the allowed values.
    """
    # With inline scripts nothing is loaded from another host.
    pn.extension(inline=True)
    return Explorer(Settings.read(settings)).layout(links=False)


def _find_served_page() -> Any:
    # Return the document of a server, which can call back later; None in a notebook, whose document cannot.
    page = pn.state.curdoc
    return None if page is None or page.session_context is None else page


def _make_heading(title: str) -> Any:
    return pn.pane.HTML(f"<h2>{title}</h2>", stylesheets=[STYLE], margin=0)


def _make_widgets(settings: Settings) -> dict[str, Any]:
    made: dict[str, Any] = {
        "product": pn.widgets.Select(options=list(tables.column("products", "product")), name=TITLES["product"]),
        "muscle": pn.widgets.Select(options=list(tables.column("muscles", "muscle")), name=TITLES["muscle"]),
        **{name: _make_slider(TITLES[name], *ends, settings.named[name]) for name, ends in TREATMENT.items()},
        **{name: pn.widgets.Checkbox(name=TITLES[name]) for name in ("observations", "bands")},
    }
    rows = tables.column("parameters", "name")
    for name in CONSTANTS:
        low, high, unit = float(rows[name]["low"]), float(rows[name]["high"]), rows[name]["unit"]
        title = f"{label_of(name)}{'' if unit == '1' else f' ({unit})'}"
        made[name] = _make_slider(title, low, high, (high - low) / 200, settings.named[name])
    for name, widget in made.items():
        widget.value = settings.named[name]
        widget.sizing_mode = "stretch_width"
        widget.stylesheets = [STYLE]
        widget.margin = (4, 14)
        widget.css_classes = [f"setting-{name}"]
        # By default Panel waits 50 ms for more moves, which is half of the time that a redraw may take.
        widget._debounce = WIDGET_DELAY
    return made


def _make_slider(title: str, low: float, high: float, step: float, value: float) -> Any:
    # A link may set a value outside the usual ends of the slider; then the slider is longer.
    ends = {"start": min(low, value), "end": max(high, value)}
    return pn.widgets.FloatSlider(name=title, value=value, step=step, format=NUMBER_FORMAT, **ends)


def _compute_bands(settings: Settings) -> pd.DataFrame:
    end = settings.timeline.curve["time"].iloc[-1]
    bands = quick_bands(
        settings.schedule, np.linspace(0, end, 200), population=Population(parameters=settings.parameters)
    )
    hidden = [] if settings.bands else list(PERCENTILES)
    return bands.assign(**dict.fromkeys(hidden if settings.observations else [*hidden, "none_or_mild"], np.nan))[
        BAND_COLUMNS
    ]


def _find_ranges(settings: Settings) -> dict[str, str]:
    # The ranges of the middle half of the patients whose bands are drawn, for one visit with an even dose.
    if not has_middle_half(settings.schedule):
        return {}
    end, population = settings.timeline.curve["time"].iloc[-1], Population(parameters=settings.parameters)
    return describe_ranges(quick_middle_half(settings.schedule, float(end), population=population))


def _find_points(settings: Settings) -> pd.DataFrame:
    # The published points are for the first visit and all patients, so those after a second visit are left out.
    rows = published().query("cycle == 1 and retreat == '' and among == ''")
    alike = (
        (rows["product"] == settings.product) & (rows["muscle"] == settings.muscle) & (rows["units"] == settings.units)
    )
    rated = (rows["arm"] == "treated") & (rows["endpoint"] == "none_or_mild") & (rows["assessor"] == "investigator")
    early = (rows["day"] <= settings.every) | (settings.visits == 1)
    chosen = rows[alike & rated & early & (rows["unit"] == "%")]
    # Recalled values are marked.
    recalled = np.where(chosen["status"] == "memory", " (memory)", "")
    return pd.DataFrame({"day": chosen["day"], "share": chosen["value"] / 100, "source": chosen["source"] + recalled})
