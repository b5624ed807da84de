"""One entry shown with its proof: from a node's own record, at once, and proven by the command that others use."""

import pytest

from deskside import at_work, fill, meet, run, signed
from searoom.desk import asking as desk
from searoom.errors import NotAllowed
from searoom.record.excerpt import Excerpt, check
from searoom.record.proof import Proof


@pytest.fixture
def nodes(stage):
    """Two nodes at work; amber has said something that coral holds, and then something that it does not."""
    with at_work(stage) as found:
        amber = found["amber"].node
        amber.submit(*signed(stage, amber, fill("hotline-message", {"text": "Your course?"}), "amber-1", "amber-2"))
        meet(found)
        amber.submit(*signed(stage, amber, fill("hotline-message", {"text": "Unheard"}), "amber-1", "amber-2"))
        yield found


def ask(nodes, index, **more):
    """Ask amber's desk for the proof of an entry of its own log."""
    return desk.ask(nodes["amber"].node.folder, {"do": "proof", "log": "amber", "index": index, **more})


def test_the_file_proves_the_entry_to_who_has_nothing_else(nodes, tmp_path, capsys):
    """`searoom verify` accepts it, and shows the words where they were opened."""
    (tmp_path / "one.tlog-proof").write_bytes(ask(nodes, 0, open=True)["proof"])

    code, out, _ = run(capsys, "verify", tmp_path / "one.tlog-proof")

    assert 0 == code
    assert "Your course?" in out


def test_words_stay_closed_unless_they_are_opened(nodes):
    """A proof shows who signed and who stored, and no words."""
    proof = Proof.from_bytes(ask(nodes, 0)["proof"])

    shown = check(proof, Excerpt.from_bytes(proof.extra))

    assert shown.opening is None
    assert ("coral",) == shown.stored


def test_the_head_is_one_that_the_counterpart_has_cosigned(nodes):
    """A newer head that nobody has cosigned proves less, and is taken only for what no other covers."""
    assert (["coral"], []) == tuple(
        ask(nodes, index)["stored"] for index in (0, nodes["amber"].node.record.size("amber") - 1)
    )


@pytest.mark.parametrize(("log", "index"), [("amber", 99), ("amber", -1), ("teal", 0)])
def test_what_is_not_there_is_refused(nodes, log, index):
    """No file is made of nothing."""
    with pytest.raises(NotAllowed):
        desk.ask(nodes["amber"].node.folder, {"do": "proof", "log": log, "index": index})


def test_a_changed_byte_is_noticed(nodes, tmp_path, capsys):
    """A file in which one letter was changed is accepted nowhere."""
    data = bytearray(ask(nodes, 0)["proof"])
    data[data.index(b"\n\n") - 3] ^= 1
    (tmp_path / "one.tlog-proof").write_bytes(bytes(data))

    assert 0 != run(capsys, "verify", tmp_path / "one.tlog-proof")[0]
