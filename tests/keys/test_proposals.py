"""Proposals: whoever hands in a key has its private half, the next card says what ended and why, k of n make it a card."""

from dataclasses import replace

import pytest

from builders import NAMES, make_party, node_keys, roster, seed
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.keys import proposals
from searoom.keys.proposals import (
    Change,
    NodeRequest,
    OfficerRequest,
    Proposal,
    first_card,
    join_parts,
    next_card,
    sign_part,
)
from searoom.record.algorithms import SigningKey, key_id
from searoom.record.cards import Card
from searoom.record.keys import Role, Root, RootKey
from searoom.record.seal import KemKey

AMBER = make_party("amber", keepers=3, need=2)
STRANGER = RootKey(seed("stranger"))


def officer(number=3, name="Cdr C. Calm", member=""):
    """Return an officer's key and request."""
    key = SigningKey(seed("amber", "officer", str(number)))
    return key, OfficerRequest(f"amber-{number}", name, key.public, member).proven(key)


def node(*more, party="amber"):
    """Return a node's request; `more` words give other keys."""
    keys = node_keys(party, *more)
    order = (keys.station, keys.log, keys.log_pq, keys.mirror, keys.mirror_pq)
    kem = KemKey(seed(party, "kem", *more)).public
    certificate = f"certificate {' '.join(more)}".encode()
    publics = tuple(key.public for key in order)
    return NodeRequest(party, "demo-2026", NAMES[party], publics, kem, certificate).proven(keys.station)


def signed(card, *keepers, before=None):
    """Return a proposal signed by these keepers, each alone."""
    payload = card.payload()
    return join_parts(payload, [sign_part(payload, keeper) for keeper in keepers], before)


# -- requests ------------------------------------------------------------------------------------------


def test_requests_come_back_as_written():
    """What a person or a node hands in is what is read."""
    request = officer()[1]

    assert request == OfficerRequest.from_bytes(request.to_bytes())
    assert node() == NodeRequest.from_bytes(node().to_bytes())


@pytest.mark.parametrize("field", ["holder", "name", "member", "public"])
def test_refuses_an_officer_s_request_that_was_changed(field):
    """Nobody changes a name on the way, or puts another's key under their own name."""
    request = officer()[1]
    other = {"holder": "amber-9", "name": "Another", "member": "north", "public": AMBER.officers[0].public}

    with pytest.raises(Tampered):
        OfficerRequest.from_bytes(replace(request, **{field: other[field]}).to_bytes())


@pytest.mark.parametrize(
    "change",
    [
        {"party": "coral"},
        {"mechanism": "other"},
        {"names": {"en": "X"}},
        {"kem": bytes(1216)},
        {"certificate": b"another"},
        {"publics": tuple(reversed(node().publics[:1])) + node("2").publics[1:]},
    ],
)
def test_refuses_a_node_s_request_that_was_changed(change):
    """All that a node hands in is under its station's signature."""
    with pytest.raises(Tampered):
        NodeRequest.from_bytes(replace(node(), **change).to_bytes())


@pytest.mark.parametrize("read", [OfficerRequest.from_bytes, NodeRequest.from_bytes])
@pytest.mark.parametrize(
    "data",
    [b"", b"hello", cbor.encode([]), cbor.encode([[1], b""]), cbor.encode(["x", "y"]), b"\x80" * 70000],
)
def test_refuses_what_is_no_request(read, data):
    """A file of another kind is one sentence."""
    with pytest.raises(NotAllowed):
        read(data)


def test_one_request_is_not_taken_for_the_other():
    """The label says which it is, and stands under the signature."""
    with pytest.raises(NotAllowed):
        NodeRequest.from_bytes(officer()[1].to_bytes())
    with pytest.raises(NotAllowed):
        OfficerRequest.from_bytes(node().to_bytes())


def test_refuses_a_request_of_another_version():
    """What a later version says under another label is not read as this one's, however well it is signed."""
    key, request = officer()
    said = ["searoom/officer-request/v2", *request._said()[1:]]

    with pytest.raises(NotAllowed, match="of version 1"):
        OfficerRequest.from_bytes(cbor.encode([said, key.sign(cbor.encode(said))]))


@pytest.mark.parametrize(("holder", "name"), [("amber", "X"), ("Amber 3", "X"), ("amber-3", ""), ("amber-3", "x" * 81)])
def test_refuses_names_that_no_card_takes(holder, name):
    """What the card would refuse is refused at the door."""
    key = SigningKey(seed("amber", "officer", "3"))

    with pytest.raises(NotAllowed):
        OfficerRequest.from_bytes(OfficerRequest(holder, name, key.public).proven(key).to_bytes())


