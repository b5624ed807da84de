"""Proof files: what they prove they prove offline, with the keys alone; every other file is refused or proves nothing."""

import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from searoom import cbor
from searoom.errors import NotAllowed, Tampered
from searoom.record.algorithms import ML_DSA_44, SigningKey
from searoom.record.checkpoint import (
    MAX_NOTE_BYTES,
    Checkpoint,
    SignedNote,
    cosign,
    cosignature,
    mirror_name,
    origin,
    sign,
    with_lines,
)
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.note import COSIGNATURE_TYPE, ML_DSA_TYPE, NOTE_TYPE, Verifier, to_base64
from searoom.record.policy import Policy, everybody
from searoom.record.proof import (
    MAX_EXTRA_BYTES,
    MAX_FORK_BYTES,
    MAX_PROOF_BYTES,
    TWO_ENTRIES,
    TWO_ROOTS,
    Fork,
    ForkProof,
    Proof,
    parting,
    prove,
)
from searoom.record.tiles import MAX_LEAF_BYTES, TileTree, tiles

VECTORS = Path(__file__).parent.parent / "vectors"
LOG, LOG_PQ, MIRROR = SigningKey(bytes([1]) * 32), SigningKey(bytes([2]) * 32, ML_DSA_44), SigningKey(bytes([3]) * 32)
STRANGER = SigningKey(bytes([9]) * 32)
NAME, PEER = origin("demo-2026", "amber"), mirror_name("demo-2026", "coral")
OWN = (Verifier(NAME, NOTE_TYPE, LOG.public), Verifier(NAME, ML_DSA_TYPE, LOG_PQ.public))
POLICY = everybody(OWN, {"coral": [Verifier(PEER, COSIGNATURE_TYPE, MIRROR.public)]})
LEAVES = [b"entry %d" % number for number in range(11)]


def grown(leaves):
    return Tree(leaf_hash(leaf) for leaf in leaves)


def head_of(leaves, name=NAME):
    return Checkpoint(name, len(leaves), grown(leaves).root())


def note_of(leaves, *, pq=False, mirror=True):
    note = sign(head_of(leaves), NAME, LOG)
    note = with_lines(note, [cosignature(note.checkpoint, NAME, LOG_PQ, 5)]) if pq else note
    return cosign(note, PEER, MIRROR, 5) if mirror else note


def proof_of(index=3, extra=b""):
    return prove(grown(LEAVES), index, note_of(LEAVES), extra)


@pytest.mark.parametrize("index", range(11))
@pytest.mark.parametrize("extra", [b"", b"\0", b"hint"])
def test_a_proof_is_read_back_and_proves_its_entry_alone(index, extra):
    """Each entry of a log, with extra data or none: the file is read as written, and proves that entry at that place."""
    data = proof_of(index, extra).to_bytes()
    proof = Proof.from_bytes(data)
    assert (data, extra) == (proof.to_bytes(), proof.extra)
    assert head_of(LEAVES) == proof.check(LEAVES[index], POLICY)
    assert head_of(LEAVES) == proof.check_signed(LEAVES[index], [*OWN, Verifier(PEER, COSIGNATURE_TYPE, MIRROR.public)])
    for other in (LEAVES[index - 1], LEAVES[index] + b" ", b""):
        with pytest.raises(Tampered, match=f"entry {index} is not in the tree"):
            proof.check(other, POLICY)


def test_the_file_is_the_one_of_the_standard():
    """Header, extra, index, one hash a line, an empty line, the checkpoint as it is (tlog-proof, "Format")."""
    proof = proof_of(extra=b"\1\2\3")
    lines = proof.to_bytes().decode().split("\n")
    assert ["c2sp.org/tlog-proof@v1", "extra AQID", "index 3"] == lines[:3]
    assert [to_base64(value) for value in grown(LEAVES).inclusion(3)] == lines[3:7]
    assert ["", "demo-2026/amber", "11"] == lines[7:10]
    assert proof.note.to_bytes() == proof.to_bytes().partition(b"\n\n")[2]
    assert b"extra" not in Proof(3, proof.path, proof.note).to_bytes()


