"""Which kind of story a seed tells: its number alone decides, so that a seed says everything about its story."""

from typing import Final

from soak.liar import FORKS, LIES
from soak.world import Script

FAIR: Final = tuple(lie for lie in LIES if lie not in FORKS)  # refused, they leave nothing behind
KINDS: Final = (
    Script(),
    Script(nodes=2),
    Script(nodes=2, lies=FAIR),
    Script(nodes=3),
    Script(nodes=3, lies=FAIR),
    Script(nodes=2, lies=LIES),
)


def script_of(seed: int) -> Script:
    """Return the script of a seed's story."""
    return KINDS[seed % len(KINDS)]