# -- the first card -------------------------------------------------------------------------------------


def test_the_first_card_holds_what_was_handed_in():
    """Node, officers and root, serial 0; two keepers who sign apart from each other make it a card."""
    card = first_card(node(), [officer(1)[1], officer(2)[1]], AMBER.card.root)
    read = Card.from_bytes(signed(card, *AMBER.roots[:2]))

    assert card == read
    assert (0, ["amber-1", "amber-2"]) == (read.serial, [k.holder for k in read.keys if k.role is Role.OFFICER])
    assert (node().kem, (node().certificate,)) == (read.kem, read.link_certificates)


def test_a_card_of_several_members():
    """A composite party's card names members, how many must release, and for whom each officer speaks."""
    members = {"north": {"en": "North"}, "south": {"en": "South"}}
    card = first_card(
        node(),
        [officer(1, member="north")[1], officer(2, member="south")[1]],
        AMBER.card.root,
        members=members,
        member_need=2,
    )

    assert (members, 2, ["north", "south"]) == (card.members, card.member_need, [k.member for k in card.keys[5:]])


def test_an_observer_s_card_names_no_officers():
    """An observer verifies and stores, and says nothing."""
    assert first_card(node(), [], AMBER.card.root, observer=True).observer
    with pytest.raises(NotAllowed):
        first_card(node(), [officer(1)[1]], AMBER.card.root, observer=True)


# -- keepers ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", [(0, 1), (0, 2), (1, 2), (0, 1, 2), (2, 0)])
def test_any_two_of_three_keepers_suffice(who):
    """Whichever keeper is lost or away, the others go on; the order of parts does not matter."""
    data = signed(AMBER.card, *(AMBER.roots[number] for number in who))

    assert AMBER.card == Card.from_bytes(data)


def test_one_of_three_keepers_is_not_enough():
    """One who stole one keeper's key makes no card, nor by signing twice."""
    for parts in (AMBER.roots[:1], (AMBER.roots[0], AMBER.roots[0])):
        with pytest.raises(NotAllowed, match="signed by 1 keeper"):
            signed(AMBER.card, *parts)


def test_a_stranger_is_no_keeper():
    """A key of nobody's on the root does not stand under a card, not even beside enough others."""
    with pytest.raises(NotAllowed, match="no keeper's"):
        signed(AMBER.card, *AMBER.roots[:2], STRANGER)


def test_parts_of_another_proposal_are_not_joined():
    """Each keeper signs the same bytes; a part of an older draft is named."""
    payload, other = AMBER.card.payload(), replace(AMBER.card, names={"en": "X"}).payload()

    with pytest.raises(NotAllowed, match="part 2 signs another proposal"):
        join_parts(payload, [sign_part(payload, AMBER.roots[0]), sign_part(other, AMBER.roots[1])], None)


def test_a_part_that_was_changed_is_refused():
    """A byte of a signature that changed on the stick is found out."""
    payload = AMBER.card.payload()
    parts = [bytearray(sign_part(payload, keeper)) for keeper in AMBER.roots[:2]]
    parts[0][-1] ^= 1

    with pytest.raises((NotAllowed, Tampered)):
        join_parts(payload, [bytes(part) for part in parts], None)


def test_a_proposal_is_read_in_its_one_form():
    """Bytes with something behind them, or of no card, propose nothing."""
    assert AMBER.card == Card.unsigned(AMBER.card.payload())
    for data in (b"", AMBER.card.payload() + b"\0", AMBER.card_bytes):
        with pytest.raises(NotAllowed):
            Card.unsigned(data)


# -- the next card ------------------------------------------------------------------------------------------


def test_an_officer_joins():
    """The next card counts one up, keeps all else, and is taken by the roster."""
    card = next_card(AMBER.card, Change(add=(officer()[1],)))
    ring = roster(AMBER).with_card(signed(card, *AMBER.roots[1:], before=AMBER.card.root), "amber", 4)

    assert (1, AMBER.card.keys) == (card.serial, card.keys[:-1])
    assert () == card.revoked
    assert card == ring.card("amber")


def test_an_officer_leaves():
    """The key is off the card, and the card says why and up to which entry it is vouched for."""
    card = next_card(AMBER.card, Change(remove=("amber-1",), why="medium lost", last_good=("amber", 17)))

    assert ["amber-2"] == [key.holder for key in card.keys if key.role is Role.OFFICER]
    assert [(AMBER.officers[0].key_id, ("amber", 17), "medium lost")] == [
        (r.key_id, r.last_good, r.why) for r in card.revoked
    ]