def test_the_golden_proof_stays_byte_for_byte():
    """The one file of a proof that is committed, with its policy: read, written the same, and it proves entry 3."""
    data = (VECTORS / "entry-3.tlog-proof").read_bytes()
    policy = Policy.from_bytes((VECTORS / "entry-3.policy").read_bytes())
    assert data == proof_of(extra=b"entry 3").to_bytes()
    assert POLICY == policy
    proof = Proof.from_bytes(data)
    assert head_of(LEAVES) == proof.check(proof.extra, policy)


def test_the_golden_fork_file_stays_byte_for_byte():
    """The one fork file that is committed is read, written the same, and accuses."""
    data = (VECTORS / "entry-3.fork-proof").read_bytes()
    assert data == two_entries().to_bytes()
    assert "at one place, 3, in the logs of size 5 and 11" in ForkProof.from_bytes(data).check(OWN)


def test_a_proof_comes_from_tiles_alone():
    """Whoever has the published files and no record makes the same proof."""
    read = TileTree(dict(tiles(grown(LEAVES))), 11, grown(LEAVES).root())
    assert proof_of(7).to_bytes() == prove(read, 7, note_of(LEAVES)).to_bytes()


def test_a_proof_under_an_older_note_comes_from_the_longer_log():
    """The log grew since the note was signed: the proof is of the size that the note states."""
    proof = prove(grown(LEAVES), 3, note_of(LEAVES[:5]))
    assert head_of(LEAVES[:5]) == Proof.from_bytes(proof.to_bytes()).check(LEAVES[3], POLICY)


def test_makes_no_proof_under_a_note_of_another_tree():
    """A note whose root is not that of the tree at hand gives no proof, nor does a note beyond its size."""
    with pytest.raises(Tampered, match="does not have the root"):
        prove(grown([*LEAVES[:10], b"other"]), 3, note_of(LEAVES))
    with pytest.raises(NotAllowed, match="no tree of size 11"):
        prove(grown(LEAVES[:10]), 3, note_of(LEAVES))


FILE = proof_of(extra=b"\1\2\3").to_bytes()
HASH = to_base64(bytes(32)).encode()


@pytest.mark.parametrize("data", [
    b"", b"\n", b"\n\n", FILE[:-1], FILE + b"\n", b"\n" + FILE, FILE.replace(b"@v1", b"@v2"), FILE.replace(b"c2sp", b"C2SP"), FILE.replace(b"extra AQID\n", b"extra \n"), FILE.replace(b"extra AQID\n", b"extra\n"),
    FILE.replace(b"extra AQID\n", b"extra AQIE=\n"), FILE.replace(b"extra AQID", b"extra  AQID"), FILE.replace(b"extra AQID\n", b"extra AQID\nextra AQID\n"), FILE.replace(b"extra AQID\nindex 3\n", b"index 3\nextra AQID\n"),
    FILE.replace(b"index 3", b"index 03"), FILE.replace(b"index 3", b"index +3"), FILE.replace(b"index 3", b"index -1"), FILE.replace(b"index 3", b"index 3 "), FILE.replace(b"index 3", b"index  3"), FILE.replace(b"index 3", b"Index 3"),
    FILE.replace(b"index 3\n", b""), FILE.replace(b"index 3", b"index"), FILE.replace(b"index 3", b"index 11"), FILE.replace(b"index 3", b"index 9999999999999999999"), FILE.replace(b"index 3", "index \u0663".encode()),
    FILE.replace(b"index 3\n", b"index 3\nAAAA\n"), FILE.replace(b"index 3\n", b"index 3\n" + HASH[:-1] + b"\n"), FILE.replace(b"index 3\n", b"index 3\n " + HASH + b"\n"), FILE.replace(b"index 3\n", b"index 3\n" + (HASH + b"\n") * 60),
    b"c2sp.org/tlog-proof@v1\n\n" + note_of(LEAVES).to_bytes(), b"c2sp.org/tlog-proof@v1\nextra AQID\n\n" + note_of(LEAVES).to_bytes(), b"\n\n" + note_of(LEAVES).to_bytes(), FILE.replace(b"\n", b"\r\n"), FILE.replace(b"\n\n", b"\n", 1), FILE.replace(b"\n\n", b"\n\n\n", 1), FILE.replace(b"\n\n", b"\n", 2), FILE.replace(b"\n11\n", b"\n011\n"), b"\xff" + FILE, FILE + FILE,
])  # fmt: skip
def test_refuses_every_other_way_to_write_a_proof(data):
    """Lines out of order, doubled, missing or loose, other digits, other base64, a path too long: refused."""
    with pytest.raises(NotAllowed):
        Proof.from_bytes(data)


