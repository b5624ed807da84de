"""A record is proven from its bytes: every flipped byte, every missing file and every signed lie is refused."""

import dataclasses
import shutil
from pathlib import Path

import pytest

import second_verifier
from builders import MECHANISM, NOW_US, exchange, make_record, make_released, parties, records, roster, say
from searoom.errors import NotAllowed, Tampered
from searoom.record.cards import Card
from searoom.record.entry import Entry, Kind, clear_statement, release
from searoom.record.export import write_record
from searoom.record.folder import Folder
from searoom.record.keys import Key, Role
from searoom.record.layout import Manifest, read_long, write_long
from searoom.record.seal import reason
from searoom.record.verify import verify_files, verify_folder, verify_many
from small_record import (
    AGREEMENT,
    AMBER,
    CORAL,
    LATER_AMBER,
    again,
    bodies_of,
    both_refuse,
    card_bytes,
    full_files,
    leaves_of,
    put,
    resigned,
    small_files,
    small_records,
)

VECTORS = Path(__file__).parent.parent / "vectors"


def test_proves_a_whole_record(tmp_path):
    """Sizes, roots, who said what, who stored what, what was opened: all of it from the bytes."""
    files = small_files()
    proven = verify_folder(put(tmp_path / "record", files))
    assert ({"amber": 2, "coral": 2}, ("amber", "coral")) == (proven.sizes, proven.manifest.parties)
    assert {("amber", "coral"): 1, ("coral", "amber"): 2} == proven.cosigned
    entries = [*proven.read("amber"), *proven.read("coral")]
    assert [("amber", 1), ("amber", 4), ("coral", 2), ("coral", 3)] == [(e.party, e.entry.height) for e in entries]
    assert [{"amber-1", "amber-2"}, {"amber-1"}, {"coral"}, {"coral-1"}] == [
        {s.holder for s in e.signers} for e in entries
    ]
    assert [(Role.OFFICER, "amber"), (Role.STATION, "coral")] == [
        (e.signers[0].role, e.signers[0].party) for e in entries[::2]
    ]
    assert (2, {b"meeting at 0400Z?", b"understood", None}) == (
        proven.openings,
        {e.opening.content if e.opening else None for e in entries},
    )
    assert (4, ()) == (proven.entries, proven.pinned)
    assert 5 + 4 + 1 + 4 + 4 == proven.signatures  # of who released, of stations, under both checkpoints and beside one
    assert [] == list(proven.read("jade"))


def test_both_verifiers_reach_the_same_verdict():
    """Sizes, roots, cosignatures and openings are the same, read by other hands."""
    proven, verdict = verify_files(small_files()), second_verifier.verify(small_files())
    assert proven.sizes == verdict["sizes"]
    assert {party: root.hex() for party, root in proven.roots.items()} == verdict["roots"]
    assert {f"{log} by {by}": size for (log, by), size in proven.cosigned.items()} == verdict["cosigned"]
    assert (proven.openings, proven.manifest.exporter) == (verdict["openings"], verdict["exporter"])


def test_unknown_files_are_named(tmp_path):
    """A stray file, a log of a stranger, a tile of another size: nothing in the record accounts for them."""
    files = small_files()
    for path in (
        "README",
        "jade/checkpoint",
        "amber.2/checkpoint",
        "bodies/000",
        "coral/bodies/000",
        "amber/openings/000.p/1",
        "coral/openings/000.p/1",
        "amber/tile/0/000",
        "amber/tile/0/000.p/1",
        "cards/jade.card",
        ".DS_Store",
        "amber/recorded/amber",
        "coral/recorded/amber",
    ):
        fault = both_refuse({**files, path: files["amber/checkpoint"]})
        assert f"{path}: nothing in the record accounts for this file" == fault.sentence
    with pytest.raises(NotAllowed, match="amber/bodies/empty/: nothing"):
        (put(tmp_path, files) / "amber" / "bodies" / "empty").mkdir()
        verify_folder(tmp_path)


