"""A node's keys: each card's set in its own folder, opened with one passphrase, asked for once."""

import shutil

import pytest

from searoom.errors import NotAllowed
from searoom.keys import ceremonies, enrol, keyfiles
from searoom.keys.keychain import Keychain
from searoom.keys.passphrases import FLOOR
from searoom.keys.proposals import Change, Proposal, first_card
from searoom.record.algorithms import ED25519, ML_DSA_44
from searoom.record.cards import Card
from searoom.record.keys import Role, Root, RootKey
from searoom.record.seal import KemKey

WORDS = b"correct horse battery"
KEEPER = RootKey(bytes(range(32)))
ROOT = Root(1, (KEEPER.keeper,))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a node's folder with closed keys, and its first card signed; tests copy it."""
    folder = tmp_path_factory.mktemp("node")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(keyfiles, "USUAL", FLOOR)
        request = enrol.make_node_keys(
            folder / "keys", party="amber", mechanism="demo-2026", names={"en": "Amber"}, passphrase=WORDS
        )
    return folder, first_card(request, [], ROOT).signed(KEEPER)


@pytest.fixture
def node(made, tmp_path):
    """Return a copy of that folder and its card."""
    shutil.copytree(made[0], tmp_path / "node")
    return tmp_path / "node", Card.from_bytes(made[1])


def keychain(folder, asked=None, passphrase=WORDS):
    """Return the keychain of a folder, and count the questions."""
    asked = [] if asked is None else asked
    return Keychain(folder, "amber", exercise=False, ask=lambda what: asked.append(what) or passphrase)


def renewed(folder, card, **change):
    """Prepare the next card with new keys; return it."""
    change = {"why": "renewed", **change}
    return ceremonies.prepare_next(folder, card, Change(**change), renew=True, ask=lambda _what: WORDS)


def test_reads_the_keys_of_the_first_card(node):
    """All five fit the card, the KEM key opens what is sealed to it, and the passphrase is asked for once."""
    folder, card = node
    asked = []
    keys = keychain(folder, asked)

    keys.node_keys(card).check(card)
    assert card.kem == keys.kem(0).public
    assert [32, card.key(Role.STATION).public] == [len(keys.storage().seed), keys.station.public]
    assert (card.key(Role.LOG).public, ED25519) == (keys.log.public, keys.log.algorithm)
    assert ML_DSA_44 == keys.node_keys(card).log_pq.algorithm
    assert ["the keys of amber"] == asked


def test_reads_the_keys_of_the_next_card(node):
    """The next set lies beside the first; it opens without a further question, also after the passphrase was let go."""
    folder, card = node
    asked = []
    keys = keychain(folder, asked)
    keys.node_keys(card)
    keys.forget()
    following = renewed(folder, card)

    keys.node_keys(following).check(following)
    assert following.key(Role.STATION).public == keys.station.public
    assert 1 == len(asked)
    assert (following.kem, card.kem) == tuple(kem.public for kem in keys.kems(1))


def test_the_key_of_the_stores_stays(node):
    """It does not change with cards: what was stored before opens after."""
    folder, card = node
    before = keychain(folder).storage()
    renewed(folder, card)

    assert before == keychain(folder).storage()
    assert not (folder / "keys-1" / "storage.key").exists()


def test_a_kem_key_that_was_destroyed_is_left_out(node):
    """Old KEM keys are destroyed once nothing needs them; the node starts without."""
    folder, card = node
    following = renewed(folder, card)
    (folder / "keys" / "kem.key").unlink()

    assert [following.kem] == [kem.public for kem in keychain(folder).kems(1)]
    assert isinstance(keychain(folder).kem(1), KemKey)


def test_shows_the_certificate_that_all_know(node):
    """While two are pinned the older one is shown; with the stolen one off the card, the new one."""
    folder, card = node
    old = keychain(folder).credentials(card)
    both, alone = renewed(folder, card), renewed(folder, card, why="stolen", drop_kem=True)
    new = keychain(folder).credentials(alone)

    assert old == keychain(folder).credentials(both)
    assert old.certificate != new.certificate
    assert (folder / "keys-1" / "link.crt").read_bytes() == new.certificate


def test_says_which_certificate_is_missing(node):
    """A folder of keys that was left out of a backup is named."""
    folder, card = node
    (folder / "keys" / "link.crt").unlink()

    with pytest.raises(NotAllowed, match="none of the link certificates"):
        keychain(folder).credentials(card)


def test_the_keys_of_another_party_are_refused(node):
    """A folder that was copied to the wrong place does not start."""
    with pytest.raises(NotAllowed, match="not for 'station coral'"):
        Keychain(node[0], "coral", exercise=False, ask=lambda _what: WORDS).node_keys(node[1])


def test_no_secret_lies_open(node):
    """Nothing in the folder shows a key to who has not the passphrase, the link's included."""
    assert [] == [path for path in node[0].rglob("*.key") if keyfiles.load(path).clear]
    assert not any(b"PRIVATE" in path.read_bytes() for path in node[0].rglob("*") if path.is_file())
    with pytest.raises(NotAllowed, match="does not open"):
        keychain(node[0], passphrase=b"wrong").node_keys(node[1])


def test_a_card_signed_by_its_keepers_is_the_proposal(node):
    """What was prepared and signed is the card whose keys lie ready."""
    folder, card = node
    following = renewed(folder, card)

    assert following == Proposal.signed(following.signed(KEEPER))