def test_refuses_what_is_too_long():
    """Extra data have 128 KiB at most; the longest note, path and extra data still fit into one file, and no more does."""
    assert 128 * 1024 == MAX_EXTRA_BYTES
    assert MAX_EXTRA_BYTES == len(Proof.from_bytes(proof_of(extra=bytes(MAX_EXTRA_BYTES)).to_bytes()).extra)
    with pytest.raises(NotAllowed, match="extra data"):
        proof_of(extra=bytes(MAX_EXTRA_BYTES + 1)).to_bytes()
    assert MAX_NOTE_BYTES + len(to_base64(bytes(MAX_EXTRA_BYTES))) + 63 * 45 + 100 <= MAX_PROOF_BYTES
    assert 314_026 == MAX_PROOF_BYTES
    for length, why in ((MAX_PROOF_BYTES, "some lines"), (MAX_PROOF_BYTES + 1, "longer than")):
        with pytest.raises(NotAllowed, match=why):
            Proof.from_bytes(bytes(length))


def test_the_longest_path_is_one_of_63_hashes():
    """A log has fewer than 2^63 entries: 63 hashes are read, one more is refused."""
    longest = Checkpoint(NAME, 2**63 - 1, bytes(32))
    for count, good in ((63, True), (64, False)):
        data = Proof(5, (bytes(32),) * 63, sign(longest, NAME, LOG)).to_bytes()
        data = data.replace(b"index 5\n", b"index 5\n" + (HASH + b"\n") * (count - 63))
        if good:
            assert count == len(Proof.from_bytes(data).path)
            continue
        with pytest.raises(NotAllowed, match="at most 63"):
            Proof.from_bytes(data)
    with pytest.raises(NotAllowed, match="at most 63"):
        Proof(5, (bytes(32),) * 64, sign(longest, NAME, LOG)).to_bytes()
    with pytest.raises(NotAllowed, match="no entry 11"):
        Proof(11, (), note_of(LEAVES)).to_bytes()
    with pytest.raises(NotAllowed, match="of 32 bytes"):
        Proof(5, (bytes(31),), note_of(LEAVES)).to_bytes()


def test_the_longest_fork_file_is_read():
    """Two notes of 128 KiB and two entries of 65,535 bytes fit; a longer file is refused before it is decoded."""
    assert 2 * (MAX_NOTE_BYTES + MAX_LEAF_BYTES + 64 * 34 + 100) <= MAX_FORK_BYTES
    assert 401_406 == MAX_FORK_BYTES
    long = [[bytes([n]) * MAX_LEAF_BYTES] for n in range(2)]
    sides = [(sign(head_of(leaves), NAME, LOG), Fork(leaves[0], ())) for leaves in long]
    assert "one place, 0" in ForkProof.from_bytes(ForkProof.of_entries(0, *sides).to_bytes()).check(OWN)
    with pytest.raises(NotAllowed, match=f"{MAX_FORK_BYTES + 1}|longer|long"):
        ForkProof.from_bytes(bytes(MAX_FORK_BYTES + 1))


def test_no_flipped_bit_of_a_proof_proves():
    """Whichever bit changes, outside the extra data that nobody signed: refused, or not proven."""
    data = proof_of().to_bytes()
    for at, bit in itertools.product(range(len(data)), range(8)):
        changed = data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]
        with pytest.raises((NotAllowed, Tampered)):
            Proof.from_bytes(changed).check(LEAVES[3], POLICY)


def test_extra_data_prove_nothing():
    """They can be exchanged by anybody, and the proof stays what it was: of the entry, and of nothing else."""
    proof = proof_of(extra=b"this was agreed")
    other = Proof(proof.index, proof.path, proof.note, b"this was not")
    assert proof.check(LEAVES[3], POLICY) == Proof.from_bytes(other.to_bytes()).check(LEAVES[3], POLICY)


