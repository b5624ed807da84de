"""Accounts: who gets in, who is kept out and for how long, sessions that end, and forms that are posted once."""

import threading

import pytest

from searoom.console.people import (
    FIRST_LOCK_US,
    FREE_TRIES,
    IDLE_US,
    LONGEST_LOCK_US,
    LONGEST_US,
    People,
    Person,
)
from searoom.errors import NotAllowed, StateUnknown
from searoom.passphrases import FLOOR

NOW = 1_800_000_000_000_000
PASSWORD = "officer of the watch 7"
WATCH = Person("watch-1", "Watch 1", frozenset({"watch", "duty"}), "amber-1")


@pytest.fixture
def people(tmp_path):
    """The accounts of a folder, with one account."""
    found = People(tmp_path, cost=FLOOR)
    found.add(WATCH, PASSWORD)
    yield found
    found.close()


def test_the_right_password_begins_a_session(people):
    """Who signs in is known by the token of their session, and by nothing else."""
    session = people.sign_in("watch-1", PASSWORD, NOW)

    assert WATCH == people.session(session.token, NOW + 1).person
    assert people.session(session.token + "x", NOW + 1) is None
    assert people.session("", NOW + 1) is None


def test_a_wrong_name_and_a_wrong_password_are_told_alike(people):
    """Nobody learns from a refusal which accounts there are."""
    said = []
    for name, password in (("watch-1", "wrong"), ("nobody", PASSWORD), ("watch-1", ""), ("watch-1", "a\x00b")):
        with pytest.raises(NotAllowed) as fault:
            people.sign_in(name, password, NOW)
        said.append(fault.value.sentence)

    assert {"the name or the password is wrong"} == set(said)


def test_many_wrong_passwords_lock_an_account_for_longer_each_time(people):
    """After the free tries each failure doubles the wait, up to a quarter of an hour; meanwhile no password is tried."""
    now, waits = NOW, []
    for _ in range(FREE_TRIES + 7):
        with pytest.raises(NotAllowed, match="the name or the password is wrong"):
            people.sign_in("watch-1", "wrong", now)
        wait = people._rows("SELECT locked_us FROM person")[0][0] - now
        if wait > 0:
            waits.append(wait)
            with pytest.raises(NotAllowed, match="the next try is in"):
                people.sign_in("watch-1", PASSWORD, now + wait - 1)
            now += wait

    assert [FIRST_LOCK_US * many for many in (1, 2, 4, 8)] == waits[:4]
    assert {LONGEST_LOCK_US} == set(waits[4:])
    people.sign_in("watch-1", PASSWORD, now)


def test_a_right_password_after_a_lock_forgets_the_failures(people):
    """Who gets in starts again from no failure."""
    for _ in range(FREE_TRIES):
        with pytest.raises(NotAllowed):
            people.sign_in("watch-1", "wrong", NOW)

    people.sign_in("watch-1", PASSWORD, NOW + FIRST_LOCK_US)

    with pytest.raises(NotAllowed, match="the name or the password"):
        people.sign_in("watch-1", "wrong", NOW + FIRST_LOCK_US)
    people.sign_in("watch-1", PASSWORD, NOW + FIRST_LOCK_US)


def test_a_session_ends_when_nobody_does_anything_and_at_last_in_any_case(people):
    """A session that is used goes on, to its longest; one that is not ends sooner."""
    session = people.sign_in("watch-1", PASSWORD, NOW)
    assert people.session(session.token, NOW + IDLE_US) is None

    at = NOW
    while at < NOW + LONGEST_US:
        people.seen(session, at)
        assert people.session(session.token, at) is not None
        at += IDLE_US - 1
    people.seen(session, NOW + LONGEST_US)
    assert people.session(session.token, NOW + LONGEST_US) is None


def test_signing_out_another_password_and_a_removal_end_sessions_at_once(people):
    """No token outlives what it was given for."""
    one = people.sign_in("watch-1", PASSWORD, NOW)
    people.sign_out(one)
    assert people.session(one.token, NOW) is None

    two = people.sign_in("watch-1", PASSWORD, NOW)
    people.change("watch-1", "another long password")
    assert people.session(two.token, NOW) is None
    with pytest.raises(NotAllowed):
        people.sign_in("watch-1", PASSWORD, NOW)

    three = people.sign_in("watch-1", "another long password", NOW)
    people.remove("watch-1")
    assert people.session(three.token, NOW) is None
    assert () == people.everybody()


