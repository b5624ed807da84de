"""What an officer's command does: the words checked and closed, signed with the person's own key, handed to the node.

The node never holds a person's key. What one person may say alone is placed at once; what takes two
becomes a draft in the national log, which a second person opens, reads and signs with another key.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from searoom.desk import ask
from searoom.errors import Finding, NotAllowed
from searoom.keyfiles import read_key
from searoom.record.entry import Released, Statement, sign_statement, verify_released
from searoom.record.keys import Card, Keyring, Role, SigningKey
from searoom.record.seal import Opening, Sealed, seal
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook

METHODS = {"ARPA": "radar", "RADAR": "radar", "AIS": "ais", "EYE": "estimate"}
"""How a measurement says that it was made, by the kind of the sensor; any other kind is 'computed'."""


@dataclass(frozen=True, slots=True)
class Person:
    """A person of a party with the key in their hand."""

    id: str
    name: str
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Table:
    """What the node tells an officer who sits down at it."""

    party: str
    mechanism: str
    exercise: bool
    unit: str
    books: tuple[str, ...]
    now_us: int
    cards: tuple[Card, ...]

    def others(self) -> tuple[str, ...]:
        """Return the other parties, sorted as a statement lists them."""
        return tuple(sorted(card.party for card in self.cards if card.party != self.party))


@dataclass(frozen=True, slots=True)
class Placed:
    """What became of an officer's words: their place in our log, or the number of the draft that waits."""

    author: str
    index: int | None
    draft: int | None
    findings: tuple[Finding, ...]


def sit_down(folder: Path) -> Table:
    """Ask the node in `folder` who it is and what time it has."""
    reply = ask(folder, {"do": "material"})
    cards = tuple(Card.from_bytes(data) for data in cast("list[bytes]", reply["cards"]))
    return Table(
        party=str(reply["party"]),
        mechanism=str(reply["mechanism"]),
        exercise=bool(reply["exercise"]),
        unit=str(reply["unit"]),
        books=tuple(cast("list[str]", reply["books"])),
        now_us=cast("int", reply["now_us"]),
        cards=cards,
    )


def person(table: Table, key_file: Path) -> Person:
    """Return whose key this is; raise `NotAllowed` where it is no key of an officer of this party."""
    _, seed = read_key(key_file)
    key = SigningKey(seed)
    own = next(card for card in table.cards if card.party == table.party)
    for known in own.keys:
        if known.role is Role.OFFICER and known.public == key.public:
            return Person(known.holder, known.name, key)
    raise NotAllowed(f"{key_file} is not the key of an officer of {table.party}")


def say(folder: Path, key_file: Path, filled: Filled, book: FormBook, *, until_us: int | None = None) -> Placed:
    """Sign a filled-in form with this person's key: placed in our log, or kept as a draft for a second person."""
    table = sit_down(folder)
    who = person(table, key_file)
    form = book.form(filled.form)
    if form.automatic:
        raise NotAllowed(f"'{form.name}' is written by the station alone")
    findings = forms.check(filled, book)
    if findings:
        raise NotAllowed("; ".join(f"{finding.where}: {finding.sentence}" for finding in findings))
    content = forms.encode(filled, book)
    if form.visibility == "national":
        reply = ask(folder, {"do": "note", "content": content})
        return Placed(table.party, cast("int", reply["index"]), None, findings)
    sealed = close(table, content)
    statement = Statement(
        mechanism=table.mechanism,
        exercise=table.exercise,
        author=table.party,
        recipients=table.others(),
        body_hash=sealed.body_hash,
        plain_hash=sealed.plain_hash,
        claimed_us=table.now_us,
        until_us=until_us,
    )
    released = Released(statement, (sign_statement(statement, who.key),))
    if form.release_persons == 1:
        return _submit(folder, table, released, sealed.body, findings)
    reply = ask(folder, {"do": "draft", "released": released.to_bytes(), "body": sealed.body})
    return Placed(table.party, None, cast("int", reply["draft"]), findings)


def close(table: Table, content: bytes) -> Sealed:
    """Close a content for the other parties and for ourselves."""
    return seal(
        content,
        mechanism=table.mechanism,
        author=table.party,
        recipients=table.others(),
        readers={card.party: card.kem for card in table.cards},
    )


@dataclass(frozen=True, slots=True)
class Looked:
    """A draft as it was shown to a person: what that person then signs is this, and nothing fetched later."""

    draft: int
    filled: Filled
    released: Released
    body: bytes


def look(folder: Path, draft: int, book: FormBook) -> Looked:
    """Return what a draft says, having checked who signed it, for whom, and that the words shown are those signed."""
    table = sit_down(folder)
    reply = ask(folder, {"do": "look", "draft": draft})
    released = Released.from_bytes(cast("bytes", reply["released"]))
    opening = Opening.from_bytes(cast("bytes", reply["opening"]))
    statement = released.statement
    verify_released(released, Keyring(table.cards))
    here = (table.mechanism, table.exercise, table.party, table.others())
    if here != (statement.mechanism, statement.exercise, statement.author, statement.recipients):
        raise NotAllowed(f"draft {draft} is not of this mechanism, party and recipients")
    if opening.plain_hash() != statement.plain_hash:
        raise NotAllowed(f"draft {draft}: the words shown are not those that the first person signed")
    return Looked(draft, forms.decode(opening.content, book), released, cast("bytes", reply["body"]))


def release(folder: Path, key_file: Path, looked: Looked) -> Placed:
    """Sign the draft that was looked at, as another person than the one who drafted it, and place it in our log."""
    table = sit_down(folder)
    who = person(table, key_file)
    statement, first = looked.released.statement, looked.released.signatures
    if any(signature.key_id == who.key.key_id for signature in first):
        raise NotAllowed(
            f"{who.name} has signed draft {looked.draft} already",
            advice="Substance takes two: another person releases it.",
        )
    signatures = sorted((*first, sign_statement(statement, who.key)), key=lambda item: item.key_id)
    return _submit(folder, table, Released(statement, tuple(signatures)), looked.body, ())


def _submit(folder: Path, table: Table, released: Released, body: bytes, findings: Sequence[Finding]) -> Placed:
    reply = ask(folder, {"do": "submit", "released": released.to_bytes(), "body": body})
    return Placed(table.party, cast("int", reply["index"]), None, tuple(findings))


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
