"""How the command ends: by a signal, or because its output cannot be written."""

import errno
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn, TextIO

REFUSED = 2  # exit status of the command that cannot do what it is asked
UNREAD = 1  # exit status when nobody reads the output any more, as `head` after its last line
OF_OUTPUT = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
SIGNALS = ("SIGTERM", "SIGHUP")  # Windows has no SIGHUP


class Ended(BaseException):
    """The process was asked to end. Like KeyboardInterrupt it is no Exception, so that only `main` catches it."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def raising_signals() -> Iterator[None]:
    """Raise `Ended` where a signal would end the process at once, so that temporary files are removed.

    A signal that is ignored, as SIGHUP under `nohup`, stays ignored.
    """

    def end(number: int, _: FrameType | None) -> NoReturn:
        raise Ended(number)

    numbers = [getattr(signal, name) for name in SIGNALS if hasattr(signal, name)]
    changed = [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in changed:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)


def stop(message: str, status: int = REFUSED) -> NoReturn:
    """End the command with one line on standard error."""
    try:
        print(" ".join(message.split()), file=sys.stderr)
    except OSError:  # it is full or closed
        _discard(sys.stderr)
    sys.exit(status)


def stop_signalled(ended: Ended) -> NoReturn:
    """End the command after a signal, with the exit status of a shell."""
    stop(f"ended by {signal.Signals(ended.number).name}: no file is half written", 128 + ended.number)


def stop_for_system(error: OSError) -> NoReturn:
    """End the command for an error of the system that names no file of ours: most often of standard output."""
    try:
        sys.stdout.flush()
    except OSError:
        _discard(sys.stdout)
    if error.errno == errno.EPIPE:
        sys.exit(UNREAD)
    if error.errno in OF_OUTPUT and error.filename is None:
        stop(f"error: standard output cannot be written ({error.strerror})")
    stop(f"error: the system refuses it ({error})")


def _discard(stream: TextIO) -> None:
    # When Python exits it writes what is left, and would end with a traceback and another exit status.
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
