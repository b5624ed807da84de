"""Every check of the doctor, one after the other; one that fails itself is a finding, and the others go on."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from searoom.desk import asking as desk
from searoom.doctoring import around, folder, stores
from searoom.doctoring.ailment import Ailment, Check, Patient, Weight
from searoom.errors import SearoomError
from searoom.keys.enrol import read_settings

CHECKS: Final[tuple[Check, ...]] = (
    around.versions,
    around.extras,
    around.agreed,
    folder.settings,
    folder.modes,
    folder.keys,
    folder.room,
    stores.sound,
    around.certificates,
    stores.clocks,
    around.ports,
    around.working,
)
ANSWER_S: Final = 5.0


def examine(where: Path, now_us: int, *, deep: bool = False) -> Iterator[Ailment]:
    """Yield what is found; raise `NotAllowed` where the folder is no node's."""
    settings, status = read_settings(where), None
    with contextlib.suppress(SearoomError):
        status = desk.ask(where, {"do": "status"}, timeout_s=ANSWER_S)
    patient = Patient(where, settings, now_us, status, deep)
    for check in CHECKS:
        try:
            yield from check(patient)
        except (SearoomError, OSError, ValueError) as fault:
            name = check.__name__
            yield Ailment(name, Weight.BAD, f"the check '{name}' could not be made: {fault}", "Put that right first.")
