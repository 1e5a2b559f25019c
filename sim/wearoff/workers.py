"""Work is done in this process, in several processes, or by a user's own map, such as that of a Dask client."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import current_process
from typing import TYPE_CHECKING, Any, TypeAlias

from .checks import Limits, check_integer
from .errors import InputError

if TYPE_CHECKING:
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing.connection import Connection

Workers: TypeAlias = int | Callable[..., Iterable[Any]]

WORKERS = Limits("workers", 1, 4096)


@contextmanager
def sharing(workers: Workers) -> Iterator[Callable[[Callable[[Any], Any], list[Any]], Iterator[Any]]]:
    """Yield a function like `map` that divides its work among processes.

    Parameters
    ----------
    workers : int or map-like callable
        As in scipy: the number of processes, 1 for this process alone; or a callable such as ``pool.map`` or a Dask
        client's ``client.map``. If the callable returns futures, their results are awaited.

    Raises
    ------
    InputError
        The number is not possible, or a process ended before its work was done.
    """
    if callable(workers):
        yield lambda work, parts: map(_result, workers(work, parts))
        return
    try:
        count = check_integer(workers, WORKERS)
    except InputError as error:
        raise error.or_allowed("or a callable such as a Dask client's map") from None
    if count == 1:
        yield map
        return
    if current_process().daemon:
        problem = f"is {count} in a process of a multiprocessing.Pool, which may start no others"
        raise InputError("workers", count, "1", problem=problem)
    from concurrent.futures import ProcessPoolExecutor
    from concurrent.futures.process import BrokenProcessPool
    from multiprocessing import get_context

    # The processes are spawned, since every system can do that. If this process has no more work, or is interrupted,
    # each of them finishes its present piece of work and ends. If this process is killed, the system closes its end of
    # the pipe, and each of them ends at once.
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    with receiver, sender:
        pool = ProcessPoolExecutor(count, context, _begin, (receiver,))
        try:
            yield lambda work, parts: _share(pool, work, parts)
        except BrokenProcessPool:
            raise InputError(
                "workers",
                count,
                "1; in a script, a call under `if __name__ == '__main__':`; smaller chunks, where memory is short",
                problem=f"is {count}, but a process ended before its work",
            ) from None
        finally:
            pool.shutdown(cancel_futures=True)


def check_shared(workers: Workers, value: Any, field: str) -> None:
    """Raise `InputError` if a value cannot be sent to other processes by pickle. A user's own map is not checked."""
    if callable(workers) or workers == 1:
        return
    try:
        pickle.dumps(value)
    except Exception as error:  # what pickle raises depends on the value
        raise InputError(
            field,
            problem=f"cannot be sent to {workers} processes ({type(error).__name__})",
            allowed="functions defined by def in a module, no lambda; or workers=1",
        ) from None


def _share(pool: ProcessPoolExecutor, work: Callable[[Any], Any], parts: list[Any]) -> Iterator[Any]:
    # The pool may start a process for each part. A process that is started here ignores SIGINT from the beginning.
    with _ignore_interrupts():
        return pool.map(work, parts)


@contextmanager
def _ignore_interrupts() -> Iterator[None]:
    # A terminal sends SIGINT to all processes, but only this process must act on it. Only the main thread can set
    # signals.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(receiver: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(receiver,), daemon=True).start()


def _end_with(receiver: Connection) -> None:
    # Nothing is ever sent: `recv` returns when the other end is closed.
    with suppress(EOFError, OSError):
        receiver.recv()
    os._exit(1)


def _result(answer: Any) -> Any:
    return answer.result() if hasattr(answer, "result") else answer
