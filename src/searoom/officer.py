"""What an officer's command does: the words checked and closed, signed with the person's own key, handed to the node.

The node never holds a person's key. What one person may say alone is placed at once; what takes more
becomes a draft in the national log, which a further person opens, reads and signs with another key.
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

from searoom.cbor import Value
from searoom.desk.asking import ask
from searoom.errors import NotAllowed
from searoom.keys import unlocking
from searoom.keys.unlocking import Ask
from searoom.matters.asides import CLOSE, OPEN
from searoom.record.algorithms import PrivateKey
from searoom.record.cards import Card
from searoom.record.entry import Released, Statement, sign_statement, verify_released
from searoom.record.entry import release as released_by
from searoom.record.keys import Role, Signer
from searoom.record.roster import Roster
from searoom.record.seal import Opening, Sealed, seal
from searoom.sentences import Sentence
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook
from searoom.signals.kinds import CONTRIBUTION_SIZE
from searoom.statements import annexes, handsigned
from searoom.statements.release import Policy, forbidden, lacking, read_policy

METHODS = {"ARPA": "radar", "RADAR": "radar", "AIS": "ais", "EYE": "estimate"}
"""How a measurement says that it was made, by the kind of the sensor; any other kind is 'computed'."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person of a party with the key in their hand; `duress` where it was opened by the passphrase for that."""

    id: str
    name: str
    key: PrivateKey
    member: str = ""
    duress: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """What the node tells an officer who sits down at it: who it is, the time, all cards, and who must sign what."""

    party: str
    mechanism: str
    exercise: bool
    unit: str
    books: tuple[str, ...]
    now_us: int
    roster: Roster
    policy: Policy

    @property
    def own(self) -> Card:
        """Our own card, as it is in force."""
        return self.roster.card(self.party)

    def others(self) -> tuple[str, ...]:
        """Return the other parties that read what we say, sorted as a statement lists them."""
        return tuple(sorted(party for party in self.roster.speakers() if party != self.party))

    def recipients(self, filled: Filled, to: Sequence[str] = ()) -> tuple[str, ...]:
        """Return for whom these words are, sorted: all others, or those of `to`; an off-record channel is with one.

        Who joins by a version that is not in force yet is named in `to`. Raises `NotAllowed` for who has no card, only
        observes, or is no side of that channel.
        """
        whole = self.others()
        if filled.form in (OPEN, CLOSE):
            whole = tuple(party for party in whole if party == filled.fields["with"])
        known = [party for party in self.roster.parties if party != self.party and not self.roster.card(party).observer]
        if strange := sorted(set(to) - set(whole if filled.form in (OPEN, CLOSE) else known)):
            raise NotAllowed(Sentence("officer.no_reader", party=strange[0]))
        return tuple(sorted(set(to))) or whole


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of an officer's words: their place in our log, or the number of the draft that waits."""

    author: str
    index: int | None
    draft: int | None


def sit_down(folder: Path) -> Table:
    """Ask the node in `folder` who it is and what time it has; its cards are checked from each party's first on."""
    reply = ask(folder, {"do": "material"})
    former = cast("list[str]", reply.get("former", []))
    roster = Roster([Card.from_bytes(data) for data in cast("list[bytes]", reply["cards"])], former)
    for log, index, data in cast("list[tuple[str, int, bytes]]", reply.get("later", [])):
        roster = roster.with_card(data, log, index)
    return Table(
        party=str(reply["party"]),
        mechanism=str(reply["mechanism"]),
        exercise=bool(reply["exercise"]),
        unit=str(reply["unit"]),
        books=tuple(cast("list[str]", reply["books"])),
        now_us=cast("int", reply["now_us"]),
        roster=roster,
        policy=read_policy(cast("Value", reply.get("policy"))),
    )


def person(table: Table, key_file: Path, passphrase: Ask | None = None) -> Person:
    """Return whose key this is; raise `NotAllowed` where it is no key of an officer of this party."""
    held = unlocking.open_person(key_file, exercise=table.exercise, ask=passphrase or unlocking.asker())
    for known in table.own.keys:
        if known.role is Role.OFFICER and known.public == held.key.public:
            return Person(known.holder, known.name, held.key, known.member, held.duress)
    raise NotAllowed(Sentence("officer.no_key", key=key_file, party=table.party))


