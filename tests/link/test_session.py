"""Both ends of the exchange in one place, fed whole, byte by byte and with too much."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.link import frames as f
from searoom.link import session as s
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
from searoom.link.session import NEED_DATA, Role, Session, State

ROOT = bytes(32)
TEXT = b"t" * 32
CLIENT_HELLO = Hello("demo-2026", TEXT, "amber", "amber.2", 3, "coral", 2, ROOT)
SERVER_HELLO = Hello("demo-2026", TEXT, "coral", "coral", 2, "amber", 3, ROOT)
AMBER_ENTRIES = Entries("amber", 2, ((b"entry", b"body"),), b"note", (ROOT, TEXT))
CORAL_ENTRIES = Entries("coral", 1, ((b"entry", b""), (b"other", b"body")), b"note", ())
AMBER_AHEAD = Ahead("amber.2", 7, b"entry", b"body", (ROOT,), b"note")
CORAL_AHEAD = Ahead("coral", 7, b"entry", b"", (), b"note")
# One of each kind that may be said between hello and end.
TALK: list[Event] = [
    AMBER_ENTRIES,
    AMBER_AHEAD,
    Witness(b"a"),
    Cosigned(b"b"),
    Want("coral.2", 5),
    Aside("table", 3, b"off the record"),
    AsideHeld("table", 2),
    WantAnnex((ROOT, TEXT)),
    Annex(TEXT, b"a name"),
]
CLIENT_SAYS: list[Event] = [CLIENT_HELLO, *TALK, End()]
SERVER_SAYS: list[Event] = [SERVER_HELLO, CORAL_ENTRIES, CORAL_AHEAD, Fault("fork", "we hold another log"), End()]


def ends() -> tuple[Session, Session]:
    return (
        Session(Role.CLIENT, "demo-2026", "amber", "coral"),
        Session(Role.SERVER, "demo-2026", "coral", "amber"),
    )


def frame(value: cbor.Value) -> bytes:
    body = cbor.encode(value)
    return len(body).to_bytes(4, "big") + body


def hear(session: Session) -> list[Event]:
    heard = []
    while (event := session.next_event()) is not NEED_DATA:
        heard.append(event)
    return heard


@pytest.mark.parametrize("piece", [1, 2, 7, 1000])
def test_carries_a_whole_exchange_in_any_pieces(piece: int) -> None:
    """Both sides hear exactly what the other said, however the bytes were cut."""
    client, server = ends()
    for speaker, listener, says in ((client, server, CLIENT_SAYS), (server, client, SERVER_SAYS)):
        data = b"".join(speaker.send(event) for event in says)
        heard: list[Event] = []
        for at in range(0, len(data), piece):
            listener.receive_data(data[at : at + piece])
            heard += hear(listener)
        assert says == heard
    assert (client.state, server.state) == (State.CLOSED, State.CLOSED)


def test_reads_a_whole_message_at_once() -> None:
    """`receive_message` returns every event, its end last."""
    client, server = ends()
    assert tuple(CLIENT_SAYS) == server.receive_message(b"".join(client.send(event) for event in CLIENT_SAYS))


def test_refuses_a_message_cut_at_any_byte() -> None:
    """A message that lost its tail is no shorter message."""
    client, _ = ends()
    data = b"".join(client.send(event) for event in CLIENT_SAYS)
    for cut in range(len(data)):
        with pytest.raises(NotAllowed, match="breaks off"):
            ends()[1].receive_message(data[:cut])


@pytest.mark.parametrize("more", [b"\x00", frame(["end"]), b"x" * 100])
def test_refuses_what_follows_the_end(more: bytes) -> None:
    """After `end` nothing may come, in the same bytes or later."""
    client, server = ends()
    data = b"".join(client.send(event) for event in CLIENT_SAYS)
    with pytest.raises(NotAllowed, match="out of turn"):
        server.receive_message(data + more)
    _, later = ends()
    later.receive_data(data)
    assert hear(later) == CLIENT_SAYS
    later.receive_data(more)
    with pytest.raises(NotAllowed, match="out of turn"):
        later.next_event()


def test_refuses_data_after_the_end_of_data() -> None:
    """Who said that no more will come cannot go on."""
    _, server = ends()
    server.receive_data(b"")
    with pytest.raises(NotAllowed, match="after its end"):
        server.receive_data(b"x")


def test_refuses_an_answer_before_the_question() -> None:
    """The client hears nothing before it has said `end` itself."""
    client, _ = ends()
    client.send(CLIENT_HELLO)
    client.receive_data(frame(["end"]))
    with pytest.raises(NotAllowed, match="out of turn"):
        client.next_event()


@pytest.mark.parametrize("state", list(State))
@pytest.mark.parametrize("event", [CLIENT_HELLO, *TALK, Fault("c", "s"), End()], ids=lambda event: f.WORDS[type(event)])
def test_keeps_to_the_state_table(state: State, event: Event) -> None:
    """In each state the client may say what the table lists for it, and nothing else."""
    before: dict[State, list[Event]] = {
        State.CLIENT_OPENS: [],
        State.CLIENT_TALKS: [CLIENT_HELLO],
        State.CLIENT_STOPS: [CLIENT_HELLO, Fault("c", "s")],
        State.SERVER_OPENS: [CLIENT_HELLO, End()],
    }
    if state not in before:
        assert s.STATES[state][0] is not Role.CLIENT
        return
    client, _ = ends()
    for earlier in before[state]:
        client.send(earlier)
    assert state is client.state
    turn, table = s.STATES[state]
    if turn is Role.CLIENT and type(event) in table:
        client.send(event)
        assert table[type(event)] is client.state
    else:
        with pytest.raises(NotAllowed, match="may not say"):
            client.send(event)
        assert state is client.state


def hello(**changes: cbor.Value) -> list[cbor.Value]:
    """A hello of amber's as an array, with some of its fields changed."""
    fields: dict[str, cbor.Value] = {
        "version": 1,
        "mechanism": "demo-2026",
        "agreement": TEXT,
        "party": "amber",
        "own_log": "amber",
        "own_size": 0,
        "held_log": "coral",
        "held_size": 0,
        "held_root": ROOT,
    }
    assert set(changes) <= set(fields)
    return ["hello", *(fields | changes).values()]


