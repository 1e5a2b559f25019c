"""How the command ends: output that cannot be written, signals, and a worker that the system kills."""

import os
import signal
import subprocess
import sys

import pytest

from tests.extent import some
from tests.processes import HEAR_INTERRUPTS, everyone_ends, running
from wearoff.cli.ending import Ended, raising_signals

MAIN = "from wearoff.cli import main; main()"
BUFFERED = [{}, {"PYTHONUNBUFFERED": "1"}]
LINES = ["--version", "simulate --json", "--help", "parameters"]


def run(line, **options):
    environment = os.environ | {"PYTHONUNBUFFERED": ""} | options.pop("env", {})
    command = [sys.executable, "-c", MAIN, *line.split()]
    return subprocess.run(command, text=True, env=environment, timeout=120, **options)


@pytest.mark.parametrize("env", BUFFERED, ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("line", some(LINES, 2))
def test_a_full_standard_output_is_one_line(line, env):
    with open("/dev/full", "w") as full:
        done = run(line, stdout=full, stderr=subprocess.PIPE, env=env)
    assert done.returncode == 2
    assert done.stderr == "error: standard output cannot be written (No space left on device)\n"


@pytest.mark.parametrize("env", BUFFERED, ids=["buffered", "unbuffered"])
@pytest.mark.parametrize("line", some(LINES, 2))
def test_a_reader_who_has_left_is_no_error(line, env):
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "w") as closed:
        done = run(line, stdout=closed, stderr=subprocess.PIPE, env=env)
    assert (done.returncode, done.stderr) == (1, "")


def test_a_full_standard_error_keeps_the_exit_status():
    with open("/dev/full", "w") as full:
        assert run("simulate --units x", stdout=subprocess.PIPE, stderr=full).returncode == 2


@pytest.mark.proof
def test_a_closed_standard_output_is_no_error():
    command = f"exec {sys.executable} -c '{MAIN}' simulate --json >&-"
    done = subprocess.run(command, shell=True, stderr=subprocess.PIPE, text=True, timeout=120)
    assert (done.returncode, done.stderr) == (0, "")


def test_without_a_folder_for_temporary_files_the_error_is_one_line(call, monkeypatch):
    # As `tempfile` says it.
    def refuse(*_, **__):
        raise FileNotFoundError(2, "No usable temporary directory found in ['/tmp']")

    monkeypatch.setattr("tempfile.mkdtemp", refuse)
    status, out, err = call("explore", "--no-open")
    assert (status, out) == (2, "")
    assert err == "error: the system refuses it ([Errno 2] No usable temporary directory found in ['/tmp'])\n"


# The command; it prints on standard error that the work has begun.
TOLD = f"""
{HEAR_INTERRUPTS}
import sys
from contextlib import contextmanager
from wearoff.cli import main, trials

@contextmanager
def told(word):
    yield lambda *done: print("at work", file=sys.stderr, flush=True)

trials.progress_bar = told
main()
"""
ENDS = {
    "SIGINT": (130, "interrupted: no file is half written"),
    "SIGTERM": (143, "ended by SIGTERM: no file is half written"),
    "SIGHUP": (129, "ended by SIGHUP: no file is half written"),
}


# To the first process alone, as `kill` sends it, or to all, as a terminal sends Ctrl-C. SIGHUP to all is not here: the
# resource tracker of Python does not expect it, and may print a traceback.
SENT = [
    ("1", "one", "SIGTERM"), ("2", "one", "SIGTERM"), ("2", "one", "SIGHUP"), ("2", "all", "SIGINT"),
    ("2", "all", "SIGTERM"),
]  # fmt: skip


@pytest.mark.parametrize(("workers", "whom", "name"), SENT)
@pytest.mark.proof
def test_a_signal_leaves_no_file_and_no_process(tmp_path, workers, whom, name):
    # Patients who are treated again are followed one by one, and their rows are written from the beginning.
    followed = ["--arm", "20", "--retreat", "always", "--visit-rows", "new/rows.csv"]
    command = ["trial", "--patients", "3000000", "--chunk", "1000", "--workers", workers, *followed]
    with running("-c", TOLD, *command, cwd=tmp_path) as process:
        assert process.stderr.readline() == "at work\n"
        assert len(list(tmp_path.glob("new/.rows.*"))) == 1
        number = getattr(signal, name)
        os.killpg(process.pid, number) if whom == "all" else process.send_signal(number)
        out, err = process.communicate(timeout=120)
        status, said = ENDS[name]
        assert (process.returncode, out) == (status, "")
        assert [line for line in err.splitlines() if line != "at work"] == [said]
        assert list(tmp_path.iterdir()) == []
        assert everyone_ends(process.pid)


def test_a_signal_that_is_ignored_stays_ignored(monkeypatch):
    # As under `nohup`.
    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(signal, "getsignal", {signal.SIGHUP: signal.SIG_IGN, signal.SIGTERM: signal.SIG_DFL}.get)
    changed = []
    monkeypatch.setattr(signal, "signal", lambda number, action: changed.append((number, action)))
    with raising_signals():
        assert [number for number, _ in changed] == [signal.SIGTERM]
        with pytest.raises(Ended):
            changed[0][1](signal.SIGTERM, None)
    assert changed[1:] == [(signal.SIGTERM, signal.SIG_DFL)]
    monkeypatch.undo()
    assert signal.getsignal(signal.SIGTERM) == before


# The command; it kills one of its workers when the first results have come.
KILLING = """
import os, signal
from contextlib import contextmanager
from multiprocessing import active_children
from wearoff.cli import main, trials

@contextmanager
def killing(word):
    def kill(done, total=None):
        for worker in active_children()[:1]:
            os.kill(worker.pid, signal.SIGKILL)
    yield kill

if __name__ == "__main__":
    trials.progress_bar = killing
    main()
"""


# In large pieces a worker is killed while it computes, and in small ones often while it sends its answer.
@pytest.mark.parametrize("chunk", ["20000", "500"])
@pytest.mark.proof
def test_a_worker_that_the_system_kills_is_one_line(tmp_path, chunk):
    # As the kernel does where memory is short.
    command = ["trial", "--patients", "500000", "--chunk", chunk, "--workers", "2", "--visit-rows", "new/rows.csv"]
    with running("-c", KILLING, *command, cwd=tmp_path) as process:
        out, err = process.communicate(timeout=120)
        assert (process.returncode, out) == (2, "")
        assert err.startswith("error: workers is 2, but a process ended before its work; allowed: 1; ")
        assert err.count("\n") == 1
        assert list(tmp_path.iterdir()) == []
        assert everyone_ends(process.pid)
