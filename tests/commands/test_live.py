"""The command `watch`: what it refuses before it starts, and that it ends by itself."""

import pytest

from deskside import run
from searoom.watch.alarmbook import Alarmbook


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["udp://127.0.0.1:20110", "--serve", "0.0.0.0:4420"], "can be reached by others"),
        (["udp://127.0.0.1:20110", "--serve", "4420"], "no host and port"),
        (["udp://127.0.0.1:20110", "udp://127.0.0.2:20110"], "two sensors have one name"),
        (["udp://127.0.0.1:20110", "--registry", "nowhere.toml"], "cannot be read"),
        (["smoke://127.0.0.1"], "no way to reach a sensor"),
    ],
)
def test_refuses_what_cannot_be_watched(capsys, words, why):
    """One sentence, before anything is opened."""
    code, _, err = run(capsys, "watch", *words)

    assert 3 == code
    assert why in err


def test_serves_beyond_this_machine_only_where_a_person_said_so(capfd):
    """With the word for it the same address is taken."""
    code, _, err = run(
        capfd, "watch", "udp://127.0.0.1:20111", "--serve", "0.0.0.0:0", "--serve-anywhere", "--seconds", "0.2"
    )

    assert 0 == code
    assert "serving on 0.0.0.0:" in err


def test_refuses_a_journal_that_another_watch_writes(capsys, tmp_path):
    """Two watches would each know half of the answers."""
    book, _ = Alarmbook.open(tmp_path / "watch.jsonl")
    code, _, err = run(capsys, "watch", "udp://127.0.0.1:20112", "--journal", tmp_path / "watch.jsonl")
    book.close()

    assert 5 == code
    assert "in use" in err
