"""Lines of AIS sentences to whole messages, line by line in Python: what is used where nothing can be compiled.

`aiskernel` does the same over bytes; a test holds both to the same messages and the same counts.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import product
from typing import NamedTuple

from searoom.tracks import aiskernel
from searoom.tracks.aiskernel import MAX_GAP_US, MAX_LINE_BYTES, MAX_OPEN_MESSAGES, MAX_PARTS, MAX_TAG_BYTES, NO_TIME
from searoom.tracks.stamps import unix_time
from searoom.units import MICROSECONDS

_DIGITS = (b"0123456789abcdef", b"0123456789ABCDEF")
_SUMS = {
    bytes((high, low)): int(bytes((high, low)), 16) for high, low in product(set(_DIGITS[0] + _DIGITS[1]), repeat=2)
}
_PGHP = re.compile(rb"\$PGHP,[^,]*" + rb",(\d{1,4})" * 7 + rb"(?:,.*)?", re.DOTALL)
_SENTENCE = re.compile(rb"![^,]*,(\d),(\d),[^,]*,[^,]*,[^,]*,([0-5])", re.DOTALL)


class Whole(NamedTuple):
    """A whole message: when it was heard, its letters, the fill bits of the last, and whether our own ship sent it."""

    time_us: int
    letters: bytes
    fill: int
    own: bool


@dataclass(slots=True)
class _Open:
    """A message of which a part is missing."""

    begun_us: int
    letters: dict[int, bytes] = field(default_factory=dict)
    fill: int = 0


@dataclass(slots=True)
class Lines:
    """Reads lines; `counts` are those of `aiskernel`."""

    wanted: frozenset[int]  # first letters of the messages that are kept
    counts: list[int] = field(default_factory=lambda: [0] * aiskernel.COUNTS)
    _time_us: int = NO_TIME
    _station: bytes = b""  # who heard this line, where it says so
    _open: dict[tuple[bytes, ...], _Open] = field(default_factory=dict)

    @property
    def open(self) -> int:
        """How many messages wait for a part."""
        return len(self._open)

    def read(self, block: bytes) -> Iterator[Whole]:
        """Yield the whole messages of a block of lines, in the order in which they become whole."""
        for raw in block.split(b"\n"):
            line = raw.strip()
            self._station = b""
            if line.startswith(b"\\"):
                line = self._past_tag_block(line)
            if not line:
                continue
            if line.startswith(b"!") and line[3:6] in (b"VDM", b"VDO"):
                whole = self._sentence(line)
                if whole is not None:
                    yield whole
            elif line.startswith(b"$PGHP,"):
                self._hold(_pghp_time(line), aiskernel.TIME_LINE_BAD)
            else:
                self.counts[aiskernel.OTHER_LINES] += 1

    def _hold(self, time_us: int | None, cause: int) -> None:
        """Keep a time of reception until the next; an unreadable one leaves no time, not the old one."""
        self._time_us = NO_TIME if time_us is None else time_us
        self.counts[cause] += time_us is None

    def _past_tag_block(self, line: bytes) -> bytes:
        """Take the time, and the station or group, from a tag block; return the sentence behind it."""
        close = line.find(b"\\", 1, MAX_TAG_BYTES)
        words, star, told = line[1 : max(close, 0)].partition(b"*")
        if not star or not _checks(words, told[:2]):
            self._hold(None, aiskernel.TAG_BAD)
            return line[close + 1 :] if close > 0 else b""
        timed = grouped = False
        for entry in words.split(b","):
            if entry.startswith(b"c:") and not timed:
                timed = True
                self._hold(unix_time(entry[2:]), aiskernel.TIME_BAD)
            elif entry.startswith(b"g:"):  # place, total and name of a group; the parts of one message are one group
                grouped = True
                self._station = b"g" + entry[2:].rsplit(b"-", 1)[-1]
            elif entry.startswith(b"s:") and not grouped:
                self._station = b"s" + entry[2:]
        return line[close + 1 :]

    def _sentence(self, line: bytes) -> Whole | None:
        """Read a VDM or VDO sentence: a whole message, or a part of one."""
        words, star, tail = line.partition(b"*")
        cause = _against(line, words, star, tail)
        if cause is not None:
            self.counts[cause] += 1
            return None
        before, _, time = tail.rpartition(b",")
        if before and time[:1].isdigit():
            self._hold(unix_time(time), aiskernel.TIME_BAD)
            _, comma, station = before.rpartition(b",")
            if comma and not self._station:
                self._station = b"t" + station
        match = _SENTENCE.fullmatch(words)
        total, number, fill = map(int, match.groups()) if match else (0, 0, 0)
        if not 1 <= number <= total <= MAX_PARTS:
            self.counts[aiskernel.FIELDS_BAD] += 1
            return None
        talker, _, _, sequence, channel, letters, _ = words.split(b",")
        begun_us = self._time_us
        if total > 1:
            key = (talker, b"%d" % total, sequence, channel, self._station)
            message = self._put_part(key, number, total, letters, fill)
            if message is None:
                return None
            letters, fill = b"".join(message.letters[place] for place in sorted(message.letters)), message.fill
            begun_us = message.begun_us if message.begun_us != NO_TIME else begun_us
        if letters[:1] and letters[0] in self.wanted:
            return Whole(begun_us, letters, fill, own=line[5:6] == b"O")
        self.counts[aiskernel.OTHER_MESSAGES + (letters[0] if letters else 0)] += 1
        return None

    def _put_part(self, key: tuple[bytes, ...], number: int, total: int, letters: bytes, fill: int) -> _Open | None:
        """Keep a part of a message; return the message once all parts are here."""
        message = self._open.get(key)
        if message and (number == 1 or self._is_far(message.begun_us)):
            self.counts[aiskernel.NO_PART] += 1
            del self._open[key]
            message = None
        if number == 1:
            message = self._open[key] = _Open(self._time_us)
        if message is None:
            self.counts[aiskernel.NO_FIRST] += 1
            return None
        message.letters[number] = letters
        if number == total:
            message.fill = fill
        if len(message.letters) == total:
            return self._open.pop(key)
        if len(self._open) > MAX_OPEN_MESSAGES:
            del self._open[next(iter(self._open))]
            self.counts[aiskernel.NO_PART] += 1
        return None

    def _is_far(self, begun_us: int) -> bool:
        """Return whether now and then, both known, lie too far apart for parts of one message."""
        return NO_TIME not in (self._time_us, begun_us) and abs(self._time_us - begun_us) > MAX_GAP_US


def _against(line: bytes, words: bytes, star: bytes, tail: bytes) -> int | None:
    """Return what speaks against a line before its fields are looked at."""
    if len(line) > MAX_LINE_BYTES:
        return aiskernel.LINE_LONG
    if not star:
        return aiskernel.NO_SUM
    return None if _checks(words[1:], tail[:2]) else aiskernel.SUM_BAD


def _checks(words: bytes, told: bytes) -> bool:
    """Return whether two hexadecimal digits are the XOR of all bytes; the words are folded, for speed."""
    value, bits = int.from_bytes(words), 8 << len(words).bit_length()
    while bits > 8:
        bits //= 2
        value ^= value >> bits
    return _SUMS.get(told) == value & 255


def _pghp_time(line: bytes) -> int | None:
    """Return the time of `$PGHP,1,year,month,day,hour,minute,second,millisecond,...` (Gatehouse)."""
    words, star, told = line.partition(b"*")
    match = _PGHP.fullmatch(words)
    if match is None or (star and not _checks(words[1:], told[:2])):
        return None
    try:
        year, month, day, hour, minute, second, milli = map(int, match.groups())
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
    except ValueError:
        return None
    return int(moment.timestamp()) * MICROSECONDS + milli * 1000 if milli < 1000 else None
