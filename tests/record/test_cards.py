"""Cards: what parties exchange in person and follow up in their logs reads back as it was written, or is refused."""

import dataclasses
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from builders import make_party, parties, renewed, seed
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import cards as room
from searoom.record import cose, shape
from searoom.record.algorithms import ED25519, ML_DSA_44, ML_DSA_87, SigningKey
from searoom.record.cards import CARD_AAD, OWN_KEYS, Card, Revoked
from searoom.record.keys import Key, Role, Root, RootKey

AMBER, CORAL = parties()
PEARL = make_party("pearl", observer=True)
JADE = make_party("jade", members=("north", "south"), member_need=2, keepers=3, need=2)
CARD = AMBER.card
LATER = renewed(
    AMBER, "2", revoked=(Revoked(bytes(8), None, "lost"), Revoked(b"\xff" * 8, ("amber.2", 7), "the laptop was stolen"))
)
STRANGER = RootKey(seed("stranger", "root"))


def forged(card: Card, *roots: RootKey, header: int | None = None) -> bytes:
    """Return a card under the signatures of `roots`, whether they may sign it or not; `header`: a number they lie."""
    rows = [row for root in roots for row in root.sign(CARD_AAD, card.payload())]
    if header is not None:
        rows = [dataclasses.replace(row, algorithm=header) for row in rows]
    return cose.sign_bytes(card.payload(), sorted(rows, key=lambda row: row.key_id))


@pytest.mark.parametrize("party", [AMBER, PEARL, JADE, LATER], ids=lambda party: f"{party.name} {party.card.serial}")
def test_a_card_comes_back_from_its_bytes(party: Any) -> None:
    """Plain, observer, composite, and a later one with revocations: what was written, and only so."""
    assert party.card == Card.from_bytes(party.card_bytes) == Card.unsigned(party.card.payload())
    assert party.card == Card.from_bytes(party.card.signed(*party.roots))
    assert party.name == Card.payload_party(party.card_bytes)


def test_the_fingerprint_is_read_aloud_in_fours() -> None:
    """Sixteen groups of four hex digits, of the root, whatever else stands on the card."""
    words = CARD.fingerprint().split()
    assert [len(word) for word in words] == [4] * 16
    assert CARD.root.fingerprint().hex() == "".join(words)
    assert CARD.fingerprint() == LATER.card.fingerprint() != CORAL.card.fingerprint()


@settings(deadline=None, max_examples=150)
@given(st.integers(min_value=0, max_value=len(LATER.card_bytes) * 8 - 1))
def test_refuses_a_card_with_any_bit_turned(bit: int) -> None:
    """No bit of a card is without meaning."""
    data = bytearray(LATER.card_bytes)
    data[bit // 8] ^= 1 << bit % 8
    with pytest.raises((NotAllowed, Tampered)):
        Card.from_bytes(bytes(data))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_refuses_bytes_that_are_no_card(data: bytes) -> None:
    """A decoder of foreign bytes refuses with words; nothing else comes out of it."""
    for read in (Card.from_bytes, Card.unsigned, Card.payload_party):
        with pytest.raises(NotAllowed):
            read(data)


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-1, 9) | st.binary(max_size=9) | st.text("ab-", max_size=3),
    lambda inner: st.lists(inner, max_size=7) | st.dictionaries(st.integers(0, 12) | st.text("a"), inner, max_size=3),
    max_leaves=12,
)
FIELDS: dict[int, Any] = dict(cbor.decode(LATER.card.payload()))  # type: ignore[call-overload]


