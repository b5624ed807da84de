r"""A line with its time of reception before it, as an NMEA 4 tag block: `\c:1700000000123*hh\!AIVDM,...`.

What comes from a socket, what lies in a recording and what is read from a file is thus one form of line, for
sentences, SBS lines, aircraft documents and events alike. Times in a tag block are whole milliseconds.
"""

from functools import reduce
from operator import xor

from searoom.units import MICROSECONDS

MAX_TAG_BYTES = 256  # NMEA 0183 4.00 allows 80 characters; several sources' own parameters make it longer
TAG_BAD = "tag block's checksum wrong"
TIME_BAD = "time cannot be read"
_MARK = b"\\"


def checksum(words: bytes) -> int:
    """Return the XOR of all bytes: what stands behind the star."""
    return reduce(xor, words, 0)


def checks(words: bytes, told: bytes) -> bool:
    """Return whether two hexadecimal digits are the checksum of `words`."""
    try:
        return len(told) == 2 and checksum(words) == int(told, 16)
    except ValueError:
        return False


def tag(time_us: int) -> bytes:
    """Return the tag block of a time; it stands before each line that was received then."""
    words = b"c:%d" % (time_us // 1000)
    return b"\\%b*%02X\\" % (words, checksum(words))


def split(line: bytes) -> tuple[int | None, bytes, str]:
    """Return the time that a line's tag block tells, the line without it, and what is wrong with the block.

    A line without a block, or with one that tells no time, has the time None; nothing is wrong with either.
    """
    if line[:1] != _MARK:
        return None, line, ""
    end = line.find(_MARK, 1, MAX_TAG_BYTES)
    if end < 0:
        return None, b"", TAG_BAD
    words, _, told = line[1:end].partition(b"*")
    rest = line[end + 1 :]
    if not checks(words, told[:2]):
        return None, rest, TAG_BAD
    for entry in words.split(b","):
        if entry.startswith(b"c:"):
            time_us = unix_time(entry[2:])
            return time_us, rest, "" if time_us is not None else TIME_BAD
    return None, rest, ""


def stamped(line: bytes, time_us: int) -> bytes:
    """Return a line that tells a time: as it is where its sender wrote one, else with `time_us` before it.

    A sender who relays what was heard elsewhere, or earlier, knows better than the clock here when that was.
    A block without a time keeps its other parameters behind the time.
    """
    told, rest, wrong = split(line)
    if told is not None:
        return line
    if line[:1] == _MARK and not wrong:
        words = line[1 : len(line) - len(rest) - 1].partition(b"*")[0]
        both = b"c:%d,%b" % (time_us // 1000, words)
        return b"\\%b*%02X\\%b" % (both, checksum(both), rest)
    return tag(time_us) + (rest if wrong else line)


def unix_time(cell: bytes) -> int | None:
    """Return the time of Unix seconds, or milliseconds where there are that many digits."""
    if not cell.isdigit() or len(cell) > 13:
        return None
    return int(cell) * 1000 if len(cell) > 10 else int(cell) * MICROSECONDS