def test_a_proof_needs_the_logs_own_signature():
    """A mirror's line alone, or a stranger's, or a policy that names no log, proves no entry."""
    tree, head = grown(LEAVES), head_of(LEAVES)
    mirror_key = Verifier(PEER, COSIGNATURE_TYPE, MIRROR.public)
    alone = prove(tree, 3, SignedNote(head.to_text(), (cosignature(head, PEER, MIRROR, 5),)))
    with pytest.raises(Tampered, match="no signature of the log"):
        alone.check_signed(LEAVES[3], [*OWN, mirror_key])
    with pytest.raises(Tampered, match="no key of the log"):
        alone.check(LEAVES[3], POLICY)
    with pytest.raises(Tampered, match="no known key"):
        prove(tree, 3, sign(head, NAME, STRANGER)).check_signed(LEAVES[3], [*OWN, mirror_key])
    with pytest.raises(NotAllowed, match="names no log"):
        proof_of().check(LEAVES[3], Policy())
    with pytest.raises(Tampered, match="coral-mirror"):
        prove(tree, 3, note_of(LEAVES, mirror=False)).check(LEAVES[3], POLICY)


OTHER = [*LEAVES[:3], b"another entry 3", *LEAVES[4:]]


def fork_side(leaves, index=3, **how):
    return note_of(leaves, **how), Fork(leaves[index], grown(leaves).inclusion(index))


def two_roots(**how):
    return ForkProof.of_roots(note_of(LEAVES, **how), note_of(OTHER, **how))


def two_entries(short=5, **how):
    return ForkProof.of_entries(3, fork_side(LEAVES, **how), fork_side(OTHER[:short], **how))


@pytest.mark.parametrize("pq", [False, True])
def test_two_roots_of_one_size_prove_a_fork(pq):
    """Two notes and the log's keys are enough; the sentence says what is proven, and what is not."""
    proof = ForkProof.from_bytes(two_roots(pq=pq).to_bytes())
    assert TWO_ROOTS == proof.kind
    assert (
        "Proven: the keeper of 'demo-2026/amber' signed two different logs of one size, 11; "
        "not proven: which of the two is the true one, and whether it was done on purpose."
    ) == proof.check(OWN)


@pytest.mark.parametrize("pq", [False, True])
@pytest.mark.parametrize("short", [4, 5, 11])
def test_two_entries_at_one_place_prove_a_fork(short, pq):
    """Logs of two sizes, or of one: each entry is shown to be at the place under its own note."""
    proof = ForkProof.from_bytes(two_entries(short, pq=pq).to_bytes())
    assert TWO_ENTRIES == proof.kind
    assert f"signed two different entries at one place, 3, in the logs of size {short} and 11" in proof.check(OWN)


def test_it_does_not_matter_which_side_comes_first():
    """The file is the same whoever found the fork."""
    assert two_roots().to_bytes() == ForkProof.of_roots(note_of(OTHER), note_of(LEAVES)).to_bytes()
    sides = fork_side(LEAVES), fork_side(OTHER[:5])
    assert ForkProof.of_entries(3, *sides).to_bytes() == ForkProof.of_entries(3, *reversed(sides)).to_bytes()
    same_size = fork_side(LEAVES), fork_side(OTHER)
    assert ForkProof.of_entries(3, *same_size).to_bytes() == ForkProof.of_entries(3, *reversed(same_size)).to_bytes()


def test_the_card_of_the_logs_party_is_all_one_needs():
    """Lines of mirrors are left out when the file is made, and refused where somebody put them back."""
    proof = two_roots()
    assert {NAME} == {line.name for note in (proof.first, proof.second) for line in note.signatures}
    for lie in (ForkProof(note_of(LEAVES), proof.second), ForkProof(proof.first, note_of(OTHER))):
        with pytest.raises(NotAllowed, match="lines of others"):
            lie.to_bytes()


