"""A party's folder: keys, cards and settings."""

import hashlib
import shutil
import stat

import pytest
from cryptography import x509

from builders import make_party
from searoom.errors import NotAllowed, Tampered
from searoom.keys import enrol, keyfiles
from searoom.keys.passphrases import FLOOR
from searoom.keys.proposals import Change, NodeRequest, Proposal, next_card
from searoom.keys.unlocking import KeyFolder
from searoom.record.algorithms import ED25519, ML_DSA_44
from searoom.record.cards import OWN_KEYS
from searoom.record.keys import Role

NAMES = {"en": "Amber", "ja": "琥珀", "zh": "琥珀"}
WORDS = b"correct horse battery"
FILES = {"station", "log", "log-pq", "mirror", "mirror-pq", "kem", "storage", "link"}


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Stretch passphrases at the floor: the usual cost is half a second each."""
    monkeypatch.setattr(keyfiles, "USUAL", FLOOR)


def make(folder, party="amber", **more):
    officers = [] if more.get("observer") else [(f"{party}-1", "A"), (f"{party}-2", "B")]
    return enrol.make_party(folder, party=party, mechanism="demo-2026", names=NAMES, officers=officers, **more)


def make_node(folder, passphrase=None, **more):
    return enrol.make_node_keys(
        folder, party="amber", mechanism="demo-2026", names=NAMES, passphrase=passphrase, **more
    )


def key_folder(folder, passphrase=None):
    return KeyFolder(folder, party="amber", exercise=passphrase is None, ask=lambda _what: passphrase)


# -- a whole party at once ------------------------------------------------------------------------------


def test_makes_keys_that_only_the_owner_reads(tmp_path):
    """Every key file, the link's and each person's, is readable by its owner alone."""
    tmp_path = tmp_path / "made"
    make(tmp_path)
    keys = [path for name in ("keys", "officers", "root") for path in (tmp_path / name).iterdir()]

    assert len(FILES) + 1 + 2 + 1 == len(keys)
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in keys}
    assert 0o700 == stat.S_IMODE(tmp_path.stat().st_mode)


def test_never_overwrites_a_key(tmp_path):
    """A second enrolment in one folder is refused, and the first keys stay."""
    make(tmp_path)
    before = (tmp_path / "keys" / "station.key").read_bytes()

    with pytest.raises(NotAllowed, match="has keys already"):
        make(tmp_path)
    assert before == (tmp_path / "keys" / "station.key").read_bytes()


def test_card_holds_the_public_halves(tmp_path):
    """The card read back names the party's officers, and a second party can accept it."""
    card = make(tmp_path / "amber")
    again = enrol.accept_card(tmp_path / "coral", (tmp_path / "amber" / "cards" / "amber.card").read_bytes())

    assert card == again
    assert ["amber-1", "amber-2"] == [key.holder for key in again.keys if key.role is Role.OFFICER]
    assert (0, 1, OWN_KEYS) == (card.serial, card.root.need, tuple((key.role, key.algorithm) for key in card.keys[:5]))


def test_an_observer_is_a_party_without_officers(tmp_path):
    """Its card says what it is."""
    assert make(tmp_path, observer=True).observer


