"""How a case ends: a result, a refusal in one line, or badly; counted for every reader and every option."""

import collections
import resource
import signal
from contextlib import contextmanager

from wearoff import InputError
from wearoff.errors import LONGEST

# Most seconds of one case: the slowest cases here take less than two on a core of their own.
SECONDS = 30

# Most bytes of this process: a case that takes more fails and is named. The cases here take less than 1e9.
MEMORY = 6 << 30

RESULT, REFUSAL, BAD = "a result", "one line", "bad"
# The number of cases of each target and end, since the last test; `conftest` adds them up.
ENDED: collections.Counter[tuple[str, str]] = collections.Counter()


class TooLong(BaseException):  # not an Exception, which somebody on the way could catch
    """A case took more than `SECONDS`."""


@contextmanager
def limited(seconds=SECONDS):
    """Stop code that takes too much time or memory, between two lines of Python: compiled code ends first."""

    def stop(*_):
        raise TooLong

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    soft, hard = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, hard))
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        resource.setrlimit(resource.RLIMIT_AS, (soft, hard))
        signal.signal(signal.SIGALRM, before)


@contextmanager
def judged(targets, what):
    """Judge one case of the targets; in it, a call returns how it ended.

    Whatever is not a result or a refusal counts as bad, and fails with `what` was given.
    """
    ended = []
    try:
        with limited():
            yield ended.append
    except TooLong:
        _count(targets, BAD)
        raise AssertionError(f"no end after {SECONDS} s: {what!r}") from None
    except BaseException:
        _count(targets, BAD)
        raise
    _count(targets, *ended)


def _count(targets, how):
    for target in targets:
        ENDED[target, how] += 1


def check_refusal(error: InputError):
    """Check that the message is one line and not long, and that the error names a field and what is allowed."""
    message = str(error)
    assert message.isprintable(), message
    assert len(message) <= LONGEST, message
    assert error.field, message
    assert error.allowed, message
