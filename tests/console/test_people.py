"""Accounts: who gets in, who is kept out and for how long, sessions that end, and forms that are posted once."""

import threading

import pytest

from searoom.console.people import (
    CODE_US,
    FIRST_LOCK_US,
    FREE_TRIES,
    IDLE_US,
    LONGEST_LOCK_US,
    LONGEST_US,
    People,
    Person,
)
from searoom.errors import NotAllowed, StateUnknown
from searoom.keys.passphrases import FLOOR

NOW = 1_800_000_000_000_000
PASSWORD = "officer of the watch 7"
WATCH = Person("watch-1", "Watch 1", frozenset({"watch", "duty"}), "amber-1")


@pytest.fixture
def people(tmp_path):
    """The accounts of a folder, with one account."""
    found = People(tmp_path, cost=FLOOR)
    found.add(WATCH, PASSWORD, NOW)
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
    people.sign_out(one, NOW)
    assert people.session(one.token, NOW) is None

    two = people.sign_in("watch-1", PASSWORD, NOW)
    people.change("watch-1", "another long password", NOW)
    assert people.session(two.token, NOW) is None
    with pytest.raises(NotAllowed):
        people.sign_in("watch-1", PASSWORD, NOW)

    three = people.sign_in("watch-1", "another long password", NOW)
    people.remove("watch-1", NOW)
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
        people.add(person, password, NOW)

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


def kinds(people):
    """Return the deeds that wait to be noted, oldest first."""
    return [one.kind for one in people.audit.waiting()]


def test_each_change_is_written_down_with_who_made_it(people):
    """No way to an account's state leaves the audit out."""
    session = people.sign_in("watch-1", PASSWORD, NOW)
    people.sign_out(session, NOW)
    with pytest.raises(NotAllowed):
        people.sign_in("watch-1", "wrong", NOW)
    people.change_account(Person("watch-1", "W", frozenset({"duty"})), NOW, by="admin-1")
    people.lock("watch-1", NOW, closed=True, by="admin-1")
    people.lock("watch-1", NOW, closed=False, by="admin-1")
    people.give_code("watch-1", NOW, by="admin-1")
    people.remove("watch-1", NOW, by="admin-1")

    assert [
        "account-made", "signed-in", "signed-out", "refused", "account-changed", "account-locked", "account-unlocked",
        "code-given", "account-removed",
    ] == kinds(people)  # fmt: skip
    assert {"admin-1"} == {one.by for one in people.audit.waiting()[4:]}


def test_nothing_in_the_audit_gives_a_password_or_a_code_away(people):
    """What opens an account stands in no deed."""
    code = people.give_code("watch-1", NOW)
    people.use_code("watch-1", code, "another long password", NOW)
    with pytest.raises(NotAllowed):
        people.sign_in("another long password", "watch-1", NOW)

    told = repr(people.audit.waiting())
    assert code not in told
    assert "another long password" not in told


def test_a_refused_change_is_not_written_down_as_done(people):
    """What did not happen is no deed."""
    before = kinds(people)
    with pytest.raises(NotAllowed):
        people.add(WATCH, PASSWORD, NOW)
    with pytest.raises(NotAllowed):
        people.lock("nobody", NOW, closed=True)

    assert before == kinds(people)


def test_a_locked_account_opens_to_nobody_and_its_sessions_end(people):
    """Neither the right password nor a running session counts until it is unlocked."""
    session = people.sign_in("watch-1", PASSWORD, NOW)
    people.lock("watch-1", NOW, closed=True)

    assert people.session(session.token, NOW) is None
    with pytest.raises(NotAllowed, match="locked"):
        people.sign_in("watch-1", PASSWORD, NOW)
    with pytest.raises(NotAllowed, match="name or the password"):
        people.sign_in("watch-1", "wrong", NOW)
    people.lock("watch-1", NOW, closed=False)
    people.sign_in("watch-1", PASSWORD, NOW)


def test_a_session_of_a_locked_account_counts_for_nothing(people):
    """Even one that was begun in the moment of the lock."""
    session = people.sign_in("watch-1", PASSWORD, NOW)
    people._rows("UPDATE person SET closed = 1")

    assert people.session(session.token, NOW) is None


