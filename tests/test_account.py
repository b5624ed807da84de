"""The account: one order and one content on every node, whatever arrived when."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import builders
from searoom.account import Closed, Message, Notice, Transcribed, arrange, read
from searoom.clock import to_text
from searoom.errors import NotAllowed, Tampered
from searoom.record.cards import Revoked
from searoom.record.entry import Kind, clear_statement
from searoom.record.entry import release as sign_release
from searoom.record.keys import Role
from searoom.record.roster import epoch_of, log_name
from searoom.record.seal import reason
from searoom.signals import forms
from searoom.signals.forms import Filled
from searoom.statements.release import ANY, Policy, Rule
from told import BOOK, START_US, Tale

HELLO = forms.encode(forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"}), BOOK)
WORDS = forms.encode(forms.from_text(BOOK, "hotline-message", {"text": "The exercise ends at noon."}), BOOK)
TEST = forms.encode(forms.from_text(BOOK, "line-test", {}), BOOK)

STEPS = st.lists(st.sampled_from(["amber says", "coral says", "amber hears", "coral hears"]), max_size=30)


def tell(steps):
    """Return a tale in which the steps happen one after the other."""
    tale = Tale()
    for step in steps:
        who, what = step.split()
        if what == "says":
            tale.say(who, "line-test")
        else:
            tale.meet("coral" if who == "amber" else "amber")
    return tale


def sides(*contents):
    """Return two records; amber has said the contents, each under its officers as given, and both hold all."""
    amber, coral = builders.parties()
    a, b = builders.records()
    for content, signers in contents:
        builders.say(a, amber, content, signers=signers(amber))
    builders.exchange(a, b)
    return (amber, a), (coral, b)


def test_keeps_apart_when_it_was_said_and_when_it_was_placed():
    """Signed at one time, placed a minute later: message and closed entry tell both times, on both sides."""
    amber, coral = builders.parties()
    a, b = builders.records()
    for content in (WORDS, b"no form"):
        released, body = builders.make_released(a.roster, amber, content, signers=amber.officers)
        a.say(released, body, now_us=builders.NOW_US + 60_000_000)
    builders.exchange(a, b)
    for party, record in ((amber, a), (coral, b)):
        items = read(record, BOOK, builders.opener(party)).items
        assert [Message, Closed] == [type(item) for item in items]
        assert {(builders.NOW_US, builders.NOW_US + 60_000_000)} == {
            (item.claimed_us, item.placed_us) for item in items
        }


@given(STEPS, st.randoms(use_true_random=False))
def test_is_the_same_for_any_order_of_arrival(steps, chance):
    """The same entries, shuffled, give an equal account."""
    told = tell(steps).account()
    items = list(told.items)
    chance.shuffle(items)

    assert told == arrange(told.parties, items, {})


@given(STEPS)
def test_stands_by_height_then_chair_then_index(steps):
    """No clock and no hash decides the order."""
    account = tell(steps).account()

    assert sorted((i.height, account.parties.index(i.author), i.ref[1]) for i in account.items) == [
        (i.height, account.parties.index(i.author), i.ref[1]) for i in account.items
    ]


@given(STEPS, STEPS)
def test_nothing_is_ever_inserted_into_what_is_settled(before, after):
    """Whatever is said later, everything up to the settled height keeps its place."""
    early, late = tell(before).account(), tell(before + after).account()
    settled = [i.ref for i in early.items if i.height <= early.settled_height]

    assert settled == [i.ref for i in late.items][: len(settled)]


def test_a_party_that_has_said_nothing_settles_nothing():
    """Before its first word a party may still speak at height 1."""
    tale = Tale()
    tale.say("amber", "line-test")

    assert 0 == tale.account().settled_height


@settings(max_examples=8, deadline=None)
@given(st.lists(st.sampled_from(["amber", "coral", "meet"]), max_size=8))
def test_both_nodes_read_the_same_account(steps):
    """Two real records that hold the same entries are read alike, each by its own key."""
    amber, coral = builders.parties()
    a, b = builders.records()
    for step in steps:
        if step == "meet":
            builders.exchange(a, b)
        else:
            builders.say(a if step == "amber" else b, amber if step == "amber" else coral, HELLO)
    builders.exchange(a, b)

    assert read(a, BOOK, builders.opener(amber)) == read(b, BOOK, builders.opener(coral))


def test_two_nodes_may_know_of_different_cosignatures():
    """What a node knows of cosignatures is kept beside the account and no part of its equality."""
    (amber, a), (_, b) = sides((HELLO, lambda p: p.officers[:1]))
    before = read(a, BOOK, builders.opener(amber))
    builders.cosign(a, b)
    after = read(a, BOOK, builders.opener(amber))

    assert 0 == before.recorded["amber", "coral"]
    assert 1 == after.recorded["amber", "coral"]
    assert before == after


def test_says_who_released_and_who_placed():
    """Signers are persons with their names; the station is named apart."""
    _, (coral, b) = sides((WORDS, lambda p: p.officers))
    message = read(b, BOOK, builders.opener(coral)).message(("amber", 0))

    assert {"amber-1", "amber-2"} == {s.holder for s in message.signers}
    assert Role.STATION == message.station.role
    assert "hotline-message" == message.filled.form


@pytest.mark.parametrize(
    ("content", "signers", "why"),
    [
        (WORDS, lambda p: p.officers[:1], "takes 2 officers and 1 signed it"),
        (HELLO, lambda p: (p.station,), "takes 1 officers and 0 signed it"),
        (b"\xff", lambda p: p.officers[:1], "cannot be read"),
        (b"", lambda p: p.officers[:1], "cannot be read"),
    ],
)
def test_closes_what_it_cannot_accept(content, signers, why):
    """Words that are no form, or released by too few persons, keep their place and are not believed."""
    (_, _), (coral, b) = sides((content, signers), (HELLO, lambda p: p.officers[:1]))
    account = read(b, BOOK, builders.opener(coral))

    assert isinstance(account.items[0], Closed)
    assert why in account.items[0].why
    assert isinstance(account.items[1], Message)
    assert 2 == account.sizes["amber"]


def test_two_keys_of_one_person_are_one_person():
    """Substance takes two persons; a second key in the same hand is no second person."""
    amber, coral = with_card(keys=lambda key: replace(key, holder="amber-1")), builders.make_party("coral")
    ring = builders.roster(amber, coral)
    a, b = (builders.make_record(party, ring) for party in (amber, coral))
    builders.say(a, amber, WORDS, signers=amber.officers)
    builders.exchange(a, b)

    for party, record in ((amber, a), (coral, b)):
        (item,) = read(record, BOOK, builders.opener(party)).items
        assert "takes 2 officers and 1 signed it" in item.why


def with_card(name="amber", *, keys=lambda key: key, **changes):
    """Return a party whose card was made with its officers' keys, or other things on it, changed."""
    party = builders.make_party(name)
    named = tuple(keys(key) if key.role is Role.OFFICER else key for key in party.card.keys)
    card = replace(party.card, keys=named, **changes)
    return replace(party, card=card, card_bytes=card.signed(*party.roots))


