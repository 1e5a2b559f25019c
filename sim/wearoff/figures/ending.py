"""The drawing of a nerve ending, a muscle fibre and the skin, determined by the quantities of one moment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from . import glyphs, layout
from .style import BLACK, GREY, PURPLE

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import PathCollection, PolyCollection
    from matplotlib.lines import Line2D

# Lengths and thicknesses of the fibre at rest and at full force, the deepest furrow and the deepest crease, in units of
# the drawing.
LONG, SHORT = 92.0, 66.0
THIN, THICK = 12.0, 21.0
FURROW, CREASE = 10.0, 6.0
STRIATIONS = 13


class Ending:
    """A nerve ending in an Axes. Its artists are made once; `show` sets them to the quantities of a moment.

    The label of an artist is its name below; the label of dots is the name of their compartment.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
        The Axes to draw in; it gets the scale of the drawing.
    whole : float
        Uptake of the first dose (U); a dot is a hundredth of it.

    Attributes
    ----------
    toxin : dict of str to PathCollection
        Dots of ``depot``, ``free``, ``bound``, ``endosome`` and ``light_chain``. The sum of their opacities is the
        quantity in hundredths of `whole`.
    rings : PathCollection
        The endosomes, one around each dot of ``endosome``.
    intact, cut : PathCollection
        Pins of SNAP-25. The mean of their opacities is the fraction that is intact, or cut.
    open, full, cargo, cleft : PathCollection
        Vesicles that empty themselves (`open`), vesicles that do not (`full`), their acetylcholine (`cargo`), and the
        acetylcholine in the cleft. The mean opacity of `open` and `cleft` is `release`. The mean opacity of `full`
        and `cargo` is 1 - `release`.
    fibre, bands, tendons : Polygon, PolyCollection, list of Line2D
        The fibre, whose length falls with the force from `LONG` to `SHORT`. The number of its bands is constant.
    skin : Line2D
        The surface of the skin, which the muscle folds; the depth of its furrow is ``(1 - visible) FURROW``.
    crease : Line2D
        The crease, a thin line from the bottom of the furrow into the skin; its length is ``crease CREASE``.
    """

    def __init__(self, ax: Axes, whole: float) -> None:
        self._dot = whole / 100
        ax.set_xlim(0, layout.WIDTH)
        ax.set_ylim(0, layout.HEIGHT)
        ax.set_aspect("equal")
        ax.set(xticks=[], yticks=[])
        ax.axis("off")
        ax.apply_aspect()
        self._draw_ground(ax)
        self.open = glyphs.put(ax, glyphs.OPEN, layout.DOCKED, 3, "open")
        self.full = glyphs.put(ax, glyphs.FULL, layout.DOCKED, 3, "full")
        self.cargo = glyphs.put(ax, glyphs.ACETYLCHOLINE, layout.cargo(), 4, "cargo")
        self.cleft = glyphs.put(ax, glyphs.ACETYLCHOLINE, layout.acetylcholine(), 4, "cleft")
        self.intact = glyphs.put(ax, glyphs.INTACT, layout.PINS, 5, "intact")
        self.cut = glyphs.put(ax, glyphs.CUT, layout.PINS, 5, "cut")
        nowhere = np.empty((0, 2))
        self.rings = glyphs.put(ax, glyphs.ENDOSOME, nowhere, 5, "rings")
        signs = dict.fromkeys(layout.PLACES, glyphs.TOXIN) | {"light_chain": glyphs.LIGHT_CHAIN}
        self.toxin = {place: glyphs.put(ax, sign, nowhere, 6, place) for place, sign in signs.items()}

    def show(self, quantities: Mapping[Any, float]) -> None:
        """Draw one moment.

        Parameters
        ----------
        quantities : mapping of str to float
            ``depot``, ``free``, ``bound``, ``endosome``, ``light_chain`` in U; ``snap25``, ``release``, ``force``,
            ``visible`` and ``crease`` as fractions: a row of a timeline's frame.
        """
        for place, dots in self.toxin.items():
            count = quantities[place] / self._dot
            number = int(count) + 1
            for signs in (dots, self.rings) if place == "endosome" else (dots,):
                signs.set_offsets(layout.place_dots(place, number))
                signs.set_alpha(_count_opacities(count, number).tolist())
        for share, shown, hidden in (
            (quantities["snap25"], self.intact, self.cut),
            (quantities["release"], self.open, self.full),
            (quantities["release"], self.cleft, self.cargo),
        ):
            shown.set_alpha(_share_opacities(share, shown).tolist())
            hidden.set_alpha((1 - _share_opacities(share, hidden)).tolist())
        self._contract(quantities["force"])
        furrow = FURROW * (1 - quantities["visible"])
        surface, bottom = layout.skin(furrow), layout.SKIN_SURFACE + furrow
        self.skin.set_data(*surface.T)
        self.crease.set_data([layout.WIDTH / 2] * 2, [bottom, bottom + CREASE * quantities["crease"]])
        self._below.set_xy(np.concatenate([surface, [[layout.WIDTH, layout.SKIN_TOP], [0, layout.SKIN_TOP]]]))

    def _draw_ground(self, ax: Axes) -> None:
        from matplotlib.collections import PolyCollection
        from matplotlib.patches import Polygon, Rectangle

        unit = glyphs.points_per_unit(ax)
        tissue = (0, layout.SKIN_TOP), layout.WIDTH, layout.HEIGHT - layout.SKIN_TOP
        ax.add_patch(Rectangle(*tissue, facecolor=glyphs.TISSUE, linewidth=0, zorder=0))
        nerve = {"facecolor": glyphs.NERVE, "edgecolor": glyphs.NERVE_EDGE, "linewidth": 1.2 * unit}
        ax.add_patch(Polygon(layout.ending(), closed=True, **nerve, zorder=2))
        self.tendons: list[Line2D] = [
            ax.plot([], [], color=GREY, linewidth=1.6 * unit, solid_capstyle="butt", zorder=1)[0] for _ in range(2)
        ]
        flesh = {"facecolor": glyphs.FLESH, "edgecolor": glyphs.FLESH_EDGE, "linewidth": 0.9 * unit}
        self.fibre = Polygon(layout.fibre(SHORT, THICK), closed=True, **flesh, zorder=2, label="fibre")
        self.bands: PolyCollection = PolyCollection([], facecolor=PURPLE, linewidth=0, zorder=2, label="bands")
        self._below = Polygon(layout.skin(FURROW), closed=True, facecolor=glyphs.SKIN, linewidth=0, zorder=1)
        (self.skin,) = ax.plot([], [], color=glyphs.SKIN_EDGE, linewidth=1.8 * unit, zorder=1, label="skin")
        (self.crease,) = ax.plot([], [], color=BLACK, linewidth=1.4 * unit, zorder=2, label="crease")
        self.crease.set_solid_capstyle("butt")
        ax.add_patch(self.fibre)
        ax.add_collection(self.bands, autolim=False)
        ax.add_patch(self._below)

    def _contract(self, force: float) -> None:
        length, thickness = LONG + (SHORT - LONG) * force, THIN + (THICK - THIN) * force
        middle, height = layout.WIDTH / 2, layout.FIBRE_TOP - thickness / 2
        self.fibre.set_xy(layout.fibre(length, thickness))
        self.bands.set_verts(layout.bands(length, thickness, STRIATIONS))
        for tendon, edge, side in zip(self.tendons, (0, layout.WIDTH), (-1, 1), strict=True):
            tendon.set_data([edge, middle + side * length / 2], [height, height])


def _share_opacities(share: float, signs: PathCollection) -> npt.NDArray[np.float64]:
    number = len(np.asarray(signs.get_offsets()))
    return _count_opacities(share * number, number)


def _count_opacities(count: float, number: int) -> npt.NDArray[np.float64]:
    # The first dots are opaque, and one has the rest; the sum of the opacities is the count.
    return np.clip(count - np.arange(number), 0.0, 1.0)
