"""Follows a node through its desk's door and keeps what pages are made of: account, duties, lines, picture.

Nothing here is written down. A console that starts anew follows from the first entry on; one whose node has ended
shows what it held, and since when nobody answered.
"""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final, cast

from searoom import clock, officer
from searoom.account import Reading, Ref, arrange
from searoom.cbor import Value
from searoom.console import flashes
from searoom.console.held import HeldRecord, notes_of
from searoom.console.sea import Sea
from searoom.console.view import Note, View
from searoom.desk.asking import LENGTH, MAX_BYTES, answered, ask, pack, unanswered, unpack, unreached, where
from searoom.errors import NotAllowed, SearoomError
from searoom.keys.enrol import read_settings
from searoom.node import packs
from searoom.obligations import standing
from searoom.obligations.kept import Kept
from searoom.obligations.standing import Obligation
from searoom.obligations.succession import Versions
from searoom.signals import forms

WAIT_S: Final = 20
AGAIN_S: Final = 1.0  # after the node did not answer
AT_ONCE: Final = 200  # entries read into the account before a page has its turn


class Follower:
    """Keeps one `View` new; whoever draws waits for the next one."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._book = folder, forms.load()
        held = ask(folder, {"do": "agreements"})
        texts = packs.read(cast("Sequence[Value]", held["texts"]), self._book)
        self._versions = Versions(texts, cast("Sequence[bytes]", held["named"]))
        table = officer.sit_down(folder)
        self.table = table  # who we are, and the cards of all, as they are in force
        self._record = HeldRecord(table.roster)
        self._reading, self._kept = self._begin()
        self._notes: list[Note] = []
        self._noted = 0  # of those that the node has; one that this version cannot read is left out of `_notes`
        self._known = ""
        self._news = asyncio.Event()  # one for each view: a lock could be left behind by a stream that breaks off
        self._number = 0
        self.sea = Sea(self.ask)
        agreement = self._versions.now
        self._running = read_settings(folder).clock == "machine"
        empty = arrange(agreement.parties, (), {})
        self._view = View(table.party, agreement, self._book, empty, table.now_us, running=self._running)

    def _begin(self) -> tuple[Reading, Kept[Obligation]]:
        """Read from the beginning, under the version in force and each entry by the version of its place."""
        parties, policy = self._versions.now.parties, self._versions.policy
        return Reading(self._record, self._book, self._record.words, parties=parties, policy=policy), Kept()

    @property
    def view(self) -> View:
        """The newest view."""
        return self._view

    @property
    def record(self) -> HeldRecord:
        """The entries as the node handed them over."""
        return self._record

    @property
    def number(self) -> int:
        """How often the view was changed."""
        return self._number

    async def changed(self, after: int, wait_s: float) -> int:
        """Wait until the view has another number than `after`, so long at most; return its number."""
        until_s = clock.monotonic() + wait_s
        while self._number == after and await self._next(until_s):
            pass
        return self._number

    async def holding(self, ref: Ref, wait_s: float) -> bool:
        """Wait until an entry is in the account, so long at most; return whether it is."""
        until_s = clock.monotonic() + wait_s
        while not self._holds(ref) and await self._next(until_s):
            pass
        return self._holds(ref)

    async def _next(self, until_s: float) -> bool:
        """Wait for the next view, until this moment of `clock.monotonic` at most; return whether it came."""
        try:
            async with asyncio.timeout(max(0.0, until_s - clock.monotonic())):
                await self._news.wait()
        except TimeoutError:
            return False
        return True

    def _holds(self, ref: Ref) -> bool:
        return self._view.account.sizes.get(ref[0], 0) > ref[1]

    async def run(self) -> None:
        """Follow until cancelled."""
        while True:
            try:
                await self.step(WAIT_S)
            except SearoomError:
                await self._show_silence()
                await asyncio.sleep(AGAIN_S)

    async def step(self, wait_s: int) -> None:
        """Ask once what is new, and draw the view anew; raise what the node raised."""
        wait = 0 if self._view.silent_us is not None or not self._number else wait_s
        reply = await self.ask(
            {
                "do": "follow",
                "held": [[log, size] for log, size in self._record.sizes().items()],
                "notes": self._noted,
                "known": self._known,
                "wait_s": wait,
            }
        )
        picture = cast("Mapping[str, Any]", reply["picture"])
        self._ring(picture, cast("int", reply["now_us"]))
        if self._record.take(cast("Value", reply["entries"])):
            self.table = await asyncio.to_thread(officer.sit_down, self._folder)
            self._record.roster = self.table.roster
        self._record.countersigned(cast("Value", reply["recorded"]))
        for at_us, content in notes_of(cast("Value", reply["notes"]), self._noted):
            self._noted += 1
            with contextlib.suppress(NotAllowed):
                self._notes.append(Note(at_us, forms.decode(content, self._book)))
        self._known = str(reply["known"])
        await self._read()
        while self._versions.settle(self._reading.account()):
            self._reading, self._kept = self._begin()
            await self._read()
        await self._draw(picture, cast("int", reply["now_us"]), cast("Mapping[str, int]", reply["sizes"]))

    async def _read(self) -> None:
        while self._reading.unread:
            self._reading.go_on(AT_ONCE)
            await asyncio.sleep(0)

    async def ask(self, request: Mapping[str, Value]) -> dict[str, object]:
        """Ask the node as `desk.ask` does, with others having their turn meanwhile and a wait that can be ended."""
        try:
            reader, writer = await asyncio.open_unix_connection(where(self._folder))
        except OSError as problem:
            raise unreached(self._folder, problem) from None
        try:
            writer.write(pack(dict(request)))
            (size,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
            return answered(unpack(await reader.readexactly(min(size, MAX_BYTES))))
        except (OSError, EOFError) as problem:
            raise unanswered(self._folder, problem) from None
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    def _ring(self, picture: Mapping[str, Any], now_us: int) -> None:
        """Show a grade that has changed before anything else is read: a bell waits for no list."""
        if self._number and self._view.silent_us is None and _grades(picture) != _grades(self._view.picture):
            self._show(replace(self._view, picture=picture, now_us=now_us))
            self.sea.ring()

    async def _draw(self, picture: Mapping[str, Any], now_us: int, sizes: Mapping[str, int]) -> None:
        status, drafts = await asyncio.gather(self.ask({"do": "status"}), self.ask({"do": "drafts"}))
        account = self._reading.account()
        view = View(
            party=self.table.party,
            agreement=self._versions.now,
            book=self._book,
            account=account,
            now_us=now_us,
            duties=standing.due(self._versions.now, account, now_us, kept=self._kept),
            notes=tuple(self._notes),
            unread_notes=self._noted - len(self._notes),
            drafts=tuple(cast("list[Mapping[str, Any]]", drafts["drafts"])),
            status=status,
            picture=picture,
            running=self._running,
            unread=sum(sizes.values()) - sum(account.sizes.values()),
        )
        self._show(replace(view, flashes=flashes.unread(view)))

    async def _show_silence(self) -> None:
        if self._view.silent_us is None:
            self._show(replace(self._view, silent_us=clock.machine_now()))

    def _show(self, view: View) -> None:
        self._view, self._number = view, self._number + 1
        news, self._news = self._news, asyncio.Event()
        news.set()


def _grades(picture: Mapping[str, Any]) -> set[tuple[str, str, str]]:
    return {(row["a"], row["b"], row["grade"]) for row in picture.get("open", ())}
