"""A record is proven from its bytes: every flipped byte, every missing file and every signed lie is refused."""

import shutil
from functools import lru_cache
from pathlib import Path
from types import SimpleNamespace

import pytest

import second_verifier
from builders import NOW_US, exchange, make_released, parties, records, say
from searoom.errors import NotAllowed, Tampered
from searoom.record import checkpoint, keys, verify
from searoom.record.export import write_record
from searoom.record.folder import Folder
from searoom.record.keys import Card, Role
from searoom.record.verify import verify_files, verify_folder, verify_many
from small_record import (
    AMBER,
    CORAL,
    again,
    both_refuse,
    card_bytes,
    leaves_of,
    put,
    resigned,
    small_files,
    small_records,
)

VECTORS = Path(__file__).parent.parent / "vectors"


@pytest.fixture
def quick(monkeypatch):
    """Read and check only once what is the same bytes again: many thousand flips leave most files as they were."""
    once = lru_cache(maxsize=4096)  # of pure functions; a refusal is an exception and is not remembered
    check = once(keys.check_signature)
    monkeypatch.setattr(keys, "check_signature", check)
    monkeypatch.setattr(checkpoint, "check_signature", check)
    for name in ("Card", "Entry", "SignedNote"):
        monkeypatch.setattr(verify, name, SimpleNamespace(from_bytes=once(getattr(verify, name).from_bytes)))
    monkeypatch.setattr(second_verifier, "check_ed25519", once(second_verifier.check_ed25519))
    monkeypatch.setattr(second_verifier, "read_card", once(second_verifier.read_card))


def test_proves_a_whole_record(tmp_path):
    """Sizes, roots, who said what, who stored what, what was opened: all of it from the bytes."""
    files = small_files()
    proven = verify_folder(put(tmp_path / "record", files))
    assert ({"amber": 2, "coral": 2}, ("amber", "coral")) == (proven.sizes, proven.manifest.parties)
    assert {("amber", "coral"): 1, ("coral", "amber"): 2} == proven.cosigned
    assert [("amber", 1), ("coral", 2), ("coral", 3), ("amber", 4)] == [
        (e.party, e.entry.height) for e in proven.entries
    ]
    assert [{"amber-1", "amber-2"}, {"coral"}, {"coral-1"}, {"amber-1"}] == [
        {s.holder for s in e.signers} for e in proven.entries
    ]
    assert [(Role.OFFICER, "amber"), (Role.STATION, "coral")] == [
        (e.signers[0].role, e.signers[0].party) for e in proven.entries[:2]
    ]
    assert (2, {b"meeting at 0400Z?", b"understood", None}) == (
        proven.openings,
        {e.opening.content if e.opening else None for e in proven.entries},
    )
    assert () == proven.pinned


def test_both_verifiers_reach_the_same_verdict():
    """Sizes, roots, cosignatures and openings are the same, read by other hands."""
    proven, verdict = verify_files(small_files()), second_verifier.verify(small_files())
    assert proven.sizes == verdict["sizes"]
    assert {party: root.hex() for party, root in proven.roots.items()} == verdict["roots"]
    assert {f"{log} by {by}": size for (log, by), size in proven.cosigned.items()} == verdict["cosigned"]
    assert (proven.openings, proven.manifest.exporter) == (verdict["openings"], verdict["exporter"])


def test_every_flipped_byte_of_every_file_is_refused_by_both(quick):
    """No byte of an exported record can change unseen; our verifier names the file."""
    files, flips = small_files(), 0
    for path, data in files.items():
        for at in range(len(data)):
            fault = both_refuse({**files, path: data[:at] + bytes((data[at] ^ 1 << at % 8,)) + data[at + 1 :]})
            assert fault.sentence.partition(":")[0].partition(", entry")[0] in files, fault.sentence
            flips += 1
    assert sum(map(len, files.values())) == flips > 10_000


def test_a_file_missing_cut_longer_or_too_much_is_refused_by_both(quick):
    """Each file in turn taken away, cut by a byte, lengthened by one, put a second time under another name."""
    files = small_files()
    for path, data in files.items():
        rest = {name: content for name, content in files.items() if name != path}
        if not path.startswith("openings/") and path != "amber/recorded/coral":
            assert path in both_refuse(rest).sentence
        else:
            verify_files(rest)  # what nobody must hand over may be left out: it is another, smaller export
            second_verifier.verify(rest)
        for other in (data[:-1], data + b"\0", b"", data + b"\n"):
            both_refuse({**files, path: other})
        both_refuse({**files, path + "x": data})
        both_refuse({**files, "amber/" + path: data})


def test_unknown_files_are_named(tmp_path):
    """A stray file, a log of a stranger, a tile of another size: nothing in the record accounts for them."""
    files = small_files()
    for path in (
        "README",
        "jade/checkpoint",
        "amber/tile/0/000",
        "amber/tile/0/000.p/1",
        "cards/jade.card",
        ".DS_Store",
        "amber/recorded/amber",
        "coral/recorded/amber",
    ):
        fault = both_refuse({**files, path: files["amber/checkpoint"]})
        assert f"{path}: nothing in the record accounts for this file" == fault.sentence
    with pytest.raises(NotAllowed, match="bodies/empty/: nothing"):
        (put(tmp_path, files) / "bodies" / "empty").mkdir()
        verify_folder(tmp_path)


