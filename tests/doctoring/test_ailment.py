"""How bad a finding is."""

from searoom.doctoring.ailment import Weight


def test_the_worst_is_the_exit_code():
    """Sound, doubtful, bad: in this order, from 0."""
    assert [0, 1, 2] == sorted(map(int, Weight))
    assert Weight.BAD == max(Weight.SOUND, Weight.BAD, Weight.DOUBTFUL)
