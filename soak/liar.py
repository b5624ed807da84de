"""A counterpart that lies with its own true keys: each lie is one row, and none of them may be believed.

Inside, the liar's node is an ordinary one; what it says is bent on its way out. A lie that proves itself must be
kept as evidence by whoever heard it.
"""

import copy
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from searoom.errors import SearoomError
from searoom.record import checkpoint as notes
from searoom.record import cose, heads
from searoom.record.entry import ENTRY_AAD, Entry, Heard, Kind, Released, place
from soak import people
from soak.ledger import Column, Holding, leaf_of
from soak.speech import FIELDS, Frame, read_frames, write_frame
from soak.station import Node

MECHANISM: Final = people.MECHANISM


@dataclass(slots=True)
class Scene:
    """Who lies to whom, and what that one holds of the liar's log."""

    liar: Node
    heard: Holding
    chance: random.Random

    @property
    def log(self) -> str:
        """The liar's log."""
        return self.liar.record.own

    @property
    def column(self) -> Column:
        """The liar's log as the other holds it."""
        return copy.deepcopy(self.heard.column(self.log))

    @property
    def heard_card(self) -> int:
        """How many of the liar's cards, after the first, the other holds."""
        return sum(
            entry.statement.kind is Kind.CARD and entry.index < self.column.size
            for entry, _ in self.liar.record.entries(self.log)
        )

    def entry(self, index: int) -> tuple[Entry, bytes]:
        """Return a true entry of the liar's with its body."""
        return next(iter(self.liar.record.entries(self.log, index)))

    def note(self, size: int, root: bytes) -> bytes:
        """Return a head signed with the liar's log key."""
        return heads.sign_head(MECHANISM, self.log, size, root, people.party(self.liar.name).keys.log)


Parts = dict[str, object]
Bend = Callable[[Scene, Parts], None]


class NoOccasion(Exception):
    """It would be the truth here."""


def _words(scene: Scene, text: str, signers: int = 2) -> tuple[Released, bytes]:
    card = scene.liar.record.roster.card(scene.liar.name)
    return people.words(
        scene.liar.name,
        scene.liar.record.roster,
        people.message(text, "routine"),
        claimed_us=scene.liar.now(),
        signers=people.on_duty(card)[:signers],
    )


def _forge(scene: Scene, bend: Bend, *, back: int = 0) -> Frame | None:
    """Return a batch of one entry that would stand next in the liar's log at the other, but for what `bend` changes."""
    index = scene.column.size - back
    if index < 1 or index > scene.liar.record.size(scene.log):
        return None
    before, _ = scene.entry(index - 1)
    released, body = _words(scene, f"forged at {index}")
    height = 1 + max([before.height, *(scene.heard.column(h.log).heights[h.size - 1] for h in before.heard)])
    parts: Parts = {"released": released, "body": body, "index": index, "height": height, "heard": before.heard}
    bend(scene, parts)
    return _batch(scene, index, parts)


def _batch(scene: Scene, index: int, parts: Parts) -> Frame | None:
    keys = people.party(scene.liar.name).keys
    entry = place(
        parts["released"],  # type: ignore[arg-type]  # the parts of an entry, by name
        log=scene.log,
        index=parts["index"],  # type: ignore[arg-type]  # as above
        height=parts["height"],  # type: ignore[arg-type]  # as above
        heard=parts["heard"],  # type: ignore[arg-type]  # as above
        placed_us=scene.liar.now(),
        station_key=keys.station,
    )
    data = entry.to_bytes()
    if "payload" in parts:
        header, payload = entry.station.header(), bytes(parts["payload"](entry.payload()))  # type: ignore[operator]  # as above
        data = cose.sign1_bytes(header, payload, keys.station.sign(cose.to_sign1(header, ENTRY_AAD, payload)))
    column = Column()
    for true, _ in list(scene.liar.record.entries(scene.log))[:index]:
        column.add(true.to_bytes(), true)
    column.add(data, entry)
    root = column.roots[-1]
    note = scene.note(index + 1, leaf_of(root) if "root" in parts else root)
    return Frame("entries", (scene.log, index, [[data, parts["body"]]], note, []))


def _again(scene: Scene, parts: Parts) -> None:
    said = [
        (entry.released, body)
        for entry, body in list(scene.liar.record.entries(scene.log))[: int(str(parts["index"]))]
        if entry.statement.kind is Kind.WORDS
    ]
    if not said:
        raise NoOccasion
    parts["released"], parts["body"] = scene.chance.choice(said)


def _less_heard(scene: Scene, parts: Parts) -> None:
    heard = list(parts["heard"])  # type: ignore[call-overload]  # a tuple of Heard
    if not heard:
        raise NoOccasion
    first = heard[0]
    roots = scene.heard.column(first.log).roots
    heard[0:1] = [Heard(first.log, first.size - 1, roots[first.size - 1])] if first.size > 1 else []
    heights = [scene.heard.column(h.log).heights[h.size - 1] for h in heard]
    before, _ = scene.entry(int(str(parts["index"])) - 1)
    parts["heard"], parts["height"] = tuple(heard), 1 + max([before.height, *heights])


def _other_body(scene: Scene, parts: Parts) -> None:
    parts["body"] = _words(scene, "another text")[1]


def _revoked(scene: Scene, parts: Parts) -> None:
    gone = people.officer(scene.liar.name, 1)
    if scene.heard_card <= 0:
        raise NoOccasion
    content = people.message("said by one who has left", "routine")
    parts["released"], parts["body"] = people.words(
        scene.liar.name, scene.liar.record.roster, content, claimed_us=scene.liar.now(), signers=(gone,)
    )


