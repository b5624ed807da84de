"""The four ways to fail each carry a sentence and an advice; a finding is a value."""

import dataclasses

import pytest

from searoom import errors

FOUR = (errors.NotAllowed, errors.PeerFault, errors.Tampered, errors.StateUnknown)


@pytest.mark.parametrize("kind", FOUR)
def test_each_has_an_advice_of_its_own(kind):
    """Whoever reads an error is told what can be done about it."""
    assert kind("it is so").advice().endswith(".")
    assert "it is so" == str(kind("it is so")) == kind("it is so").sentence


@pytest.mark.parametrize("kind", FOUR)
def test_an_advice_for_the_case_goes_before_the_general_one(kind):
    """The place that raises may know better."""
    assert "Turn the key." == kind("it is shut", advice="Turn the key.").advice()


def test_no_two_kinds_are_taken_for_each_other():
    """They share one parent, and none is another's kind: a handler takes what it names."""
    assert all(issubclass(kind, errors.SearoomError) for kind in FOUR)
    assert [] == [(a, b) for a in FOUR for b in FOUR if a is not b and issubclass(a, b)]
    assert len(FOUR) == len({kind.default_advice for kind in FOUR})


def test_a_finding_is_a_value():
    """A problem of content is compared, collected and shown; it is not raised and does not change."""
    finding = errors.Finding("distance", "is missing")

    assert errors.Finding("distance", "is missing", "") == finding
    assert not isinstance(finding, Exception)
    with pytest.raises(dataclasses.FrozenInstanceError):
        finding.where = "elsewhere"