@pytest.mark.parametrize(
    ("person", "password", "said"),
    [
        (Person("Watch", "W", frozenset({"watch"})), PASSWORD, "no name of an account"),
        (Person("w" * 33, "W", frozenset({"watch"})), PASSWORD, "no name of an account"),
        (Person("w\n", "W", frozenset({"watch"})), PASSWORD, "no name of an account"),
        (Person("w", "a\u202eb", frozenset({"watch"})), PASSWORD, "one line"),
        (Person("w", " ", frozenset({"watch"})), PASSWORD, "one line"),
        (Person("w", "W", frozenset({"admiral"})), PASSWORD, "'admiral' is no role"),
        (Person("w", "W", frozenset()), PASSWORD, "one role at least"),
        (Person("w", "W", frozenset({"watch"})), "short", "too short"),
        (WATCH, PASSWORD, "already"),
    ],
)
def test_an_account_that_cannot_be_is_refused(people, person, password, said):
    """What is wrong is said, and no account is made."""
    before = people.everybody()

    with pytest.raises(NotAllowed, match=said):
        people.add(person, password)

    assert before == people.everybody()


def test_no_password_stands_in_the_file(people, tmp_path):
    """The file holds what takes long to try, and its owner alone reads it."""
    people.sign_in("watch-1", PASSWORD, NOW)

    data = b"".join(path.read_bytes() for path in tmp_path.iterdir())

    assert PASSWORD.encode() not in data
    assert b"argon2id m=" in data
    assert 0o600 == (tmp_path / "console.db").stat().st_mode & 0o777


def test_no_token_stands_in_the_file(people, tmp_path):
    """Whoever copies the file sits at nobody's place."""
    token = people.sign_in("watch-1", PASSWORD, NOW).token

    assert token.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_form_is_taken_once_however_often_it_is_posted(tmp_path):
    """Of two hundred posts of one form at once, one is new; all others learn what came of it."""
    first = People(tmp_path, cost=FLOOR)
    taken, gate = [], threading.Barrier(8)

    def post():
        mine = People(tmp_path, cost=FLOOR)
        gate.wait()
        taken.extend(mine.begin("number", WATCH, NOW) for _ in range(25))
        mine.close()

    threads = [threading.Thread(target=post) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert 1 == taken.count(None)
    assert 199 == taken.count("")
    first.ended("number", "/messages/amber/1")
    assert "/messages/amber/1" == first.begin("number", WATCH, NOW)
    first.close()


def test_a_refused_form_may_be_posted_again(people):
    """What did not happen may be tried once more."""
    assert people.begin("number", WATCH, NOW) is None
    people.give_back("number")

    assert people.begin("number", WATCH, NOW) is None


def test_accounts_are_still_there_after_a_restart(people, tmp_path):
    """A session and an account outlive the process."""
    token = people.sign_in("watch-1", PASSWORD, NOW).token
    again = People(tmp_path, cost=FLOOR)

    assert WATCH == again.session(token, NOW).person
    again.close()


def test_a_file_that_is_no_file_of_accounts_is_refused(tmp_path):
    """A damaged file gets a sentence that names it."""
    (tmp_path / "console.db").write_bytes(b"no database at all, and longer than a header has to be" * 20)

    with pytest.raises(StateUnknown, match=r"console\.db"):
        People(tmp_path, cost=FLOOR)


def test_a_changed_secret_opens_nothing(people):
    """A secret that is written otherwise than it must be is named, and lets nobody in."""
    people._rows("UPDATE person SET secret = 'plain words'")

    with pytest.raises(StateUnknown, match="not written as it must be"):
        people.sign_in("watch-1", PASSWORD, NOW)


def test_the_mark_of_a_session_is_not_its_token(people):
    """What stands in every form does not give the session away, and differs from session to session."""
    one, two = (people.sign_in("watch-1", PASSWORD, NOW) for _ in range(2))

    assert one.mark != two.mark
    assert one.token not in one.mark
    assert one.token not in repr(one)
