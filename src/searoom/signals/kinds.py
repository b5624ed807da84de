"""All kinds of field that a form may have, by name: how each is typed, checked, encoded, read out and described.

Words, amounts and places have a file each (`namekinds`, `amountkinds`, `placekinds`); what is made of parts is a
table (`composed`). A new kind is a row in one of them, and a row in `docs/formats/forms.md`.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from searoom.signals import amountkinds, composed, namekinds, placekinds
from searoom.signals.amountkinds import weak_distance
from searoom.signals.fieldkind import Context, Kind
from searoom.signals.namekinds import CONTRIBUTION_SIZE, INNER, MAX_TEXT

__all__ = ["CONTRIBUTION_SIZE", "FIELD_KINDS", "INNER", "MAX_TEXT", "PARTS", "Context", "Kind", "weak_distance"]

_PLAIN: Final[Mapping[str, Kind]] = MappingProxyType(
    {kind.name: kind for kind in (*namekinds.KINDS, *amountkinds.KINDS, *placekinds.KINDS)}
)

FIELD_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {**_PLAIN, **{kind.name: kind for kind in composed.load(_PLAIN)}}
)
"""Every kind of field there is."""

PARTS: Final = composed.load_parts(_PLAIN)
"""The parts of each kind that is made of parts, in their order."""
