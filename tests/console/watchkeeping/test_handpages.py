"""The hand-over end to end over HTTP: two accounts, two keys, and never a signature under what has changed since."""

import pytest

from console_at_work import Browser, console, fields_of, people, wait_for, words
from searoom.console.people import Person

PATH = "/watch/hand-over"
FIRST = Person("first", "First officer", frozenset({"watch"}), "amber-1")
SECOND = Person("second", "Second officer", frozenset({"watch"}), "amber-2")
LOOKS = Person("looks", "Auditor", frozenset({"auditor"}))


@pytest.fixture
def rooms(scene):
    """The scene, and a console with two officers of the watch."""
    people(scene.stage.folder("amber"), FIRST, SECOND, LOOKS)
    with console(scene.stage.folder("amber")) as address:
        yield scene, address


def sit(address, person):
    """Return a browser with this person before it."""
    return Browser(address, **{"Accept-Language": "en"}).sign_in(person)


def marked(text, **more):
    """Return the mark of a page with these fields."""
    held = fields_of(text)
    return {"mark": held["mark"], "number": held["number"], **more}


def look(browser):
    """Look at the hand-over once more; return the page and what its form sends."""
    text = browser.get(PATH)[2]
    status, _, shown = browser.post(PATH, marked(text, deed="look", number=fields_of(text)["number"] + "-look"))
    assert 200 == status, words(shown)
    return shown, {**fields_of(shown), "deed": "sign", "passphrase": ""}


def take(browser):
    """Take the watch."""
    _, form = look(browser)
    status, headers, text = browser.post(PATH, form)
    assert (303, "/watch") == (status, headers.get("location")), words(text)


def test_the_relieving_officer_signs_with_their_own_key(rooms):
    """The one leaves a remark, the other looks, signs and has the watch; the first screen and the log say so."""
    scene, address = rooms
    one, two = sit(address, "first"), sit(address, "second")
    assert "Nobody has signed for the watch yet." in words(one.get("/")[2])
    take(one)
    wait_for(lambda: "Lt Cdr Arden (Amber) has the watch since" in words(two.get("/")[2]))
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"})
    scene.meet()
    wait_for(lambda: "coral/0" in one.get(PATH)[2])
    remark = marked(one.get(PATH)[2], deed="remark", words="The technician comes at six.")
    assert 303 == one.post(PATH, remark)[0]

    shown, form = look(two)
    assert "The technician comes at six." in words(shown)
    assert "Until now: Lt Cdr Arden (Amber) From now: amber-2" in words(shown)
    assert 303 == two.post(PATH, form)[0]

    text = words(wait_for(lambda: "Capt Vale (Amber) has the watch" in (found := two.get("/watch")[2]) and found))
    assert "amber-2 took the watch from amber-1" in text
    index = max(at for at, note in enumerate(scene.view().notes) if note.filled.form == "hand-over")
    past = words(two.get(f"{PATH}/{index}")[2])
    assert "Signed by Capt Vale (Amber) with their own key; the signature holds." in past
    assert "First officer: The technician comes at six." in past
    assert "coral/0" in past


def test_what_came_meanwhile_is_shown_before_it_is_signed(rooms):
    """The page that is signed is the state at that moment: the second look says so, marks what is new, signs nothing."""
    scene, address = rooms
    two = sit(address, "second")
    _, form = look(two)
    scene.say("coral-1", "hotline-contact", {"phrase": "please-answer"}, precedence="flash")
    scene.meet()
    wait_for(lambda: "coral/0" in two.get(PATH)[2])

    status, _, text = two.post(PATH, form)

    assert 409 == status
    assert "Something came or changed since this was shown." in words(text)
    assert "new coral/0 flash" in words(text)
    assert [] == scene.watched()
    assert 303 == two.post(PATH, {**fields_of(text), "deed": "sign", "passphrase": ""})[0]
    assert ["hand-over"] == scene.watched()


def test_a_remark_that_came_meanwhile_is_read_before_the_watch_is_taken(rooms):
    """Nobody takes a watch past the last word of who leaves it."""
    _, address = rooms
    one, two = sit(address, "first"), sit(address, "second")
    _, form = look(two)
    assert 303 == one.post(PATH, marked(one.get(PATH)[2], deed="remark", words="Fog from the west."))[0]
    wait_for(lambda: "Fog from the west." in two.get(PATH)[2])

    status, _, text = two.post(PATH, form)

    assert 409 == status
    assert "Fog from the west." in words(text)


def test_however_often_it_is_pressed_the_watch_is_taken_once(rooms):
    """One form, one note."""
    scene, address = rooms
    two = sit(address, "second")
    _, form = look(two)
    assert {303} == {two.post(PATH, form)[0] for _ in range(4)}
    assert ["hand-over"] == scene.watched()


def test_who_signs_nothing_takes_no_watch(rooms):
    """An account that names no officer sees what is open, and is refused in words."""
    scene, address = rooms
    auditor = sit(address, "looks")
    text = auditor.get(PATH)[2]
    assert "I take the watch" not in text
    mark = sit_mark(auditor)
    for deed in ("look", "sign", "remark"):
        status, _, shown = auditor.post(PATH, {"mark": mark, "number": deed, "deed": deed, "words": "x"})
        assert 403 == status
        assert "Your account has no role for this page." in words(shown)
    assert [] == scene.watched()


def sit_mark(browser):
    """Return the mark of a session."""
    text = browser.get("/")[2]
    return text.partition('name="mark" value="')[2].partition('"')[0]


def test_an_empty_remark_is_refused(rooms):
    """And nothing is written."""
    scene, address = rooms
    one = sit(address, "first")
    status, _, text = one.post(PATH, marked(one.get(PATH)[2], deed="remark", words="   "))
    assert 404 == status
    assert "Nothing is written. Type what happened." in words(text)
    assert [] == scene.watched()


def test_longer_than_a_watch_is_said_on_the_first_screen(rooms):
    """A watch that nobody relieved is no watch."""
    scene, address = rooms
    folder = scene.stage.folder("amber")
    (folder / "watch.toml").write_text("format = 1\nhours = 1\n", encoding="utf-8")
    one = sit(address, "first")
    take(one)
    scene.tick(3599)
    scene.note("bell-note", {"a": "A", "b": "B", "grade": "warn", "at": "2026-06-03T02:00:00Z"})
    wait_for(lambda: "has the watch since" in words(one.get("/")[2]))
    scene.tick(3700)
    scene.note("bell-note", {"a": "A", "b": "B", "grade": "warn", "at": "2026-06-03T02:00:00Z"})
    wait_for(lambda: "longer than one watch of 1 h" in words(one.get("/")[2]))


def test_a_note_that_is_no_hand_over_is_not_shown_as_one(rooms):
    """Refused in words."""
    _, address = rooms
    assert 404 == sit(address, "first").get(f"{PATH}/0")[0]