def entries(**changes: cbor.Value) -> list[cbor.Value]:
    fields: dict[str, cbor.Value] = {
        "log": "amber",
        "start": 0,
        "items": [[b"e", b"b"]],
        "note": b"note",
        "proof": [],
    }
    assert set(changes) <= set(fields)
    return ["entries", *(fields | changes).values()]


def ahead(**changes: cbor.Value) -> list[cbor.Value]:
    fields: dict[str, cbor.Value] = {
        "log": "amber",
        "index": 0,
        "entry": b"e",
        "body": b"b",
        "proof": [],
        "note": b"note",
    }
    assert set(changes) <= set(fields)
    return ["ahead", *(fields | changes).values()]


BAD_FRAMES: list[cbor.Value] = [
    [],
    {},
    None,
    "hello",
    ["goodbye"],
    [7],
    ["end", 1],
    ["hello"],
    hello(version=0),
    hello(version=2),
    hello(version=True),
    hello(version="1" * 5000),
    ["hello", 0, "demo-2026", "amber", 0, 0, ROOT],  # as version 0 wrote it
    [*hello(), None],
    hello(mechanism="demo-2027"),
    hello(agreement=TEXT[1:]),
    hello(agreement="demo-2026"),
    hello(party="coral"),
    hello(party=""),
    hello(party="amber\n"),
    hello(party="a" * 65),
    hello(own_log="coral"),
    hello(own_log="amber.1"),
    hello(own_log="amber."),
    hello(own_log="amber.02"),
    hello(own_log="amber.1000000"),
    hello(own_log="amber/national"),
    hello(own_log="amber\n"),
    hello(own_log=1),
    hello(held_log="amber"),
    hello(held_log="teal"),
    hello(own_size=-1),
    hello(own_size=1 << 63),
    hello(held_size=True),
    hello(held_size=None),
    hello(held_root=ROOT[1:]),
    hello(held_root=None),
]
BAD_TALK: list[cbor.Value] = [
    entries(log="Amber"),
    entries(log="amber/national"),
    entries(items=[]),
    entries(items=[[b"e"]]),
    entries(items=[[b"e", b"b", b""]]),
    entries(items=[b"eb"]),
    entries(items=[[b"", b"b"]]),
    entries(items=[["e", b"b"]]),
    entries(items=[[b"e" * (f.MAX_ENTRY_BYTES + 1), b"b"]]),
    entries(items=[[b"e", b"b" * (f.MAX_BODY_BYTES + 1)]]),
    entries(items=[[b"e", b"b"]] * (f.MAX_ITEMS + 1)),
    entries(start=f.MAX_SIZE),
    entries(start=-1),
    entries(note=b""),
    entries(proof=[ROOT] * 65),
    entries(proof=[ROOT[1:]]),
    entries(proof=ROOT),
    entries(proof=None),
    ahead(log="teal"),
    ahead(index=-1),
    ahead(entry=b""),
    ahead(entry=b"e" * (f.MAX_ENTRY_BYTES + 1)),
    ahead(body=b"b" * (f.MAX_BODY_BYTES + 1)),
    ahead(body=None),
    ahead(proof=[ROOT] * 65),
    ahead(note=b""),
    ["witness", "note"],
    ["witness", b"n" * (f.MAX_NOTE_BYTES + 1)],
    ["cosigned", b""],
    ["want", "coral"],
    ["want", "coral", -1],
    ["want", "coral", 1 << 63],
    ["want", "coral/national", 0],
    ["want", "", 0],
    ["aside", "", 0, b"words"],
    ["aside", "table", -1, b"words"],
    ["aside", "table", 0, b""],
    ["aside", "table", 0, b"w" * (f.MAX_ASIDE_BYTES + 1)],
    ["aside-held", "table", None],
    ["want-annex", []],
    ["want-annex", [ROOT[1:]]],
    ["want-annex", [TEXT, ROOT]],
    ["want-annex", [ROOT, ROOT]],
    ["want-annex", [n.to_bytes(32, "big") for n in range(65)]],
    ["annex", ROOT[1:], b"data"],
    ["annex", ROOT, b"d" * (f.MAX_ANNEX_BYTES + 1)],
    ["fault", "", "sentence"],
    ["fault", "code", "s" * 501],
    ["fault", "code", "two\nlines"],
    ["fault", "code", "two\tcolumns"],
    hello(),
]


