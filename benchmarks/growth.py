"""How the cost grows with patients, visits, days and zones, drawn into docs/growth.png: about two minutes.

It also measures a trial on Dask, and prints what a thousand machines of one process each would take for a
billion patients: extrapolated from the processor time of one and of two processes.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from matplotlib.figure import Figure

import wearoff as wo
from benchmarks.measure import progress
from wearoff.model.course import solve
from wearoff.model.doses import Doses

PICTURE = Path(__file__).parents[1] / "docs" / "growth.png"
REPEATS = 3
FEW, TIMES = 32_768, 4  # patients of a trial on Dask, and how many times as many a larger trial has
MACHINES, MANY = 1_000, 1_000_000_000


class Growth(NamedTuple):
    """What grows, its sizes, and the work of one size."""

    name: str
    work: str
    sizes: list[int]
    call: Callable[[int], Any]


def treat(visits: int) -> Any:
    """Simulate a number of visits, 90 days apart, over the same number of days."""
    return wo.simulate(wo.Schedule.every(90, visits=visits, units=20), days=90 * 64).landmarks


def follow(days: int) -> Any:
    """Simulate one visit, with the table of every day."""
    return wo.simulate(units=20, days=days).frame


def divide(zones: int) -> Any:
    """Solve one visit with a number of zones of the muscle, each with a dose of its own."""
    units = np.linspace(5, 40, zones)[:, None]
    return solve(Doses(np.zeros(1), units, np.full(zones, 1 / zones)), wo.Parameters().constants(), 365.0)


def give(patients: int) -> Any:
    """Run a trial."""
    return wo.run_trial([wo.Arm(units=20)], patients=patients, days=365, rng=1)


GROWTHS = (
    Growth("patients", "a trial over 365 days", [1024 * 2**i for i in range(7)], give),
    Growth("visits", "one patient, visits over 5,760 days", [2**i for i in range(7)], treat),
    Growth("days", "one patient, one visit, a row a day", [90 * 2**i for i in range(9)], follow),
    Growth("zones", "one patient, one visit, 365 days", [2**i for i in range(9)], divide),
)


def main() -> None:
    """Measure, draw the picture, and print the slopes and the extrapolation."""
    figure = Figure(figsize=(8, 6), layout="constrained")
    for ax, growth in zip(figure.subplots(2, 2).flat, GROWTHS, strict=True):
        progress(growth.name)
        seconds = measure(growth)
        # The slope of the largest three sizes, where fixed costs count least.
        slope = np.polyfit(np.log(growth.sizes[-3:]), np.log(seconds[-3:]), 1)[0]
        print(f"{growth.name}: slope {slope:.2f}, {seconds[0]:.3g} to {seconds[-1]:.3g} s")
        ax.loglog(growth.sizes, seconds, marker="o")
        ax.loglog(
            growth.sizes[-3:], seconds[-1] * (np.array(growth.sizes[-3:]) / growth.sizes[-1]) ** slope, lw=5, alpha=0.3
        )
        ax.set_title(f"{growth.work}\nslope {slope:.2f} (wide line)", fontsize=10)
        ax.set_xlabel(growth.name, fontsize=9)
        ax.yaxis.set_minor_formatter("")
        ax.set_ylabel("seconds of processor time", fontsize=9)
        ax.grid(alpha=0.3)
    figure.savefig(PICTURE, dpi=120)
    extrapolate()


def measure(growth: Growth) -> list[float]:
    """Return the median seconds of processor time of each size."""
    growth.call(growth.sizes[0])
    results = []
    for size in growth.sizes:
        seconds = []
        for _ in range(REPEATS):
            start = time.process_time()
            growth.call(size)
            seconds.append(time.process_time() - start)
        results.append(statistics.median(seconds))
    return results


def extrapolate() -> None:
    """Print the processor time of a trial on one and two processes of Dask, and what follows for many machines."""
    from distributed import Client, LocalCluster

    for count in (1, 2):
        progress(f"Dask, processes: {count}")
        cluster = LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None)
        with cluster, Client(cluster) as client:
            spend(client, FEW)
            few, many = np.array(spend(client, FEW)), np.array(spend(client, FEW * TIMES))
        # What a trial costs once, whatever its size, is left out: it is the same for a billion.
        in_workers, in_client = (many - few) / (FEW * (TIMES - 1))
        print(f"{count} processes: {1e6 * in_workers:.1f} microseconds a patient, {1e6 * in_client:.2f} in the client")
        shared, alone = (MANY * each / 60 for each in (in_workers / MACHINES, in_client))
        print(f"  {MANY:,} patients: {shared:.1f} minutes on {MACHINES:,} processes, {alone:.1f} minutes in the client")


def spend(client: Any, patients: int) -> tuple[float, float]:
    """Return the seconds of processor time that a trial takes in all processes of Dask, and in this one."""
    workers, own = sum(client.run(time.process_time).values()), time.process_time()
    wo.run_trial([wo.Arm(units=20)], patients=patients, days=365, rng=1, workers=client.map)
    return sum(client.run(time.process_time).values()) - workers, time.process_time() - own


if __name__ == "__main__":
    main()