def test_lets_a_station_say_what_is_automatic():
    """The test of a line needs no person."""
    _, (coral, b) = sides((TEST, lambda p: (p.station,)))

    assert ["line-test"] == [m.filled.form for m in read(b, BOOK, builders.opener(coral)).messages()]


@pytest.mark.parametrize(
    "fault", [NotAllowed("not for this reader"), Tampered("the words do not fit their hash"), None]
)
def test_a_body_that_does_not_open_stops_nothing(fault):
    """Whatever the opener meets, the fold goes on and says why."""

    def opener(_entry, _body):
        if fault is not None:
            raise fault

    (_, a), _ = sides((HELLO, lambda p: p.officers[:1]))
    account = read(a, BOOK, opener)

    assert [(fault.sentence if fault else "not opened") in item.why for item in account.items] == [True]
    assert () == account.messages()


def test_gives_messages_by_form():
    """The messages of one form, in order."""
    tale = Tale()
    tale.say("amber", "line-test")
    tale.say("amber", "read", reply_to=("coral", 0))

    assert [("amber", 1)] == [m.ref for m in tale.account().messages("read")]


def test_knows_no_entry_that_is_not_there():
    """A reference into nothing is refused in words."""
    with pytest.raises(NotAllowed, match="no entry amber/3"):
        Tale().account().message(("amber", 3))


def test_refuses_a_log_with_a_gap():
    """An account is made of whole logs only."""
    tale = Tale()
    tale.say("amber", "line-test")
    tale.say("amber", "line-test")

    with pytest.raises(NotAllowed, match="gap"):
        arrange(tale.parties, tale.logs["amber"][1:], {})
    with pytest.raises(NotAllowed, match="double"):
        arrange(tale.parties, [*tale.logs["amber"], tale.logs["amber"][0]], {})


