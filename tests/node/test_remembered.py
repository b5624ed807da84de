"""What a node writes down beside its stores: how far its log is signed, and the last tick of a scenario."""

import pytest

from builders import epoch, make_party, make_record, roster, say
from searoom import clock
from searoom.errors import NotAllowed, StateUnknown
from searoom.keys.enrol import Settings
from searoom.node.remembered import NodeClock, Signed

AMBER, CORAL = make_party("amber"), make_party("coral")


@pytest.fixture
def record():
    return make_record(AMBER, roster(AMBER, CORAL))


def settings(kind, start="2026-06-03T02:00:00Z"):
    return Settings("amber", "demo", "AMBER 21", "127.0.0.1", 1, kind, start, (), {})


def older(entries=0):
    """Return amber's record as a store would hold it that was put back."""
    found = make_record(AMBER, roster(AMBER, CORAL))
    for _ in range(entries):
        say(found, AMBER, b"words")
    return found


def test_a_store_that_was_put_back_is_noticed(record, tmp_path):
    """More was signed than it holds; the same or more is nothing to notice."""
    for _ in range(2):
        say(record, AMBER, b"words")
    Signed(tmp_path, record).write()

    assert not Signed(tmp_path, record).behind()
    assert [True, True, False, False] == [Signed(tmp_path, older(size)).behind() for size in range(4)]


def test_a_log_that_is_not_there_any_more_is_noticed(record, tmp_path):
    """The store was put back to before our second log."""
    say(record, AMBER, b"words")
    epoch(record, AMBER)
    Signed(tmp_path, record).write()

    assert "amber.2 1\n" == (tmp_path / "signed").read_text()
    assert Signed(tmp_path, older(5)).behind()
    assert not Signed(tmp_path, record).behind()


@pytest.mark.parametrize("text", [None, "", "amber", "amber x", "amber 1 2", "\x00\x00\x00", "coral 7\n"])
def test_a_file_that_says_nothing_stops_nobody(record, tmp_path, text):
    """It is not synced: after the power failed it may be empty, and a node starts all the same."""
    if text is not None:
        (tmp_path / "signed").write_text(text)

    assert not Signed(tmp_path, record).behind()


def test_a_file_that_is_no_text_stops_nobody(record, tmp_path):
    """Bytes of a broken disk are no reason to end in a traceback."""
    (tmp_path / "signed").write_bytes(b"\xff\xfe")

    assert not Signed(tmp_path, record).behind()


def test_what_cannot_be_written_down_is_a_sentence(record, tmp_path):
    """The folder takes nothing: the state is not known, and no traceback."""
    (tmp_path / "signed.new").mkdir()
    (tmp_path / "tick.new").mkdir()

    with pytest.raises(StateUnknown, match="how far our log is signed cannot be written down"):
        Signed(tmp_path, record).write()
    with pytest.raises(StateUnknown, match="the time cannot be written down"):
        NodeClock(tmp_path, settings("scenario")).tick(clock.from_text("2026-06-03T02:00:01Z"))


def test_a_scenarios_clock_goes_on_from_its_last_tick(tmp_path):
    """The start where nothing was ticked, the last tick after that, and never back."""
    start = clock.from_text("2026-06-03T02:00:00Z")
    first = NodeClock(tmp_path, settings("scenario"))
    assert start == first.now()
    first.tick(start + 7)

    assert start + 7 == NodeClock(tmp_path, settings("scenario")).now()
    with pytest.raises(NotAllowed, match="cannot go back"):
        first.tick(start)


def test_the_machines_clock_is_nobodys_to_set(tmp_path, monkeypatch):
    """It is the machine's time, and a tick is refused and not written down."""
    monkeypatch.setattr(clock, "machine_now", lambda: 1_800_000_000_000_000)
    machine = NodeClock(tmp_path, settings("machine", ""))

    assert 1_800_000_000_000_000 == machine.now()
    with pytest.raises(NotAllowed, match="machine's clock"):
        machine.tick(1_900_000_000_000_000)
    assert [] == list(tmp_path.iterdir())
