"""Lies that their author signed: with all keys of one party, a log still cannot say what the rules forbid."""

import hashlib

import pytest

import second_verifier
from builders import EXERCISE, MECHANISM, keyring, make_released, parties, seed
from searoom import cbor
from searoom.record import checkpoint, cose
from searoom.record.checkpoint import Checkpoint, SignedNote
from searoom.record.entry import ENTRY_AAD, Entry, Heard, Statement, release
from searoom.record.keys import SigningKey
from searoom.record.layout import Manifest
from searoom.record.merkle import Tree, leaf_hash
from searoom.record.seal import seal
from searoom.record.verify import verify_files
from small_record import AMBER, CORAL, again, amber_leaves, both_refuse, resigned, small_files

RING = keyring(*parties())


def said(*signers, exercise=EXERCISE, mechanism=MECHANISM, author=AMBER, to=None):
    return make_released(RING, author, b"a lie", signers=signers, exercise=exercise, mechanism=mechanism, to=to)[0]


def forged_statement(**changes):
    one = Entry.from_bytes(amber_leaves()[1]).statement
    names = Statement.__dataclass_fields__
    return release(Statement(**{**{name: getattr(one, name) for name in names}, **changes}), AMBER.officers[0])


LIES = {
    "placed by a stranger": ("no card", lambda one, two: [one, again(two, station=SigningKey(seed("stranger")))]),
    "placed by the other station": ("coral", lambda one, two: [one, again(two, station=CORAL.station)]),
    "placed by an officer": ("station", lambda one, two: [one, again(two, station=AMBER.officers[0])]),
    "released by the other side": ("coral-1", lambda one, two: [one, again(two, released=said(CORAL.officers[0]))]),
    "released by a stranger": ("no card", lambda one, two: [one, again(two, released=said(SigningKey(seed("stranger"))))]),
    "released by the log key": ("log key", lambda one, two: [one, again(two, released=said(AMBER.log))]),
    "released by officer and station": ("station key", lambda one, two: [one, again(two, released=said(AMBER.officers[0], AMBER.station))]),
    "order changed": ("number 1", lambda one, two: [two, one]),
    "an entry left out": ("number 1", lambda one, two: [two]),
    "an entry put in twice": ("already", lambda one, two: [one, again(one, index=1, height=2), two]),
    "said twice": ("already", lambda one, two: [one, two, again(two, index=2, height=5)]),
    "too low": ("height 3", lambda one, two: [one, again(two, height=3)]),
    "too high": ("height 9", lambda one, two: [one, again(two, height=9)]),
    "heard nobody": ("coral", lambda one, two: [one, again(two, heard=())]),
    "heard a fork": ("another log of 'coral'", lambda one, two: [one, again(two, heard=(Heard("coral", 2, bytes(32)),))]),
    "heard the future": ("more than are held", lambda one, two: [one, again(two, heard=(Heard("coral", 3, bytes(32)),))]),
    "heard less than before": ("predecessor 2 already", lambda one, two: [one, two, again(one, index=2, height=5)]),
    "the real thing in an exercise": ("real", lambda one, two: [one, again(two, released=said(AMBER.officers[0], exercise=not EXERCISE))]),
    "another mechanism": ("demo-2027", lambda one, two: [one, again(two, released=said(AMBER.officers[0], mechanism="demo-2027"))]),
    "words of the other side": ("author", lambda one, two: [one, again(two, released=said(AMBER.officers[0], author=CORAL, to=("amber",)))]),
    "a stranger as recipient": ("jade", lambda one, two: [one, again(two, released=forged_statement(recipients=("coral", "jade")))]),
    "said to nobody": ("national log", lambda one, two: [one, again(two, released=forged_statement(recipients=()))]),
    "another body": ("missing", lambda one, two: [one, again(two, released=forged_statement(body_hash=bytes(32)))]),
    "the body of another": ("nothing in the record|readers|accounts", lambda one, two: [one, again(two, released=forged_statement(body_hash=Entry.from_bytes(one).statement.body_hash))]),
    "not an entry": ("entry 1", lambda one, two: [one, b"\xa0"]),
    "an empty entry": ("entry 1", lambda one, two: [one, b""]),
}  # fmt: skip


@pytest.mark.parametrize("lie", LIES)
def test_a_lie_that_its_author_signed_is_refused_by_both(lie):
    """Keys of one party cannot make its log say what the rules do not let it say, tiles and note signed afresh."""
    why, make = LIES[lie]
    fault = both_refuse(resigned(make(*amber_leaves())))
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
    files = resigned([one, again(two, placed_us=placed_us)])
    assert 2 == second_verifier.verify(files)["sizes"]["amber"]
    placed = [item.entry for item in verify_files(files).entries]
    assert [1, 2, 3, 4] == [entry.height for entry in placed]
    assert placed_us == placed[3].placed_us


