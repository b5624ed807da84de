"""What was heard, read back; a readback number by number; both logs side by side."""

import pytest

from searoom.console.contact import listening
from searoom.console.contact.listening import Number
from searoom.errors import NotAllowed
from searoom.review.sections import ContactRow, Said
from searoom.sentences import Sentence
from searoom.signals import codebook

BOOK = codebook.load()


def test_words_heard_whole_and_clearly_are_certain():
    """The whole sentence, word for word: it is that signal, and its words stand beside it in each language."""
    first = listening.heard("Question. What are your intentions?", "clear", BOOK)[0]

    assert (True, "V-Q1") == (first.certain, first.signal.code)
    assert {"en", "ja", "zh"} == set(first.words)


@pytest.mark.parametrize("quality", ["weak", "garbled"])
def test_what_was_not_heard_clearly_is_never_certain(quality):
    """The same sentence, badly heard: it may be that signal."""
    found = listening.heard("Question. What are your intentions?", quality, BOOK)

    assert "V-Q1" == found[0].signal.code
    assert not any(one.certain for one in found)
    assert Sentence("heard.doubted") == found[0].why


def test_nothing_heard_is_nothing():
    """No words, no signal; another quality than the three is refused."""
    assert () == listening.heard("  ", "clear", BOOK)
    with pytest.raises(NotAllowed, match="no way to hear"):
        listening.heard("x", "loud", BOOK)


@pytest.mark.parametrize(
    ("back", "kind", "numbers"),
    [
        ("You bear three one zero degrees from me, distance one decimal five nautical miles", "same", [("310", "310"), ("1.5", "1.5")]),
        ("bearing 310, distance 1.6", "different", [("310", "310"), ("1.5", "1.6")]),
        ("distance 1.5 nautical miles", "garbled", [("310", ""), ("1.5", "1.5")]),
        ("310 degrees 1.5 miles 7", "different", [("310", "310"), ("1.5", "1.5"), ("", "7")]),
        ("roger", "different", [("310", ""), ("1.5", "")]),
    ],
)  # fmt: skip
def test_a_readback_is_checked_number_by_number(back, kind, numbers):
    """Each number beside what came back for it; what is missing and what was added stays empty on the other side."""
    found = listening.readback("INFORMATION. You bear 310 degrees from me, distance 1.5 nautical miles.", back)

    assert kind == found.comparison.kind
    assert [Number(*pair) for pair in numbers] == list(found.numbers)
    assert [sent == heard for sent, heard in numbers] == [one.same for one in found.numbers]


def row(sender, receiver, sent=None, heard=None):
    """Return a call as the review tells it; `sent` and `heard` are the parties that logged it."""
    said = {
        name: None if party is None else Said(party, f"{party}/1", "", (), "en", "", ())
        for name, party in (("sent", sent), ("heard", heard))
    }
    return ContactRow(
        sender=sender, receiver=receiver, code="", meaning="", verdict="", sentence="", lost="", added="",
        independent=True, answers=(), **said,
    )  # fmt: skip


def test_our_log_stands_on_our_side_whoever_called():
    """Ours is what we wrote, sent or heard; a call that only one side has leaves the other side empty."""
    calls = [
        row("AMBER 21", "CORAL 34", sent="amber", heard="coral"), row("CORAL 34", "AMBER 21", sent="coral", heard="amber"),
        row("CORAL 34", "AMBER 21", sent="coral"), row("CORAL 34", "AMBER 21", heard="amber"),
        row("AMBER 21", "CORAL 34", heard="coral"),
    ]  # fmt: skip
    shown = listening.sides(calls, "amber")[::-1]

    assert [(True, True), (True, True), (False, True), (True, False), (False, True)] == [
        (side.ours is not None, side.theirs is not None) for side in shown
    ]
    assert [True, False, False, False, True] == [side.sent_by_us for side in shown]
    assert all(side.ours is None or side.ours.party == "amber" for side in shown)
    assert all(side.theirs is None or side.theirs.party == "coral" for side in shown)


def test_only_calls_with_this_unit_are_shown():
    """Names are compared as people write them: case and doubled spaces do not part them."""
    calls = [row("AMBER 21", "coral  34", sent="amber"), row("AMBER 21", "CORAL 35", sent="amber")]

    assert ["coral  34"] == [side.call.receiver for side in listening.sides(calls, "amber", ["CORAL 34"])]
