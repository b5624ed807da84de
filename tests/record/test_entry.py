"""Statements, released and placed: one byte string each, and who may have signed it."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import MECHANISM, NOW_US, card_keys, make_released, parties, renewed, roster
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import cose
from searoom.record.algorithms import ML_DSA_44, SigningKey, check_signature
from searoom.record.cards import KEM_PUBLIC_SIZE, Card
from searoom.record.cose import Signature
from searoom.record.entry import (
    ENTRY_AAD,
    MAX_ENTRY,
    MAX_LOGS,
    STATEMENT_AAD,
    Entry,
    Heard,
    Kind,
    Released,
    Statement,
    clear_statement,
    place,
    release,
    sign_statement,
    verify_entry,
)
from searoom.record.heads import NodeKeys
from searoom.record.keys import Key, Role, Root, RootKey
from searoom.record.seal import reason

AMBER, CORAL = parties()
RING = roster(AMBER, CORAL)
HEARD = (Heard("coral", 3, bytes(range(32))),)
RELEASED = make_released(RING, AMBER, b"words")[0]
ENTRY = place(RELEASED, log="amber", index=4, height=9, heard=HEARD, placed_us=NOW_US, station_key=AMBER.station)
VECTOR = Path(__file__).parents[1] / "vectors" / "entry.json"

party_ids = st.from_regex(r"[a-z][a-z0-9]{0,31}", fullmatch=True)
hashes = st.binary(min_size=32, max_size=32)
log_ids = st.builds(lambda party, number: f"{party}.{number}" if number > 1 else party, party_ids, st.integers(1, 12))


def placed(
    released: Released = RELEASED,
    *,
    log: str = "amber",
    index: int = 0,
    height: int = 1,
    key: SigningKey = AMBER.station,
) -> Entry:
    """Return `released` as an entry that has heard nothing, placed by `key`."""
    return place(released, log=log, index=index, height=height, heard=(), placed_us=NOW_US, station_key=key)


def of_any_kind(kind: Kind, author: str, others: frozenset[str], plain_hash: bytes, **rest: Any) -> Statement:
    """Return a statement; what is said in clear has no recipients and one hash."""
    if kind is not Kind.WORDS:
        return Statement(kind=kind, author=author, recipients=(), plain_hash=rest["body_hash"], **rest)
    return Statement(author=author, recipients=tuple(sorted(others - {author})), plain_hash=plain_hash, **rest)


statements = st.builds(
    of_any_kind,
    kind=st.sampled_from(Kind),
    mechanism=st.from_regex(r"[a-z0-9][a-z0-9.-]{0,40}", fullmatch=True),
    exercise=st.booleans(),
    author=party_ids,
    others=st.frozensets(party_ids, max_size=5),
    body_hash=hashes,
    plain_hash=hashes,
    claimed_us=st.integers(0, 2**62),
    until_us=st.none() | st.integers(2**62, 2**63 - 1),
)


@settings(deadline=None)
@given(statements)
def test_a_statement_comes_back_from_its_bytes(statement: Statement) -> None:
    """Every statement has one byte string, and that reads back as it."""
    assert statement == Statement.from_bytes(statement.to_bytes())


@settings(deadline=None)
@given(statements, st.integers(1, 8), st.integers(0, 2**63 - 1), st.integers(1, 2**63 - 1), st.data())
def test_an_entry_comes_back_from_its_bytes(
    statement: Statement, signers: int, index: int, height: int, data: st.DataObject
) -> None:
    """Every entry has one byte string, and that reads back as it, signatures and all."""
    names = sorted(data.draw(st.frozensets(log_ids, max_size=5)))
    heard = tuple(Heard(name, data.draw(st.integers(1, 2**63 - 1)), data.draw(hashes)) for name in names)
    log = data.draw(st.sampled_from((statement.author, f"{statement.author}.2")))
    released = release(statement, *(SigningKey(bytes([n]) * 32) for n in range(signers)))
    placed_us = data.draw(st.integers(0, 2**63 - 1))
    where = {"log": log, "index": index, "height": height, "heard": heard, "placed_us": placed_us}
    entry = place(released, station_key=AMBER.station, **where)  # type: ignore[arg-type]
    assert placed_us == Entry.from_bytes(entry.to_bytes()).placed_us
    assert released == Released.from_bytes(released.to_bytes())
    assert entry == Entry.from_bytes(entry.to_bytes())
    assert len(entry.to_bytes()) <= MAX_ENTRY


@settings(deadline=None)
@given(st.integers(0, len(ENTRY.to_bytes()) * 8 - 1))
def test_refuses_an_entry_with_any_bit_turned(bit: int) -> None:
    """No bit of an entry is without meaning: it does not read, or its signatures do not check."""
    data = bytearray(ENTRY.to_bytes())
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises((NotAllowed, Tampered)):
        verify_entry(Entry.from_bytes(bytes(data)), AMBER.card)


@settings(deadline=None)
@given(st.binary(max_size=400))
def test_refuses_bytes_that_are_no_entry(data: bytes) -> None:
    """Decoders of foreign bytes refuse with words and nothing else."""
    for decoder in (Statement.from_bytes, Released.from_bytes, Entry.from_bytes):
        with pytest.raises(NotAllowed):
            decoder(data)


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(0, 300) | st.binary(max_size=40) | st.text("ab-1", max_size=8),
    lambda inner: st.lists(inner, max_size=9) | st.dictionaries(st.integers(0, 9), inner, max_size=9),
    max_leaves=20,
)


@settings(deadline=None)
@given(values)
def test_refuses_values_that_are_no_entry(value: Any) -> None:
    """Well-formed CBOR of another shape is refused with words, wherever it stands in the shells."""
    header = ENTRY.station.header()
    for data in (
        cbor.encode(value),
        cbor.encode([header, {}, cbor.encode(value), bytes(64)]),
        cbor.encode([header, value, ENTRY.payload(), bytes(64)]),
        cbor.encode([value, {}, ENTRY.payload(), bytes(64)]),
    ):
        for decoder in (Statement.from_bytes, Released.from_bytes, Entry.from_bytes):
            try:
                decoder(data)
            except NotAllowed:
                continue
            assert value == {}


def statement_map(**change: Any) -> bytes:
    items = dict(cbor_map(RELEASED.statement.to_bytes()))
    items.update({int(key[1:]): value for key, value in change.items()})
    return cbor.encode(items)


def cbor_map(data: bytes) -> Mapping[int, Any]:
    value = cbor.decode(data)
    assert isinstance(value, dict)
    return value


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"k0": 0}, "version"),
        ({"k0": 2}, "version"),
        ({"k0": True}, "version"),
        ({"k1": "Demo"}, "mechanism"),
        ({"k1": "demo/"}, "mechanism"),
        ({"k2": 1}, "neither true nor false"),
        ({"k3": "Amber"}, "id of a party"),
        ({"k3": "am/ber"}, "id of a party"),
        ({"k3": "a" * 33}, "id of a party"),
        ({"k4": ["jade", "coral"]}, "order"),
        ({"k4": ["coral", "coral"]}, "order"),
        ({"k4": ["amber"]}, "among its recipients"),
        ({"k4": "coral"}, "not an array"),
        ({"k4": [7]}, "id of a party"),
        ({"k5": bytes(31)}, "body hash"),
        ({"k6": None}, "plain hash"),
        ({"k7": -1}, "unsigned"),
        ({"k7": True}, "unsigned"),
        ({"k7": 2**63}, "unsigned"),
        ({"k8": NOW_US - 1}, "ends before"),
        ({"k9": 3}, "kind"),
        ({"k9": -1}, "kind"),
        ({"k9": False}, "kind"),
        ({"k9": True}, "kind"),
        ({"k9": None}, "kind"),
        ({"k9": "0"}, "kind"),
        ({"k9": 1}, "in clear"),
        ({"k9": 2, "k4": []}, "in clear"),
        ({"k9": 1, "k6": RELEASED.statement.body_hash}, "in clear"),
        ({"k10": 0}, "map of 10"),
    ],
)
def test_refuses_a_statement_that_says_what_it_must_not(change: dict[str, Any], said: str) -> None:
    """Each item has its shape, or the refusal names it."""
    with pytest.raises(NotAllowed, match=said):
        Statement.from_bytes(statement_map(**change))


def test_refuses_signatures_out_of_order_doubled_or_too_many() -> None:
    """One to eight signatures, ordered by key id, no two by one key."""
    statement = RELEASED.statement
    keys = [SigningKey(bytes([n]) * 32) for n in range(9)]
    rows = sorted((sign_statement(statement, key) for key in keys), key=lambda s: s.key_id)
    Released(statement, tuple(rows[:8]))
    for wrong, said in ((rows, "1 to 8"), ([], "1 to 8"), (rows[1::-1], "order"), ([rows[0], rows[0]], "order")):
        with pytest.raises(NotAllowed, match=said):
            Released(statement, tuple(wrong))


def test_refuses_height_zero_and_heard_out_of_order() -> None:
    """The first entry has height 1; what was heard is sorted by party, each once."""
    with pytest.raises(NotAllowed, match="height"):
        dataclasses.replace(ENTRY, height=0)
    for names in (("jade", "coral"), ("coral", "coral"), ("coral.2", "coral"), ("coral", "coral.3", "coral.2")):
        with pytest.raises(NotAllowed, match="order"):
            dataclasses.replace(ENTRY, heard=tuple(Heard(name, 1, bytes(32)) for name in names))
    many = tuple(Heard(f"p{number:03}", 1, bytes(32)) for number in range(MAX_LOGS + 1))
    with pytest.raises(NotAllowed, match="logs that an entry has heard"):
        dataclasses.replace(ENTRY, heard=many)
    dataclasses.replace(ENTRY, heard=many[:-1])


@pytest.mark.parametrize(
    ("heard", "said"),
    [
        (("coral", 0, bytes(32)), "nothing was heard"),
        (("coral", -1, bytes(32)), "unsigned"),
        (("coral", True, bytes(32)), "unsigned"),
        (("coral.1", 1, bytes(32)), "name of a log"),
        (("coral.02", 1, bytes(32)), "name of a log"),
        (("coral/national", 1, bytes(32)), "name of a log"),
        (("coral", 1, bytes(31)), "root"),
    ],
)
def test_refuses_what_nobody_can_have_heard(heard: tuple[Any, ...], said: str) -> None:
    """Of an empty log nothing is said; a log has one name; a head has a root."""
    with pytest.raises(NotAllowed, match=said):
        Heard(*heard)


def test_an_entry_stands_in_a_log_of_its_author() -> None:
    """The author's id, or from the second log on with its number: no other name, and no other party's."""
    assert "amber.2" == dataclasses.replace(ENTRY, log="amber.2").log
    for log, said in (("coral", "stands in the log"), ("amber.1", "name of a log"), ("amber.", "name of a log")):
        with pytest.raises(NotAllowed, match=said):
            dataclasses.replace(ENTRY, log=log)


@pytest.mark.parametrize("wrong", [-1, 2**63, None, True, b"now"])
def test_refuses_an_entry_without_the_time_at_which_it_was_placed(wrong: Any) -> None:
    """The station's clock is one whole number; nothing else stands for it, and it is not left out."""
    with pytest.raises(NotAllowed, match="placed time"):
        dataclasses.replace(ENTRY, placed_us=wrong)
    payload = dict(cbor_map(ENTRY.payload()))
    assert NOW_US == payload.pop(6)
    parts = list(cbor.decode(ENTRY.to_bytes()))  # type: ignore[arg-type]
    for lie, said in ((payload, "map of 7"), ({**payload, 6: wrong}, "placed time")):
        with pytest.raises(NotAllowed, match=said):
            Entry.from_bytes(cbor.encode([*parts[:2], cbor.encode(lie), parts[3]]))


