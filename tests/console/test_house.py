"""What a console works with: one house for each, with an index of its own."""

from pathlib import Path

from searoom.console.house import House


def test_two_consoles_share_nothing():
    """The search of one node's console never finds what another's has read."""
    one, two = (House(Path(name), None, None) for name in ("amber", "coral"))

    assert one.index is not two.index
