"""When older KEM keys may be destroyed, and that nothing becomes unreadable by it."""

from types import SimpleNamespace

import pytest

from builders import epoch, exchange, issue, make_party, make_record, make_released, renewed, roster, say
from searoom.errors import NotAllowed
from searoom.keys.openings import Openings
from searoom.node.retiring import retire, waiting_for
from searoom.record.store import SqliteStore

AMBER, CORAL, PEARL = (make_party(name, observer=name == "pearl") for name in ("amber", "coral", "pearl"))
LATER = renewed(AMBER, "later")
RING = roster(AMBER, CORAL, PEARL)


class Folder:
    """A keychain of which only the destruction is asked."""

    def __init__(self):
        self.destroyed = []

    def destroy_kem(self, serial):
        self.destroyed.append(serial)
        return serial == 0


@pytest.fixture
def two():
    """Amber's record with a message of coral's that was sealed to amber's first key, and coral's record."""
    amber, coral = make_record(AMBER, RING), make_record(CORAL, RING)
    say(coral, CORAL, b"sealed to the old key")
    exchange(amber, coral)
    openings = Openings(SqliteStore(":memory:"), RING.mechanism, "amber", [LATER.kem, AMBER.kem], AMBER.storage)
    return SimpleNamespace(amber=amber, coral=coral, openings=openings, folder=Folder())


def read_without_the_old(two):
    """What amber reads of coral's log with its new KEM key alone."""
    later = Openings(two.openings._store, RING.mechanism, "amber", [LATER.kem], AMBER.storage)
    return [later.content(entry, body) for entry, body in two.amber.entries("coral")]


def test_with_the_first_card_nothing_is_waited_for(two):
    """There is no older key: nothing to keep back and nothing to destroy."""
    assert () == waiting_for(two.amber)
    assert (1, 0) == retire(two.amber, two.openings, two.folder, ())
    assert [] == two.folder.destroyed


def test_waits_until_each_speaker_has_heard_the_new_card(two):
    """Coral's log must show it, by whatever entry; an observer seals nothing and is not waited for."""
    issue(two.amber, LATER)
    assert ("coral",) == waiting_for(two.amber)
    with pytest.raises(NotAllowed, match="coral may still send"):
        retire(two.amber, two.openings, two.folder, ())
    assert [] == two.folder.destroyed

    exchange(two.amber, two.coral)
    assert ("coral",) == waiting_for(two.amber)
    say(two.coral, CORAL, b"sealed to the new key")
    exchange(two.amber, two.coral)
    assert () == waiting_for(two.amber)


def test_a_new_log_that_has_heard_it_counts(two):
    """The newest log of a party speaks for it."""
    issue(two.amber, LATER)
    exchange(two.amber, two.coral)
    epoch(two.coral, CORAL)
    exchange(two.amber, two.coral)

    assert () == waiting_for(two.amber)


def test_what_the_old_key_opened_is_kept_before_it_is_destroyed(two):
    """Words of the record, and what lies beside it, are read afterwards with the new key alone."""
    released, body = make_released(RING, AMBER, b"a draft")
    issue(two.amber, LATER)
    exchange(two.amber, two.coral)
    say(two.coral, CORAL, b"sealed to the new key")
    exchange(two.amber, two.coral)

    assert (3, 1) == retire(two.amber, two.openings, two.folder, [(released.statement, body)])
    assert [0] == two.folder.destroyed
    assert [b"sealed to the old key", b"sealed to the new key"] == read_without_the_old(two)
    later = Openings(two.openings._store, RING.mechanism, "amber", [LATER.kem], AMBER.storage)
    assert b"a draft" == later.require(released.statement, body).content
