"""Who is within a radius of whom at each stamp, and for how long: swept by rows of latitude, compiled by Numba.

    The fixes of one stamp are laid in rows of latitude as high as the radius, each row sorted by longitude.
    Who is near lies in the same row or the next, within a window of longitude that moves along with the sweep.
    Two that stay near are one open run in a table by pair, so what is kept does not grow with the stamps.

Stamps are dealt out in chunks to the cores; a run that a chunk divides is joined by `approaches_rows.joined`.
"""

from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from searoom.compiling import kernel, numba, ready, side_by_side
from searoom.encounters.approaches_rows import Rows
from searoom.tracks.fixes import Floats, Indices, Times

Craft: TypeAlias = npt.NDArray[np.int32]
Whole: TypeAlias = npt.NDArray[np.int64]
Starts: TypeAlias = npt.NDArray[np.int32]
Entries: TypeAlias = npt.NDArray[np.float64]  # of one stamp, shape (n, 3): latitude, longitude, fix
WGS84_A_M, E2 = 6_378_137.0, 0.0066943799901413165  # as tracks.ellipsoid has them; a kernel's file holds what it uses
EARTH_SMALLEST_M = 6_335_439.0
CHUNKS = 4  # each gives out all runs that are open at its end, so few
ROOM = 4_096
FIRST, LAST, STAMPS, TIME, ROW_A, ROW_B, KEY = range(7)  # columns of a run, besides its distance
LAT, LON, FIX = range(3)  # columns of an entry
_HASH = np.uint64(0x9E3779B97F4A7C15)


class _Limits(NamedTuple):
    radius_m: float
    gap_us: int
    at_least_us: int
    crafts: int


@kernel
def _ordered(entries: Entries, first: int, last: int) -> None:
    """Sort the entries first to last by longitude."""
    if last - first > 24:
        entries[first:last] = entries[first:last][np.argsort(entries[first:last, LON])]
        return
    for at in range(first + 1, last):
        lat, lon, fix = entries[at]
        to = at
        while to > first and entries[to - 1, LON] > lon:
            entries[to, LAT], entries[to, LON], entries[to, FIX] = entries[to - 1]
            to -= 1
        entries[to, LAT], entries[to, LON], entries[to, FIX] = lat, lon, fix


@kernel
def _in_rows(
    lat: Floats, lon: Floats, kept: Whole, high_deg: float, starts: Starts, entries: Entries
) -> tuple[int, float, float]:  # fmt: skip
    """Lay the fixes that are kept in rows; return how many rows, where the lowest begins and how high each is."""
    low, top = lat[kept[0]], lat[kept[0]]
    for fix in kept:
        low, top = min(low, lat[fix]), max(top, lat[fix])
    high_deg = max(high_deg, (top - low) / (2 * kept.shape[0]))
    rows, density = int((top - low) / high_deg) + 2, 1.0 / high_deg
    starts[: rows + 2] = 0
    for fix in kept:
        starts[int((lat[fix] - low) * density) + 2] += 1
    for row in range(1, rows + 1):
        starts[row + 1] += starts[row]
    for fix in kept:
        row = int((lat[fix] - low) * density) + 1
        to = starts[row]
        entries[to, LAT], entries[to, LON], entries[to, FIX] = lat[fix], lon[fix], fix
        starts[row] = to + 1
    for row in range(rows):
        if starts[row + 1] - starts[row] > 1:
            _ordered(entries, starts[row], starts[row + 1])
    return rows, low, high_deg


@kernel
def _half_widths(angle: float) -> Floats:
    """Return how many degrees of longitude a circle of that angle spans, at most, by tenth of latitude; 360: all."""
    wide = np.full(902, 360.0)
    for tenth in range(900):
        lat = np.radians((tenth + 1) / 10.0)
        if lat + angle < 0.5 * np.pi:
            wide[tenth] = np.degrees(np.arcsin(min(1.0, np.sin(angle) / np.cos(lat)))) + 1e-9
    return wide


@kernel
def _place(lat_deg: float, lon_deg: float) -> tuple[float, float, float]:
    lat, lon = np.radians(lat_deg), np.radians(lon_deg)
    prime_vertical = WGS84_A_M / np.sqrt(1.0 - E2 * np.sin(lat) ** 2)
    across = prime_vertical * np.cos(lat)
    return across * np.cos(lon), across * np.sin(lon), prime_vertical * (1.0 - E2) * np.sin(lat)


