"""Evidence: what is kept when a proof fails, and when nothing is."""

import pytest

from searoom import cbor
from searoom.errors import NotAllowed, SearoomError, StateUnknown, Tampered
from searoom.record.evidence import keeping


@pytest.mark.parametrize(
    ("fault", "cause", "kept"),
    [
        (Tampered("a lie"), Tampered, True),
        (NotAllowed("a form"), Tampered, False),
        (NotAllowed("a form"), SearoomError, True),
        (StateUnknown("a disk"), SearoomError, False),
    ],
)
def test_keeps_what_was_refused(fault: SearoomError, cause: type[SearoomError], *, kept: bool) -> None:
    """The sentence and the bytes are kept, the refusal goes on; a failing disk is no refusal."""
    pieces: list[tuple[str, bytes]] = []
    with (
        pytest.raises(type(fault)) as caught,
        keeping(lambda kind, detail: pieces.append((kind, detail)), "fork", [b"bytes"], cause),
    ):
        raise fault
    assert fault is caught.value
    assert ([("fork", cbor.encode([fault.sentence, b"bytes"]))] if kept else []) == pieces


def test_keeps_nothing_of_a_success() -> None:
    """Where nothing was refused, nothing is evidence."""
    pieces: list[bytes] = []
    with keeping(lambda _kind, detail: pieces.append(detail), "fork", [b"bytes"]):
        pass
    assert [] == pieces
