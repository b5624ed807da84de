"""A picture of a page with a palette of its 256 commonest colours: a third of the bytes, by zlib and NumPy alone.

Reads what a browser writes (8 bits, RGB or RGBA, not interlaced); another picture is refused.
"""

import struct
import zlib
from typing import Any

import numpy as np

MARK = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
CHANNELS = {2: 3, 6: 4}


def smaller(png: bytes) -> bytes:
    """Return the picture with a palette; `ValueError` for one that no browser writes."""
    pixels = decoded(png)
    flat = pixels[:, :, :3].astype(np.uint32)
    packed = (flat[:, :, 0] << 16) | (flat[:, :, 1] << 8) | flat[:, :, 2]
    values, inverse, counts = np.unique(packed, return_inverse=True, return_counts=True)
    kept = values[np.argsort(-counts, kind="stable")[:COLOURS]]
    place = nearest(values, kept)[inverse].reshape(packed.shape).astype(np.uint8)
    palette = np.stack([kept >> 16, kept >> 8 & 255, kept & 255], axis=1).astype(np.uint8)
    height, width = len(pixels), len(pixels[0])
    rows = np.concatenate([np.zeros((height, 1), np.uint8), place], axis=1)
    header = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    drawn = zlib.compress(rows.tobytes(), 9)
    head = _chunk(b"IHDR", header) + _chunk(b"PLTE", palette.tobytes())
    return MARK + head + _chunk(b"IDAT", drawn) + _chunk(b"IEND", b"")


def nearest(values: "np.ndarray[Any, Any]", kept: "np.ndarray[Any, Any]") -> "np.ndarray[Any, Any]":
    """Return for each packed colour the place of the nearest of those that are kept."""
    one, other = (
        np.stack([each >> 16, each >> 8 & 255, each & 255], axis=1).astype(np.int32) for each in (values, kept)
    )
    found = np.empty(len(one), np.int64)
    for start in range(0, len(one), 4096):
        apart = ((one[start : start + 4096, None, :] - other[None, :, :]) ** 2).sum(axis=2)
        found[start : start + 4096] = apart.argmin(axis=1)
    return found


def decoded(png: bytes) -> "np.ndarray[Any, Any]":
    """Return the picture as rows, columns and channels."""
    if not png.startswith(MARK):
        raise ValueError("this is no PNG")
    at, data, header = len(MARK), list[bytes](), b""
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        kind, body = png[at + 4 : at + 8], png[at + 8 : at + 8 + size]
        header, at = body if kind == b"IHDR" else header, at + 12 + size
        if kind == b"IDAT":
            data.append(body)
    width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", header)
    if depth != 8 or colour not in CHANNELS or interlaced:
        raise ValueError("only 8 bits of RGB or RGBA are read, not interlaced")
    channels = CHANNELS[colour]
    raw = np.frombuffer(zlib.decompress(b"".join(data)), np.uint8).reshape(height, 1 + width * channels)
    return _unfiltered(raw[:, 0], raw[:, 1:], channels).reshape(height, width, channels)


def _unfiltered(kinds: "np.ndarray[Any, Any]", rows: "np.ndarray[Any, Any]", step: int) -> "np.ndarray[Any, Any]":
    """Undo the filter of each row (PNG, section 9)."""
    out, above = np.zeros_like(rows), np.zeros(rows.shape[1], np.uint8)
    for at, kind in enumerate(kinds):
        row = rows[at].copy()
        if kind == 1:
            row = np.add.accumulate(row.reshape(-1, step), axis=0, dtype=np.uint8).reshape(-1)
        elif kind == 2:
            row = row + above
        elif kind in (3, 4):
            row = _one_by_one(int(kind), row, above, step)
        out[at] = above = row
    return out


def _one_by_one(
    kind: int, row: "np.ndarray[Any, Any]", above: "np.ndarray[Any, Any]", step: int
) -> "np.ndarray[Any, Any]":
    """Undo the two filters that look to the left: average and Paeth."""
    held, over = row.tolist(), above.tolist()
    for at in range(len(held)):
        left = held[at - step] if at >= step else 0
        up, corner = over[at], over[at - step] if at >= step else 0
        if kind == 3:
            guess = (left + up) // 2
        else:
            near = [(abs(up - corner), left), (abs(left - corner), up), (abs(left + up - 2 * corner), corner)]
            guess = min(near, key=lambda pair: pair[0])[1]
        held[at] = (held[at] + guess) & 255
    return np.array(held, np.uint8)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
