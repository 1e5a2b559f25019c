"""The same bits for any sharing of the work: processes, chunks, Dask, and a worker killed half way."""

import functools
import os
import signal

import pytest
from distributed import Client, LocalCluster
from tests.extent import some

from wearoff.trial.arms import Arm
from wearoff.trial.policies import Attendance, Retreat
from wearoff.trial.running import run_trial


def trial(**sharing):
    """All digits of all tables of a trial: of arms as a whole, and of patients who are followed one by one."""
    arms = [Arm(units=20), Arm(units=40), Arm.placebo()]
    whole = run_trial(arms, patients=12_000, days=120, rng=7, **sharing)
    arms = [Arm(units=20, retreat=Retreat(grade=2, min_interval=40, every=20)), Arm.placebo()]
    attendance = Attendance(window=3, missed=0.1, drop_out=0.3, leave_without_effect=0.2)
    single = run_trial(
        arms, patients=3_000, days=120, rng=7, attendance=attendance, individuals=True, visits=True, **sharing
    )
    frames = [whole.responders, whole.bands, whole.landmarks, single.responders, single.bands, single.landmarks,
              single.treatments, single.individuals, single.visits]  # fmt: skip
    return [repr([(name, frame[name].to_numpy().tolist()) for name in frame]) for frame in frames]


@functools.cache
def once():
    """The same trial in one process and one piece."""
    return trial()


@pytest.fixture(scope="module")
def client():
    with (
        LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
        ) as cluster,
        Client(cluster) as client,
    ):
        yield client


@pytest.mark.parametrize("chunk", some([777, 1_000, 10_000], 3))
@pytest.mark.proof
def test_chunks(chunk):
    assert trial(chunk=chunk) == once()


@pytest.mark.parametrize("chunk", some([777, 1_000, 10_000], 3))
@pytest.mark.proof
def test_processes(chunk):
    assert trial(workers=2, chunk=chunk) == once()


@pytest.mark.parametrize("chunk", some([1_000, 10_000], 2))
@pytest.mark.proof
def test_dask(client, chunk):
    assert trial(workers=client.map, chunk=chunk) == once()


@pytest.mark.proof
def test_dask_with_a_worker_killed_half_way(client):
    killed = []

    def kill_once(done, total):
        if not killed and done >= total / 4:
            pids = client.run(os.getpid)
            killed.append(next(iter(pids.values())))
            os.kill(killed[0], signal.SIGKILL)

    assert trial(workers=client.map, chunk=500, progress=kill_once) == once()
    assert killed
    assert killed[0] not in client.run(os.getpid).values()
