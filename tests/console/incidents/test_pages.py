"""Tests of the pages of incidents at work: two accounts in columns, deeds as forms, national apart, hostile words."""

import re

import pytest

from console_at_work import Browser, console, wait_for, words
from deskside import at_work, fill, meet, signed
from searoom.clock import to_text

HOSTILE = "<script>alert(1)</script>"


def say(stage, node, form, fields, reply_to=None):
    """Let a node's officers say a form."""
    people = [f"{node.party}-{n}" for n in (1, 2)]
    node.submit(*signed(stage, node, fill(form, fields, reply_to=reply_to), *people))
    return node.party, node.record.size(node.party) - 1


@pytest.fixture(scope="module")
def sit(module_stage):
    """A browser at amber's console, with an incident that both sides have told."""
    stage, at = module_stage, to_text(module_stage.scenario.start_us)
    with at_work(stage) as nodes:
        amber, coral = (nodes[party].node for party in ("amber", "coral"))
        say(stage, amber, "dossier-open", {"incident": "2026-06-03/1", "at": at, "words": "It came near."})
        meet(nodes)
        own = {"incident": "2026-06-03/1", "at": at, "words": f"Safe. {HOSTILE}"}
        ref = say(stage, coral, "dossier-open", own)
        fact = say(stage, coral, "dossier-fact", {"dossier": f"{ref[0]}/{ref[1]}", "words": "Both were under way."})
        common = {
            "dossier": f"{ref[0]}/{ref[1]}",
            "quantity": "range",
            "axis": "horizontal",
            "at": at,
            "method": "radar",
        }
        say(stage, coral, "measurement", {**common, "value_mm": "137.2 m", "error_mm": "25 m", "source": "CORAL 34"})
        meet(nodes)
        with console(stage.folder("amber")) as address:
            found = Browser(address).sign_in("duty-1")
            wait_for(lambda: f"{fact[0]}/{fact[1]}" in found.get("/incidents/amber/0")[2])
            yield found


def test_the_list_leads_to_the_incident(sit):
    """Its name, whose accounts there are, and that it is not closed."""
    text = sit.get("/incidents")[2]
    assert 'href="/incidents/amber/0"' in text
    assert "Amber , Coral not closed by all" in words(text)


def test_both_accounts_stand_side_by_side(sit):
    """Each in its column with its entry; the other's words as it wrote them, made harmless."""
    text = sit.get("/incidents/amber/0")[2]
    left, right = re.findall(r'<div class="side p\d">.*?</div></div>', text, re.DOTALL)[:2]
    assert "It came near." in left
    assert "&lt;script&gt;" in right
    assert HOSTILE not in text
    assert "140 m ± 30 m" in words(text)


def test_the_other_sides_fact_can_be_agreed_or_contested(sit):
    """Three buttons that lead to the form, filled in; our own facts have none."""
    links = re.findall(r'href="(/say/dossier-view[^"]*)"', sit.get("/incidents/amber/0")[2])
    assert 3 == len(links)
    page = sit.get(links[1].replace("&amp;", "&"))[2]
    assert re.search(r'value="contest" selected|<option[^>]*selected[^>]*>[^<]*contest', page)


def test_every_deed_opens_its_form(sit):
    """No link of the page leads nowhere."""
    links = set(re.findall(r'href="(/(?:say|replay|messages)/?[^"]*)"', sit.get("/incidents/amber/0")[2]))
    assert len(links) > 8
    assert {200} == {sit.get(link.replace("&amp;", "&"))[0] for link in links if "/replay" not in link}


def test_the_joint_page_has_no_national_part(sit):
    """With our own part it says so; without, there is no heading of it."""
    whole, joint = words(sit.get("/incidents/amber/0")[2]), words(sit.get("/incidents/amber/0?edition=joint")[2])
    assert "National: our own notes" in whole
    assert "National" not in joint
    assert "It came near." in joint


@pytest.mark.parametrize(
    "path", ["/incidents/amber/9999999", "/incidents/teal/0", "/incidents/coral/2", "/incidents/amber/-1"]
)
def test_what_is_no_incident_is_said_so(sit, path):
    """404, and where all of them stand."""
    status, _, _ = sit.get(path)
    assert 404 == status


def test_an_auditor_looks_and_is_offered_no_deed(sit):
    """Who signs nothing sees no form."""
    text = Browser(sit.address).sign_in("audit-1").get("/incidents/amber/0")[2]
    assert "It came near." in text
    assert 'class="deeds"' not in text


@pytest.mark.parametrize(
    ("lang", "word"),
    [("ja", "一致した事実と争いのある事実"), ("zh", "一致的事实与有异议的事实"), ("en", "Agreed and contested facts")],
)
def test_the_page_speaks_each_language(sit, lang, word):
    """Headings in the reader's language, claims in their writer's."""
    other = Browser(sit.address, **{"Accept-Language": lang}).sign_in("duty-2")
    assert word in words(other.get("/incidents/amber/0")[2])
