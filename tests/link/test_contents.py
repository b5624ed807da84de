"""A part of a bundle is judged by cards alone: each signature and hash in it, and where its entries say they stand."""

import dataclasses

import pytest

from builders import EXERCISE, MECHANISM, NOW_US, exchange, parties, records, say
from searoom.errors import NotAllowed, Tampered
from searoom.link import frames
from searoom.link.bundle import make_parts
from searoom.link.contents import examine, manifest_of
from searoom.link.frames import Ahead, End, Entries, Hello
from searoom.record.entry import Entry

AMBER, CORAL = parties()
CARDS = (AMBER.card, CORAL.card)


def record(count=3):
    """Return amber's record, in which it has said some things."""
    a, _ = records()
    for number in range(count):
        say(a, AMBER, b"%d" % number)
    return a


def entries(a, start=0, **changed):
    """Return what amber hands over of its log."""
    batch = a.batch("amber", start)
    fields = {"log": batch.log, "start": batch.start, "items": batch.items, "note": batch.note, "proof": batch.proof}
    return Entries(**{**fields, "items": tuple(fields["items"]), "proof": tuple(fields["proof"]), **changed})


def part(*events, station=AMBER.station, **changed):
    """Return one part with these frames in one message."""
    names = {"mechanism": MECHANISM, "exercise": EXERCISE, "sender": "amber", "receiver": "coral", **changed}
    message = b"".join(frames.write(event) for event in events)
    (made,) = make_parts([message], **names, bundle_id=bytes(16), station=station)
    return made


def test_what_a_part_holds_is_told():
    """Who sent it to whom, which runs of which logs, and how many frames of other kinds."""
    a = record()
    hello = Hello(MECHANISM, bytes(32), "amber", "amber", 3, "coral", 0, bytes(32))
    data = part(hello, entries(a), End())
    found = examine(data, CARDS)

    assert (("amber", 0, 2),) == found.runs
    assert (3, 2) == (found.entries, found.others)
    assert found.manifest == manifest_of(data)
    assert ("amber", "coral", 1, 1) == (
        found.manifest.sender, found.manifest.receiver, found.manifest.part, found.manifest.parts
    )  # fmt: skip


def test_a_run_from_the_middle_is_taken_for_what_it_is():
    """Its entries are signed; that they fit those before them, nobody can tell from it."""
    assert (("amber", 1, 2),) == examine(part(entries(record(), 1)), CARDS).runs


def test_an_entry_that_went_ahead_is_judged_with_its_path():
    """It comes with the proof that it is under the signed head."""
    a = record()
    ahead = a.ahead(1)
    fields = (ahead.log, ahead.index, ahead.entry, ahead.body, tuple(ahead.proof), ahead.note)

    assert (("amber", 1, 1),) == examine(part(Ahead(*fields)), CARDS).runs
    with pytest.raises((NotAllowed, Tampered)):
        examine(part(Ahead(*fields[:4], (bytes(32), *fields[4][1:]), fields[5])), CARDS)


def test_a_part_of_another_station_is_refused():
    """The sender's own station signed it, by the card that is given."""
    with pytest.raises(NotAllowed, match="no station of 'amber'"):
        examine(part(entries(record()), station=CORAL.station), CARDS)
    with pytest.raises(NotAllowed, match="no station of 'amber'"):
        examine(part(entries(record())), [CORAL.card])


def test_lies_in_a_well_signed_part_are_found():
    """Another place, another body, a broken signature, another record's exercise bit, a head that is not theirs."""
    a, other = record(), record()
    good = entries(a)
    (first, body), second, third = good.items
    flipped = first[:-1] + bytes((first[-1] ^ 1,))
    for lie in (
        entries(a, items=(second, (first, body), third)),
        dataclasses.replace(good, start=1),
        entries(a, items=((first, second[1]), second, third)),
        entries(a, items=((flipped, body), second, third)),
        entries(a, note=other.note("amber")),
        entries(a, items=((first, body), second)),
    ):
        with pytest.raises((NotAllowed, Tampered)):
            examine(part(lie), CARDS)
    with pytest.raises(NotAllowed, match="another record"):
        examine(part(good, exercise=not EXERCISE), CARDS)


def test_an_entry_of_a_stranger_is_refused():
    """Whoever is on no card that was given says nothing here."""
    a, b = records()
    say(b, CORAL, b"words")
    exchange(a, b)
    batch = b.batch("coral", 0)
    run = Entries("coral", 0, tuple(batch.items), batch.note, tuple(batch.proof))

    assert (("coral", 0, 0),) == examine(part(run), CARDS).runs
    with pytest.raises(NotAllowed):
        examine(part(run), [AMBER.card])


@pytest.mark.parametrize("message", [b"\0\0\0\5abc", b"\0\0\0\0", b"\0\0\0\1\xff"])
def test_a_message_that_is_no_run_of_frames_is_refused(message):
    """Cut off, empty, or no frame."""
    (data,) = make_parts(
        [message], mechanism=MECHANISM, exercise=EXERCISE, sender="amber", receiver="coral", bundle_id=bytes(16),
        station=AMBER.station,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        examine(data, CARDS)


@pytest.mark.parametrize("data", [b"", b"x", b"\x82\x41\x00\x41\x00", b"\x83\x41\x00\x41\x00\x41\x00"])
def test_other_bytes_are_no_part(data):
    """Nothing is read of what is none."""
    with pytest.raises(NotAllowed):
        manifest_of(data)


def test_an_entry_keeps_its_own_index():
    """The entries that are told are the ones that say so themselves."""
    a = record()
    assert [0, 1, 2] == [Entry.from_bytes(data).index for data, _ in entries(a).items]
    assert NOW_US == Entry.from_bytes(entries(a).items[0][0]).placed_us