def test_refuses_headers_that_say_more() -> None:
    """Nothing unsigned and nothing unknown rides along."""
    parts = list(cbor.decode(ENTRY.to_bytes()))  # type: ignore[arg-type]
    for change in (
        {1: {7: b""}},
        {0: cbor.encode({1: -19})},
        {0: cbor.encode({1: -19, 4: AMBER.station.key_id, 7: b""})},
        {0: cbor.encode({1: None, 4: AMBER.station.key_id})},
        {0: cbor.encode({1: -19, 4: b"short"})},
        {0: b"\xa1\x01\x32"},
    ):
        with pytest.raises(NotAllowed):
            Entry.from_bytes(cbor.encode([change.get(at, part) for at, part in enumerate(parts)]))
    shell = list(cbor.decode(RELEASED.to_bytes()))  # type: ignore[arg-type]
    with pytest.raises(NotAllowed, match="header of its own"):
        Released.from_bytes(cbor.encode([ENTRY.station.header(), *shell[1:]]))


def test_an_entry_names_who_released_it() -> None:
    """Two officers: both are named, in the order of their key ids."""
    released = make_released(RING, AMBER, b"words", signers=AMBER.officers)[0]
    entry = placed(released)
    signers = verify_entry(entry, AMBER.card)
    assert sorted(key.key_id for key in AMBER.officers) == [signer.key_id for signer in signers]
    assert {"amber-1", "amber-2"} == {signer.holder for signer in signers}
    assert {("amber", Role.OFFICER)} == {(signer.party, signer.role) for signer in signers}