def test_a_one_time_code_sets_a_password_once(people):
    """The old password ends with the code's making, the code with its use."""
    session = people.sign_in("watch-1", PASSWORD, NOW)
    code = people.give_code("watch-1", NOW)

    assert people.session(session.token, NOW) is None
    with pytest.raises(NotAllowed):
        people.sign_in("watch-1", PASSWORD, NOW)
    people.use_code("watch-1", code.upper() + " ", "another long password", NOW + 1)
    people.sign_in("watch-1", "another long password", NOW + 2)
    with pytest.raises(NotAllowed, match="code is wrong"):
        people.use_code("watch-1", code, "a third long password", NOW + 3)


def test_a_one_time_code_ends_after_a_day(people):
    """A code that lies about is worth nothing."""
    code = people.give_code("watch-1", NOW)

    with pytest.raises(NotAllowed, match="has ended"):
        people.use_code("watch-1", code, "another long password", NOW + CODE_US)


def test_wrong_codes_lock_as_wrong_passwords_do(people):
    """Nobody tries codes one after the other, not even with the right one among them."""
    code = people.give_code("watch-1", NOW)
    for _ in range(FREE_TRIES):
        with pytest.raises(NotAllowed, match="code is wrong"):
            people.use_code("watch-1", "wrong", "another long password", NOW)

    with pytest.raises(NotAllowed, match="next try is in"):
        people.use_code("watch-1", code, "another long password", NOW)


def test_a_code_of_an_account_that_is_not_there_is_told_alike(people):
    """Nobody learns which accounts there are."""
    with pytest.raises(NotAllowed, match="name or the code is wrong"):
        people.use_code("nobody", "wrong", "another long password", NOW)


def test_new_roles_count_at_once_in_a_running_session(people):
    """Whoever loses a role loses it with the next page."""
    session = people.sign_in("watch-1", PASSWORD, NOW)
    people.change_account(Person("watch-1", "W", frozenset({"auditor"})), NOW)

    assert frozenset({"auditor"}) == people.session(session.token, NOW).person.roles


def test_sessions_are_listed_and_ended_one_by_one(people):
    """A person sees where they sit, and ends what they left open elsewhere."""
    one = people.sign_in("watch-1", PASSWORD, NOW, "Firefox")
    two = people.sign_in("watch-1", PASSWORD, NOW + 1, "Chromium")
    rows = people.sittings("watch-1", NOW + 2, two.token)

    assert [("Chromium", True), ("Firefox", False)] == [(row.browser, row.here) for row in rows]
    people.end("watch-1", rows[1].id, NOW + 3, by="watch-1")
    assert people.session(one.token, NOW + 3) is None
    assert people.session(two.token, NOW + 3) is not None
    with pytest.raises(NotAllowed, match="ended already"):
        people.end("watch-1", rows[1].id, NOW + 3, by="watch-1")
    people.end("watch-1", "", NOW + 4, by="watch-1")
    assert people.session(two.token, NOW + 4) is None


def test_nobody_ends_a_session_of_another_by_its_name(people):
    """The name of a session counts at its own account alone, and opens nothing."""
    people.add(Person("duty-1", "Duty 1", frozenset({"duty"})), PASSWORD, NOW)
    mine = people.sign_in("watch-1", PASSWORD, NOW)
    name = people.sittings("watch-1", NOW)[0].id

    with pytest.raises(NotAllowed):
        people.end("duty-1", name, NOW, by="duty-1")
    assert people.session(mine.token, NOW) is not None
    assert people.session(name, NOW) is None


def test_a_password_is_asked_once_more_and_wrong_ones_count(people):
    """An open browser alone is not enough to change a key to an account, and gives no free tries."""
    assert people.confirm("watch-1", PASSWORD, NOW)
    for _ in range(FREE_TRIES):
        assert not people.confirm("watch-1", "wrong", NOW)
    with pytest.raises(NotAllowed, match="next try is in"):
        people.confirm("watch-1", PASSWORD, NOW)
