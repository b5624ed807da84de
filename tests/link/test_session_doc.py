"""The page on the session format says what the code does: frames, states, limits, addresses and vectors."""

import re
from pathlib import Path

from searoom.link import frames as f
from searoom.link import post
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
from searoom.link.progress import Verdict
from searoom.link.session import Role, Session

PAGE = (Path(__file__).parents[2] / "docs" / "formats" / "session.md").read_text(encoding="utf-8")
HASH = bytes(range(32))
VECTORS: list[Event] = [
    Hello("demo-2026", HASH, "amber", "amber.2", 3, "coral", 2, HASH),
    Entries("amber", 2, ((b"entry", b"body"),), b"note", (HASH,)),
    Ahead("amber", 7, b"entry", b"body", (HASH,), b"note"),
    Witness(b"note"),
    Cosigned(b"note"),
    Want("coral", 5),
    Aside("table", 3, b"words"),
    AsideHeld("table", 3),
    WantAnnex((HASH,)),
    Annex(HASH, b"data"),
    Fault("refused", "no"),
    End(),
]


def section(number: int) -> str:
    return re.split(r"^## ", PAGE, flags=re.MULTILINE)[number]


def tables(number: int) -> list[list[list[str]]]:
    """The tables of a section, each as its rows without the head."""
    found = re.findall(r"(?:^\|.*\n)+", section(number), flags=re.MULTILINE)
    return [
        [[cell.strip() for cell in line.strip("|").split("|")] for line in table.splitlines()[2:]] for table in found
    ]


def says(kinds: dict[type, s.State]) -> str:
    return ", ".join(f"`{f.WORDS[kind]}` → {after.value}" for kind, after in kinds.items())


def test_lists_the_frames() -> None:
    """Each word of the protocol has its row, with as many fields as it has, and no other word has one."""
    counts = {
        word.strip("`"): len([field for field in re.split(r", (?![^\[]*\])", fields) if field])
        for word, fields, _ in tables(2)[0]
    }
    assert counts == {word: count for word, (count, _) in f.FRAMES.items()}
    assert list(counts) == list(f.WORDS.values())
    assert f"`hello` | version ({f.VERSION})" in section(2)


def test_draws_the_state_table() -> None:
    """The table of states is the one that both ends keep to."""
    table = [
        [state.value, speaker.value if speaker else "nobody", says(dict(kinds)) or "nothing"]
        for state, (speaker, kinds) in s.STATES.items()
    ]
    assert tables(3)[0] == table


def test_states_the_limits() -> None:
    """Each limit stands with its number."""
    limits = [
        s.MAX_MESSAGE_BYTES,
        f.MAX_FRAME_BYTES,
        f.MAX_ITEMS,
        f.MAX_ENTRY_BYTES,
        f.MAX_BODY_BYTES,
        f.MAX_NOTE_BYTES,
        f.MAX_PROOF,
        f.MAX_ASIDE_BYTES,
        f.MAX_ANNEX_BYTES,
        f.MAX_WANTED,
    ]
    sizes, numbers = tables(4)
    assert [int(cell.split()[0]) for _, cell in sizes] == limits
    assert numbers == [[f"`{f.WORDS[kind]}`", str(most)] for kind, most in s.MOST.items()]
    assert f"names have 1 to {f.MAX_NAME} characters, a sentence 1 to {f.MAX_SENTENCE}" in section(1)


def test_names_what_is_told_apart() -> None:
    """What a watch reads of two logs that do not fit is what the page calls it."""
    assert [name for _, name in tables(5)[0]] == [Verdict.NOT_YET, Verdict.THEY_RESTORED, Verdict.FORK]


def test_names_the_paths() -> None:
    """Where each thing is asked for over HTTPS, and how long its head may be."""
    for path in (post.EXCHANGE_PATH, post.URGENT_PATH, post.WAIT_PATH):
        assert f"`POST {path}`" in section(6)
    assert f"at most {post.MAX_HEADER_BYTES} bytes" in section(6)
    assert f"at most {post.MAX_TOKEN_BYTES} bytes" in section(6)
    assert post.MEDIA_TYPE in section(6)


def test_holds_vectors_that_the_code_makes_and_reads() -> None:
    """The frames printed there are the bytes that are sent."""
    client = Session(Role.CLIENT, "demo-2026", "amber", "coral")
    lines = section(7).split("```")[1].split()
    assert lines[0::2] == [f.WORDS[type(event)] for event in VECTORS]
    assert lines[1::2] == [client.send(event).hex() for event in VECTORS]
    server = Session(Role.SERVER, "demo-2026", "coral", "amber")
    assert server.receive_message(bytes.fromhex("".join(lines[1::2]))) == tuple(VECTORS)
