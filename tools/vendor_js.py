"""Fetches what the console's chart ships of others: by name and version from npm, checked and listed with its hashes.

    python -m tools.vendor_js            fetch all anew and write static/vendor with its manifest (needs npm)
    python -m tools.vendor_js LAND       the same, with the OpenStreetMap land taken from the file LAND (GeoJSON, gzip)

Nobody who uses or tests Searoom needs npm: what it fetched is in the tree, and a test holds it against the manifest.
"""

import gzip
import hashlib
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

VENDOR: Final = Path(__file__).resolve().parent.parent / "src/searoom/console/static/vendor"
MANIFEST: Final = "manifest.json"
LAND_WINDOW: Final = (116.0, 20.0, 142.0, 42.0)  # west, south, east, north: here OpenStreetMap's land stands alone
OSM_LAND: Final = "land/osm-land-eastchina.geojson.gz"
WORLD_LAND: Final = "land/world-land-50m.geojson.gz"
ODBL: Final = "land/LICENSE-ODBL"

# Package and version, its licence, and which file of it goes where.
PACKAGES: Final = {
    "maplibre-gl@6.17.0": ("BSD-3-Clause", {
        "dist/maplibre-gl.mjs": "maplibre/maplibre-gl.mjs",
        "dist/maplibre-gl-worker.mjs": "maplibre/maplibre-gl-worker.mjs",
        "dist/maplibre-gl.css": "maplibre/maplibre-gl.css",
        "LICENSE.txt": "maplibre/LICENSE.txt",
    }),
    "@fontsource/noto-sans-jp@5.3.0": ("OFL-1.1", {
        "files/noto-sans-jp-japanese-400-normal.woff2": "fonts/noto-sans-jp-400.woff2",
        "LICENSE": "fonts/LICENSE-noto-sans-jp",
    }),
    "@fontsource/noto-sans-sc@5.3.0": ("OFL-1.1", {
        "files/noto-sans-sc-chinese-simplified-400-normal.woff2": "fonts/noto-sans-sc-400.woff2",
        "LICENSE": "fonts/LICENSE-noto-sans-sc",
    }),
    "world-atlas@2.0.2": ("ISC; data of Natural Earth, public domain", {
        "land-50m.json": WORLD_LAND,
        "LICENSE": "land/LICENSE-world-atlas",
    }),
}  # fmt: skip
OSM_LICENCE: Final = "ODbL-1.0, (c) OpenStreetMap contributors"

Ring = list[tuple[float, float]]
Rings = list[Ring]


def main(arguments: Sequence[str]) -> int:
    """Fetch the packages, place their files, and write the manifest; return the exit code."""
    rows: dict[str, dict[str, str]] = {}
    with tempfile.TemporaryDirectory() as work:
        for package, (licence, files) in PACKAGES.items():
            unpacked = fetched(package, Path(work))
            for name, place in files.items():
                target = VENDOR / place
                target.parent.mkdir(parents=True, exist_ok=True)
                if place == WORLD_LAND:
                    world = outside(polygons(json.loads((unpacked / name).read_bytes()), "land"), LAND_WINDOW)
                    target.write_bytes(packed(world))
                else:
                    shutil.copyfile(unpacked / name, target)
                rows[place] = {"from": package, "licence": licence}
    if arguments:
        shutil.copyfile(arguments[0], VENDOR / OSM_LAND)
    for place in (OSM_LAND, ODBL):
        rows[place] = {"from": "OpenStreetMap, by way of roaring-landmask 0.11.0", "licence": OSM_LICENCE}
    write_manifest(VENDOR, rows)
    return 0


