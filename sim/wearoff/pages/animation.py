"""The animation: nerve ending, muscle and skin move together with the curve of the visible effect."""

from __future__ import annotations

import contextlib
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from ..checks import Limits, check_number
from ..defaults import FILM_DAYS
from ..errors import InputError
from ..figures.ending import Ending
from ..figures.mechanism import Numbers, draw_key, place, shares
from ..figures.style import VERMILION, Look, faint, ink, muted, readable, tidy
from ..files import written_whole
from ..timeline import Timeline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Progress: TypeAlias = Callable[[int, int], None]

FORMATS = (".gif", ".mp4")
SECONDS = Limits("seconds", 1, 120, "s")
FRAMES_A_SECOND = 10
SLOW_DAYS = 10.0  # days after the first visit that take half of the film

_LOOK = Look(width=10.0, text=20.0, small=9.5, line=2.5)
_HEIGHT, _DPI = 5.6, 100  # inches, and dots per inch: 1000 by 560 dots, both even, as MP4 requires
_DAYS_NAMED = np.array([0, 1, 2, 3, 5, 7, 10, 20, 30, 60, 120, 180, 365, 730, 1461, 3652, 7305, 14610])
_ROOM = 0.08  # a label's width, as a share of the axis


class Clock(NamedTuple):
    """Which day is shown when: slow at first, then ever faster.

    With s the share of the film that has passed, the day is ``first + 2 SLOW_DAYS s`` in the first half, and after it
    ``+ c (s - 1/2)^2``, with c such that the film ends on day `last`: the speed never jumps. A film of up to twice
    `SLOW_DAYS` runs evenly.
    """

    first: float
    last: float

    @property
    def slow(self) -> bool:
        """Whether the first days pass more slowly than those after them."""
        return self.last - self.first > 2 * SLOW_DAYS

    def day(self, share: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the day at a share of the film, from 0 to 1."""
        s = np.asarray(share, dtype=float)
        length = self.last - self.first
        if not self.slow:
            return self.first + length * s
        later = 4 * (length - 2 * SLOW_DAYS) * np.maximum(s - 0.5, 0) ** 2
        # The sum may pass the last day by a rounding.
        return np.minimum(self.first + 2 * SLOW_DAYS * s + later, self.last)

    def share(self, day: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the share of the film at which a day is shown: the inverse of `day`."""
        since = np.asarray(day, dtype=float) - self.first
        length = self.last - self.first
        if not self.slow:
            return since / length
        # The root of c x^2 + 2 SLOW_DAYS x = rest, in the form that loses no digits where x is small.
        rest = np.maximum(since - SLOW_DAYS, 0)
        x = 2 * rest / (2 * SLOW_DAYS + np.sqrt(4 * SLOW_DAYS**2 + 16 * (length - 2 * SLOW_DAYS) * rest))
        return np.minimum(since, SLOW_DAYS) / (2 * SLOW_DAYS) + x


class Film:
    """The figure of the animation: its artists are made once, and `show` sets them to a frame.

    Parameters
    ----------
    timeline : Timeline
    seconds : float
        How long it takes.
    last : float
        The day on which it ends.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a frame: the columns of `Timeline.frame`.
    figure : matplotlib.figure.Figure
    """

    def __init__(self, timeline: Timeline, seconds: float, last: float) -> None:
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure

        self.clock = Clock(timeline.schedule.visits[0].day, last)
        whole = timeline.first_uptake
        self.table = timeline.at(self.clock.day(np.linspace(0, 1, round(seconds * FRAMES_A_SECOND))))
        self._moments = self.table.to_dict("records")
        self.figure = Figure(figsize=(_LOOK.width, _HEIGHT), dpi=_DPI)
        # Drawn in memory: no window, and nothing to close. Its methods have no types.
        self._canvas: Any = FigureCanvasAgg(self.figure)
        draw_key(place(self.figure, 0.0, 0.025, 0.215, 0.51), _LOOK)
        self.ending = Ending(place(self.figure, 0.215, 0.025, 0.34, 0.51), whole)
        top = max(1.0, *(max(shares(moment, whole).values()) for moment in self._moments))
        self.numbers = Numbers(place(self.figure, 0.735, 0.315, 0.255, 0.18), whole, _LOOK, top=top, words=True)
        self.day = self.figure.text(0.615, 0.925, "", fontsize=_LOOK.text, va="center")
        self._draw_curve(place(self.figure, 0.615, 0.075, 0.365, 0.17), timeline)
        self.show(0)

    def show(self, frame: int) -> None:
        """Draw a frame, counted from 0."""
        moment = self._moments[frame]
        self.ending.show(moment)
        self.numbers.show(moment)
        day = moment["time"]
        self.point.set_data([day], [moment["visible"]])
        passed = self._smooth["time"] <= day
        self.passed.set_data(
            [*self._smooth["time"][passed], day], [*self._smooth["visible"][passed], moment["visible"]]
        )
        self.day.set_text(f"day {day:.1f}" if day - self.clock.first < 2 * SLOW_DAYS else f"day {day:.0f}")

    def picture(self) -> npt.NDArray[np.uint8]:
        """Return the frame that `show` has set as red, green and blue, with shape (height, width, 3)."""
        self._canvas.draw()
        return np.ascontiguousarray(np.asarray(self._canvas.buffer_rgba())[..., :3])

    def _draw_curve(self, ax: Axes, timeline: Timeline) -> None:
        # Along the film's own time: the point moves evenly, and the first days have room.
        clock = self.clock
        ax.set_xscale("function", functions=(clock.share, clock.day))
        ax.set_xlim(clock.first, clock.last)
        ax.set_xticks(_named_days(clock))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.minorticks_off()
        ax.set_ylim(0, 1.05)
        ax.set_yticks([0, 0.5, 1], ["0", "50 %", "100 %"])
        tidy(ax)
        ax.tick_params(labelsize=_LOOK.small)
        ax.set_xlabel("time (days)", fontsize=_LOOK.small)
        ax.set_title("visible effect", fontsize=_LOOK.small, color=readable(VERMILION), loc="left", pad=20)
        if clock.slow:
            ax.axvspan(clock.first, clock.first + SLOW_DAYS, color=faint(), linewidth=0, zorder=0)
            for share, word in ((0.25, "slow: first half of the film"), (0.75, "faster and faster")):
                ax.text(share, 1.03, word, transform=ax.transAxes, fontsize=_LOOK.small, color=muted(), ha="center")
        self._smooth = timeline.at(clock.day(np.linspace(0, 1, 400)))
        ax.plot(self._smooth["time"], self._smooth["visible"], color=muted(), linewidth=1, zorder=2)
        (self.passed,) = ax.plot([], [], color=VERMILION, linewidth=_LOOK.line, zorder=3)
        visits = [visit.day for visit in timeline.schedule if visit.day <= clock.last]
        ax.plot(visits, np.zeros(len(visits)), "|", color=ink(), markersize=10, markeredgewidth=2, clip_on=False)
        (self.point,) = ax.plot(
            [], [], "o", color=VERMILION, markersize=9, markeredgecolor=ax.get_facecolor(), clip_on=False
        )
        self.point.set_zorder(4)


def animate(
    timeline: Timeline,
    path: str | Path,
    *,
    seconds: float = 20,
    days: float | None = None,
    progress: Progress | None = None,
) -> Path:
    """Write the course of a patient as an animation: the nerve ending and the visible effect, day by day.

    The first ten days take half of the film.

    Parameters
    ----------
    timeline : Timeline
    path : str or Path
        A file that ends in ``.gif``, or in ``.mp4``, which needs ffmpeg. It is written whole or not at all.
    seconds : float
        How long the film takes, from 1 to 120 s; 10 frames a second.
    days : float, optional
        The day on which the film ends; default: 180, or the end of the simulation if that is sooner. It begins at
        the first visit.
    progress : callable, optional
        Called with the number of frames done and of all.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The file's ending is not known, ffmpeg is missing, the file cannot be written, or a number is not possible.
    """
    path = Path(path)
    write = _find_writer(path)
    first, end = timeline.schedule.visits[0].day, float(timeline.times[-1])
    last = (
        min(first + FILM_DAYS, end)
        if days is None
        else check_number(days, Limits("days", first, end, "day", above=True))
    )
    film = Film(timeline, check_number(seconds, SECONDS), last)
    with written_whole(path) as beside:
        try:
            write(film, beside, progress)
        except subprocess.CalledProcessError as error:
            reason = (error.stderr or "").strip().splitlines()[-1:] or ["no reason given"]
            problem = f"is '{path}', but ffmpeg failed ({reason[0]})"
            raise InputError("file", path, ".gif", problem=problem) from None
    return path


def _find_writer(path: Path) -> Callable[[Film, Path, Progress | None], None]:
    from matplotlib.animation import FFMpegWriter

    ending = path.suffix.lower()
    if ending not in FORMATS:
        raise InputError("file", str(path), f"a name that ends in {' or '.join(FORMATS)}")
    if ending == ".gif":
        return _write_gif
    if not FFMpegWriter.isAvailable():
        problem = f"is '{path}', but ffmpeg is not installed"
        raise InputError("file", path, ".gif, or install ffmpeg", problem=problem)
    return _write_mp4


def _show_all(film: Film, progress: Progress | None) -> Iterator[None]:
    """Show one frame after another; report each when the caller is done with it."""
    frames = len(film.table)
    for frame in range(frames):
        film.show(frame)
        yield
        if progress is not None:
            progress(frame + 1, frames)


def _write_gif(film: Film, file: Path, progress: Progress | None) -> None:
    from PIL import Image

    # All frames share the palette of the first, whose key and bars have every colour of the drawing. What does not
    # move then has the same bytes in every frame: the file is smaller, and the frames take a third of the memory.
    palette = Image.new("P", (1, 1))
    palette.putpalette(_choose_palette(film.picture()).ravel().tolist())
    frames = [
        Image.fromarray(film.picture()).quantize(palette=palette, dither=Image.Dither.NONE)
        for _ in _show_all(film, progress)
    ]
    frames[0].save(file, save_all=True, append_images=frames[1:], duration=int(1000 / FRAMES_A_SECOND), loop=0)


def _choose_palette(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    # The most frequent colours first, without those that are near a more frequent one: Pillow rounds colours to steps
    # of 4 when it looks for the nearest, and would take a neighbour's shade for the background.
    colors, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    left = colors[np.argsort(-counts)].astype(np.int64)
    chosen: list[npt.NDArray[np.int64]] = []
    while len(left) and len(chosen) < 256:
        chosen.append(left[0])
        left = left[np.abs(left - left[0]).max(axis=-1) > 8]
    return np.array(chosen)


def _write_mp4(film: Film, file: Path, progress: Progress | None) -> None:
    from matplotlib.animation import FFMpegWriter

    writer = FFMpegWriter(fps=FRAMES_A_SECOND, codec="h264")
    writer.setup(film.figure, file, _DPI)
    try:
        for _ in _show_all(film, progress):
            writer.grab_frame()
    except BaseException:
        # The error that ended the work early is raised, not the one of closing an unfinished film.
        with contextlib.suppress(Exception):
            writer.finish()
        raise
    writer.finish()


def _named_days(clock: Clock) -> list[float]:
    # Days that people count in, where the axis has room for their labels, and the last day.
    named: list[float] = []
    for day in clock.first + _DAYS_NAMED[clock.first + _DAYS_NAMED < clock.last]:
        share = clock.share(day)
        if share <= 1 - _ROOM and (not named or share - clock.share(named[-1]) >= _ROOM):
            named.append(float(day))
    return [*named, clock.last]
