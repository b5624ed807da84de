"""The desk's verbs, each asked and each asked wrongly: what it replies, whom it wakes, and what it refuses."""

import asyncio
from types import SimpleNamespace

import pytest

from deskside import BOOK, at_work, change_settings, fill, key, meet, next_card, signed
from searoom import cbor
from searoom.desk import asking as desk
from searoom.desk.door import Desk
from searoom.desk.keeping import Keeping
from searoom.desk.verbs import Verbs
from searoom.encounters import screen
from searoom.errors import NotAllowed
from searoom.node.node import Node
from searoom.record.entry import Kind, clear_statement, release
from searoom.record.logs import Logs
from searoom.record.seal import reason
from searoom.record.verify import verify_folder
from searoom.signals import forms
from searoom.statements import annexes
from searoom.watch.lookout import Lookout

CONTACT = fill("hotline-contact", {"phrase": "message-follows"})
START_US = 1_780_452_000_000_000
MESSAGE = fill("hotline-message", {"text": "Your course?"})
VISIT = {
    "visit": "2026 visit", "host": "coral", "from": "2026-09-01", "to": "2026-09-05", "size": "1",
    "persons": "Cdr A. Vale",
}  # fmt: skip


class Link:
    """What the desk asks of the couriers, written down."""

    def __init__(self):
        self.heard, self.met = [], 0

    def news(self, entry, *, flash):
        self.heard.append((entry.index, flash))

    async def meet_all(self):
        self.met += 1
        return {"coral": SimpleNamespace(fault="nobody is there", in_step=False)}

    def state(self):
        return {"pid": 7, "port": 0, "lines": {}}


@pytest.fixture
def amber(stage):
    """Amber's desk without a service around it."""
    node, link, stop = Node.open(stage.folder("amber")), Link(), asyncio.Event()
    verbs = Verbs(node, Lookout(node), link, Keeping(node, lambda _party: None), stop)
    yield SimpleNamespace(node=node, link=link, stop=stop, ask=lambda do, **more: ask(verbs, do, more))
    node.close()


def ask(verbs, do, more):
    return asyncio.run(verbs.handle({"do": do, **more}))


def place(stage, amber, filled, *persons):
    released, body = signed(stage, amber.node, filled, *persons)
    return amber.ask("submit", released=released.to_bytes(), body=body)


def test_a_verb_that_there_is_not_is_named(amber):
    """Also one that is no text, or none."""
    for do in ("dance", 7, None):
        with pytest.raises(NotAllowed, match=f"the desk knows no '{do}'"):
            amber.ask(do)


WANTED = [
    ("open-log", "released"), ("issue-card", "card"), ("draft", "released"), ("look", "draft"), ("note", "content"),
    ("submit", "released"), ("message", "author"), ("slip", "log"), ("aside", "channel"), ("asides", "channel"),
    ("tick", "now_us"), ("nearest", "from_us"), ("export", "folder"),
]  # fmt: skip


@pytest.mark.parametrize(("do", "name"), WANTED)
def test_what_a_request_lacks_is_named(amber, do, name):
    """Missing, of another kind, or a truth value where a number belongs: one sentence, and nobody is woken."""
    for given in ({}, {name: None}, {name: True}, {name: [1]}):
        with pytest.raises(NotAllowed, match=f"lacks '{name}'"):
            amber.ask(do, **given)
    assert ([], 0) == (amber.link.heard, amber.link.met)


@pytest.mark.parametrize(("do", "name"), [("submit", "released"), ("note", "content"), ("issue-card", "card")])
def test_bytes_that_are_nothing_are_refused(amber, do, name):
    """Rubbish from the desk is a sentence, never a traceback."""
    for data in (b"", b"\x00", bytes(range(256)), cbor.encode([1, 2, 3])):
        with pytest.raises(NotAllowed):
            amber.ask(do, **{name: data, "body": b""})
    assert 0 == amber.node.record.size("amber")


@pytest.mark.parametrize("do", ["joint", "message", "slip", "due", "aside"])
def test_three_languages_are_spoken(stage, amber, do):
    """Any other is refused by its name."""
    place(stage, amber, CONTACT, "amber-1")
    with pytest.raises(NotAllowed, match="'fr' is no language here"):
        amber.ask(do, lang="fr", author="amber", log="amber", index=0, channel="amber/0", text="x")


def test_material_is_what_an_officer_needs(stage, amber):
    """Cards, time, policy; all of it travels through the door as it is."""
    reply = amber.ask("material")

    assert ("amber", "demo-2026", True) == (reply["party"], reply["mechanism"], reply["exercise"])
    assert ([], 2) == (reply["later"], len(reply["cards"]))
    assert amber.node.now() == reply["now_us"]
    assert reply == desk.unpack(cbor.encode(reply))


def test_what_is_placed_wakes_the_couriers_and_only_a_flash_hurries(stage, amber):
    """Each entry is news; one whose precedence is flash goes ahead."""
    assert {"log": "amber", "index": 0} == place(stage, amber, CONTACT, "amber-1")
    place(stage, amber, fill("hotline-contact", {"phrase": "safety-matter"}, precedence="flash"), "amber-1")

    assert [(0, False), (1, True)] == amber.link.heard