@pytest.mark.parametrize("value", BAD_FRAMES, ids=range(len(BAD_FRAMES)))
def test_refuses_a_bad_opening(value: cbor.Value) -> None:
    """A first frame that is no proper hello of the expected party kills the session, for good."""
    _, server = ends()
    server.receive_data(frame(value))
    with pytest.raises(NotAllowed):
        server.next_event()
    with pytest.raises(NotAllowed, match="begin a new one"):
        server.next_event()
    with pytest.raises(NotAllowed, match="begin a new one"):
        server.send(SERVER_HELLO)


@pytest.mark.parametrize("value", BAD_TALK, ids=range(len(BAD_TALK)))
def test_refuses_a_bad_frame_after_a_good_one(value: cbor.Value) -> None:
    """Each field has its kind and its bound."""
    client, server = ends()
    server.receive_data(client.send(CLIENT_HELLO) + frame(value))
    assert server.next_event() == CLIENT_HELLO
    with pytest.raises(NotAllowed):
        server.next_event()


def test_refuses_a_long_frame_by_its_length_alone() -> None:
    """Four bytes are enough to refuse: nothing is waited for or kept."""
    _, server = ends()
    server.receive_data((f.MAX_FRAME_BYTES + 1).to_bytes(4, "big"))
    with pytest.raises(NotAllowed, match="longer"):
        server.next_event()


