"""The command `enrol`: keys and card made, a counterpart's card accepted, nothing written over."""

import pytest

from deskside import run
from searoom.keys import keyfiles
from searoom.keys.enrol import Address, read_settings
from searoom.keys.passphrases import FLOOR
from searoom.keys.proposals import NodeRequest
from searoom.obligations.agreement import load
from searoom.record.cards import Card
from searoom.record.keys import Role

REAL = load("macm").parties[0]


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    """Stretch passphrases at the floor: the usual cost is half a second each."""
    monkeypatch.setattr(keyfiles, "USUAL", FLOOR)


def words(tmp_path, text="correct horse battery"):
    """Return a file of one passphrase, closed to others."""
    path = tmp_path / "words"
    path.write_text(text)
    path.chmod(0o600)
    return path


def make(capsys, folder, party="amber", *more):
    return run(
        capsys, "enrol", folder, "--party", party, "--officer", f"{party}-1=Lt Cdr One", "--officer", f"{party}-2=Two",
        *more,
    )  # fmt: skip


def test_makes_keys_and_prints_the_fingerprint(capsys, tmp_path):
    """What is printed is what the card's reader will see; officers are on it by their names."""
    code, out, _ = make(capsys, tmp_path)

    card = Card.from_bytes((tmp_path / "cards" / "amber.card").read_bytes())
    assert 0 == code
    assert card.fingerprint() in out
    assert ["Lt Cdr One", "Two"] == [key.name for key in card.keys if key.role is Role.OFFICER]
    assert "demo-2026" == card.mechanism


def test_accepts_a_card_and_prints_its_fingerprint(capsys, tmp_path):
    """Both sides can read the same figures aloud."""
    make(capsys, tmp_path / "coral", "coral")
    make(capsys, tmp_path / "amber")
    card = tmp_path / "coral" / "cards" / "coral.card"
    code, out, _ = run(capsys, "enrol", tmp_path / "amber", "--accept", card, "--at", "192.0.2.7:7420")

    assert 0 == code
    assert "accepted the card of coral" in out
    assert Card.from_bytes(card.read_bytes()).fingerprint() in out
    assert {"coral": Address("192.0.2.7", 7420)} == dict(read_settings(tmp_path / "amber").peers)


def test_a_second_enrolment_is_refused(capsys, tmp_path):
    """Keys that are there stay."""
    make(capsys, tmp_path)
    before = (tmp_path / "keys" / "station.key").read_bytes()
    code, _, err = make(capsys, tmp_path)

    assert 3 == code
    assert "has keys already" in err
    assert before == (tmp_path / "keys" / "station.key").read_bytes()


def test_an_accepted_card_is_not_replaced(capsys, tmp_path):
    """Another card under the same name is refused: whoever sends it later may be somebody else."""
    make(capsys, tmp_path / "amber")
    for name in ("first", "second"):
        make(capsys, tmp_path / name, "coral")
    run(capsys, "enrol", tmp_path / "amber", "--accept", tmp_path / "first" / "cards" / "coral.card")
    code, _, err = run(capsys, "enrol", tmp_path / "amber", "--accept", tmp_path / "second" / "cards" / "coral.card")

    assert 3 == code
    assert "was accepted before, and it was another one" in err
    kept, sent = (path / "cards" / "coral.card" for path in (tmp_path / "amber", tmp_path / "first"))
    assert kept.read_bytes() == sent.read_bytes()


def test_a_party_of_no_agreement_is_refused(capsys, tmp_path):
    """The sentence names the parties that there are."""
    code, _, err = run(capsys, "enrol", tmp_path, "--party", "jade")

    assert 3 == code
    assert "amber, coral" in err
    assert not (tmp_path / "keys").exists()


def test_without_a_party_or_a_card_it_asks(capsys, tmp_path):
    """Unusable arguments: exit code 2, as every command."""
    with pytest.raises(SystemExit) as ended:
        run(capsys, "enrol", tmp_path)
    assert 2 == ended.value.code


def test_a_card_that_is_not_there_is_one_sentence(capsys, tmp_path):
    """The stick is not in: the place and the reason, no traceback."""
    code, _, err = run(capsys, "enrol", tmp_path, "--accept", tmp_path / "none.card")

    assert 3 == code
    assert "none.card cannot be read" in err