@pytest.mark.parametrize(("lie", "why"), [
    (ForkProof.of_roots(note_of(LEAVES), note_of(LEAVES)), "say the same"), (ForkProof.of_roots(note_of(LEAVES), note_of(LEAVES, pq=True)), "say the same"),
    (ForkProof.of_entries(3, fork_side(LEAVES), fork_side(LEAVES[:5])), "entries are the same"),
    (ForkProof.of_entries(3, (note_of(LEAVES), fork_side(LEAVES, 4)[1]), fork_side(OTHER)), "not in the tree|left over|ends before"),
    (ForkProof.of_entries(3, fork_side(LEAVES), (note_of(LEAVES[:5]), Fork(b"forged", grown(LEAVES[:5]).inclusion(3)))), "not in the tree"),
    (ForkProof.of_entries(3, fork_side(LEAVES), (note_of(LEAVES), fork_side(OTHER)[1])), "not in the tree"),
    (ForkProof.of_roots(sign(head_of(LEAVES), NAME, STRANGER), note_of(OTHER)), "no known key"),
    (ForkProof.of_roots(note_of(LEAVES), sign(head_of(OTHER), NAME, STRANGER)), "no known key"),
])  # fmt: skip
def test_what_excludes_nothing_proves_nothing(lie, why):
    """The same note twice or signed otherwise, one entry in a log that grew, a forged one, a stranger's note: `Tampered`."""
    with pytest.raises(Tampered, match=why):
        ForkProof.from_bytes(lie.to_bytes()).check(OWN)


def test_a_fork_file_of_notes_that_nobody_signed_is_none():
    """Without a line of the log a note accuses nobody: neither written nor believed."""
    bare = ForkProof.of_roots(SignedNote(head_of(LEAVES).to_text(), ()), SignedNote(head_of(OTHER).to_text(), ()))
    with pytest.raises(NotAllowed, match="signature lines"):
        bare.to_bytes()
    with pytest.raises(Tampered, match="no signature of the log"):
        bare.check(OWN)


def test_keys_of_other_logs_accuse_nobody():
    """A key counts under the name of its log only: another party's card proves nothing here."""
    foreign = [Verifier(origin("demo-2026", "coral"), NOTE_TYPE, LOG.public)]
    with pytest.raises(Tampered, match="no known key"):
        two_roots().check(foreign)


def test_two_logs_of_one_party_exclude_nothing():
    """amber and amber.2 are two logs, with two roots of one size in all honesty."""
    later = Checkpoint(NAME + ".2", 11, grown(OTHER).root())
    with pytest.raises(NotAllowed, match="two logs"):
        ForkProof(sign(head_of(LEAVES), NAME, LOG), sign(later, later.origin, LOG)).to_bytes()


def test_a_fork_file_says_a_place_that_both_logs_have():
    """An index beyond one of the two logs is refused when the file is written, and when it is read."""
    for data in (changed(4, 5), changed(4, 10), changed(5, [[b"a", *[bytes(32)] * 64], GOOD[5][1]])):
        with pytest.raises(NotAllowed):
            ForkProof.from_bytes(data)
    with pytest.raises(NotAllowed, match="no entry 5 in a log of size 5"):
        ForkProof.of_entries(5, fork_side(LEAVES), fork_side(OTHER[:5])).to_bytes()


def test_an_honest_log_that_grew_is_not_accused():
    """Two notes of two sizes exclude nothing, however the proof was put together: refused when it is judged, too."""
    grown_up = ForkProof(note_of(LEAVES[:5], mirror=False), note_of(LEAVES, mirror=False))
    for act in (grown_up.to_bytes, lambda: grown_up.check(OWN)):
        with pytest.raises(NotAllowed, match="at one size only"):
            act()


def test_says_of_other_bytes_that_they_are_no_fork_proof():
    """Another label, another kind: the sentence says that this is something else."""
    for data in (changed(1, "searoom/other"), changed(2, 3), changed(2, 0), changed(2, True), changed(2, "1")):
        with pytest.raises(NotAllowed, match="no fork proof"):
            ForkProof.from_bytes(data)


def changed(at, value):
    items = dict(cbor.decode(two_entries().to_bytes()))
    return cbor.encode(items | {at: value})


GOOD = dict(cbor.decode(two_entries().to_bytes()))
ROOTS = dict(cbor.decode(two_roots().to_bytes()))


