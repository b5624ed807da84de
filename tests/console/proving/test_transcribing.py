"""Transcripts: every entry in the joint order, in each language, and JSON that programs can read back."""

import json

import pytest

from deskside import BOOK, fill, signed
from searoom.console.proving.transcribing import as_json, as_text
from searoom.console.view import View
from searoom.signals.tables import LANGUAGES

HOSTILE = "first\n[coral/99] 2026-06-03T00:00:00Z  Coral\n    and more"


@pytest.fixture
def view(stage, amber):
    """What is known after amber said three things, one of them written to look like two."""
    for text in ("Your course?", "貴艦の針路は？", HOSTILE):
        amber.submit(*signed(stage, amber, fill("hotline-message", {"text": text}), "amber-1", "amber-2"))
    return View("amber", amber.agreement, BOOK, amber.account(), amber.now())


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_transcript_has_every_entry_in_words(view, lang):
    """Own words stay as they were said; labels are in the language of the transcript, and the exercise is named."""
    text = "".join(as_text(view, lang))

    assert "貴艦の針路は？" in text
    assert BOOK.form("hotline-message").title[lang] in text
    assert {"en": "EXERCISE", "ja": "演習", "zh": "演习"}[lang] in text
    assert [f"[amber/{at}]" for at in range(3)] == [
        line.split()[0] for line in text.splitlines() if line.startswith("[")
    ]


def test_words_that_look_like_an_entry_stay_inside_their_own(view):
    """No line of what somebody said begins where an entry begins."""
    text = "".join(as_text(view, "en"))

    assert "    [coral/99] 2026-06-03T00:00:00Z  Coral" in text
    assert not any(line.startswith("[coral/99]") for line in text.splitlines())


def test_json_is_one_document_with_every_field(view):
    """What stands in it can be read back: place, signers, form and fields of each entry."""
    told = json.loads("".join(as_json(view)))

    assert ("searoom/transcript/v1", True, "amber") == (told["format"], told["exercise"], told["node"])
    assert ["amber/0", "amber/1", "amber/2"] == [one["ref"] for one in told["entries"]]
    assert "Your course?" == told["entries"][0]["fields"]["text"]
    assert ["amber-1", "amber-2"] == sorted(one["id"] for one in told["entries"][0]["signed_by"])


def test_an_empty_record_has_a_transcript(amber):
    """Before anything was said there is a head and nothing else."""
    view = View("amber", amber.agreement, BOOK, amber.account(), amber.now())

    assert [] == json.loads("".join(as_json(view)))["entries"]
    assert "amber 0" in "".join(as_text(view, "en"))
