"""What a craft is, told from its name and from what saw it; no list of types is kept."""

import re
from enum import IntEnum

# Who sees aircraft alone: transponders and those who relay them. A CoT event says itself, by telling a height.
AIR_SOURCES = frozenset({"ADSB", "ADSR", "TISB", "ADSC", "MLAT", "MODES", "SBS"})
_SEARCH_AND_RESCUE = re.compile(r"111\d{6}\Z", re.ASCII)  # ITU-R M.585: an aircraft's identity in AIS


class Pair(IntEnum):
    """Which rules a pair stands under: its value is how many of the two fly."""

    SHIPS = 0
    MIXED = 1
    AIRCRAFT = 2

    @property
    def words(self) -> str:
        """Return how it reads in a column."""
        return ("ship-ship", "air-ship", "air-air")[self]


def flies(name: str, source: str) -> bool:
    """Return whether a craft's name, or what saw it, says that it is an aircraft."""
    return name.startswith("icao:") or source in AIR_SOURCES or _SEARCH_AND_RESCUE.match(name) is not None
