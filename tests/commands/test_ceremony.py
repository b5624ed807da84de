"""The command `ceremony`: a party's keys made apart, its keepers' at one table, and the first card that comes of it."""

import pytest

from deskside import run
from searoom.keys import keyfiles
from searoom.keys.enrol import read_settings
from searoom.keys.passphrases import FLOOR
from searoom.keys.proposals import root_from_bytes
from searoom.record.cards import Card
from searoom.record.keys import Role
from searoom.signals import fingerprints
from searoom.signals.tables import LANGUAGES

NODE, OFFICER = "node words of amber", "officer words of amber"
KEEPERS = ["first keeper's words", "second keeper's words", "third keeper's words"]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Stretch passphrases at the floor: the usual cost is half a second each."""
    monkeypatch.setattr(keyfiles, "USUAL", FLOOR)


def written(folder, text):
    """Return a file of one passphrase, closed to others."""
    path = folder / f"{text.replace(' ', '-')}.txt"
    path.write_text(f"{text}\n")
    path.chmod(0o600)
    return path


def handed_in(capsys, folder, agreement="demo", party="amber"):
    """Make a node's keys and one officer's; return both requests."""
    code, *_ = run(
        capsys, "enrol", folder / "node", "--party", party, "--agreement", agreement, "--apart",
        "--passphrase-file", written(folder, NODE),
    )  # fmt: skip
    assert 0 == code
    code, *_ = run(
        capsys, "officer", "new", folder / "1.key", "--id", f"{party}-1", "--name", "A. Arden",
        "--passphrase-file", written(folder, OFFICER),
    )  # fmt: skip
    assert 0 == code
    return folder / "node" / f"{party}.request", folder / "1.request"


def held(capsys, folder, *words, keepers=KEEPERS):
    """Hold the ceremony with one file of words for each keeper."""
    files = [word for text in keepers for word in ("--passphrase-file", written(folder, text))]
    return run(capsys, "ceremony", folder / "table", *words, *files)


def test_a_real_party_s_first_card(capsys, tmp_path):
    """No key of a node, an officer or a keeper was ever where another was; the card is accepted by its own node."""
    node, officer = handed_in(capsys, tmp_path)
    code, out, _ = held(capsys, tmp_path, "--node", node, "--officer", officer)
    card = Card.from_bytes((tmp_path / "table" / "amber.card").read_bytes())
    accepted, *_ = run(capsys, "enrol", tmp_path / "node", "--accept", tmp_path / "table" / "amber.card")

    assert (0, 0) == (code, accepted)
    assert (2, 3, ["amber-1"]) == (
        card.root.need,
        len(card.root.keepers),
        [key.holder for key in card.keys if key.role is Role.OFFICER],
    )
    assert ["amber-keeper-1.key", "amber-keeper-2.key", "amber-keeper-3.key", "amber.card"] == sorted(
        path.name for path in (tmp_path / "table").iterdir()
    )
    assert f"+ officer amber-1 (A. Arden) key {card.keys[-1].key_id.hex()}" in out
    assert "amber" == read_settings(tmp_path / "node").party
    assert [] == [path for path in tmp_path.rglob("*.key") if keyfiles.load(path).cost is None]


def test_the_fingerprint_is_printed_to_be_spoken(capsys, tmp_path):
    """Twelve groups as figures and as words of each language, all of the root that stands on the card."""
    node, officer = handed_in(capsys, tmp_path)
    _, out, _ = held(capsys, tmp_path, "--node", node, "--officer", officer)
    root = Card.from_bytes((tmp_path / "table" / "amber.card").read_bytes()).root
    groups = fingerprints.groups(root.fingerprint())

    assert " ".join(groups) in out
    assert Card.from_bytes((tmp_path / "table" / "amber.card").read_bytes()).fingerprint() in out
    for lang in LANGUAGES:
        said = [line.split(maxsplit=2)[2] for line in out.splitlines() if line.startswith(f"    {lang} ")]
        assert fingerprints.spoken(groups, lang) == tuple(said)
        assert () == fingerprints.compare(" ".join(said), root.fingerprint())


def test_new_keepers_alone(capsys, tmp_path):
    """For a party that has a card a root is made, and no card."""
    code, out, _ = held(capsys, tmp_path, "--party", "amber", "--keepers", "2", "--need", "2", keepers=KEEPERS[:2])
    root = root_from_bytes((tmp_path / "table" / "amber.root").read_bytes())

    assert (0, 2, 2) == (code, root.need, len(root.keepers))
    assert " ".join(fingerprints.groups(root.fingerprint())) in out
    assert not (tmp_path / "table" / "amber.card").exists()


def test_an_alliance_names_its_members(capsys, tmp_path):
    """Members, how many of them release, and for whom an officer speaks."""
    node, _ = handed_in(capsys, tmp_path)
    run(
        capsys, "officer", "new", tmp_path / "2.key", "--id", "amber-2", "--name", "B", "--member", "north",
        "--passphrase-file", tmp_path / "officer-words-of-amber.txt",
    )  # fmt: skip
    code, *_ = held(
        capsys, tmp_path, "--node", node, "--officer", tmp_path / "2.request", "--member", "north=North",
        "--member", "south=South", "--member-need", "1",
    )  # fmt: skip
    card = Card.from_bytes((tmp_path / "table" / "amber.card").read_bytes())

    assert (0, {"north", "south"}, 1, "north") == (code, set(card.members), card.member_need, card.keys[-1].member)


def test_nothing_is_made_of_a_card_that_cannot_be(capsys, tmp_path):
    """The table reads the card before any key is made."""
    node, officer = handed_in(capsys, tmp_path)
    code, _, err = held(capsys, tmp_path, "--node", node, "--officer", officer, "--observer")

    assert 3 == code
    assert "an observer says nothing" in err
    assert not (tmp_path / "table").exists()


def test_the_table_may_say_no(capsys, tmp_path, monkeypatch):
    """Whoever reads another name than expected stops here: no key is made."""
    node, officer = handed_in(capsys, tmp_path)
    monkeypatch.setattr("searoom.commands.ceremony.confirmed", lambda _question, _given: False)
    code, out, _ = held(capsys, tmp_path, "--node", node, "--officer", officer)

    assert 1 == code
    assert "no key was made" in out
    assert not (tmp_path / "table").exists()


@pytest.mark.parametrize("party", ["Amber", "../x", "a b"])
def test_refuses_a_party_that_is_no_id(capsys, tmp_path, party):
    """The party's id becomes a file's name."""
    code, *_ = held(capsys, tmp_path, "--party", party)

    assert 3 == code
    assert not (tmp_path / "table").exists()


def test_says_what_cannot_be_read(capsys, tmp_path):
    """A request that is missing, foreign or endless is one sentence."""
    (tmp_path / "long").write_bytes(b"\0" * (1 << 20))
    (tmp_path / "foreign").write_bytes(b"hello")
    said = [held(capsys, tmp_path, "--node", tmp_path / name) for name in ("none", "long", "foreign")]

    assert [3, 3, 3] == [code for code, _, _ in said]
    assert "none cannot be read" in said[0][2]
    assert "longer than any request" in said[1][2]


def test_it_is_either_a_node_or_a_party(capsys, tmp_path):
    """Without either, and with both, the arguments are unusable."""
    for words in ([], ["--node", "x", "--party", "amber"]):
        with pytest.raises(SystemExit) as ended:
            run(capsys, "ceremony", tmp_path, *words)
        assert 2 == ended.value.code
