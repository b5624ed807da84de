"""Two entries of one place convict the station that signed both; what was kept of a fork becomes a file that proves it."""

import dataclasses

import pytest

from builders import MECHANISM, NOW_US, epoch, make_released, parties, records, renewed, say
from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record import checkpoint, forks
from searoom.record.checkpoint import Checkpoint
from searoom.record.entry import place
from searoom.record.evidence import Evidence
from searoom.record.forks import EntryFork, from_evidence
from searoom.record.proof import ForkProof

AMBER, CORAL = parties()


def entry(words, *, index=0, station=AMBER.station):
    """Return an entry of amber's log with some words."""
    a, _ = records()
    released, _ = make_released(a.roster, AMBER, words)
    return place(
        released, log="amber", index=index, height=1, heard=(), placed_us=NOW_US, station_key=station
    ).to_bytes()


ONE, OTHER = entry(b"yes"), entry(b"no")


def note(root, size=1, key=AMBER.log):
    """Return a head of amber's log, signed by its log key."""
    name = checkpoint.origin(MECHANISM, "amber")
    return checkpoint.sign(Checkpoint(name, size, root), name, key).to_bytes()


def test_two_entries_of_one_place_are_a_fork():
    """In whichever order they are given: one file, and one sentence that says what is proven and what is not."""
    fork = EntryFork.of(ONE, OTHER)

    assert fork == EntryFork.of(OTHER, ONE) == forks.read(fork.to_bytes())
    assert ("amber", "amber") == (fork.log, forks.party_of(fork))
    sentence = forks.check(fork, [CORAL.card, AMBER.card])
    assert "the station of 'amber' signed two different entries for one place, 0, of the log 'amber'" in sentence
    assert "not proven: which of the two is the true one" in sentence


def test_entries_that_exclude_nothing_are_no_fork():
    """The same entry, another place, another log."""
    a, _ = records()
    say(a, AMBER, b"first")
    later = epoch(a, AMBER)
    for other in (ONE, entry(b"no", index=1), later.to_bytes()):
        with pytest.raises(NotAllowed):
            EntryFork.of(ONE, other)


def test_an_entry_that_another_key_signed_proves_nothing():
    """Anybody can write a second entry; only the party's own station forks its log."""
    with pytest.raises(Tampered, match="no station of 'amber'"):
        forks.check(EntryFork.of(ONE, entry(b"no", station=CORAL.station)), [AMBER.card])
    with pytest.raises(Tampered, match="no station of 'amber'"):
        forks.check(EntryFork.of(ONE, entry(b"no", station=AMBER.officers[0])), [AMBER.card])
    with pytest.raises(Tampered, match="no station of 'amber'"):  # the log's key has the same holder as the station's
        forks.check(EntryFork.of(ONE, entry(b"no", station=AMBER.log)), [AMBER.card])


def test_a_broken_signature_proves_nothing():
    """The last byte of an entry is of its station's signature."""
    broken = OTHER[:-1] + bytes((OTHER[-1] ^ 1,))
    with pytest.raises(Tampered):
        forks.check(EntryFork.of(ONE, broken), [AMBER.card])


def test_a_later_card_judges_what_its_station_signed():
    """Both cards of the party are needed where one entry is of each station."""
    later = renewed(AMBER, "2")
    fork = EntryFork.of(ONE, entry(b"no", station=later.station))

    assert "two different entries" in forks.check(fork, [AMBER.card, later.card])
    with pytest.raises(Tampered):
        forks.check(fork, [AMBER.card])


def test_without_the_card_of_its_party_nothing_is_judged():
    """What to do about it is said."""
    with pytest.raises(NotAllowed, match="the card of 'amber' is needed") as caught:
        forks.check(EntryFork.of(ONE, OTHER), [CORAL.card])
    assert "--card" in caught.value.advice()


@pytest.mark.parametrize(
    "change",
    [
        {0: 2},
        {1: "searoom/other"},
        {2: 4},
        {2: True},
        {3: [b"x"]},
        {4: 1},
        {5: [[OTHER], [ONE]] if ONE < OTHER else [[ONE], [OTHER]]},
        {5: [[ONE]]},
        {5: [[ONE, b"x"], [OTHER]]},
        {5: []},
    ],
)
def test_other_forms_are_refused(change):
    """Another version, label, kind, index, order, or more than two entries."""
    fields = cbor.decode(EntryFork.of(ONE, OTHER).to_bytes())
    with pytest.raises(NotAllowed):
        forks.read(cbor.encode({**fields, **change}))


def test_a_fork_of_two_heads_is_read_and_judged_too():
    """Both kinds of file go through one door."""
    made = from_evidence([Evidence("fork", cbor.encode(["s", "amber", note(bytes(32)), note(b"r" * 32)]), 0)])

    assert [ForkProof] == [type(one) for one in made]
    assert made[0] == forks.read(made[0].to_bytes())
    assert "two different logs of one size, 1" in forks.check(made[0], [AMBER.card])
    with pytest.raises(Tampered):
        forks.check(made[0], [dataclasses.replace(renewed(AMBER, "2").card)])
    stranger = parties("amber", "coral", mechanism="other-2026")[0]
    with pytest.raises(NotAllowed, match="mechanism 'other-2026'"):
        forks.check(made[0], [stranger.card])


def test_what_was_kept_of_a_fork_becomes_its_proof():
    """Two entries, or two heads of one size, wherever they stand in the detail; each fork once; of no other evidence."""
    entries = cbor.encode(["sentence", "amber", note(bytes(32)), ONE, OTHER, note(b"r" * 32, 3)])
    refused = cbor.encode(["sentence", "amber", ONE, entry(b"perhaps")])
    sizes = cbor.encode(["sentence", "amber", note(bytes(32), 1), note(b"r" * 32, 3)])
    same = cbor.encode(["sentence", "amber", note(bytes(32)), note(bytes(32)), b""])
    kept = [Evidence("fork", entries, 0), Evidence("refused", refused, 1), Evidence("fork", sizes, 2)]

    assert (EntryFork.of(ONE, OTHER),) == from_evidence(
        [*kept, Evidence("fork", entries, 3), Evidence("fork", same, 4)]
    )


def test_a_station_signs_for_its_own_party_alone():
    """Given the other party's card by mistake or on purpose, two entries that its station signed are no fork of amber's."""
    fork = EntryFork.of(entry(b"yes", station=CORAL.station), entry(b"no", station=CORAL.station))
    with pytest.raises(Tampered, match="no station of 'amber'"):
        fork.check([CORAL.card, AMBER.card])
