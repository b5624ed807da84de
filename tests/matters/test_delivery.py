"""How far a message came: separate states, each with what it does not mean."""

from dataclasses import replace

import pytest

from searoom.account import arrange
from searoom.errors import NotAllowed
from searoom.matters.delivery import LAYERS, STATE_WORDS, answer_kind, delivery
from searoom.record.keys import Role
from told import BOOK, START_US, Tale

WORDS = {"unit_from": "A", "unit_to": "C", "words": "x"}


def sent():
    """Return a tale in which amber has said one message, and its place."""
    tale = Tale()
    return tale, tale.say("amber", "hotline-message", text="Hello.")


def test_is_stored_before_anything_else():
    """A message stands in its author's log, and no more is claimed."""
    tale, ref = sent()
    told = delivery(tale.account(), ref)

    assert (None, None, {"coral": False}, ()) == (told.delivered, told.read, told.recorded, told.answers)
    assert ("amber", "amber station") == (told.stored.signer.party, told.stored.signer.name)


def test_goes_through_its_states_one_by_one():
    """Delivered, recorded and read are apart: none of them brings another."""
    tale, ref = sent()
    receipt = tale.receive("coral", at_us=START_US + 1)
    told = delivery(tale.account(), ref)
    assert (receipt, False, None) == (told.delivered.ref, told.recorded["coral"], told.read)

    tale.recorded["amber", "coral"] = 1
    told = delivery(tale.account(), ref)
    assert (True, None) == (told.recorded["coral"], told.read)

    read = tale.say("coral", "read", reply_to=ref)
    told = delivery(tale.account(), ref)
    assert (read, Role.OFFICER, ()) == (told.read.ref, told.read.signer.role, told.answers)


def test_every_state_has_the_time_at_which_it_was_placed():
    """Drafted at one time and placed a minute later: stored, delivered, read and answered say the later time."""
    tale, minute = Tale(), 60_000_000
    ref = tale.say("amber", "hotline-message", placed_us=START_US + minute, text="Hello.")
    tale.meet()
    tale.say("coral", "read", placed_us=START_US + 2 * minute, reply_to=ref)
    tale.say("coral", "hotline-message", placed_us=START_US + 3 * minute, reply_to=ref, text="Yes.")
    told = delivery(tale.account(), ref)

    assert [START_US + minute, *[START_US + 2 * minute] * 2] == [
        state.at_us for state in (told.stored, told.delivered, told.read)
    ]
    assert ["00:01:00", "00:02:00", "00:02:00", "00:03:00"] == [text[-10:-2] for text in told.sentences("en")]


def test_a_cosignature_of_less_records_nothing():
    """A size that ends before the entry does not cover it."""
    tale, _ = sent()
    second = tale.say("amber", "hotline-message", text="More.")
    tale.recorded["amber", "coral"] = 1

    assert {"coral": False} == delivery(tale.account(), second).recorded


def test_a_station_cannot_read():
    """*Read* counts only under a person's key."""
    tale, ref = sent()
    tale.receive("coral")
    tale.say("coral", "read", reply_to=ref)
    message = tale.logs["coral"][-1]
    items = [*tale.logs["amber"], *tale.logs["coral"][:-1], replace_signers(message)]

    assert delivery(arrange(tale.parties, items, {}), ref).read is None


def replace_signers(message):
    """Return the message as if its station had signed it instead of a person."""
    return replace(message, signers=(message.station,))


def test_the_author_does_not_read_for_the_other_side():
    """One's own word is no state of the recipient's."""
    tale, ref = sent()
    tale.say("amber", "read", reply_to=ref)
    tale.say("amber", "hotline-message", reply_to=ref, text="And more.")

    told = delivery(tale.account(), ref)

    assert (None, ()) == (told.read, told.answers)


def test_lists_answers_apart_from_read():
    """An answer is an entry of its own."""
    tale, ref = sent()
    tale.receive("coral")
    tale.say("coral", "read", reply_to=ref)
    answer = tale.say("coral", "hotline-message", reply_to=ref, text="We heard you.")

    assert [answer] == [m.ref for m in delivery(tale.account(), ref).answers]


def test_is_delivered_when_every_recipient_has_it():
    """With three parties the state is complete only when the last has come to it."""
    tale = Tale("amber", "coral", "jade")
    ref = tale.say("amber", "hotline-message", text="Hello.")
    tale.receive("coral")
    told = delivery(tale.account(), ref)
    assert (None, [True, False]) == (told.delivered, [one.delivered is not None for one in told.each])

    last = tale.receive("jade")
    assert last == delivery(tale.account(), ref).delivered.ref


