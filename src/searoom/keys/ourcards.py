"""Our first card and those after it: which of them a counterpart has stored, and so by which certificate it knows us.

A stolen link key is taken off our card at once. Who has stored that card knows us by the new certificate alone, who
has not by the old one alone; what it cosigned last tells which, and may be late by one lost answer.
"""

from collections.abc import Iterator

from searoom.keys.keychain import Keychain
from searoom.link.tls import Credentials
from searoom.record.shared import SharedRecord


def later_cards(record: SharedRecord) -> Iterator[tuple[str, int, bytes]]:
    """Yield the later cards of all parties, signed, with the places of the entries that brought them."""
    for party in record.roster.parties:
        for log, index, _ in record.roster.issued(party)[1:]:
            _, body = next(record.entries(log, index))
            yield log, index, body


def stored_by(record: SharedRecord, *peers: str) -> int:
    """Return the serial of our newest card that all these counterparts have said they store."""
    issued = record.roster.issued(record.party)
    return max(
        card.serial
        for log, index, card in issued
        if card.serial == 0 or all(record.recorded(log, peer) > index for peer in peers)
    )


def shown_to(record: SharedRecord, keychain: Keychain, *peers: str) -> tuple[Credentials, ...]:
    """Return what these counterparts may know us by: the card they have stored for certain, then those after it."""
    sure = stored_by(record, *peers)
    found = [keychain.credentials(card) for _, _, card in record.roster.issued(record.party)[sure:]]
    return tuple(dict.fromkeys(found))
