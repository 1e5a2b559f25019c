"""Processes that tests start: each ends with its test, also when the test fails."""

import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress

# A process inherits that signals are ignored: SIGHUP under `nohup`, SIGINT in `make test &`. The code of a process that
# a test interrupts begins with this line.
HEAR_INTERRUPTS = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
    "signal.signal(signal.SIGHUP, signal.SIG_DFL)\n"
)


@contextmanager
def running(*arguments, **options):
    """Run Python with these arguments in a group of its own, and kill what is left of the group at the end."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    command = [sys.executable, *map(str, arguments)]
    with subprocess.Popen(command, start_new_session=True, **(pipes | options)) as process:
        try:
            yield process
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


def everyone_ends(group, seconds=60):
    """Return whether all processes of the group end within a number of seconds."""
    for _ in range(10 * seconds):
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
