"""What the desk answers about what is kept and carried: backups, sticks, evidence, erasures, a node's condition."""

import asyncio
import platform
import shutil
from collections import Counter
from collections.abc import Awaitable, Callable
from importlib import metadata
from pathlib import Path
from typing import Final, cast

import apsw
from cryptography.hazmat.backends.openssl import backend as openssl

from searoom import cbor, clock
from searoom.account import Message, ref_text
from searoom.desk.door import Request, take
from searoom.desk.showing import show
from searoom.errors import NotAllowed, Tampered
from searoom.node import storing
from searoom.node.node import Node
from searoom.node.stick import PART_BYTES, Sticks
from searoom.record import shape
from searoom.record.excerpt import note_lines
from searoom.sentences import Sentence
from searoom.signals.forms import Filled
from searoom.statements import annexes
from searoom.statements.release import require_named

Reply = dict[str, cbor.Value]
BY_HAND: Final = "by hand"
ERASED: Final = "erased"


class Keeping:
    """These verbs of one node's desk; `changed` wakes the couriers after a stick brought something."""

    def __init__(self, node: Node, changed: Callable[[str], None]) -> None:
        self._node = node
        shared, _ = node.stores()
        self._sticks = Sticks(
            node.record, shared, node.postbox, agreement=node.rules_hash, now=node.now, on_admitted=changed
        )

    def verbs(self) -> dict[str, Callable[[Request], Awaitable[Reply]]]:
        """Return the verbs by name."""
        return {
            "backup": self._backup,
            "bundle-write": self._write,
            "bundle-read": self._read,
            "evidence": self._evidence,
            "proof": self._proof,
            "erase": self._erase,
        }

    def condition(self) -> Reply:
        """Return what `status` says besides the lines: evidence, room on the disk, versions."""
        node = self._node
        counts = Counter(piece.kind for piece in node.record.evidence())
        free = shutil.disk_usage(node.folder).free
        stores = {path.name: path.stat().st_size for path in sorted(node.folder.glob("*.db"))}
        return {
            "evidence": dict(sorted(counts.items())),
            "disk": {"free_bytes": free, "stores": stores},
            "versions": {
                "searoom": metadata.version("searoom"),
                "python": platform.python_version(),
                "sqlite": apsw.sqlite_lib_version(),
                "cryptography": metadata.version("cryptography"),
                "openssl": openssl.openssl_version_text(),
            },
        }

    def line_works(self, party: str) -> None:
        """Forget what a party said by hand: a line to it works again."""
        self._sticks.forget(party)

    async def _backup(self, request: Request) -> Reply:
        folder = Path(take(request, "folder", str))
        node = self._node
        # In a thread: the state of one moment is read over a connection of its own, and nothing here waits for it.
        sizes = await asyncio.to_thread(storing.write_backup, node.folder, node.stores(), folder)
        return {"sizes": dict(sizes)}

    async def _write(self, request: Request) -> Reply:
        rows = shape.sequence(cast("cbor.Value", request.get("goes_on", [])), "where a stick goes on", most=1024)
        pairs = [shape.sequence(row, "where a stick goes on", least=2, most=2) for row in rows]
        part_bytes = request.get("part_bytes", PART_BYTES)
        if not isinstance(part_bytes, int) or isinstance(part_bytes, bool):
            raise NotAllowed("the length of a part is a number of bytes")
        made = self._sticks.write(
            take(request, "to", str),
            station=self._node.station,
            part_bytes=part_bytes,
            goes_on={shape.log_id(log, "a log"): shape.uint(size, "a size") for log, size in pairs} or None,
        )
        return {
            "parts": [[name, data] for name, data in made.parts],
            "entries": made.entries,
            "left": [[log, size] for log, size in made.left.items()],
        }

    async def _read(self, request: Request) -> Reply:
        taken = await self._sticks.read(take(request, "part", bytes))
        sender = taken.manifest.sender
        self._note_arrival(sender)
        return {
            "from": sender,
            "bundle": taken.manifest.bundle_id,
            "part": taken.manifest.part,
            "parts": taken.manifest.parts,
            "gained": dict(taken.gained),
            "early": taken.early,
            "refused": list(taken.refused),
        }

    def _note_arrival(self, sender: str) -> None:
        """Note how much of the log that we write arrived by hand, where that was not noted as handed over yet."""
        log, size = self._sticks.held(sender)
        own = self._node.record.own
        new = log == own and 0 < size <= self._node.record.size(own)
        if new and self._node.notebook.taken_us((own, size - 1)) is None:
            self._node.notebook.note_handed_over(sender, BY_HAND, own, size)

    async def _evidence(self, request: Request) -> Reply:
        pieces = self._node.record.evidence()
        number = request.get("number")
        if number is None:
            rows: list[cbor.Value] = [
                {
                    "number": at,
                    "kind": piece.kind,
                    "at": clock.to_text(piece.at_us),
                    "bytes": len(piece.detail),
                    "sentence": _sentence(piece.detail),
                }
                for at, piece in enumerate(pieces, 1)
            ]
            return {"evidence": rows}
        if not isinstance(number, int) or not 1 <= number <= len(pieces):
            raise NotAllowed(Sentence("evidence.none", number=number))
        return {"kind": pieces[number - 1].kind, "detail": pieces[number - 1].detail}

    async def _proof(self, request: Request) -> Reply:
        log, index, opened = take(request, "log", str), take(request, "index", int), bool(request.get("open"))
        record, opening = self._node.record, b""
        require_named(self._node.agreement.policy)
        if opened and log in record.logs() and 0 <= index < record.size(log):
            entry, body = next(record.entries(log, index))
            opening = self._node.openings.require(entry.statement, body).to_bytes()
        made = show(record, self._node.cards, log, index, opening)
        stored = sorted(by for by in note_lines(made.note, log, record.roster) if by != log)
        return {"proof": made.to_bytes(), "note": made.note.to_bytes(), "stored": stored}

    async def _erase(self, request: Request) -> Reply:
        node, name = self._node, take(request, "field", str)
        ref = (take(request, "log", str), take(request, "index", int))
        message = node.account().message(ref)
        value = message.filled.fields.get(name) if isinstance(message, Message) else None
        if not isinstance(message, Message) or value not in annexes.references(message.filled, node.book):
            raise NotAllowed(Sentence("personal.not_there", name=name, ref=ref_text(ref)))
        form = node.book.form(ERASED)
        fields: dict[str, object] = {
            "entry": ref,
            "field": name,
            "person": take(request, "person", str),
            "at": node.now(),
        }
        node.notebook.note(Filled(form.name, form.version, "national", "routine", "en", fields))
        node.postbox.erase(value)
        return {"erased": True}


def _sentence(detail: bytes) -> str:
    """Return the sentence of the refusal, with which most evidence opens."""
    try:
        value = cbor.decode(detail, max_bytes=len(detail))
    except (NotAllowed, Tampered):
        return ""
    first = value[0] if isinstance(value, list | tuple) and value else ""
    return first if isinstance(first, str) else ""
