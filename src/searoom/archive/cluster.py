"""The engine that lets a Dask cluster work: one that runs already, or a few processes of this machine.

A worker that dies costs time and nothing else: the scheduler gives its tasks to another, and a task has no effects.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

import distributed

from searoom.archive.engines import Engine
from searoom.errors import NotAllowed, Unreachable

_dask: Any = distributed  # it says few types
T = TypeVar("T")
R = TypeVar("R")

LOCAL = "local:"
CONNECT_S = 20.0
AHEAD = 2  # tasks begun for each thread of the cluster: enough to be never idle, few enough for the results to fit


@contextmanager
def dask(address: str) -> Iterator[Engine]:
    """Give the engine of the cluster at an address (`tcp://10.0.0.5:8786`), or of `local:N` processes made for it.

    `NotAllowed` where the address is none, `Unreachable` where no scheduler answers there.
    """
    if address.startswith(LOCAL):
        with _local(address) as made, _dask.Client(made) as client:
            yield on(client)
        return
    try:
        client = _dask.Client(address, timeout=CONNECT_S)
    except ValueError as fault:
        raise NotAllowed(f"'{address}' is no address of a cluster: {fault}", advice=_ADVICE) from None
    except (OSError, TimeoutError) as fault:
        raise Unreachable(f"no Dask scheduler answers at {address}", advice=_ADVICE) from fault
    with client:
        yield on(client)


_ADVICE = "Give the address of a Dask scheduler, such as tcp://10.0.0.5:8786, or local:4 for four processes here."


def on(client: Any) -> Engine:
    """Return the engine of a client that somebody holds."""

    def engine(work: Callable[[T], R], tasks: Sequence[T]) -> Iterator[R]:
        waiting = iter(tasks)
        begun: deque[Any] = deque()
        while True:
            threads = sum(client.nthreads().values())
            for task in islice(waiting, max(AHEAD * threads - len(begun), 1 if not begun else 0)):
                begun.append(client.submit(work, task, pure=False))
            if not begun:
                return
            yield _result(begun.popleft())

    return engine


def _result(future: Any) -> Any:
    try:
        return future.result()
    except distributed.KilledWorker as fault:
        raise Unreachable(
            f"the cluster gave up: {str(fault).split('. ', maxsplit=1)[0]}",
            advice="A part took more memory than a worker has: give the workers more, or take smaller parts.",
        ) from fault


def _local(address: str) -> Any:
    count = address.removeprefix(LOCAL)
    if not count.isdecimal() or not 1 <= int(count) <= 1024:
        raise NotAllowed(f"'{address}' names no number of processes", advice=_ADVICE)
    return _dask.LocalCluster(n_workers=int(count), threads_per_worker=1, dashboard_address="127.0.0.1:0")
