"""The audit page: who sees it, what it finds, and how it is taken away."""

import csv
import io

import pytest

from console_at_work import Browser, wait_for, words
from deskside import BOOK
from searoom.console.accounts.auditing import Noted, _table, fitting, noted
from searoom.console.audit import Deed
from searoom.console.view import Note, View

ONE = Deed(1, 5, "signed-in", "duty-1", "duty-1", "password")
TWO = Deed(2, 6, "refused", "duty-2", "-", "1")


def view(*deeds):
    """Return a view in which the national log has these deeds."""
    return View("amber", None, BOOK, None, 0, notes=tuple(Note(0, one.filled(BOOK)) for one in deeds))


def test_a_deed_that_was_noted_twice_is_one():
    """An answer that was lost on the way back makes no second deed; the newest stands first."""
    assert (Noted(TWO, 1), Noted(ONE, 0)) == noted(view(ONE, TWO, ONE), ())


def test_a_deed_that_waits_is_shown_as_waiting():
    """Nothing is out of sight while the node does not answer."""
    assert (Noted(TWO, None), Noted(ONE, 0)) == noted(view(ONE), (TWO, ONE))


@pytest.mark.parametrize(
    ("kind", "asked", "found"),
    [("", "", 2), ("refused", "", 1), ("", "ＤＵＴＹ-1", 1), ("refused", "duty-1", 0), ("", "password duty", 1)],
)
def test_deeds_are_found_by_kind_and_words(kind, asked, found):
    """Letters are folded as in the search of the record."""
    assert found == len(fitting(noted(view(ONE, TWO), ()), kind, asked))


def test_an_auditor_sees_who_came_and_takes_a_table_away(address):
    """Each failed sign-in stands there; the table has the same rows, and taking it is a deed itself."""
    assert 403 == Browser(address).post("/sign-in", {"person": "duty-2", "password": "wrong"})[0]
    sit = Browser(address, **{"Accept-Language": "en"}).sign_in("audit-1")
    wait_for(lambda: "sign-in refused" in words(sit.get("/audit?words=duty-2")[2]).partition("Note of")[2])

    status, headers, text = sit.post(
        "/audit/take", {"mark": sit.hidden("/audit")["mark"], "deed": "", "words": "duty-2"}
    )

    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))
    assert (200, "text/csv; charset=utf-8") == (status, headers["content-type"])
    assert {"duty-2"} == {row[2] for row in rows[1:]}
    wait_for(lambda: "audit, " in sit.get("/audit?deed=exported")[2])


def test_a_cell_is_no_formula():
    """What is opened in a spreadsheet computes nothing."""
    told = _table((Noted(Deed(1, 0, "exported", "desk-1", "=1+1", "-"), None),))

    assert ",'=1+1,-," in told


@pytest.mark.parametrize("person", ["watch-1", "duty-1"])
def test_the_audit_is_shown_to_auditors_alone(address, person):
    """Who is watched does not see by what."""
    sit = Browser(address).sign_in(person)

    assert 403 == sit.get("/audit")[0]
    assert "/audit" not in sit.get("/")[2]


@pytest.mark.parametrize("query", ["deed=nothing", "page=x", "page=-1", "page=99999999999999"])
def test_a_wrong_address_ends_in_words(address, query):
    """Neither a traceback nor an empty page."""
    assert Browser(address).sign_in("audit-1").get("/audit?" + query)[0] in (200, 404)