@kernel
def _apart(entries: Entries, one: int, other: int) -> float:
    """Return how far two entries are apart, metres."""
    x, y, z = _place(entries[one, LAT], entries[one, LON])
    u, v, w = _place(entries[other, LAT], entries[other, LON])
    return float(np.sqrt((x - u) ** 2 + (y - v) ** 2 + (z - w) ** 2))


@kernel
def _slot(table: Whole, runs: Whole, key: int) -> np.int64:
    """Return where the run of a pair is in the table, or where it would go."""
    mask = table.shape[0] - 1
    at: np.int64 = np.int64((np.uint64(key) * _HASH) >> np.uint64(32)) & mask
    while table[at] >= 0 and runs[table[at], KEY] != key:
        at = (at + 1) & mask
    return at


@kernel
def _given_out(
    runs: Whole, apart: Floats, run: int, limits: _Limits, edges: tuple[int, int], out: Whole, out_apart: Floats,
    count: int,
) -> int:  # fmt: skip
    """Write a run down, unless it is short and no other chunk can lengthen it; return how many there are now."""
    first, last = runs[run, FIRST], runs[run, LAST]
    if last - first < limits.at_least_us and first - limits.gap_us >= edges[0] and last + limits.gap_us <= edges[1]:
        return count
    if count < out.shape[0]:
        out[count], out_apart[count] = runs[run], apart[run]
    return count + 1


@kernel
def _purged(
    runs: Whole, apart: Floats, used: int, more: int, now_us: int, limits: _Limits, edges: tuple[int, int],
    out: Whole, out_apart: Floats, count: int,
) -> tuple[Whole, Whole, Floats, int, int]:  # fmt: skip
    """Give out the runs that are over, and return table and runs of the rest, with room for more."""
    left = 0
    for run in range(used):
        if runs[run, LAST] + limits.gap_us < now_us:
            count = _given_out(runs, apart, run, limits, edges, out, out_apart, count)
        else:
            runs[left], apart[left] = runs[run], apart[run]
            left += 1
    size = runs.shape[0]
    while 2 * left + more > size:
        size *= 2
    wider, wider_apart = np.empty((size, 7), np.int64), np.empty(size)
    wider[:left], wider_apart[:left] = runs[:left], apart[:left]
    table = np.full(2 * size, -1, np.int64)
    for run in range(left):
        table[_slot(table, wider, wider[run, KEY])] = run
    return table, wider, wider_apart, left, count


@kernel
def _among(
    entries: Entries, one: int, begin: int, stop: int, step: int, turn_deg: float, wide: float, tall: float,
    radius_m: float, found: Whole, found_apart: Floats, count: int,
) -> int:  # fmt: skip
    """Note which entries from `begin` on, as far as the window of longitude goes, are within the radius of `one`."""
    for other in range(begin, stop, step):
        if (entries[other, LON] + turn_deg - entries[one, LON]) * step > wide:
            break
        if abs(entries[other, LAT] - entries[one, LAT]) <= tall:
            apart = _apart(entries, one, other)
            if apart <= radius_m:
                found[count, 0], found[count, 1], found_apart[count] = one, other, apart
                count += 1
    return count


@kernel
def _around(
    entries: Entries, one: int, first: int, last: int, after: int, wide: float, tall: float, radius_m: float,
    found: Whole, found_apart: Floats, count: int,
) -> int:  # fmt: skip
    """Note who is near `one` over the date line: in its own row before it, and in the next row from both ends."""
    count = _among(entries, one, first, one, 1, 360.0, wide, tall, radius_m, found, found_apart, count)
    count = _among(entries, one, last, after, 1, 360.0, wide, tall, radius_m, found, found_apart, count)
    return _among(entries, one, after - 1, last - 1, -1, -360.0, wide, tall, radius_m, found, found_apart, count)


