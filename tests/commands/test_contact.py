"""Commands of a bridge: a call put into words and logged, what was heard kept word for word, a reading signed."""

import json

import pytest

from deskside import at_work, change_settings, fill, forms_of, key_file, meet, run, signed


@pytest.fixture
def nodes(stage):
    with at_work(stage) as services:
        yield services


@pytest.fixture
def call(stage, nodes, capsys):
    """Type `searoom call` at amber's desk."""

    def type_it(*words, person="amber-1"):
        folder, key = stage.folder(person[:5]), key_file(stage, person)
        return run(capsys, "call", folder, "--key", key, "--to", "CORAL 34", *words)

    return type_it


@pytest.fixture
def hear(stage, nodes, capsys):
    """Type `searoom heard` at coral's desk."""

    def type_it(words, *more):
        folder, key = stage.folder("coral"), key_file(stage, "coral-1")
        return run(capsys, "heard", folder, "--key", key, "--from", "AMBER 21", "--words", words, *more)

    return type_it


def said(nodes, party):
    return [message.filled for message in nodes[party].node.account().messages()]


def test_a_call_is_put_into_words_and_logged_as_sent(call, nodes):
    """The script is printed to be spoken, and the same words stand in the record under the officer's key."""
    code, out, err = call("--code", "V-Q1")

    (filled,) = said(nodes, "amber")
    assert (0, "") == (code, err)
    assert "placed as amber/0" in out
    assert "CORAL THREE FOUR" in out
    assert ("contact-sent", "unit-contact", "V-Q1") == (filled.form, filled.channel, filled.fields["code"])
    assert "What are your intentions?" in filled.fields["words"]
    assert ("AMBER 21", "CORAL 34") == (filled.fields["unit_from"], filled.fields["unit_to"])


def test_a_call_of_an_exercise_says_so_first(call, nodes):
    """Who listens on channel 16 hears EXERCISE three times before anything else, and the log has it too."""
    _, out, _ = call("--code", "V-Q1")

    (filled,) = said(nodes, "amber")
    assert out.startswith("EXERCISE, EXERCISE, EXERCISE.\n")
    assert filled.fields["script"].startswith("EXERCISE, EXERCISE, EXERCISE. ")
    assert "EXERCISE" not in filled.fields["words"]


def test_a_call_carries_its_values(call, nodes):
    """What is put into the sentence is logged beside it."""
    code, _, _ = call("--code", "V-R3", "--set", "channel=77")

    (filled,) = said(nodes, "amber")
    assert 0 == code
    assert "77" in filled.fields["words"]
    assert "77" in str(filled.fields["parameters"])


def test_a_call_for_a_program_prints_its_place_alone(call):
    """With --json there is one JSON value and no script around it."""
    code, out, _ = call("--code", "V-Q1", "--json")

    assert 0 == code
    assert {"author": "amber", "index": 0, "draft": None} == json.loads(out)


@pytest.mark.parametrize("words", [(), ("--intention", "overtake-port"), ("--intention", "yes")])
def test_an_intention_that_was_not_entered_is_not_announced(call, nodes, words):
    """What our ship will do is decided by a person first; the sentence names what to enter. Nothing is printed to speak."""
    code, out, err = call("--code", "V-N8", "--set", "speed=10", *words)

    assert (3, "") == (code, out)
    assert "you have not entered that intention" in err
    assert "--intention slow-down" in err
    assert [] == said(nodes, "amber")


def test_an_intention_that_was_entered_is_announced(call, nodes):
    """With the decision named, the same call goes out."""
    code, _, _ = call("--code", "V-N8", "--set", "speed=10", "--intention", "slow-down")

    assert 0 == code
    assert ["contact-sent"] == forms_of(nodes["amber"].node.account().items)


@pytest.mark.parametrize("code_word", ["L", "SO", "RZ"])
def test_an_order_is_never_put_into_words(call, nodes, code_word):
    """Between equals nobody instructs: a coercive group is known, and refused."""
    code, out, err = call("--code", code_word)

    assert (3, "") == (code, out)
    assert "never offered" in err
    assert [] == said(nodes, "amber")


@pytest.mark.parametrize(("code_word", "near"), [("YV1 PJ1", ""), ("YV1", ""), ("V-Q11", "V-Q1"), ("EV11", "EV1")])
def test_a_code_that_is_not_in_force_is_refused_with_near_ones(call, nodes, code_word, near):
    """A group of another agreement is not in this one's books; a slip of the finger gets the codes that are near."""
    code, out, err = call("--code", code_word)

    assert (3, "") == (code, out)
    assert code_word in err
    assert near in err
    assert [] == said(nodes, "amber")


