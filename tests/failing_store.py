"""A store whose next write goes wrong: lost, or done while the word of it is lost."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from searoom.errors import StateUnknown
from searoom.record.evidence import Evidence
from searoom.record.log import Item, Store


class Loss(StrEnum):
    """What a failing disk does to a write: both look the same to who asked for it."""

    LOST = "lost"
    WORD_LOST = "done, but the word of it lost"


class FailingStore:
    """Passes everything on to `inner`; after `fail(write, loss)` the next call of that write raises."""

    def __init__(self, inner: Store) -> None:
        self.inner = inner
        self._plan: tuple[str, Loss] | None = None

    def fail(self, write: str, loss: Loss) -> None:
        """Let the next `append`, `cosign` or `keep` fail."""
        self._plan = write, loss

    def _loss(self, write: str) -> Loss | None:
        if self._plan is None or self._plan[0] != write:
            return None
        loss, self._plan = self._plan[1], None
        return loss

    def append(self, log: str, start: int, items: Sequence[Item], note: bytes, *, now_us: int) -> None:
        loss = self._loss("append")
        if loss is not Loss.LOST:
            self.inner.append(log, start, items, note, now_us=now_us)
        if loss:
            raise StateUnknown(f"the disk failed: {loss}")

    def cosign(self, log: str, by: str, size: int, note: bytes) -> None:
        loss = self._loss("cosign")
        if loss is not Loss.LOST:
            self.inner.cosign(log, by, size, note)
        if loss:
            raise StateUnknown(f"the disk failed: {loss}")

    def keep(self, kind: str, detail: bytes, *, now_us: int) -> None:
        loss = self._loss("keep")
        if loss is not Loss.LOST:
            self.inner.keep(kind, detail, now_us=now_us)
        if loss:
            raise StateUnknown(f"the disk failed: {loss}")

    def size(self, log: str) -> int:
        return self.inner.size(log)

    def leaves(self, log: str) -> Iterator[bytes]:
        return self.inner.leaves(log)

    def items(self, log: str, start: int, stop: int) -> Iterator[Item]:
        return self.inner.items(log, start, stop)

    def noted(self, log: str) -> Sequence[int]:
        return self.inner.noted(log)

    def note(self, log: str, size: int) -> bytes:
        return self.inner.note(log, size)

    def cosigned(self, log: str) -> Sequence[tuple[str, bytes]]:
        return self.inner.cosigned(log)

    def kept(self) -> Sequence[Evidence]:
        return self.inner.kept()