@settings(deadline=None, max_examples=300)
@given(st.integers(0, 12), values)
def test_each_field_has_its_shape(field: int, value: Any) -> None:
    """Whatever stands in the place of a field: the card that says it, or a refusal; the rest is never read over."""
    data = cbor.encode({**FIELDS, field: value})
    try:
        card = Card.unsigned(data)
    except (NotAllowed, Tampered):
        return
    assert data == card.payload()


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        (0, 0, "version"),
        (0, True, "version"),
        (3, {"en": "Amber", "": "x"}, "language"),
        (3, ["Amber"], "names"),
        (4, -1, "serial"),
        (4, True, "serial"),
        (4, 2**20 + 1, "serial"),
        (5, [1], "root"),
        (5, [1, [[bytes(32)]]], "keeper"),
        (6, FIELDS[6][:4], "keys on a card"),
        (6, [["porter", *FIELDS[6][0][1:]], *FIELDS[6][1:]], "role"),
        (6, [[*FIELDS[6][0][:3], True, *FIELDS[6][0][4:]], *FIELDS[6][1:]], "unknown role or algorithm"),
        (6, [[*FIELDS[6][0][:3], [], *FIELDS[6][0][4:]], *FIELDS[6][1:]], "unknown role or algorithm"),
        (6, [FIELDS[6][0][:5], *FIELDS[6][1:]], "a key on a card"),
        (6, [[*FIELDS[6][0], ""], *FIELDS[6][1:]], "a key on a card"),
        (6, [[*FIELDS[6][0][:4], bytes(31), ""], *FIELDS[6][1:]], "a key on a card"),
        (8, [], "link certificates"),
        (9, 1, "neither true nor false"),
        (10, [], "members"),
        (11, True, "members must release"),
        (12, [[bytes(8), None]], "revoked"),
        (12, [[bytes(8), 1, "x"]], "last good"),
        (12, [[bytes(8), None, "x", 0]], "a revoked key is not an array"),
        (12, [[bytes(8), ["amber"], "x"]], "last good"),
        (12, [[bytes(8), ["amber", 1, 2], "x"]], "last good"),
        (12, [[bytes(8), ["amber", -1], "x"]], "last good"),
        (12, [[bytes(8), ["coral", 1], "x"]], "log of another party"),
        (12, [[bytes(7), None, "x"]], "id of a revoked"),
        (12, [[bytes(8), None, ""]], "why"),
        (12, [[b"b" * 8, None, "x"], [b"a" * 8, None, "x"]], "order"),
        (12, [[b"b" * 8, None, "x"], [b"b" * 8, ["amber", 1], "y"]], "order"),
        (13, 0, "13 items"),
    ],
)
def test_says_which_field_is_wrong(field: int, value: Any, said: str) -> None:
    """The refusal names what is wrong on the card."""
    with pytest.raises(NotAllowed, match=said):
        Card.unsigned(cbor.encode({**FIELDS, field: value}))


def test_refuses_a_card_that_another_root_signed() -> None:
    """A card is signed by the keepers whom it names, or it is nobody's."""
    with pytest.raises(NotAllowed, match="signed by 0 keeper"):
        CARD.signed(*CORAL.roots)
    with pytest.raises(NotAllowed, match="signed by 0 keeper"):
        Card.from_bytes(forged(CARD, *CORAL.roots))
    with pytest.raises(NotAllowed, match="no keeper's"):
        Card.from_bytes(forged(CARD, *AMBER.roots, STRANGER))
    mine, theirs = (root.sign(CARD_AAD, CARD.payload()) for root in (AMBER.roots[0], STRANGER))
    for half in (0, 1):
        lie = [dataclasses.replace(mine[half], value=theirs[half].value), mine[1 - half]]
        with pytest.raises(Tampered, match="keeper's signature"):
            Card.from_bytes(cose.sign_bytes(CARD.payload(), sorted(lie, key=lambda row: row.key_id)))


def test_as_many_keepers_sign_as_the_root_needs() -> None:
    """Two of jade's three keepers sign its card, any two; one does not; a signature of one half is none."""
    for pair in ((0, 1), (0, 2), (1, 2), (0, 1, 2)):
        assert JADE.card == Card.from_bytes(JADE.card.signed(*(JADE.roots[n] for n in pair)))
    with pytest.raises(NotAllowed, match="signed by 1 keeper.*it takes 2"):
        Card.from_bytes(forged(JADE.card, JADE.roots[1]))
    rows = [row for root in JADE.roots[:2] for row in root.sign(CARD_AAD, JADE.card.payload())]
    for left_out in range(4):
        kept = sorted((row for n, row in enumerate(rows) if n != left_out), key=lambda row: row.key_id)
        with pytest.raises(NotAllowed, match="signed by 1 keeper"):
            Card.from_bytes(cose.sign_bytes(JADE.card.payload(), kept))