def test_an_officer_s_key_is_replaced():
    """A request under a name that stands on the card takes the old key's place."""
    key = SigningKey(seed("amber", "officer", "1", "new"))
    request = OfficerRequest("amber-1", "Lt A", key.public).proven(key)
    card = next_card(AMBER.card, Change(add=(request,), why="renewed"))

    assert [key.public] == [k.public for k in card.keys if k.holder == "amber-1"]
    assert [AMBER.officers[0].key_id] == [item.key_id for item in card.revoked]


def test_the_node_s_keys_are_renewed():
    """All five change, both certificates are pinned for a while, and the old ones end with a reason."""
    card = next_card(AMBER.card, Change(node=node("2"), why="renewed"))
    ring = roster(AMBER).with_card(signed(card, *AMBER.roots[:2], before=AMBER.card.root), "amber", 0)

    assert node("2").publics == tuple(key.public for key in card.keys[:5])
    assert (node("2").certificate, *AMBER.card.link_certificates) == card.link_certificates
    assert {key.key_id for key in AMBER.card.keys[:5]} == {item.key_id for item in card.revoked}
    assert {key_id(AMBER.card.kem), key_id(card.kem)} == ring.kems("amber", "amber", 0)


def test_a_stolen_station_s_keys_end_at_once():
    """Nothing more is sealed to the stolen KEM key, and the stolen certificate is pinned no longer."""
    card = next_card(AMBER.card, Change(node=node("2"), why="stolen", last_good=("amber", 3), drop_kem=True))
    ring = roster(AMBER).with_card(signed(card, *AMBER.roots[:2], before=AMBER.card.root), "amber", 9)

    assert (node("2").certificate,) == card.link_certificates
    assert {key_id(card.kem)} == ring.kems("amber", "amber", 9)


def test_certificates_do_not_pile_up():
    """The newest two are pinned, however often they are renewed."""
    card = AMBER.card
    for number in range(4):
        card = next_card(card, Change(node=node(str(number)), why="renewed"))

    assert (node("3").certificate, node("2").certificate) == card.link_certificates


def test_what_ended_stays_ended():
    """A later card repeats what earlier ones revoked."""
    first = next_card(AMBER.card, Change(remove=("amber-1",), why="left"))
    second = next_card(first, Change(add=(officer()[1],)))

    assert first.revoked == second.revoked


def test_lost_keepers_are_replaced_by_those_who_are_left():
    """Two of three old keepers sign the new root, whose own keepers sign too; from then on the new ones do."""
    new = tuple(RootKey(seed("amber", "root", "new", str(n))) for n in range(3))
    card = next_card(AMBER.card, Change(root=Root(2, tuple(keeper.keeper for keeper in new))))
    data = signed(card, *AMBER.roots[1:], *new[:2], before=AMBER.card.root)
    ring = roster(AMBER).with_card(data, "amber", 2)
    later = next_card(card, Change(add=(officer()[1],)))

    ring.with_card(signed(later, *new[1:], before=card.root), "amber", 3)
    for keepers in (AMBER.roots[:2], (*AMBER.roots[1:], new[0]), new):
        with pytest.raises(NotAllowed):
            signed(card, *keepers, before=AMBER.card.root)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (Change(remove=("amber-9",), why="x"), "no officer 'amber-9'"),
        (Change(remove=("amber-1",)), "no reason is given"),
        (Change(node=node("2")), "no reason is given"),
        (Change(node=node(party="coral"), why="x"), "request is of coral"),
        (Change(add=(officer()[1], officer(name="Other")[1])), "two requests are of one officer"),
    ],
)
def test_refuses_a_change_that_cannot_be(change, said):
    """A stranger, a key that ends without a reason, another party's node, two keys for one person."""
    with pytest.raises(NotAllowed, match=said):
        next_card(AMBER.card, change)


# -- what a keeper reads before signing ----------------------------------------------------------------------


def test_a_keeper_reads_the_whole_of_a_first_card():
    """Party, root, each key with its holder: nothing is signed unseen."""
    said = "\n".join(proposals.describe(AMBER.card, None))

    assert "card 0 of amber for demo-2026" in said
    assert "root: 2 of 3 keepers" in said
    assert all(key.key_id.hex() in said and key.holder in said for key in AMBER.card.keys)
    assert "NEW ROOT" not in said


