"""What persons do once or rarely: keys for officers and keepers, the next card prepared beside the one in force."""

import shutil

import pytest

from builders import roster
from searoom.errors import NotAllowed
from searoom.keys import ceremonies, enrol, keyfiles, tokens
from searoom.keys.passphrases import FLOOR
from searoom.keys.proposals import Change, OfficerRequest, Proposal, first_card, join_parts
from searoom.keys.unlocking import KeyFolder, open_person
from searoom.record.algorithms import SigningKey, key_id
from searoom.record.cards import Card
from searoom.record.keys import Role

WORDS = b"correct horse battery"
FORCED = b"the kettle is on again"
KEEPERS = [b"first keeper's words", b"second keeper's words", b"third keeper's words"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Stretch passphrases at the floor: the usual cost is half a second each."""
    monkeypatch.setattr(keyfiles, "USUAL", FLOOR)


def says(passphrase):
    """Return what answers every question with this passphrase."""
    return lambda _what: passphrase


def keepers(folder, *, need=2, words=KEEPERS, party="amber"):
    """Make keepers with these passphrases."""
    return ceremonies.make_keepers(folder, party, keepers=len(words), need=need, ask=[says(one) for one in words])


def party(tmp_path, passphrase=WORDS):
    """Return the folder of a node, its signed first card, and the folder of its keepers."""
    node, table = tmp_path / "node", tmp_path / "table"
    request = enrol.make_node_keys(
        node / "keys", party="amber", mechanism="demo-2026", names={"en": "Amber"}, passphrase=passphrase
    )
    officer = ceremonies.make_officer(tmp_path / "amber-1.key", holder="amber-1", name="A", passphrase=WORDS)
    root, keys = keepers(table)
    data = first_card(request, [officer], root).signed(*keys[:2])
    enrol.accept_card(node, data)
    return node, data, table


# -- officers --------------------------------------------------------------------------------------------


def test_an_officer_makes_a_key_and_a_request(tmp_path):
    """The key file opens with the person's passphrase alone, and the request is of its public half."""
    made = ceremonies.make_officer(
        tmp_path / "amber-1.key", holder="amber-1", name="Lt Cdr A. Arden", passphrase=WORDS, duress=FORCED
    )
    held = open_person(tmp_path / "amber-1.key", exercise=False, ask=says(WORDS))

    assert made == OfficerRequest.from_bytes((tmp_path / "amber-1.request").read_bytes())
    assert (held.key.public, "officer amber-1") == (made.public, held.what)
    assert open_person(tmp_path / "amber-1.key", exercise=False, ask=says(FORCED)).duress


@pytest.mark.parametrize(("holder", "name"), [("amber", "A"), ("amber-1", ""), ("amber-1", "x" * 81)])
def test_makes_no_key_for_a_name_that_no_card_takes(tmp_path, holder, name):
    """What the card would refuse is refused before there is a key."""
    with pytest.raises(NotAllowed):
        ceremonies.make_officer(tmp_path / "x.key", holder=holder, name=name, passphrase=WORDS)
    assert [] == list(tmp_path.iterdir())


def test_a_key_is_never_made_over_another(tmp_path):
    """A person's key that is there stays, with its request."""
    ceremonies.make_officer(tmp_path / "x.key", holder="amber-1", name="A", passphrase=WORDS)

    with pytest.raises(NotAllowed, match="is there already"):
        ceremonies.make_officer(tmp_path / "x.key", holder="amber-2", name="B", passphrase=WORDS)
    assert "amber-1" == OfficerRequest.from_bytes((tmp_path / "x.request").read_bytes()).holder


def test_an_officer_s_key_on_a_token(tmp_path, monkeypatch):
    """The file names token and label, the request is signed by the token's key."""
    key, calls = SigningKey(bytes(range(32))), []

    class Opened:
        public, algorithm, key_id = key.public, key.algorithm, key.key_id

        def sign(self, message):
            return key.sign(message)

        def close(self):
            calls.append("closed")

    monkeypatch.setattr(tokens, "make_key", lambda *given: calls.append(given))
    monkeypatch.setattr(tokens, "open_key", lambda *_given: Opened())
    made = ceremonies.make_token_officer(
        tmp_path / "x.key", holder="amber-1", name="A", token="searoom", module="/usr/lib/t.so", pin=b"123456"
    )
    file = keyfiles.load(tmp_path / "x.key")

    assert [("/usr/lib/t.so", "searoom", "amber-1", b"123456"), "closed"] == calls
    assert ("searoom", "amber-1", "officer amber-1") == (file.token, file.label, file.what)
    assert (made, key.public) == (OfficerRequest.from_bytes((tmp_path / "x.request").read_bytes()), made.public)


def test_makes_no_token_key_for_a_name_that_no_card_takes(tmp_path, monkeypatch):
    """A token keeps what was made on it; so nothing is made in vain."""
    monkeypatch.setattr(tokens, "make_key", lambda *_given: pytest.fail("made"))

    with pytest.raises(NotAllowed):
        ceremonies.make_token_officer(
            tmp_path / "x.key", holder="amber", name="A", token="searoom", module="/usr/lib/t.so", pin=b"1"
        )


# -- keepers ---------------------------------------------------------------------------------------------


def test_each_keeper_has_a_file_and_a_passphrase(tmp_path):
    """No passphrase opens another keeper's file, and each file holds the key that stands on the root."""
    root, keys = keepers(tmp_path)
    paths = sorted(tmp_path.iterdir())
    opened = [ceremonies.open_keeper(path, says(words)).keeper for path, words in zip(paths, KEEPERS, strict=True)]

    assert [f"amber-keeper-{n}.key" for n in (1, 2, 3)] == [path.name for path in paths]
    assert (2, list(root.keepers), [key.keeper for key in keys]) == (root.need, opened, opened)
    with pytest.raises(NotAllowed, match="does not open"):
        ceremonies.open_keeper(paths[0], says(KEEPERS[1]))


@pytest.mark.parametrize(("words", "need"), [([], 1), (KEEPERS, 0), (KEEPERS, 4), ([b"%d" % n for n in range(10)], 2)])
def test_refuses_a_root_that_cannot_be(tmp_path, words, need):
    """None, more needed than there are, more than nine: nothing is made."""
    with pytest.raises(NotAllowed, match="cannot be"):
        keepers(tmp_path, need=need, words=words)
    assert [] == list(tmp_path.iterdir())


def test_each_keeper_has_a_source_of_a_passphrase(tmp_path):
    """Two files for three keepers: nobody is left without."""
    with pytest.raises(NotAllowed, match="3 keepers with 2 passphrases"):
        ceremonies.make_keepers(tmp_path, "amber", keepers=3, need=2, ask=[says(KEEPERS[0]), says(KEEPERS[1])])


def test_two_keepers_do_not_share_a_passphrase(tmp_path):
    """One who knows one passphrase would be two keepers."""
    with pytest.raises(NotAllowed, match="the same passphrase"):
        keepers(tmp_path, words=[KEEPERS[0], KEEPERS[1], KEEPERS[0]])
    assert [] == list(tmp_path.iterdir())


def test_an_officer_s_key_is_no_keeper_s(tmp_path):
    """The file says what it is for, and is not even asked for its passphrase."""
    ceremonies.make_officer(tmp_path / "amber-1.key", holder="amber-1", name="A", passphrase=WORDS)

    with pytest.raises(NotAllowed, match="is no keeper's key: it is for 'officer amber-1'"):
        ceremonies.open_keeper(tmp_path / "amber-1.key", lambda _what: pytest.fail("asked"))


# -- the next card -----------------------------------------------------------------------------------------


def test_the_next_card_is_signed_away_from_the_node(tmp_path):
    """Prepared on the node, signed by two keepers each alone, joined: a card that follows, whose keys lie ready."""
    node, data, table = party(tmp_path)
    before = Card.from_bytes(data)
    card = ceremonies.prepare_next(node, before, Change(why="renewed"), renew=True, ask=says(WORDS))
    proposal = Proposal.from_bytes(Proposal.of(card, data).to_bytes())
    parts = [ceremonies.sign_proposal(proposal, table / f"amber-keeper-{n}.key", says(KEEPERS[n - 1])) for n in (1, 3)]
    joined = join_parts(proposal.payload, [part for _, part in parts], before.root)
    ring = roster_of(data).with_card(joined, "amber", 7)
    keys = KeyFolder(node / "keys-1", party="amber", exercise=False, ask=says(WORDS))

    assert [key_id(before.root.keepers[n].ed25519).hex() for n in (0, 2)] == [kid for kid, _ in parts]
    assert card == ring.card("amber")
    assert [card.key(role, algorithm).public for _, algorithm, role in enrol.NODE_KEYS] == [
        keys.signing(name, algorithm).public for name, algorithm, _ in enrol.NODE_KEYS
    ]
    assert (
        keyfiles.load(node / "keys-1" / "kem.key").public_hash != keyfiles.load(node / "keys" / "kem.key").public_hash
    )


def roster_of(data):
    """Return a roster of one party's first card."""
    return roster(type("P", (), {"card": Card.from_bytes(data)})())


def test_keys_that_stay_are_laid_beside_the_next_card(tmp_path):
    """Where only an officer changes, the node's files are the same, closed as they were; no passphrase is needed."""
    node, data, _ = party(tmp_path)
    card = ceremonies.prepare_next(
        node, Card.from_bytes(data), Change(remove=("amber-1",), why="left"), renew=False, ask=says(None)
    )

    assert [] == [key for key in card.keys if key.role is Role.OFFICER]
    assert {path.name for path in (node / "keys").iterdir()} - {"storage.key"} == {
        path.name for path in (node / "keys-1").iterdir()
    }
    assert (node / "keys" / "kem.key").read_bytes() == (node / "keys-1" / "kem.key").read_bytes()
    assert 0o600 == (node / "keys-1" / "kem.key").stat().st_mode & 0o777


def test_a_second_proposal_takes_the_place_of_the_first(tmp_path):
    """What was prepared and never signed is taken away; the keys in force are not touched."""
    node, data, _ = party(tmp_path)
    before = (node / "keys" / "station.key").read_bytes()
    prepared = []
    for _ in range(2):
        ceremonies.prepare_next(node, Card.from_bytes(data), Change(why="x"), renew=True, ask=says(WORDS))
        prepared.append((node / "keys-1" / "station.key").read_bytes())

    assert prepared[0] != prepared[1]
    assert before == (node / "keys" / "station.key").read_bytes()


def test_an_exercise_s_keys_are_renewed_without_a_passphrase(tmp_path):
    """What was open stays open, and nobody is asked."""
    node, data, _ = party(tmp_path, passphrase=None)
    ceremonies.prepare_next(
        node, Card.from_bytes(data), Change(why="x"), renew=True, ask=lambda _what: pytest.fail("asked")
    )

    assert keyfiles.load(node / "keys-1" / "station.key").clear


def test_a_wrong_passphrase_prepares_nothing(tmp_path):
    """The next keys must open with the passphrase of those in force."""
    node, data, _ = party(tmp_path)

    with pytest.raises(NotAllowed, match="does not open"):
        ceremonies.prepare_next(node, Card.from_bytes(data), Change(why="x"), renew=True, ask=says(FORCED))
    assert not (node / "keys-1").exists()


def test_the_next_card_is_prepared_where_the_keys_are(tmp_path):
    """A folder without the keys of the card in force is not the node's."""
    _, data, _ = party(tmp_path)

    with pytest.raises(NotAllowed, match="the keys of card 0 are not in"):
        ceremonies.prepare_next(tmp_path / "other", Card.from_bytes(data), Change(), renew=False, ask=says(WORDS))


def test_a_stranger_s_key_signs_no_proposal(tmp_path):
    """A keeper of another party, or one who was replaced, is told so."""
    node, data, _ = party(tmp_path)
    keepers(tmp_path / "coral", party="coral")
    card = ceremonies.prepare_next(node, Card.from_bytes(data), Change(why="x"), renew=True, ask=says(WORDS))

    with pytest.raises(NotAllowed, match="not the key of a keeper of this card's root"):
        ceremonies.sign_proposal(Proposal.of(card, data), tmp_path / "coral" / "coral-keeper-1.key", says(KEEPERS[0]))


def test_new_keepers_take_over_from_those_who_are_left(tmp_path):
    """One of three keepers is lost: two old and two new ones sign, and from then on the new root signs alone."""
    node, data, table = party(tmp_path)
    before = Card.from_bytes(data)
    (table / "amber-keeper-2.key").unlink()
    new = [b"the new first words", b"the new second words"]
    root, _ = keepers(tmp_path / "new", words=new)
    card = ceremonies.prepare_next(node, before, Change(root=root), renew=False, ask=says(WORDS))
    proposal = Proposal.of(card, data)
    signers = [
        (table, 1, KEEPERS[0]),
        (table, 3, KEEPERS[2]),
        (tmp_path / "new", 1, new[0]),
        (tmp_path / "new", 2, new[1]),
    ]
    parts = [
        ceremonies.sign_proposal(proposal, folder / f"amber-keeper-{n}.key", says(words))[1]
        for folder, n, words in signers
    ]

    for too_few in (parts[:3], parts[1:]):
        with pytest.raises(NotAllowed):
            join_parts(proposal.payload, too_few, before.root)
    joined = join_parts(proposal.payload, parts, before.root)
    assert root == roster_of(data).with_card(joined, "amber", 1).card("amber").root
    assert card == Proposal.signed(joined)


def test_an_officer_s_request_outlives_the_stick(tmp_path):
    """A request that was copied is the same request."""
    ceremonies.make_officer(tmp_path / "amber-1.key", holder="amber-1", name="A", passphrase=WORDS)
    shutil.copy(tmp_path / "amber-1.request", tmp_path / "copy")

    assert "amber-1" == OfficerRequest.from_bytes((tmp_path / "copy").read_bytes()).holder
