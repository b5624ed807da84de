"""A node at work before its account is read: it serves and says how far it is, and no receipt is lost or written twice."""

import asyncio
import time

import pytest

from deskside import BOOK, courier, exchange, fill, forms_of, serving, signed
from searoom.desk import asking as desk
from searoom.desk import serve
from searoom.desk.serve import Service
from searoom.errors import NotAllowed
from searoom.matters import receipts
from searoom.matters.delivery import UNREAD_WORDS
from searoom.node import accounting
from searoom.node.node import Node
from searoom.signals import forms

CONTACT = fill("hotline-contact", {"phrase": "message-follows"})


@pytest.fixture
def eight(stage, monkeypatch):
    """Amber has said eight contacts; from now on a node at work reads two entries for whoever asks."""
    node = Node.open(stage.folder("amber"))
    for _ in range(8):
        node.submit(*signed(stage, node, CONTACT, "amber-1"))
    node.close()
    monkeypatch.setattr(accounting, "AT_ONCE", 2)


@pytest.fixture
def amber(stage, eight):
    """Amber's service without a loop: nobody reads on."""
    service = Service(stage.folder("amber"), lambda _line: None)
    yield service
    service.node.close()


def ask(service, do, **request):
    return asyncio.run(service._handle({"do": do, **request}))


def test_the_desk_says_how_far_the_account_is(amber):
    """What only the whole account can answer is refused with the number; once it is read it is answered."""
    assert {"read": 0, "of": 8} == ask(amber, "status")["account"]
    for question in ({"do": "due"}, {"do": "joint"}, {"do": "slip", "log": "amber", "index": 7}):
        with pytest.raises(NotAllowed, match="read up to entry 0 of 8"):
            ask(amber, **question)

    assert not amber.node.read_on(5)
    assert {"read": 5, "of": 8} == ask(amber, "status")["account"]
    assert amber.node.read_on(5)
    assert {"read": 8, "of": 8} == ask(amber, "status")["account"]
    assert ask(amber, "joint")["page"]


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_words_are_shown_before_it_is_known_how_far_they_came(amber, lang):
    """An officer reads what stands there at once; of its states it is said that they are not known yet."""
    shown = ask(amber, "message", author="amber", index=7, lang=lang)
    assert CONTACT == forms.decode(shown["content"], BOOK)
    assert ([UNREAD_WORDS[lang].format(read=0, of=8)], {}) == (shown["states"], shown["reached"])

    amber.node.read_on(8)
    shown = ask(amber, "message", author="amber", index=7, lang=lang)
    assert {"handed over", "delivered", "recorded", "read"} == set(shown["reached"])


def test_officers_speak_and_answer_before_the_account_is_read(stage, amber):
    """The entry that is answered is looked up by itself; one's own words are still not signed as read."""
    for ref, match in ((("amber", 2), "own words"), (("amber", 9), "no entry amber/9")):
        with pytest.raises(NotAllowed, match=match):
            amber.node.submit(*signed(stage, amber.node, fill("read", {}, channel="hotline", reply_to=ref), "amber-1"))
    amber.node.submit(*signed(stage, amber.node, CONTACT, "amber-1"))

    assert {"read": 0, "of": 9} == ask(amber, "status")["account"]


def test_a_line_test_waits_for_the_account(amber, stage):
    """Whether one was sent is not known yet: none is sent twice."""
    amber.node.tick(stage.scenario.start_us + 1_800_000_000)
    amber.node.test_lines()
    assert 8 == amber.node.record.size("amber")

    amber.node.read_on(8)
    amber.node.test_lines()
    assert 9 == amber.node.record.size("amber")


def test_a_counterpart_is_served_before_the_account_is_read(stage, amber):
    """Entries are handed over and taken, countersigned and receipted; nothing beside the record is lost by it."""
    coral = Service(stage.folder("coral"), lambda _line: None)
    try:
        progress = asyncio.run(courier(coral, amber).meet())
        assert ("", True) == (progress.fault, progress.in_step)
        assert 8 == coral.node.record.size("amber")
        assert 1 == coral.node.record.size("coral")
        coral.node.submit(*signed(stage, coral.node, CONTACT, "coral-1"))
        progress = asyncio.run(courier(coral, amber).meet())
        assert ("", True) == (progress.fault, progress.in_step)
        amber.node.read_on(100)
        assert ["receipt"] == forms_of(amber.node.account().messages("receipt"))[1:]
    finally:
        coral.node.close()


def test_a_receipt_that_waits_for_the_account_is_written_once(stage, eight, monkeypatch):
    """Coral has said much and never acknowledged: its node cannot know at once, and writes one receipt when it does."""
    amber, coral = (Node.open(stage.folder(party)) for party in ("amber", "coral"))
    for _ in range(5):
        coral.submit(*signed(stage, coral, CONTACT, "coral-1"))
    with monkeypatch.context() as patch:
        patch.setattr(Node, "acknowledge", lambda _node: None)  # killed before it could
        exchange(amber, coral)
    amber.close()
    coral.close()
    monkeypatch.setattr(receipts, "_RUN", 1)
    waiting = Service(stage.folder("coral"), lambda _line: None)
    assert 5 == waiting.node.record.size("coral")
    waiting.node.close()

    def act(service):
        until = time.monotonic() + 30
        while desk.ask(service.node.folder, {"do": "status"})["account"] != {"read": 14, "of": 14}:
            assert time.monotonic() < until
            time.sleep(0.01)

    monkeypatch.setattr(serve, "SLICE", 1)
    for _ in range(2):  # and once more
        assert 0 == serving(monkeypatch, stage.folder("coral"), act)[0]
    coral = Node.open(stage.folder("coral"), to_read=True)
    assert (8, 6) == (coral.record.size("amber"), coral.record.size("coral"))
    assert [8] == [message.filled.fields["size"] for message in coral.account().messages("receipt")]
    coral.close()
