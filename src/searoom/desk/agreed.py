"""Which version of the agreement a node goes by, which wait and for whom; and the texts of all, for a console."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from searoom import cbor
from searoom.account import ref_text
from searoom.desk.door import Request
from searoom.node import packs
from searoom.node.node import Node
from searoom.obligations.agreement import Agreement
from searoom.obligations.proposing import adopted_by
from searoom.sentences import Sentence

SHOWN: Final = 16  # digits of a hash that a person is shown
Reply = dict[str, cbor.Value]


class Agreed:
    """What is said at one node's desk of its agreement."""

    def __init__(self, node: Node) -> None:
        self._node = node

    def verbs(self) -> dict[str, Callable[[Request], Awaitable[Reply]]]:
        """Return the verbs by name."""
        return {"agreements": self._agreements}

    def condition(self) -> Reply:
        """Return the version in force with the entries by which it is (none of the first), and all that waits.

        `unknown` are the hashes of versions that all have adopted and whose text is not held here. While the account
        is unread, nothing but the version that was in force as far as it was read.
        """
        versions, account = self._node.versions, None
        if self._node.accounting.ready:
            account = self._node.account()
        by = versions.turns[-1].by if versions.turns else ()
        waiting = () if account is None else versions.waiting(account)
        rows: list[cbor.Value] = [{**_named(text), "wants": list(wanted)} for text, wanted in waiting]
        return {
            **_named(versions.now),
            "since": [ref_text(ref) for ref in by],
            "adopted_by": [] if account is None else list(adopted_by(versions.now, account)),
            "waiting": rows,
            "unknown": [] if account is None else list(versions.unknown(account)),
        }

    async def _agreements(self, _request: Request) -> Reply:
        """Return the texts that are held, as they are kept, and the hashes of those that the settings name."""
        store, _ = self._node.stores()
        return {"texts": list(packs.rows(store)), "named": sorted(self._node.versions.named)}


def _named(agreement: Agreement) -> Reply:
    return {"id": agreement.id, "hash": agreement.hash.hex()}


def told(condition: Mapping[str, Any]) -> tuple[Sentence, ...]:
    """Return what a condition says: by which version the node goes, then what is not as it should be, in sentences."""
    return _going_by(condition), *open_questions(condition)


def open_questions(condition: Mapping[str, Any]) -> tuple[Sentence, ...]:
    """Return what is not as it should be: versions that wait and for whom, and those whose text is not held here."""
    said: list[Sentence] = []
    for row in condition["waiting"]:
        if row["wants"]:
            said.append(Sentence("agreed.waits", **_short(row), parties=tuple(row["wants"])))
        else:
            said.append(Sentence("agreed.binds_nobody", **_short(row)))
    said += [Sentence("agreed.unknown", hash=each[:SHOWN], id=condition["id"]) for each in condition["unknown"]]
    return tuple(said)


def _going_by(condition: Mapping[str, Any]) -> Sentence:
    if condition["since"]:
        return Sentence("agreed.since", **_short(condition), entries=tuple(condition["since"]))
    if condition["adopted_by"]:
        return Sentence("agreed.begun_said", **_short(condition), parties=tuple(condition["adopted_by"]))
    return Sentence("agreed.begun", **_short(condition))


def _short(row: Mapping[str, Any]) -> dict[str, str]:
    return {"id": row["id"], "hash": row["hash"][:SHOWN]}
