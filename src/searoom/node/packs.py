"""The texts of an agreement that a node has worked by, kept in its store: a changed file changes no agreement.

The first text that a node was started with is the one that the parties began with; the nodes compare its hash at each
exchange. Any other that the settings name is kept behind it and waits until all have said its hash (`succession`). A
text is kept whole, with that of its base, so that neither an edited file nor a newer program puts another in its place.
"""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.keys.enrol import Settings, signed_cards
from searoom.obligations import agreement as agreements
from searoom.obligations.agreement import Agreement
from searoom.obligations.succession import Versions
from searoom.record import shape
from searoom.record.cards import Card
from searoom.record.tables import TableStore
from searoom.sentences import Sentence
from searoom.signals.forms import FormBook

KIND: Final = "pack"
MAX_KEPT: Final = 256


def pack(folder: Path, name: str) -> Path | str:
    """Return the pack that a setting names: a path, from the node's folder where it is relative, or a packaged name."""
    return folder / name if name.endswith(".toml") else name


def named(folder: Path, settings: Settings, book: FormBook) -> tuple[tuple[Agreement, cbor.Value], ...]:
    """Return the packs that the settings name, `earlier` ones first: each read, and as it is kept."""
    return tuple(_read(folder, name, book) for name in (*settings.earlier, settings.agreement))


def taken_up(
    store: TableStore, found: Sequence[tuple[Agreement, cbor.Value]], book: FormBook, *, to_read: bool
) -> Versions:
    """Return the versions that a node holds: those kept in its store and, behind them, those that the settings name.

    What is named and not kept yet is kept now, unless the node is opened only `to_read`. While nobody has said anything
    nothing is held fast: the settings alone count. Raises `Tampered` for a kept text that is not the one it was.
    """
    spoken = any(map(store.size, store.logs()))
    if not spoken and not to_read:
        for key, _ in store.each(KIND):
            store.drop(KIND, key)
    texts = list(kept(store, book)) if spoken else []
    for agreement, row in found:
        if agreement.hash not in {text.hash for text in texts}:
            if len(texts) >= MAX_KEPT:
                raise NotAllowed(Sentence("node.texts_most", most=MAX_KEPT))
            if not to_read:
                store.put(KIND, cbor.encode(len(texts)), cbor.encode(row))
            texts.append(agreement)
    return Versions(texts, [agreement.hash for agreement, _ in found])


def kept(store: TableStore, book: FormBook) -> tuple[Agreement, ...]:
    """Return the texts that a store keeps, in the order in which they were taken up."""
    return read(rows(store), book)


def rows(store: TableStore) -> tuple[cbor.Value, ...]:
    """Return the kept texts as they are kept, in their order: name, hash, text, and that of a base."""
    found = {cbor.decode(key): cbor.decode(data) for key, data in store.each(KIND)}
    return tuple(found[number] for number in range(len(found)))


def read(found: Sequence[cbor.Value], book: FormBook) -> tuple[Agreement, ...]:
    """Return the agreements of kept texts; `Tampered` where one has another hash than it had when it was taken up."""
    texts = []
    for row in found:
        place, digest, *parts = shape.sequence(row, "a kept pack", least=3, most=4)
        text, *under = (shape.text(part, "a pack", most=agreements.MAX_PACK_CHARS) for part in parts)
        agreement = agreements.parse(text, shape.text(place, "a name", most=255), book, under="".join(under))
        if agreement.hash != digest:
            raise Tampered(f"the kept text of '{agreement.id}' is not the one that was taken up")
        texts.append(agreement)
    return tuple(texts)


def cards(folder: Path, settings: Settings, versions: Versions) -> dict[str, bytes]:
    """Return first cards of all whom the versions name, signed; `NotAllowed` where ours is missing."""
    members = (*versions.parties, *versions.observers, *versions.former)
    if settings.party not in members:
        raise NotAllowed(f"{settings.party} is no party of the agreement '{settings.agreement}'")
    found = signed_cards(folder, members)
    if settings.party not in found:
        raise NotAllowed(f"our own card is missing in {folder / 'cards'}", advice="Enrol the party first.")
    for party, data in found.items():
        if Card.from_bytes(data).observer != (party in versions.observers):
            raise NotAllowed(f"the card of {party} and the agreement differ on whether it is an observer")
    return found


def _read(folder: Path, name: str, book: FormBook) -> tuple[Agreement, cbor.Value]:
    file = agreements.file_of(pack(folder, name))
    agreement = agreements.load(pack(folder, name), book)
    text = file.read_text(encoding="utf-8")
    base = tomllib.loads(text).get("base")
    under = [] if base is None else [agreements.file_of(str(base)).read_text(encoding="utf-8")]
    return agreement, [file.name, agreement.hash, text, *under]