def test_a_keeper_reads_what_a_later_card_changes():
    """Only what changes is said, each change on its line."""
    card = next_card(
        AMBER.card,
        Change(
            node=node("2"),
            add=(officer()[1],),
            remove=("amber-1",),
            why="medium lost",
            last_good=("amber", 4),
            drop_kem=True,
        ),
    )
    said = list(proposals.describe(card, AMBER.card))
    plain = next_card(AMBER.card, Change(add=(officer(member="")[1],)))

    assert f"+ officer amber-3 (Cdr C. Calm) key {officer()[0].key_id.hex()}" in said
    assert f"- officer amber-1 (Amber officer 1) key {AMBER.officers[0].key_id.hex()}" in said
    assert f"! key {AMBER.officers[0].key_id.hex()} ends: medium lost (vouched for up to amber/4)" in said
    assert f"+ messages are sealed to key {key_id(card.kem).hex()}" in said
    assert "+ a new link certificate; 1 are pinned" in said
    assert [
        "card 1 of amber for demo-2026",
        f"+ officer amber-3 (Cdr C. Calm) key {officer()[0].key_id.hex()}",
    ] == list(proposals.describe(plain, AMBER.card))


def test_a_new_root_is_said_loudly():
    """Whoever signs a new root sees it in capitals; names that change are said too."""
    new = RootKey(seed("amber", "root", "new"))
    card = replace(next_card(AMBER.card, Change(root=Root(1, (new.keeper,)))), names={"en": "Ambre"})
    said = "\n".join(proposals.describe(card, AMBER.card))

    assert "root: 1 of 1 keepers, A NEW ROOT" in said
    assert "names: Ambre" in said
    assert "no entry is vouched for" in "\n".join(
        proposals.describe(next_card(AMBER.card, Change(remove=("amber-1",), why="x")), AMBER.card)
    )


# -- what goes to the keepers ----------------------------------------------------------------------------------


def proposal():
    """Return a proposal of amber's second card."""
    return Proposal.of(next_card(AMBER.card, Change(remove=("amber-1",), why="left")), AMBER.card_bytes)


def test_a_proposal_comes_back_as_written():
    """Card and the card before, and whose keepers sign."""
    read = Proposal.from_bytes(proposal().to_bytes())

    assert (proposal(), AMBER.card, (AMBER.card.root,) * 2) == (read, read.before, read.roots)
    assert (AMBER.card.root,) == Proposal.of(AMBER.card).roots


def test_the_card_before_must_be_signed():
    """A false card before would hide from a keeper what changes: an officer who seems to be there already."""
    key, request = officer()
    false = replace(AMBER.card, keys=(*AMBER.card.keys, request.key()))
    for forged in (false.signed(AMBER.roots[0], AMBER.roots[1])[:-3], sign_part(false.payload(), AMBER.roots[0])):
        with pytest.raises((NotAllowed, Tampered)):
            Proposal.from_bytes(cbor.encode(["searoom/card-proposal/v1", next_card(false, Change()).payload(), forged]))


@pytest.mark.parametrize(
    ("card", "before", "said"),
    [
        (lambda: next_card(AMBER.card, Change()), b"", "without the card that it follows"),
        (lambda: AMBER.card, AMBER.card_bytes, "without the card that it follows"),
        (lambda: next_card(make_party("coral").card, Change()), AMBER.card_bytes, "does not follow one of amber"),
    ],
)
def test_refuses_a_proposal_that_does_not_follow(card, before, said):
    """A later card comes with the one before it, of the same party."""
    with pytest.raises(NotAllowed, match=said):
        Proposal.from_bytes(cbor.encode(["searoom/card-proposal/v1", card().payload(), before]))


@pytest.mark.parametrize(
    "data", [b"", b"hello", cbor.encode(["searoom/card-proposal/v2", b"x", b""]), cbor.encode([1])]
)
def test_refuses_what_is_no_proposal(data):
    """A file of another kind or version is one sentence; so is nothing where a card should be."""
    with pytest.raises(NotAllowed):
        Proposal.from_bytes(data)
    with pytest.raises(NotAllowed):
        Proposal.signed(data)


def test_refuses_a_proposal_of_another_version():
    """A whole proposal under another label is not read as this version's."""
    with pytest.raises(NotAllowed, match="not a proposal of version 1"):
        Proposal.from_bytes(cbor.encode(["searoom/card-proposal/v2", AMBER.card.payload(), b""]))


def test_a_root_comes_back_as_written():
    """New keepers hand in their root alone; a file of another kind is refused."""
    assert AMBER.card.root == proposals.root_from_bytes(proposals.root_bytes(AMBER.card.root))
    for data in (b"", cbor.encode(["x", AMBER.card.root.fields()]), proposals.root_bytes(AMBER.card.root) + b"\0"):
        with pytest.raises(NotAllowed):
            proposals.root_from_bytes(data)
