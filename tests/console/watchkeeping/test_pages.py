"""The running log as a page: an entry by hand, filters in the address, and what a person without a role may do."""

import pytest

from console_at_work import Browser, console, fields_of, wait_for, words


@pytest.fixture
def rooms(scene):
    """The scene and a console."""
    with console(scene.stage.folder("amber")) as address:
        yield scene, address


def sit(address, person="watch-1", lang="en"):
    """Return a browser with this person before it."""
    return Browser(address, **{"Accept-Language": lang}).sign_in(person)


def test_an_entry_by_hand_stands_in_the_log_at_once(rooms):
    """With who wrote it, Z first and both local times beside it; and however often it is sent, once."""
    scene, address = rooms
    one = sit(address)
    form = {
        **fields_of(one.get("/watch")[2]),
        "kind": "told",
        "words": "Harbour told of the drill.",
        "about": "amber/3",
    }
    assert [(303, "/watch")] * 3 == [
        (status, found["location"]) for status, found, _ in (one.post("/watch", form),) * 3
    ]
    text = words(one.get("/watch?kind=watch")[2])
    assert 1 == text.count("Harbour told of the drill.")
    assert "somebody was told · Harbour told of the drill. · amber/3" in text
    assert "2026-06-03T02:00:00Z Amber 11:00 +09:00 Coral 10:00 +08:00" in text
    assert "Watch 1" in text
    assert "Harbour" not in words(one.get("/watch?kind=alarm")[2])


@pytest.mark.parametrize(("field", "value"), [("words", "  "), ("kind", "gossip"), ("words", "x" * 4001)])
def test_what_is_no_entry_is_refused_in_words(rooms, field, value):
    """And nothing is written."""
    scene, address = rooms
    one = sit(address)
    form = {**fields_of(one.get("/watch")[2]), "kind": "note", "words": "Fog.", field: value}
    assert 404 == one.post("/watch", form)[0]
    assert [] == scene.watched()


def test_hostile_words_are_shown_and_not_obeyed(rooms):
    """Markup is words, and a mark that turns the direction of writing is no entry."""
    scene, address = rooms
    one = sit(address)
    form = {**fields_of(one.get("/watch")[2]), "kind": "note", "words": "<script>alert(1)</script>"}
    assert 404 == one.post("/watch", {**form, "number": "n", "words": "\u202egnp"})[0]
    assert 303 == one.post("/watch", form)[0]
    text = wait_for(lambda: "alert(1)" in (found := one.get("/watch")[2]) and found)
    assert "<script>alert" not in text
    assert ["watch-entry"] == scene.watched()


def test_an_auditor_reads_and_writes_nothing(rooms):
    """The log is for everybody who is signed in; its pen is not."""
    _, address = rooms
    auditor = sit(address, "audit-1")
    status, _, text = auditor.get("/watch")
    assert 200 == status
    assert "Write it into the log" not in text


def test_odd_addresses_show_the_log(rooms):
    """A filter that there is not, a time that is none: the log, and no fault."""
    _, address = rooms
    one = sit(address)
    for query in ("kind=rain", "before=x", "before=99999999999999999999", "kind=watch&kind=alarm"):
        assert 200 == one.get(f"/watch?{query}")[0]


def test_settings_that_cannot_be_read_are_said_on_the_page(rooms):
    """The example serves meanwhile, and the row that is wrong is named."""
    scene, address = rooms
    (scene.stage.folder("amber") / "watch.toml").write_text("format = 1\nhours = 90\n", encoding="utf-8")
    assert "a watch lasts 1 to 48 hours" in words(sit(address).get("/watch")[2])
