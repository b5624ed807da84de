"""Threat 17: who gets at the disk, the line or the shared record reads no draft, no note and no track."""

from pathlib import Path

import pytest

from attacks.scene import AMBER, CORAL, Scene, digest
from builders import NOW_US, make_private, parties
from searoom.errors import NotAllowed, PeerFault, SearoomError
from searoom.link.frames import Want
from searoom.record.batch import Batch
from searoom.record.seal import KemKey, open_body
from searoom.record.store import SqliteStore

DRAFT = b"canary: we would give way if they ask twice"


def test_threat_17_a_draft_lies_sealed_on_the_disk(tmp_path: Path):
    """The file of the national log holds none of its words, in no piece of it."""
    store = SqliteStore(tmp_path / "national.db")
    log = make_private(AMBER, store)
    log.write(DRAFT, signer=AMBER.officers[0], now_us=NOW_US)
    assert [DRAFT] == [content for _, content in log.read()]
    store.close()
    raw = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert not any(DRAFT[at : at + 8] in raw for at in range(len(DRAFT) - 8))


def test_threat_17_no_other_key_of_the_node_opens_it():
    """The KEM key, by which a counterpart's words are read, opens no draft, nor does anybody else's."""
    store = SqliteStore(":memory:")
    entry = make_private(AMBER, store).write(DRAFT, signer=AMBER.officers[0], now_us=NOW_US)
    _, body = next(iter(store.items("amber/national", 0, 1)))
    for kem in (AMBER.kem, CORAL.kem, KemKey.generate()):
        with pytest.raises(SearoomError):
            open_body(body, statement=entry.statement, reader="amber", kem=kem)


@pytest.mark.parametrize("log", ["amber/national", "national", "amber.national", "amber.1", "amber/"])
def test_threat_17_a_counterpart_that_asks_for_it_gets_a_refusal(log):
    """No frame can name a national log; one that tries is no message."""
    scene = Scene()
    make_private(AMBER, scene.store).write(DRAFT, signer=AMBER.officers[0], now_us=NOW_US)
    if log != "national":
        with pytest.raises(NotAllowed):
            scene.message(Want(log, 0))
    raw = scene.message(Want("amber.22222", 0)).replace(b"\x6bamber.22222", bytes([0x60 + len(log)]) + log.encode())
    at = raw.index(b"want") - 6
    size = int.from_bytes(raw[at : at + 4], "big") + len(log) - 11
    raw = raw[:at] + size.to_bytes(4, "big") + raw[at + 4 :]
    if log == "national":  # a log of a party that there is not: well formed, and nobody's
        before = digest(scene.store)
        assert b"canary" not in repr(scene.call(raw)).encode()
        assert before == digest(scene.store)
    else:
        scene.refused(lambda: scene.call(raw), PeerFault, "is no message of the exchange")
    assert scene.ours.batch(log, 0) is None


def test_threat_17_a_national_entry_is_no_entry_of_the_shared_record():
    """Even where somebody inside hands one over: another mechanism's, and refused by the counterpart."""
    scene = Scene()
    store = SqliteStore(":memory:")
    make_private(CORAL, store).write(DRAFT, signer=CORAL.officers[0], now_us=NOW_US)
    item = next(iter(store.items("coral/national", 0, 1)))
    lie = Batch("coral", 2, (item,), store.note("coral/national"))
    scene.refused(scene.admit(lie), NotAllowed, "and not of 'demo-2026/coral'")
    lie = scene.batch([item])
    scene.refused(scene.admit(lie), NotAllowed, "belongs to mechanism|it stands at|readers of a body", ["refused"])


def test_threat_17_drafts_of_one_party_are_another_roles_to_release():
    """Who drafts is not who releases: the station's key, under which drafts are kept, releases nothing of substance."""
    amber, _ = parties()
    roles = {key.role.value for key in amber.card.keys}
    assert {"station", "officer", "log", "mirror"} == roles
    publics = [key.public for key in amber.card.keys]
    assert len(set(publics)) == len(publics)
