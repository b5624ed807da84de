"""A party's folder: keys, cards and settings."""

import stat

import pytest

from searoom import enrol
from searoom.errors import NotAllowed, Tampered

NAMES = {"en": "Amber", "ja": "琥珀", "zh": "琥珀"}


def make(folder, party="amber"):
    return enrol.make_party(
        folder, party=party, mechanism="demo-2026", names=NAMES, officers=[(f"{party}-1", "A"), (f"{party}-2", "B")]
    )


def test_makes_keys_that_only_the_owner_reads(tmp_path):
    """Every key file, the link's and each person's, is readable by its owner alone."""
    make(tmp_path)
    keys = [path for name in ("keys", "officers", "root") for path in (tmp_path / name).iterdir()]

    assert len(keys) == 9
    assert {0o600} == {stat.S_IMODE(path.stat().st_mode) for path in keys}


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
    assert {"amber-1", "amber-2"} <= {key.holder for key in again.keys}


def test_refuses_a_card_with_a_changed_byte(tmp_path):
    """A card is signed by its own root: a changed one is no card, and nothing is kept."""
    make(tmp_path / "amber")
    data = bytearray((tmp_path / "amber" / "cards" / "amber.card").read_bytes())
    data[len(data) // 2] ^= 1

    with pytest.raises((NotAllowed, Tampered)):
        enrol.accept_card(tmp_path / "coral", bytes(data))
    assert not (tmp_path / "coral" / "cards").exists()


def test_says_whose_card_is_missing(tmp_path):
    """Without the counterpart's card the sentence names it."""
    make(tmp_path)

    with pytest.raises(NotAllowed, match="the card of coral is missing"):
        enrol.read_cards(tmp_path, ("amber", "coral"))


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