def test_a_passphrase_closes_every_key(tmp_path):
    """None of the files, the link's included, opens without it; the clear line still says what each is."""
    make(tmp_path, passphrase=WORDS)
    keys = [path for name in ("keys", "officers", "root") for path in (tmp_path / name).glob("*.key")]
    files = [keyfiles.load(path) for path in keys]

    assert len(FILES) + 2 + 1 == len(files)
    assert [] == [file.path for file in files if file.cost is None or file.clear]
    assert not any(b"PRIVATE" in path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert {"officer amber-1", "officer amber-2", "keeper amber-1"} | {f"{name} amber" for name in FILES} == {
        file.what for file in files
    }


# -- a node's keys --------------------------------------------------------------------------------------


def test_a_node_s_keys_are_closed_with_one_salt(tmp_path):
    """One stretching opens all of them at a start."""
    make_node(tmp_path / "keys", WORDS)

    assert FILES == {path.stem for path in (tmp_path / "keys").glob("*.key")}
    assert 1 == len({keyfiles.load(path).salt for path in (tmp_path / "keys").glob("*.key")})


def test_what_is_handed_in_is_what_the_files_hold(tmp_path):
    """The request names the public halves of the files, and the certificate is of the link's key."""
    request = NodeRequest.from_bytes(make_node(tmp_path / "keys", WORDS).to_bytes())
    keys = key_folder(tmp_path / "keys", WORDS)
    certificate = x509.load_der_x509_certificate(request.certificate)

    assert tuple(keys.signing(name, algorithm).public for name, algorithm, _ in enrol.NODE_KEYS) == request.publics
    assert (ED25519, ML_DSA_44, "x-wing") == (
        keys.signing("log").algorithm,
        keys.signing("log-pq", ML_DSA_44).algorithm,
        keyfiles.load(tmp_path / "keys" / "kem.key").algorithm,
    )
    assert keys.signing("link").public == certificate.public_key().public_bytes_raw()
    assert hashlib.sha256(request.kem).hexdigest() == keyfiles.load(tmp_path / "keys" / "kem.key").public_hash


def test_the_next_keys_open_with_the_same_stretching(tmp_path):
    """They take the salt of those in force, and no key of the stores: that one stays."""
    make_node(tmp_path / "keys", WORDS)
    make_node(tmp_path / "keys-1", WORDS, like=tmp_path / "keys")
    old, new = (keyfiles.load(tmp_path / name / "station.key") for name in ("keys", "keys-1"))

    assert (old.salt, old.cost) == (new.salt, new.cost)
    assert old.public_hash != new.public_hash
    assert FILES - {"storage"} == {path.stem for path in (tmp_path / "keys-1").glob("*.key")}


def test_the_next_keys_take_no_other_passphrase(tmp_path):
    """A node is opened with one passphrase; a second one would lock it out at its next start."""
    make_node(tmp_path / "keys", WORDS)
    make_node(tmp_path / "open")

    with pytest.raises(NotAllowed, match="does not open"):
        make_node(tmp_path / "keys-1", b"another four words here", like=tmp_path / "keys")
    with pytest.raises(NotAllowed, match="have no passphrase"):
        make_node(tmp_path / "keys-1", WORDS, like=tmp_path / "open")
    assert not (tmp_path / "keys-1").exists()


def test_each_card_of_ours_has_its_folder():
    """The first one's is `keys`."""
    folders = [enrol.keys_folder(enrol.Path("x"), serial).name for serial in (0, 1, 12)]

    assert ["keys", "keys-1", "keys-12"] == folders


# -- cards ----------------------------------------------------------------------------------------------


def test_refuses_a_card_with_a_changed_byte(tmp_path):
    """A card is signed by its own root: a changed one is no card, and nothing is kept."""
    make(tmp_path / "amber")
    data = bytearray((tmp_path / "amber" / "cards" / "amber.card").read_bytes())
    data[len(data) // 2] ^= 1

    with pytest.raises((NotAllowed, Tampered)):
        enrol.accept_card(tmp_path / "coral", bytes(data))
    assert not (tmp_path / "coral" / "cards").exists()


def test_a_card_is_accepted_once(tmp_path):
    """The same one again is said to be the same; another one is not taken in its place."""
    data = [(make(tmp_path / name), (tmp_path / name / "cards" / "amber.card").read_bytes())[1] for name in "ab"]
    enrol.accept_card(tmp_path / "coral", data[0])

    with pytest.raises(NotAllowed, match="was accepted before$") as same:
        enrol.accept_card(tmp_path / "coral", data[0])
    with pytest.raises(NotAllowed, match="it was another one") as other:
        enrol.accept_card(tmp_path / "coral", data[1])
    assert ("Nothing more", "Meet again") == (same.value.advice()[:12], other.value.advice()[:10])


def test_our_own_card_names_our_own_keys(tmp_path):
    """The card from the ceremony is the one of this node: another node's of the same party is refused."""
    for name in ("here", "there"):
        make(tmp_path / name)
    data = (tmp_path / "there" / "cards" / "amber.card").read_bytes()
    shutil.rmtree(tmp_path / "here" / "cards")

    with pytest.raises(NotAllowed, match="does not name the keys"):
        enrol.accept_card(tmp_path / "here", data)
    shutil.rmtree(tmp_path / "there" / "cards")
    assert "amber" == enrol.accept_card(tmp_path / "there", data).party


def test_only_first_cards_are_accepted_by_hand(tmp_path):
    """A later card is in force from its place in the log on; by hand it would be in force from the beginning."""
    party = make_party("amber")
    card = next_card(party.card, Change(remove=("amber-1",), why="left"))

    with pytest.raises(NotAllowed, match="card 1 of amber"):
        enrol.accept_card(tmp_path, card.signed(*party.roots))
    assert party.card == Proposal.signed(party.card_bytes)
    assert not (tmp_path / "cards").exists()


def test_returns_the_cards_that_are_at_hand(tmp_path):
    """A party without a card is left out: it may have no node yet."""
    make(tmp_path)
    cards = enrol.signed_cards(tmp_path, ("amber", "coral"))

    assert {"amber": (tmp_path / "cards" / "amber.card").read_bytes()} == cards


# -- settings -------------------------------------------------------------------------------------------


def test_settings_come_back_as_written(tmp_path):
    """What is written to node.toml is what is read, whatever characters a path or a name holds."""
    settings = enrol.Settings(
        party="amber",
        agreement='a "quoted" path\\x',
        unit="AMBER 21",
        host="127.0.0.1",
        port=4711,
        clock="scenario",
        start="2026-06-03T02:00:00Z",
        sensors=("sensors.csv",),
        peers={"coral": enrol.Address("127.0.0.1", 4712)},
        store="postgresql://searoom@localhost/amber",
    )
    enrol.write_settings(tmp_path, settings)

    assert settings == enrol.read_settings(tmp_path)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("party = 'amber'", "the setting 'agreement' is missing"),
        ("party = ", "node.toml"),
        ("party='a'\nagreement='demo'\nport=1\nclock='sundial'", "clock must be"),
        ("party='a'\nagreement='demo'\nport='x'", "node.toml"),
    ],
)
def test_says_what_is_wrong_in_settings(tmp_path, text, said):
    """A planted fault in node.toml is named with the file."""
    (tmp_path / "node.toml").write_text(text)

    with pytest.raises(NotAllowed) as caught:
        enrol.read_settings(tmp_path)
    assert said in caught.value.sentence


def test_a_folder_without_settings_is_no_node(tmp_path):
    """The sentence says what the folder lacks."""
    with pytest.raises(NotAllowed, match="is not a node's folder"):
        enrol.read_settings(tmp_path)
