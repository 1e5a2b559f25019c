"""The film: nerve ending, muscle, skin and the curve of the visible effect over time, with a caption for each act."""

from __future__ import annotations

import contextlib
import logging
import subprocess
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import numpy.typing as npt

from .acts import find_acts, write_webvtt
from .checks import Limits, check_ending, check_number, check_path
from .clock import SLOW_DAYS, Clock
from .defaults import FILM_DAYS
from .errors import InputError
from .figures.ending import Ending, mark_number
from .figures.mechanism import Numbers, draw_steps, place, shares, write_parts
from .figures.style import VERMILION, Look, faint, ink, muted, readable, tidy
from .files import written_whole
from .timeline import Timeline

# Else matplotlib prints what ffmpeg says, although the error of a failed film has it.
logging.getLogger("matplotlib.animation").addHandler(logging.NullHandler())

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Progress: TypeAlias = Callable[[int, int], None]

FORMATS = (".gif", ".mp4", ".vtt")
SECONDS = Limits("seconds", 1, 120, "s")
FRAMES_A_SECOND = 10

_LOOK = Look(width=10.0, text=22.0, small=10.0, line=2.5)
_CAPTION, _CAPTION_LETTERS = 18.0, 58  # size in points, and letters in a line
_HEIGHT, _DPI = 5.6, 100  # inches, and dots per inch: 1000 by 560 dots, both even, as MP4 requires
_TICK_DAYS = np.array([0, 1, 2, 3, 5, 7, 10, 20, 30, 60, 120, 180, 365, 730, 1461, 3652, 7305, 14610])
_LABEL_WIDTH = 0.08  # the width of a label, as a share of the axis


