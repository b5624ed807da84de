"""The pictures of the first screen: made smaller without losing a colour that counts, and told of on their page."""

import struct
import zlib
from pathlib import Path

import numpy as np
import pytest

from tools.palette import MARK, decoded, smaller

DOCS = Path(__file__).resolve().parent.parent / "docs"


def chunk(kind, body):
    """Return a chunk of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(pixels, kind=0, colour=2):
    """Return a picture whose rows all have one filter, written straight from the standard's own words."""
    height, width, step = pixels.shape
    rows, above = b"", [0] * (width * step)
    for row in pixels.reshape(height, -1).tolist():
        rows += bytes([kind])
        for at, value in enumerate(row):
            left, up = row[at - step] if at >= step else 0, above[at]
            corner = above[at - step] if at >= step else 0
            sides = (left, up, corner)
            paeth = min(sides, key=lambda side: (abs(left + up - corner - side), sides.index(side)))
            rows += bytes([(value - (0, left, up, (left + up) // 2, paeth)[kind]) & 255])
        above = row
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return MARK + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def seen(data):
    """Return the colours of a picture with a palette, by row and column."""
    parts, at = {}, len(MARK)
    while at < len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        parts[data[at + 4 : at + 8]] = data[at + 8 : at + 8 + size]
        assert struct.pack(">I", zlib.crc32(data[at + 4 : at + 8 + size])) == data[at + 8 + size : at + 12 + size]
        at += 12 + size
    width, height = struct.unpack(">II", parts[b"IHDR"][:8])
    rows = np.frombuffer(zlib.decompress(parts[b"IDAT"]), np.uint8).reshape(height, width + 1)[:, 1:]
    return np.frombuffer(parts[b"PLTE"], np.uint8).reshape(-1, 3)[rows]


PICTURE = np.random.default_rng(7).integers(0, 256, (9, 11, 3)).astype(np.uint8)


@pytest.mark.parametrize("kind", range(5))
def test_every_filter_of_a_row_is_undone(kind):
    """Whatever the browser chose for a row, the pixels are its own."""
    assert np.array_equal(PICTURE, decoded(png(PICTURE, kind)))


def test_what_has_few_colours_keeps_them_all():
    """Not one pixel is another."""
    assert np.array_equal(PICTURE, seen(smaller(png(PICTURE, 4))))


def test_of_many_colours_the_commonest_stay_as_they_are():
    """A rare shade becomes one that is kept."""
    many = np.zeros((40, 40, 3), np.uint8)
    many[:20] = (200, 30, 40)
    many[20:, :, 0] = np.arange(800).reshape(20, 40) % 256
    many[20:, :, 1] = np.arange(800).reshape(20, 40) // 256
    found = seen(smaller(png(many, 1)))
    assert np.array_equal(many[:20], found[:20])
    assert len(np.unique(found.reshape(-1, 3), axis=0)) <= 256


@pytest.mark.parametrize("data", [b"", b"GIF89a", png(np.zeros((2, 2, 3), np.uint8), colour=3)])
def test_another_kind_of_picture_is_refused(data):
    """Only what a browser writes is read."""
    with pytest.raises(ValueError, match="PNG|RGB"):
        smaller(data)


def test_every_state_stands_on_the_page_in_each_language():
    """And a picture that no state has is none of the page's."""
    page = (DOCS / "screens.md").read_text(encoding="utf-8")
    files = sorted(file.name for file in (DOCS / "pictures" / "screens").iterdir())
    assert files
    assert all(f"pictures/screens/{name}" in page for name in files)
    assert len(files) == page.count("(pictures/screens/")
    assert sum((DOCS / "pictures" / "screens" / name).stat().st_size for name in files) < 3_000_000
