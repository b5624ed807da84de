"""The page on the session format says what the code does: frames, states, limits, addresses and vectors."""

import re
from pathlib import Path

from searoom.link import post
from searoom.link import session as s
from searoom.link.session import Cosigned, End, Entries, Event, Fault, Hello, Role, Session, Witness

PAGE = (Path(__file__).parents[2] / "docs" / "formats" / "session.md").read_text(encoding="utf-8")


def section(number: int) -> str:
    return re.split(r"^## ", PAGE, flags=re.MULTILINE)[number]


def rows(number: int) -> list[list[str]]:
    lines = [line for line in section(number).splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


def test_lists_the_frames() -> None:
    """Each word of the protocol has its row, and no other has."""
    counts = {
        word.strip("`"): len([f for f in re.split(r", (?![^\[]*\])", fields) if f]) for word, fields, _ in rows(2)
    }
    assert counts == {word: count for word, (count, _) in s.FRAMES.items()}


def test_draws_the_state_table() -> None:
    """The table of states is the one that both ends keep to."""
    table = []
    for state, (speaker, says) in s.STATES.items():
        then = ", ".join(f"`{kind.__name__.lower()}` → {after.value}" for kind, after in says.items())
        table.append([state.value, speaker.value if speaker else "nobody", then or "nothing"])
    assert rows(3) == table


def test_states_the_limits() -> None:
    """Each limit stands with its number."""
    limits = [s.MAX_MESSAGE_BYTES, s.MAX_FRAME_BYTES, s.MAX_FRAMES, s.MAX_ITEMS, s.MAX_ENTRY_BYTES, s.MAX_NOTE_BYTES]
    assert [int(cell.split()[0]) for _, cell in rows(4)] == limits
    assert f"names have 1 to {s.MAX_NAME} characters, a sentence 1 to {s.MAX_SENTENCE}" in section(1)
    assert f"at most {post.MAX_HEADER_BYTES} bytes" in section(6)
    assert f"POST {post.EXCHANGE_PATH}" in section(6)
    assert post.MEDIA_TYPE in section(6)


def test_holds_vectors_that_the_code_makes_and_reads() -> None:
    """The frames printed there are the bytes that are sent."""
    client = Session(Role.CLIENT, "demo-2026", "amber", "coral")
    events: list[Event] = [
        Hello("demo-2026", "amber", 3, 2, bytes(range(32))),
        Entries("amber", 2, ((b"entry", b"body"),), b"note"),
        Witness(b"note"),
        Cosigned(b"note"),
        Fault("refused", "no"),
        End(),
    ]
    lines = section(7).split("```")[1].split()
    assert lines[0::2] == [type(event).__name__.lower() for event in events]
    assert lines[1::2] == [client.send(event).hex() for event in events]
    server = Session(Role.SERVER, "demo-2026", "coral", "amber")
    assert server.receive_message(bytes.fromhex("".join(lines[1::2]))) == tuple(events)