@pytest.mark.parametrize("data", [
    b"", b"\xa0", two_roots().to_bytes() + b"\0", changed(0, 0), changed(0, 2), changed(0, True), changed(1, "searoom/other"), changed(2, 3), changed(2, 0), changed(2, True), changed(2, TWO_ROOTS),
    changed(3, []), changed(3, GOOD[3][:1]), changed(3, [*GOOD[3], GOOD[3][0]]), changed(3, [b"", b""]), changed(3, ["a", "b"]), changed(3, GOOD[3][::-1]), changed(4, -1), changed(4, 4), changed(4, 5), changed(4, 2**63), changed(4, "3"),
    changed(5, []), changed(5, GOOD[5][:1]), changed(5, [*GOOD[5], GOOD[5][0]]), changed(5, [[], []]), changed(5, GOOD[5][::-1]), changed(5, [[b"a", b"short"], GOOD[5][1]]), changed(5, [[b"a", *[bytes(32)] * 64], GOOD[5][1]]),
    changed(5, [[bytes(MAX_LEAF_BYTES + 1)], GOOD[5][1]]), changed(6, 0), cbor.encode(ROOTS | {3: ROOTS[3][::-1]}), cbor.encode(ROOTS | {4: 1}), cbor.encode(ROOTS | {3: [ROOTS[3][0], note_of(LEAVES[:5], mirror=False).to_bytes()]}),
])  # fmt: skip
def test_refuses_every_other_fork_file(data):
    """Other versions, kinds, counts, orders and sizes: refused before a signature is looked at."""
    with pytest.raises((NotAllowed, Tampered)):
        ForkProof.from_bytes(data).check(OWN)


def test_a_fork_file_has_one_form():
    """Sides exchanged, an index beside two roots: the file is refused, though its content would prove."""
    for data in (
        changed(3, GOOD[3][::-1]),
        cbor.encode(ROOTS | {3: ROOTS[3][::-1]}),
        cbor.encode(ROOTS | {4: 1}),
    ):
        with pytest.raises(NotAllowed):
            ForkProof.from_bytes(data)


@pytest.mark.parametrize("data", [two_roots().to_bytes(), two_entries().to_bytes()])
def test_no_flipped_bit_of_a_fork_file_accuses(data):
    """Every byte of a fork file is needed: change one bit and it is refused, or proves nothing."""
    for at, bit in itertools.product(range(len(data)), range(8)):
        with pytest.raises((NotAllowed, Tampered)):
            ForkProof.from_bytes(data[:at] + bytes((data[at] ^ 1 << bit,)) + data[at + 1 :]).check(OWN)


@given(st.binary(max_size=60))
def test_foreign_bytes_end_in_a_refusal(data):
    """Whatever arrives under these names: `NotAllowed`, and never another error."""
    for read in (Proof.from_bytes, ForkProof.from_bytes):
        with pytest.raises(NotAllowed):
            read(data)


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_finds_where_two_logs_part(first, second, data):
    """The first entry that differs; the shorter size where one log only leads the other."""
    at = data.draw(st.integers(0, min(first, second)))
    one = [b"%d" % number for number in range(first)]
    other = [*one[:at], *(b"other %d" % number for number in range(at, second))]
    assert at == parting(grown(one), grown(other))
    assert min(first, second) == parting(grown(one), grown([b"%d" % number for number in range(second)]))
    if at < min(first, second):
        sides = [
            (sign(head_of(leaves), NAME, LOG), Fork(leaves[at], grown(leaves).inclusion(at))) for leaves in (one, other)
        ]
        assert f"one place, {at}," in ForkProof.of_entries(at, *sides).check(OWN)


def test_says_which_part_of_a_proof_is_wrong():
    """A proof of another version, an index without its word, a third note and a 64th hash are each refused by name."""
    data = proof_of().to_bytes()
    head, _, rest = data.partition(b"\n")
    with pytest.raises(NotAllowed, match="the first line of a proof is"):
        Proof.from_bytes(head.replace(b"v1", b"v2") + b"\n" + rest)
    with pytest.raises(NotAllowed, match="says the index of its entry"):
        Proof.from_bytes(data.replace(b"\nindex 3\n", b"\n3\n"))
    items = cbor.decode(two_roots().to_bytes())
    with pytest.raises(NotAllowed, match="the notes of a fork proof"):
        ForkProof.from_bytes(cbor.encode({**items, 3: [*items[3], items[3][0]]}))
    with pytest.raises(NotAllowed, match="a side of a fork proof is not an array of 1 to 64 items"):
        ForkProof.from_bytes(changed(5, [[b"a", *[bytes(32)] * 64], GOOD[5][1]]))
