"""When KEM keys that are on our card no more can be destroyed, and their destruction: forward secrecy for the disk.

A body that a counterpart seals to the old key may still be under way until its own log shows that it has heard our
new card. After that, what the old keys opened is kept under the storage key, and the key files are removed.
"""

from collections.abc import Iterable

from searoom.errors import NotAllowed
from searoom.keys.keychain import Keychain
from searoom.keys.openings import Openings
from searoom.record.entry import Statement
from searoom.record.shared import SharedRecord


def waiting_for(record: SharedRecord, readers: Iterable[str] | None = None) -> tuple[str, ...]:
    """Return which of the parties that speak (or of `readers`) do not show yet that they have heard our newest card."""
    log, index, card = record.roster.issued(record.party)[-1]
    if card.serial == 0:
        return ()
    others = [other for other in readers or record.roster.speakers() if other != record.party]
    return tuple(other for other in others if not _has_heard(record, other, log, index))


def _has_heard(record: SharedRecord, other: str, log: str, index: int) -> bool:
    newest = record.log_of(other)
    if not record.size(newest):
        return False
    last, _ = next(record.entries(newest, record.size(newest) - 1))
    return any(heard.log == log and heard.size > index for heard in last.heard)


def retire(
    record: SharedRecord,
    openings: Openings,
    keychain: Keychain,
    beside: Iterable[tuple[Statement, bytes]],
    readers: Iterable[str] | None = None,
) -> tuple[int, int]:
    """Keep what our older KEM keys open under the storage key, then destroy them; return (kept, destroyed).

    `beside` are the sealed things that stand in no log: drafts, and personal data. `readers` may seal to us.
    Raises `NotAllowed` while something sealed to an older key may still come.
    """
    late = waiting_for(record, readers)
    if late:
        raise NotAllowed(
            f"{', '.join(late)} may still send what is sealed to an older key: none of its entries shows that it has "
            "heard our newest card",
            advice="Wait until it has said something, a receipt is enough, and try again.",
        )
    said = (record.entries(log) for log in record.logs() if record.size(log))
    kept = sum(openings.keep_all((entry.statement, body) for entry, body in entries) for entries in said)
    kept += openings.keep_all(beside)
    newest = record.roster.card(record.party).serial
    return kept, sum(keychain.destroy_kem(serial) for serial in range(newest))