def test_what_is_refused_wakes_nobody(stage, amber):
    """One person alone places no substance, and no courier hears of it."""
    with pytest.raises(NotAllowed, match="takes 2 officers"):
        place(stage, amber, MESSAGE, "amber-1")
    assert [] == amber.link.heard


def test_a_draft_is_kept_listed_and_looked_at(stage, amber):
    """By its number, with its words and the bytes that were signed; a number that is none is told."""
    released, body = signed(stage, amber.node, MESSAGE, "amber-1")
    number = amber.ask("draft", released=released.to_bytes(), body=body)["draft"]
    (row,) = amber.ask("drafts")["drafts"]
    looked = amber.ask("look", draft=number)

    person = stage.side("amber").persons[0].name
    assert (number, "hotline-message", [person]) == (row["draft"], row["form"], row["by"])
    assert (released.to_bytes(), body, []) == (looked["released"], looked["body"], looked["annexes"])
    with pytest.raises(NotAllowed, match="no draft 99"):
        amber.ask("look", draft=99)
    assert [] == amber.link.heard


def test_a_note_stays_national(amber):
    """It gets a place in the national log, and the shared one is as it was."""
    note = forms.encode(
        forms.Filled("duress", 1, "national", "routine", "en", {"person": "amber-1", "at": START_US}), BOOK
    )

    assert {"index": 0} == amber.ask("note", content=note)
    assert ([], 0) == (amber.link.heard, amber.node.record.size("amber"))
    with pytest.raises(NotAllowed, match="no national note"):
        amber.ask("note", content=forms.encode(CONTACT, BOOK))


def test_a_message_comes_with_its_words_and_states(stage, amber):
    """In the language that was asked for; nothing was handed over yet, and one that is not there is named."""
    place(stage, amber, CONTACT, "amber-1")
    said = {lang: amber.ask("message", author="amber", index=0, lang=lang) for lang in ("en", "ja", "zh")}

    assert [CONTACT] * 3 == [forms.decode(reply["content"], BOOK) for reply in said.values()]
    assert 3 == len({reply["states"][0] for reply in said.values()})
    assert not any(said["en"]["reached"].values())
    with pytest.raises(NotAllowed, match="no entry coral/3"):
        amber.ask("message", author="coral", index=3)


def test_a_new_card_is_told_as_a_notice(stage):
    """The desk says its number, and shows the entry in words; it has no content of a form."""
    card = next_card(stage, "amber")
    with at_work(stage, "amber"):
        folder = stage.folder("amber")
        assert {"log": "amber", "index": 0, "serial": 1} == desk.ask(folder, {"do": "issue-card", "card": card})
        shown = desk.ask(folder, {"do": "message", "author": "amber", "index": 0})
        material = desk.ask(folder, {"do": "material"})

    assert b"" == shown["content"]
    assert "card number 1 is in force" in shown["sentence"]
    assert [["amber", 0, card]] == material["later"]


def test_a_page_is_written_of_our_own_words_alone(stage, amber):
    """What we say may be carried as paper; what others say is theirs to write."""
    place(stage, amber, CONTACT, "amber-1")
    page = amber.ask("slip", log="amber", index=0)

    assert page["code"] in page["text"]
    amber.node.record.say(*signed(stage, amber.node, CONTACT, "amber-station"), now_us=amber.node.now())
    with pytest.raises(NotAllowed, match="no message of ours"):
        amber.ask("slip", log="amber", index=1)


def test_a_new_log_is_opened_for_a_reason_that_two_signed(stage, amber):
    """The couriers hear of it, and what is said next stands there."""
    body = reason("amber.2", "our store is lost")
    statement = clear_statement(
        Kind.EPOCH, body, mechanism="demo-2026", exercise=True, author="amber", claimed_us=amber.node.now()
    )
    released = release(statement, *(key(stage, person) for person in ("amber-1", "amber-2")))

    assert {"log": "amber.2", "index": 0} == amber.ask("open-log", released=released.to_bytes(), body=body)
    assert {"log": "amber.2", "index": 1} == place(stage, amber, CONTACT, "amber-1")
    assert [(0, False), (1, False)] == amber.link.heard


def test_a_message_that_stands_in_two_logs_says_so(stage, amber, monkeypatch):
    """Asked by either place: the same words, and a sentence that names the other place."""
    released, body = signed(stage, amber.node, CONTACT, "amber-1")
    amber.ask("submit", released=released.to_bytes(), body=body)
    assert "" == amber.ask("message", author="amber", index=0)["sentence"]
    why = reason("amber.2", "our store is lost")
    statement = clear_statement(
        Kind.EPOCH, why, mechanism="demo-2026", exercise=True, author="amber", claimed_us=amber.node.now()
    )
    opening = release(statement, *(key(stage, person) for person in ("amber-1", "amber-2")))
    amber.ask("open-log", released=opening.to_bytes(), body=why)
    with pytest.raises(NotAllowed, match="older log of ours"):
        amber.ask("submit", released=released.to_bytes(), body=body)
    monkeypatch.setattr(Logs, "said_before", lambda *_: False)  # as a node does that was put back and does not know
    assert {"log": "amber.2", "index": 1} == amber.ask("submit", released=released.to_bytes(), body=body)
    first, second = amber.ask("message", author="amber", index=0), amber.ask("message", author="amber.2", index=1)
    assert first["content"] == second["content"]
    assert "also stands at amber.2/1" in first["sentence"]
    assert "also stands at amber/0" in second["sentence"]
    assert first["states"] == second["states"]


