"""Where the pages lead: names of any letters come back whole, and a form is filled in with what was said."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from searoom.console.contact import links, speaking
from searoom.console.contact.speaking import Call
from searoom.errors import NotAllowed
from searoom.signals import codebook, forms

BOOK = codebook.load()
CALL = Call("CORAL 34", "AMBER 21", guard="121.5", exercise=True)


@pytest.mark.parametrize(("a", "b"), [("AMBER 21", "radar:bridge:7#2"), ("琥珀", "a&b=c"), ("A?", "B%")])
def test_names_come_back_whole(a, b):
    """Whatever a track is called, its address leads to it."""
    path = urlsplit(links.pair(a, b)).path

    assert ["", "encounters", a, b] == [unquote(part) for part in path.split("/")]


def test_a_call_is_logged_as_it_was_said():
    """Units, code, values, words, script, means and time; the form takes it as it stands."""
    row, values = BOOK.row("V-F2"), {"bearing": "310", "distance": "1.5"}
    spoken = speaking.speak(row, values, CALL)
    link = links.sent(row, values, spoken.words[0], CALL, back="/encounters/a/b")
    given = {name: value for name, (value,) in parse_qs(urlsplit(link).query).items()}
    fields = {name.removeprefix("field-"): value for name, value in given.items() if name.startswith("field-")}
    assert links.NOW == fields.pop("at")  # the moment of the press, which the form's page puts in its place
    fields["at"] = "2026-06-03T02:10:00Z"
    filled = forms.from_text(forms.load(), "contact-sent", fields, lang="en")

    assert ("/say/contact-sent", "/encounters/a/b", "en") == (urlsplit(link).path, given["back"], given["lang"])
    assert () == tuple(forms.check(filled, forms.load()))
    assert ("V-F2", "vhf", values) == (filled.fields["code"], filled.fields["means"], dict(filled.fields["parameters"]))
    assert filled.fields["script"].startswith("EXERCISE")


def test_what_cannot_be_read_aloud_is_not_logged_as_said():
    """Words that nobody reviewed have no script outside an exercise."""
    row = BOOK.row("V-Q1")
    japanese = speaking.speak(row, {}, Call("CORAL 34", "AMBER 21")).words[1]
    with pytest.raises(NotAllowed, match="cannot be read aloud"):
        links.sent(row, {}, japanese, CALL, back="/")
