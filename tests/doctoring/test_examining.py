"""Every check is made, whatever becomes of the others."""

from searoom.doctoring import examining
from searoom.doctoring.ailment import Weight
from searoom.errors import StateUnknown


def test_a_check_that_fails_is_a_finding_and_the_others_go_on(monkeypatch, patient):
    """A disk that fails under one check hides nothing that another finds."""

    def broken(_patient):
        raise StateUnknown("the disk failed")

    monkeypatch.setattr(examining, "CHECKS", (broken, *examining.CHECKS))
    found = list(examining.examine(patient.folder, patient.now_us))

    assert ("broken", Weight.BAD) == (found[0].check, found[0].weight)
    assert {"versions", "settings", "modes", "keys", "room", "cards", "ports", "node"} <= {one.check for one in found}


def test_every_finding_that_is_not_sound_says_what_to_do(patient):
    """No finding leaves the operator alone with it."""
    (patient.folder / "keys" / "log.key").chmod(0o644)
    found = [one for one in examining.examine(patient.folder, patient.now_us) if one.weight > Weight.SOUND]

    assert found
    assert all(one.advice for one in found)
