"""Which receipts are owed for what we hold: one for a log in which more than receipts came; a receipt causes none.

What came ahead of its place is named in the receipt, for it is held although those before it are not.
"""

from collections.abc import Iterator, Sequence
from typing import cast

from searoom.account import Account, Message
from searoom.record.roster import author_of
from searoom.record.shared import SharedRecord

RECEIPT = "receipt"


def owed(account: Account, record: SharedRecord, parties: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield the fields of each receipt that our station owes the other `parties`; `account` is that of `record`."""
    for log in record.logs():
        if author_of(log) == record.party or author_of(log) not in parties:
            continue
        receipts = [m for m in account.messages(RECEIPT) if (m.author, m.filled.fields["party"]) == (record.party, log)]
        covered = max((cast("int", m.filled.fields["size"]) for m in receipts), default=0)
        named = {index for m in receipts for index in cast("Sequence[int]", m.filled.fields.get("ahead", ()))}
        ahead = tuple(item.index for item in record.aheads(log))
        fresh = [item for item in account.items if item.ref[0] == log and item.ref[1] >= covered]
        more = any(not (isinstance(item, Message) and item.filled.form == RECEIPT) for item in fresh)
        if more or set(ahead) - named:
            yield {"party": log, "size": record.size(log)} | ({"ahead": ahead} if ahead else {})