@pytest.mark.parametrize("placed", [-1, 2**63, None])
def test_a_placed_time_that_is_none_is_refused_by_both(placed):
    """Beyond the range of times, or no time at all: no entry."""
    one, two = amber_leaves()
    entry = Entry.from_bytes(one)
    payload = cbor.encode({**cbor.decode(entry.payload()), 5: placed})
    signature = AMBER.station.sign(cose.to_sign1(entry.station.header(), ENTRY_AAD, payload))
    lie = cose.sign1_bytes(entry.station.header(), payload, signature)
    assert "placed time" in both_refuse(resigned([lie, two])).sentence


def test_signatures_in_another_order_or_doubled_are_refused_by_both():
    """Two officers' signatures stand in the order of their key ids, each once; any other list is other bytes."""
    entry = Entry.from_bytes(amber_leaves()[0])
    first, second = ([s.header(), {}, s.value] for s in entry.released.signatures)
    for rows in ([first, second], [second, first], [first, first], []):
        released = cbor.encode([b"", {}, entry.statement.to_bytes(), rows])
        heard = [[h.party, h.size, h.root] for h in entry.heard]
        payload = cbor.encode({0: 0, 1: entry.index, 2: entry.height, 3: heard, 4: released, 5: entry.placed_us})
        header = entry.station.header()
        signature = AMBER.station.sign(cose.to_sign1(header, ENTRY_AAD, payload))
        files = resigned([cose.sign1_bytes(header, payload, signature), amber_leaves()[1]])
        if rows == [first, second]:
            verify_files(files)
        else:
            assert "entry 0: " in both_refuse(files).sentence


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
        Checkpoint(origin, 2**62, tree.root()),
        Checkpoint(checkpoint.origin(MECHANISM, "coral"), 2, tree.root()),
        Checkpoint(f"{origin}/national", 2, tree.root()),
    ):
        note = checkpoint.sign(head, origin, AMBER.log)
        fault = both_refuse({**files, "amber/checkpoint": note.to_bytes()})
        assert fault.sentence.startswith("amber/"), fault.sentence


def test_a_note_with_other_lines_than_known_ones_is_refused_by_both():
    """Own mirror key under the own log, a cosigner's line first, a stranger's line, no line of the log: refused."""
    files = resigned(amber_leaves())
    note = SignedNote.from_bytes(files["amber/checkpoint"])
    head = note.checkpoint
    strange = checkpoint.cosignature(head, f"{MECHANISM}/jade/mirror", SigningKey(seed("jade")), 5)
    own = checkpoint.cosignature(head, f"{MECHANISM}/amber/mirror", AMBER.mirror, 5)
    theirs = checkpoint.cosignature(head, f"{MECHANISM}/coral/mirror", CORAL.mirror, 5)
    forged = checkpoint.cosignature(head, f"{MECHANISM}/coral/mirror", AMBER.mirror, 5)
    good = (*note.signatures, theirs)
    assert {("amber", "coral"): 2, ("coral", "amber"): 2} == verify_files(
        {**files, "amber/checkpoint": SignedNote(note.text, good).to_bytes()}
    ).cosigned
    for lines in (
        (*note.signatures, strange),
        (*note.signatures, own),
        (theirs, *note.signatures),
        (theirs,),
        (*note.signatures, forged),
    ):
        fault = both_refuse({**files, "amber/checkpoint": SignedNote(note.text, lines).to_bytes()})
        assert "amber/checkpoint: " in fault.sentence


def test_an_older_cosignature_must_be_of_this_very_log_by_both():
    """Another root, a size beyond the log, size 0, the newest size, or a line of somebody else: refused."""
    files = small_files()
    origin, tree = checkpoint.origin(MECHANISM, "amber"), Tree(map(leaf_hash, amber_leaves()))
    name = f"{MECHANISM}/coral/mirror"
    heads = [(1, bytes(32)), (3, bytes(32)), (0, tree.root(0)), (2, tree.root())]
    for size, root in heads:
        head = Checkpoint(origin, size, root)
        line = checkpoint.cosignature(head, name, CORAL.mirror, 5)
        fault = both_refuse({**files, "amber/recorded/coral": SignedNote(head.to_text(), (line,)).to_bytes()})
        assert "amber/recorded/coral: " in fault.sentence
    head = Checkpoint(origin, 1, tree.root(1))
    lines = (*checkpoint.sign(head, origin, AMBER.log).signatures, checkpoint.cosignature(head, name, CORAL.mirror, 5))
    for wrong in (lines, lines[:1]):
        both_refuse({**files, "amber/recorded/coral": SignedNote(head.to_text(), wrong).to_bytes()})
    verify_files({**files, "amber/recorded/coral": SignedNote(head.to_text(), lines[1:]).to_bytes()})


