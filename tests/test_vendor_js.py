"""What is shipped of others: each file as its manifest says, with its licence, and the land cut as it should be."""

import json

import pytest

from tools import vendor_js
from tools.vendor_js import VENDOR, differences, outside, polygons, write_manifest


def test_every_file_is_as_the_manifest_says():
    """No file was changed, is missing, or lies there unlisted."""
    assert [] == differences(VENDOR)


def test_each_has_its_licence_beside_it():
    """Every part that ships names a licence, and its text lies in the same folder."""
    told = json.loads((VENDOR / "manifest.json").read_text())

    assert all(row["licence"] and row["from"] for row in told.values())
    for folder in ("maplibre", "fonts", "land"):
        assert any("LICENSE" in place for place in told if place.startswith(folder))
    assert "OpenStreetMap" in (VENDOR / "land/LICENSE-ODBL").read_text()


@pytest.mark.parametrize(("deed", "said"), [("change", "a: changed"), ("drop", "a: missing"), ("add", "c: not listed")])
def test_a_difference_is_named(tmp_path, deed, said):
    """A file that was touched, one that is gone, one that nobody listed: each is told with its name."""
    for name in "ab":
        (tmp_path / name).write_text(name)
    write_manifest(tmp_path, {name: {"from": "x", "licence": "y"} for name in "ab"})
    assert [] == differences(tmp_path)
    {"change": lambda: (tmp_path / "a").write_text("z"), "drop": (tmp_path / "a").unlink,
     "add": lambda: (tmp_path / "c").write_text("c")}[deed]()  # fmt: skip

    assert [said] == differences(tmp_path)


def test_topology_becomes_rings_and_what_lies_in_the_window_is_cut_out():
    """A square around the window loses the window and nothing else (areas by the shoelace formula)."""
    square = {"transform": {"scale": [1, 1], "translate": [0, 0]}, "arcs": [[[0, 0], [10, 0], [0, 10]], [[0, 0], [0, 10], [10, 0]]],
              "objects": {"land": {"geometries": [{"type": "Polygon", "arcs": [[0, -2]]}]}}}  # fmt: skip
    (rings,) = polygons(square, "land")
    pieces = [piece for (piece,) in outside(iter([rings]), (2.0, 3.0, 6.0, 8.0))]

    def area(ring):
        return abs(sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(ring, [*ring[1:], ring[0]], strict=True))) / 2

    assert 100.0 == area(rings[0])
    assert 80.0 == sum(map(area, pieces))
    assert vendor_js.packed(iter([rings])) == vendor_js.packed(iter([rings]))
