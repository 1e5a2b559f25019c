"""Work shared among processes: its order, its errors, and that no process is left when something goes wrong."""

import os
import signal
import textwrap
import threading
import time
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing import active_children
from multiprocessing.process import BaseProcess

import pytest

from tests.processes import HEAR_INTERRUPTS, everyone_ends, running
from wearoff import InputError
from wearoff.workers import sharing


def square(x):
    return x * x


def pid_of_worker(_):
    time.sleep(0.05)
    return os.getpid()


def pid_of_one_of_two(folder):
    """The process that took this piece; it holds it until a second process has taken another."""
    (folder / str(os.getpid())).touch()
    until = time.monotonic() + 60
    while len(list(folder.iterdir())) < 2 and time.monotonic() < until:
        time.sleep(0.01)
    return os.getpid()


def end_at_once(_):
    os._exit(3)


class Unfinished:
    """An answer whose sending takes long enough for its process to end meanwhile."""

    def __reduce__(self):
        threading.Timer(0.05, os._exit, (3,)).start()
        return bytes, (b"0" * 500_000_000,)


def read_beyond_the_end(_):
    raise EOFError("the file of the work has ended")


def answer_with_a_lambda(_):
    return lambda: None


def answer_and_end(_):
    return Unfinished()


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
    "workers", [1, map, in_thread, as_futures], ids=lambda each: getattr(each, "__name__", str(each))
)
def test_results_come_in_the_order_of_the_work(workers):
    with sharing(workers) as shared:
        assert list(shared(square, list(range(20)))) == [x * x for x in range(20)]


def test_processes_share_the_work_in_its_order_and_none_is_left_behind(tmp_path):
    before = set(active_children())
    with sharing(2) as shared:
        assert list(shared(square, list(range(20)))) == [x * x for x in range(20)]
        seen = set(shared(pid_of_one_of_two, [tmp_path] * 12))
        assert len(seen) == 2
        assert os.getpid() not in seen
        assert len(set(active_children()) - before) == 2
    assert set(active_children()) <= before


def test_one_worker_is_this_process():
    with sharing(1) as shared:
        assert set(shared(pid_of_worker, [1, 2])) == {os.getpid()}


def test_every_process_starts_with_interrupts_ignored(monkeypatch):
    # A process that is interrupted while it imports would print a traceback and break the work of the others.
    heard, start = [], BaseProcess.start

    def watched(process):
        heard.append(signal.getsignal(signal.SIGINT))
        start(process)

    monkeypatch.setattr(BaseProcess, "start", watched)
    before = signal.getsignal(signal.SIGINT)
    with sharing(2) as shared:
        assert list(shared(square, list(range(6)))) == [x * x for x in range(6)]
    assert heard == [signal.SIG_IGN] * 2
    assert signal.getsignal(signal.SIGINT) == before


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


@pytest.mark.parametrize(
    ("work", "error", "said"),
    [(read_beyond_the_end, EOFError, "the file of the work"), (answer_with_a_lambda, Exception, "pickle")],
)
def test_an_error_is_not_taken_for_the_end_of_a_process(work, error, said):
    with pytest.raises(error, match=said) as caught, sharing(2) as shared:
        list(shared(work, [1]))
    assert not isinstance(caught.value, InputError)


def test_a_process_that_ends_early_is_said_and_does_not_hang():
    before = set(active_children())
    said = r"^workers is 2, but a process ended before its work; allowed: "
    with pytest.raises(InputError, match=said), sharing(2) as shared:
        list(shared(end_at_once, [1]))
    assert set(active_children()) <= before


@pytest.mark.proof
def test_a_process_that_ends_before_its_answer_is_whole_hangs_nobody():
    # As one that the system kills for want of memory: the other one goes on, and its answers come.
    before = set(active_children())
    with pytest.raises(InputError, match="a process ended before its work"), sharing(2) as shared:
        list(shared(answer_and_end, [1, 2]))
    assert set(active_children()) <= before


@pytest.mark.proof
def test_a_thread_may_share_work_too():
    # Only the main thread can set signals.
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
    """A process of its own that runs a script."""
    file = tmp_path / "script.py"
    file.write_text(HEAR_INTERRUPTS + textwrap.dedent(text))
    return running(file)


LONG = """
    import wearoff as wo

    if __name__ == "__main__":
        said = lambda done, total: print(done, flush=True)
        wo.run_trial([wo.Arm(units=20)], patients=10**7, chunk=1000, workers=2, progress=said)
"""


@pytest.mark.proof
def test_an_interrupt_leaves_no_process_behind(tmp_path):
    # Of the first process alone; the command's own test has one that is sent to all, as a terminal does.
    with script(tmp_path, LONG) as process:
        for _ in range(4):
            process.stdout.readline()  # both are at work
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=120)
        assert errors.rstrip().endswith("KeyboardInterrupt")
        assert errors.count("Traceback") == 1  # the first process's own
        assert everyone_ends(process.pid)


@pytest.mark.proof
def test_a_kill_of_the_first_process_ends_the_others(tmp_path):
    with script(tmp_path, LONG) as process:
        for _ in range(4):
            process.stdout.readline()
        process.kill()
        process.communicate(timeout=120)
        assert everyone_ends(process.pid)


@pytest.mark.proof
def test_a_script_that_is_no_module_is_told_so_and_does_not_hang(tmp_path):
    text = """
        import wearoff as wo

        wo.run_trial([wo.Arm(units=20)], patients=1000, workers=2)
    """
    with script(tmp_path, text) as process:
        _, errors = process.communicate(timeout=120)
        assert process.returncode == 1
        assert "if __name__ == '__main__':" in errors.rstrip().splitlines()[-1]
        assert everyone_ends(process.pid)