def test_another_root_is_signed_by_the_old_and_by_the_new_one() -> None:
    """A later card may bring another root; the keepers before it and its own must both sign, each as many as it takes."""
    new = tuple(RootKey(seed("amber", "new root", str(n))) for n in range(3))
    root = Root(2, tuple(key.keeper for key in new))
    card = dataclasses.replace(LATER.card, root=root)
    both = card.signed(*AMBER.roots, *new[:2])
    assert card == Card.from_bytes(both, before=CARD.root)
    with pytest.raises(NotAllowed, match="signed by 0 keeper"):
        Card.from_bytes(card.signed(*new[:2]), before=CARD.root)
    with pytest.raises(NotAllowed, match="signed by 1 keeper.*it takes 2"):
        Card.from_bytes(forged(card, *AMBER.roots, new[0]), before=CARD.root)
    with pytest.raises(NotAllowed, match="no keeper's"):
        Card.from_bytes(both)  # as a first card: the old keepers mean nothing to its reader
    with pytest.raises(NotAllowed, match="no keeper's"):
        Card.from_bytes(both, before=root)


def test_the_same_root_signs_once() -> None:
    """Where the root stays, its keepers sign once, and nobody else beside them."""
    assert LATER.card == Card.from_bytes(LATER.card_bytes, before=CARD.root)
    with pytest.raises(NotAllowed, match="signed by 0 keeper"):
        Card.from_bytes(LATER.card_bytes, before=CORAL.card.root)


def test_refuses_a_card_with_another_number_for_its_keys() -> None:
    """Whoever still writes -8 for Ed25519, for a keeper or for a key on the card, is refused."""
    with pytest.raises(NotAllowed, match="another algorithm"):
        Card.from_bytes(forged(CARD, *AMBER.roots, header=-8))
    keys = (dataclasses.replace(CARD.keys[0], algorithm=-19), *CARD.keys[1:])
    assert CARD == dataclasses.replace(CARD, keys=keys)
    for number, said in ((-8, "exactly one station"), (-50, "exactly one station")):
        with pytest.raises(NotAllowed, match=said):
            dataclasses.replace(CARD, keys=(dataclasses.replace(keys[0], algorithm=number), *CARD.keys[1:]))
    rows = [[*row[:3], -8, *row[4:]] if row[0] == "officer" else row for row in FIELDS[6]]
    with pytest.raises(NotAllowed, match="algorithm -8 is not in force"):
        Card.unsigned(cbor.encode({**FIELDS, 6: rows}))


def test_refuses_a_card_with_something_unsigned_beside_it() -> None:
    """Nothing rides along on a card that its keepers did not sign."""
    parts: Any = cbor.decode(AMBER.card_bytes)
    with pytest.raises(NotAllowed, match="unprotected"):
        Card.from_bytes(cbor.encode([parts[0], {7: b"x"}, *parts[2:]]))
    with pytest.raises(NotAllowed, match="unprotected"):
        Card.from_bytes(cbor.encode([*parts[:3], [[row[0], {7: 0}, row[2]] for row in parts[3]]]))
    for change in (b"\0", {}):
        with pytest.raises(NotAllowed):
            Card.from_bytes(cbor.encode([change, *parts[1:]]))


def test_refuses_a_payload_in_another_encoding() -> None:
    """Signed or not, a card that is written otherwise than it must be is refused: key rows out of a map's order too."""
    longer = CARD.payload().replace(b"\x02\x65amber", b"\x02\x78\x05amber", 1)
    assert longer != CARD.payload()
    for data in (longer, CARD.payload() + b"\0", b"\xbf" + CARD.payload()[1:] + b"\xff"):
        with pytest.raises(NotAllowed):
            Card.unsigned(data)