class Film:
    """The figure of the animation. Its artists are made once; `show` sets them to a frame.

    Parameters
    ----------
    timeline : Timeline
    seconds : float
        The length of the film.
    last : float
        The day on which it ends.

    Attributes
    ----------
    table : pandas.DataFrame
        One row a frame: the columns of `Timeline.frame`.
    acts : list of Act
        One a frame.
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
        # The canvas is in memory, so there is no window to close. Its methods have no types.
        self._canvas: Any = FigureCanvasAgg(self.figure)
        ax = place(self.figure, 0.01, 0.01, 0.475, 0.425)
        self.ending = Ending(ax, whole, _LOOK.small)
        write_parts(ax, _LOOK.small)
        self._circles = draw_steps(place(self.figure, 0.505, 0.28, 0.485, 0.165), _LOOK, columns=2)
        top = max(1.0, *(max(shares(moment, whole).values()) for moment in self._moments))
        self.numbers = Numbers(place(self.figure, 0.645, 0.158, 0.345, 0.115), whole, _LOOK, top=top, words=True)
        self.day = self.figure.text(0.015, 0.91, "", fontsize=_LOOK.text, va="center", weight="bold")
        self.caption = self.figure.text(0.18, 0.91, "", fontsize=_CAPTION, va="center")
        self.acts = find_acts(self.table, [visit.day for visit in timeline.schedule], whole)
        self._draw_curve(place(self.figure, 0.545, 0.046, 0.425, 0.075), timeline)
        self.show(0)

    def show(self, frame: int) -> None:
        """Draw a frame; the first has number 0."""
        moment = self._moments[frame]
        self.ending.show(moment)
        self.numbers.show(moment)
        act = self.acts[frame]
        self.caption.set_text(textwrap.fill(act.caption, _CAPTION_LETTERS))
        for circles in (self.ending.numbers, self._circles):
            mark_number(circles, act.step)
        day = moment["time"]
        self.point.set_data([day], [moment["visible"]])
        passed = self._curve["time"] <= day
        self.passed.set_data([*self._curve["time"][passed], day], [*self._curve["visible"][passed], moment["visible"]])
        self.day.set_text(f"day {day:.1f}" if day - self.clock.first < 2 * SLOW_DAYS else f"day {day:.0f}")

    def picture(self) -> npt.NDArray[np.uint8]:
        """Return the current frame as red, green and blue, shape (height, width, 3)."""
        self._canvas.draw()
        return np.ascontiguousarray(np.asarray(self._canvas.buffer_rgba())[..., :3])

    def _draw_curve(self, ax: Axes, timeline: Timeline) -> None:
        # The axis is linear in the time of the film: the point moves evenly, and the first days take half of the axis.
        clock = self.clock
        ax.set_xscale("function", functions=(clock.share, clock.day))
        ax.set_xlim(clock.first, clock.last)
        ax.set_xticks(_choose_ticks(clock))
        ax.xaxis.set_major_formatter("{x:g}")
        ax.minorticks_off()
        ax.set_ylim(0, 1.05)
        ax.set_yticks([0, 0.5, 1], ["0", "50 %", "100 %"])
        tidy(ax)
        ax.tick_params(labelsize=_LOOK.small)
        ax.set_xlabel("time (days)", fontsize=_LOOK.small)
        ax.set_title("visible effect", fontsize=_LOOK.small, color=readable(VERMILION), loc="left", pad=3)
        if clock.slow:
            ax.axvspan(clock.first, clock.first + SLOW_DAYS, color=faint(), linewidth=0, zorder=0)
            for share, word in ((0.44, "slow: first half of the film"), (0.82, "faster and faster")):
                ax.text(share, 1.07, word, transform=ax.transAxes, fontsize=_LOOK.small, ha="center")
        self._curve = timeline.at(clock.day(np.linspace(0, 1, 400)))
        ax.plot(self._curve["time"], self._curve["visible"], color=muted(), linewidth=1, zorder=2)
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
    """Write the course of a patient as a film, and return its file.

    The film shows the nerve ending and the visible effect, day by day, with a caption for each act. The first ten days
    take half of the film.

    Parameters
    ----------
    timeline : Timeline
    path : str or Path
        A file that ends in ``.gif``; in ``.mp4``, which needs ffmpeg; or in ``.vtt``, for the captions alone (WebVTT).
        It is written whole or not at all.
    seconds : float
        The length of the film, from 1 to 120 s; it has 10 frames a second.
    days : float, optional
        The last day of the film. Default: 180 days after the first visit, or the end of the simulation if that is
        earlier. The film begins at the first visit.
    progress : callable, optional
        Called with the number of frames done and the number of all.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        The file's ending is not known, ffmpeg is missing, the file cannot be written, or a number is not possible.
    """
    path = check_path(path)
    write = _find_writer(path)
    first, end = timeline.schedule.visits[0].day, float(timeline.times[-1])
    last = (
        min(first + FILM_DAYS, end)
        if days is None
        else check_number(days, Limits("days", first, end, "day", above=True))
    )
    film = Film(timeline, check_number(seconds, SECONDS), last)
    with written_whole(path) as temporary:
        try:
            write(film, temporary, progress)
        except subprocess.CalledProcessError as error:
            reason = (error.stderr or "").replace(str(temporary), path.name).strip().splitlines()[-1:]
            problem = f"is '{path}', but ffmpeg failed ({(reason or ['no reason given'])[0]})"
            raise InputError("file", path, "a writable place, or .gif", problem=problem) from None
    return path


def _find_writer(path: Path) -> Callable[[Film, Path, Progress | None], None]:
    from matplotlib.animation import FFMpegWriter

    ending = check_ending(path, FORMATS)
    if ending == ".gif":
        return _write_gif
    if ending == ".vtt":
        return _write_captions
    if not FFMpegWriter.isAvailable():
        problem = f"is '{path}', but ffmpeg is not installed"
        raise InputError("file", path, ".gif, or install ffmpeg", problem=problem)
    return _write_mp4


def _show_all(film: Film, progress: Progress | None) -> Iterator[None]:
    """Show one frame after another; report each frame after the caller has used it."""
    frames = len(film.table)
    for frame in range(frames):
        film.show(frame)
        yield
        if progress is not None:
            progress(frame + 1, frames)


def _write_gif(film: Film, file: Path, progress: Progress | None) -> None:
    from PIL import Image

    # All frames have the palette of the first, whose key and bars have every colour of the drawing. Parts that do not
    # move then have the same bytes in every frame: the file is smaller, and the frames take a third of the memory.
    palette = Image.new("P", (1, 1))
    palette.putpalette(_choose_palette(film.picture()).ravel().tolist())
    frames = [
        Image.fromarray(film.picture()).quantize(palette=palette, dither=Image.Dither.NONE)
        for _ in _show_all(film, progress)
    ]
    frames[0].save(file, save_all=True, append_images=frames[1:], duration=int(1000 / FRAMES_A_SECOND), loop=0)


def _write_captions(film: Film, file: Path, progress: Progress | None) -> None:
    file.write_text(write_webvtt(film.acts, FRAMES_A_SECOND), encoding="utf-8")
    if progress is not None:
        progress(len(film.acts), len(film.acts))


def _choose_palette(picture: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    # The most frequent colours come first, without those that are near a more frequent one. Pillow rounds colours to
    # steps of 4 when it looks for the nearest one, and would replace the background by a shade near it.
    colors, counts = np.unique(picture.reshape(-1, 3), axis=0, return_counts=True)
    left = colors[np.argsort(-counts)].astype(np.int64)
    chosen: list[npt.NDArray[np.int64]] = []
    while len(left) and len(chosen) < 256:
        chosen.append(left[0])
        left = left[np.abs(left - left[0]).max(axis=-1) > 20]
    return np.array(chosen)


def _write_mp4(film: Film, file: Path, progress: Progress | None) -> None:
    from matplotlib.animation import FFMpegWriter

    # Without -xerror ffmpeg succeeds on a full disk, with a film that no program can open.
    writer = FFMpegWriter(fps=FRAMES_A_SECOND, codec="h264", extra_args=["-xerror"])
    writer.setup(film.figure, file, _DPI)
    try:
        for _ in _show_all(film, progress):
            writer.grab_frame()
    except BrokenPipeError:
        writer.finish()  # ffmpeg has ended; this raises its reason
        raise
    except BaseException:
        # Closing an unfinished film may fail too; the first error is raised.
        with contextlib.suppress(Exception):
            writer.finish()
        raise
    writer.finish()


def _choose_ticks(clock: Clock) -> list[float]:
    # Return the days of `_TICK_DAYS` whose labels do not overlap, and the last day.
    ticks: list[float] = []
    for day in clock.first + _TICK_DAYS[clock.first + _TICK_DAYS < clock.last]:
        share = clock.share(day)
        if share <= 1 - _LABEL_WIDTH and (not ticks or share - clock.share(ticks[-1]) >= _LABEL_WIDTH):
            ticks.append(float(day))
    return [*ticks, clock.last]