def test_names_another_version_before_it_counts_fields() -> None:
    """Who speaks an older or a newer version is told so, whatever else its hello holds."""
    for value in (["hello", 0, "demo-2026", "amber", 0, 0, ROOT], hello(version=2), hello(version=True), ["hello"]):
        with pytest.raises(NotAllowed, match="another version of the exchange"):
            ends()[1].receive_message(frame(value))


@pytest.mark.parametrize("event", [event for event in TALK if s.MOST[type(event)] > 1], ids=lambda e: f.WORDS[type(e)])
def test_bounds_each_kind_of_frame(event: Event) -> None:
    """Each frame may cost a signature and a commit; the number of each kind is bounded on both ends."""
    client, server = ends()
    most = s.MOST[type(event)]
    assert most == client.room(type(event))
    says = client.send(CLIENT_HELLO) + b"".join(client.send(event) for _ in range(most))
    assert client.room(type(event)) == 0
    with pytest.raises(NotAllowed, match=f"more than {most} frames"):
        client.send(event)
    with pytest.raises(NotAllowed, match=f"more than {most} frames"):
        server.receive_message(says + f.write(event))


def test_bounds_what_is_said_once() -> None:
    """A second list of wanted annexes in one message is refused."""
    _, server = ends()
    with pytest.raises(NotAllowed, match="more than 1 frames 'want-annex'"):
        server.receive_message(b"".join(map(f.write, [CLIENT_HELLO, WantAnnex((ROOT,)), WantAnnex((TEXT,))])))


def test_an_empty_frame_is_refused() -> None:
    """A length of nothing is no frame: a message of a million of them ends at the first."""
    _, server = ends()
    with pytest.raises(NotAllowed, match="in the middle of a value"):
        server.receive_message(bytes(4 << 20))


def test_refuses_a_message_over_its_limit() -> None:
    """What is kept of a message that has no end stays bounded."""
    _, server = ends()
    server.receive_data(bytes(s.MAX_MESSAGE_BYTES))
    with pytest.raises(NotAllowed, match="past"):
        server.receive_data(b"x")
    with pytest.raises(NotAllowed, match="begin a new one"):
        server.next_event()


@pytest.mark.parametrize(
    "event",
    [
        replace(CLIENT_HELLO, party="coral"),
        replace(CLIENT_HELLO, own_size=-1),
        replace(CLIENT_HELLO, own_size=True),
        replace(CLIENT_HELLO, held_root=b""),
        replace(CLIENT_HELLO, version=0),
        replace(CLIENT_HELLO, own_log="coral"),
    ],
)
def test_never_says_what_it_would_not_take(event: Event) -> None:
    """Our own mistakes are refused here, not by the other node."""
    client, _ = ends()
    with pytest.raises(NotAllowed):
        client.send(event)
    client.send(CLIENT_HELLO)


def test_never_sends_a_frame_over_its_limit() -> None:
    """A batch that is too large is refused before a byte is made of it."""
    client, _ = ends()
    client.send(CLIENT_HELLO)
    large = replace(AMBER_ENTRIES, items=((b"e", bytes(f.MAX_BODY_BYTES)),) * 9)
    with pytest.raises(NotAllowed, match="longer"):
        client.send(large)


