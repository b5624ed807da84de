"""Passwords as they are kept: salted, costly to try, and refused where they are not written as they must be."""

import pytest

from searoom.console.passwords import UNSET, opens, secret_of
from searoom.errors import StateUnknown
from searoom.keys.passphrases import FLOOR


def test_a_secret_opens_by_its_password_alone():
    """One letter more, less or other opens nothing; what no keyboard types opens nothing either."""
    secret = secret_of(b"officer of the watch", FLOOR)

    assert opens(secret, "officer of the watch")
    for other in ("officer of the watc", "officer of the watch ", "", "a\x00b"):
        assert not opens(secret, other)


def test_two_secrets_of_one_password_differ():
    """Each has its own salt, so that nobody sees who has the same password."""
    assert secret_of(b"officer of the watch", FLOOR) != secret_of(b"officer of the watch", FLOOR)


@pytest.mark.parametrize("secret", ["plain words", "", UNSET, secret_of(b"officer of the watch", FLOOR) + "0"])
def test_what_is_no_secret_is_named(secret):
    """A damaged secret lets nobody in, and says so."""
    with pytest.raises(StateUnknown, match="not written as it must be"):
        opens(secret, "officer of the watch")
