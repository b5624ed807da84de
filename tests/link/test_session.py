"""Both ends of the exchange in one place, fed whole, byte by byte and with too much."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.link import session as s
from searoom.link.session import (
    NEED_DATA,
    Cosigned,
    End,
    Entries,
    Event,
    Fault,
    Hello,
    Role,
    Session,
    State,
    Witness,
)

ROOT = bytes(32)
CLIENT_HELLO = Hello("demo-2026", "amber", 3, 2, ROOT)
SERVER_HELLO = Hello("demo-2026", "coral", 2, 3, ROOT)
AMBER_ENTRIES = Entries("amber", 2, ((b"entry", b"body"),), b"note")
CORAL_ENTRIES = Entries("coral", 1, ((b"entry", b""), (b"other", b"body")), b"note")
CLIENT_SAYS: list[Event] = [CLIENT_HELLO, AMBER_ENTRIES, Witness(b"a"), Cosigned(b"b"), End()]
SERVER_SAYS: list[Event] = [SERVER_HELLO, CORAL_ENTRIES, Fault("fork", "we hold another log"), End()]


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
@pytest.mark.parametrize("event", [CLIENT_HELLO, AMBER_ENTRIES, Witness(b"a"), Cosigned(b"b"), Fault("c", "s"), End()])
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


BAD_FRAMES = [
    [],
    {},
    None,
    "hello",
    ["goodbye"],
    [7],
    ["end", 1],
    ["hello"],
    ["hello", 1, "demo-2026", "amber", 0, 0, ROOT],
    ["hello", False, "demo-2026", "amber", 0, 0, ROOT],
    ["hello", 0, "demo-2027", "amber", 0, 0, ROOT],
    ["hello", 0, "demo-2026", "coral", 0, 0, ROOT],
    ["hello", 0, "demo-2026", "", 0, 0, ROOT],
    ["hello", 0, "demo-2026", "amber\n", 0, 0, ROOT],
    ["hello", 0, "demo-2026", "a" * 65, 0, 0, ROOT],
    ["hello", 0, "demo-2026", "amber", -1, 0, ROOT],
    ["hello", 0, "demo-2026", "amber", 1 << 63, 0, ROOT],
    ["hello", 0, "demo-2026", "amber", 0, True, ROOT],
    ["hello", 0, "demo-2026", "amber", 0, 0, ROOT[1:]],
    ["hello", 0, "demo-2026", "amber", 0, 0, None],
]
BAD_TALK = [
    ["entries", "coral", 0, [[b"e", b"b"]], b"note"],
    ["entries", "amber", 0, [], b"note"],
    ["entries", "amber", 0, [[b"e"]], b"note"],
    ["entries", "amber", 0, [b"eb"], b"note"],
    ["entries", "amber", 0, [[b"", b"b"]], b"note"],
    ["entries", "amber", 0, [[b"e" * (s.MAX_ENTRY_BYTES + 1), b"b"]], b"note"],
    ["entries", "amber", s.MAX_LOG_SIZE, [[b"e", b"b"]], b"note"],
    ["entries", "amber", 0, [[b"e", b"b"]] * (s.MAX_ITEMS + 1), b"note"],
    ["entries", "amber", 0, [[b"e", b"b"]], b""],
    ["witness", "note"],
    ["witness", b"n" * (s.MAX_NOTE_BYTES + 1)],
    ["cosigned", b""],
    ["fault", "", "sentence"],
    ["fault", "code", "s" * 501],
    ["fault", "code", "two\nlines"],
    ["hello", 0, "demo-2026", "amber", 0, 0, ROOT],
]


@pytest.mark.parametrize("value", BAD_FRAMES)
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
    server.receive_data((s.MAX_FRAME_BYTES + 1).to_bytes(4, "big"))
    with pytest.raises(NotAllowed, match="longer"):
        server.next_event()


def test_refuses_a_message_of_many_frames() -> None:
    """Each frame may cost a signature and a commit; their number is bounded on both ends."""
    client, server = ends()
    says = client.send(CLIENT_HELLO) + b"".join(client.send(Witness(b"n")) for _ in range(s.MAX_FRAMES - 1))
    with pytest.raises(NotAllowed, match="more than 16 frames"):
        client.send(Witness(b"n"))
    with pytest.raises(NotAllowed, match="more than 16 frames"):
        server.receive_message(says + frame(["witness", b"n"]))


def test_refuses_a_message_over_its_limit() -> None:
    """What is kept of a message that has no end stays bounded."""
    _, server = ends()
    server.receive_data(bytes(s.MAX_MESSAGE_BYTES))
    with pytest.raises(NotAllowed, match="past"):
        server.receive_data(b"x")


@pytest.mark.parametrize(
    "event",
    [
        Hello("demo-2026", "coral", 0, 0, ROOT),
        Hello("demo-2026", "amber", -1, 0, ROOT),
        Hello("demo-2026", "amber", 0, 0, b""),
        Hello("demo-2026", "amber", 0, 0, ROOT, version=1),
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
    large = Entries("amber", 0, ((b"e", bytes(s.MAX_FRAME_BYTES)),), b"note")
    with pytest.raises(NotAllowed, match="longer"):
        client.send(large)


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


WORDS = st.sampled_from([*s.FRAMES, "hello", "amber", "coral", "demo-2026", ""])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(1 << 64), (1 << 64) - 1) | st.binary(max_size=40) | WORDS,
    lambda inner: st.lists(inner, max_size=4),
    max_leaves=8,
)


@given(st.sampled_from(list(s.FRAMES)), st.lists(VALUES, max_size=7))
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
