"""The pages of the record: search by address, one entry with its proof, and what stands against a log kept apart."""

import re

import pytest

from console_at_work import Browser, fields_of, wait_for, words
from searoom.console.proving.pages import STANDINGS
from searoom.link.progress import Verdict
from searoom.signals.tables import LANGUAGES


def sit(address, person="all-1", lang="en"):
    """Return a browser of a person who sits there, once the console has read the record."""
    found = Browser(address, **{"Accept-Language": lang}).sign_in(person)
    wait_for(lambda: 'href="/record/amber/2"' in found.get("/record")[2])
    return found


def found(text):
    """Return the entries that a page of the search lists."""
    return re.findall(r'<a class="num" href="/record/([a-z]+/\d+)">', text)


@pytest.mark.parametrize(
    ("query", "listed"),
    [
        ("words=%E9%87%9D%E8%B7%AF", ["amber/1"]),
        ("words=%EF%BC%A3OURSE", ["amber/0"]),
        ("form=read", ["coral/1"]),
        ("officer=coral-1", ["coral/1"]),
        ("party=amber&form=hotline-message&state=read", ["amber/0"]),
        ("since=2030-01-01", []),
    ],
)
def test_a_search_is_an_address(address, query, listed):
    """Whoever gets the link finds the same, and what was asked stands in the boxes again."""
    status, _, text = sit(address).get("/record?" + query)

    assert (200, listed) == (status, [ref for ref in found(text) if ref in listed or len(listed) == 0])
    assert len(listed) == len(found(text))
    if "officer" in query:
        assert '<option value="coral-1" selected>' in text


def test_a_wrong_search_gets_a_sentence(address):
    """What cannot be asked is said on the page, with the boxes still there."""
    status, _, text = sit(address).get("/record?since=yesterday")

    assert 400 == status
    assert "&#39;yesterday&#39; is no time" in text or "'yesterday' is no time" in text
    assert 'name="words"' in text


def test_hostile_words_are_shown_as_words(address):
    """What was typed stands in its box and changes no page."""
    status, _, text = sit(address).get("/record?words=%22%3E%3Cscript%3Ealert(1)%3C/script%3E%00%E2%80%AE")

    assert 200 == status
    assert "<script>alert" not in text


@pytest.mark.parametrize("lang", LANGUAGES)
def test_an_entry_says_what_is_proven_and_what_is_not(address, lang):
    """Signers with their card, the place, who stored it, the head, hashes and bytes, in each language."""
    status, _, text = sit(address, lang=lang).get("/record/amber/1")

    assert 200 == status
    assert "貴艦の針路を確認したい。" in text
    assert "✓" in text
    for part in ("COSE_Sign1", "demo-2026/amber", "000000  ", "body hash"):
        assert part in text
    assert 2 == len(re.findall(r"amber-[12]</span>", text))


def test_an_entry_that_nobody_stored_yet_says_so(address, nodes, talked):
    """What the counterpart has not signed as stored is not claimed."""
    browser = sit(address)
    log = nodes["amber"].node.record
    text = words(browser.get(f"/record/amber/{log.size('amber') - 1}")[2])

    assert ("none has signed that yet" in text) == (log.recorded("amber", "coral") < log.size("amber"))
    assert "none has signed that yet" not in words(browser.get("/record/amber/0")[2])


@pytest.mark.parametrize("path", ["/record/amber/99999", "/record/teal/0", "/record/x%2Fy/0", "/record/%3Cscript%3E/1"])
def test_an_entry_that_is_not_there_gets_a_sentence(address, path):
    """A wrong address ends in words."""
    status, _, text = sit(address).get(path)

    assert 404 == status
    assert "<script>/1" not in text


def test_states_of_a_log_are_kept_apart(address):
    """A missing piece, a restored node and a fork each have their own words and their own advice."""
    text = words(sit(address).get("/record/standing")[2])

    for sentence in ("Nothing is held against them", "an accident", "Two histories that exclude each other"):
        assert sentence in text
    assert set(STANDINGS) == {str(one) for one in Verdict if one is not Verdict.CLEAR}
    assert len(set(STANDINGS.values())) == len(STANDINGS)


def test_who_may_not_take_copies_is_offered_none(address):
    """A watch officer reads everything and takes nothing away."""
    watch = sit(address, "watch-1")

    assert "/record/take" not in watch.get("/record")[2]
    assert "/proof" not in watch.get("/record/amber/0")[2]
    assert 403 == watch.get("/record/take")[0]
    assert 403 == watch.post("/record/amber/0/proof", {"mark": ""})[0]


def test_a_page_of_copies_offers_each_with_its_mark(address):
    """The form brings the mark of its session, and names everything that can be taken."""
    text = sit(address, "audit-1").get("/record/take")[2]

    assert fields_of(text)["mark"]
    assert ["everything", "closed", "json", "text-en", "text-ja", "text-zh"] == re.findall(
        r'name="what" value="([^"]*)"', text
    )
