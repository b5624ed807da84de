"""A record is served as still files: the paths of tlog-tiles, two verbs, bounded, and nothing but what is there."""

import asyncio
import contextlib
import http.client
import threading

import pytest

from searoom.errors import NotAllowed, StateUnknown
from searoom.link import publish
from searoom.link.publish import Publisher, headers_of
from searoom.record.checkpoint import SignedNote
from searoom.record.folder import Folder
from searoom.record.tiles import TileTree
from small_record import put, small_files


@contextlib.contextmanager
def served(files, prefix="/"):
    """Serve files on the loopback in a thread of its own; give the port."""
    loop = asyncio.new_event_loop()
    publisher = Publisher(files, prefix)
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    try:
        yield asyncio.run_coroutine_threadsafe(publisher.open("127.0.0.1", 0), loop).result()
    finally:
        asyncio.run_coroutine_threadsafe(publisher.close(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        for task in asyncio.all_tasks(loop):
            task.cancel()
        loop.run_until_complete(asyncio.sleep(0.01))
        loop.close()


def asked(port, path, method="GET", **more):
    """Return status, headers and bytes of one request."""
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        line.request(method, path, **more)
        answer = line.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read()
    finally:
        line.close()


def test_every_file_of_a_record_is_served_as_it_is():
    """Under its own path, with its length, over one connection as over many."""
    files = small_files()
    with served(files) as port:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        for path, data in files.items():
            line.request("GET", f"/{path}")
            answer = line.getresponse()
            assert (200, data) == (answer.status, answer.read())
        line.close()


def test_the_types_are_those_of_the_standard():
    """A checkpoint is text and never kept for long; tiles are bytes, and full ones never change."""
    assert ("Content-Type", "text/plain; charset=utf-8") in headers_of("amber/checkpoint")
    assert ("Cache-Control", "no-cache") in headers_of("amber/checkpoint")
    assert ("Content-Type", "application/octet-stream") in headers_of("amber/tile/0/000")
    assert any("immutable" in value for _, value in headers_of("amber/tile/entries/x001/234"))
    assert ("Cache-Control", "no-cache") in headers_of("amber/tile/0/000.p/2")
    assert ("Cache-Control", "no-cache") in headers_of("manifest")


def test_a_reader_of_tiles_reads_the_log():
    """Checkpoint and tiles are where the standard has them: a tree is opened with what was served alone."""
    with served(small_files()) as port:
        note = SignedNote.from_bytes(asked(port, "/amber/checkpoint")[2]).checkpoint

        class Served(dict):
            def get(self, path):
                status, _, data = asked(port, f"/amber/{path}")
                return data if status == 200 else None

        tree = TileTree(Served(), note.size, note.root)
        assert 2 == len(tree.bundle(0))


def test_head_is_answered_without_the_bytes():
    """The same headers, and no body."""
    with served(small_files()) as port:
        status, headers, data = asked(port, "/manifest", "HEAD")
    assert (200, b"", str(len(small_files()["manifest"]))) == (status, data, headers["Content-Length"])


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
def test_nothing_is_taken(method):
    """Every other verb is refused, and what may be asked is named."""
    with served(small_files()) as port:
        status, headers, _ = asked(port, "/manifest", method)
    assert (405, "GET, HEAD") == (status, headers["Allow"])


def test_a_body_is_not_read():
    """Who sends one is answered with a refusal and hung up on."""
    with served(small_files()) as port:
        assert 413 == asked(port, "/manifest", "POST", body=b"x" * 1000)[0]


@pytest.mark.parametrize(
    "path",
    ["/", "/amber", "/amber/", "/../secret", "/amber/../../secret", "/%2e%2e/secret", "//manifest", "/manifest?x=1", "/link",
     "/amber/tile/0/000", "http://127.0.0.1/manifest"],
)  # fmt: skip
def test_what_is_no_file_of_the_record_is_not_there(path, tmp_path):
    """No listing, no way out of the folder, no query."""
    (tmp_path / "secret").write_text("secret")
    folder = put(tmp_path / "record", small_files())
    with served(Folder(folder)) as port:
        assert 404 == asked(port, path)[0]


def test_a_file_that_came_later_is_not_served(tmp_path):
    """What is served was there when the serving began; what was taken away since is gone."""
    folder = put(tmp_path / "record", small_files())
    with served(Folder(folder)) as port:
        (folder / "later").write_text("later")
        (folder / "manifest").unlink()
        assert [404, 404] == [asked(port, path)[0] for path in ("/later", "/manifest")]


def test_records_can_lie_under_a_path():
    """Behind another server, the record may have a path of its own."""
    with served(small_files(), "/logs/") as port:
        assert [200, 404] == [asked(port, path)[0] for path in ("/logs/manifest", "/manifest")]


def test_a_head_that_is_too_long_is_refused():
    """Before it is kept."""
    with served(small_files()) as port:
        assert 431 == asked(port, "/manifest", headers={"X": "x" * 20_000})[0]


def test_more_readers_than_there_is_room_for_are_hung_up_on(monkeypatch):
    """The next who asks when others have gone is answered."""
    monkeypatch.setattr(publish, "MAX_READERS", 1)
    with served(small_files()) as port:
        first = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        first.request("GET", "/manifest")
        assert 200 == first.getresponse().status
        with pytest.raises((http.client.RemoteDisconnected, ConnectionError)):
            asked(port, "/manifest")
        first.close()
        for _ in range(100):
            with contextlib.suppress(http.client.RemoteDisconnected, ConnectionError):
                assert 200 == asked(port, "/manifest")[0]
                break


def test_a_reader_that_says_nothing_is_hung_up_on(monkeypatch):
    """Nobody holds a place for longer than it takes to ask."""
    monkeypatch.setattr(publish, "WAIT_S", 0.1)
    with served(small_files()) as port:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
        line.connect()
        line.sock.sendall(b"GET /mani")
        assert b"" == line.sock.recv(100)
        line.close()


def test_what_is_no_record_is_not_served(tmp_path):
    """A folder without its manifest, or with another's bytes in it."""
    with pytest.raises(NotAllowed):
        Publisher({})
    with pytest.raises(NotAllowed):
        Publisher({"manifest": b"something"})


def test_a_port_that_is_taken_is_named():
    """The sentence says which."""
    with served(small_files()) as port, pytest.raises(StateUnknown, match=f"port {port}"):
        asyncio.run(Publisher(small_files()).open("127.0.0.1", port))