def test_shows_the_first_entry_that_had_heard():
    """Delivery is shown by the first entry whose station held the message, and by no later one."""
    tale = Tale()
    said = tale.say("amber", "line-test")
    tale.say("coral", "line-test")
    assert tale.account().delivered(said, "coral") is None

    receipt = tale.receive("coral", at_us=START_US + 5)
    tale.say("coral", "line-test")
    state = tale.account().delivered(said, "coral")

    assert (receipt, START_US + 5, Role.STATION) == (state.ref, state.at_us, state.signer.role)


def test_writes_a_time_with_its_zone():
    """Every sentence names UTC."""
    assert "2026-06-03T00:00:00Z" == to_text(START_US)


# -- parties that come, go, change their keys and open new logs -----------------------------------


def party_with_new_officer():
    """Return amber, and its next card: the second officer's key ended, vouched for up to entry 1."""
    amber = builders.make_party("amber")
    gone = amber.officers[1]
    card = replace(
        amber.card,
        serial=1,
        keys=tuple(key for key in amber.card.keys if key.public != gone.public),
        revoked=(Revoked(gone.key_id, ("amber", 1), "lost at sea"),),
    )
    return amber, card.signed(*amber.roots)


def test_a_card_keeps_its_place_as_a_notice():
    """The change of keys is an item of its own, with what began and ended, alike on both sides and in words."""
    amber, card = party_with_new_officer()
    a, b = builders.records()
    builders.say(a, amber, HELLO)
    a.issue_card(card, amber.keys, now_us=builders.NOW_US)
    builders.exchange(a, b)
    one, two = (
        read(record, BOOK, builders.opener(party)) for party, record in zip(builders.parties(), (a, b), strict=True)
    )
    notice = one.items[1]

    assert one == two
    assert (Notice, Kind.CARD, 1, ("amber", 1)) == (type(notice), notice.kind, notice.serial, notice.ref)
    assert ((), ["amber-2"]) == (notice.begun, [key.holder for key in notice.ended])
    assert "Amber changed its keys: card number 1" in notice.sentence("en", {"amber": "Amber"})
    assert all("Amber officer 2" in notice.sentence(lang) for lang in ("en", "ja", "zh"))


def test_marks_what_a_withdrawn_key_signed_beyond_its_last_good_entry():
    """Entries up to the last good one are vouched for; later ones keep their place and their words, marked."""
    amber, card = party_with_new_officer()
    a, _ = builders.records()
    for signer in (1, 1, 0, 1):
        builders.say(a, amber, HELLO, signers=[amber.officers[signer]])
    before = read(a, BOOK, builders.opener(amber))
    a.issue_card(card, amber.keys, now_us=builders.NOW_US)
    after = read(a, BOOK, builders.opener(amber))

    assert {""} == {item.doubtful for item in before.items}
    assert [False, False, False, True, False] == [bool(item.doubtful) for item in after.items]
    assert "lost at sea" in after.items[3].doubtful
    assert "up to amber/1" in after.items[3].doubtful
    assert isinstance(after.items[3], Message)


def test_a_last_good_entry_names_its_log():
    """Vouched for up to amber/1, a key is not in amber.2, at whatever index; up to amber.2/1, it is in all of amber."""
    amber, _ = party_with_new_officer()
    gone = amber.officers[1]
    for good, doubted in ((("amber", 1), [("amber.2", 1)]), (("amber.2", 1), []), (("amber.2", 0), [("amber.2", 1)])):
        a, _ = builders.records()
        for _ in range(2):
            builders.say(a, amber, HELLO, signers=[gone])
        open_second_log(a, amber)
        builders.say(a, amber, HELLO, signers=[gone])
        kept = tuple(key for key in amber.card.keys if key.public != gone.public)
        card = replace(amber.card, serial=1, keys=kept, revoked=(Revoked(gone.key_id, good, "lost at sea"),))
        a.issue_card(card.signed(*amber.roots), amber.keys, now_us=builders.NOW_US)
        items = [item for item in read(a, BOOK, builders.opener(amber)).items if isinstance(item, Message)]
        assert doubted == [item.ref for item in items if item.doubtful]


def test_a_key_vouched_for_not_at_all_marks_everything():
    """No last good entry: whatever that key signed is marked."""
    amber, _ = party_with_new_officer()
    gone = amber.officers[1]
    kept = tuple(key for key in amber.card.keys if key.public != gone.public)
    card = replace(amber.card, serial=1, keys=kept, revoked=(Revoked(gone.key_id, None, "sold"),))
    a, _ = builders.records()
    builders.say(a, amber, HELLO, signers=[gone])
    a.issue_card(card.signed(*amber.roots), amber.keys, now_us=builders.NOW_US)

    assert "not at all" in read(a, BOOK, builders.opener(amber)).items[0].doubtful