def test_an_automatic_entry_is_signed_by_the_station_alone() -> None:
    """The station may release by itself, never beside an officer."""
    alone = make_released(RING, AMBER, b"tick", signers=[AMBER.station])[0]
    entry = placed(alone)
    assert [(Role.STATION, "amber")] == [(s.role, s.holder) for s in verify_entry(entry, AMBER.card)]
    both = release(alone.statement, AMBER.station, AMBER.officers[0])
    with pytest.raises(NotAllowed, match="beside others"):
        verify_entry(placed(both), AMBER.card)


@pytest.mark.parametrize("key", [AMBER.log, AMBER.mirror])
def test_log_and_mirror_keys_release_nothing(key: SigningKey) -> None:
    """A key has one role: those of the log say nothing and place nothing."""
    released = release(RELEASED.statement, key)
    with pytest.raises(NotAllowed, match="does not release"):
        verify_entry(placed(released), AMBER.card)
    with pytest.raises(NotAllowed, match="not by its station"):
        verify_entry(placed(key=key), AMBER.card)


def test_refuses_keys_of_another_party_and_strangers() -> None:
    """What amber says, coral's keys neither release nor place; and nobody's does neither."""
    for key, said in (
        (CORAL.officers[0], "not on the card of amber"),
        (SigningKey(bytes(32)), "not on the card of amber"),
    ):
        with pytest.raises(NotAllowed, match=said):
            verify_entry(placed(release(RELEASED.statement, key)), AMBER.card)
    for key in (CORAL.station, AMBER.officers[0], SigningKey(bytes(32))):
        with pytest.raises(NotAllowed):
            verify_entry(placed(key=key), AMBER.card)


