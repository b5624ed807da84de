"""What ships say of themselves: name, call sign, IMO number, type and size, gathered from their static messages."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace


@dataclass(frozen=True, slots=True)
class Ship:
    """One craft as it describes itself; what it never said is empty or None.

    The sizes are metres from the antenna to bow, stern, port and starboard side. Nobody has checked any of it: a
    name is what somebody typed into a transponder.
    """

    name: str = ""
    call_sign: str = ""
    imo: int | None = None
    ship_type: int | None = None  # ITU-R M.1371 table 53: 30 fishing, 35 military, 70-79 cargo, ...
    bow_m: int | None = None
    stern_m: int | None = None
    port_m: int | None = None
    starboard_m: int | None = None
    destination: str = ""

    def later(self, said: "Ship") -> "Ship":
        """Return this ship with what was said later in place of what was said before."""
        return replace(self, **{one.name: value for one in fields(said) if (value := getattr(said, one.name))})


def names(ships: Mapping[str, Ship]) -> dict[str, str]:
    """Return the names that craft send, by craft."""
    return {craft: ship.name for craft, ship in ships.items() if ship.name}


def named(labels: Mapping[str, str]) -> dict[str, Ship]:
    """Return ships of which no more than their names is known."""
    return {craft: Ship(name=label) for craft, label in labels.items()}