def test_files_that_change_places_are_refused():
    """Two bundles, two cards, two checkpoints exchanged: each stands under a name that is not its own."""
    files = small_files()
    for name in ("checkpoint", "bodies/000.p/2", "tile/0/000.p/2", "tile/entries/000.p/2"):
        first, second = f"amber/{name}", f"coral/{name}"
        both_refuse({**files, first: files[second], second: files[first]})
    both_refuse({**files, "cards/amber.card": files["cards/coral.card"], "cards/coral.card": files["cards/amber.card"]})
    both_refuse({**files, "coral/openings/000.p/2": files["amber/openings/000.p/2"]})


def test_needs_the_folder_alone(tmp_path):
    """Copied elsewhere, its database gone, the record proves the same."""
    folders = tmp_path / "a", tmp_path / "elsewhere" / "b"
    a, _ = small_records()
    write_record(a, folders[0], cards=card_bytes(), agreement=AGREEMENT)
    shutil.copytree(folders[0], folders[1])
    shutil.rmtree(folders[0])
    del a
    assert {"amber": 2, "coral": 2} == verify_folder(folders[1]).sizes
    assert 0 == second_verifier.main([str(folders[1])])


def test_fingerprints_that_are_given_must_be_those_of_the_cards():
    """A card may be signed by anybody's root: only a fingerprint compared in person says that it is the right one."""
    files = small_files()
    amber, coral = AMBER.card.fingerprint(), CORAL.card.fingerprint()
    for written in (coral, coral.upper(), coral.replace(" ", ""), f"  {coral}\n"):
        assert ("coral",) == verify_files(files, fingerprints={"coral": written}).pinned
    assert ("amber", "coral") == verify_files(files, fingerprints={"coral": coral, "amber": amber}).pinned
    for wrong in (amber, "", coral[:-1], coral + "0"):
        with pytest.raises(Tampered, match="cards/coral.card: .*not the one that was named"):
            verify_files(files, fingerprints={"coral": wrong})
    with pytest.raises(NotAllowed, match="no party 'jade'"):
        verify_files(files, fingerprints={"jade": amber})


def test_a_party_of_whose_log_nothing_is_held_has_only_its_card(tmp_path):
    """Before the first exchange a record is whole all the same."""
    a, _ = records()
    say(a, AMBER, b"anybody there?")
    write_record(a, tmp_path / "record", cards=card_bytes(), agreement=AGREEMENT)
    files = dict(Folder(tmp_path / "record"))
    assert {"amber": 1} == verify_files(files).sizes == second_verifier.verify(files)["sizes"]
    assert not [path for path in files if path.startswith("coral/")]
    with pytest.raises(NotAllowed, match="nothing in the record accounts"):
        verify_files({**files, "coral/checkpoint": files["amber/checkpoint"]})


def test_the_golden_record_still_proves():
    """A record that was exported when this format was made: both verifiers must read it as long as the version is 1."""
    proven, verdict = (
        verify_folder(VECTORS / "record"),
        second_verifier.verify(second_verifier.read_folder(VECTORS / "record")),
    )
    roots = {
        "amber": "a7ba173756e0ef44fbba1fdd27f300437d358a188d4b083c659cec5a0d04184a",
        "amber.2": "fc345de59ee014aa81974ce025f3348fce407736f9a5fe60713b9cc9d88fed86",
        "coral": "786f012c2bfb4d3f7cfddda4bcc8dd80e53db48cff63343fd9ac0aac56dde758",
    }
    assert roots == {log: root.hex() for log, root in proven.roots.items()} == verdict["roots"]
    cosigned = {("amber", "coral"): 1, ("amber.2", "coral"): 4, ("coral", "amber"): 2}
    assert cosigned == proven.cosigned
    assert (1, 1) == (proven.again, verdict["again"])
    assert ["before", "with new keys", "in a new log", "with new keys", "good to be back"] == [
        one.opening.content.decode() for log in ("amber", "amber.2") for one in proven.read(log) if one.opening
    ]