def fetched(package: str, work: Path) -> Path:
    """Return the folder of an unpacked package, as `npm pack` gave it."""
    done = subprocess.run(["npm", "pack", "--silent", package], cwd=work, capture_output=True, text=True, check=True)
    folder = work / package.replace("/", "+")
    with tarfile.open(work / done.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def write_manifest(vendor: Path, rows: dict[str, dict[str, str]]) -> None:
    """Write what each file is from, under which licence, how long it is, and its SHA-256."""
    for place, row in rows.items():
        data = (vendor / place).read_bytes()
        row |= {"bytes": str(len(data)), "sha256": hashlib.sha256(data).hexdigest()}
    (vendor / MANIFEST).write_text(json.dumps(dict(sorted(rows.items())), indent=1) + "\n", encoding="utf-8")


def differences(vendor: Path) -> list[str]:
    """Return what does not agree with the manifest: changed, missing, or not listed."""
    told = json.loads((vendor / MANIFEST).read_text(encoding="utf-8"))
    there = {file.relative_to(vendor).as_posix(): file for file in sorted(vendor.rglob("*")) if file.is_file()}
    listed = {MANIFEST, *told}
    found = [f"{place}: not listed" for place in sorted(set(there) - listed)]
    for place, row in told.items():
        data = there[place].read_bytes() if place in there else None
        if data is None:
            found.append(f"{place}: missing")
        elif hashlib.sha256(data).hexdigest() != row["sha256"]:
            found.append(f"{place}: changed")
    return found


# -- TopoJSON to GeoJSON ---------------------------------------------------------------------------------


def polygons(topology: dict[str, Any], name: str) -> Iterator[Rings]:
    """Yield the polygons of an object of a TopoJSON topology (topojson-specification 1.0), each as its rings."""
    scale, move = topology["transform"]["scale"], topology["transform"]["translate"]
    arcs: list[Ring] = []
    for arc in topology["arcs"]:
        x = y = 0
        line: Ring = []
        for dx, dy in arc:
            x, y = x + dx, y + dy
            line.append((x * scale[0] + move[0], y * scale[1] + move[1]))
        arcs.append(line)
    for shape in topology["objects"][name]["geometries"]:
        for rings in shape["arcs"] if shape["type"] == "MultiPolygon" else [shape["arcs"]]:
            yield [_joined(arcs, ring) for ring in rings]


def _joined(arcs: Sequence[Ring], ring: Sequence[int]) -> Ring:
    points: Ring = []
    for number in ring:
        line = arcs[number] if number >= 0 else arcs[~number][::-1]
        points += line[1:] if points else line
    return points


def outside(shapes: Iterator[Rings], window: tuple[float, float, float, float]) -> Iterator[Rings]:
    """Yield what of each polygon lies outside a window of the globe: cut into four pieces around it."""
    west, south, east, north = window
    for rings in shapes:
        pieces = [
            [(0, west, -1)],
            [(0, east, 1)],
            [(0, west, 1), (0, east, -1), (1, north, 1)],
            [(0, west, 1), (0, east, -1), (1, south, -1)],
        ]
        for sides in pieces:
            cut = [_cut_all(ring, sides) for ring in rings]
            if cut[0]:
                yield [ring for ring in cut if ring]


def _cut_all(ring: Ring, sides: Sequence[tuple[int, float, int]]) -> Ring:
    for axis, limit, sign in sides:
        ring = _cut(ring, axis, limit, sign)
    return ring if len(ring) > 3 else []


def _cut(ring: Ring, axis: int, limit: float, sign: int) -> Ring:
    """Return a ring cut by one straight line (Sutherland and Hodgman, 1974)."""
    kept: Ring = []
    for one, other in zip(ring, [*ring[1:], *ring[:1]], strict=True):
        inside, after = (one[axis] - limit) * sign >= 0, (other[axis] - limit) * sign >= 0
        if inside:
            kept.append(one)
        if inside != after:
            share = (limit - one[axis]) / (other[axis] - one[axis])
            kept.append((one[0] + share * (other[0] - one[0]), one[1] + share * (other[1] - one[1])))
    return [*kept, kept[0]] if kept and kept[0] != kept[-1] else kept


def packed(shapes: Iterator[Rings]) -> bytes:
    """Return polygons as GeoJSON (RFC 7946), a hundredth of a degree fine, in gzip that is the same each time."""
    features = []
    for rings in shapes:
        rounded = [[[round(x, 2), round(y, 2)] for x, y in ring] for ring in rings]
        features.append(
            {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": rounded}}
        )  # fmt: skip
    text = json.dumps({"type": "FeatureCollection", "features": features}, separators=(",", ":"))
    return gzip.compress(text.encode(), 9, mtime=0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
