"""An account told by hand is read like any other: who had heard whom, and who signed for what."""

from searoom.obligations.tellers import Teller, transcript
from searoom.signals import forms
from told import BOOK


def test_each_log_stands_higher_than_what_its_author_had_heard():
    """The joint order follows from what was held, not from a clock."""
    teller = Teller(("amber", "coral"), BOOK)
    words = forms.from_text(BOOK, "hotline-message", {"text": "x"})
    first = teller.say("amber", words, at_us=100, placed_us=100)
    teller.receive("coral", at_us=50)
    answer = teller.say("coral", words, at_us=1, placed_us=1)
    account = teller.account()

    assert [first, ("coral", 0), answer] == [item.ref for item in account.items]
    assert account.delivered(first, "coral").at_us == 50
    assert None is account.delivered(answer, "amber")


def test_a_receipt_is_written_once_for_what_is_new():
    """Nothing new, nothing signed."""
    teller = Teller(("amber", "coral"), BOOK)
    teller.receive("coral", at_us=1)
    teller.say("amber", forms.from_text(BOOK, "line-test", {}), at_us=1, placed_us=1)
    for _ in range(3):
        teller.receive("coral", at_us=2)

    assert 1 == len(teller.logs["coral"])
    assert ("coral", "amber") == teller.account(["coral", "amber"]).parties


def test_a_transcript_is_no_message_of_who_is_said_to_have_spoken():
    """It stands in its writer's log, with what was understood."""
    teller = Teller(("amber", "coral"), BOOK)
    heard = transcript("amber", "coral", forms.from_text(BOOK, "line-test", {}), "telephone", BOOK, at_us=1)
    teller.say("amber", heard, at_us=1, placed_us=1)
    (item,) = teller.account().transcripts()

    assert ("amber", "coral", "line-test") == (item.author, item.said_by, item.understood.form)
    assert () == teller.account().messages("line-test")


def test_each_party_sees_what_it_holds_and_can_read():
    """What did not come is not there; what is for another is closed; who holds the same sees the same account."""
    teller = Teller(("amber", "coral", "teal"), BOOK)
    words = forms.from_text(BOOK, "hotline-message", {"text": "x"})
    teller.say("amber", words, at_us=1, placed_us=1)
    assert [1, 0] == [len(teller.account_of(party).items) for party in ("amber", "coral")]

    teller.meet(at_us=2)
    assert teller.account_of("amber") is teller.account_of("teal")
    assert teller.account_of("amber") == teller.account()

    teller.say("amber", words, at_us=3, placed_us=3, to=("coral",))
    teller.meet(at_us=4)
    assert [2, 2, 1] == [len(teller.account_of(party).messages("hotline-message")) for party in teller.parties]