def say(
    folder: Path,
    key_file: Path,
    filled: Filled,
    book: FormBook,
    *,
    until_us: int | None = None,
    passphrase: Ask | None = None,
    to: Sequence[str] = (),
) -> Placed:
    """Sign a filled-in form with this person's key: placed in our log, or kept as a draft for further persons.

    It is closed for all other parties, or for those of `to` alone; what is national is for nobody.
    """
    table = sit_down(folder)
    form = book.form(filled.form)
    if form.automatic:
        raise NotAllowed(Sentence("officer.station", form=form.name))
    if why := forbidden(table.policy, form):
        raise NotAllowed(why, advice="Only an agreement that both sides changed can give this leave.")
    filled, openings = complete(filled, book)
    forms.require(filled, book)
    who = person(table, key_file, passphrase)
    note_duress(folder, table, who, book)
    if handsigned.wanted(filled, book):
        filled = handsigned.sign(filled, book, who.key, mechanism=table.mechanism, party=table.party)
    content, readers = forms.encode(filled, book), table.recipients(filled, to)
    if form.visibility == "national":
        reply = ask(folder, {"do": "note", "content": content})
        return Placed(table.party, cast("int", reply["index"]), None)
    sealed = close(table, content, readers)
    statement = Statement(
        mechanism=table.mechanism,
        exercise=table.exercise,
        author=table.party,
        recipients=readers,
        body_hash=sealed.body_hash,
        plain_hash=sealed.plain_hash,
        claimed_us=table.now_us,
        until_us=until_us,
    )
    _hand_in_annexes(folder, table, openings, readers)
    return _place(folder, table, released_by(statement, who.key), sealed.body, filled, book)


def complete(filled: Filled, book: FormBook) -> tuple[Filled, dict[bytes, bytes]]:
    """Return the form as it can be checked, and what opens its personal data, which were set apart (`annexes`).

    Where it asks for random bytes and nobody typed any, fresh ones are drawn.
    """
    drawn = {
        each.name: secrets.token_bytes(CONTRIBUTION_SIZE)
        for each in book.form(filled.form).fields
        if each.kind == "contribution" and each.name not in filled.fields
    }
    return annexes.detach(replace(filled, fields={**filled.fields, **drawn}), book)


def note_duress(folder: Path, table: Table, who: Person, book: FormBook) -> None:
    """Tell our own side, and nobody else, that a key was opened by the passphrase given under duress."""
    if who.duress:
        form = book.form("duress")
        fields: dict[str, object] = {"person": who.id, "at": table.now_us}
        note = Filled(form.name, form.version, "national", "routine", "en", fields)
        ask(folder, {"do": "note", "content": forms.encode(note, book)})


def close(table: Table, content: bytes, to: Sequence[str]) -> Sealed:
    """Close a content for these parties and for ourselves."""
    return seal(content, mechanism=table.mechanism, author=table.party, recipients=to, readers=_readers(table, to))


def _readers(table: Table, to: Sequence[str]) -> dict[str, bytes]:
    return {party: table.roster.card(party).kem for party in (table.party, *to)}


def _hand_in_annexes(folder: Path, table: Table, openings: Mapping[bytes, bytes], to: Sequence[str]) -> None:
    """Give the node what was set apart, sealed to the readers, before the words that refer to it."""
    readers = _readers(table, to)
    rows: list[Value] = [
        [reference, annexes.seal_annex(opening, mechanism=table.mechanism, author=table.party, readers=readers)]
        for reference, opening in openings.items()
    ]
    if rows:
        ask(folder, {"do": "annexes", "annexes": rows})


def _place(folder: Path, table: Table, released: Released, body: bytes, filled: Filled, book: FormBook) -> Placed:
    """Place what was signed where those who signed suffice; else keep it as a draft for one more person."""
    signers = verify_released(released, table.own)
    if lacking(table.policy, book.form(filled.form), filled, signers, table.own):
        reply = ask(folder, {"do": "draft", "released": released.to_bytes(), "body": body})
        return Placed(table.party, None, cast("int", reply["draft"]))
    reply = ask(folder, {"do": "submit", "released": released.to_bytes(), "body": body})
    return Placed(str(reply.get("log", table.party)), cast("int", reply["index"]), None)


