"""What stands at one place of the account says of itself what it is, in three languages."""

import pytest

from searoom.record.entry import Kind
from searoom.record.keys import Key, Role
from searoom.statements.items import (
    NOTICE_WORDS,
    ROLE_WORDS,
    TRANSCRIPT_WORDS,
    Again,
    Message,
    Notice,
    ref_text,
    stands_too,
)
from told import BOOK, Tale

STATION = Key(Role.STATION, "amber", "Amber station", b"s")
OFFICER = Key(Role.OFFICER, "amber-3", "Lt Reed", b"o")


def place():
    """Return what every item of amber's first entry has."""
    tale = Tale()
    tale.say("amber", "line-test")
    item = tale.logs["amber"][0]
    return tuple(getattr(item, name) for name in Notice.__mro__[1].__slots__ if name not in ("statement", "doubtful"))


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_a_notice_names_what_began_and_what_ended(lang):
    """Persons by name, the party's own keys by what they are for."""
    notice = Notice(*place(), Kind.CARD, serial=3, begun=(OFFICER,), ended=(STATION,))
    sentence = notice.sentence(lang, {"amber": "<A>"})

    assert all(part in sentence for part in ("<A>", "3", "Lt Reed", ROLE_WORDS[Role.STATION][lang]))
    assert sentence.index("Lt Reed") < sentence.index(ROLE_WORDS[Role.STATION][lang])
    assert "{" not in sentence


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_a_notice_without_new_keys_names_none(lang):
    """A card that changes no key (a certificate, a name) says so by saying nothing of keys."""
    assert NOTICE_WORDS["card"][lang].format(author="amber", serial=1) == Notice(
        *place(), Kind.CARD, serial=1
    ).sentence(lang)


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_a_new_log_tells_its_reason(lang):
    """The log's own name, that the older ones stay, and why."""
    sentence = Notice(*place(), Kind.EPOCH, reason="Restored from a copy.").sentence(lang)
    assert "Restored from a copy." in sentence
    assert "amber" in sentence


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_what_is_said_again_names_the_place_that_counts(lang):
    """And the log in which it stands a second time, and whose station put it there."""
    alone = Notice(*place(), Kind.EPOCH, reason="x")
    sentence = Again(*place(), of=("amber", 7), alone=alone).sentence(lang, {"amber": "<A>"})
    assert all(part in sentence for part in ("amber/7", "<A>"))
    assert "{" not in sentence
    assert "amber/7, amber.2/1".replace(", ", ", " if lang == "en" else "、") in stands_too(
        [("amber", 7), ("amber.2", 1)], lang
    )


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_a_transcript_names_writer_speaker_and_medium(lang):
    """Who wrote it down, who is said to have spoken, by what; and that they have not signed."""
    tale = Tale()
    ref = tale.transcribe("amber", "coral", medium="voice-radio")
    sentence = tale.logs["amber"][ref[1]].sentence(lang, BOOK, {"coral": "<C>", "amber": "<A>"})

    assert "<A>" in sentence
    assert 2 <= sentence.count("<C>")
    assert BOOK.form("transcribed").field("medium").choices["voice-radio"][lang] in sentence
    assert {"en", "ja", "zh"} == set(TRANSCRIPT_WORDS)


def test_a_reference_names_the_log():
    """`amber/3`, and in a second log `amber.2/3`."""
    assert ("amber/3", "amber.2/3") == (ref_text(("amber", 3)), ref_text(("amber.2", 3)))


def test_an_item_is_unmarked_unless_said():
    """No key behind it was withdrawn."""
    tale = Tale()
    tale.say("amber", "line-test")
    assert (Message, "") == (type(tale.logs["amber"][0]), tale.logs["amber"][0].doubtful)