def test_refuses_an_algorithm_that_the_key_has_not() -> None:
    """A signature that names another algorithm than the card does is refused before it is checked."""
    liar = dataclasses.replace(ENTRY, station=Signature(-48, AMBER.station.key_id, bytes(64)))
    with pytest.raises(NotAllowed, match="another algorithm"):
        verify_entry(liar, AMBER.card)


@pytest.mark.parametrize("algorithm", [-8, -7, -48, -50, 19])
def test_the_number_of_ed25519_is_the_one_that_says_the_curve(algorithm: int) -> None:
    """-19 of RFC 9864, and no other: under the older -8 the same key's signature, honestly made, is refused."""
    assert -19 == AMBER.station.algorithm == ENTRY.station.algorithm
    header = cose.protected(algorithm, AMBER.station.key_id)
    value = AMBER.station.sign(cose.to_sign1(header, ENTRY_AAD, ENTRY.payload()))
    other = Entry.from_bytes(cose.sign1_bytes(header, ENTRY.payload(), value))
    with pytest.raises(NotAllowed, match="another algorithm"):
        verify_entry(other, AMBER.card)
    with pytest.raises((NotAllowed, Tampered), match=f"algorithm {algorithm} is not in force|size of ML-DSA"):
        check_signature(algorithm, AMBER.station.public, b"", bytes(64))


def test_what_the_officer_signs_is_not_what_the_station_signs() -> None:
    """Domain separation: a statement's signature never serves as an entry's, nor the other way round."""
    swapped = dataclasses.replace(ENTRY, station=sign_statement(ENTRY.statement, AMBER.station))
    with pytest.raises(Tampered, match="station signature"):
        verify_entry(swapped, AMBER.card)
    assert ENTRY_AAD != STATEMENT_AAD


