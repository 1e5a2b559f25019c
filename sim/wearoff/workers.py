"""Work shared out: here, among processes, or by whatever has a `map`, such as a Dask client."""

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
    """Give a function like `map` that shares work out.

    Parameters
    ----------
    workers : int or map-like callable
        As in scipy: so many processes, 1 for none beside this one; or a callable such as ``pool.map`` or a Dask
        client's ``client.map``, whose futures are waited for.

    Raises
    ------
    InputError
        For workers that cannot be, and where one of the processes ends before its work.
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

    # Spawned, as every system can. The others finish the piece that they have in hand, and no more, when there is no
    # more to do or this process is interrupted; if it is killed they end as soon as it lets go of the rope.
    context = get_context("spawn")
    held, rope = context.Pipe(duplex=False)
    with held, rope:
        pool = ProcessPoolExecutor(count, context, _begin, (held,))
        try:
            yield lambda work, parts: _started(pool, work, parts)
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
    """Raise `InputError` where a value cannot be sent to other processes; a Dask client's map sends more."""
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


def _started(pool: ProcessPoolExecutor, work: Callable[[Any], Any], parts: list[Any]) -> Iterator[Any]:
    # Every part that is handed in may start one more process, which inherits the deafness.
    with _deaf_to_interrupts():
        return pool.map(work, parts)


@contextmanager
def _deaf_to_interrupts() -> Iterator[None]:
    # An interrupt is for the first process: a terminal sends it to all.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _begin(held: Connection) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end, args=(held,), daemon=True).start()


def _end(held: Connection) -> None:
    with suppress(EOFError, OSError):
        held.recv()
    os._exit(1)


def _result(found: Any) -> Any:
    return found.result() if hasattr(found, "result") else found