def open_second_log(record, party, why="The store was put back; the counterpart cannot be reached."):
    """Let a party open its next log, by two officers."""
    body = reason(log_name(party.name, epoch_of(record.own) + 1), why)
    statement = clear_statement(
        Kind.EPOCH, body, mechanism=record.mechanism, exercise=True, author=party.name, claimed_us=builders.NOW_US
    )
    return record.open_log(sign_release(statement, *party.officers), body, now_us=builders.NOW_US)


def test_a_new_log_is_a_notice_and_goes_on_in_order():
    """What stands in the second log has its own references, its author's chair, and comes after the first log."""
    amber, coral = builders.parties()
    a, b = builders.records()
    builders.say(a, amber, HELLO)
    open_second_log(a, amber)
    builders.say(a, amber, HELLO)
    builders.exchange(a, b)
    one, two = (read(record, BOOK, builders.opener(party)) for party, record in ((amber, a), (coral, b)))

    assert one == two
    assert [("amber", 0), ("amber.2", 0), ("amber.2", 1)] == [item.ref for item in one.items]
    assert {"amber"} == {item.author for item in one.items}
    assert (1, 2, 0) == (one.sizes["amber"], one.sizes["amber.2"], one.sizes["coral"])
    notice = one.message(("amber.2", 0))
    assert (Notice, Kind.EPOCH) == (type(notice), notice.kind)
    for lang in ("en", "ja", "zh"):
        assert "put back" in notice.sentence(lang)
        assert "amber.2" in notice.sentence(lang)


def test_delivery_is_shown_by_what_the_second_log_has_heard():
    """The first entry of coral that had heard of amber.2 shows that it came."""
    amber, coral = builders.parties()
    a, b = builders.records()
    open_second_log(a, amber)
    said = builders.say(a, amber, HELLO)
    builders.exchange(a, b)
    answer = builders.say(b, coral, HELLO)
    builders.exchange(a, b)
    account = read(a, BOOK, builders.opener(amber))

    assert (answer.log, answer.index) == account.delivered((said.log, said.index), "coral").ref
    assert account.message(("coral", 0)).had_heard(("amber.2", 1))
    assert not account.message(("coral", 0)).had_heard(("amber.2", 2))


def test_orders_two_logs_of_one_author_at_one_height_by_their_number():
    """An older log whose tail turns up later stands before the newer one at equal height."""
    tale = Tale()
    tale.say("amber", "line-test")
    first = tale.logs["amber"][0]
    second = replace(first, ref=("amber.2", 0))

    assert [("amber", 0), ("amber.2", 0)] == [i.ref for i in arrange(tale.parties, [second, first], {}).items]


def test_is_of_full_use_alone():
    """From the first day, without the counterpart's card: our words are sealed to ourselves, read, and ours to count."""
    amber, coral = builders.parties()
    a = builders.make_record(amber, builders.roster(amber))
    builders.say(a, amber, WORDS, signers=amber.officers)
    transcript = forms.encode(heard(words="They ask for a line."), BOOK)
    builders.say(a, amber, transcript)
    account = read(a, BOOK, builders.opener(amber), parties=("amber", "coral"))

    assert (("amber", "coral"), ("coral",)) == (account.parties, account.without_node)
    assert [(Message, ()), (Transcribed, ())] == [(type(item), item.recipients) for item in account.items]
    assert 0 == account.settled_height


def heard(said_by="coral", *, words="", understood=None, reply_to=None):
    """Return a transcript as an officer fills it in."""
    fields = {"said_by": said_by, "medium": "telephone", "heard_by": "amber-1", "at": builders.NOW_US}
    if words:
        fields["words"] = words
    if understood is not None:
        fields["understood"] = forms.encode(understood, BOOK)
    return Filled("transcribed", 1, "hotline", "routine", "en", fields, reply_to)