def changed_keys(**by_role: Key) -> tuple[Key, ...]:
    return tuple(by_role.get(key.role.value, key) for key in CARD.keys)


def officers(count: int) -> tuple[Key, ...]:
    """Return keys of so many officers of amber's."""
    return tuple(Key(Role.OFFICER, f"amber-{n}", "x", SigningKey(seed("officer", str(n))).public) for n in range(count))


OFFICER = SigningKey(seed("amber", "officer", "9")).public
CERTIFICATES = tuple(bytes([n]) for n in range(6))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"party": "Amber"}, "id of a party"),
        ({"party": "am/ber"}, "id of a party"),
        ({"mechanism": "demo 2026"}, "id of a mechanism"),
        ({"names": {}}, "languages"),
        ({"names": {f"l{n}": "x" for n in range(17)}}, "languages"),
        ({"names": {"": "x"}}, "a language on a card"),
        ({"names": {"l" * 17: "x"}}, "a language on a card"),
        ({"names": {"en": "Am\u202eber"}}, "forbidden character"),
        ({"names": {"en": "x" * 81}}, "name of a party"),
        ({"serial": -1}, "serial"),
        ({"serial": 2**20 + 1}, "serial"),
        ({"serial": True}, "serial"),
        ({"kem": bytes(32)}, "KEM key"),
        ({"link_certificates": ()}, "link certificates"),
        ({"link_certificates": (b"",)}, "link certificate"),
        ({"link_certificates": (bytes(8193),)}, "link certificate"),
        ({"link_certificates": CERTIFICATES[:5]}, "link certificates"),
        ({"link_certificates": (b"a", b"a")}, "twice"),
        ({"keys": CARD.keys[1:]}, "exactly one station"),
        ({"keys": tuple(key for key in CARD.keys if key.algorithm != ML_DSA_44)}, "exactly one log key of ML-DSA-44"),
        ({"keys": CARD.keys[:4] + CARD.keys[5:]}, "exactly one mirror key of ML-DSA-44"),
        ({"keys": (*CARD.keys, CARD.keys[1])}, "exactly one log"),
        ({"keys": (*CARD.keys, Key(Role.OFFICER, "amber-9", "x", AMBER.station.public))}, "stands twice"),
        ({"keys": (*CARD.keys, Key(Role.OFFICER, "amber-9", "x", AMBER.roots[0].keeper.ed25519))}, "stands twice"),
        ({"keys": (*CARD.keys, Key(Role.OFFICER, "coral-1", "x", CORAL.mirror.public))}, "not that party's"),
        ({"keys": (*CARD.keys, Key(Role.OFFICER, "amber", "x", OFFICER))}, "id of a person"),
        ({"keys": (*CARD.keys, Key(Role.OFFICER, "amber-9", "", OFFICER))}, "name of a key"),
        ({"keys": (*CARD.keys, Key(Role.OFFICER, "amber-9", "x", OFFICER, member="north"))}, "no member"),
        ({"keys": (*CARD.keys, Key(Role.OFFICER, "amber-9", "x", AMBER.keys.log_pq.public, ML_DSA_44))}, "Ed25519"),
        ({"keys": (*CARD.keys, *officers(63))}, "at most 64"),
        ({"keys": (*CARD.keys, Key(Role.STATION, "amber", "x", CORAL.keys.log_pq.public, ML_DSA_44))}, "5 keys"),
        ({"keys": changed_keys(log=Key(Role.LOG, "coral", "x", CORAL.log.public))}, "exactly one log"),
        ({"keys": changed_keys(station=Key(Role.STATION, "coral", "x", CORAL.station.public))}, "held by coral"),
        ({"keys": changed_keys(station=Key(Role.STATION, "amber", "x", OFFICER, member="north"))}, "held by amber"),
        ({"member_need": 1}, "cannot need 1"),
        ({"members": {"north": {"en": "North"}}}, "cannot need 0"),
        ({"members": {"north": {"en": "North"}}, "member_need": 2}, "cannot need 2"),
        ({"members": {"north": {"en": "North"}}, "member_need": True}, "cannot need"),
        ({"members": {"North": {"en": "North"}}, "member_need": 1}, "a member on a card"),
        ({"members": {"north": {}}, "member_need": 1}, "names a member"),
        ({"members": {f"m{n}": {"en": "x"} for n in range(33)}, "member_need": 1}, "must be 0 to 32"),
        ({"members": {"north": {"en": "North"}}, "member_need": 1}, "speaks for no member"),
        ({"observer": True}, "observer says nothing"),
        ({"revoked": (Revoked(AMBER.station.key_id, None, "x"),)}, "both in force and revoked"),
        ({"revoked": (Revoked(AMBER.kem.key_id, None, "x"),)}, "both in force and revoked"),
        ({"revoked": (Revoked(bytes(7), None, "x"),)}, "id of a revoked key"),
        ({"revoked": (Revoked(bytes(8), None, ""),)}, "why a key was revoked"),
        ({"revoked": (Revoked(bytes(8), None, "x" * 201),)}, "why a key was revoked"),
        ({"revoked": (Revoked(bytes(8), ("amber", -1), "x"),)}, "last good"),
        ({"revoked": (Revoked(bytes(8), ("amber.1", 1), "x"),)}, "log of a last good"),
        ({"revoked": (Revoked(bytes(8), ("coral", 1), "x"),)}, "log of another party"),
        ({"revoked": tuple(Revoked(n.to_bytes(8, "big"), None, "x") for n in range(257))}, "revoked keys"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_refuses_a_card_that_says_what_it_must_not(change: dict[str, Any], said: str) -> None:
    """The five keys of the party, each once; each key with one role and one holder of the party itself."""
    with pytest.raises(NotAllowed, match=said):
        dataclasses.replace(CARD, **change)


def test_refuses_a_key_that_is_none() -> None:
    """A point of small order lets anybody sign: it stands on no card, as a refusal of tampering."""
    for public in (bytes(32), bytes([1, *bytes(31)])):
        with pytest.raises(Tampered):
            dataclasses.replace(CARD, keys=(*CARD.keys, Key(Role.OFFICER, "amber-9", "x", public)))


def test_an_observer_is_not_composite() -> None:
    """Without officers nobody speaks for a member, so it names none."""
    with pytest.raises(NotAllowed, match="neither officers nor members"):
        dataclasses.replace(PEARL.card, members={"north": {"en": "North"}}, member_need=1)


def test_a_card_that_names_no_members_has_none() -> None:
    """Left out or empty, it is the same card; its keys are shown once."""
    bare = {field.name: getattr(CARD, field.name) for field in dataclasses.fields(CARD) if field.init}
    bare = {name: value for name, value in bare.items() if name not in {"members", "member_need", "observer", "serial"}}
    assert {} == Card(**bare).members
    assert CARD == Card(**bare)
    assert 1 == repr(CARD).count("amber-1")


def test_a_card_is_signed_under_its_own_label() -> None:
    """What a keeper signs for something else makes no card: `searoom/card/v1` stands in the signed bytes."""
    payload = CARD.payload()
    for label, holds in ((b"searoom/card/v1", True), (b"searoom/card/v2", False)):
        rows = sorted(AMBER.roots[0].sign(label, payload), key=lambda row: row.key_id)
        if holds:
            assert CARD == Card.from_bytes(cose.sign_bytes(payload, rows))
        else:
            with pytest.raises(Tampered, match="keeper's signature"):
                Card.from_bytes(cose.sign_bytes(payload, rows))


def test_no_more_sign_a_card_than_two_roots_can_have() -> None:
    """Nine keepers before and nine after, with two halves each: a row more is refused before one is checked."""
    rows = [cose.Signature(ED25519, n.to_bytes(8, "big"), b"x") for n in range(37)]
    for read in (Card.from_bytes, Card.payload_party):
        with pytest.raises(NotAllowed, match="the signatures of a card is not an array of 1 to 36 items"):
            read(cose.sign_bytes(CARD.payload(), rows))
    assert "amber" == Card.payload_party(cose.sign_bytes(CARD.payload(), rows[:36]))


def test_takes_as_much_as_it_may() -> None:
    """The limits themselves are allowed, and the largest card of them fits into its bytes."""
    full = dataclasses.replace(
        CARD,
        keys=(*(key for key in CARD.keys if key.role is not Role.OFFICER), *officers(64)),
        names={f"l{n}": "名" * 80 for n in range(16)},
        link_certificates=tuple(bytes([n]) * 8192 for n in range(4)),
        revoked=tuple(Revoked(n.to_bytes(8, "big"), ("amber.2", n), "x" * 20) for n in range(256)),
        serial=room.MAX_SERIAL,
        root=Root(1, tuple(RootKey(seed("many", str(n))).keeper for n in range(9))),
    )
    data = full.signed(RootKey(seed("many", "0")))
    assert full == Card.from_bytes(data)
    assert len(data) <= room.MAX_CARD
    too_much = dataclasses.replace(
        full,
        members={f"m{n}": {f"l{m}": "名" * 80 for m in range(16)} for n in range(32)},
        member_need=1,
        keys=tuple(key for key in full.keys if key.role is not Role.OFFICER),
    )
    with pytest.raises(NotAllowed, match="read again"):
        too_much.signed(RootKey(seed("many", "0")))


def test_a_card_has_at_most_120_kib() -> None:
    """To the byte, both where it is written and where it is read; its certificate is made as long as is missing."""
    people = tuple(key for key in CARD.keys if key.role is not Role.OFFICER)
    members = {f"m{n}": {f"l{m:015}": "名" * 80 for m in range(16)} for n in range(25)}
    wide = dataclasses.replace(CARD, keys=people, members=members, member_need=1, link_certificates=(bytes(4096),))
    missing = 122_880 - len(wide.signed(*AMBER.roots))
    exact = dataclasses.replace(wide, link_certificates=(bytes(4096 + missing),))
    assert exact == Card.from_bytes(exact.signed(*AMBER.roots))
    longer = dataclasses.replace(wide, link_certificates=(bytes(4097 + missing),))
    with pytest.raises(NotAllowed, match="has 122881 bytes; at most 122880 are read again"):
        longer.signed(*AMBER.roots)
    for read in (Card.from_bytes, Card.payload_party):
        with pytest.raises(NotAllowed, match="122881 bytes are more than the 122880 allowed here"):
            read(forged(longer, *AMBER.roots))
    one = dataclasses.replace(CARD, link_certificates=(b"x",))
    assert one == Card.from_bytes(one.signed(*AMBER.roots))


def test_a_card_names_the_five_keys_of_its_party() -> None:
    """Station, log and mirror: Ed25519, and for what signs heads ML-DSA-44 beside it; found by role or by id."""
    node = AMBER.keys
    expected = [node.station, node.log, node.log_pq, node.mirror, node.mirror_pq]
    assert [key.public for key in expected] == [CARD.key(role, algorithm).public for role, algorithm in OWN_KEYS]
    assert {ED25519, ML_DSA_44} == {algorithm for _, algorithm in OWN_KEYS}
    for key in expected:
        found = CARD.by_key_id(key.key_id)
        assert found is not None
        assert key.public == found.public
    assert CARD.by_key_id(bytes(8)) is None
    assert ML_DSA_87 not in {key.algorithm for key in CARD.keys}


def test_an_observer_and_a_composite_party() -> None:
    """An observer has no officers; each officer of a composite party speaks for a member that the card names."""
    assert () == tuple(key for key in PEARL.card.keys if key.role is Role.OFFICER)
    assert {"north", "south"} == {key.member for key in JADE.card.keys if key.role is Role.OFFICER}
    assert {"north": {"en": "North"}, "south": {"en": "South"}} == dict(JADE.card.members or {})
    assert {} == CARD.members
    assert 2 == JADE.card.member_need
    assert shape.VERSION == 1 == FIELDS[0]