@kernel
def _pairs(
    starts: Starts, rows: int, low: float, high_deg: float, tall: float, wides: Floats, entries: Entries,
    radius_m: float, found: Whole, found_apart: Floats,
) -> tuple[Whole, Floats, int]:  # fmt: skip
    """Return the pairs of entries within the radius, with their distance; the arrays grow where they must."""
    count = 0
    for row in range(rows):
        first, last = starts[row], starts[row + 1]
        after, window = (starts[row + 2] if row + 1 < rows else last), last
        if first == last or first + 1 == after:
            continue
        wide = wides[min(901, int(10.0 * max(abs(low + row * high_deg), abs(low + (row + 2) * high_deg)) + 1e-6))]
        for one in range(first, last):
            if count + after - first > found_apart.shape[0]:
                found, found_apart = _wider(found, found_apart, after - first)
            lat, west, east = entries[one, LAT], entries[one, LON] - wide, entries[one, LON] + wide
            while window < after and entries[window, LON] < west:
                window += 1
            other = one + 1 if one + 1 < last else window
            while other < after:  # its own row from itself on, then the next one from the window on
                if entries[other, LON] > east:
                    if other >= last:
                        break
                    other = window
                    continue
                if abs(entries[other, LAT] - lat) <= tall:
                    apart = _apart(entries, one, other)
                    if apart <= radius_m:
                        found[count, 0], found[count, 1], found_apart[count] = one, other, apart
                        count += 1
                other = window if other + 1 == last else other + 1
            if wide < 180.0 and (west < -180.0 or east > 180.0):
                count = _around(entries, one, first, last, after, wide, tall, radius_m, found, found_apart, count)
    return found, found_apart, count


@kernel
def _wider(found: Whole, found_apart: Floats, more: int) -> tuple[Whole, Floats]:
    size = found.shape[0] + max(more, found.shape[0])
    wider, wider_apart = np.empty((size, 2), np.int64), np.empty(size)
    wider[: found.shape[0]], wider_apart[: found.shape[0]] = found, found_apart
    return wider, wider_apart


@kernel
def _begun(
    table: Whole, runs: Whole, apart: Floats, used: int, at: np.int64, run: tuple[int, int, np.int64, np.int64, float],
    limits: _Limits, edges: tuple[int, int], out: Whole, out_apart: Floats, count: int,
) -> tuple[int, int]:  # fmt: skip
    """Begin the run of a pair at its place in the table; return how many are open and how many were given out."""
    key, now_us, row_a, row_b, metres = run
    place = table[at]
    if place >= 0:
        count = _given_out(runs, apart, place, limits, edges, out, out_apart, count)
    else:
        place, used = used, used + 1
        table[at] = place
    runs[place, FIRST], runs[place, LAST], runs[place, STAMPS], runs[place, KEY] = now_us, now_us, 1, key
    runs[place, TIME], runs[place, ROW_A], runs[place, ROW_B], apart[place] = now_us, row_a, row_b, metres
    return used, count


@kernel
def _first_of_each(craft: Craft, first: int, last: int, stamp: int, seen: Craft, kept: Whole) -> int:
    """Keep the first fix of each craft at a stamp; return how many."""
    fresh = 0
    for fix in range(first, last):
        if seen[craft[fix]] != stamp:
            seen[craft[fix]], kept[fresh] = stamp, fix
            fresh += 1
    return fresh