def test_old_entries_stay_what_they_were_when_the_counterpart_gets_a_node():
    """What was said before is closed to the new node, and its words that we wrote down stay our transcript."""
    amber, coral = builders.parties()
    store = builders.SqliteStore(":memory:")
    alone = builders.make_record(amber, builders.roster(amber), store)
    builders.say(alone, amber, WORDS, signers=amber.officers)
    builders.say(alone, amber, forms.encode(heard(words="We agree."), BOOK))
    ring = builders.roster(amber, coral)
    a, b = builders.make_record(amber, ring, store), builders.make_record(coral, ring)
    builders.say(a, amber, HELLO)
    builders.exchange(a, b)
    builders.say(b, coral, HELLO)
    builders.exchange(a, b)
    ours, theirs = (
        read(record, BOOK, builders.opener(party), parties=("amber", "coral"))
        for party, record in ((amber, a), (coral, b))
    )

    assert [Message, Transcribed, Message, Message] == [type(item) for item in ours.items]
    assert [Closed, Closed, Message, Message] == [type(item) for item in theirs.items]
    assert "coral" == ours.items[1].said_by
    assert "amber" == ours.items[1].author
    assert () == ours.without_node


def test_a_transcript_is_no_message_of_anybody():
    """It is marked in each language, it is in no list of messages, and what was understood stands beside the words."""
    amber, coral = builders.parties()
    a, b = builders.records()
    answer = forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"})
    builders.say(a, amber, HELLO)
    builders.say(a, amber, forms.encode(heard(words="hai", understood=answer, reply_to=("amber", 0)), BOOK))
    builders.exchange(a, b)
    for party, record in ((amber, a), (coral, b)):
        account = read(record, BOOK, builders.opener(party))
        (transcript,) = account.transcripts()
        assert [("amber", 0)] == [message.ref for message in account.messages()]
        assert (answer, "coral", "amber") == (transcript.understood, transcript.said_by, transcript.author)
        for lang, mark in (("en", "has not signed it"), ("ja", "署名はなく"), ("zh", "没有coral的签名")):
            sentence = transcript.sentence(lang, BOOK)
            assert mark in sentence
            assert "Amber officer 1" in sentence
        assert "as we understood it: Hotline: opening contact" in forms.read_out(transcript.filled, BOOK, "en")


def test_nobody_transcribes_themselves():
    """A party's own words under the mark of a transcript are refused by every reader."""
    amber, coral = builders.parties()
    a, b = builders.records()
    builders.say(a, amber, forms.encode(heard("amber", words="We said so."), BOOK))
    builders.exchange(a, b)

    assert "nobody transcribes what they say themselves" in read(b, BOOK, builders.opener(coral)).items[0].why


def test_a_national_form_is_not_believed_in_the_shared_record():
    """A note that slipped out, or was forged into our log, keeps its place and is shown to nobody as said."""
    amber, coral = builders.parties()
    a, b = builders.records()
    note = Filled("track-note", 1, "national", "routine", "en", {"craft": "x", "source": "radar", "at": builders.NOW_US, "where": (1, 1)})  # fmt: skip
    builders.say(a, amber, forms.encode(note, BOOK))
    builders.exchange(a, b)

    assert "is national" in read(b, BOOK, builders.opener(coral)).items[0].why


# -- release by the agreement's rule ---------------------------------------------------------------


def test_the_receiver_asks_the_agreements_rule():
    """Three persons where the agreement asks for three: two are closed on both sides, with the reason."""
    policy = Policy((Rule("hotline", ANY, ("hotline-*",), 3),), frozenset())
    (amber, a), (coral, b) = sides((WORDS, lambda p: p.officers), (HELLO, lambda p: p.officers[:1]))
    one, two = (read(record, BOOK, builders.opener(party), policy=policy) for party, record in ((amber, a), (coral, b)))

    assert one == two
    assert [Closed, Message] == [type(item) for item in two.items]
    assert "takes 3 officers and 2 signed it" in two.items[0].why


def test_off_record_is_opened_only_with_leave():
    """An opening without the agreement's leave is believed by nobody, however many signed it."""
    fields = {"with": "coral", "contribution": bytes(32)}
    opening = forms.encode(Filled("off-record-open", 1, "hotline", "routine", "en", fields), BOOK)
    _, (coral, b) = sides((opening, lambda p: p.officers))
    for leaves, kind in ((frozenset(), Closed), (frozenset({"off_record"}), Message)):
        account = read(b, BOOK, builders.opener(coral), policy=Policy((), leaves))
        assert [kind] == [type(item) for item in account.items]


