"""Ten and more defects, planted one at a time: each must be found, or the simulation is blind.

Each row says what is wrong in a sentence, in which kinds of story it can show, and how it is planted: names of the
house are replaced for as long as it is looked for, and put back.
"""

import contextlib
import dataclasses
import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from unittest.mock import patch

from searoom.errors import StateUnknown
from searoom.link import courier
from searoom.record import admission, entry, rules, seal, witnesses
from searoom.record.healing import Healing
from searoom.record.log import Log
from searoom.record.logs import Logs
from searoom.record.shelf import Shelf
from searoom.record.store import SqliteStore
from soak import people
from soak.stories import Outcome, live
from soak.world import Script

LIMIT_S: Final = 600.0
Plant = Callable[[contextlib.ExitStack], None]


@dataclass(frozen=True, slots=True)
class Defect:
    """A defect: its name, what is wrong, in which stories, how it is planted, and which promises it may break."""

    name: str
    sentence: str
    script: Script
    plant: Plant


def _replace(stack: contextlib.ExitStack, owner: object, name: str, value: object) -> None:
    stack.enter_context(patch.object(owner, name, value))


def _no_sync(stack: contextlib.ExitStack) -> None:
    prepare = SqliteStore._prepare  # noqa: SLF001  # a defect is planted inside

    def prepare_without(store: SqliteStore) -> None:
        prepare(store)
        store._db.pragma("synchronous", "off")  # noqa: SLF001  # the same

    _replace(stack, SqliteStore, "_prepare", prepare_without)


def _late_commit(stack: contextlib.ExitStack) -> None:
    begin, commit = SqliteStore._begin, SqliteStore._commit  # noqa: SLF001  # the same

    def begin_late(store: Any, kind: str) -> None:
        if not store._db.in_transaction:  # noqa: SLF001  # the same
            begin(store, kind)

    def commit_late(store: Any) -> None:
        store.late = not getattr(store, "late", False)
        if not store.late:
            commit(store)

    _replace(stack, SqliteStore, "_begin", begin_late)
    _replace(stack, SqliteStore, "_commit", commit_late)
    _replace(stack, SqliteStore, "_rollback", lambda _store: None)
    _replace(stack, SqliteStore, "_settled", lambda _store: None)


def _passed_over(stack: contextlib.ExitStack) -> None:
    commit = Log.commit

    def commit_anyway(log: Any, *arguments: Any, **named: Any) -> None:
        try:
            commit(log, *arguments, **named)
        except StateUnknown:
            log._settle()  # noqa: SLF001  # the same

    _replace(stack, Log, "commit", commit_anyway)


def _smaller(stack: contextlib.ExitStack) -> None:
    witness = witnesses.Witnesses.witness

    def witness_anew(self: Any, name: str, note: bytes, keys: Sequence[Any], now_us: int) -> bytes:
        self._cosigned.pop((name, self._party), None)  # the same
        return witness(self, name, note, keys, now_us)

    _replace(stack, witnesses.Witnesses, "witness", witness_anew)


def _heard_less(stack: contextlib.ExitStack) -> None:
    check = rules._check_heard  # noqa: SLF001  # the same
    _replace(stack, rules, "_check_heard", lambda entry, _previous, held: check(entry, None, held))


def _twice(stack: contextlib.ExitStack) -> None:
    _replace(stack, Log, "said", lambda _log, _hash: False)
    _replace(stack, Logs, "said_before", lambda _logs, _author, _hash: False)


def _unmarked(stack: contextlib.ExitStack) -> None:
    _replace(stack, Healing, "needed", property(lambda _healing: False))
    _replace(stack, Healing, "refuse", lambda _healing: None)


def _queued(stack: contextlib.ExitStack) -> None:
    send_ahead = courier.Courier.send_ahead

    async def send_in_turn(self: Any, index: int) -> Any:
        async with self._meeting:  # the same
            return await send_ahead(self, index)

    _replace(stack, courier.Courier, "send_ahead", send_in_turn)


def _left_but_signs(stack: contextlib.ExitStack) -> None:
    key_for = entry._key_for  # noqa: SLF001  # the same

    def any_key(signature: Any, card: Any) -> Any:
        for key in people.party(card.party).card.keys:
            if key.key_id == signature.key_id:
                return key
        return key_for(signature, card)

    _replace(stack, entry, "_key_for", any_key)


def _any_body(stack: contextlib.ExitStack) -> None:
    check = seal.check_body

    def lax(body: bytes, statement: Any) -> Any:
        return check(body, dataclasses.replace(statement, body_hash=hashlib.sha256(body).digest()))

    _replace(stack, admission, "check_body", lax)


