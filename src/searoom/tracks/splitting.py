"""A stream of bytes cut into lines or events of bounded length; a longer one is passed over and counted, never held."""


class Splitter:
    """Cuts at `end`, whatever pieces the bytes come in; `too_long` counts what was passed over."""

    def __init__(self, end: bytes, most: int) -> None:
        self._end, self._most = end, most
        self._rest = b""
        self._passing_over = False
        self.too_long = 0

    def push(self, data: bytes) -> list[bytes]:
        """Return the pieces that are whole now, without their end mark."""
        *whole, self._rest = (self._rest + data).split(self._end)
        if whole and self._passing_over:
            del whole[0]
            self._passing_over = False
        if len(self._rest) >= self._most + len(self._end):  # no end mark can still make it short enough
            self.too_long += not self._passing_over
            self._passing_over = True
            self._rest = self._rest[-(len(self._end) - 1) :] if len(self._end) > 1 else b""
        kept = [piece for piece in whole if len(piece) <= self._most]
        self.too_long += len(whole) - len(kept)
        return kept

    def end(self) -> bool:
        """Forget what is left at the end of a stream; return whether it was part of a piece."""
        left = self._passing_over or bool(self._rest.strip())
        self._rest, self._passing_over = b"", False
        return left