def test_says_what_each_state_does_not_mean():
    """Every state has its words in each language, and names what it is not."""
    nots = {"en": (" not ", "never", "no ", "nothing", "neither"), "ja": ("ません",), "zh": ("不", "没有")}
    for kind, texts in STATE_WORDS.items():
        assert {"en", "ja", "zh"} == set(texts), kind
        for lang, text in texts.items():
            assert any(word in text for word in nots[lang]), (kind, lang)


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_tells_every_state_in_words(lang):
    """The sentences follow the states, with the names that were given."""
    tale, ref = sent()
    tale.receive("coral")
    tale.recorded["amber", "coral"] = 1
    tale.say("coral", "read", reply_to=ref)
    tale.say("coral", "contact-answer", reply_to=ref, answer="received")
    lines = delivery(tale.account(), ref).sentences(lang, {"amber": "<A>", "coral": "<C>"})

    assert 5 == len(lines)
    assert "<A>" in lines[0]
    assert all("<C>" in line and "{" not in line for line in lines[1:])
    assert "coral officer 1" in lines[3]


def test_the_first_words_of_delivered_are_the_agreed_ones():
    """'received; nothing in it is accepted by this'; stored, never agreed."""
    assert "received; nothing in it is accepted by this" in STATE_WORDS["delivered"]["en"]
    assert "stored, never agreed" in STATE_WORDS["recorded"]["en"]


def test_an_answer_with_words_of_its_own_is_only_answered():
    """Only the four agreed answers have a meaning that we state."""
    tale, ref = sent()
    tale.say("coral", "hotline-message", reply_to=ref, text="will-comply")

    assert "answered" == answer_kind(delivery(tale.account(), ref).answers[0])


def test_of_no_entry_there_is_no_delivery():
    """A reference into nothing is refused."""
    with pytest.raises(NotAllowed, match="no entry"):
        delivery(Tale().account(), ("amber", 0))


# -- a counterpart without a node -----------------------------------------------------------------


def alone():
    """Return a tale in which amber has said one message to a coral without a node, and its place."""
    tale = Tale()
    return tale, tale.alone("amber", "hotline-message", without=("coral",), text="Hello.")


def convey(tale, ref, *, readback="code", medium="telephone", party="coral", by="amber"):
    """Let an officer write that the entry was handed over otherwise."""
    return tale.say(
        by, "conveyed", reply_to=ref, party=party, medium=medium, at=START_US + 60_000_000, readback=readback
    )


@pytest.mark.parametrize(
    ("lang", "words"), [("en", "had no node to send this to"), ("ja", "ノードがなく"), ("zh", "没有可供发送的")]
)
def test_without_a_node_nothing_is_said_that_only_a_node_could_show(lang, words):
    """Stored, and that arrival cannot be shown; neither delivered nor not delivered, nor recorded, nor read."""
    tale, ref = alone()
    told = delivery(tale.account(without_node=("coral",)), ref)
    lines = told.sentences(lang)

    assert (2, None, None, {"coral": False}) == (len(lines), told.delivered, told.read, told.recorded)
    assert words in lines[1]
    assert [False] == [one.node for one in told.each]


@pytest.mark.parametrize("medium", ["telephone", "fax", "paper", "voice-radio", "in-person"])
def test_handed_over_and_read_back_are_our_own_words(medium):
    """Each step with its medium, its time and who writes it; and none of them makes it delivered."""
    tale, ref = alone()
    convey(tale, ref, medium=medium)
    told = delivery(tale.account(without_node=("coral",)), ref)
    for lang in ("en", "ja", "zh"):
        label = BOOK.form("conveyed").field("medium").choices[medium][lang]
        lines = told.sentences(lang, {"amber": "<A>", "coral": "<C>"})
        assert 4 == len(lines)
        assert all(
            label in line and "<A>" in line and "<C>" in line and "amber officer 1" in line for line in lines[2:]
        )
        assert all("00:01:00Z" in line for line in lines[2:])
    assert told.delivered is None


@pytest.mark.parametrize(("readback", "lines"), [("none", 3), ("code", 4), ("words", 4), ("differs", 4)])
def test_says_what_was_read_back(readback, lines):
    """Nothing read back is no line; what differs says that it differs."""
    tale, ref = alone()
    convey(tale, ref, readback=readback)
    told = delivery(tale.account(without_node=("coral",)), ref).sentences("en")

    assert lines == len(told)
    assert (readback == "differs") == any("it differs" in line for line in told)


