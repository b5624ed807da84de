"""Lines of AIS sentences to whole messages: compiled loops over their bytes; `aisplain` does the same in Python.

The bounds that both share stand here, because what Numba keeps compiled is told apart by this file alone.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from searoom.compiling import kernel

Bytes: TypeAlias = npt.NDArray[np.uint8]
Longs: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]

NO_TIME = -(2**63)
MAX_LINE_BYTES = 1024  # NMEA 0183 allows 82; tag blocks and receivers' own tails make it longer
MAX_TAG_BYTES = 256
MAX_PARTS = 9  # one digit in the sentence
MAX_OPEN_MESSAGES = 256  # messages still waiting for a part; the oldest is given up
MAX_GAP_US = 30_000_000  # sequence numbers come round: a part that comes later than this is of another message
MAX_SYMBOLS = 176  # letters of a payload that are kept; a message of five slots, the longest, has 168

# What speaks against a line: its place here is its place in the counts.
CAUSES = (
    "time line cannot be read", "time cannot be read", "tag block's checksum wrong", "line too long",
    "checksum missing", "checksum wrong", "sentence has the wrong fields", "first part of a message missing",
    "part of a message missing",
)  # fmt: skip
TIME_LINE_BAD, TIME_BAD, TAG_BAD, LINE_LONG, NO_SUM, SUM_BAD, FIELDS_BAD, NO_FIRST, NO_PART = range(len(CAUSES))
OTHER_LINES, OTHER_MESSAGES, COUNTS = len(CAUSES), len(CAUSES) + 1, len(CAUSES) + 257  # messages by first letter, or 0

# What is held from line to line, and of each open message; its key is 0 where the row is free.
CLOCK, SERIAL, STATION, STATES = range(4)
KEY, NUMBER, MASK, BEGUN, LAST_FILL, SIZES = range(6)
OPEN_COLUMNS = SIZES + MAX_PARTS
TIME, SIZE, FILL, OWN, HEAD_COLUMNS = range(5)  # what is known of a whole message beside its letters
_TAB, _RETURN, _SPACE, _BANG, _STAR, _COMMA, _DASH, _COLON, _MARK, _OWN = 9, 13, 32, 33, 42, 44, 45, 58, 92, 79
_PGHP, _VDM, _VDO = (np.frombuffer(word, np.uint8) for word in (b"$PGHP,", b"VDM", b"VDO"))
_HEX = np.array([int(chr(digit), 16) if chr(digit) in "0123456789abcdefABCDEF" else 4096 for digit in range(256)])
_FNV_PRIME = 1_099_511_628_211


class Held(NamedTuple):
    """What lies between two blocks of lines: the state, the open messages, and the letters of their parts."""

    state: Longs
    open: Longs
    parts: Bytes


class Made(NamedTuple):
    """What a block gives: the letters and the head of each message, how many there are, and the counts."""

    letters: Bytes
    heads: Longs
    used: Longs
    counts: Longs


@kernel
def scan(text: Bytes, ends: Longs, wanted: Flags, held: Held, made: Made) -> None:
    """Read the lines of `text` that end before `ends`; keep messages whose first letter, their type, is wanted."""
    commas = np.zeros(7, np.int64)
    start = 0
    for end in ends:
        first, last = start, end
        start = end + 1
        while first < last and blank(text[first]):
            first += 1
        while first < last and blank(text[last - 1]):
            last -= 1
        held.state[STATION] = 0
        if first < last and text[first] == _MARK:
            first = past_tag_block(text, first, last, held.state, made.counts)
        if first == last:
            continue
        ais = text[first] == _BANG and (says(text, first + 3, last, _VDM) or says(text, first + 3, last, _VDO))
        if ais:
            sentence(text, first, last, commas, wanted, held, made)
        elif says(text, first, last, _PGHP):
            hold(held.state, made.counts, pghp_time(text, first, last), TIME_LINE_BAD)
        else:
            made.counts[OTHER_LINES] += 1


@kernel
def blank(letter: int) -> bool:
    """Return whether a byte is white space."""
    return letter == _SPACE or _TAB <= letter <= _RETURN


@kernel
def says(text: Bytes, first: int, last: int, word: Bytes) -> bool:
    """Return whether a word stands at a place."""
    if last - first < len(word):
        return False
    same = True
    for place in range(len(word)):
        same &= text[first + place] == word[place]
    return same


@kernel
def found(text: Bytes, first: int, last: int, letter: int) -> int:
    """Return where a letter first stands, or `last`."""
    for place in range(first, last):
        if text[place] == letter:
            return place
    return last


@kernel
def found_last(text: Bytes, first: int, last: int, letter: int) -> int:
    """Return where a letter last stands, or the place before `first`."""
    for place in range(last - 1, first - 1, -1):
        if text[place] == letter:
            return place
    return first - 1


@kernel
def told(text: Bytes, star: int, last: int) -> int:
    """Return the checksum that stands behind a star, or -1."""
    if star + 2 >= last:
        return -1
    return int(_HEX[text[star + 1]] * 16 + _HEX[text[star + 2]])


@kernel
def checksum(text: Bytes, first: int, last: int) -> int:
    """Return the XOR of some bytes."""
    value = np.uint64(0)  # an index that cannot be negative lets the compiler take many bytes at once
    for place in range(np.uint64(first), np.uint64(last)):
        value ^= np.uint64(text[place])
    return int(value)


@kernel
def hold(state: Longs, counts: Longs, time_us: int, cause: int) -> None:
    """Keep a time of reception until the next; an unreadable one leaves no time, not the old one."""
    state[CLOCK] = time_us
    if time_us == NO_TIME:
        counts[cause] += 1


@kernel
def unix_time(text: Bytes, first: int, last: int) -> int:
    """Return the time of Unix seconds, or of milliseconds where there are more than ten digits."""
    if first == last or last - first > 13:
        return NO_TIME
    value = 0
    for place in range(first, last):
        if not 48 <= text[place] <= 57:
            return NO_TIME
        value = value * 10 + text[place] - 48
    return value * 1000 if last - first > 10 else value * 1_000_000


@kernel
def mixed(text: Bytes, first: int, last: int, value: int) -> int:
    """Return a 64-bit value that some bytes were mixed into (FNV-1a)."""
    for place in range(first, last):
        value = (value ^ text[place]) * _FNV_PRIME
    return (value ^ 255) * _FNV_PRIME  # an end that is no letter


@kernel
def past_tag_block(text: Bytes, first: int, last: int, state: Longs, counts: Longs) -> int:
    """Take the time, and the station or group, from a tag block; return where the sentence begins."""
    close = found(text, first + 1, min(last, first + MAX_TAG_BYTES), _MARK)
    if close == min(last, first + MAX_TAG_BYTES):
        hold(state, counts, NO_TIME, TAG_BAD)
        return last
    star = found(text, first + 1, close, _STAR)
    if checksum(text, first + 1, star) != told(text, star, close):
        hold(state, counts, NO_TIME, TAG_BAD)
        return close + 1
    timed = grouped = False
    entry = first + 1
    while entry < star:
        after = found(text, entry, star, _COMMA)
        if after - entry > 1 and text[entry + 1] == _COLON:
            name = text[entry]
            if name == 99 and not timed:  # c: the time
                timed = True
                hold(state, counts, unix_time(text, entry + 2, after), TIME_BAD)
            elif name == 103:  # g: place, total and name of a group; the parts of one message are one group
                grouped = True
                state[STATION] = mixed(text, found_last(text, entry + 2, after, _DASH) + 1, after, 103)
            elif name == 115 and not grouped:  # s: the station that heard it
                state[STATION] = mixed(text, entry + 2, after, 115)
        entry = after + 1
    return close + 1


@kernel
def pghp_time(text: Bytes, first: int, last: int) -> int:
    """Return the time of `$PGHP,1,year,month,day,hour,minute,second,millisecond,...` (Gatehouse)."""
    star = found(text, first, last, _STAR)
    if star < last and checksum(text, first + 1, star) != told(text, star, last):
        return NO_TIME
    cells = np.zeros(7, np.int64)
    cell, value, digits = -2, 0, 0  # the name, then one cell that says nothing, then the seven
    for place in range(first, star + 1):
        letter = text[place] if place < star else _COMMA
        if letter == _COMMA:
            if cell >= 0:
                if not 1 <= digits <= 4:
                    return NO_TIME
                cells[cell] = value
            cell, value, digits = cell + 1, 0, 0
            if cell == 7:
                return instant(cells)
        elif 48 <= letter <= 57 and digits >= 0 and digits <= 4:
            value, digits = value * 10 + letter - 48, digits + 1
        else:
            digits = -1
    return NO_TIME


@kernel
def instant(cells: Longs) -> int:
    """Return the microseconds of a date and time, where the calendar has it."""
    year, month, day, hour, minute, second, milli = cells
    if not (year >= 1 and 1 <= month <= 12 and day >= 1 and hour < 24 and minute < 60 and second < 60 and milli < 1000):
        return NO_TIME
    leap = year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)
    if day > (29 if leap else 28) if month == 2 else day > 30 + (month + month // 8) % 2:
        return NO_TIME
    shifted = year - 1 if month <= 2 else year  # the year begins in March, so that the leap day ends it
    days = 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 + (153 * ((month + 9) % 12) + 2) // 5 + day
    seconds = (((days - 719_469) * 24 + hour) * 60 + minute) * 60 + second
    return int(seconds * 1_000_000 + milli * 1000)


@kernel
def sentence(text: Bytes, first: int, last: int, commas: Longs, wanted: Flags, held: Held, made: Made) -> None:
    """Read a VDM or VDO sentence: a whole message, or a part of one."""
    counts = made.counts
    if last - first > MAX_LINE_BYTES:
        counts[LINE_LONG] += 1
        return
    star = found(text, first + 1, last, _STAR)
    if star == last or checksum(text, first + 1, star) != told(text, star, last):
        counts[NO_SUM if star == last else SUM_BAD] += 1
        return
    take_tail(text, star + 1, last, held.state, counts)
    place = first
    for cell in range(6):
        place = found(text, place + 1, star, _COMMA)
        commas[cell] = place
    whole = star - place == 2 and text[place + 1] != _COMMA  # the sixth comma, and one letter behind it
    if not whole or commas[1] - commas[0] != 2 or commas[2] - commas[1] != 2:
        counts[FIELDS_BAD] += 1
        return
    total, number, fill = text[commas[0] + 1] - 48, text[commas[1] + 1] - 48, text[commas[5] + 1] - 48
    if not (1 <= number <= total <= MAX_PARTS and 0 <= fill <= 5):
        counts[FIELDS_BAD] += 1
        return
    message, size, row = made.used[0], commas[5] - commas[4] - 1, -1
    if total == 1:
        begin = np.uint64(commas[4] + 1)
        for place in range(np.uint64(min(size, MAX_SYMBOLS))):
            made.letters[message, place] = text[begin + place]
    else:
        row = put_part(text, first, commas, number, total, fill, held, counts)
        if row < 0:
            return
        size = join(held, row, total, made.letters, message)
    if not size or not wanted[made.letters[message, 0]]:
        counts[OTHER_MESSAGES + (made.letters[message, 0] if size else 0)] += 1
        return
    made.used[0] += 1
    begun = row >= 0 and held.open[row, BEGUN] != NO_TIME
    made.heads[message, TIME] = held.open[row, BEGUN] if begun else held.state[CLOCK]
    made.heads[message, SIZE] = size
    made.heads[message, FILL] = held.open[row, LAST_FILL] if row >= 0 else fill
    made.heads[message, OWN] = text[first + 5] == _OWN


@kernel
def take_tail(text: Bytes, first: int, last: int, state: Longs, counts: Longs) -> None:
    """Take the time that some receivers write after the checksum, and the name of the station before it."""
    comma = found_last(text, first, last, _COMMA)
    if comma < first or not 48 <= text[min(comma + 1, last - 1)] <= 57:
        return
    hold(state, counts, unix_time(text, comma + 1, last), TIME_BAD)
    before = found_last(text, first, comma, _COMMA)
    if before >= first and state[STATION] == 0:
        state[STATION] = mixed(text, before + 1, comma, 116)


@kernel
def put_part(
    text: Bytes, first: int, commas: Longs, number: int, total: int, fill: int, held: Held, counts: Longs
) -> int:
    """Keep a part of a message; return its row, now free again, once all parts are here; else -1."""
    key = mixed(text, commas[2] + 1, commas[4], mixed(text, first, commas[1], held.state[STATION])) | 1
    now, rows = held.state[CLOCK], held.open
    row = row_of(rows, key)
    timed = row >= 0 and now != NO_TIME and rows[row, BEGUN] != NO_TIME
    if row >= 0 and (number == 1 or (timed and abs(now - rows[row, BEGUN]) > MAX_GAP_US)):
        counts[NO_PART] += 1
        rows[row, KEY] = 0
        row = -1
    if number == 1:
        row = row_of(rows, 0)
        held.state[SERIAL] += 1
        rows[row] = 0
        rows[row, KEY], rows[row, NUMBER], rows[row, BEGUN] = key, held.state[SERIAL], now
    if row < 0:
        counts[NO_FIRST] += 1
        return -1
    size = commas[5] - commas[4] - 1
    for place in range(min(size, MAX_SYMBOLS)):
        held.parts[row, number - 1, place] = text[commas[4] + 1 + place]
    rows[row, SIZES + number - 1] = size
    rows[row, MASK] |= 1 << number
    if number == total:
        rows[row, LAST_FILL] = fill
    if rows[row, MASK] == (2 << total) - 2:
        rows[row, KEY] = 0
        return row
    if row_of(rows, 0) < 0:  # a row is kept free for the next
        rows[np.argmin(rows[:, NUMBER]), KEY] = 0
        counts[NO_PART] += 1
    return -1


@kernel
def row_of(rows: Longs, key: int) -> int:
    """Return the first row with a key, or -1; a free row has the key 0."""
    for row in range(len(rows)):
        if rows[row, KEY] == key:
            return row
    return -1


@kernel
def join(held: Held, row: int, total: int, letters: Bytes, message: int) -> int:
    """Put the letters of a message's parts together; return how many there are, also where they do not all fit."""
    size = 0
    for part in range(total):
        for place in range(held.open[row, SIZES + part]):
            if size + place < MAX_SYMBOLS:
                letters[message, size + place] = held.parts[row, part, place]
        size += held.open[row, SIZES + part]
    return size
