"""Statements, released and placed: one byte string each, and who may have signed it."""

import dataclasses
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import MECHANISM, NOW_US, keyring, make_released, parties
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import cose
from searoom.record.entry import (
    ENTRY_AAD,
    MAX_ENTRY,
    STATEMENT_AAD,
    Entry,
    Heard,
    Released,
    Signature,
    Statement,
    place,
    release,
    sign_statement,
    verify_entry,
)
from searoom.record.keys import KEM_PUBLIC_SIZE, Card, Key, Keyring, Role, SigningKey, check_signature

AMBER, CORAL = parties()
RING = keyring(AMBER, CORAL)
HEARD = (Heard("coral", 3, bytes(range(32))),)
RELEASED = make_released(RING, AMBER, b"words")[0]
ENTRY = place(RELEASED, index=4, height=9, heard=HEARD, placed_us=NOW_US, station_key=AMBER.station)
VECTOR = Path(__file__).parents[1] / "vectors" / "entry.json"

party_ids = st.from_regex(r"[a-z][a-z0-9]{0,31}", fullmatch=True)
hashes = st.binary(min_size=32, max_size=32)
statements = st.builds(
    lambda author, others, **rest: Statement(author=author, recipients=tuple(sorted(others - {author})), **rest),
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
    names = sorted(data.draw(st.frozensets(party_ids, max_size=5)))
    heard = tuple(Heard(name, data.draw(st.integers(0, 2**63 - 1)), data.draw(hashes)) for name in names)
    released = release(statement, *(SigningKey(bytes([n]) * 32) for n in range(signers)))
    placed_us = data.draw(st.integers(0, 2**63 - 1))
    entry = place(released, index=index, height=height, heard=heard, placed_us=placed_us, station_key=AMBER.station)
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
        verify_entry(Entry.from_bytes(bytes(data)), RING)


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
        ({"k0": 1}, "version"),
        ({"k0": False}, "version"),
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
        ({"k9": 0}, "map of 9"),
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
    for names in (("jade", "coral"), ("coral", "coral")):
        with pytest.raises(NotAllowed, match="order"):
            dataclasses.replace(ENTRY, heard=tuple(Heard(name, 0, bytes(32)) for name in names))


@pytest.mark.parametrize("placed", [-1, 2**63, None, True, b"now"])
def test_refuses_an_entry_without_the_time_at_which_it_was_placed(placed: Any) -> None:
    """The station's clock is one whole number; nothing else stands for it, and it is not left out."""
    with pytest.raises(NotAllowed, match="placed time"):
        dataclasses.replace(ENTRY, placed_us=placed)
    payload = dict(cbor_map(ENTRY.payload()))
    assert NOW_US == payload.pop(5)
    parts = list(cbor.decode(ENTRY.to_bytes()))  # type: ignore[arg-type]
    for wrong, said in ((payload, "map of 6"), ({**payload, 5: placed}, "placed time")):
        with pytest.raises(NotAllowed, match=said):
            Entry.from_bytes(cbor.encode([*parts[:2], cbor.encode(wrong), parts[3]]))


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
    entry = place(released, index=0, height=1, heard=(), placed_us=NOW_US, station_key=AMBER.station)
    signers = verify_entry(entry, RING)
    assert sorted(key.key_id for key in AMBER.officers) == [signer.key_id for signer in signers]
    assert {"amber-1", "amber-2"} == {signer.holder for signer in signers}
    assert {("amber", Role.OFFICER)} == {(signer.party, signer.role) for signer in signers}


def test_an_automatic_entry_is_signed_by_the_station_alone() -> None:
    """The station may release by itself, never beside an officer."""
    alone = make_released(RING, AMBER, b"tick", signers=[AMBER.station])[0]
    entry = place(alone, index=0, height=1, heard=(), placed_us=NOW_US, station_key=AMBER.station)
    assert [(Role.STATION, "amber")] == [(s.role, s.holder) for s in verify_entry(entry, RING)]
    both = release(alone.statement, AMBER.station, AMBER.officers[0])
    with pytest.raises(NotAllowed, match="beside others"):
        verify_entry(place(both, index=0, height=1, heard=(), placed_us=NOW_US, station_key=AMBER.station), RING)


@pytest.mark.parametrize("key", [AMBER.log, AMBER.mirror])
def test_log_and_mirror_keys_release_nothing(key: SigningKey) -> None:
    """A key has one role: those of the log say nothing and place nothing."""
    released = release(RELEASED.statement, key)
    with pytest.raises(NotAllowed, match="does not release"):
        verify_entry(place(released, index=0, height=1, heard=(), placed_us=NOW_US, station_key=AMBER.station), RING)
    with pytest.raises(NotAllowed, match="not by its station"):
        verify_entry(place(RELEASED, index=0, height=1, heard=(), placed_us=NOW_US, station_key=key), RING)


def test_refuses_keys_of_another_party_and_strangers() -> None:
    """What amber says, coral's keys neither release nor place; and nobody's does neither."""
    for key, said in ((CORAL.officers[0], "coral-1 of coral"), (SigningKey(bytes(32)), "no card")):
        with pytest.raises(NotAllowed, match=said):
            verify_entry(
                place(
                    release(RELEASED.statement, key),
                    index=0,
                    height=1,
                    heard=(),
                    placed_us=NOW_US,
                    station_key=AMBER.station,
                ),
                RING,
            )
    for key in (CORAL.station, AMBER.officers[0], SigningKey(bytes(32))):
        with pytest.raises(NotAllowed):
            verify_entry(place(RELEASED, index=0, height=1, heard=(), placed_us=NOW_US, station_key=key), RING)


def test_refuses_an_algorithm_that_the_key_has_not() -> None:
    """A signature that names another algorithm than the card does is refused before it is checked."""
    liar = dataclasses.replace(ENTRY, station=Signature(-48, AMBER.station.key_id, bytes(64)))
    with pytest.raises(NotAllowed, match="another algorithm"):
        verify_entry(liar, RING)


@pytest.mark.parametrize("algorithm", [-8, -7, -48, 19])
def test_the_number_of_ed25519_is_the_one_that_says_the_curve(algorithm: int) -> None:
    """-19 of RFC 9864, and no other: under the older -8 the same key's signature, honestly made, is refused."""
    assert -19 == AMBER.station.algorithm == ENTRY.station.algorithm
    header = cose.protected(algorithm, AMBER.station.key_id)
    value = AMBER.station.sign(cose.to_sign1(header, ENTRY_AAD, ENTRY.payload()))
    other = Entry.from_bytes(cose.sign1_bytes(header, ENTRY.payload(), value))
    with pytest.raises(NotAllowed, match="another algorithm"):
        verify_entry(other, RING)
    with pytest.raises(NotAllowed, match=f"algorithm {algorithm} is not in force"):
        check_signature(algorithm, AMBER.station.public, b"", bytes(64))


def test_what_the_officer_signs_is_not_what_the_station_signs() -> None:
    """Domain separation: a statement's signature never serves as an entry's, nor the other way round."""
    swapped = dataclasses.replace(ENTRY, station=sign_statement(ENTRY.statement, AMBER.station))
    with pytest.raises(Tampered, match="station signature"):
        verify_entry(swapped, RING)
    assert ENTRY_AAD != STATEMENT_AAD


def vector() -> dict[str, Any]:
    """Return the test vector of docs/formats/entry.md, made from fixed bytes by this program."""
    names = ("station", "log", "mirror", "officer", "root")
    amber = {name: SigningKey(bytes([n]) * 32) for n, name in enumerate(names, 1)}
    keys = (
        *(Key(Role(name), "amber", name, amber[name].public) for name in ("station", "log", "mirror")),
        Key(Role.OFFICER, "amber-1", "officer", amber["officer"].public),
    )
    card = Card("amber", MECHANISM, {"en": "Amber"}, amber["root"].public, keys, bytes(KEM_PUBLIC_SIZE), b"certificate")
    statement = Statement(MECHANISM, True, "amber", ("coral",), b"\x11" * 32, b"\x22" * 32, 1_790_000_000_000_000, None)
    released = release(statement, amber["officer"])
    heard = (Heard("coral", 3, b"\x33" * 32),)
    entry = place(
        released, index=4, height=9, heard=heard, placed_us=1_790_000_060_000_000, station_key=amber["station"]
    )
    assert [Role.OFFICER] == [signer.role for signer in verify_entry(entry, Keyring([card]))]
    return {
        "station_seed": amber["station"].seed.hex(),
        "officer_seed": amber["officer"].seed.hex(),
        "statement": statement.to_bytes().hex(),
        "officer_signature": released.signatures[0].value.hex(),
        "released": released.to_bytes().hex(),
        "entry_payload": entry.payload().hex(),
        "station_signature": entry.station.value.hex(),
        "entry": entry.to_bytes().hex(),
    }


def test_the_vector_of_the_format_is_what_we_write() -> None:
    """The published bytes are those that this program makes; a change of them is a change of the format."""
    assert json.loads(VECTOR.read_text(encoding="utf-8")) == vector()


def test_the_format_page_shows_the_vector() -> None:
    """docs/formats/entry.md prints the same statement, released statement and entry."""
    page = (Path(__file__).parents[2] / "docs" / "formats" / "entry.md").read_text(encoding="utf-8")
    digits = "".join(page.split())
    for name, value in vector().items():
        assert value in digits, name
