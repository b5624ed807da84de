"""Passphrases: the same on each keyboard, long enough when set, and stretched within two bounds."""

import pytest

from searoom.errors import NotAllowed, StateUnknown
from searoom.keys import passphrases
from searoom.keys.passphrases import CEILING_KIB, CEILING_LANES, FLOOR, FLOOR_KIB, Cost

SALT = bytes(16)
STRETCHED = "aaecaeb1f79eb8019ba62c34f62fa3e15289f88ff98779ae81de07821992ff1f"


def test_two_ways_of_typing_are_one_passphrase():
    """A letter with its accent is the same whether one character or two carry it."""
    assert passphrases.normal("mot de passe e\u0301te\u0301") == passphrases.normal("mot de passe \u00e9t\u00e9")


def test_figures_of_another_width_are_another_passphrase():
    """Nothing is folded that a person may have meant: only the encoding of one character is made one."""
    assert passphrases.normal("１２３") != passphrases.normal("123")


@pytest.mark.parametrize("text", ["", "two\nlines", "tab\there", "nul\0", "lone \ud800", "x" * 1025])
def test_refuses_what_nobody_types(text):
    """Nothing, control characters, half characters and a text without end are no passphrase."""
    with pytest.raises(NotAllowed, match="a passphrase"):
        passphrases.normal(text)


@pytest.mark.parametrize("text", ["correct horse battery", "海の上の青い鳥", "海上五星旗", "fifteen letters"])
def test_takes_a_long_passphrase(text):
    """Fifteen bytes are enough in each language."""
    assert text.encode() == passphrases.chosen(text)


@pytest.mark.parametrize(
    "text", ["short", "fourteen lette", "青い鳥だ", "aaaaaaaaaaaaaaaaaaaaaaaa", "abababababababababab"]
)
def test_refuses_a_short_passphrase(text):
    """What is short, or long only by repeating itself, is refused when it is set."""
    with pytest.raises(NotAllowed, match="too short"):
        passphrases.chosen(text)


def test_reads_a_short_passphrase():
    """A rule for new passphrases never locks anybody out of an old key."""
    assert b"short" == passphrases.normal("short")


@pytest.mark.parametrize("duress", [b"correct horse battery", b"correct horse batterie", b"korrect horse battery!"])
def test_refuses_a_duress_passphrase_that_is_a_slip_away(duress):
    """Nobody raises the silent alert by a slip of the fingers."""
    with pytest.raises(NotAllowed, match="too like"):
        passphrases.check_apart(b"correct horse battery", duress)


def test_takes_a_duress_passphrase_that_is_another():
    """A passphrase of other words is taken."""
    passphrases.check_apart(b"correct horse battery", b"the kettle is on again")


def test_stretches_as_the_standard_says():
    """A value computed by another implementation of Argon2id (argon2-cffi 25.1, the reference C code)."""
    assert STRETCHED == passphrases.stretch(b"correct horse battery", bytes(range(16)), FLOOR).hex()


def test_each_of_passphrase_salt_and_cost_changes_the_key():
    """None of the three is left out."""
    keys = {
        passphrases.stretch(b"a", SALT, FLOOR),
        passphrases.stretch(b"b", SALT, FLOOR),
        passphrases.stretch(b"a", bytes(15) + b"\1", FLOOR),
        passphrases.stretch(b"a", SALT, Cost(FLOOR_KIB + 1024, 2, 1)),
        passphrases.stretch(b"a", SALT, Cost(FLOOR_KIB, 3, 1)),
        passphrases.stretch(b"a", SALT, Cost(FLOOR_KIB, 2, 2)),
    }

    assert 6 == len(keys)


@pytest.mark.parametrize("cost", [(FLOOR_KIB - 1, 2, 1), (FLOOR_KIB, 1, 1), (FLOOR_KIB, 2, 0)])
def test_refuses_too_cheap_a_cost(cost):
    """Below the floor nothing is written or read."""
    with pytest.raises(NotAllowed, match="too weak"):
        Cost(*cost)


@pytest.mark.parametrize(
    "cost",
    [(CEILING_KIB + 1, 2, 1), (CEILING_KIB, 5, 1), (FLOOR_KIB, 10**6, 1), (FLOOR_KIB, 2, CEILING_LANES + 1)],
)
def test_refuses_too_dear_a_cost(cost):
    """A file cannot make us fill the memory or work for hours."""
    with pytest.raises(NotAllowed, match="more memory or time"):
        Cost(*cost)


def test_says_that_memory_is_missing(monkeypatch):
    """A small machine is told what the file needs, not shown a traceback."""

    class Full:
        def __init__(self, **_given):
            pass

        def derive(self, _passphrase):
            raise MemoryError

    monkeypatch.setattr(passphrases, "Argon2id", Full)

    with pytest.raises(StateUnknown, match="memory"):
        passphrases.stretch(b"a", SALT, FLOOR)