def test_an_answer_by_telephone_is_a_transcript():
    """What they are said to have answered is no answer of theirs: it is counted apart, and says so."""
    tale, ref = alone()
    tale.transcribe("amber", "coral", reply_to=ref, words="Yes.")
    told = delivery(tale.account(without_node=("coral",)), ref)

    assert () == told.answers
    assert 1 == len(told.each[0].transcripts)
    assert "is said to have answered" in told.sentences("en")[2]
    assert "署名はありません" in told.sentences("ja")[2]
    assert "没有coral的签名" in told.sentences("zh")[2]


def test_the_other_side_does_not_convey_our_words():
    """Only the author's own officers say that they handed something over, and only what they answer to counts."""
    tale, ref = alone()
    other = tale.say("coral", "line-test")
    convey(tale, ref, by="coral")
    convey(tale, other, by="amber")

    assert ((), ()) == tuple(
        delivery(tale.account(without_node=("coral",)), it).each[0].conveyed for it in (ref, other)
    )


def test_old_words_stay_what_they_were_when_a_node_comes():
    """Coral has a node now: what was telephoned before stays telephoned, and becomes neither delivered nor read."""
    tale, ref = alone()
    convey(tale, ref)
    tale.receive("coral")
    told = delivery(tale.account(), ref)

    assert (None, [False]) == (told.delivered, [one.node for one in told.each])
    assert "Read back by coral (telephone)" in told.sentences("en")[3]


def test_a_cosignature_is_said_to_be_storage_in_every_language():
    """Stored, never agreed."""
    tale, ref = sent()
    tale.recorded["amber", "coral"] = 1
    for lang, words in (
        ("en", "stored, never agreed"),
        ("ja", "保管であり、同意ではありません"),
        ("zh", "存储绝不等于同意"),
    ):
        assert words in delivery(tale.account(), ref).sentences(lang)[2]


def test_an_answer_to_something_else_is_no_answer():
    """A transcript counts for the entry that it answers, and for no other."""
    tale, ref = alone()
    tale.transcribe("amber", "coral", reply_to=("amber", 9), words="Yes.")

    assert () == delivery(tale.account(without_node=("coral",)), ref).each[0].transcripts


def test_each_layer_is_said_by_itself():
    """Read, sufficient and will comply are three entries: none of them brings another, and silence brings none."""
    tale, ref = sent()
    tale.receive("coral")
    (one,) = delivery(tale.account(), ref).each
    assert ((), [None] * 4) == (one.said, [one.stands(layer) for layer in LAYERS])
    for form, layer, fields in (
        ("sufficient", "sufficiency", {}), ("comply", "compliance", {"answer": "will-comply"}), ("read", "read", {}),
    ):  # fmt: skip
        entry = tale.say("coral", form, reply_to=ref, **fields)
        told = delivery(tale.account(), ref)
        assert (entry, Role.OFFICER) == (
            told.each[0].stands(layer).state.ref,
            told.each[0].stands(layer).state.signer.role,
        )
    assert ["sufficiency", "compliance", "read"] == [said.layer for said in told.each[0].said]
    assert () == told.answers


def test_without_a_reading_nothing_is_read():
    """Whoever says 'sufficient' has not said 'read': the states are those that were said."""
    tale, ref = sent()
    tale.say("coral", "sufficient", reply_to=ref)
    assert delivery(tale.account(), ref).read is None


def test_of_a_layer_the_newest_stands():
    """Clarification wanted, a reply, then sufficient: each entry stays, the last one stands."""
    tale, ref = sent()
    tale.meet()
    asked = tale.say("coral", "clarification", reply_to=ref, fields=("text",))
    tale.meet()
    reply = tale.say("amber", "hotline-message", reply_to=asked, text="North of 30 degrees.")
    (one,) = delivery(tale.account(), ref).each
    assert ("clarification", ("text",), (reply,)) == (one.said[0].kind, one.said[0].fields, one.said[0].replies)
    assert "clarification" == one.stands("sufficiency").kind  # a reply does not say that it suffices
    tale.meet()
    tale.say("coral", "sufficient", reply_to=ref)
    (one,) = delivery(tale.account(), ref).each
    assert ["clarification", "sufficient"] == [said.kind for said in one.said]
    assert "sufficient" == one.stands("sufficiency").kind
    tale.say("coral", "comply", reply_to=ref, answer="will-comply")
    tale.say("coral", "comply", reply_to=ref, answer="cannot-comply")
    (one,) = delivery(tale.account(), ref).each
    assert "cannot-comply" == one.stands("compliance").kind


