"""Processes that read blocks of the account, while the process that asked them puts the blocks in their place.

For who reads a whole account and has nothing else to do meanwhile. They are forked, so they have the keys without being
told; they touch no store, file or socket. When the process that asked is gone, however it went, each finds its pipe
closed and ends.
"""

import contextlib
import gc
import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import cycle
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Final, cast

from searoom.keys.pieces import Folded, Piece, Reader
from searoom.statements.folded import Block

AHEAD: Final = 2  # blocks that wait at each process


class Crew:
    """So many processes as there are processors for this one, begun for one reading and ended with it."""

    def __init__(self, count: int | None = None) -> None:
        self._count = (os.cpu_count() or 1) if count is None else count

    def ready(self) -> bool:
        """Whether it helps and this process may be forked: it has one thread, so no other one holds a lock."""
        return self._count > 1 and threading.active_count() == 1

    def folded(self, reader: Reader, pieces: Iterator[Piece]) -> Iterator[tuple[int, Folded | None]]:
        """Yield each of the blocks in turn, with its number; None for one that takes the long way."""
        return _folded(reader, pieces, self._count)


def _folded(reader: Reader, pieces: Iterator[Piece], count: int) -> Iterator[tuple[int, Folded | None]]:
    context, ours = get_context("fork"), list[Connection]()
    workers = []
    try:
        for _ in range(count):
            mine, theirs = context.Pipe()
            worker = context.Process(target=_work, args=(reader, theirs, (*ours, mine)), daemon=True)
            worker.start()
            theirs.close()
            ours.append(mine)
            workers.append(worker)
        turn, asked = cycle(ours), deque[tuple[int, Connection]]()
        for piece in pieces:
            at = next(turn)
            if len(asked) == AHEAD * count:
                yield _answer(*asked.popleft())
            _give(at, piece)
            asked.append((piece.number, at))
        for at in ours:
            _give(at, None)
        while asked:
            yield _answer(*asked.popleft())
    finally:
        for each in ours:
            each.close()
        for worker in workers:
            worker.terminate()
            worker.join()


def _give(at: Connection, piece: Piece | None) -> None:
    with contextlib.suppress(OSError):  # it was ended from outside: its answer will say so
        at.send(piece)


def _answer(number: int, at: Connection) -> tuple[int, Folded | None]:
    try:
        found = cast("tuple[bytes, bytes] | None", at.recv())
    except (EOFError, OSError):  # it was ended from outside: what it had is read here
        return number, None
    return number, None if found is None else Folded(Block.from_bytes(found[0]), found[1])


def _work(reader: Reader, pipe: Connection, others: Sequence[Connection]) -> None:
    """Fold what comes until the pipe is closed; the ends of the other processes are not ours to hold open."""
    for each in others:
        each.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a person's Ctrl-C is for the process that asked
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    gc.freeze()
    with contextlib.suppress(EOFError, OSError):
        piece = pipe.recv()
        while piece is not None:  # the next comes before the answer goes, so that never both ends wait to be read
            found = reader.fold(piece)
            piece = pipe.recv()
            pipe.send(found)