def vector() -> dict[str, Any]:
    """Return the test vector of docs/formats/entry.md, made from fixed bytes by this program."""
    names = ("station", "log", "mirror", "officer", "second officer")
    amber = {name: SigningKey(bytes([n]) * 32) for n, name in enumerate(names, 1)}
    log_pq, mirror_pq = SigningKey(b"\x02" * 32, ML_DSA_44), SigningKey(b"\x03" * 32, ML_DSA_44)
    node = NodeKeys(amber["station"], amber["log"], log_pq, amber["mirror"], mirror_pq)
    officers = [Key(Role.OFFICER, f"amber-{n}", "officer", amber[name].public) for n, name in enumerate(names[3:], 1)]
    root = Root(1, (RootKey(b"\x06" * 32).keeper,))
    keys = card_keys("amber", node, officers)
    card = Card("amber", MECHANISM, {"en": "Amber"}, root, keys, bytes(KEM_PUBLIC_SIZE), (b"certificate",))
    statement = Statement(MECHANISM, True, "amber", ("coral",), b"\x11" * 32, b"\x22" * 32, 1_790_000_000_000_000, None)
    released = release(statement, amber["officer"])
    heard = (Heard("coral", 3, b"\x33" * 32),)
    at = {"placed_us": 1_790_000_060_000_000, "station_key": amber["station"]}
    entry = place(released, log="amber", index=4, height=9, heard=heard, **at)  # type: ignore[arg-type]
    assert [Role.OFFICER] == [signer.role for signer in verify_entry(entry, card)]
    body = reason("amber.2", "our store is lost")
    said = clear_statement(
        Kind.EPOCH, body, mechanism=MECHANISM, exercise=True, author="amber", claimed_us=1_790_000_000_000_000
    )
    opening = release(said, amber["officer"], amber["second officer"])
    heard = (Heard("amber", 5, b"\x44" * 32), *heard)
    epoch = place(opening, log="amber.2", index=0, height=10, heard=heard, **at)  # type: ignore[arg-type]
    assert 2 == len(verify_entry(epoch, card))
    return {
        "station_seed": amber["station"].seed.hex(),
        "officer_seed": amber["officer"].seed.hex(),
        "second_officer_seed": amber["second officer"].seed.hex(),
        "statement": statement.to_bytes().hex(),
        "officer_signature": released.signatures[0].value.hex(),
        "released": released.to_bytes().hex(),
        "entry_payload": entry.payload().hex(),
        "station_signature": entry.station.value.hex(),
        "entry": entry.to_bytes().hex(),
        "epoch_body": body.hex(),
        "epoch_entry": epoch.to_bytes().hex(),
    }


def words_of(text: str) -> Statement:
    """Return amber's statement that it opens a new log."""
    return clear_statement(
        Kind.EPOCH, reason("amber.2", text), mechanism=MECHANISM, exercise=True, author="amber", claimed_us=NOW_US
    )


def test_two_persons_open_a_new_log() -> None:
    """One officer, one person twice, or the station, is not enough: an old store must not begin anew by itself."""
    keys = AMBER.officers
    assert 2 == len(verify_entry(placed(release(words_of("lost"), *keys), log="amber.2"), AMBER.card))
    twin = SigningKey(bytes([77]) * 32)
    card = dataclasses.replace(
        AMBER.card, keys=(*AMBER.card.keys, Key(Role.OFFICER, "amber-1", "the same person", twin.public))
    )
    for signers, said in (
        (keys[:1], "1 officer"),
        ((AMBER.station,), "0 officer"),
        ((keys[0], twin), "1 officer"),
        ((keys[0], keys[1], AMBER.station), "beside others"),
    ):
        with pytest.raises(NotAllowed, match=said):
            verify_entry(placed(release(words_of("lost"), *signers), log="amber.2"), card)
    assert 3 == len(verify_entry(placed(release(words_of("lost"), *keys, twin), log="amber.2"), card))


def test_an_entry_is_judged_by_the_card_that_it_is_given() -> None:
    """The next card has another station: its entries hold by it and not by the one before, and the other way round."""
    later = renewed(AMBER, "2")
    assert ["amber-1"] == [signer.holder for signer in verify_entry(placed(key=later.station), later.card)]
    for key, card, number in ((later.station, AMBER.card, 0), (AMBER.station, later.card, 1)):
        with pytest.raises(NotAllowed, match=rf"not on the card of amber in force there \(number {number}\)"):
            verify_entry(placed(key=key), card)
    with pytest.raises(NotAllowed, match="not judged by the card of 'coral'"):
        verify_entry(ENTRY, CORAL.card)


def test_the_vector_of_the_format_is_what_we_write() -> None:
    """The published bytes are those that this program makes; a change of them is a change of the format."""
    assert json.loads(VECTOR.read_text(encoding="utf-8")) == vector()


def test_the_format_page_shows_the_vector() -> None:
    """docs/formats/entry.md prints the same statement, released statement and entry."""
    page = (Path(__file__).parents[2] / "docs" / "formats" / "entry.md").read_text(encoding="utf-8")
    digits = "".join(page.split())
    for name, value in vector().items():
        assert value in digits, name
