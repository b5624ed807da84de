"""The command `card`: shown and compared, prepared on a node, signed away from it, said by the node."""

import pytest

from deskside import run
from searoom.commands import cards
from searoom.errors import NotAllowed
from searoom.keys import ceremonies, enrol, keyfiles
from searoom.keys.passphrases import FLOOR
from searoom.keys.proposals import Proposal, first_card, root_bytes
from searoom.record.cards import Card
from searoom.record.keys import Role
from searoom.record.roster import Roster
from searoom.signals import fingerprints

KEEPERS = ["first keeper's words", "second keeper's words", "third keeper's words"]


class Desk:
    """What a node's desk would answer: its cards, and where a new one stands then."""

    def __init__(self, folder):
        self.folder, self.party, self.first, self.later, self.issued = folder, "amber", [], [], []

    def ask(self, folder, request):
        assert self.folder == folder
        if request["do"] == "material":
            return {"party": self.party, "cards": self.first, "later": self.later}
        roster = Roster([Card.from_bytes(data) for data in self.first])
        for log, index, data in [*self.later, ("amber", len(self.issued) + 5, request["card"])]:
            roster = roster.with_card(data, log, index)
        self.issued.append(roster.card("amber"))
        self.later.append(("amber", len(self.issued) + 4, request["card"]))
        return {"log": "amber", "index": len(self.issued) + 4}


@pytest.fixture
def node(tmp_path, monkeypatch):
    """Return the desk of a node with a card of two of three keepers, whose files lie in `table`."""
    monkeypatch.setattr(keyfiles, "USUAL", FLOOR)
    desk = Desk(tmp_path / "node")
    request = enrol.make_node_keys(
        tmp_path / "node" / "keys", party="amber", mechanism="demo-2026", names={"en": "Amber"}, passphrase=None
    )
    people = [officer(tmp_path, number) for number in (1, 2)]
    root, keys = keepers(tmp_path / "table", KEEPERS)
    data = first_card(request, people, root).signed(*keys[:2])
    enrol.accept_card(tmp_path / "node", data)
    desk.first = [data]
    monkeypatch.setattr(cards, "ask", desk.ask)
    monkeypatch.chdir(tmp_path)
    return desk


def officer(folder, number):
    """Make an officer's key and request."""
    return ceremonies.make_officer(
        folder / f"amber-{number}.key", holder=f"amber-{number}", name=f"Officer {number}", passphrase=None
    )


def keepers(folder, texts):
    """Make keepers with these passphrases, two of them needed."""
    ask = [lambda _what, text=text: text.encode() for text in texts]
    return ceremonies.make_keepers(folder, "amber", keepers=len(texts), need=2, ask=ask)


def signed(capsys, folder, proposal, number, text, out):
    """Let a keeper sign."""
    words = folder / f"{out}.txt"
    words.write_text(text)
    words.chmod(0o600)
    key = folder / f"amber-keeper-{number}.key"
    return run(capsys, "card", "sign", proposal, "--key", key, "--passphrase-file", words, "--out", out)


def two_parts(capsys, tmp_path, proposal="amber-1.proposal"):
    """Let the first and the third keeper sign; return their parts."""
    for number, out in ((1, "a.part"), (3, "c.part")):
        assert 0 == signed(capsys, tmp_path / "table", proposal, number, KEEPERS[number - 1], out)[0]
    return "a.part", "c.part"


def test_an_officer_joins_and_another_leaves(capsys, tmp_path, node):
    """Prepared on the node, signed by two keepers away from it, said by the node: from that entry on it holds."""
    officer(tmp_path, 3)
    code, out, _ = run(
        capsys, "card", "next", "node", "--add", "amber-3.request", "--remove", "amber-1", "--why", "medium lost",
        "--last-good", "amber/17",
    )  # fmt: skip
    assert 0 == code
    assert "2 keepers sign it" in out
    code, out, _ = run(capsys, "card", "publish", "node", "amber-1.proposal", *two_parts(capsys, tmp_path))

    (card,) = node.issued
    assert (0, ["amber-2", "amber-3"]) == (code, [key.holder for key in card.keys if key.role is Role.OFFICER])
    assert [("medium lost", ("amber", 17))] == [(item.why, item.last_good) for item in card.revoked]
    assert "card 1 of amber is in force from amber/5 on" in out