def test_never_makes_a_message_over_its_limit() -> None:
    """Frames that are each allowed may not add up to a message that the other side would refuse."""
    client, server = ends()
    says = client.send(CLIENT_HELLO)
    large = replace(AMBER_ENTRIES, items=((b"e", bytes(f.MAX_BODY_BYTES)),) * 7)
    says += client.send(large) + client.send(large)
    assert len(says) == client.sent
    with pytest.raises(NotAllowed, match="longer than the 4194304 bytes"):
        client.send(large)
    assert [CLIENT_HELLO, large, large, End()] == list(server.receive_message(says + client.send(End())))


@given(st.lists(st.binary(max_size=40), max_size=8), st.booleans())
def test_any_bytes_give_events_or_not_allowed(pieces: list[bytes], greeted: bool) -> None:
    """Foreign bytes never raise anything else, whatever they are."""
    client, server = ends()
    try:
        if greeted:
            server.receive_data(client.send(CLIENT_HELLO))
        for piece in pieces:
            server.receive_data(piece)
            hear(server)
    except NotAllowed:
        with pytest.raises(NotAllowed, match="begin a new one"):
            server.next_event()


WORDS = st.sampled_from([*f.FRAMES, "amber", "coral", "amber.2", "demo-2026", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 64), (1 << 64) - 1) | st.binary(max_size=40) | WORDS,
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(list(f.FRAMES)), st.lists(VALUES, max_size=9))
def test_any_frame_gives_an_event_or_not_allowed(word: str, fields: list[cbor.Value]) -> None:
    """Well-formed CBOR of any shape: an event that is sent back as the same bytes, or a refusal."""
    client, server = ends()
    raw = frame([word, *fields])
    try:
        if word != "hello":
            server.receive_data(client.send(CLIENT_HELLO))
            server.next_event()
        server.receive_data(raw)
        event = server.next_event()
    except NotAllowed:
        return
    assert event is not NEED_DATA
    assert raw == client.send(event)


def test_a_client_reads_the_whole_answer_at_once() -> None:
    """After the server's end nothing is awaited, and what still comes is out of turn."""
    client, server = ends()
    server.receive_message(b"".join(client.send(event) for event in CLIENT_SAYS))
    answer = b"".join(server.send(event) for event in SERVER_SAYS)
    assert tuple(SERVER_SAYS) == client.receive_message(answer)
    assert (State.CLOSED, NEED_DATA) == (client.state, client.next_event())
    late, server = ends()
    server.receive_message(b"".join(late.send(event) for event in CLIENT_SAYS))
    with pytest.raises(NotAllowed, match="out of turn"):
        late.receive_message(b"".join(server.send(event) for event in SERVER_SAYS) + frame(["end"]))


def test_a_length_is_read_when_all_of_it_is_there() -> None:
    """Three bytes of a length say nothing yet, whatever they are."""
    _, server = ends()
    server.receive_data(b"\xff\xff\xff")
    assert NEED_DATA is server.next_event()


def test_the_limits_themselves_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A frame, and a message, of just the longest length is said and read; a limit one lower refuses both."""
    whole = b"".join(map(f.write, CLIENT_SAYS))
    longest = max(len(f.write(event)) for event in CLIENT_SAYS) - f.LENGTH_BYTES
    for message, of_frame, why in (
        (len(whole), longest, ""),
        (len(whole) - 1, longest, "bytes allowed"),
        (len(whole), longest - 1, "a frame of"),
    ):
        monkeypatch.setattr(s, "MAX_MESSAGE_BYTES", message)
        monkeypatch.setattr(s, "MAX_FRAME_BYTES", of_frame)
        client, server = ends()
        if not why:
            assert whole == b"".join(client.send(event) for event in CLIENT_SAYS)
            assert tuple(CLIENT_SAYS) == server.receive_message(whole)
            continue
        with pytest.raises(NotAllowed, match=why):
            server.receive_message(whole)
    monkeypatch.setattr(s, "MAX_MESSAGE_BYTES", len(whole) - 1)
    client, _ = ends()
    with pytest.raises(NotAllowed, match="would be longer"):
        for event in CLIENT_SAYS:
            client.send(event)
