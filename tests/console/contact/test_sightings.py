"""Sightings entered by hand: a form, a national note, and then a track like any other."""

import pytest

from console_at_work import fields_of, wait_for, words
from deskside import tick

SEEN = {"bearing_deg": "10", "range_nm": "2", "name": "dark ship", "seen": "no lights, grey hull"}


def written(browser, **more):
    """Fill in the form and send it; return status, headers and words."""
    status, headers, text = browser.post("/sightings", {**fields_of(browser.get("/sightings")[2]), **SEEN, **more})
    return status, headers, words(text)


def test_what_was_seen_is_a_note_under_the_officers_name(close):
    """The note stands in the national log and on the page, and nothing of it is said to anybody."""
    sit = close.sit(close.amber)
    status, headers, _ = written(sit)
    shown = sit.get("/sightings")[2]  # at once: a page that says "nothing yet" would be filled in a second time

    assert "sighted:dark ship" in shown
    (note,) = close.notes("sighting")
    assert (303, "/sightings") == (status, headers["location"])
    assert ("amber-1", "no lights, grey hull") == (note.fields["person"], note.fields["words"])
    assert {"amber": 0, "coral": 0} == {log: close.nodes["amber"].node.record.size(log) for log in ("amber", "coral")}


def test_what_was_seen_opens_an_encounter(close):
    """A ship seen by eye twice, coming at us: it stands among the encounters, and its page calls it by its bearing."""
    sit = close.sit(close.amber)
    for second, miles in ((630, "1.0"), (640, "0.95")):
        written(sit, sog_kn="20", cog_deg="190", range_nm=miles, range_error_nm="0.05")
        tick(close.stage, "amber", second)
    page = "/encounters/AMBER%2021/sighted%3Adark%20ship"
    text = wait_for(lambda: sit.get("/encounters")[2] if page in sit.get("/encounters")[2] else "")

    assert "SIGHTED" in words(sit.get(page)[2])
    assert "UNKNOWN VESSEL BEARING" in sit.get(f"{page}/words/V-Q1")[2].upper()
    assert "sighted:dark ship" in text


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"bearing_deg": "370"}, "True bearing, degrees out of range"),
        ({"range_nm": ""}, "sighting without Range by eye, nautical miles"),
        ({"name": "<script>alert(1)</script>" * 3}, "at most 48 letters"),
        ({"seen": "a\u202eb"}, "U+202E"),
        ({"time_utc": "now"}, "time cannot be read"),
        ({"lat": "91", "lon": "0"}, "Seen from latitude, degrees (empty: our own ship) out of range"),
    ],
)
def test_what_was_typed_wrong_is_told_and_stays_in_its_box(close, typed, says):
    """A sentence, the form as it was, and no half of a note."""
    sit = close.sit(close.amber)
    status, _, text = sit.post("/sightings", {**fields_of(sit.get("/sightings")[2]), **SEEN, **typed})

    assert 422 == status
    assert says in words(text)
    assert 'value="no lights, grey hull"' in text or "seen" in typed
    assert "<script>alert" not in text
    assert [] == close.notes("sighting")


def test_one_form_is_one_sighting(close):
    """Sent three times, noted once."""
    sit = close.sit(close.amber)
    fields = {**fields_of(sit.get("/sightings")[2]), **SEEN}
    for _ in range(3):
        assert 303 == sit.post("/sightings", fields)[0]

    assert 1 == len(close.notes("sighting"))


def test_an_auditor_writes_nothing_down(close):
    """The page is for who keeps the watch."""
    assert 403 == close.sit(close.amber, "audit-1").get("/sightings")[0]