def test_personal_data_are_kept_before_the_words(stage, amber):
    """Pairs of a hash and sealed bytes; anything else is refused and nothing of it is kept."""
    _, openings = annexes.detach(forms.from_text(BOOK, "visit-delegation", VISIT), BOOK)
    ((reference, opening),) = openings.items()
    sealed = annexes.seal_annex(opening, mechanism="demo-2026", author="amber", readers=amber.node.readers())

    for wrong in (None, 7, [[reference]], [[b"short", sealed]], [[reference, 7]], [[reference, b""]]):
        with pytest.raises(NotAllowed):
            amber.ask("annexes", annexes=wrong)
    assert [] == list(amber.node._shared_store.each("annex"))
    assert {"kept": 1} == amber.ask("annexes", annexes=[[reference, sealed]])
    assert [(reference, sealed)] == list(amber.node._shared_store.each("annex"))


def test_words_off_the_record_need_a_channel(amber):
    """Without one nothing is said; what is asked of it is an empty list."""
    with pytest.raises(NotAllowed, match="no channel 'amber/0'"):
        amber.ask("aside", channel="amber/0", text="words")
    assert {"asides": []} == amber.ask("asides", channel="amber/0")


def test_a_tick_looks_and_meets_only_where_it_is_asked_to(amber):
    """The grades come back; the couriers are asked when the tick says so, and their faults are told."""
    now_us = amber.node.now()
    assert {"idle_at": now_us, "grades": ["advise"]} == amber.ask("tick", now_us=now_us)
    assert 0 == amber.link.met
    met = amber.ask("tick", now_us=now_us, meet=True)

    assert ({"coral": "nobody is there"}, False, 1) == (met["faults"], met["in_step"], amber.link.met)
    assert {"faults": {"coral": "nobody is there"}, "in_step": False} == amber.ask("meet")
    assert screen.to_table(Lookout(amber.node).now_open()) is not None
    assert amber.ask("watch")["table"]


def test_an_export_is_open_or_closed(stage, amber, tmp_path):
    """The whole record with what we can open, or with nothing opened; never over something."""
    place(stage, amber, CONTACT, "amber-1")
    for name, more in (("open", {}), ("closed", {"closed": True})):
        assert {"entries": 1} == amber.ask("export", folder=str(tmp_path / name), **more)

    assert [1, 0] == [verify_folder(tmp_path / name).openings for name in ("open", "closed")]
    with pytest.raises(NotAllowed, match="is there already"):
        amber.ask("export", folder=str(tmp_path / "open"))


def test_duties_are_those_that_are_due_or_all(stage, amber):
    """What has been met is shown where all is asked for."""
    due, everything = amber.ask("due")["duties"], amber.ask("due", all=True)["duties"]

    assert len(due) <= len(everything)
    assert all(set(row) == set(everything[0]) for row in everything)


def test_status_names_who_recorded_what_by_log(stage):
    """Of each log who has stored how much; and one's own name is on no line of one's own logs."""
    with at_work(stage) as nodes:
        nodes["amber"].node.submit(*signed(stage, nodes["amber"].node, CONTACT, "amber-1"))
        meet(nodes)
        status = desk.ask(stage.folder("amber"), {"do": "status"})

    assert {"amber by coral": 1, "coral by amber": 1} == status["recorded"]
    assert (False, {"amber": 0, "coral": 0}, 0, "amber") == (
        status["healing"], status["ahead"], status["card"], status["log"],
    )  # fmt: skip


def test_stop_is_heard(amber):
    """The node is told to end, and the one who asked hears so first."""
    assert {"stopping": True} == amber.ask("stop")
    assert amber.stop.is_set()


def test_the_door_answers_refusals_with_their_advice(stage, amber):
    """What a verb refuses comes out of the door as the same sentence and advice."""

    async def through():
        verbs = Verbs(amber.node, Lookout(amber.node), amber.link, Keeping(amber.node, print), amber.stop)
        door = Desk(amber.node.folder, verbs.handle)
        await door.open()
        try:
            await asyncio.to_thread(desk.ask, amber.node.folder, {"do": "look", "draft": 3})
        finally:
            await door.close()

    with pytest.raises(NotAllowed, match="there is no draft 3") as caught:
        asyncio.run(through())
    assert "searoom drafts" in caught.value.advice()


def test_settings_of_the_unit_are_told(stage):
    """The unit that a node watches for is what its settings say."""
    change_settings(stage.folder("amber"), unit="AMBER 22")
    with at_work(stage, "amber"):
        assert "AMBER 22" == desk.ask(stage.folder("amber"), {"do": "material"})["unit"]