@pytest.fixture(autouse=True)
def _here(node, monkeypatch):
    """Let relative names be those of the test's folder."""
    node.folder = type(node.folder)("node")


def test_a_keeper_reads_what_is_signed(capsys, tmp_path, node):
    """Each change stands on a line before the signature, and the fingerprint with it."""
    run(capsys, "card", "next", "node", "--remove", "amber-1", "--why", "medium lost")
    code, out, _ = signed(capsys, tmp_path / "table", "amber-1.proposal", 1, KEEPERS[0], "a.part")

    assert 0 == code
    assert "- officer amber-1 (Officer 1)" in out
    assert "medium lost (no entry is vouched for)" in out
    assert " ".join(fingerprints.groups(Proposal.signed(node.first[0]).root.fingerprint())) in out


def test_a_keeper_may_say_no(capsys, tmp_path, node, monkeypatch):
    """Nothing is written, and no passphrase was asked for."""
    run(capsys, "card", "next", "node", "--remove", "amber-1", "--why", "medium lost")
    monkeypatch.setattr(cards, "confirmed", lambda _question, _given: False)
    code, out, _ = run(capsys, "card", "sign", "amber-1.proposal", "--key", "none.key")

    assert (1, True) == (code, "not signed" in out)
    assert [] == list(tmp_path.rglob("*.part"))


def test_a_part_has_the_keeper_s_key_in_its_name(capsys, tmp_path, node):
    """Two keepers who save beside the proposal do not write over each other."""
    run(capsys, "card", "next", "node", "--remove", "amber-1", "--why", "x")
    for number in (1, 2):
        words = tmp_path / f"{number}.txt"
        words.write_text(KEEPERS[number - 1])
        words.chmod(0o600)
        key = tmp_path / "table" / f"amber-keeper-{number}.key"
        run(capsys, "card", "sign", "amber-1.proposal", "--key", key, "--passphrase-file", words)

    assert 2 == len(list(tmp_path.glob("amber-1.*.part")))


def test_the_node_s_keys_are_renewed(capsys, tmp_path, node):
    """New keys lie in the folder of the next card, and the card names them."""
    code, out, _ = run(
        capsys, "card", "next", "node", "--renew", "--stolen", "--why", "stolen", "--last-good", "amber/4"
    )
    card = Proposal.from_bytes((tmp_path / "amber-1.proposal").read_bytes()).card

    assert 0 == code
    assert "+ station amber" in out
    assert "1 are pinned" in out
    assert (tmp_path / "node" / "keys-1" / "station.key").exists()
    assert 6 == len(card.revoked)


def test_stolen_keys_are_renewed(capsys, node):
    """--stolen without new keys would leave the node with the stolen ones."""
    code, _, err = run(capsys, "card", "next", "node", "--stolen", "--why", "stolen")

    assert (3, True) == (code, "--stolen goes with --renew" in err)


def test_each_card_follows_the_newest(capsys, tmp_path, node):
    """The second change follows the first one, as the node has it, not the card that was exchanged in person."""
    run(capsys, "card", "next", "node", "--remove", "amber-1", "--why", "x")
    run(capsys, "card", "publish", "node", "amber-1.proposal", *two_parts(capsys, tmp_path))
    code, *_ = run(capsys, "card", "next", "node", "--remove", "amber-2", "--why", "y")
    proposal = Proposal.from_bytes((tmp_path / "amber-2.proposal").read_bytes())

    assert (0, 2, node.issued[0]) == (code, proposal.card.serial, proposal.before)
    assert (tmp_path / "node" / "keys-2").is_dir()


