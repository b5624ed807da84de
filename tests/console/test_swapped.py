"""The two chairs: whoever sits in them, pages say the same of them; only names and order change."""

import re

import pytest

from console_at_work import Browser, console, wait_for, words
from deskside import at_work
from searoom.exercise import run

PAGES = ["/", "/messages", "/hotline", "/watch", "/due", "/incidents", "/encounters", "/chart", "/calls", "/standing"]
# Names belong to the party, in whichever chair it sits: of the parties, their units and their officers.
PAIRS = [
    ("amber", "coral"), ("Amber", "Coral"), ("AMBER 21", "CORAL 34"), ("AMBER%2021", "CORAL%2034"),
    ("AMBER TWO ONE", "CORAL THREE FOUR"), ("Arden", "Ostrow"), ("Vale", "Lind"),
]  # fmt: skip
MIRROR = dict([*PAIRS, *((other, one) for one, other in PAIRS)])
# What people said in their own language is theirs; what stands of the line tells who called last, not who sits where.
LEFT_OUT = re.compile(r"<bdi.*?</bdi>|<section[^>]* id=\"line\".*?</section>|<a[^>]*href=\"#line\".*?</a>", re.DOTALL)
LAST = 25  # the last entry that either party has in its log


def mirrored(text):
    """Return a text with the names of the two parties exchanged."""
    return re.sub("|".join(MIRROR), lambda found: MIRROR[found[0]], text)


def spoken(text):
    """Return what the page itself says."""
    return words(LEFT_OUT.sub("", text))


def told(stage, party):
    """Return what each page of a party's console says, as a sorted list of its words: order may change, words may not."""
    with at_work(stage), console(stage.folder(party)) as address:
        sit = Browser(address, **{"Accept-Language": "en"}).sign_in("all-1")
        wait_for(lambda: all(200 == sit.get(f"/messages/{log}/{LAST}")[0] for log in ("amber", "coral")), 30)
        return {path: sit.get(path) for path in PAGES}


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    """The pages of one chair, with Amber in it and with Coral in it."""
    found = {}
    for party, swap in (("amber", False), ("coral", True)):
        stage = run.play(tmp_path_factory.mktemp(party), swap=swap, say=lambda _line: None).stage
        found[party] = told(stage, party)
    return found


@pytest.mark.parametrize("path", PAGES)
def test_a_page_says_the_same_of_whoever_sits_in_the_chair(pages, path):
    """Words are counted: none is said of one party that would not be said of the other."""
    (status, _, ours), (other_status, _, theirs) = pages["amber"][path], pages["coral"][path]

    assert 200 == status == other_status
    one, other = (sorted(re.findall(r"\w[\w.:-]*", text)) for text in (mirrored(spoken(ours)), spoken(theirs)))
    assert one == other
