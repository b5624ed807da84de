"""What stands where in an AIS message (ITU-R M.1371): the bits of each field by type, as tables for both decoders."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from searoom.tracks.aisfields import PART_B, PART_B_AUXILIARY, STATIC_B, Layout
from searoom.tracks.fixes import Flags, Times

Table: TypeAlias = npt.NDArray[np.int32]
Letters: TypeAlias = npt.NDArray[np.uint8]

# The columns of what is decoded. The first three say what the message is, `text` is its row in the letters; the
# others are the message's own integers, `ABSENT` where the type has no such field.
COLUMNS = (
    "kind", "own", "text", "mmsi", "part", "lat", "lon", "speed", "course", "heading", "turn", "accuracy", "alt",
    "imo", "ship_type", "bow", "stern", "port", "starboard",
)  # fmt: skip

CLASS_A = (1, 2, 3)
BASE_STATIONS = (4, 11)
STATIC_A = 5
AIRCRAFT = 9
CLASS_B = 18
EXTENDED_B = 19
LONG_RANGE = 27
POSITIONS = (*CLASS_A, AIRCRAFT, CLASS_B, EXTENDED_B, LONG_RANGE)
STATIC = (STATIC_A, EXTENDED_B, STATIC_B)
TEXT_TO_ONE = 12
TEXT_TO_ALL = 14
AID = 21
WHOLE = (TEXT_TO_ONE, TEXT_TO_ALL, AID)  # they become no rows of a table: `aisrest` reads them one by one

FORMS = 30  # the types, and after them the parts B of message 24: craft of a parent ship send no dimensions

_Fields: TypeAlias = Mapping[str, tuple[int, int]]  # first bit and width; a negative width is a signed number
_CLASS_A: _Fields = {
    "mmsi": (8, 30), "turn": (42, -8), "speed": (50, 10), "accuracy": (60, 1), "lon": (61, -28), "lat": (89, -27),
    "course": (116, 12), "heading": (128, 9),
}  # fmt: skip
_BASE: _Fields = {"mmsi": (8, 30), "accuracy": (78, 1), "lon": (79, -28), "lat": (107, -27)}
_CLASS_B: _Fields = {
    "mmsi": (8, 30), "speed": (46, 10), "accuracy": (56, 1), "lon": (57, -28), "lat": (85, -27), "course": (112, 12),
    "heading": (124, 9),
}  # fmt: skip
_PART_B: _Fields = {"mmsi": (8, 30), "part": (38, 2), "ship_type": (40, 8)}
_FIELDS: Mapping[int, _Fields] = {
    1: _CLASS_A, 2: _CLASS_A, 3: _CLASS_A, 4: _BASE, 11: _BASE, 18: _CLASS_B,
    5: {
        "mmsi": (8, 30), "imo": (40, 30), "ship_type": (232, 8), "bow": (240, 9), "stern": (249, 9), "port": (258, 6),
        "starboard": (264, 6),
    },
    9: {
        "mmsi": (8, 30), "alt": (38, 12), "speed": (50, 10), "accuracy": (60, 1), "lon": (61, -28), "lat": (89, -27),
        "course": (116, 12),
    },
    19: {
        **_CLASS_B, "ship_type": (263, 8), "bow": (271, 9), "stern": (280, 9), "port": (289, 6), "starboard": (295, 6),
    },
    24: {"mmsi": (8, 30), "part": (38, 2)},
    27: {
        "mmsi": (8, 30), "accuracy": (38, 1), "lon": (44, -18), "lat": (62, -17), "speed": (79, 6), "course": (85, 9),
    },
    PART_B: {**_PART_B, "bow": (132, 9), "stern": (141, 9), "port": (150, 6), "starboard": (156, 6)},
    PART_B_AUXILIARY: _PART_B,
}  # fmt: skip
# Where name (20 letters), call sign (7) and destination (20) begin.
_TEXTS: Mapping[int, tuple[int, int, int]] = {
    5: (112, 70, 302), 19: (143, -1, -1), 24: (40, -1, -1), PART_B: (-1, 90, -1), PART_B_AUXILIARY: (-1, 90, -1),
}  # fmt: skip

# The bits that a message of each type has. Fewer by up to five are taken: a sender counted its fill bits wrong, and
# the letters still hold them; more by up to 36 as well: padding. Message 27 comes padded to a whole slot (168); of
# message 24 part A has 160, in as many letters as 162.
_BITS: Mapping[int, tuple[int, int]] = {
    **dict.fromkeys((1, 2, 3, 4, 9, 11, 18), (168, 168)), 5: (424, 424), 19: (312, 312), 24: (162, 168), 27: (96, 168),
}  # fmt: skip
_FEWER, _MORE = 5, 36


def _tables() -> Layout:
    """Return least and most bits by type, the fields by form (column, first bit, width) and the texts by form."""
    lengths = np.zeros((64, 2), np.int32)
    fields = np.zeros((FORMS, max(map(len, _FIELDS.values())) + 1, 3), np.int32)  # a width of 0 ends the row
    texts = np.full((FORMS, 3), -1, np.int32)
    for kind, (least, most) in _BITS.items():
        lengths[kind] = least - _FEWER, most + _MORE
    for form, names in _FIELDS.items():
        for place, (name, (first, width)) in enumerate(names.items()):
            fields[form, place] = COLUMNS.index(name), first, width
    for form, firsts in _TEXTS.items():
        texts[form] = firsts
    return Layout(lengths, fields, texts)


LAYOUT = _tables()


@dataclass(frozen=True, slots=True, eq=False)
class Messages:
    """Decoded messages in the order in which they became whole, as columns of their own integers.

    `table` has a row a message and the columns of `COLUMNS`; `time_us` is the time of reception, `NO_TIME` where
    none was known; `letters` are the texts of static messages, 47 letters a row, as sent.
    """

    table: Table
    time_us: Times
    letters: Letters

    def __len__(self) -> int:
        return len(self.time_us)

    def column(self, name: str) -> Table:
        """Return one column of the table."""
        return self.table[:, COLUMNS.index(name)]

    def of(self, *kinds: int) -> "Messages":
        """Return the messages of some types; the letters stay as they are."""
        return self.where(np.isin(self.column("kind"), kinds))

    def where(self, chosen: Flags) -> "Messages":
        """Return the chosen messages; the letters stay as they are."""
        return Messages(self.table[chosen], self.time_us[chosen], self.letters)