def test_new_keepers_take_over(capsys, tmp_path, node):
    """Two old and two new keepers sign the new root; the card that follows is signed by the new ones alone."""
    new = ["the new first words", "the new second words"]
    root, _ = keepers(tmp_path / "new", new)
    (tmp_path / "amber.root").write_bytes(root_bytes(root))
    code, out, _ = run(capsys, "card", "next", "node", "--root", "amber.root")
    assert (0, True) == (code, "A NEW ROOT" in out)
    parts = [*two_parts(capsys, tmp_path), "d.part", "e.part"]
    for number in (1, 2):
        signed(capsys, tmp_path / "new", "amber-1.proposal", number, new[number - 1], parts[number + 1])
    code, *_ = run(capsys, "card", "publish", "node", "amber-1.proposal", *parts)
    assert (0, root) == (code, node.issued[0].root)

    run(capsys, "card", "next", "node", "--remove", "amber-1", "--why", "x")
    code, _, err = signed(capsys, tmp_path / "table", "amber-2.proposal", 1, KEEPERS[0], "old.part")
    assert (3, True) == (code, "not the key of a keeper" in err)
    for number in (1, 2):
        signed(capsys, tmp_path / "new", "amber-2.proposal", number, new[number - 1], f"new-{number}.part")
    code, *_ = run(capsys, "card", "publish", "node", "amber-2.proposal", "new-1.part", "new-2.part")
    assert (0, 2) == (code, node.issued[1].serial)


def test_too_few_parts_publish_nothing(capsys, tmp_path, node):
    """The node is not even asked."""
    run(capsys, "card", "next", "node", "--remove", "amber-1", "--why", "x")
    first, _ = two_parts(capsys, tmp_path)
    code, _, err = run(capsys, "card", "publish", "node", "amber-1.proposal", first)

    assert (3, True, []) == (code, "it takes 2" in err, node.issued)


def test_shows_a_card_and_compares_what_was_heard(capsys, tmp_path, node):
    """The figures that the other side read, or its words, in any language; a difference is said with its group."""
    path = tmp_path / "node" / "cards" / "amber.card"
    groups = fingerprints.groups(Card.from_bytes(path.read_bytes()).root.fingerprint())
    wrong = [*groups[:6], f"{(int(groups[6]) + 1) % 100000:05d}", *groups[7:]]
    said = [" ".join(groups), " ".join(fingerprints.spoken(groups, "ja")), " ".join(wrong)]
    told = [run(capsys, "card", "show", path, "--compare", text) for text in said]

    assert [0, 0, 1] == [code for code, _, _ in told]
    assert told[0][1].endswith("the same\n")
    assert "NOT THE SAME: group 7 differs" in told[2][1]
    assert "officer amber-1 (Officer 1)" in run(capsys, "card", "show", path)[1]


def test_shows_a_proposal(capsys, node):
    """A proposal is read like a card."""
    run(capsys, "card", "next", "node", "--remove", "amber-1", "--why", "x", "--out", "mine")
    code, out, _ = run(capsys, "card", "show", "mine")

    assert (0, True) == (code, "card 1 of amber" in out)


@pytest.mark.parametrize("data", [b"", b"hello"])
def test_refuses_what_is_no_card(capsys, tmp_path, node, data):
    """A file of another kind is one sentence."""
    (tmp_path / "x").write_bytes(data)
    code, _, err = run(capsys, "card", "show", "x")

    assert 3 == code
    assert err.startswith("searoom card: ")


def test_a_first_card_is_published_by_hand(capsys, tmp_path, node, monkeypatch):
    """A first card that was signed in parts is written into the node's folder, and no node is asked."""
    monkeypatch.setattr(cards, "ask", lambda *_given: (_ for _ in ()).throw(NotAllowed("asked")))
    proposal = Proposal.of(Proposal.signed(node.first[0]))
    (tmp_path / "first").write_bytes(proposal.to_bytes())
    (tmp_path / "node" / "cards" / "amber.card").unlink()
    code, out, _ = run(capsys, "card", "publish", "node", "first", *two_parts(capsys, tmp_path, "first"))

    assert (0, True) == (code, "handed over in person" in out)
    assert proposal.card == Card.from_bytes((tmp_path / "node" / "cards" / "amber.card").read_bytes())