def test_only_books_in_force_are_spoken(call, hear, nodes):
    """Under an agreement without the plain sentences, none of them is called, and none is suggested for what was heard."""
    for service in nodes.values():
        verbs = service._verbs._verbs
        verbs["material"] = with_books(verbs["material"], ["ics"])

    code, _, err = call("--code", "V-Q1")
    heard = hear("QUESTION. What are your intentions?")

    assert 3 == code
    assert "no book in force (ics) has a signal 'V-Q1'" in err
    assert "V-Q1" not in heard[1]


def with_books(material, books):
    """Return a desk's verb that names these books as in force."""

    async def answer(request):
        return {**await material(request), "books": books}

    return answer


def test_a_value_that_is_missing_or_unknown_is_refused(call, nodes):
    """A sentence with a hole in it is not spoken."""
    for words in ((), ("--set", "colour=red"), ("--set", "channel=x y"), ("--set", "channel")):
        code, _, err = call("--code", "V-R3", *words)
        assert 3 == code, words
        assert err.startswith("searoom call: ")
    assert [] == said(nodes, "amber")


def test_a_call_with_a_foreign_key_is_refused(stage, nodes, capsys):
    """Nothing is logged under amber by a person of coral, and nothing is printed to be spoken."""
    words = ("--key", key_file(stage, "coral-1"), "--to", "CORAL 34", "--code", "V-Q1")
    code, out, err = run(capsys, "call", stage.folder("amber"), *words)

    assert (3, "") == (code, out)
    assert "is not the key of an officer of amber" in err
    assert [] == said(nodes, "amber")


HEARD = [
    ("QUESTION. What are your intentions?", "V-Q1"),
    ("INTENTION. I will ... you on your port ...", "V-N5"),
    ("wot ar yor intenshuns", ""),
    ("  spaces   stay ", ""),
    ("停船せよ、と聞こえた", ""),
]


@pytest.mark.parametrize(("words", "candidate"), HEARD)
def test_what_was_heard_stays_as_it_was_heard(hear, nodes, words, candidate):
    """Candidates are shown beside the words and never put in their place."""
    code, out, _ = hear(words, "--quality", "garbled")

    (filled,) = said(nodes, "coral")
    assert 0 == code
    assert words.strip() == str(filled.fields["words"]).strip()
    assert candidate in str(filled.fields.get("candidates", ""))
    assert candidate in out
    assert "garbled" == filled.fields["quality"]
    assert ("AMBER 21", "CORAL 34") == (filled.fields["unit_from"], filled.fields["unit_to"])


def test_heard_does_not_ask_what_was_sent(hear, stage, nodes):
    """Hearing is logged before anything of the sender's came: its entry names no log of theirs (version 1 leaves an empty one out)."""
    nodes["amber"].node.submit(
        *signed(stage, nodes["amber"].node, fill("hotline-contact", {"phrase": "message-follows"}), "amber-1")
    )
    hear("QUESTION. What are your intentions?", "--json")

    (message,) = nodes["coral"].node.account().messages()
    assert () == message.heard


def test_heard_for_a_program_prints_its_place_alone(hear):
    """With --json there is one JSON value."""
    code, out, _ = hear("QUESTION. What are your intentions?", "--json")

    assert 0 == code
    assert {"author": "coral", "index": 0, "draft": None} == json.loads(out)


def test_a_person_signs_to_have_read(stage, nodes, capsys):
    """The entry is shown and then signed as read by that person, on the channel it came by."""
    amber = nodes["amber"].node
    filled = fill("hotline-message", {"text": "貴艦の針路をお知らせ願います。"}, lang="ja")
    amber.submit(*signed(stage, amber, filled, "amber-1", "amber-2"))
    meet(nodes)

    words = ("--key", key_file(stage, "coral-2"), "--lang", "zh")
    code, out, _ = run(capsys, "read", stage.folder("coral"), "amber/0", *words)

    read = nodes["coral"].node.account().messages("read")[0]
    assert 0 == code
    assert "貴艦の針路をお知らせ願います。" in out
    assert (("amber", 0), "hotline", "zh") == (read.filled.reply_to, read.filled.channel, read.filled.lang)
    assert ["coral-2"] == [signer.holder for signer in read.signers]


def test_what_is_not_there_cannot_be_read(stage, nodes, capsys):
    """No entry, no reading."""
    code, _, err = run(capsys, "read", stage.folder("coral"), "amber/0", "--key", key_file(stage, "coral-1"))

    assert 3 == code
    assert "there is no entry amber/0" in err
    assert [] == said(nodes, "coral")


def test_a_node_without_a_unit_calls_nobody(stage, capsys):
    """Who calls is said in every call: a desk without a unit's name has no voice."""
    change_settings(stage.folder("amber"), unit="")
    with at_work(stage, "amber"):
        words = ("--key", key_file(stage, "amber-1"), "--to", "CORAL 34", "--code", "V-Q1")
        code, out, err = run(capsys, "call", stage.folder("amber"), *words)

    assert (3, "") == (code, out)
    assert err.startswith("searoom call: ")
