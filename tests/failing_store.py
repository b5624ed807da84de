"""A store whose next write goes wrong: lost, or done while the word of it is lost."""

import contextlib
from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum

from searoom.errors import StateUnknown
from searoom.record.evidence import Evidence
from searoom.record.log import Item, Store

WRITES = ("append", "cosign", "keep", "put", "drop", "together")


class Loss(StrEnum):
    """What a failing disk does to a write: both look the same to who asked for it."""

    LOST = "lost"
    WORD_LOST = "done, but the word of it lost"


class FailingStore:
    """Passes everything on to `inner`; after `fail(write, loss)` the next call of that write raises.

    `fail_at(n, loss)` lets the n-th durable write from now on fail, whichever it is: writes inside
    `together` are durable only with it, and count as one.
    """

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self.writes = 0  # durable writes asked for until now
        self._plan: tuple[str, Loss] | None = None
        self._at: tuple[int, Loss] | None = None
        self._together = 0
        self._late: Loss | None = None

    def fail(self, write: str, loss: Loss) -> None:
        """Let the next call of this one of `WRITES` fail."""
        assert write in WRITES
        self._plan = write, loss

    def fail_at(self, number: int, loss: Loss) -> None:
        """Let the durable write that is `number` from now (0 is the next) fail."""
        self._at = self.writes + number, loss

    def _loss(self, write: str) -> Loss | None:
        loss = None
        if not self._together:
            if self._at is not None and self._at[0] == self.writes:
                loss, self._at = self._at[1], None
            self.writes += 1
        if self._plan is not None and self._plan[0] == write:
            loss, self._plan = self._plan[1], None
        return loss

    def _write(self, write: str, do: Callable[[], None]) -> None:
        loss = self._loss(write)
        if loss is not Loss.LOST:
            do()
        if loss is Loss.WORD_LOST and self._together:
            self._late = loss  # the word that is lost is that of the whole
        elif loss:
            raise StateUnknown(f"the disk failed: {loss}")

    @contextlib.contextmanager
    def together(self) -> Iterator[None]:
        """Write together what is written inside; it is lost, or done, as a whole."""
        loss = self._loss("together")
        outermost = not self._together
        self._together += 1
        try:
            with self.inner.together():
                yield
                if loss is Loss.LOST:
                    raise StateUnknown(f"the disk failed: {loss}")
        finally:
            self._together -= 1
            if outermost:
                late, self._late = self._late, None
        if loss or (outermost and late):
            raise StateUnknown(f"the disk failed: {loss or late}")

    def append(self, log: str, start: int, items: Sequence[Item], note: bytes, *, now_us: int) -> None:
        self._write("append", lambda: self.inner.append(log, start, items, note, now_us=now_us))

    def cosign(self, log: str, by: str, size: int, note: bytes) -> None:
        self._write("cosign", lambda: self.inner.cosign(log, by, size, note))

    def keep(self, kind: str, detail: bytes, *, now_us: int) -> None:
        self._write("keep", lambda: self.inner.keep(kind, detail, now_us=now_us))

    def put(self, kind: str, key: bytes, value: bytes) -> None:
        self._write("put", lambda: self.inner.put(kind, key, value))

    def drop(self, kind: str, key: bytes) -> None:
        self._write("drop", lambda: self.inner.drop(kind, key))

    def logs(self) -> Sequence[str]:
        return self.inner.logs()

    def size(self, log: str) -> int:
        return self.inner.size(log)

    def leaves(self, log: str, start: int = 0) -> Iterator[bytes]:
        return self.inner.leaves(log, start)

    def items(self, log: str, start: int, stop: int) -> Iterator[Item]:
        return self.inner.items(log, start, stop)

    def note(self, log: str) -> bytes:
        return self.inner.note(log)

    def cosigned(self, log: str) -> Sequence[tuple[str, bytes]]:
        return self.inner.cosigned(log)

    def kept(self) -> Sequence[Evidence]:
        return self.inner.kept()

    def get(self, kind: str, key: bytes) -> bytes | None:
        return self.inner.get(kind, key)

    def each(self, kind: str) -> Iterator[tuple[bytes, bytes]]:
        return self.inner.each(kind)

    def close(self) -> None:
        self.inner.close()
