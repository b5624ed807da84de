"""Tests of the pages of the yearly review on two real nodes: the same bytes, signed by both, a difference as a finding."""

import json
import re
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from console_at_work import Browser, console, fields_of, wait_for, words
from deskside import at_work, fill, meet, signed
from searoom.review import yearly, yearlypdf

JOINT = "/reviews/2026/joint"
DRAFT = {"lang": "en", "precedence": "routine"}


def say(stage, node, form, people, **fields):
    """Let a node's officers say a form."""
    node.submit(*signed(stage, node, fill(form, fields), *people))


@pytest.fixture
def two(stage):
    """Both nodes with the same record, and amber's console with its browser."""
    with at_work(stage) as nodes:
        amber, coral = (nodes[party].node for party in ("amber", "coral"))
        say(stage, amber, "hotline-message", ("amber-1", "amber-2"), text="What is your course?")
        say(
            stage,
            coral,
            "macm-fault",
            ("coral-1",),
            line="hotline 2",
            since="2026-06-03T02:00:00Z",
            description="No tone.",
        )
        meet(nodes)
        with console(stage.folder("amber")) as address:
            sit = Browser(address).sign_in("duty-1")
            wait_for(lambda: "hotline 2" in sit.get(JOINT)[2])
            yield nodes, sit


def made(node, heads=None):
    """Return the joint review as a node makes it of its own record."""
    return yearly.make(node.account(), node.agreement, node.book, 2026, heads=heads)


def heads_of(node):
    """Return the heads of what a node holds."""
    return yearly.heads_of(node.account())


def test_both_nodes_and_the_console_make_the_same_bytes(two):
    """From two stores with two sets of keys: one file, one hash."""
    nodes, sit = two
    files = {made(service.node).file for service in nodes.values()}
    status, head, text = sit.get(JOINT + "/file.json")
    assert (200, {text.encode()}) == (status, files)
    assert 'filename="review-demo-2026-2026-joint.json"' in head["content-disposition"]
    assert made(nodes["coral"].node).digest in sit.get(JOINT)[2]
    assert "2026" == str(json.loads(text)["period"]["year"])


def test_one_signs_through_the_form_and_the_other_agrees(two, stage):
    """Amber's officers sign the hash that the page shows; coral signs the same: agreed, at those heads for ever."""
    nodes, sit = two
    link = re.search(r'href="(/say/review-agreed\?[^"]*)"', sit.get(JOINT)[2])[1].replace("&amp;", "&")
    page = sit.get(link)[2]
    digest, heads = made(nodes["amber"].node).digest, yearly.heads_text(heads_of(nodes["amber"].node))
    assert digest in page
    assert heads in page
    sent = {"field-year": "2026", "field-heads": heads, "field-hash": digest}
    look = sit.post("/say/review-agreed", {**fields_of(page), **DRAFT, **sent})[2]
    status, head, _ = sit.post("/say/review-agreed", {**fields_of(look), "deed": "sign", "passphrase": "x"})
    assert 303 == status
    other = Browser(sit.address).sign_in("duty-2")
    draft = other.get(head["location"])[2]
    assert digest in draft
    assert 303 == other.post(head["location"], {**fields_of(draft), "passphrase": "x"})[0]
    meet(nodes)
    waits = sit.get("/reviews")[2]
    assert "Signed, but not by every party yet." in words(waits)
    theirs = made(nodes["coral"].node, yearly.heads_from(heads)).digest
    assert digest == theirs
    assert "Stand by the same data file" not in words(sit.get(JOINT)[2])
    say(stage, nodes["coral"].node, "review-agreed", ("coral-1", "coral-2"), year="2026", heads=heads, hash=theirs)
    meet(nodes)
    wait_for(lambda: "Agreed: every party has signed the same hash." in words(sit.get(JOINT)[2]))
    assert 2 == sit.get(JOINT)[2].count("This node makes the same file from these entries.")
    assert digest in sit.get(f"{JOINT}?{urlencode({'heads': heads})}")[2]