def test_says_which_body_and_which_opening_is_another():
    """The file and the entry are named, and no key is needed for it."""
    files = small_files()
    for path, at, why in (
        ("amber/bodies/000.p/2", 40, "body is not the one that amber signed for"),
        ("amber/openings/000.p/2", 50, "salted hash that its author signed"),
    ):
        data = bytearray(files[path])
        data[at] ^= 1
        assert f"{path}, entry 0: the {why}" in both_refuse({**files, path: bytes(data)}).sentence.replace(
            "the opening does not have the ", "the "
        )


def test_a_bundle_of_openings_opens_something():
    """Where nothing was opened there is no file: nothing is said in two ways."""
    files = small_files()
    path = "amber/openings/000.p/2"
    assert "opens nothing" in both_refuse({**files, path: bytes(8)}).sentence
    first, second = read_long(files[path], 2)
    kept = {**files, path: write_long([first, b""])}
    assert 1 == verify_files(kept).openings == second_verifier.verify(kept)["openings"]
    assert "salted hash" in both_refuse({**files, path: write_long([second, first])}).sentence


def test_a_copied_hash_does_not_make_a_record_unprovable(tmp_path):
    """Who signs chooses the salted hash: one that another author had, or that begins like an own one, spoils nothing."""
    a, b = records()
    said = say(a, AMBER, b"words").statement.plain_hash
    exchange(a, b)
    for plain_hash in (said, said[:8] + bytes(24), said[:8] + bytes(23) + b"\1"):
        released, body = make_released(b.roster, CORAL, b"a copy")
        statement = dataclasses.replace(released.statement, plain_hash=plain_hash)
        b.say(release(statement, CORAL.officers[0]), body, now_us=NOW_US)
    exchange(a, b)
    files = dict(Folder(export(a, tmp_path / "a")))
    assert {"amber": 1, "coral": 3} == verify_files(files).sizes == second_verifier.verify(files)["sizes"]


def going_on(*said):
    """Return the fuller record in which `amber.2` goes on with these released statements over amber's first body."""
    files = full_files()
    leaves, bodies = (
        leaves_of("amber.2", files),
        bodies_of("amber.2", files) + bodies_of("amber", files)[:1] * len(said),
    )
    for released in said:
        last = Entry.from_bytes(leaves[-1])
        place = {"index": last.index + 1, "height": last.height + 1}
        leaves.append(again(leaves[-1], released=released, station=LATER_AMBER.station, **place))
    files = {path: data for path, data in files.items() if not path.startswith("amber.2/openings")}
    return resigned(leaves, log="amber.2", key=LATER_AMBER.log, files=files, bodies=bodies)


BEFORE = Entry.from_bytes(leaves_of("amber", full_files())[0]).released


def test_what_is_said_again_in_a_later_log_is_counted_by_both():
    """The same statement in a second log of its author: it verifies, and both say how often that is so."""
    fewer = release(BEFORE.statement, AMBER.officers[0])  # who released it may differ, what is said may not
    for files, count in ((full_files(), 0), (going_on(BEFORE), 1), (going_on(fewer), 1)):
        proven, verdict = verify_files(files), second_verifier.verify(files)
        assert (count, count) == (proven.again, verdict["again"])
        assert proven.sizes == verdict["sizes"]


def test_one_statement_stands_once_in_each_log():
    """Twice in one log is refused by both, also where an older log has it too."""
    fault = both_refuse(going_on(BEFORE, BEFORE))
    assert "entry 4 of amber.2 says again what entry 3 says" in fault.sentence


def test_other_words_of_the_same_hash_are_said_for_themselves():
    """Only the same signed bytes are the same statement: with another time in it, it is another."""
    later = dataclasses.replace(BEFORE.statement, claimed_us=BEFORE.statement.claimed_us + 1)
    files = going_on(release(later, *AMBER.officers))
    assert (0, 0) == (verify_files(files).again, second_verifier.verify(files)["again"])


