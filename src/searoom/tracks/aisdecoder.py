"""AIS sentences to columns: bytes of many lines in, whole columns out, compiled where that can be had.

What is read are positions and static data (messages 1-3, 5, 9, 18, 19, 24, 27) and base stations (4, 11). Texts and
aids to navigation (12, 14, 21) are handed on whole, for `aisrest`. All else is counted: `refused` by its cause,
`other_lines` and `other_messages` where nothing is wrong with it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from searoom import compiling
from searoom.tracks import aisfields, aiskernel, aisplain
from searoom.tracks.aislayout import COLUMNS, LAYOUT, WHOLE, Messages

MANY_BYTES = 256 * 1024  # what is less is read while Numba would still be loading
MAX_REST_BYTES = 64 * 1024  # of a line without an end; what is longer is no sentence
_HANDED_ON = np.isin(aisfields.SYMBOLS, WHOLE)  # by the first letter
_WANTED = (aisfields.SYMBOLS >= 0) & (LAYOUT.bits[aisfields.SYMBOLS, 1] > 0) | _HANDED_ON
_TABLE_SYMBOLS = 80  # letters of a message that becomes a row: type 5 has 71
_ROWS = aiskernel.MAX_OPEN_MESSAGES + 1  # one is kept free


def _held() -> aiskernel.Held:
    state = np.zeros(aiskernel.STATES, np.int64)
    state[aiskernel.CLOCK] = aiskernel.NO_TIME
    shape = (_ROWS, aiskernel.MAX_PARTS, aiskernel.MAX_SYMBOLS)
    return aiskernel.Held(state, np.zeros((_ROWS, aiskernel.OPEN_COLUMNS), np.int64), np.zeros(shape, np.uint8))


@dataclass(slots=True)
class Decoder:
    """Decodes a stream of AIS lines, however it is cut; what lies between two cuts is remembered."""

    compiled: bool | None = None  # None: where it can be had, and the first bytes are many
    whole: list[aisplain.Whole] = field(default_factory=list)  # handed on; whoever takes them clears the list
    _rest: bytes = b""
    _held: aiskernel.Held = field(default_factory=_held)
    _lines: aisplain.Lines = field(default_factory=lambda: aisplain.Lines(frozenset(np.flatnonzero(_WANTED).tolist())))
    _counts: aisfields.Longs = field(default_factory=lambda: np.zeros(aiskernel.COUNTS, np.int64))
    _field_counts: aisfields.Longs = field(default_factory=lambda: np.zeros(aisfields.COUNTS, np.int64))

    def read(self, data: bytes) -> Messages:
        """Return the messages that became whole with these bytes; a line without its end waits for it."""
        if self.compiled is None:
            self.compiled = compiling.COMPILED and len(data) >= MANY_BYTES
        lines, newline, rest = data.rpartition(b"\n")
        lines, self._rest = (self._rest + lines + newline, rest) if newline else (b"", self._rest + rest)
        if len(self._rest) > MAX_REST_BYTES:
            self._counts[aiskernel.LINE_LONG] += 1
            self._rest = b"#"  # what is left of it is a line of something else
        return self._read(lines)

    def close(self) -> Messages:
        """Return what the last line gives, and count the messages of which a part never came."""
        last = self._read(self._rest + b"\n")
        still_open = np.count_nonzero(self._held.open[:, aiskernel.KEY]) if self.compiled else self._lines.open
        self._counts[aiskernel.NO_PART] += still_open
        self._rest, self._held, self._lines = b"", _held(), aisplain.Lines(self._lines.wanted, self._lines.counts)
        return last

    @property
    def refused(self) -> Mapping[str, int]:
        """How many lines and messages were turned away, by cause."""
        causes = (*aiskernel.CAUSES, *aisfields.CAUSES)
        counts = (*self._all()[: len(aiskernel.CAUSES)], *self._field_counts)
        return {cause: int(count) for cause, count in zip(causes, counts, strict=True) if count}

    @property
    def other_lines(self) -> int:
        """How many lines were no AIS sentences: other instruments, comments."""
        return int(self._all()[aiskernel.OTHER_LINES])

    @property
    def other_messages(self) -> Mapping[int, int]:
        """How many messages of each type that is not read here; -1: they have none."""
        counts: dict[int, int] = {}
        for letter, count in enumerate(self._all()[aiskernel.OTHER_MESSAGES :].tolist()):
            if count:
                kind = int(aisfields.SYMBOLS[letter])
                counts[kind] = counts.get(kind, 0) + count
        return counts

    def _all(self) -> aisfields.Longs:
        return self._counts + np.array(self._lines.counts, np.int64)

    def _read(self, lines: bytes) -> Messages:
        letters, heads = self._scanned(lines) if self.compiled else self._plainly(lines)
        sizes, fills = heads[:, aiskernel.SIZE], heads[:, aiskernel.FILL]
        rows = len(heads)
        made = aisfields.Made(
            np.empty((rows, len(COLUMNS)), np.int32),
            np.zeros(rows, np.bool_),
            np.empty((rows, aisfields.LETTERS), np.uint8),
            self._field_counts,
        )
        texts = (aisfields.read if self.compiled else aisfields.read_plainly)(letters, sizes, fills, LAYOUT, made)
        made.table[:, aisfields.OWN] = heads[:, aiskernel.OWN]
        if made.kept.all():
            return Messages(made.table, heads[:, aiskernel.TIME], made.letters[:texts])
        return Messages(made.table[made.kept], heads[made.kept, aiskernel.TIME], made.letters[:texts])

    def _scanned(self, lines: bytes) -> tuple[aiskernel.Bytes, aiskernel.Longs]:
        compiling.ready(aiskernel.__name__)
        compiling.ready(aisfields.__name__)
        text = np.frombuffer(bytearray(lines), np.uint8)
        ends = np.flatnonzero(text == ord("\n"))
        made = aiskernel.Made(
            np.empty((len(ends) + 1, aiskernel.MAX_SYMBOLS), np.uint8),
            np.empty((len(ends) + 1, aiskernel.HEAD_COLUMNS), np.int64),
            np.zeros(1, np.int64),
            self._counts,
        )
        aiskernel.scan(text, ends, _WANTED, self._held, made)
        used = int(made.used[0])
        for row in np.flatnonzero(_HANDED_ON[made.letters[:used, 0]]).tolist():
            time_us, size, fill, own = made.heads[row].tolist()
            self.whole.append(aisplain.Whole(time_us, made.letters[row, :size].tobytes(), fill, own=bool(own)))
        return made.letters[:used], made.heads[:used]

    def _plainly(self, lines: bytes) -> tuple[aiskernel.Bytes, aiskernel.Longs]:
        wholes = []
        for whole in self._lines.read(lines):
            if _HANDED_ON[whole.letters[0]]:
                self.whole.append(whole._replace(letters=whole.letters[: aiskernel.MAX_SYMBOLS]))
            else:
                wholes.append(whole)
        size = _TABLE_SYMBOLS
        letters = b"".join(whole.letters[:size].ljust(size, b"\0") for whole in wholes)
        heads = [(whole.time_us, len(whole.letters), whole.fill, whole.own) for whole in wholes]
        return (
            np.frombuffer(letters, np.uint8).reshape(-1, size),
            np.array(heads, np.int64).reshape(-1, aiskernel.HEAD_COLUMNS),
        )