def test_who_comes_second_signs_what_is_signed(two, stage):
    """The first button of the page stands by the other's file, of their entries, though our record has grown since."""
    nodes, sit = two
    heads = heads_of(nodes["coral"].node)
    digest = made(nodes["coral"].node).digest
    people = ("coral-1", "coral-2")
    say(stage, nodes["coral"].node, "review-agreed", people, year="2026", heads=yearly.heads_text(heads), hash=digest)
    meet(nodes)
    wait_for(lambda: "Signed by Coral" in words(sit.get(JOINT)[2]))
    text = sit.get(JOINT)[2]
    links = re.findall(r'href="(/say/review-agreed\?[^"]*)"', text)
    given = [parse_qs(urlsplit(link.replace("&amp;", "&")).query) for link in links]
    assert [digest, made(nodes["amber"].node).digest] == [each["field-hash"][0] for each in given]
    assert yearly.heads_text(heads) == given[0]["field-heads"][0]
    assert f"{heads['amber']} entries of Amber, {heads['coral']} entries of Coral" in words(text)
    assert f"amber/{heads['amber']}" not in words(text)

    people = ("amber-1", "amber-2")
    say(stage, nodes["amber"].node, "review-agreed", people, year="2026", heads=yearly.heads_text(heads), hash=digest)
    meet(nodes)
    wait_for(lambda: "Agreed: every party" in words(sit.get(JOINT)[2]))
    assert "/say/review-agreed" not in sit.get(JOINT)[2]


def test_a_difference_is_a_finding_and_no_fork(two, stage):
    """Another hash of the same heads stands beside ours, with what this node makes of them."""
    nodes, sit = two
    heads = yearly.heads_text(heads_of(nodes["coral"].node))
    for party, digest in (("amber", made(nodes["amber"].node).digest), ("coral", "f" * 64)):
        say(
            stage,
            nodes[party].node,
            "review-agreed",
            (f"{party}-1", f"{party}-2"),
            year="2026",
            heads=heads,
            hash=digest,
        )
    meet(nodes)
    wait_for(lambda: "A finding" in words(sit.get(JOINT)[2]))
    text = words(sit.get(JOINT)[2])
    assert "It is no fork of the record." in text
    assert "This node makes another file from these entries" in text
    assert "f" * 64 in text


def test_heads_that_are_not_held_yet_are_said_to_be_so(two, stage):
    """A word of the counterpart about entries that have not come: nothing is claimed, nothing fails."""
    nodes, sit = two
    say(
        stage,
        nodes["coral"].node,
        "review-agreed",
        ("coral-1", "coral-2"),
        year="2026",
        heads="coral/900",
        hash="a" * 64,
    )
    meet(nodes)
    wait_for(lambda: "does not hold all of these entries yet" in words(sit.get(JOINT)[2]))


@pytest.mark.parametrize(
    ("path", "sentence"),
    [
        ("/reviews/1999/joint", "no review of this year"), ("/reviews/2026/secret", "no such edition"),
        (JOINT + "?heads=xx", "write it like amber/3"), (JOINT + "?heads=amber/99999999", "this record holds"),
        (JOINT + "/file.exe", "no such file"), (JOINT + "/file.pdf?lang=xx", "no such file"),
        ("/reviews/99999999999999999999/joint", "no review of this year"),
    ],
)  # fmt: skip
def test_what_there_is_not_is_said_in_a_sentence(two, path, sentence):
    """404 and what to do; never a trace of a failure."""
    status, _, text = two[1].get(path)
    assert 404 == status
    assert sentence in words(text)


def test_the_national_edition_is_not_signed_and_its_notes_are_in_it_alone(two):
    """It says whose it is; the joint files have no word of it."""
    sit = two[1]
    own = sit.get("/reviews/2026/national")[2]
    assert "not for the other side" in words(own)
    assert "/say/review-agreed" not in own
    assert "national" in json.loads(sit.get("/reviews/2026/national/file.json")[2])
    assert "national" not in json.loads(sit.get(JOINT + "/file.json")[2])


@pytest.mark.parametrize("lang", ["en", "ja", "zh"])
def test_every_file_is_there_in_every_language(two, lang):
    """The PDF and the tables; the name says what it is."""
    sit = two[1]
    line = sit.get(f"{JOINT}/file.csv?lang={lang}")
    assert (200, True) == (line[0], line[2].startswith("\ufeff"))
    assert f"joint-{lang}.csv" in line[1]["content-disposition"]


def test_without_typst_the_page_says_in_one_line_how_to_get_it(two, monkeypatch):
    """The rest of the page stands."""
    monkeypatch.setattr(yearlypdf, "ready", lambda: False)
    text = words(two[1].get(JOINT)[2])
    assert "pip install 'searoom[report]'" in text
    assert "PDF in" not in text


def test_a_visitor_without_a_role_sees_no_review(two):
    """An account that only watches may look; nobody unknown may."""
    assert 303 == Browser(two[1].address).get(JOINT)[0]