def test_files_that_change_places_are_refused():
    """Two bodies, two cards, two openings, two checkpoints exchanged: each stands under a name that is not its own."""
    files = small_files()
    for start in ("bodies/", "cards/", "openings/", "amber/checkpoint coral/checkpoint", "amber/tile/e coral/tile/e"):
        first, second = [path for path in files if path.startswith(tuple(start.split()))][:2]
        both_refuse({**files, first: files[second], second: files[first]})


def test_needs_the_folder_alone(tmp_path):
    """Copied elsewhere, its database gone, the record proves the same."""
    folders = tmp_path / "a", tmp_path / "elsewhere" / "b"
    a, _ = small_records()
    write_record(a, folders[0], cards=card_bytes(), openings={})
    shutil.copytree(folders[0], folders[1])
    shutil.rmtree(folders[0])
    del a
    assert {"amber": 2, "coral": 2} == verify_folder(folders[1]).sizes
    assert 0 == second_verifier.main([str(folders[1])])


def test_pinned_roots_must_be_those_of_the_cards():
    """A card may be signed by anybody's root: only a pin says that it is the right one."""
    files = small_files()
    assert ("coral",) == verify_files(files, roots={"coral": CORAL.root.public}).pinned
    with pytest.raises(Tampered, match="cards/coral.card: .*another root key"):
        verify_files(files, roots={"coral": AMBER.root.public})
    with pytest.raises(NotAllowed, match="no party 'jade'"):
        verify_files(files, roots={"jade": AMBER.root.public})


def test_a_party_of_whose_log_nothing_is_held_has_only_its_card(tmp_path):
    """Before the first exchange a record is whole all the same."""
    a, _ = records()
    say(a, AMBER, b"anybody there?")
    write_record(a, tmp_path / "record", cards=card_bytes(), openings={})
    files = dict(Folder(tmp_path / "record"))
    assert {"amber": 1, "coral": 0} == verify_files(files).sizes == second_verifier.verify(files)["sizes"]
    assert not [path for path in files if path.startswith("coral/")]


def test_the_golden_record_still_proves():
    """A record that was exported when this format was made: both verifiers must read it as long as the version is 0."""
    proven, verdict = (
        verify_folder(VECTORS / "record"),
        second_verifier.verify(second_verifier.read_folder(VECTORS / "record")),
    )
    roots = {
        "amber": "a112b24393cc2858744121452514fb8f4273cd1cbaab2ac5b2fef70ace39b398",
        "coral": "87f9f100b81cfbe5709cb6a2066c48b8ee78f67a1516b3198fc6543a8fb566ba",
    }
    assert roots == {party: root.hex() for party, root in proven.roots.items()} == verdict["roots"]
    assert {("amber", "coral"): 1, ("coral", "amber"): 2} == proven.cosigned
    assert ["meeting at 0400Z?", "understood"] == [
        one.opening.content.decode() for one in proven.entries if one.opening
    ]


def test_says_first_that_content_and_name_do_not_fit():
    """A body or an opening that is not what its name says needs no key to be refused."""
    files = small_files()
    for start, why in (("bodies/", "SHA-256 that is its name"), ("openings/", "salted hash that is its name")):
        path = next(path for path in files if path.startswith(start))
        data = bytearray(files[path])
        data[40] ^= 1  # within the words of an opening
        assert why in both_refuse({**files, path: bytes(data)}).sentence
        assert why in both_refuse({**files, f"{start}stray": files[path]}).sentence


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
    """What is handed back was proven as it was handed back: cards are read once, bodies and openings checked at each reading."""
    files = small_files()
    card = verify_files(Shifting(files, {"cards/coral.card": b"swapped"})).cards["coral"]
    assert CORAL.card_bytes == card
    first, second = [path for path in files if path.startswith("openings/")]
    bodies = [path for path in files if path.startswith("bodies/")]
    for swap in ({first: files[second]}, {bodies[0]: files[bodies[1]]}):
        with pytest.raises(Tampered):
            verify_files(Shifting(files, swap))


# ---- two exports --------------------------------------------------------------------------------------------------


def export(record, folder):
    write_record(record, folder, cards=card_bytes(), openings={})
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
    released, body = make_released(a.keyring, AMBER, b"no")
    files = resigned([first, again(second, released=released)], files=to_coral)
    folder_b = put(tmp_path / "b2", {**files, f"bodies/{released.statement.body_hash.hex()}": body})
    assert verify_folder(folder_a).sizes == verify_folder(folder_b).sizes
    with pytest.raises(
        Tampered, match="the log of 'amber' forks: from entry 1 on, the export of 'amber'.*'coral'"
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
    """Other parties are another record; another card of a party with the same keys is named."""
    a, _ = small_records()
    folder = export(a, tmp_path / "a")
    members = parties("amber", "coral", "jade")
    three = records(None, "amber", "coral", "jade")[0]
    write_record(three, tmp_path / "three", cards={m.name: m.card_bytes for m in members}, openings={})
    with pytest.raises(NotAllowed, match="not of one record"):
        verify_many([folder, tmp_path / "three"])
    card = Card.from_bytes(CORAL.card_bytes)
    renamed = Card(card.party, card.mechanism, {"en": "Other"}, card.root, card.keys, card.kem, card.link_certificate)
    files = {**dict(Folder(folder)), "cards/coral.card": renamed.signed(CORAL.root)}
    with pytest.raises(Tampered, match="two cards of 'coral'"):
        verify_many([folder, put(tmp_path / "b", files)])
