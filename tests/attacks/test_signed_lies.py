"""Lies that their author signed: with all keys of one party, a log still cannot say what the rules forbid."""

import dataclasses
import hashlib

import pytest

import second_verifier
from builders import EXERCISE, MECHANISM, NOW_US, make_released, parties, roster, seed
from searoom import cbor
from searoom.errors import NotAllowed
from searoom.record import checkpoint, cose, heads
from searoom.record.algorithms import ML_DSA_44, SigningKey
from searoom.record.checkpoint import Checkpoint, SignedNote
from searoom.record.entry import ENTRY_AAD, Entry, Heard, release
from searoom.record.layout import Manifest, bodies_path, openings_path, read_long, write_long
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.seal import seal
from searoom.record.verify import verify_files
from small_record import (
    AMBER,
    CORAL,
    again,
    amber_leaves,
    bodies_of,
    both_refuse,
    leaves_of,
    resigned,
    small_files,
)

RING = roster(*parties())
BODIES = {hashlib.sha256(body).digest(): body for body in bodies_of("amber", small_files())}
"""The bodies that the lies may name, by their hashes."""


CORAL_1 = Heard("coral", 1, Tree([leaf_hash(leaves_of("coral", small_files())[0])]).root())


def said(*signers, exercise=EXERCISE, mechanism=MECHANISM, author=AMBER, to=None):
    released, body = make_released(
        RING, author, b"a lie", signers=signers, exercise=exercise, mechanism=mechanism, to=to
    )
    BODIES[released.statement.body_hash] = body
    return released


def forged_statement(**changes):
    one = Entry.from_bytes(amber_leaves()[1]).statement
    return release(dataclasses.replace(one, **changes), AMBER.officers[0])


def signed_log(leaves, *, bodies=None, **options):
    """Return the record with another log of amber's, each entry with the body that it names, where there is one."""
    return resigned(leaves, bodies=[body_of(leaf) for leaf in leaves] if bodies is None else bodies, **options)


def body_of(leaf):
    try:
        return BODIES.get(Entry.from_bytes(leaf).statement.body_hash, b"")
    except NotAllowed:
        return b""


def of_another(leaf):
    """Return an entry of amber's log with a statement of coral's in it, signed by amber's station."""
    entry, released = Entry.from_bytes(leaf), said(AMBER.officers[0], author=CORAL, to=("amber",))
    payload = cbor.encode({**cbor.decode(entry.payload()), 5: released.to_bytes()})
    header = entry.station.header()
    return cose.sign1_bytes(header, payload, AMBER.station.sign(cose.to_sign1(header, ENTRY_AAD, payload)))