def test_a_record_in_which_a_card_copies_another_s_key_is_proven_by_both(tmp_path):
    """Each party's signatures are judged by its own card: the copy takes nothing from the one who can sign with it."""
    copied = Key(Role.OFFICER, "coral-9", "x", AMBER.officers[0].public)
    card = dataclasses.replace(CORAL.card, keys=(*CORAL.card.keys, copied))
    copier = dataclasses.replace(CORAL, card=card, card_bytes=card.signed(*CORAL.roots))
    a, b = (make_record(party, roster(copier, AMBER)) for party in (AMBER, copier))
    say(a, AMBER, b"words")
    exchange(a, b)
    cards = {"coral": copier.card_bytes, "amber": AMBER.card_bytes}
    write_record(a, tmp_path / "record", cards=cards, agreement=AGREEMENT)
    files = dict(Folder(tmp_path / "record"))
    assert {"amber": 1} == verify_files(files).sizes == second_verifier.verify(files)["sizes"]
    ((signer,),) = (one.signers for one in verify_files(files).read("amber"))
    assert ("amber", "amber-1") == (signer.party, signer.holder)


def opening_amber_3(named):
    """Return the fuller record with a third log of amber's, begun by a reason for the log that is named."""
    files, body = dict(full_files()), reason(named, "our store is lost")
    last = Entry.from_bytes(leaves_of("amber.2", files)[-1])
    said = clear_statement(Kind.EPOCH, body, mechanism=MECHANISM, exercise=True, author="amber", claimed_us=NOW_US)
    place = {"log": "amber.3", "index": 0, "height": last.height}
    leaf = again(last.to_bytes(), released=release(said, *AMBER.officers), station=LATER_AMBER.station, **place)
    manifest = Manifest.from_bytes(files["manifest"])
    files["manifest"] = dataclasses.replace(manifest, logs=tuple(sorted((*manifest.logs, "amber.3")))).to_bytes()
    return resigned([leaf], log="amber.3", key=LATER_AMBER.log, files=files, bodies=[body])


def test_a_reason_opens_the_log_that_it_names_and_no_other():
    """What two officers signed to open `amber.2` opens no `amber.3`, by neither verifier."""
    files = opening_amber_3("amber.3")
    assert 1 == verify_files(files).sizes["amber.3"] == second_verifier.verify(files)["sizes"]["amber.3"]
    for named in ("amber.2", "amber.4", "amber"):
        assert f"'{named}', and opens no log 'amber.3'" in both_refuse(opening_amber_3(named)).sentence


class Shifting(dict):
    """Files that are other files when they are read a second time: a disk under another's control."""

    def __init__(self, files, second):
        super().__init__(files)
        self.second, self.asked = second, set()

    def __getitem__(self, path):
        data = self.second.get(path, super().__getitem__(path)) if path in self.asked else super().__getitem__(path)
        self.asked.add(path)
        return data


def test_files_that_change_while_they_are_read_prove_nothing_false():
    """What is handed back was proven as it was handed back: cards are read once, all else is checked at each reading."""
    files = small_files()
    card = verify_files(Shifting(files, {"cards/coral.card": b"swapped"})).cards["coral"]
    assert CORAL.card_bytes == card
    lies = {
        "amber/bodies/000.p/2": files["coral/bodies/000.p/2"],
        "amber/tile/entries/000.p/2": files["coral/tile/entries/000.p/2"],
        "amber/openings/000.p/2": bytes(8),
    }
    held = Shifting(files, {})
    proven = verify_files(held)
    for path, lie in lies.items():
        held.second = {path: lie}
        with pytest.raises((NotAllowed, Tampered)):
            list(proven.read("amber"))


# ---- two exports --------------------------------------------------------------------------------------------------


