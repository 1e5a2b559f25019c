"""Work is done in this process, in several processes, or by a user's own map, such as that of a Dask client."""

from __future__ import annotations

import os
import pickle
import signal
import threading
import traceback
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing import current_process
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any, TypeAlias

from .checks import Limits, check_integer
from .errors import InputError

if TYPE_CHECKING:
    from concurrent.futures import Executor
    from multiprocessing.connection import Connection
    from multiprocessing.context import SpawnContext

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
    from concurrent.futures import ThreadPoolExecutor
    from multiprocessing import get_context

    # The processes are spawned, since every system can do that. If this process has no more work, or is interrupted,
    # each of them finishes its present piece of work and ends. If this process is killed, the system closes its end of
    # the pipe, and each of them ends at once.
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    with receiver, sender:
        threads = ThreadPoolExecutor(count)
        processes: list[_Process] = []
        free: SimpleQueue[_Process] = SimpleQueue()

        def share(work: Callable[[Any], Any], parts: list[Any]) -> Iterator[Any]:
            # A process that is started here ignores SIGINT from the beginning.
            with _ignore_interrupts():
                while len(processes) < min(count, len(parts)):
                    processes.append(_Process(context, receiver))
                    free.put(processes[-1])
            return _share(threads, free, work, parts)

        try:
            yield share
        except _GoneError:
            raise InputError(
                "workers",
                count,
                "1; in a script, a call under `if __name__ == '__main__':`; smaller chunks, where memory is short",
                problem=f"is {count}, but a process ended before its work",
            ) from None
        finally:
            threads.shutdown(cancel_futures=True)
            for each in processes:
                each.end()


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


class _GoneError(Exception):
    # A process ended before it had answered.
    pass


class _Process:
    # A process that does one piece of work at a time. There is one pipe for each process. When the process ends, its
    # end of the pipe is closed, and to read from the pipe is an error, also in the middle of an answer. In
    # `ProcessPoolExecutor` all processes share one pipe and one lock. If the system kills a process while it sends, the
    # others wait for ever.

    def __init__(self, context: SpawnContext, receiver: Connection) -> None:
        self._pipe, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, receiver))
        self._process.start()
        theirs.close()

    def do(self, work: Callable[[Any], Any], part: Any) -> Any:
        message = pickle.dumps((work, part))
        try:
            self._pipe.send_bytes(message)
            reply = self._pipe.recv_bytes()
        except (EOFError, OSError):
            raise _GoneError from None
        done, answer = pickle.loads(reply)
        if done:
            return answer
        raise answer

    def end(self) -> None:
        self._pipe.close()
        self._process.join()


def _share(
    threads: Executor, free: SimpleQueue[_Process], work: Callable[[Any], Any], parts: list[Any]
) -> Iterator[Any]:
    # A thread takes a process that is free, and waits for its answer.
    def do(part: Any) -> Any:
        process = free.get()
        try:
            return process.do(work, part)
        finally:
            free.put(process)

    return threads.map(do, parts)


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


def _serve(pipe: Connection, receiver: Connection) -> None:
    # What a process does, until its pipe is closed.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(receiver,), daemon=True).start()
    with suppress(EOFError, OSError):
        while True:
            pipe.send_bytes(_answer(pipe.recv_bytes()))


def _answer(message: bytes) -> bytes:
    # Do a piece of work. An error, also of pickle, is an answer too.
    try:
        work, part = pickle.loads(message)
        return pickle.dumps((True, work(part)))
    except Exception as error:
        error.add_note(f"in another process: {traceback.format_exc()}")
        return pickle.dumps((False, error))


def _end_with(receiver: Connection) -> None:
    # Nothing is ever sent: `recv` returns when the other end is closed.
    with suppress(EOFError, OSError):
        receiver.recv()
    os._exit(1)


def _result(answer: Any) -> Any:
    return answer.result() if hasattr(answer, "result") else answer
