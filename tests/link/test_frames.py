"""Each thing that can be said has one byte string, is bounded, and is read back as what was said."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import cosign, exchange, parties, records, say
from searoom import cbor
from searoom.errors import NotAllowed
from searoom.link import frames as f
from searoom.link.frames import (
    Ahead,
    Annex,
    Aside,
    AsideHeld,
    Cosigned,
    End,
    Entries,
    Event,
    Fault,
    Hello,
    Want,
    WantAnnex,
    Witness,
)
from searoom.record import ahead, batch, entry, seal
from searoom.record.log import MAX_BATCH_ITEMS
from searoom.record.roster import author_of, log_name

HASHES = st.binary(min_size=32, max_size=32)
SIZES = st.integers(0, f.MAX_SIZE)
LOGS = st.builds(log_name, st.sampled_from(["amber", "coral", "a", "b2" * 16]), st.integers(1, 999_999))
LINES = st.text(st.characters(codec="ascii", min_codepoint=32, max_codepoint=126), min_size=1, max_size=f.MAX_NAME)
PROOFS = st.lists(HASHES, max_size=4).map(tuple)
NOTES = st.binary(min_size=1, max_size=40)
BODIES = st.binary(max_size=40)
EVENTS = st.one_of(
    st.builds(Hello, LINES, HASHES, LINES, LOGS, SIZES, LOGS, SIZES, HASHES),
    st.builds(
        Entries,
        LOGS,
        st.integers(0, f.MAX_SIZE - 3),
        st.lists(st.tuples(NOTES, BODIES), min_size=1, max_size=3).map(tuple),
        NOTES,
        PROOFS,
    ),
    st.builds(Ahead, LOGS, SIZES, NOTES, BODIES, PROOFS, NOTES),
    st.builds(Witness, NOTES),
    st.builds(Cosigned, NOTES),
    st.builds(Want, LOGS, SIZES),
    st.builds(Aside, LINES, SIZES, NOTES),
    st.builds(AsideHeld, LINES, SIZES),
    st.builds(WantAnnex, st.sets(HASHES, min_size=1, max_size=5).map(sorted).map(tuple)),
    st.builds(Annex, HASHES, BODIES),
    st.builds(Fault, LINES, LINES),
    st.builds(End),
)


@given(EVENTS)
def test_reads_back_what_was_written(event: Event) -> None:
    """A frame is its length and its array; what is read is what was said, and is written as the same bytes."""
    data = f.write(event)
    assert int.from_bytes(data[: f.LENGTH_BYTES], "big") == len(data) - f.LENGTH_BYTES
    assert event == f.read(data[f.LENGTH_BYTES :])
    assert data == f.write(f.read(data[f.LENGTH_BYTES :]))


@given(EVENTS, st.data())
def test_a_changed_frame_is_another_thing_or_nothing(event: Event, data: st.DataObject) -> None:
    """No two byte strings say the same: a frame with one byte changed, cut or added never reads as the same event."""
    frame = f.write(event)[f.LENGTH_BYTES :]
    at = data.draw(st.integers(0, len(frame) - 1))
    changed = bytearray(frame)
    changed[at] ^= data.draw(st.integers(1, 255))
    for other in (bytes(changed), frame[:at], frame + b"\x00"):
        try:
            assert f.read(other) != event
        except NotAllowed:
            continue


def test_every_event_has_its_word_and_every_word_its_reader() -> None:
    """The two tables name the same twelve words."""
    assert list(f.FRAMES) == list(f.WORDS.values())
    assert set(f.WORDS) == set(f.Event.__args__)  # type: ignore[attr-defined]  # a union


@given(LOGS)
def test_the_author_of_a_log_is_who_the_record_says(log: str) -> None:
    """The wire reads no record, and names authors as the record does."""
    assert author_of(log) == f.author(log)


def test_no_limit_is_below_what_the_record_allows() -> None:
    """Whatever the record takes can be carried."""
    assert f.MAX_ENTRY_BYTES >= entry.MAX_ENTRY
    assert f.MAX_BODY_BYTES >= seal.MAX_BODY
    assert f.MAX_NOTE_BYTES >= ahead.MAX_NOTE
    assert f.MAX_PROOF >= max(batch.MAX_PROOF, ahead.MAX_PROOF)
    assert f.MAX_ITEMS >= MAX_BATCH_ITEMS


def test_a_cosigned_note_fits_with_room() -> None:
    """Four lines, two of them ML-DSA-44, are the longest note that goes over a line."""
    amber, coral = records()
    say(amber, parties()[0], b"words")
    exchange(amber, coral)
    cosign(amber, coral)
    note = amber.cosigned("amber", "coral")
    assert note is not None
    assert 2 * len(note) <= f.MAX_NOTE_BYTES


def test_a_frame_at_each_limit_passes() -> None:
    """The largest of each that may be said can be said."""
    note, hashes = b"n" * f.MAX_NOTE_BYTES, tuple(n.to_bytes(32, "big") for n in range(64))
    items = ((b"e" * f.MAX_ENTRY_BYTES, b"b" * f.MAX_BODY_BYTES),) * 7
    for event in (
        Entries("amber", f.MAX_SIZE - 7, items, note, hashes),
        Entries("amber", 0, ((b"e", b""),) * f.MAX_ITEMS, note, hashes),
        Ahead("amber.999999", f.MAX_SIZE, *items[0], hashes, note),
        Want("a" * 32, f.MAX_SIZE),
        Aside("c" * f.MAX_NAME, f.MAX_SIZE, b"w" * f.MAX_ASIDE_BYTES),
        WantAnnex(hashes),
        Annex(hashes[0], b"d" * f.MAX_ANNEX_BYTES),
        Fault("c" * f.MAX_NAME, "s" * f.MAX_SENTENCE),
    ):
        assert event == f.read(f.write(event)[f.LENGTH_BYTES :])


@pytest.mark.parametrize(
    "frame",
    [
        b"\x9f\x63end\xff",
        b"\x81\x78\x03end",
        b"\x98\x01\x63end",
        b"\xc1\x81\x63end",
        b"\x81\x63end\x00",
        b"\x81\x43end",
        b"\xa1\x00\x63end",
        b"\x81\x64\xff\xfe\xfd\xfc",
        b"\x81" * 40 + b"\x63end",
        b"\x9b\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x83\x65want\x00\x00",
    ],
)
def test_another_way_to_write_the_same_is_refused(frame: bytes) -> None:
    """Indefinite and over-long lengths, tags, trailing bytes, depth and sizes beyond the data: none of them is read."""
    with pytest.raises(NotAllowed):
        f.read(frame)


def test_a_frame_over_its_limit_is_not_even_decoded() -> None:
    """Whoever hands a frame over: past the limit no byte of it is looked at."""
    with pytest.raises(NotAllowed, match="more than the 2097152 allowed"):
        f.read(b"\x82\x65annex" + bytes(f.MAX_FRAME_BYTES))


def test_what_is_read_is_written_again_and_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a decoder ever be lenient, a frame in other bytes than its own is still refused."""
    monkeypatch.setattr(f.cbor, "decode", lambda *_args, **_more: ["end"])
    with pytest.raises(NotAllowed, match="written otherwise than it must be"):
        f.read(b"\x81\x78\x03end")