def test_what_is_no_card_is_refused(capsys, tmp_path):
    """A file of another kind is not kept."""
    (tmp_path / "x.card").write_bytes(b"hello")
    code, _, err = run(capsys, "enrol", tmp_path / "amber", "--accept", tmp_path / "x.card")

    assert code in (3, 4)
    assert err.startswith("searoom enrol: ")
    assert not (tmp_path / "amber" / "cards").exists()


def test_an_officer_needs_id_and_name(capsys, tmp_path):
    """`--officer amber-1` alone names nobody."""
    code, _, err = run(capsys, "enrol", tmp_path, "--party", "amber", "--officer", "amber-1")

    assert 3 == code
    assert "NAME=VALUE" in err
    assert not (tmp_path / "keys").exists()


# -- keys made apart, and protected ------------------------------------------------------------------


def test_a_node_s_keys_are_made_apart(capsys, tmp_path):
    """The node's folder gets its keys, closed, its settings and a request; no officer's and no keeper's key."""
    code, out, _ = run(
        capsys, "enrol", tmp_path / "node", "--party", "amber", "--apart", "--passphrase-file", words(tmp_path),
        "--unit", "AMBER 21",
    )  # fmt: skip
    request = NodeRequest.from_bytes((tmp_path / "node" / "amber.request").read_bytes())

    assert 0 == code
    assert ("amber", "demo-2026", "琥珀") == (request.party, request.mechanism, request.names["ja"])
    assert {"keys", "node.toml", "amber.request"} == {path.name for path in (tmp_path / "node").iterdir()}
    assert "AMBER 21" == read_settings(tmp_path / "node").unit
    assert [] == [path for path in (tmp_path / "node").rglob("*.key") if keyfiles.load(path).clear]
    assert "amber.request to the keepers" in out


def test_an_exercise_s_node_may_stay_open(capsys, tmp_path):
    """In an exercise nobody is asked for a passphrase, unless --protect says so."""
    run(capsys, "enrol", tmp_path / "open", "--party", "amber", "--apart")
    code, _, err = run(capsys, "enrol", tmp_path / "closed", "--party", "amber", "--apart", "--protect")

    assert keyfiles.load(tmp_path / "open" / "keys" / "station.key").clear
    assert (3, True) == (code, "no terminal" in err)
    assert not (tmp_path / "closed").exists()


def test_an_exercise_may_protect_all_its_keys(capsys, tmp_path):
    """Node, officers and keeper are closed with the one passphrase of the exercise."""
    code, *_ = make(capsys, tmp_path / "node", "amber", "--passphrase-file", words(tmp_path))

    assert 0 == code
    assert [] == [path for path in (tmp_path / "node").rglob("*.key") if keyfiles.load(path).clear]


def test_a_real_party_is_not_made_by_one_person(capsys, tmp_path):
    """All keys of a real party at one place in one hand: refused, with the commands that make them apart."""
    code, _, err = run(capsys, "enrol", tmp_path / "node", "--party", REAL, "--agreement", "macm")

    assert 3 == code
    assert "is no exercise" in err
    assert "searoom ceremony" in err
    assert not (tmp_path / "node").exists()


def test_a_real_node_has_a_passphrase(capsys, tmp_path):
    """Without a terminal or a file there is no key; with one all are closed."""
    real = ["--party", REAL, "--agreement", "macm", "--apart"]
    code, _, err = run(capsys, "enrol", tmp_path / "node", *real)
    assert (3, True) == (code, "no terminal" in err)
    assert not (tmp_path / "node").exists()

    code, *_ = run(capsys, "enrol", tmp_path / "node", *real, "--passphrase-file", words(tmp_path))
    assert 0 == code
    assert [] == [path for path in (tmp_path / "node").rglob("*.key") if keyfiles.load(path).clear]


def test_officers_make_their_keys_elsewhere(capsys, tmp_path):
    """--apart with --officer would make a person's key on the node."""
    code, _, err = make(capsys, tmp_path / "node", "amber", "--apart")

    assert (3, True) == (code, "searoom officer new" in err)
    assert not (tmp_path / "node").exists()


def test_our_own_card_has_no_address(capsys, tmp_path):
    """A node that was told to call itself would; the card is not kept either."""
    make(capsys, tmp_path / "node")
    card = (tmp_path / "node" / "cards" / "amber.card").rename(tmp_path / "amber.card")
    code, _, err = run(capsys, "enrol", tmp_path / "node", "--accept", card, "--at", "192.0.2.7:7420")

    assert (3, True) == (code, "this card is our own" in err)
    assert not (tmp_path / "node" / "cards" / "amber.card").exists()
