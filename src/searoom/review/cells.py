"""Cells of tables that others open: no table program takes them for a formula."""

from typing import Final

_BEGINS: Final = ("=", "+", "-", "@", "\t", "\r")
NOTHING: Final = "-"


def no_formula(text: str) -> str:
    """Return text as a cell; what would begin a formula has an apostrophe before it."""
    return f"'{text}" if text.startswith(_BEGINS) and text != NOTHING else text