def _stranger(scene: Scene, parts: Parts) -> None:
    content = people.message("said by nobody", "routine")
    parts["released"], parts["body"] = people.words(
        scene.liar.name, scene.liar.record.roster, content, claimed_us=scene.liar.now(),
        signers=(people.officer("nobody", 1),),
    )  # fmt: skip


def _forged(bend: Bend) -> "Lie":
    return lambda scene: _forge(scene, bend)


def _another_past(scene: Scene) -> Frame | None:
    return _forge(scene, lambda _scene, _parts: None, back=1)


def _witness(scene: Scene, size: int, root: bytes) -> Frame:
    pq = people.party(scene.liar.name).keys.log_pq
    return Frame("witness", (heads.offer(scene.note(size, root), pq, scene.liar.now()),))


def _witness_fork(scene: Scene) -> Frame | None:
    column = scene.column
    return _witness(scene, column.size, leaf_of(column.roots[-1])) if column.size else None


def _witness_old(scene: Scene) -> Frame | None:
    column = scene.column
    size = 1 + int(scene.chance.random() * column.size)
    return _witness(scene, size, column.roots[size]) if column.size >= size else None


def _cosign_fork(scene: Scene) -> Frame | None:
    """Cosign a head of the other's log that the other never signed; its own line is a true one of another head."""
    held, name = scene.heard, scene.heard.name
    mine = [scene.liar.record.cosigned(log, scene.liar.name) for log in held.columns if log.partition(".")[0] == name]
    true = [note for note in mine if note]
    if not true:
        return None
    text = true[-1].decode().partition("\n\n")[0]
    origin, size, _ = text.split("\n", 2)
    head = notes.Checkpoint(origin, int(size), leaf_of(text.encode()))
    keys = people.party(scene.liar.name).keys
    mirror = notes.mirror_name(MECHANISM, scene.liar.name)
    signed = notes.SignedNote.from_bytes(true[-1])
    own = tuple(line for line in signed.signatures if line.name == origin)
    fresh = [notes.cosignature(head, mirror, key, 1_790_000_000) for key in (keys.mirror, keys.mirror_pq)]
    return Frame("cosigned", (notes.with_lines(notes.SignedNote(head.to_text(), own), fresh).to_bytes(),))


Lie = Callable[[Scene], Frame | None]

# What is added to a message in the place of frames of the same name -> what it is.
FORGERIES: Final[Mapping[str, Lie]] = {
    "the same statement again": _forged(_again),
    "an entry that has heard less than the one before": _forged(_less_heard),
    "a batch whose note signs another root": _forged(lambda _scene, parts: parts.update(root=True)),
    "a body that is not the one it names": _forged(_other_body),
    "an entry of an officer who has left": _forged(_revoked),
    "an entry of a stranger": _forged(_stranger),
    "an entry too high": _forged(lambda _scene, parts: parts.update(height=int(str(parts["height"])) + 1)),
    "an entry that says another place": _forged(lambda _scene, parts: parts.update(index=int(str(parts["index"])) + 1)),
    "an entry in another encoding": _forged(
        lambda _scene, parts: parts.update(payload=lambda data: data[:1] + b"\x18" + data[1:])
    ),
    "another past": _another_past,
    "a head of another past to be cosigned": _witness_fork,
    "an old head to be cosigned": _witness_old,
    "a cosignature on what was never signed": _cosign_fork,
}
# Those that prove a fork where they arrive whole.
FORKS: Final = frozenset({"another past", "a head of another past to be cosigned"})


def _set(frame: Frame, **values: object) -> Frame:
    names = FIELDS[frame.name]
    return Frame(frame.name, tuple(values.get(name, value) for name, value in zip(names, frame.values, strict=True)))


def _without(*names: str) -> Callable[[Frame], Frame | None]:
    return lambda frame: None if frame.name in names else frame


def _hello(change: Callable[[Frame], Frame]) -> Callable[[Frame], Frame | None]:
    return lambda frame: change(frame) if frame.name == "hello" else frame


# What is done to each frame of a message.
BENDS: Final[Mapping[str, Callable[[Frame], Frame | None]]] = {
    "no cosignature": _without("cosigned"),
    "no entries": _without("entries", "ahead"),
    "claims to hold more of yours": _hello(lambda f: _set(f, held_size=f["held_size"] + 3, held_root=leaf_of(b"more"))),
    "claims to hold another log of yours": _hello(lambda f: _set(f, held_root=leaf_of(b"other"))),
    "claims to hold nothing of yours": _hello(lambda f: _set(f, held_size=0, held_root=Column().roots[0])),
    "claims a shorter log of its own": _hello(lambda f: _set(f, own_size=f["own_size"] // 2)),
    "claims a longer log of its own": _hello(lambda f: _set(f, own_size=f["own_size"] + 5)),
}
NOISE: Final = "noise"
LIES: Final = (*FORGERIES, *BENDS, NOISE)


def bent(kind: str, scene: Scene, data: bytes) -> bytes:
    """Return what the liar says in the place of `data`; the same where this lie finds no occasion."""
    if kind == NOISE:
        return scene.chance.randbytes(int(scene.chance.random() * len(data)))
    frames = list(read_frames(data))
    if kind in BENDS:
        return b"".join(write_frame(bent) for frame in frames if (bent := BENDS[kind](frame)) is not None)
    try:
        forged = FORGERIES[kind](scene)
    except (SearoomError, NoOccasion):  # its own log gives no occasion
        forged = None
    if forged is None:
        return data
    kept = [frame for frame in frames if frame.name not in (forged.name, "end")]
    return b"".join(write_frame(frame) for frame in [*kept, forged, frames[-1]])
