"""The file of the accounts: an older one is brought up to date, and what belongs together is written whole."""

import threading

import apsw
import pytest

from searoom.console.people import People
from searoom.console.peoplefile import _FIRST, FILE, PeopleFile
from searoom.errors import StateUnknown
from searoom.keys.passphrases import FLOOR

SECRET = "argon2id m=19456 t=2 p=1 " + "0" * 32 + " " + "0" * 64


@pytest.fixture
def file(tmp_path):
    """A fresh file."""
    found = PeopleFile(tmp_path)
    yield found
    found.close()


def test_an_older_file_keeps_its_accounts_and_gets_what_is_new(tmp_path):
    """Whoever had an account before an update has it after it, open, with no passkey yet."""
    before = apsw.Connection(str(tmp_path / FILE))
    before.execute(_FIRST)
    before.execute("INSERT INTO person VALUES ('duty-1', 'Duty 1', 'duty', '', ?, 0, 0)", (SECRET,))
    before.close()

    people = People(tmp_path, cost=FLOOR)

    assert [("duty-1", False)] == [(one.id, one.closed) for one in people.everybody()]
    assert () == people.passkeys.of("duty-1")
    people.close()


def test_a_file_is_opened_again_as_it_is(tmp_path):
    """Nothing is changed in a file that is up to date."""
    PeopleFile(tmp_path).close()
    first = (tmp_path / FILE).read_bytes()
    PeopleFile(tmp_path).close()

    assert first == (tmp_path / FILE).read_bytes()


def test_what_belongs_together_is_written_whole_or_not_at_all(file):
    """A failure in the middle leaves nothing behind, inner parts included."""
    insert = "INSERT INTO posted VALUES (?, 'a', 0, '')"
    with pytest.raises(ValueError, match="stop"), file.together():
        file.rows(insert, b"1")
        with file.together():
            file.rows(insert, b"2")
        raise ValueError("stop")

    assert [] == file.rows("SELECT * FROM posted")
    with file.together():
        file.rows(insert, b"3")
    assert 1 == len(file.rows("SELECT * FROM posted"))


def test_threads_take_turns(file):
    """What several threads write together is never mixed."""
    seen = []

    def work(number):
        with file.together():
            file.rows("INSERT INTO posted VALUES (?, 'a', 0, '')", bytes([number]))
            seen.append(len(file.rows("SELECT * FROM posted")))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert list(range(1, 9)) == seen


def test_a_statement_that_fails_is_told_with_its_file(file):
    """Whatever the disk says, the sentence names the file."""
    with pytest.raises(StateUnknown, match=r"console\.db"):
        file.rows("SELECT * FROM nothing")