def test_a_station_says_no_layer():
    """No node says sufficient, or asks, by itself."""
    for form, fields in (
        ("sufficient", {}),
        ("clarification", {"fields": ("text",)}),
        ("comply", {"answer": "will-comply"}),
    ):
        tale, ref = sent()
        tale.say("coral", form, reply_to=ref, **fields)
        message = tale.logs["coral"][-1]
        items = [*tale.logs["amber"], replace_signers(message)]
        assert ((), ()) == (
            delivery(arrange(tale.parties, items, {}), ref).each[0].said,
            delivery(arrange(tale.parties, items, {}), ref).answers,
        )


def test_the_author_says_no_layer_of_their_own_message():
    """Sufficiency is for the one who received it to say."""
    tale, ref = sent()
    tale.say("amber", "sufficient", reply_to=ref)
    assert () == delivery(tale.account(), ref).each[0].said


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_tells_each_layer_with_role_and_fields(lang):
    """Who, in which role, about which field; and what it does not mean."""
    tale, ref = sent()
    tale.receive("coral")
    tale.say("coral", "read", reply_to=ref, post="duty officer")
    asked = tale.say("coral", "clarification", reply_to=ref, fields=("text", "act.means"))
    tale.meet()
    tale.say("amber", "hotline-message", reply_to=asked, text="So.")
    tale.meet()
    tale.say("coral", "comply", reply_to=ref, answer="cannot-comply")
    lines = delivery(tale.account(), ref).sentences(lang, {"amber": "<A>", "coral": "<C>"})

    stored, delivered, read, wanted, clarified, comply = lines
    assert all(words in read for words in ("coral officer 1", "duty officer"))
    assert all(words in wanted for words in ("act.means", "<C>"))
    assert "<A>" in clarified
    assert {"en": "no refusal to talk", "ja": "対話の拒否でもありません", "zh": "也不是拒绝沟通"}[lang] in comply
    assert not any("{" in line for line in lines)


def test_silence_means_nothing_and_is_said_so():
    """Only of a recipient of whom no officer said anything."""
    tale = Tale("amber", "coral", "jade")
    ref = tale.say("amber", "hotline-message", text="Hello.")
    tale.receive("coral")
    assert 2 == len(delivery(tale.account(), ref).silent("en"))
    tale.say("coral", "read", reply_to=ref)
    (line,) = delivery(tale.account(), ref).silent("en", {"jade": "<J>"})
    assert "<J> has said nothing further. Saying nothing means nothing: it is neither agreement nor refusal." == line


def test_swapping_the_chairs_swaps_the_names_and_nothing_else():
    """What amber says of coral's message reads as what coral says of amber's."""
    told = []
    for author, other in (("amber", "coral"), ("coral", "amber")):
        tale = Tale()
        ref = tale.say(author, "hotline-message", text="Hello.")
        tale.receive(other)
        tale.say(other, "clarification", reply_to=ref, fields=("text",))
        tale.say(other, "sufficient", reply_to=ref)
        lines = delivery(tale.account(), ref).sentences("en")
        told.append([line.replace(author, "A").replace(other, "B") for line in lines])
    assert told[0] == told[1]


def test_only_the_author_replies_to_a_question_about_their_message():
    """What a third party says of it is an entry, and no reply of the author's; nor is a reading of the question."""
    tale = Tale("amber", "coral", "jade")
    ref = tale.say("amber", "hotline-message", text="Hello.")
    tale.meet()
    asked = tale.say("coral", "clarification", reply_to=ref, fields=("text",))
    tale.meet()
    tale.say("jade", "hotline-message", reply_to=asked, text="We wonder, too.")
    tale.say("amber", "read", reply_to=asked)
    assert () == delivery(tale.account(), ref).each[0].said[0].replies


def test_all_persons_who_said_it_are_named():
    """Sufficiency takes two: both names stand in the sentence, in the order of their ids and not of their keys."""
    tale, ref = sent()
    tale.say("coral", "sufficient", reply_to=ref)
    message = tale.logs["coral"][-1]
    items = [*tale.logs["amber"], replace(message, signers=message.signers[::-1])]
    told = delivery(arrange(tale.parties, items, {}), ref)
    assert ("coral officer 1", "coral officer 2") == told.each[0].said[0].persons
    assert "Sufficient, says coral officer 1, coral officer 2 of coral" in told.sentences("en")[2]
