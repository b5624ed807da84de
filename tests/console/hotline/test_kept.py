"""What is typed and not signed yet: kept from key to key, one person's own, and done with for good."""

import stat

import pytest

from searoom.console.hotline.kept import MAX_BYTES, MOST, Desk
from searoom.console.people import KEPT_US, People
from searoom.console.peoplefile import FILE
from searoom.errors import NotAllowed, StateUnknown
from searoom.keys.passphrases import FLOOR

NUMBER = "a-number-of-22-letters"
TYPED = {"field-text": "We hold a rescue", "mark": "m", "passphrase": "secret", "number": NUMBER, "reply_to": "coral/2"}


@pytest.fixture
def desk(tmp_path):
    return Desk(tmp_path)


def test_what_was_typed_last_is_there_again_and_no_passphrase(desk, tmp_path):
    """The newest key stroke replaces the one before; a passphrase and a mark are in no byte of the file."""
    desk.keep("duty-1", "hotline-message", NUMBER, {**TYPED, "field-text": "We"}, 1)
    desk.keep("duty-1", "hotline-message", NUMBER, TYPED, 2)

    (one,) = desk.all("duty-1")
    assert ("hotline-message", "coral/2", 2) == (one.form, one.reply, one.at_us)
    assert {"field-text": "We hold a rescue", "reply_to": "coral/2"} == one.typed
    assert b"secret" not in (tmp_path / FILE).read_bytes()
    assert () == desk.all("duty-2")


def test_a_late_key_stroke_of_a_signed_form_is_not_kept(desk):
    """What is done with stays done with, for as long as a form's number is known; then the number is forgotten."""
    desk.keep("duty-1", "hotline-message", NUMBER, TYPED, 1)
    desk.done("duty-1", NUMBER, 2)
    desk.keep("duty-1", "hotline-message", NUMBER, TYPED, 3)
    assert () == desk.all("duty-1")

    desk.keep("duty-1", "hotline-message", "another-number", TYPED, 3 + KEPT_US)

    assert ["another-number"] == [one.number for one in desk.all("duty-1")]


def test_one_goes_on_under_another_number_unless_somebody_typed_into_it(desk):
    """Of two tabs neither writes over the other: what was typed since stays."""
    desk.keep("duty-1", "hotline-message", "the-first", TYPED, 1)
    assert desk.went_on("duty-1", "the-first", 1, 5)
    assert not desk.holds("duty-1", "the-first")

    desk.keep("duty-1", "hotline-message", "the-second", TYPED, 7)
    assert not desk.went_on("duty-1", "the-second", 6, 8)
    assert desk.holds("duty-1", "the-second")


def test_the_oldest_makes_room(desk):
    """One account keeps so many and no more; what is done with takes no place."""
    desk.done("duty-1", "done-with-it", 0)
    for at in range(MOST + 2):
        desk.keep("duty-1", "hotline-message", f"number-{at:04}", TYPED, at + 1)

    kept = desk.all("duty-1")
    assert (MOST, f"number-{MOST + 1:04}", "number-0002") == (len(kept), kept[0].number, kept[-1].number)


@pytest.mark.parametrize("hostile", ["a\x00b", "\u202eabc", "\ud800", "<script>", "e\u0301", "'; DROP TABLE kept; --"])
def test_hostile_text_is_kept_as_text(desk, hostile):
    """Whatever a person pastes is there again; half a letter is shown as missing."""
    desk.keep("duty-1", "hotline-message", NUMBER, {"field-text": hostile}, 1)

    assert hostile.encode("utf-8", "replace").decode() == desk.all("duty-1")[0].typed["field-text"]


def test_more_than_a_form_holds_is_refused(desk):
    """The refusal says that nothing was kept."""
    with pytest.raises(NotAllowed, match="not kept"):
        desk.keep("duty-1", "hotline-message", NUMBER, {"field-text": "x" * MAX_BYTES}, 1)
    assert () == desk.all("duty-1")


def test_a_file_that_cannot_be_opened_is_told(tmp_path):
    """No silent loss: the reader learns that nothing is kept."""
    (tmp_path / FILE).write_bytes(b"no database" * 100)
    with pytest.raises(StateUnknown, match="cannot be kept"):
        Desk(tmp_path).keep("duty-1", "hotline-message", NUMBER, TYPED, 1)


def test_the_first_words_tell_one_from_another(desk):
    """The longest field on one line, cut with a mark."""
    desk.keep("duty-1", "hotline-message", NUMBER, {"field-text": "one\ntwo " * 30, "lang": "en"}, 1)

    words = desk.all("duty-1")[0].first_words(20)
    assert (20, "one two one two one…") == (len(words), words)


def test_the_file_is_the_owners_alone(tmp_path):
    """What is typed stands in the file of the accounts, with its mode."""
    People(tmp_path, cost=FLOOR).close()
    Desk(tmp_path).keep("duty-1", "hotline-message", NUMBER, TYPED, 1)
    assert 0o600 == stat.S_IMODE((tmp_path / FILE).stat().st_mode)
