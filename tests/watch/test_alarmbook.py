"""The journal of a live watch: what was written before a crash is there after it, and the file stays short."""

import os

import pytest

from searoom.encounters.bells import Answers
from searoom.encounters.detector import detect
from searoom.encounters.livewords import Standing, alert_words, answer_words, line
from searoom.errors import NotAllowed, StateUnknown
from searoom.watch import alarmbook
from searoom.watch.alarmbook import Alarmbook
from tracks_made import fixes_of, track

SECONDS = range(0, 60, 10)
ONE = detect(
    fixes_of([*track("A", 30.0, 130.0, 8.0, 90.0, SECONDS), *track("B", 30.0, 130.1, 8.0, 270.0, SECONDS)])
).encounters[0]
TOLD = [line("alert", alert_words(alert)) for alert in ONE.alerts]
HEARD = Answers().acknowledge(ONE, 5)
ANSWER = line("acknowledged", answer_words(("A", "B"), HEARD.acknowledged["A", "B"]))


def test_what_was_written_is_read_again(tmp_path):
    """The open encounter and the answer to it, after the process that wrote them is gone."""
    book, _ = Alarmbook.open(tmp_path / "watch.jsonl")
    book.write([*TOLD, ANSWER])
    book.sync()
    os.close(book._file)
    book, standing = Alarmbook.open(tmp_path / "watch.jsonl")

    assert [("A", "B", len(TOLD))] == [(one.a, one.b, len(one.alerts)) for one in standing.encounters()]
    assert HEARD.acknowledged == standing.answers.acknowledged
    book.close()


@pytest.mark.parametrize("cut", [1, 20, 100])
def test_a_torn_last_line_costs_itself_alone(tmp_path, cut):
    """A crash in the middle of a write: all before it stands, it is counted, and the next line is whole."""
    path = tmp_path / "watch.jsonl"
    path.write_bytes(b"".join(TOLD) + ANSWER[:-cut])
    book, standing = Alarmbook.open(path)

    assert (1 if cut > 1 else 0) == standing.unread
    book.write([ANSWER])
    book.close()
    book, again = Alarmbook.open(path)
    assert (0, HEARD.acknowledged) == (again.unread, again.answers.acknowledged)
    book.close()


def test_made_short_it_comes_to_the_same(tmp_path, monkeypatch):
    """What was cleared and answered long ago is left out, in one step: there is never half a journal."""
    monkeypatch.setattr(alarmbook, "MAX_BYTES", 2_000)
    path = tmp_path / "watch.jsonl"
    book, _ = Alarmbook.open(path)
    book.write([*TOLD, *[ANSWER] * 50])
    assert book.long
    book.shorten(Standing({("A", "B"): list(ONE.alerts)}, HEARD))
    assert not book.long
    assert len(TOLD) + 1 == len(path.read_bytes().splitlines())
    assert [path] == list(tmp_path.iterdir())
    book.write([ANSWER])
    book.close()
    book, standing = Alarmbook.open(path)
    assert ({("A", "B")}, HEARD) == (set(standing.told), standing.answers)
    book.close()


def test_two_watches_do_not_share_a_journal(tmp_path):
    """The second is refused while the first runs, and served after it."""
    book, _ = Alarmbook.open(tmp_path / "watch.jsonl")
    with pytest.raises(StateUnknown, match="in use"):
        Alarmbook.open(tmp_path / "watch.jsonl")
    book.close()
    Alarmbook.open(tmp_path / "watch.jsonl")[0].close()


def test_a_file_too_large_is_no_journal(tmp_path, monkeypatch):
    """Somebody named another file: it is left as it is."""
    monkeypatch.setattr(alarmbook, "MAX_READ_BYTES", 10)
    (tmp_path / "film.mkv").write_bytes(b"x" * 11)

    with pytest.raises(NotAllowed, match="too large"):
        Alarmbook.open(tmp_path / "film.mkv")
    assert b"x" * 11 == (tmp_path / "film.mkv").read_bytes()


def test_a_folder_that_cannot_be_written_is_said(tmp_path):
    """The watch does not start without the journal that was asked for."""
    with pytest.raises(StateUnknown, match="cannot be opened"):
        Alarmbook.open(tmp_path / "nowhere" / "watch.jsonl")
