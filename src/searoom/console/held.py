"""The record as a console holds it: each entry as the node handed it over, with its words opened.

The node of the same machine and owner is believed: it has verified every byte before it stored it. What is computed
from the entries here is computed by the same code as there.
"""

from collections.abc import Iterator, Sequence
from typing import Final, cast

from searoom.cbor import Value
from searoom.errors import NotAllowed
from searoom.record import shape
from searoom.record.entry import MAX_ENTRY, Entry, Kind
from searoom.record.roster import Roster

MAX_ROWS: Final = 4096
MAX_CONTENT: Final = 256 << 10
MAX_WHY: Final = 2_000


class HeldRecord:
    """What `account.Reading` asks of a record, and the opened words of its entries."""

    def __init__(self, roster: Roster) -> None:
        self.roster = roster
        self._entries: dict[str, list[tuple[Entry, bytes]]] = {}
        self._words: dict[tuple[str, int], tuple[bytes | None, str]] = {}
        self._recorded: dict[tuple[str, str], int] = {}

    def take(self, rows: Value) -> bool:
        """Add entries where they follow on what is held; return whether a card was among them."""
        cards = False
        for row in shape.sequence(rows, "what the node hands over", most=MAX_ROWS):
            _, data, content, why, body = shape.sequence(row, "an entry with its words", least=5, most=5)
            entry = Entry.from_bytes(shape.octets(data, "an entry", least=1, most=MAX_ENTRY))
            held = self._entries.setdefault(entry.log, [])
            if entry.index != len(held):
                raise NotAllowed(f"the node handed over entry {entry.index} of {entry.log} after {len(held)}")
            held.append((entry, shape.octets(body, "what is said in clear", most=MAX_CONTENT)))
            words = None if content is None else shape.octets(content, "the words of an entry", most=MAX_CONTENT)
            reason = "" if why is None else shape.text(why, "why an entry is closed", most=MAX_WHY)
            self._words[entry.log, entry.index] = words, reason
            cards = cards or entry.statement.kind is not Kind.WORDS
        return cards

    def countersigned(self, rows: Value) -> None:
        """Take over up to where each log was countersigned by whom."""
        for row in shape.sequence(rows, "what was countersigned", most=MAX_ROWS):
            log, by, size = shape.sequence(row, "what was countersigned", least=3, most=3)
            place = shape.log_id(log, "a log"), shape.party_id(by, "a party")
            self._recorded[place] = shape.uint(size, "a size")

    def words(self, entry: Entry, _body: bytes) -> bytes | None:
        """Return the words of an entry, None where they are not for us; `NotAllowed` as the node was refused them."""
        content, why = self._words[entry.log, entry.index]
        if why:
            raise NotAllowed(why)
        return content

    def sizes(self) -> dict[str, int]:
        """Return how many entries of each log are held."""
        return {log: len(held) for log, held in self._entries.items()}

    def logs(self) -> Sequence[str]:
        """Return the names of the logs."""
        return tuple(self._entries)

    def size(self, log: str) -> int:
        """Return how many entries of a log are held."""
        return len(self._entries.get(log, ()))

    def entries(self, log: str, start: int = 0) -> Iterator[tuple[Entry, bytes]]:
        """Yield the entries of one log, from index `start`."""
        held = self._entries.get(log, [])
        while start < len(held):  # it may grow meanwhile
            yield held[start]
            start += 1

    def recorded(self, log: str, by: str) -> int:
        """Return the largest size of a log that another party has countersigned, as the node knows it."""
        return self._recorded.get((log, by), 0)


def notes_of(rows: Value, after: int) -> list[tuple[int, bytes]]:
    """Return the national notes that the node hands over, which follow on those held: (when placed, content)."""
    found = []
    for place, row in enumerate(shape.sequence(rows, "the notes that the node hands over", most=MAX_ROWS)):
        index, placed_us, content = shape.sequence(row, "a note", least=3, most=3)
        if index != after + place:
            raise NotAllowed(f"the node handed over note {index!r} after {after + place}")
        found.append((shape.uint(placed_us, "when a note was placed"), cast("bytes", content)))
    return found
