"""A published record is read file by file, bounded, and nothing of it is believed that does not lead to its head."""

import contextlib
import http.server
import socket
import threading

import pytest

from builders import exchange, parties, records, say
from searoom.errors import NotAllowed, SearoomError, Tampered, Unreachable
from searoom.link import fetch
from searoom.link.fetch import Site, fetch_record, is_address
from searoom.record import layout, tiles
from searoom.record.export import write_record
from searoom.record.folder import Folder
from searoom.record.verify import verify_folder
from small_record import small_files

AMBER, CORAL = parties()


@contextlib.contextmanager
def site(files, *, status=200, shift=None):
    """Answer GET for `files`; `shift` may change what is sent: (path, bytes) -> (length said, bytes sent)."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            data = files.get(self.path[1:])
            if data is None or status != 200:
                self.send_response(404 if status == 200 else status)
                self.send_header("Location", "/elsewhere")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            length, sent = shift(self.path[1:], data) if shift else (len(data), data)
            self.send_response(200)
            self.send_header("Content-Length", str(length))
            self.end_headers()
            self.wfile.write(sent)
            if length != len(sent):
                self.close_connection = True

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # who hung up is what is tested
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_what_is_read_is_the_folder_that_was_published(tmp_path):
    """Every file, byte for byte, with its progress; and it is proven like any folder."""
    told = []
    with site(small_files()) as address:
        assert 4 == fetch_record(address + "/", tmp_path, lambda done, total: told.append((done, total)))

    assert small_files() == dict(Folder(tmp_path))
    assert {"amber": 2, "coral": 2} == verify_folder(tmp_path).sizes
    assert [(2, 4), (4, 4)] == told


def test_a_record_can_be_read_while_it_grows(tmp_path):
    """Where the partial files of an older head are gone, the full ones serve; what came after the head is cut off."""
    a, b = records()
    for number in range(256):
        say(a, AMBER, b"%d" % number)
        if number == 249:
            exchange(a, b)
            cards = {party.name: party.card_bytes for party in (AMBER, CORAL)}
            write_record(b, tmp_path / "old", cards=cards, agreement=bytes(32))
    write_record(a, tmp_path / "new", cards=cards, agreement=bytes(32))
    old, new = dict(Folder(tmp_path / "old")), dict(Folder(tmp_path / "new"))
    files = {path: data for path, data in old.items() if not path.startswith("amber/")}
    files |= {path: data for path, data in new.items() if path.startswith("amber/")}
    files["amber/checkpoint"] = old["amber/checkpoint"]
    with site(files) as address:
        fetch_record(address, tmp_path / "read")

    assert old == dict(Folder(tmp_path / "read"))


@pytest.mark.parametrize(
    "path", [path for path in small_files() if "/tile/" in path or path.endswith(("checkpoint", "manifest"))]
)
def test_a_file_that_was_changed_ends_the_reading(path, tmp_path):
    """A flipped bit in a tile, an entry, a head: refused as it comes, or by the proof that follows."""
    data = bytearray(small_files()[path])
    data[len(data) // 2] ^= 1
    with site({**small_files(), path: bytes(data)}) as address, pytest.raises(SearoomError) as caught:
        fetch_record(address, tmp_path)
        verify_folder(tmp_path)
    assert isinstance(caught.value, Tampered | NotAllowed)


def test_a_tile_that_does_not_lead_to_the_head_is_refused_before_more_is_read(tmp_path):
    """No body is asked for after a lie."""
    asked = []
    entries = "amber/tile/entries/000.p/2"
    lie = small_files()[entries][:-1] + bytes((small_files()[entries][-1] ^ 1,))

    def shift(path, data):
        asked.append(path)
        return len(data), data

    with site({**small_files(), entries: lie}, shift=shift) as address, pytest.raises(Tampered):
        fetch_record(address, tmp_path)
    assert not [path for path in asked if "bodies" in path]


@pytest.mark.parametrize("missing", ["manifest", "cards/coral.card", "coral/checkpoint"])
def test_an_address_without_a_record_is_named(missing, tmp_path):
    """What every record has and this address has not."""
    files = {path: data for path, data in small_files().items() if path != missing}
    with site(files) as address, pytest.raises(Unreachable, match=missing):
        fetch_record(address, tmp_path)


@pytest.mark.parametrize("missing", ["amber/tile/0/000.p/2", "amber/tile/entries/000.p/2", "amber/bodies/000.p/2"])
def test_a_log_with_a_hole_is_refused(missing, tmp_path):
    """A missing tile, bundle or body is no smaller record."""
    files = {path: data for path, data in small_files().items() if path != missing}
    with site(files) as address, pytest.raises(NotAllowed, match="missing"):
        fetch_record(address, tmp_path)


@pytest.mark.parametrize("status", [301, 302, 403, 500, 503])
def test_every_other_answer_is_no_answer(status, tmp_path):
    """No redirection is followed: who published it says where."""
    with site(small_files(), status=status) as address, pytest.raises(Unreachable, match=str(status)):
        fetch_record(address, tmp_path)


def test_nobody_there_is_said_so(tmp_path):
    """A refused connection is unreachable, not tampering."""
    with site({}) as address:
        pass
    with pytest.raises(Unreachable, match="cannot be read"):
        fetch_record(address, tmp_path)


def test_a_file_that_breaks_off_is_unreachable(tmp_path):
    """Half a manifest is not taken for a short one."""
    with (
        site(small_files(), shift=lambda _path, data: (len(data) + 5, data)) as address,
        pytest.raises(Unreachable, match="manifest"),
    ):
        fetch_record(address, tmp_path)


@pytest.mark.parametrize("path", ["manifest", "cards/amber.card", "amber/checkpoint", "amber/tile/0/000.p/2"])
def test_a_file_longer_than_it_can_be_is_not_read_to_its_end(path, tmp_path):
    """Each kind of file has its bound; memory is never asked for more."""

    def shift(asked, data):
        data = data + bytes(200_000) if asked == path else data
        return len(data), data

    with site(small_files(), shift=shift) as address, pytest.raises(NotAllowed, match="longer"):
        fetch_record(address, tmp_path)


def test_all_of_it_together_is_bounded(tmp_path, monkeypatch):
    """A server that never ends fills no disk; a head that claims too much is refused before its tiles."""
    monkeypatch.setattr(fetch, "MAX_TOTAL", 20_000)
    with site(small_files()) as address, pytest.raises(NotAllowed, match="longer"):
        fetch_record(address, tmp_path / "one")
    monkeypatch.undo()
    monkeypatch.setattr(fetch, "MAX_ENTRIES", 3)
    with site(small_files()) as address, pytest.raises(NotAllowed, match="claims 4 entries"):
        fetch_record(address, tmp_path / "two")


def test_a_slow_server_is_not_waited_for(tmp_path, monkeypatch):
    """One file has its time, however the bytes drip."""
    monkeypatch.setattr(fetch, "FILE_S", -1.0)
    with site(small_files()) as address, pytest.raises(Unreachable, match="longer than"):
        fetch_record(address, tmp_path)


def test_a_kept_connection_that_ended_is_opened_again():
    """A server may hang up between two files."""
    answered = []

    def shift(path, data):
        answered.append(path)
        return len(data), data

    with site({"a": b"1", "b": b"2"}, shift=shift) as address:
        read = Site(address)
        assert b"1" == read.get("a", 10)
        read._line.sock.shutdown(socket.SHUT_RDWR)
        assert b"2" == read.get("b", 10)
        read.close()
    assert ["a", "b"] == answered


@pytest.mark.parametrize(
    "address", ["ftp://x/", "http://", "http://user@x/", "http://x/?a=b", "http://x/#a", "https:///path"]
)
def test_what_is_no_address_of_a_record_is_refused(address):
    """No user, no query, no other way than HTTP."""
    with pytest.raises(NotAllowed, match="is not the address"):
        Site(address)


def test_addresses_are_told_from_files():
    """Only what begins with http:// or https:// is asked for over a network."""
    assert [True, True, False, False] == [is_address(one) for one in ("http://x", "https://x", "httpx", "/http://x")]


def test_a_full_bundle_is_cut_as_its_kind_is():
    """Tiles by hashes, bundles by items."""
    leaves, bodies = [bytes([n]) * 3 for n in range(256)], [bytes([n]) * 5 for n in range(256)]
    assert bytes(64) == fetch._cut("tile/0/000", bytes(256 * 32), 2)
    assert tiles.write_bundle(leaves[:2]) == fetch._cut("tile/entries/000", tiles.write_bundle(leaves), 2)
    assert layout.write_long(bodies[:3]) == fetch._cut("bodies/000", layout.write_long(bodies), 3)
