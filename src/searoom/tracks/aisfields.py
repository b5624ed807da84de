"""From the letters of AIS messages to their fields as columns: compiled loops where they can be had, NumPy where not.

Both ways do the same in the same order; tests hold them to each other, and to pyais. The bounds stand here because
what Numba keeps compiled is told apart by this file alone.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from searoom.compiling import kernel

Bytes: TypeAlias = npt.NDArray[np.uint8]
Ints: TypeAlias = npt.NDArray[np.int32]
Longs: TypeAlias = npt.NDArray[np.int64]

ABSENT = -(2**31)
NAME, CALL_SIGN, DESTINATION = slice(0, 20), slice(20, 27), slice(27, 47)  # the letters of a text
LETTERS = 47
KIND, OWN, TEXT, FIRST_FIELD = range(4)  # the first columns of the table; the others come from the layout
STATIC_B, PART_B, PART_B_AUXILIARY = 24, 28, 29  # message 24, and the forms of its part B
AUXILIARY = 98  # the first digits of the MMSI of a craft of a parent ship
_MMSI, _PART = (8, 30), (38, 2)
_WORD_LETTERS, _WORD_BITS = 10, 60

# What speaks against a message: its place here is its place in the counts.
CAUSES = (
    "message too short for its type", "message too long for its type", "payload is not six-bit",
    "part of message 24 unknown",
)  # fmt: skip
SHORT, LONG, ARMOUR_BAD, PART_BAD, COUNTS = range(len(CAUSES) + 1)


# The six bits of each letter of the payload, -1 where it is none (IEC 61162-1, six-bit field).
_LETTERS_OF_SIX = b"0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVW`abcdefghijklmnopqrstuvw"
SYMBOLS = np.array([_LETTERS_OF_SIX.find(letter) for letter in range(256)])


class Layout(NamedTuple):
    """The tables of `aislayout`: bits by type, fields by form, texts by form."""

    bits: Ints
    fields: Ints
    texts: Ints


class Made(NamedTuple):
    """What messages give: a row each (`kept` says whether), the texts of static ones, and the counts."""

    table: Ints
    kept: npt.NDArray[np.bool_]
    letters: Bytes
    counts: Longs


@kernel
def read(letters: Bytes, sizes: Longs, fills: Longs, layout: Layout, made: Made) -> int:
    """Fill the rows of the messages that can be read; return how many texts there are."""
    words = np.zeros(letters.shape[1] // _WORD_LETTERS + 1, np.int64)
    texts = 0
    for row in range(len(sizes)):
        size = sizes[row]
        kind = SYMBOLS[letters[row, 0]]
        if not layout.bits[kind, 1]:  # it has no table
            continue
        bits = 6 * size - fills[row]
        if bits < layout.bits[kind, 0] or bits > layout.bits[kind, 1]:
            made.counts[SHORT if bits < layout.bits[kind, 0] else LONG] += 1
            continue
        if not unarmoured(letters, row, size, words):
            made.counts[ARMOUR_BAD] += 1
            continue
        form = form_of(kind, words)
        if form < 0:
            made.counts[PART_BAD] += 1
            continue
        made.kept[row] = True
        for column in range(made.table.shape[1]):
            made.table[row, column] = ABSENT
        made.table[row, KIND] = kind
        field = 0
        while layout.fields[form, field, 2]:
            column, first, width = layout.fields[form, field]
            made.table[row, column] = number_at(words, first, width)
            field += 1
        if layout.texts[form].max() >= 0:
            made.table[row, TEXT] = texts
            write_texts(words, layout.texts, form, made.letters, texts)
            texts += 1
    return texts


@kernel
def unarmoured(letters: Bytes, row: int, size: int, words: Longs) -> bool:
    """Pack the six bits of each letter, ten letters a word; return whether all are letters of the payload."""
    place = all_bits = 0
    for word in range(len(words)):
        value = 0
        for _ in range(_WORD_LETTERS):
            six = SYMBOLS[letters[row, place]] if place < size else 0
            all_bits |= six
            value = value << 6 | six
            place += 1
        words[word] = value
        if place >= size + 2:  # a text may end beyond the letters
            break
    return all_bits >= 0


@kernel
def form_of(kind: int, words: Longs) -> int:
    """Return which form a message has: its type, or a part of message 24; -1 for a part that there is not."""
    if kind != STATIC_B:
        return kind
    part = number_at(words, 38, 2)
    if part == 1:
        return PART_B_AUXILIARY if number_at(words, 8, 30) // 10_000_000 == AUXILIARY else PART_B
    return kind if part == 0 else -1


@kernel
def number_at(words: Longs, first: int, width: int) -> int:
    """Return the number in some bits, 54 at most; a negative width is that of a signed one."""
    count = abs(width)
    word, offset = first // _WORD_BITS, first % _WORD_BITS
    rest = offset + count - _WORD_BITS
    value = words[word] >> -rest if rest <= 0 else words[word] << rest | words[word + 1] >> (_WORD_BITS - rest)
    value &= (1 << count) - 1
    return int(value - (1 << count) if width < 0 and value >> (count - 1) else value)


@kernel
def write_texts(words: Longs, firsts: Ints, form: int, letters: Bytes, row: int) -> None:
    """Write name, call sign and destination as letters; what a message does not have is all @, which means nothing."""
    place = 0
    for text in range(3):
        first = firsts[form, text]
        for letter in range(7 if text == 1 else 20):
            value = number_at(words, first + 6 * letter, 6) if first >= 0 else 0
            letters[row, place] = value + 64 if value < 32 else value
            place += 1


def read_plainly(letters: Bytes, sizes: Longs, fills: Longs, layout: Layout, made: Made) -> int:
    """Do what `read` does, all messages of a form at once."""
    six = SYMBOLS[letters]
    inside = np.arange(letters.shape[1]) < sizes[:, None]
    kind = six[:, 0]
    bits = 6 * sizes - fills
    without = layout.bits[kind, 1] == 0
    short, long = ~without & (bits < layout.bits[kind, 0]), ~without & (bits > layout.bits[kind, 1])
    unread = ~(short | long | without) & (inside & (six < 0)).any(axis=1)
    six = np.pad(np.where(inside, six, 0), ((0, 0), (0, 2)))
    form = _forms(kind, six)
    strange = ~(short | long | unread | without) & (form < 0)
    made.counts[:] += [int(bad.sum()) for bad in (short, long, unread, strange)]
    made.kept[:] = ~(short | long | unread | strange | without)
    made.table[made.kept] = ABSENT
    made.table[made.kept, KIND] = kind[made.kept]
    with_text = made.kept & (layout.texts[form].max(axis=1) >= 0)
    made.table[with_text, TEXT] = np.arange(with_text.sum())
    for one in np.unique(form[made.kept]):
        rows = np.flatnonzero(made.kept & (form == one))
        for column, first, width in layout.fields[one]:
            if width:
                made.table[rows, column] = _numbers(six[rows], first, width)
        if layout.texts[one].max() >= 0:
            made.letters[made.table[rows, TEXT]] = _texts(six[rows], layout.texts[one])
    return int(with_text.sum())


def _forms(kind: Longs, six: Longs) -> Longs:
    part = _numbers(six, *_PART)
    auxiliary = _numbers(six, *_MMSI) // 10_000_000 == AUXILIARY
    of_static = np.select([part == 0, part == 1], [kind, np.where(auxiliary, PART_B_AUXILIARY, PART_B)], -1)
    return np.where(kind == STATIC_B, of_static, kind)


def _numbers(six: Longs, first: int, width: int) -> Longs:
    """Return the number that each message has in some bits."""
    count = abs(width)
    begin, end = first // 6, (first + count + 5) // 6
    value = np.zeros(len(six), np.int64)
    for place in range(begin, end):
        value = value << 6 | six[:, place]
    value = value >> (6 * end - first - count) & ((1 << count) - 1)
    return np.where(value >> (count - 1) == 1, value - (1 << count), value) if width < 0 else value


def _texts(six: Longs, firsts: Ints) -> Longs:
    """Return the letters of each message."""
    letters = []
    for first, count in zip(firsts, (20, 7, 20), strict=True):
        letters += [_numbers(six, first + 6 * letter, 6) if first >= 0 else 0 * six[:, 0] for letter in range(count)]
    value = np.stack(letters, axis=1)
    return np.where(value < 32, value + 64, value)
