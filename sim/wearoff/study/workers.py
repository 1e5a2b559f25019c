"""Work shared out: here, among processes, or by whatever has a `map`, such as a Dask client."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, TypeAlias

from ..checks import InputError, Limits, whole

Workers: TypeAlias = int | Callable[..., Iterable[Any]]

WORKERS = Limits("workers", 1, 4096)


@contextmanager
def sharing(workers: Workers) -> Iterator[Callable[[Callable[[Any], Any], list[Any]], Iterator[Any]]]:
    """Give a function like `map` that shares work out, with the results in the order of the work.

    Parameters
    ----------
    workers : int or map-like callable
        As in scipy: so many processes, 1 for none beside this one; or a callable such as ``pool.map`` or a Dask
        client's ``client.map``, whose futures are waited for.
    """
    if callable(workers):
        yield lambda work, parts: map(_result, workers(work, parts))
        return
    try:
        count = whole(workers, WORKERS)
    except InputError as error:
        raise InputError(f"{error}, or a callable such as a Dask client's map") from None
    if count == 1:
        yield map
        return
    from multiprocessing import get_context

    # Spawned, as every system can; an interrupt is for this process, which then ends the others.
    with get_context("spawn").Pool(count, initializer=signal.signal, initargs=(signal.SIGINT, signal.SIG_IGN)) as pool:
        yield pool.imap


def _result(found: Any) -> Any:
    return found.result() if hasattr(found, "result") else found