def test_a_body_that_is_not_sealed_to_its_readers_is_refused_by_both():
    """The statement says who may read; a body wrapped for fewer is refused though its hash is signed."""
    sealed = seal(
        b"for whom?", mechanism=MECHANISM, author="amber", recipients=(), readers={"amber": RING.card("amber").kem}
    )
    one, two = amber_leaves()
    lie = again(two, released=forged_statement(body_hash=sealed.body_hash, plain_hash=sealed.plain_hash))
    files = {
        path: data
        for path, data in resigned([one, lie]).items()
        if path != f"bodies/{Entry.from_bytes(two).statement.body_hash.hex()}"
    }
    path = f"bodies/{sealed.body_hash.hex()}"
    assert f"{path}: " in both_refuse({**files, path: sealed.body}).sentence


@pytest.mark.parametrize("change", [{"kind": 2}, {"key_id": AMBER.kem.key_id}, {"key_id": bytes(8)}])
def test_a_body_for_a_key_that_its_reader_has_not_is_refused_by_both(change):
    """Another way of wrapping than the one known, or a key that is not on the reader's card, though its hash is signed."""
    one, two = amber_leaves()
    signed = Entry.from_bytes(two).statement
    path = f"bodies/{signed.body_hash.hex()}"
    items = cbor.decode(small_files()[path])
    kind, kid, wrapped = items[2]["coral"]
    row = [change.get("kind", kind), change.get("key_id", kid), wrapped]
    for readers in (items[2], {**items[2], "coral": row}):
        body = cbor.encode({**items, 2: readers})
        name = hashlib.sha256(body).digest()
        lie = again(two, released=forged_statement(body_hash=name))
        files = {name: data for name, data in resigned([one, lie]).items() if name != path}
        files[f"bodies/{name.hex()}"] = body
        if readers == items[2]:
            verify_files(files)
        else:
            assert f"bodies/{name.hex()}: " in both_refuse(files).sentence


@pytest.mark.parametrize("length", [16, 271, 272, 273, 400])
def test_a_ciphertext_that_is_not_padded_is_refused_by_both(length):
    """Nobody can open it here, and both see from its length alone whether it was filled up to a size."""
    one, two = amber_leaves()
    path = f"bodies/{Entry.from_bytes(two).statement.body_hash.hex()}"
    body = cbor.encode({**cbor.decode(small_files()[path]), 1: bytes(length)})
    name = hashlib.sha256(body).digest()
    lie = again(two, released=forged_statement(body_hash=name, plain_hash=bytes(32)))
    files = {name: data for name, data in resigned([one, lie]).items() if name != path and "openings/" not in name}
    files[f"bodies/{name.hex()}"] = body
    if length == 256 + 16:
        assert verify_files(files).sizes == second_verifier.verify(files)["sizes"]
    else:
        assert f"bodies/{name.hex()}: " in both_refuse(files).sentence


def test_an_opening_that_is_padded_otherwise_is_refused_by_both():
    """The words are those that were signed for, and something else rides along where zero bytes belong: refused."""
    files = small_files()
    path = next(path for path in files if path.startswith("openings/"))
    salt, content, pad = cbor.decode(files[path])
    for other in (pad[:-1] + b"\1", pad[:-1], pad + b"\0", bytes(len(pad) + 256), b""):
        assert f"{path}: " in both_refuse({**files, path: cbor.encode([salt, content, other])}).sentence
    assert f"{path}: " in both_refuse({**files, path: cbor.encode([salt, content])}).sentence


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
            assert "another algorithm" in both_refuse(files).sentence


def test_a_manifest_that_tells_another_story_is_refused_by_both():
    """Another mechanism, exercise bit or party, its check sum made again: the rest of the record contradicts it."""
    files = small_files()
    for lie in (Manifest("demo-2027", EXERCISE, "amber", ("amber", "coral")), Manifest(MECHANISM, not EXERCISE, "amber", ("amber", "coral")),
                Manifest(MECHANISM, EXERCISE, "amber", ("amber",)), Manifest(MECHANISM, EXERCISE, "amber", ("amber", "coral", "jade"))):  # fmt: skip
        both_refuse({**files, "manifest": lie.to_bytes()})