def test_a_hostile_length_costs_no_memory() -> None:
    """A frame that claims 2^63 items is refused before anything of that size is made."""
    before = sys.getsizeof([])
    with pytest.raises(NotAllowed, match="more items than the data can hold"):
        f.read(b"\x84\x67entries\x65amber\x00\x9b\x7f" + b"\xff" * 7)
    assert before == sys.getsizeof([])


def test_a_text_that_reads_otherwise_than_it_is_stored_is_refused() -> None:
    """Bidirectional overrides and control characters in a name, a channel or a fault."""
    for text in ("am\u202eber", "a\x00b", "a\u200bb"):
        for event in (Fault("code", text), Aside(text, 1, b"w"), AsideHeld(text, 1)):
            with pytest.raises(NotAllowed):
                f.write(event)


@pytest.mark.parametrize("fields", [
    ["fault", b"busy", "later"], ["fault", "busy", b"later"], ["fault", 7, "later"], ["fault", ["busy"], "later"],
    ["want", b"amber", 0], ["want", 5, 0], ["want", None, 0], [["end"]], [{}], [b"end"], [5], "end", {}, [],
], ids=repr)  # fmt: skip
def test_another_kind_of_value_in_a_place_is_refused(fields):
    """Bytes where text belongs, a list where a word belongs: refused as what they are, never a crash."""
    with pytest.raises(NotAllowed):
        f.read(cbor.encode(fields))


def test_says_which_version_the_other_speaks():
    """The watch reads which release lacks: theirs or ours."""
    with pytest.raises(NotAllowed, match=r"another version of the exchange \(2\) than this one \(1\)"):
        f.read(cbor.encode(["hello", 2, "other", "fields"]))
    with pytest.raises(NotAllowed, match=r"another version of the exchange \(none\)"):
        f.read(cbor.encode(["hello"]))


def test_the_shortest_and_the_longest_frame_are_said(monkeypatch):
    """One byte is an aside; a frame of just the longest length is written, one byte more is not."""
    shortest = Aside("t", 0, b"w")
    data = f.write(shortest)
    assert shortest == f.read(data[f.LENGTH_BYTES :])
    monkeypatch.setattr(f, "MAX_FRAME_BYTES", len(data) - f.LENGTH_BYTES)
    assert data == f.write(shortest)
    monkeypatch.setattr(f, "MAX_FRAME_BYTES", len(data) - f.LENGTH_BYTES - 1)
    with pytest.raises(NotAllowed, match="is longer than the"):
        f.write(shortest)


def test_writes_nothing_that_would_be_read_as_another_thing():
    """A list where the event has a tuple would come back as another event."""
    with pytest.raises(NotAllowed, match="would be read as another thing than was said"):
        f.write(WantAnnex([bytes(32)]))


def test_the_largest_size_is_the_largest_that_eight_signed_bytes_hold():
    """One more is refused by every reader, whatever its language."""
    assert 9_223_372_036_854_775_807 == f.MAX_SIZE
    assert Want("amber", 9_223_372_036_854_775_807) == f.read(cbor.encode(["want", "amber", 9_223_372_036_854_775_807]))
    with pytest.raises(NotAllowed, match="2\\^63 - 1"):
        f.read(cbor.encode(["want", "amber", 9_223_372_036_854_775_808]))