def export(record, folder):
    write_record(record, folder, cards=card_bytes(), agreement=AGREEMENT)
    return folder


def test_two_exports_of_one_record_agree(tmp_path):
    """Both parties' folders prove the same logs; a shorter one is the beginning of the longer."""
    a, b = small_records()
    folders = [export(a, tmp_path / "a"), export(b, tmp_path / "b")]
    say(a, AMBER, b"one more", now_us=NOW_US + 9)
    folders.append(export(a, tmp_path / "later"))
    first, second, later = verify_many(folders)
    assert first.roots == second.roots
    assert (2, 3) == (second.sizes["amber"], later.sizes["amber"])
    assert ["amber", "coral", "amber"] == [one.manifest.exporter for one in (first, second, later)]


def test_a_fork_between_two_exports_is_tampering(tmp_path):
    """Amber signed two histories: each export proves alone, together they convict, and the place is named."""
    a, b = records()
    say(a, AMBER, b"to everybody")
    exchange(a, b)
    to_coral = dict(Folder(export(b, tmp_path / "b")))
    say(a, AMBER, b"yes")
    folder_a = export(a, tmp_path / "a")
    first, second = leaves_of("amber", dict(Folder(folder_a)))
    released, body = make_released(a.roster, AMBER, b"no")
    bodies = [*read_long(to_coral["amber/bodies/000.p/1"], 1), body]
    files = resigned([first, again(second, released=released)], bodies=bodies, files=to_coral)
    folder_b = put(tmp_path / "b2", files)
    assert 2 == verify_folder(folder_a).sizes["amber"] == verify_folder(folder_b).sizes["amber"]
    with pytest.raises(
        Tampered, match="the log 'amber' forks: from entry 1 on, the export of 'amber'.*'coral'"
    ) as caught:
        verify_many([folder_a, folder_b])
    assert "Keep both folders" in caught.value.advice()
    short = tmp_path / "b"  # the beginning of both: it contradicts neither and must not hide that they differ
    verify_many([folder_a, short])
    verify_many([short, folder_b])
    for folders in ([folder_a, short, folder_b], [folder_b, folder_b, folder_a]):
        with pytest.raises(Tampered, match="forks"):
            verify_many(folders)
    with pytest.raises(Tampered, match="forks"):
        say(a, AMBER, b"longer")
        verify_many([export(a, tmp_path / "longer"), folder_b])


def test_exports_of_two_records_are_not_compared(tmp_path):
    """Another mechanism, or earnest beside exercise, is another record; another card of a party is named."""
    a, _ = small_records()
    folder = export(a, tmp_path / "a")
    members = parties("amber", "coral", "jade")
    three = records(None, "amber", "coral", "jade")[0]
    write_record(three, tmp_path / "three", cards={m.name: m.card_bytes for m in members}, agreement=AGREEMENT)
    assert 2 == len(verify_many([folder, tmp_path / "three"])[0].manifest.parties)
    manifest = Manifest.from_bytes((folder / "manifest").read_bytes())
    for change in ({"mechanism": "demo-2027"}, {"exercise": False}):
        files = {"manifest": dataclasses.replace(manifest, logs=(), parties=("amber",), **change).to_bytes()}
        card = dataclasses.replace(AMBER.card, mechanism=change.get("mechanism", MECHANISM))
        other = put(
            tmp_path / str(len(change.get("mechanism", ""))), {**files, "cards/amber.card": card.signed(*AMBER.roots)}
        )
        with pytest.raises(NotAllowed, match="not of one record"):
            verify_many([folder, other])
    card = Card.from_bytes(CORAL.card_bytes)
    renamed = dataclasses.replace(card, names={"en": "Other"})
    files = {**dict(Folder(folder)), "cards/coral.card": renamed.signed(*CORAL.roots)}
    with pytest.raises(Tampered, match="two cards of 'coral'"):
        verify_many([folder, put(tmp_path / "b", files)])
