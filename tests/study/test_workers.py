"""Work shared out: in order, in other processes, and what is left of them when something goes wrong."""

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import active_children

import pytest
from tests.processes import everyone_ends

from wearoff import InputError
from wearoff.study.workers import sharing


def square(x):
    return x * x


def pid_of_worker(_):
    time.sleep(0.05)
    return os.getpid()


def end_at_once(_):
    os._exit(3)


def fail(x):
    raise RuntimeError(f"{x} is no good")


def in_thread(work, parts):
    with ThreadPoolExecutor(3) as pool:
        return list(pool.map(work, parts))


def as_futures(work, parts):
    """As a Dask client's map: one future a piece, which fail and finish on their own."""
    with ThreadPoolExecutor(2) as pool:
        found = [pool.submit(work, part) for part in parts]
    assert all(isinstance(each, Future) for each in found)
    return found


@pytest.mark.parametrize(
    "workers", [1, "2", map, in_thread, as_futures], ids=lambda each: getattr(each, "__name__", str(each))
)
def test_results_come_in_the_order_of_the_work(workers):
    with sharing(workers) as shared:
        assert list(shared(square, list(range(20)))) == [x * x for x in range(20)]


def test_every_process_starts_deaf_to_interrupts(monkeypatch):
    # One that hears an interrupt while it still imports would print a traceback, and break the others' work.
    heard = []

    class Watched(ProcessPoolExecutor):
        def _spawn_process(self):
            heard.append(signal.getsignal(signal.SIGINT))
            super()._spawn_process()

    monkeypatch.setattr("concurrent.futures.ProcessPoolExecutor", Watched)
    with sharing(3) as shared:
        assert list(shared(square, list(range(6)))) == [x * x for x in range(6)]
    assert heard == [signal.SIG_IGN] * 3
    assert signal.getsignal(signal.SIGINT) == signal.default_int_handler


def test_processes_are_others_and_as_many_as_asked_for():
    with sharing(2) as shared:
        seen = set(shared(pid_of_worker, list(range(12))))
    assert len(seen) == 2
    assert os.getpid() not in seen
    with sharing(1) as shared:
        assert set(shared(pid_of_worker, [1, 2])) == {os.getpid()}


def test_no_process_is_left_behind():
    before = set(active_children())
    with sharing(2) as shared:
        list(shared(square, [1, 2, 3]))
        assert len(set(active_children()) - before) == 2
    assert set(active_children()) <= before


def test_nor_where_the_results_are_not_taken():
    before = set(active_children())
    with sharing(2) as shared:
        next(iter(shared(pid_of_worker, list(range(200)))))
    assert set(active_children()) <= before


@pytest.mark.parametrize("workers", [1, 2, map, as_futures], ids=lambda each: getattr(each, "__name__", str(each)))
def test_an_error_of_the_work_is_raised_as_it_is(workers):
    before = set(active_children())
    with pytest.raises(RuntimeError, match="2 is no good"), sharing(workers) as shared:
        list(shared(fail, [2]))
    assert set(active_children()) <= before


def test_a_process_that_ends_early_is_said_and_does_not_hang():
    before = set(active_children())
    said = r"^workers is 2, but a process ended before its work; allowed: "
    with pytest.raises(InputError, match=said), sharing(2) as shared:
        list(shared(end_at_once, [1]))
    assert set(active_children()) <= before


def test_a_thread_may_share_work_too():
    # Signals can be set in the main thread alone.
    found = []

    def inner():
        with sharing(2) as shared:
            found.extend(shared(square, [1, 2, 3]))

    thread = threading.Thread(target=inner)
    thread.start()
    thread.join(60)
    assert found == [1, 4, 9]


@pytest.mark.parametrize("workers", [0, -1, 1.5, "two", None, 5000, float("nan"), [2]])
def test_what_cannot_be_is_refused(workers):
    allowed = "allowed: from 1 to 4096, or a callable such as a Dask client's map$"
    with pytest.raises(InputError, match=f"^workers is .*{allowed}"), sharing(workers):
        pass


def script(tmp_path, text):
    """A process of its own, in a group of its own, that runs a script."""
    file = tmp_path / "script.py"
    file.write_text(textwrap.dedent(text))
    return subprocess.Popen(
        [sys.executable, file], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True
    )


LONG = """
    import wearoff as wo

    if __name__ == "__main__":
        said = lambda done, total: print(done, flush=True)
        wo.study.run_trial([wo.study.Arm.treated(units=20)], patients=10**7, chunk=1000, workers=2, progress=said)
"""


def test_an_interrupt_leaves_no_process_behind(tmp_path):
    # Of the first process alone; the command's own test has one that is sent to all, as a terminal does.
    process = script(tmp_path, LONG)
    for _ in range(4):
        process.stdout.readline()  # both are at work
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert errors.rstrip().endswith("KeyboardInterrupt")
    assert errors.count("Traceback") == 1  # the first process's own
    assert everyone_ends(process.pid)


def test_a_kill_of_the_first_process_ends_the_others(tmp_path):
    process = script(tmp_path, LONG)
    for _ in range(4):
        process.stdout.readline()
    process.kill()
    process.communicate(timeout=60)
    assert everyone_ends(process.pid)


def test_a_script_that_is_no_module_is_told_so_and_does_not_hang(tmp_path):
    process = script(
        tmp_path,
        """
        import wearoff as wo

        wo.study.run_trial([wo.study.Arm.treated(units=20)], patients=1000, workers=2)
        """,
    )
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "if __name__ == '__main__':" in errors.rstrip().splitlines()[-1]
    assert everyone_ends(process.pid)