@pytest.mark.parametrize(
    ("officers", "kind"), [((0, 2), Closed), ((0, 1), Message), ((0, 1, 2), Message), ((1,), Closed)]
)
def test_an_alliance_is_one_party_with_one_voice(officers, kind):
    """Jade's words carry an officer of each member, or are closed to everybody; the counterpart sees jade alone."""
    jade = builders.make_party("jade", officers=3, members=("north", "south"), member_need=2)
    coral = builders.make_party("coral")
    ring = builders.roster(jade, coral)
    a, b = (builders.make_record(party, ring) for party in (jade, coral))
    builders.say(a, jade, WORDS, signers=[jade.officers[n] for n in officers])
    builders.say(a, jade, HELLO, signers=[jade.officers[1]])
    builders.exchange(a, b)
    one, two = (read(record, BOOK, builders.opener(party)) for party, record in ((jade, a), (coral, b)))

    assert one == two
    assert [kind, Message] == [type(item) for item in two.items]
    assert {"jade"} == {item.author for item in two.items}
    assert ("jade", "coral") == two.parties


def test_a_members_draft_stays_inside():
    """What one member signed and the other has not released is in jade's national log: coral holds no byte of it."""
    jade = builders.make_party("jade", officers=2, members=("north", "south"), member_need=2)
    coral = builders.make_party("coral")
    ring = builders.roster(jade, coral)
    a, b = (builders.make_record(party, ring) for party in (jade, coral))
    national = builders.make_private(jade)
    released, body = builders.make_released(ring, jade, WORDS, signers=jade.officers[:1])
    draft = Filled("draft", 1, "national", "routine", "en", {"released": released.to_bytes(), "body": body})
    national.write(forms.encode(draft, BOOK), signer=jade.station, now_us=builders.NOW_US)
    builders.say(a, jade, HELLO)
    builders.exchange(a, b)

    assert 1 == national.size
    assert 1 == b.size("jade")
    held = b"".join(entry.to_bytes() + words for entry, words in b.entries("jade"))
    assert released.signatures[0].value not in held
    assert body[:64] not in held


def test_an_observer_has_a_place_and_no_chair():
    """Pearl stores and verifies: its new card keeps its place in the order, and it is no party that settles or owes."""
    amber, coral = builders.parties()
    pearl = builders.make_party("pearl", observer=True)
    ring = builders.roster(amber, coral, pearl)
    a, b, p = (builders.make_record(party, ring) for party in (amber, coral, pearl))
    builders.say(a, amber, HELLO, to=("coral",))
    builders.say(b, coral, HELLO, to=("amber",))
    card = replace(pearl.card, serial=1)
    p.issue_card(card.signed(*pearl.roots), pearl.keys, now_us=builders.NOW_US)
    builders.exchange(a, b, p)
    ours, theirs = (read(record, BOOK, builders.opener(party)) for party, record in ((amber, a), (pearl, p)))

    assert ("amber", "coral") == ours.parties == theirs.parties
    assert [Message, Message, Notice] == [type(item) for item in ours.items]
    assert [Closed, Closed, Notice] == [type(item) for item in theirs.items]
    assert 1 == ours.settled_height


def test_release_is_judged_by_the_card_in_force_at_its_place():
    """Jade's second card asks for both members: what one said before stands, what one says after is closed."""
    jade = builders.make_party("jade", officers=2, members=("north", "south"), member_need=1)
    a = builders.make_record(jade, builders.roster(jade))
    note = forms.encode(heard(words="x"), BOOK)
    builders.say(a, jade, note, to=())
    a.issue_card(replace(jade.card, serial=1, member_need=2).signed(*jade.roots), jade.keys, now_us=builders.NOW_US)
    builders.say(a, jade, note, to=())

    assert [Transcribed, Notice, Closed] == [type(item) for item in read(a, BOOK, builders.opener(jade)).items]


def test_marks_what_a_withdrawn_station_key_placed():
    """The station's key is a key behind every entry: withdrawn, it marks what it placed beyond the last good one."""
    amber = builders.make_party("amber")
    a = builders.make_record(amber, builders.roster(amber))
    for _ in range(2):
        builders.say(a, amber, HELLO)
    keys = builders.node_keys("amber", "next")
    officers = [key for key in amber.card.keys if key.role is Role.OFFICER]
    named = builders.card_keys("amber", keys, officers)
    ended = (Revoked(amber.station.key_id, ("amber", 0), "its machine was lost"),)
    a.issue_card(replace(amber.card, serial=1, keys=named, revoked=ended).signed(*amber.roots), keys, now_us=1)
    builders.say(a, amber, HELLO)

    items = read(a, BOOK, builders.opener(amber)).items
    assert [False, True, False, False] == [bool(item.doubtful) for item in items]
    assert {Role.STATION} == {key.role for key in items[2].ended if key.holder == "amber"} & {Role.STATION}
