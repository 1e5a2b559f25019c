"""The plate of the injection sites: local dose, local effect, and the effect of the whole muscle."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd

from .style import AUTO, BLUE, GREEN, ORANGE, Look, find_look, frame, ink, muted, panels, plain, readable

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.colors import Colormap
    from matplotlib.figure import Figure

# Colour and line of each number of sites, in their order; the lines differ in style too.
_LOOKS = [(ORANGE, "--"), (BLUE, "-"), (GREEN, ":")]
MOST = len(_LOOKS)  # numbers of sites in one plate
# The colours of muscle that does not pull, light, and of muscle that pulls, dark.
_STILL, _PULLS = "#F7E4DF", "#A8322A"


def draw_sites(
    along: pd.DataFrame,
    curves: pd.DataFrame,
    needles: Mapping[int, npt.ArrayLike],
    spill: Mapping[int, float],
    *,
    length: float,
    day: float,
    patient: str,
    title: str | None = AUTO,
    style: str = "print",
) -> Figure:
    """Return a figure of a muscle treated at few and at many sites: local dose, local effect, effect of the whole.

    Parameters
    ----------
    along : pandas.DataFrame
        One row a number of sites and a place: ``sites``; ``place`` in mm from one end of the muscle, ascending, also
        beyond its ends; ``dose``, 1 where even; ``visible``, the local effect on the day, NaN beyond the ends.
    curves : pandas.DataFrame
        One row a number of sites and a day: ``sites``, ``time`` in days, ``visible``.
    needles : mapping of int to array_like
        For each number of sites, three at most, the places of the sites in mm.
    spill : mapping of int to float
        The share of the dose beyond the ends of the muscle.
    length : float
        Length of the muscle in mm.
    day : float
        Day of the local effect.
    patient : str
        The patient and the treatment: the words of the title.
    title : str or None
        See `style.frame`.
    style : str
        ``print`` or ``slide``.

    Returns
    -------
    matplotlib.figure.Figure
    """
    look = find_look(style)
    figure, axes = panels([[f"dose {n}", f"effect {n}", "curves"] for n in needles], look.size, [1.15, 1, 1.4])
    highest = along["dose"].max()
    for sites, (color, _) in zip(needles, _LOOKS, strict=False):
        local, whole = along[along["sites"] == sites], curves[curves["sites"] == sites]
        mean = float(np.interp(day, whole["time"], whole["visible"]))
        ax = axes[f"dose {sites}"]
        _draw_dose(ax, local, needles[sites], length, highest, color, look)
        ax.set_ylabel(_name_sites(sites), weight="bold", color=readable(color))
        ax.text(
            0.99,
            0.98,
            f"spill {100 * spill[sites]:.1f} %",
            transform=ax.transAxes,
            ha="right",
            va="top",
            size=look.small,
        )
        _draw_local(axes[f"effect {sites}"], local, mean, length, color, look)
    first, last = next(iter(needles)), list(needles)[-1]
    for name, ax in axes.items():
        ax.tick_params(labelbottom=name in (f"dose {last}", f"effect {last}", "curves"))
    axes[f"dose {first}"].set_title("local dose (1 where even)", loc="left", fontsize=look.small)
    axes[f"effect {first}"].set_title(f"local effect on day {day:g}", loc="left", fontsize=look.small)
    for name in ("dose", "effect"):
        axes[f"{name} {last}"].set_xlabel("place along the muscle (mm)", fontsize=look.small)
    _draw_curves(axes["curves"], curves, list(needles), day, look)
    caption = (
        f"Triangles: sites. Hatched, and dark in the strip: what still pulls on day {day:g}. "
        "Spill: the share of the dose beyond the ends.",
        "The effect of the whole muscle is the mean of the local effect.",
    )
    frame(figure, title, f"Where the needle goes, {patient}", caption, look)
    return figure


def _draw_dose(
    ax: Axes,
    local: pd.DataFrame,
    needles: npt.ArrayLike,
    length: float,
    highest: float,
    color: str,
    look: Look,
) -> None:
    place, dose = local["place"].to_numpy(), local["dose"].to_numpy()
    top = max(1.15 * highest, 1.6)
    inside = (place >= 0) & (place <= length)
    ax.fill_between(place, 0, dose, where=inside.tolist(), color=color, alpha=0.35, linewidth=0)
    for beyond in (place <= 0, place >= length):
        ax.fill_between(place, 0, dose, where=beyond.tolist(), color=ink(), alpha=0.75, linewidth=0)
    ax.plot(place, dose, color=color, linewidth=look.line)
    ax.plot([0, length], [1, 1], color=ink(), linewidth=look.line / 3)
    # The muscle, pale where it does not pull, and the needles above it.
    strip = np.interp(np.linspace(0, length, 400), place[inside], local["visible"].to_numpy()[inside])
    ax.imshow(
        strip[None, :],
        cmap=_make_colormap(),
        vmin=0,
        vmax=1,
        extent=(0, length, -0.36 * top, -0.14 * top),
        aspect="auto",
    )
    ax.plot(needles, np.full(np.shape(needles), -0.07 * top), "v", color=ink(), markersize=look.small / 2)
    ax.set(
        xlim=(place[0], place[-1]),
        xticks=[0, length / 2, length],
        ylim=(-0.38 * top, top),
        yticks=np.arange(0, top, max(1, round(highest / 3))),
    )
    plain(ax, look)
    ax.spines["bottom"].set_visible(False)


def _draw_local(ax: Axes, local: pd.DataFrame, mean: float, length: float, color: str, look: Look) -> None:
    local = local.dropna()
    place, effect = local["place"].to_numpy(), local["visible"].to_numpy()
    ax.fill_between(place, 0, effect, color=color, alpha=0.35, linewidth=0)
    ax.fill_between(place, effect, 1, facecolor=_STILL, edgecolor=_PULLS, hatch="///", linewidth=0)
    ax.plot(place, effect, color=color, linewidth=look.line)
    ax.set(xlim=(0, length), xticks=[0, length / 2, length], ylim=(0, 1), yticks=[0, 0.5, 1])
    ax.text(
        0.5, 0.06, f"mean {mean:.2f}", transform=ax.transAxes, ha="center", va="bottom", fontsize=look.small
    ).set_bbox({"facecolor": ax.get_facecolor(), "alpha": 0.75, "edgecolor": "none", "pad": look.line})
    plain(ax, look)


def _draw_curves(ax: Axes, curves: pd.DataFrame, plans: list[int], day: float, look: Look) -> None:
    for row, (sites, (color, dashes)) in enumerate(zip(plans, _LOOKS, strict=False)):
        whole = curves[curves["sites"] == sites]
        ax.plot(
            whole["time"],
            whole["visible"],
            color=color,
            linestyle=dashes,
            linewidth=look.line,
            label=_name_sites(sites),
        )
        effect = np.interp(day, whole["time"], whole["visible"])
        # Later marks are smaller, so that none hides another.
        ax.plot(day, effect, "o", color=color, markersize=(4 - row) * look.line, zorder=3)
    ax.axvline(day, color=muted(), linewidth=look.line / 2, linestyle=(0, (3, 3)), zorder=1)
    last = curves["time"].max()
    ax.set(xlim=(0, last), ylim=(0, 1.02), xticks=np.arange(0, last + 1, 60), yticks=np.arange(0, 1.01, 0.2))
    ax.legend(fontsize=look.small, frameon=False)
    ax.set_title("visible effect of the whole muscle", loc="left", fontsize=look.small)
    ax.set_xlabel("time since the visit (days)")
    plain(ax, look)


def _name_sites(sites: int) -> str:
    return "1 site" if sites == 1 else f"{sites} sites"


def _make_colormap() -> Colormap:
    # From red, no effect: the muscle pulls, to pale, full effect.
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("muscle", [_PULLS, _STILL])