def _shelf_in_memory(stack: contextlib.ExitStack) -> None:
    take = Shelf.take

    def take_lightly(shelf: Any, ahead: Any, log: Any, record: Any) -> bool:
        with patch.object(shelf._store.store, "put", lambda *_: None):  # noqa: SLF001  # the same
            return take(shelf, ahead, log, record)

    _replace(stack, Shelf, "take", take_lightly)


def _stays_staged(stack: contextlib.ExitStack) -> None:
    _replace(stack, Log, "_forget", lambda _log, _last: None)


def _no_proof(stack: contextlib.ExitStack) -> None:
    fork = witnesses.fork

    def fork_unkept(_keep: Any, log: Any, sentence: str, found: Sequence[bytes]) -> None:
        fork(lambda _kind, _detail: None, log, sentence, found)

    _replace(stack, admission, "fork", fork_unkept)
    _replace(stack, witnesses, "fork", fork_unkept)


def _nothing(owner: object, name: str) -> Plant:
    return lambda stack: _replace(stack, owner, name, lambda *_arguments, **_named: None)


STEADY: Final = {"restore": 0.0, "crash": 0.0, "cut_power": 0.0, "err": 0.0}
ROUGH: Final = Script(nodes=2)
BUSY: Final = Script(nodes=2, more={"backlog": 2.0, "flash": 2.0, "restore": 0.0})


def _lies(*lies: str) -> Script:
    return Script(nodes=2, lies=lies, more={"card": 1.0})


DEFECTS: Final = (
    Defect("no-sync", "the disk is not told to sync, and a receipt goes out all the same", ROUGH, _no_sync),
    Defect("late-commit", "a receipt goes out before the commit of its group", ROUGH, _late_commit),
    Defect("passed-over", "an error of the disk is passed over, and memory grows all the same", ROUGH, _passed_over),
    Defect("smaller", "an older head is cosigned after a newer one", _lies("an old head to be cosigned"), _smaller),
    Defect(
        "unchecked",
        "a head is cosigned without being compared with the copy",
        _lies("a head of another past to be cosigned"),
        _nothing(witnesses, "compare_root"),
    ),
    Defect(
        "heard-less",
        "an entry may have heard less than the one before it",
        _lies("an entry that has heard less than the one before"),
        _heard_less,
    ),
    Defect("twice", "a statement may be said twice", _lies("the same statement again"), _twice),
    Defect(
        "wrong-root",
        "a batch is taken although its entries do not give the root that its note signs",
        _lies("a batch whose note signs another root"),
        _nothing(admission.Admission, "_check_end"),
    ),
    Defect("unmarked", "a node that was put back speaks before its log was compared", ROUGH, _unmarked),
    Defect("queued", "a flash waits until the meeting that is under way is over", BUSY, _queued),
    Defect(
        "left", "the key of an officer who has left is still believed", _lies("an entry of an officer who has left"),
        _left_but_signs,
    ),
    Defect("any-body", "a body is not compared with its hash", _lies("a body that is not the one it names"), _any_body),
    Defect("light-shelf", "an entry that came ahead is kept in memory alone", BUSY, _shelf_in_memory),
    Defect(
        "stays-staged",
        "what was refused stays in the tree in memory",
        Script(nodes=2, lies=("a batch whose note signs another root",), more=STEADY),
        _stays_staged,
    ),
    Defect("no-proof", "two histories are refused, and the proof of it is not kept", _lies("another past"), _no_proof),
)  # fmt: skip


@contextlib.contextmanager
def planted(defect: Defect) -> Iterator[None]:
    """Have the defect inside."""
    with contextlib.ExitStack() as stack:
        defect.plant(stack)
        yield


def find(defect: Defect, *, limit_s: float, first: int = 0) -> Outcome | None:
    """Live through stories with the defect until one breaks a promise that it keeps without; None where none did."""
    begun, seed = time.monotonic(), first
    while time.monotonic() - begun < limit_s:
        with planted(defect):
            outcome = live(seed, defect.script)
        if outcome.breaches and not live(seed, defect.script).breaches:
            return outcome
        seed += 1
    return None


def find_all(say: Callable[[str], None]) -> int:
    """Plant each defect and look for it; say which promise told, and return the exit code."""
    missed = 0
    for number, defect in enumerate(DEFECTS, 1):
        begun = time.monotonic()
        outcome = find(defect, limit_s=LIMIT_S)
        spent = time.monotonic() - begun
        head = f"{number:2d}/{len(DEFECTS)} {defect.name}: {defect.sentence}"
        if outcome is None:
            missed += 1
            say(f"{head}\n      NOT FOUND in {spent:.0f} s")
            continue
        told = outcome.breaches[0]
        say(
            f"{head}\n      found in {spent:.1f} s by '{told.invariant}' (story {outcome.seed}, step {outcome.steps}): "
            f"{told.sentence}"
        )
    say(f"{len(DEFECTS) - missed} of {len(DEFECTS)} planted defects were found")
    return 1 if missed else 0
