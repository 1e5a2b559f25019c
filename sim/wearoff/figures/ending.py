"""The drawing of a nerve ending, a muscle and the skin, determined by the quantities of one moment."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import glyphs, layout
from .strokes import trace

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection, PolyCollection
    from matplotlib.lines import Line2D
    from matplotlib.text import Text

SHARE = 0.04  # of the first visit's uptake: what one sign of toxin stands for
ARRIVING = 0.3  # share of the uptake in the depot above which the signs on their way in are opaque


class Ending:
    """A nerve ending in an Axes. Its artists are made once; `show` sets them to the quantities of a moment.

    Each artist has its name below as its label. Counted toxin has the name of its compartment.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The Axes to draw in; it gets the scale of the drawing.
    whole : float
        Uptake of the first dose (U); a sign of toxin is `SHARE` of it.
    size : float
        The size of the numbers of the steps, in points; 0: no numbers.

    Attributes
    ----------
    toxin : dict of str to list of PathCollection
        Signs of ``depot`` and ``light_chain``. The sum of their opacities is the quantity in shares of `whole`.
    way : list of PathCollection
        Toxin that is free, bound and in endosomes. It stands for no amount; it fades with the depot.
    intact, cut : list of PathCollection
        Rods of SNAP-25. The mean of their opacities is the fraction that is intact, or cut.
    open, full, cleft : list of PathCollection
        Vesicles that empty themselves (`open`), vesicles that do not (`full`), and the acetylcholine in the cleft. The
        mean opacity of `open` and `cleft` is `release`. The mean opacity of `full` is 1 - `release`.
    muscle, bands, tendons : Polygon, PolyCollection, list of Line2D
        The muscle, whose length falls with the force from `layout.LONG` to `layout.SHORT`.
    skin : Line2D
        The surface of the skin, which the muscle folds by ``1 - visible``.
    crease : Line2D
        The crease, a thin line from the bottom of the furrow into the skin; its length is ``crease layout.CREASE``.
    numbers : list of Text
        The numbers of the seven steps, if they are drawn.
    """

    def __init__(self, ax: Axes, whole: float, size: float) -> None:
        self._sign = SHARE * whole
        ax.set_xlim(0, layout.WIDTH)
        ax.set_ylim(layout.HEIGHT, 0)
        ax.set_aspect("equal")
        ax.set(xticks=[], yticks=[])
        ax.axis("off")
        ax.apply_aspect()
        self._draw_ground(ax)
        for x, y, angle in layout.RECEPTORS:
            glyphs.put(ax, glyphs.RECEPTOR, np.array([[x, y]]), 3, "receptor", angle)
        self.open = glyphs.put(ax, glyphs.OPEN, layout.OPEN, 3, "open")
        self.full = glyphs.put(ax, glyphs.FULL, layout.FULL, 3, "full")
        self.cleft = glyphs.put(ax, glyphs.SIGNAL, layout.CLEFT, 4, "cleft")
        self.intact = glyphs.put(ax, glyphs.INTACT, layout.RODS, 5, "intact")
        self.cut = glyphs.put(ax, glyphs.CUT, layout.RODS, 5, "cut")
        self.way = _put_way(ax)
        nowhere = np.empty((0, 2))
        self.toxin = {
            "depot": glyphs.put(ax, glyphs.TOXIN, nowhere, 6, "depot"),
            "light_chain": glyphs.put(ax, glyphs.LIGHT_CHAIN, nowhere, 6, "light_chain"),
        }
        self.numbers = _draw_numbers(ax, size) if size else []

    def show(self, quantities: Mapping[Any, float]) -> None:
        """Draw one moment.

        Parameters
        ----------
        quantities : mapping of str to float
            ``depot`` and ``light_chain`` in U; ``snap25``, ``release``, ``force``, ``visible`` and ``crease`` as
            fractions: a row of a timeline's frame.
        """
        for place, parts in self.toxin.items():
            count = quantities[place] / self._sign
            number = int(count) + 1
            positions = layout.place_signs(place, number)
            for part in parts:
                part.set_offsets(positions)
            _fade(parts, _count_opacities(count, number))
        arriving = min(quantities["depot"] / self._sign * SHARE / ARRIVING, 1.0)
        _fade(self.way, [arriving])
        for share, shown, hidden in (
            (quantities["snap25"], self.intact, self.cut),
            (quantities["release"], self.open, self.full),
            (quantities["release"], self.cleft, []),
        ):
            number = len(np.asarray(shown[0].get_offsets()))
            opacities = _count_opacities(share * number, number)
            _fade(shown, opacities)
            _fade(hidden, 1 - opacities)
        self._contract(quantities["force"])
        self._fold(1 - quantities["visible"], quantities["crease"])

    def _draw_ground(self, ax: Axes) -> None:
        from matplotlib.collections import PolyCollection
        from matplotlib.patches import Polygon, Rectangle

        unit, palette = glyphs.points_per_unit(ax), glyphs.colors()
        ax.add_patch(Rectangle((0, 0), layout.WIDTH, layout.HEIGHT, facecolor=palette["paper"], linewidth=0, zorder=0))
        self._below = Polygon(layout.skin(0), closed=True, facecolor=palette["skin"], linewidth=0, zorder=1)
        (self.skin,) = ax.plot([], [], color=palette["skin-edge"], linewidth=2.5 * unit, zorder=1.5, label="skin")
        (self.crease,) = ax.plot([], [], color=palette["ink"], linewidth=2.5 * unit, zorder=2, label="crease")
        self.crease.set_solid_capstyle("butt")
        self.tendons: list[Line2D] = [
            ax.plot([], [], color=palette["cut"], linewidth=4 * unit, solid_capstyle="butt", zorder=1.2)[0]
            for _ in range(2)
        ]
        flesh = {"facecolor": palette["muscle"], "edgecolor": palette["muscle-edge"], "linewidth": 1.5 * unit}
        self.muscle = Polygon(layout.muscle(layout.SHORT, layout.THICK), closed=True, **flesh, zorder=2, label="muscle")
        self.bands: PolyCollection = PolyCollection(
            [], facecolor=palette["band"], linewidth=0, zorder=2.1, label="bands"
        )
        nerve = {"facecolor": palette["nerve"], "edgecolor": palette["nerve-edge"], "linewidth": 2 * unit}
        for patch in (self._below, self.muscle, Polygon(layout.ending(), closed=True, **nerve, zorder=2)):
            ax.add_patch(patch)
        ax.add_collection(self.bands, autolim=False)

    def _contract(self, force: float) -> None:
        length = layout.LONG + (layout.SHORT - layout.LONG) * force
        thickness = layout.THIN + (layout.THICK - layout.THIN) * force
        self.muscle.set_xy(layout.muscle(length, thickness))
        self.bands.set_verts(layout.bands(length, thickness))
        for tendon, line in zip(self.tendons, layout.tendons(length, thickness), strict=True):
            tendon.set_data(*line.T)

    def _fold(self, fold: float, crease: float) -> None:
        surface, bottom = layout.skin(fold), layout.SKIN_SURFACE + fold * layout.FURROW
        corners = [[layout.SKIN_RIGHT, layout.SKIN_BOTTOM], [layout.SKIN_LEFT, layout.SKIN_BOTTOM]]
        self.skin.set_data(*surface.T)
        self.crease.set_data([layout.MIDDLE] * 2, [bottom, bottom + layout.CREASE * crease])
        self._below.set_xy(np.concatenate([surface, corners]))


def _put_way(ax: Axes) -> list[PathCollection]:
    return [
        *glyphs.put(ax, glyphs.ENDOSOME, np.array(layout.ENDOSOMES), 5.5, "way"),
        *glyphs.put(ax, glyphs.TOXIN, np.array([layout.FREE, layout.BOUND, *layout.ENDOSOMES]), 6, "_toxin"),
        *glyphs.put(ax, glyphs.LIGHT_CHAIN, np.array([layout.ESCAPING]), 6, "_light chain"),
    ]


def _draw_numbers(ax: Axes, size: float) -> list[Text]:
    unit, ink = glyphs.points_per_unit(ax), glyphs.colors()["ink"]
    for path in (*layout.ARROWS, *layout.LEADERS):
        (line,) = trace(path)
        ax.plot(*line.T, color=ink, linewidth=1.5 * unit, zorder=7)
        if path in layout.ARROWS:
            x, y = line[-1] - line[-2]
            head = glyphs.Sign((glyphs.Part(tuple(trace("M-8 -5L0 0L-8 5")), edge="ink", line=1.5),))
            glyphs.put(ax, head, line[-1:], 7, "_head", float(np.degrees(np.arctan2(y, x))))
    return [number_in_circle(ax, x, y, i + 1, size) for i, (x, y) in enumerate(layout.NUMBERS)]


def number_in_circle(ax: Axes, x: float, y: float, number: int, size: float) -> Text:
    """Draw the number of a step in a circle that is as large as the number needs, and return it."""
    palette = glyphs.colors()
    text = ax.text(
        x, y, str(number), fontsize=size, weight="bold", color=palette["ink"], ha="center", va="center", zorder=9
    )
    look = {"facecolor": palette["paper"], "edgecolor": palette["ink"], "linewidth": size / 10}
    text.set_bbox({"boxstyle": "circle,pad=0.12", **look})
    return text


def mark_number(numbers: Sequence[Text], step: int) -> None:
    """Mark the number of a step among the numbers of all steps, and no other."""
    palette = glyphs.colors()
    for i, text in enumerate(numbers):
        marked = i + 1 == step
        text.set_color(palette["paper" if marked else "ink"])
        circle = text.get_bbox_patch()
        assert circle is not None
        circle.set_facecolor(palette["ink" if marked else "paper"])


def _fade(parts: Iterable[PathCollection], opacities: npt.ArrayLike) -> None:
    for part in parts:
        number = len(np.asarray(part.get_offsets()))
        part.set_alpha(np.broadcast_to(np.asarray(opacities, dtype=float), number).tolist())


def _count_opacities(count: float, number: int) -> npt.NDArray[np.float64]:
    # The first signs are opaque, and one has the rest; the sum of the opacities is the count.
    return np.clip(count - np.arange(number), 0.0, 1.0)