LIES = {
    "placed by a stranger": ("not on the card", lambda one, two: [one, again(two, station=SigningKey(seed("stranger")))]),
    "placed by the other station": ("not on the card of amber", lambda one, two: [one, again(two, station=CORAL.station)]),
    "placed by an officer": ("station", lambda one, two: [one, again(two, station=AMBER.officers[0])]),
    "released by the other side": ("not on the card of amber", lambda one, two: [one, again(two, released=said(CORAL.officers[0]))]),
    "released by a stranger": ("not on the card", lambda one, two: [one, again(two, released=said(SigningKey(seed("stranger"))))]),
    "released by the log key": ("log key", lambda one, two: [one, again(two, released=said(AMBER.log))]),
    "released by officer and station": ("station key", lambda one, two: [one, again(two, released=said(AMBER.officers[0], AMBER.station))]),
    "order changed": ("number 1", lambda one, two: [two, one]),
    "an entry left out": ("number 1", lambda one, two: [two]),
    "an entry put in twice": ("says again", lambda one, two: [one, again(one, index=1, height=2), two]),
    "said twice": ("says again", lambda one, two: [one, two, again(two, index=2, height=5)]),
    "too low": ("height 3", lambda one, two: [one, again(two, height=3)]),
    "too high": ("height 9", lambda one, two: [one, again(two, height=9)]),
    "heard nobody any more": ("less of the log of", lambda one, two: [one, two, again(two, index=2, height=5, heard=(), released=said(AMBER.officers[0]))]),
    "heard a fork": ("another log of 'coral'", lambda one, two: [one, again(two, heard=(Heard("coral", 2, bytes(32)),))]),
    "heard the future": ("more than are held", lambda one, two: [one, again(two, heard=(Heard("coral", 3, bytes(32)),))]),
    "heard less than before": ("less of the log of", lambda one, two: [one, two, again(two, index=2, height=5, heard=(CORAL_1,), released=said(AMBER.officers[0]))]),
    "the real thing in an exercise": ("real", lambda one, two: [one, again(two, released=said(AMBER.officers[0], exercise=not EXERCISE))]),
    "another mechanism": ("demo-2027", lambda one, two: [one, again(two, released=said(AMBER.officers[0], mechanism="demo-2027"))]),
    "words of the other side": ("stands in the log", lambda one, two: [one, of_another(two)]),
    "a stranger as recipient": ("jade", lambda one, two: [one, again(two, released=forged_statement(recipients=("coral", "jade")))]),
    "said to nobody": ("readers of a body", lambda one, two: [one, again(two, released=forged_statement(recipients=()))]),
    "another body": ("not the one", lambda one, two: [one, again(two, released=forged_statement(body_hash=bytes(32)))]),
    "not an entry": ("entries", lambda one, two: [one, b"\xa0"]),
    "an empty entry": ("entries", lambda one, two: [one, b""]),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_that_its_author_signed_is_refused_by_both(lie):
    """Keys of one party cannot make its log say what the rules do not let it say, tiles and note signed afresh."""
    why, make = LIES[lie]
    fault = both_refuse(signed_log(make(*amber_leaves())))
    assert why in fault.sentence or any(word in fault.sentence for word in why.split("|")), fault.sentence


def test_the_way_of_making_lies_can_tell_the_truth():
    """The same log signed again, without cosignatures, still proves: the lies above fail for their own sake."""
    proven = verify_files(resigned(amber_leaves()))
    assert {("coral", "amber"): 2} == proven.cosigned
    assert proven.sizes == second_verifier.verify(resigned(amber_leaves()))["sizes"]


@pytest.mark.parametrize("placed_us", [0, 2**63 - 1])
def test_a_station_may_claim_any_time_and_moves_nothing_by_it(placed_us):
    """Clocks are set: whatever the station says, both verifiers take it, and the order is that of the heights."""
    one, two = amber_leaves()
    files = signed_log([one, again(two, placed_us=placed_us)])
    assert 2 == second_verifier.verify(files)["sizes"]["amber"]
    proven = verify_files(files)
    assert [(1, 4), (2, 3)] == [tuple(item.entry.height for item in proven.read(log)) for log in ("amber", "coral")]
    assert placed_us == list(proven.read("amber"))[1].entry.placed_us


@pytest.mark.parametrize("placed", [-1, 2**63, None])
def test_a_placed_time_that_is_none_is_refused_by_both(placed):
    """Beyond the range of times, or no time at all: no entry."""
    one, two = amber_leaves()
    entry = Entry.from_bytes(one)
    payload = cbor.encode({**cbor.decode(entry.payload()), 6: placed})
    signature = AMBER.station.sign(cose.to_sign1(entry.station.header(), ENTRY_AAD, payload))
    lie = cose.sign1_bytes(entry.station.header(), payload, signature)
    assert "placed time" in both_refuse(signed_log([lie, two], bodies=bodies_of("amber", small_files()))).sentence


def test_signatures_in_another_order_or_doubled_are_refused_by_both():
    """Two officers' signatures stand in the order of their key ids, each once; any other list is other bytes."""
    entry = Entry.from_bytes(amber_leaves()[0])
    first, second = ([s.header(), {}, s.value] for s in entry.released.signatures)
    for rows in ([first, second], [second, first], [first, first], []):
        released = cbor.encode([b"", {}, entry.statement.to_bytes(), rows])
        payload = cbor.encode({**cbor.decode(entry.payload()), 5: released})
        header = entry.station.header()
        signature = AMBER.station.sign(cose.to_sign1(header, ENTRY_AAD, payload))
        files = signed_log(
            [cose.sign1_bytes(header, payload, signature), amber_leaves()[1]], bodies=bodies_of("amber", small_files())
        )
        if rows == [first, second]:
            verify_files(files)
        else:
            assert "amber/" in both_refuse(files).sentence


def test_a_checkpoint_signed_by_another_key_or_for_another_log_is_refused_by_both():
    """The other side's log key, our own mirror key, the national log's origin: none of them makes a checkpoint of ours."""
    for lie in (
        resigned(amber_leaves(), key=CORAL.log),
        resigned(amber_leaves(), key=AMBER.mirror),
        resigned(amber_leaves(), name=f"{MECHANISM}/amber/national"),
        resigned(amber_leaves(), name=f"{MECHANISM}/coral"),
    ):
        assert "amber/checkpoint: " in both_refuse(lie).sentence


def test_a_checkpoint_over_something_else_is_refused_by_both():
    """Signed by the right key: another root, another size, or the head of another log under our own name."""
    files, tree = resigned(amber_leaves()), Tree(map(leaf_hash, amber_leaves()))
    origin = checkpoint.origin(MECHANISM, "amber")
    for head in (
        Checkpoint(origin, 2, bytes(32)),
        Checkpoint(origin, 1, tree.root()),
        Checkpoint(origin, 3, tree.root()),
        Checkpoint(checkpoint.origin(MECHANISM, "coral"), 2, tree.root()),
        Checkpoint(f"{origin}/national", 2, tree.root()),
    ):
        note = checkpoint.sign(head, origin, AMBER.log)
        fault = both_refuse({**files, "amber/checkpoint": note.to_bytes()})
        assert fault.sentence.startswith("amber/"), fault.sentence


def lines_of(head, name, *keys):
    """Return the timed lines of keys under a head."""
    return tuple(checkpoint.cosignature(head, name, key, NOW_US // 10**6) for key in keys)


def test_a_note_with_other_lines_than_known_ones_is_refused_by_both():
    """Own mirror keys under the own log, a stranger's lines, one of a mirror's two, no line of the log: refused."""
    files = resigned(amber_leaves())
    note = SignedNote.from_bytes(files["amber/checkpoint"])
    head, mirror = note.checkpoint, f"{MECHANISM}/coral/mirror"
    theirs = lines_of(head, mirror, CORAL.mirror, CORAL.keys.mirror_pq)
    second = lines_of(head, head.origin, AMBER.keys.log_pq)
    stranger = (SigningKey(seed("jade")), SigningKey(seed("jade"), ML_DSA_44))

    def under(*lines):
        return {**files, "amber/checkpoint": checkpoint.with_lines(SignedNote(note.text, ()), lines).to_bytes()}

    own = note.signatures
    assert {("amber", "coral"): 2, ("coral", "amber"): 2} == verify_files(under(*own, *second, *theirs)).cosigned
    for lines in (
        (*own, *second, *lines_of(head, f"{MECHANISM}/jade/mirror", *stranger)),
        (*own, *second, *lines_of(head, f"{MECHANISM}/amber/mirror", AMBER.mirror, AMBER.keys.mirror_pq)),
        (*own, *second, *lines_of(head, mirror, AMBER.mirror, AMBER.keys.mirror_pq)),
        (*own, *second, theirs[0]),
        (*own, *second, theirs[1]),
        (*own, *second, theirs[0], *lines_of(head, mirror, stranger[1])),
        (*second, *theirs),
        theirs,
    ):
        assert "amber/checkpoint: " in both_refuse(under(*lines)).sentence


def test_an_older_cosignature_must_be_of_this_very_log_by_both():
    """Another root, a size beyond the log, size 0, the newest size, or lines of somebody else: refused."""
    files = small_files()
    origin, tree = checkpoint.origin(MECHANISM, "amber"), Tree(map(leaf_hash, amber_leaves()))

    def recorded(size, root, *, mirror=CORAL.keys, keep=4):
        own = checkpoint.sign(Checkpoint(origin, size, root), origin, AMBER.log).to_bytes()
        offered = SignedNote.from_bytes(heads.offer(own, AMBER.keys.log_pq, NOW_US))
        note = SignedNote.from_bytes(
            heads.cosign(offered, MECHANISM, "coral", (mirror.mirror, mirror.mirror_pq), NOW_US)
        )
        return {**files, "amber/recorded/coral": SignedNote(note.text, note.signatures[:keep]).to_bytes()}

    true = recorded(1, tree.root(1))
    assert {("amber", "coral"): 1, ("coral", "amber"): 2} == verify_files(true).cosigned
    for lie in (
        recorded(1, bytes(32)),
        recorded(3, bytes(32)),
        recorded(0, tree.root(0)),
        recorded(2, tree.root()),
        recorded(1, tree.root(1), mirror=AMBER.keys),
        *(recorded(1, tree.root(1), keep=keep) for keep in (1, 2, 3)),
    ):
        assert "amber/recorded/coral: " in both_refuse(lie).sentence


def with_body(body, **changes):
    """Return the record in which amber's second entry names this body, signed afresh."""
    BODIES[hashlib.sha256(body).digest()] = body
    one, two = amber_leaves()
    lie = again(two, released=forged_statement(body_hash=hashlib.sha256(body).digest(), **changes))
    return signed_log([one, lie])


def test_a_body_that_is_not_sealed_to_its_readers_is_refused_by_both():
    """The statement says who may read; a body wrapped for fewer is refused though its hash is signed."""
    sealed = seal(
        b"for whom?", mechanism=MECHANISM, author="amber", recipients=(), readers={"amber": RING.card("amber").kem}
    )
    fault = both_refuse(with_body(sealed.body, plain_hash=sealed.plain_hash))
    assert "readers of a body" in fault.sentence


@pytest.mark.parametrize("change", [{"kind": 2}, {"key_id": AMBER.kem.key_id}, {"key_id": bytes(8)}])
def test_a_body_for_a_key_that_its_reader_has_not_is_refused_by_both(change):
    """Another way of wrapping than the one known, or a key that is not on the reader's card, though its hash is signed."""
    items = cbor.decode(bodies_of("amber", small_files())[1])
    kind, kid, wrapped = items[2]["coral"]
    row = [change.get("kind", kind), change.get("key_id", kid), wrapped]
    verify_files(with_body(cbor.encode(items), plain_hash=bytes(32)))
    lie = cbor.encode({**items, 2: {**items[2], "coral": row}})
    assert "amber/" in both_refuse(with_body(lie, plain_hash=bytes(32))).sentence


@pytest.mark.parametrize("length", [16, 271, 272, 273, 400])
def test_a_ciphertext_that_is_not_padded_is_refused_by_both(length):
    """Nobody can open it here, and both see from its length alone whether it was filled up to a size."""
    body = cbor.encode({**cbor.decode(bodies_of("amber", small_files())[1]), 1: bytes(length)})
    files = with_body(body, plain_hash=bytes(32))
    if length == 256 + 16:
        assert verify_files(files).sizes == second_verifier.verify(files)["sizes"]
    else:
        assert "no padded opening gives" in both_refuse(files).sentence


def test_an_opening_that_is_padded_otherwise_is_refused_by_both():
    """The words are those that were signed for, and something else rides along where zero bytes belong: refused."""
    files, path = small_files(), openings_path("amber", 0, 2)
    first, second = read_long(files[path], 2)
    salt, content, pad = cbor.decode(first)
    for other in (pad[:-1] + b"\1", pad[:-1], pad + b"\0", bytes(len(pad) + 256), b""):
        lie = write_long([cbor.encode([salt, content, other]), second])
        assert f"{path}" in both_refuse({**files, path: lie}).sentence
    lie = write_long([cbor.encode([salt, content]), second])
    assert f"{path}" in both_refuse({**files, path: lie}).sentence


def test_bodies_of_another_entry_are_refused_by_both():
    """Two bodies exchanged, one in the place of both, one too many: each stands at its entry or nowhere."""
    files, path = small_files(), bodies_path("amber", 0, 2)
    first, second = read_long(files[path], 2)
    for lie in ([second, first], [first, first], [first, b""]):
        assert "amber/" in both_refuse({**files, path: write_long(lie)}).sentence
    both_refuse({**files, path: write_long([first, second, first])})


def test_another_number_for_the_same_algorithm_is_refused_by_both():
    """-8, the older number of COSE under which Ed25519 went: the signature checks, and the entry is refused."""
    one, two = amber_leaves()
    for number in (-19, -8):
        entry = Entry.from_bytes(two)
        header = cose.protected(number, AMBER.station.key_id)
        signature = AMBER.station.sign(cose.to_sign1(header, ENTRY_AAD, entry.payload()))
        files = resigned([one, cose.sign1_bytes(header, entry.payload(), signature)])
        if number == -19:
            verify_files(files)
        else:
            assert "algorithm" in both_refuse(files).sentence


def test_a_manifest_that_tells_another_story_is_refused_by_both():
    """Another mechanism, exercise bit, party or log, its check sum made again: the rest of the record contradicts it."""
    files = small_files()
    true = Manifest.from_bytes(files["manifest"])
    assert leaves_of("amber", files)
    for change in (
        {"mechanism": "demo-2027"},
        {"exercise": not EXERCISE},
        {"parties": ("amber",), "logs": ("amber",)},
        {"parties": ("amber", "coral", "jade")},
        {"logs": ("amber",)},
        {"logs": ("amber", "coral", "coral.2")},
    ):
        both_refuse({**files, "manifest": dataclasses.replace(true, **change).to_bytes()})
