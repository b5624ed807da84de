"""The command `enrol`: keys and card made, a counterpart's card accepted, nothing written over."""

import pytest

from deskside import run
from searoom.enrol import Address, read_settings
from searoom.record.keys import Card, Role


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
