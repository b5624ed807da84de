"""Commands for a counterpart that is reached by other means, as an officer types them."""

from dataclasses import replace

import pytest

from builders import make_party
from fake_desk import FakeDesk
from searoom import cli, officer
from searoom.commands import paper
from searoom.errors import NotAllowed
from searoom.matters.slip import MATCHES, check_slip, slip
from searoom.signals import forms
from searoom.statements.offrecord import PROVES_NOTHING
from told import BOOK, Tale


@pytest.fixture
def alone(monkeypatch, tmp_path):
    """Seat amber's officer at a desk without any counterpart's card; return desk and run(*words)."""
    desk = FakeDesk(make_party("amber"))
    monkeypatch.setattr(officer, "ask", desk)
    key = desk.key(tmp_path, 1)

    def run(command, *words):
        return cli.main([command, str(tmp_path), *words, "--key", str(key)])

    return desk, run


def said(desk, at=-1):
    """Return what was said last."""
    return forms.decode(desk.content(at), BOOK)


def test_logs_what_was_heard_as_words_and_as_a_form(alone, capsys):
    """By telephone: who, when, from what, in which words, and as what it was understood, answering our entry."""
    desk, run = alone
    code = run(
        "transcribe", "--from", "coral", "--medium", "telephone", "--heard-by", "Lt Reed", "--at", "2026-06-03T02:20Z",
        "--reply", "amber/3", "--words", "はい、います。", "--lang", "ja", "--form", "hotline-contact",
        "--set", "phrase=we-are-here", "--speaker", "Duty officer", "--source", "line 4", "--language", "ja",
        "--code", "AAAA",
    )  # fmt: skip
    filled = said(desk)

    assert (0, "transcribed", ("amber", 3)) == (code, filled.form, filled.reply_to)
    assert {"coral", "telephone", "Lt Reed", "はい、います。", "Duty officer", "line 4", "ja", "AAAA"} <= set(
        filled.fields.values()
    )
    understood = forms.decode(filled.fields["understood"], BOOK)
    assert ("hotline-contact", {"phrase": "we-are-here"}, ("amber", 3)) == (
        understood.form,
        understood.fields,
        understood.reply_to,
    )
    assert "placed as amber/0" in capsys.readouterr().out


def test_refuses_a_transcript_of_nothing(alone, capsys):
    """Neither words nor form; fields without a form; a form inside that cannot stand there."""
    desk, run = alone
    usual = ("--from", "coral", "--medium", "fax", "--heard-by", "Lt Reed", "--at", "2026-06-03T02:20Z")
    for more in ((), ("--set", "phrase=we-are-here"), ("--form", "sighting", "--set", "craft=x")):
        assert 3 == run("transcribe", *usual, *more)
    assert "one of these is needed: words, understood" in capsys.readouterr().err
    assert [] == desk.verbs()


def test_logs_that_an_entry_was_handed_over(alone):
    """To whom, by what, when, and what was read back."""
    desk, run = alone
    code = run(
        "convey", "amber/3", "--to", "coral", "--medium", "fax", "--at", "2026-06-03T02:20Z", "--readback", "code",
        "--taken-by", "Duty officer",
    )  # fmt: skip
    filled = said(desk)

    assert (0, "conveyed", ("amber", 3)) == (code, filled.form, filled.reply_to)
    assert ("coral", "fax", "code", "Duty officer") == tuple(
        filled.fields[name] for name in ("party", "medium", "readback", "taken_by")
    )


def page():
    """Return a slip of amber's, as its node would make it."""
    tale = Tale()
    ref = tale.say("amber", "hotline-message", text="x")
    message = tale.account().message(ref)
    message = replace(message, filled=forms.from_text(BOOK, "hotline-message", {"text": "Your course?"}))
    return slip(message, BOOK, lang="ja", mechanism="demo-2026", exercise=True, names={}, to=("coral",))


def test_prints_a_page_and_its_code(monkeypatch, tmp_path, capsys):
    """As text on the screen, as HTML in a file; the node makes both."""
    made, asked = page(), []

    def ask(_folder, request):
        asked.append(request)
        return {"text": made.text(), "html": made.html(), "code": made.code}

    monkeypatch.setattr(paper, "ask", ask)
    html = tmp_path / "page.html"
    assert 0 == cli.main(["slip", str(tmp_path), "amber.2/0", "--lang", "ja", "--html", str(html)])

    assert [{"do": "slip", "log": "amber.2", "index": 0, "lang": "ja"}] == asked
    out = capsys.readouterr().out
    assert MATCHES == check_slip(out, made.code)
    assert made.html() == html.read_text(encoding="utf-8")


def test_compares_a_retyped_page(tmp_path, capsys):
    """0 where it fits, 1 where a letter is wrong or the code was misread; in each language, and for programs."""
    made = page()
    file = tmp_path / "page.txt"
    file.write_text(made.text(), encoding="utf-8")
    assert 0 == cli.main(["checkslip", str(file), made.code])
    assert "The code fits the page" in capsys.readouterr().out
    file.write_text(made.text().replace("course", "coarse"), encoding="utf-8")
    assert 1 == cli.main(["checkslip", str(file), made.code, "--lang", "zh"])
    assert "不一致" in capsys.readouterr().out
    assert 1 == cli.main(["checkslip", str(file), made.code[:-1] + "?", "--json"])
    assert '"misread"' in capsys.readouterr().out
    assert 3 == cli.main(["checkslip", str(tmp_path / "none.txt"), made.code])


def test_a_page_of_no_text_is_refused(tmp_path):
    """A photograph is no text."""
    file = tmp_path / "page.jpg"
    file.write_bytes(b"\xff\xd8")
    with pytest.raises(NotAllowed, match="cannot be read as text"):
        paper.check([str(file), "AAAA"])


def test_says_and_shows_words_off_the_record(monkeypatch, tmp_path, capsys):
    """Said by number; our copies are printed with what they do not prove, in each language."""
    asked = []

    def ask(_folder, request):
        asked.append(request)
        return {"number": 3, "asides": [{"author": "amber", "number": "3", "text": "Noon."}]}

    monkeypatch.setattr(paper, "ask", ask)
    assert 0 == cli.main(["aside", str(tmp_path), "amber.2/7", "--say", "Noon."])
    assert "number 3" in capsys.readouterr().out
    assert 0 == cli.main(["aside", str(tmp_path), "amber.2/7", "--lang", "zh"])
    out = capsys.readouterr().out
    assert "amber 3: Noon." in out
    assert PROVES_NOTHING["zh"] in out
    assert 0 == cli.main(["aside", str(tmp_path), "amber.2/7", "--json"])
    assert '"Noon."' in capsys.readouterr().out
    assert ["aside", "asides", "asides"] == [request["do"] for request in asked]
    assert {"amber.2/7"} == {request["channel"] for request in asked}
