"""Files beside a message: kept by their hash, told by their first bytes, and never more than there is room for."""

import hashlib
import stat

import pytest

from searoom.console.hotline import attachments
from searoom.console.hotline.attachments import FOLDER, MAX_FILE, UNKNOWN, Shelf, kind_of, typed
from searoom.errors import NotAllowed
from searoom.signals import forms

PNG = b"\x89PNG\r\n\x1a\n" + b"\x00" * 32


def test_a_file_is_kept_by_what_it_is(tmp_path):
    """Its hash is its name; the same bytes are one file, which nobody else may read."""
    shelf = Shelf(tmp_path)
    laid = shelf.lay(PNG)
    assert laid == shelf.lay(PNG)

    assert (hashlib.sha256(PNG).hexdigest(), len(PNG), "image/png") == (laid.digest, laid.size, laid.type)
    assert [laid.digest] == [one.name for one in (tmp_path / FOLDER).iterdir()]
    assert 0o600 == stat.S_IMODE((tmp_path / FOLDER / laid.digest).stat().st_mode)
    assert PNG == shelf.read(laid.digest)


@pytest.mark.parametrize(
    ("data", "kind", "picture"),
    [
        (PNG, "image/png", True),
        (b"\xff\xd8\xff\xe0", "image/jpeg", True),
        (b"GIF89a", "image/gif", True),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "image/webp", True),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "audio/wav", False),
        (b"%PDF-1.7", "application/pdf", False),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", UNKNOWN, False),
        (b"<html><script>alert(1)</script>", UNKNOWN, False),
        (b"", UNKNOWN, False),
    ],
)
def test_what_it_is_stands_in_its_first_bytes(tmp_path, data, kind, picture):
    """A name proves nothing; only pictures that hold no script may stand in a page."""
    assert kind == kind_of(data)
    if data:
        assert picture == Shelf(tmp_path).lay(data).picture


@pytest.mark.parametrize("name", ["../../console.db", "0" * 63, "G" * 64, "", "a" * 64 + "\n", "/etc/passwd"])
def test_what_is_no_hash_names_nothing(tmp_path, name):
    """No path leads out of the folder."""
    (tmp_path / "console.db").write_bytes(b"x")
    assert Shelf(tmp_path).read(name) is None
    assert not Shelf(tmp_path).has(name)


def test_a_file_that_rotted_is_not_handed_over(tmp_path):
    """What is kept is compared with its name each time."""
    laid = Shelf(tmp_path).lay(PNG)
    (tmp_path / FOLDER / laid.digest).write_bytes(PNG + b"x")
    assert Shelf(tmp_path).read(laid.digest) is None


def test_nothing_too_much_and_no_room_are_refused(tmp_path, monkeypatch):
    """Each refusal leaves the folder as it was."""
    shelf = Shelf(tmp_path)
    shelf.lay(PNG)
    with pytest.raises(NotAllowed, match="empty"):
        shelf.lay(b"")
    with pytest.raises(NotAllowed, match="16 MiB"):
        shelf.lay(bytes(MAX_FILE + 1))
    monkeypatch.setattr(attachments, "MAX_ALL", len(PNG) + 2)
    with pytest.raises(NotAllowed, match="together"):
        shelf.lay(b"abc")
    assert 1 == len(list((tmp_path / FOLDER).iterdir()))


@pytest.mark.parametrize("name", ["chart.png", "../../x; hash=0.png", "図面 1.png", "a=b; size=3", "\u202egnp.exe", ""])
def test_it_is_typed_as_a_form_reads_it(tmp_path, name):
    """Whatever its name, the form reads back the hash and the size that were computed here."""
    laid = Shelf(tmp_path).lay(PNG)
    filled = forms.from_text(
        forms.load(), "hotline-message", {"text": "See the chart.", "attachment": typed(laid, name)}
    )

    made = filled.fields["attachment"]
    assert (bytes.fromhex(laid.digest), laid.size, "image/png") == (made["hash"], made["size"], made["type"])
    assert () == forms.check(filled, forms.load())