@dataclass(frozen=True, slots=True)
class Looked:
    """A draft as it was shown to a person: what that person then signs is this, and nothing fetched later.

    `shown` is `filled` with the personal data that were set apart; `signers` have signed it so far.
    """

    draft: int
    filled: Filled
    shown: Filled
    released: Released
    body: bytes
    signers: tuple[Signer, ...]
    book: FormBook = field(repr=False)


def look(folder: Path, draft: int, book: FormBook) -> Looked:
    """Return what a draft says, having checked who signed it, for whom, and that the words shown are those signed."""
    table = sit_down(folder)
    reply = ask(folder, {"do": "look", "draft": draft})
    released = Released.from_bytes(cast("bytes", reply["released"]))
    opening = Opening.from_bytes(cast("bytes", reply["opening"]))
    statement = released.statement
    signers = verify_released(released, table.own)
    if opening.plain_hash() != statement.plain_hash:
        raise NotAllowed(Sentence("officer.other_words", draft=draft))
    filled = forms.decode(opening.content, book)
    here = (table.mechanism, table.exercise, table.party, table.recipients(filled, statement.recipients))
    if here != (statement.mechanism, statement.exercise, statement.author, statement.recipients):
        raise NotAllowed(
            Sentence("officer.not_here", draft=draft),
        )
    apart = cast("Mapping[bytes, bytes]", dict(cast("list[tuple[bytes, bytes]]", reply.get("annexes", []))))
    shown = annexes.attach(filled, book, apart.get)
    return Looked(draft, filled, shown, released, cast("bytes", reply["body"]), signers, book)


def release(folder: Path, key_file: Path, looked: Looked, *, passphrase: Ask | None = None) -> Placed:
    """Sign the draft that was looked at, as another person than those before: placed, or kept for one more."""
    table = sit_down(folder)
    who = person(table, key_file, passphrase)
    if any(who.id == signer.holder or who.key.key_id == signer.key_id for signer in looked.signers):
        raise NotAllowed(
            Sentence("officer.signed_already", name=who.name, draft=looked.draft),
        )
    note_duress(folder, table, who, looked.book)
    statement = looked.released.statement
    signatures = (*looked.released.signatures, sign_statement(statement, who.key))
    released = Released(statement, tuple(sorted(signatures, key=lambda item: item.key_id)))
    return _place(folder, table, released, looked.body, looked.filled, looked.book)


def message(folder: Path, ref: tuple[str, int], book: FormBook) -> Filled:
    """Return what the entry `party/index` says."""
    reply = ask(folder, {"do": "message", "author": ref[0], "index": ref[1]})
    return forms.decode(cast("bytes", reply["content"]), book)


def measured(
    book: FormBook,
    *,
    dossier: tuple[str, int],
    value_mm: int,
    error_mm: int,
    at_us: int,
    source: str,
    sensor: str,
    lang: str,
) -> Filled:
    """Return a measurement of the range between two units by one's own sensor, for a dossier."""
    fields: dict[str, object] = {
        "dossier": dossier,
        "quantity": "range",
        "value_mm": value_mm,
        "error_mm": error_mm,
        "axis": "horizontal",
        "method": METHODS.get(sensor, "computed"),
        "source": source,
        "at": at_us,
    }
    form = book.form("measurement")
    return Filled(form.name, form.version, "desk", "routine", lang, fields)


def transcript(
    book: FormBook,
    *,
    said_by: str,
    medium: str,
    heard_by: str,
    at_us: int,
    words: str = "",
    understood: Filled | None = None,
    more: Mapping[str, object] | None = None,
    lang: str = "en",
    channel: str = "",
    reply_to: tuple[str, int] | None = None,
) -> Filled:
    """Return what a counterpart is said to have said, as one of our officers heard or read it."""
    form = book.form("transcribed")
    fields: dict[str, object] = {
        "said_by": said_by,
        "medium": medium,
        "heard_by": heard_by,
        "at": at_us,
        **(more or {}),
    }
    if words:
        fields["words"] = words
    if understood is not None:
        fields["understood"] = forms.encode(understood, book)
    return Filled(form.name, form.version, channel or form.channels[0], "routine", lang, fields, reply_to)