@kernel
def _chunk(
    craft: Craft, time_us: Times, lat: Floats, lon: Floats, stamps: Indices, limits: _Limits, out: Whole,
    out_apart: Floats,
) -> tuple[int, int]:  # fmt: skip
    """Give out the runs of some stamps, as far as there is room; return how many, and how many fixes came twice."""
    most = np.diff(stamps).max()
    entries, starts, kept = np.empty((most, 3)), np.empty(2 * most + 32, np.int32), np.empty(most, np.int64)
    seen = np.full(limits.crafts, -1, np.int32)
    runs, apart, table = np.empty((1024, 7), np.int64), np.empty(1024), np.full(2048, -1)
    found, found_apart = np.empty((most, 2), np.int64), np.empty(most)
    used, count, repeated = 0, 0, 0
    edges, angle = (time_us[stamps[0]], time_us[stamps[-1] - 1]), limits.radius_m / EARTH_SMALLEST_M * (1.0 + 1e-6)
    wides, tall = _half_widths(angle), np.degrees(angle)
    for stamp in range(stamps.shape[0] - 1):
        fresh = _first_of_each(craft, stamps[stamp], stamps[stamp + 1], stamp, seen, kept)
        repeated += stamps[stamp + 1] - stamps[stamp] - fresh
        rows, low, high_deg = _in_rows(lat, lon, kept[:fresh], tall, starts, entries)
        found, found_apart, pairs = _pairs(
            starts, rows, low, high_deg, tall, wides, entries, limits.radius_m, found, found_apart
        )  # fmt: skip
        now_us = time_us[stamps[stamp]]
        if used + pairs > runs.shape[0]:
            table, runs, apart, used, count = _purged(
                runs, apart, used, pairs, now_us, limits, edges, out, out_apart, count
            )  # fmt: skip
        for pair in range(pairs):
            one, other = np.int64(entries[found[pair, 0], FIX]), np.int64(entries[found[pair, 1], FIX])
            if craft[one] > craft[other]:
                one, other = other, one
            key = np.int64(craft[one]) * limits.crafts + craft[other]
            metres, at = np.floor(found_apart[pair] * 1e3 + 0.5) / 1e3, _slot(table, runs, key)
            run = table[at]
            if run < 0 or now_us - runs[run, LAST] > limits.gap_us:
                used, count = _begun(
                    table, runs, apart, used, at, (key, now_us, one, other, metres), limits, edges, out, out_apart,
                    count,
                )  # fmt: skip
                continue
            runs[run, LAST], runs[run, STAMPS] = now_us, runs[run, STAMPS] + 1
            if metres < apart[run]:
                runs[run, TIME], runs[run, ROW_A], runs[run, ROW_B], apart[run] = now_us, one, other, metres
    for run in range(used):
        count = _given_out(runs, apart, run, limits, edges, out, out_apart, count)
    return count, repeated


@side_by_side
def _all_chunks(
    craft: Craft, time_us: Times, lat: Floats, lon: Floats, stamps: Indices, cuts: Indices, limits: _Limits,
    out: Whole, out_apart: Floats, counts: Whole,
) -> None:  # fmt: skip
    room = out.shape[0] // (cuts.shape[0] - 1)
    for chunk in numba.prange(cuts.shape[0] - 1):
        if cuts[chunk] < cuts[chunk + 1]:
            some = slice(chunk * room, (chunk + 1) * room)
            counts[chunk, 0], counts[chunk, 1] = _chunk(
                craft, time_us, lat, lon, stamps[cuts[chunk] : cuts[chunk + 1] + 1], limits, out[some], out_apart[some]
            )  # fmt: skip


def begins(time_us: Times) -> Indices:
    """Return where each stamp begins among times in order."""
    new = np.ones(len(time_us), np.bool_)
    np.not_equal(time_us[1:], time_us[:-1], out=new[1:])
    return np.flatnonzero(new)


def runs(
    craft: Craft, time_us: Times, lat_deg: Floats, lon_deg: Floats, *, radius_m: float, gap_us: int, at_least_us: int
) -> tuple[Rows, dict[str, int]]:  # fmt: skip
    """Return what `meetings_plain.runs` does, in fewer rows: what follows within the gap is joined already."""
    ready(__name__)
    stamps = np.append(begins(time_us), len(time_us))
    cuts = np.searchsorted(stamps, np.linspace(0, len(time_us), CHUNKS + 1).astype(np.intp))
    limits = _Limits(radius_m, gap_us, at_least_us, int(craft.max(initial=0)) + 1)
    room, counts = max(ROOM, len(craft) // (4 * CHUNKS)), np.zeros((CHUNKS, 2), np.int64)
    while True:
        out, out_apart = np.empty((CHUNKS * room, 7), np.int64), np.empty(CHUNKS * room)
        _all_chunks(craft, time_us, lat_deg, lon_deg, stamps, cuts, limits, out, out_apart, counts)
        if counts[:, 0].max() <= room:
            break
        room = int(counts[:, 0].max())
    used = np.concatenate([np.arange(chunk * room, chunk * room + count) for chunk, count in enumerate(counts[:, 0])])
    out, a, b = out[used], out[used, ROW_A], out[used, ROW_B]
    rows: Rows = {
        "a": craft[a], "b": craft[b], "first_us": out[:, FIRST], "last_us": out[:, LAST], "stamps": out[:, STAMPS],
        "time_us": out[:, TIME], "cpa_m": out_apart[used], "a_lat_deg": lat_deg[a], "a_lon_deg": lon_deg[a],
        "b_lat_deg": lat_deg[b], "b_lon_deg": lon_deg[b],
    }  # fmt: skip
    return rows, {"repeated": int(counts[:, 1].sum())}
