"""Light and sound in time: Morse by the unit, the blasts of the rules, and samples that really hold the pattern."""

from array import array

import pytest

from searoom.errors import NotAllowed
from searoom.signals import codebook
from searoom.signals.lamp import MORSE, RATE_HZ, Beat, flashing, lasts_ms, morse, samples, seen, sounding
from searoom.signals.spelling import ALPHABET
from signals.test_render import values

BOOK = codebook.load()


def test_each_letter_and_figure_has_a_sign_of_its_own():
    """36 signs, none twice; a figure has five parts."""
    assert set(MORSE) == set(ALPHABET) | set("0123456789")
    assert 36 == len(set(MORSE.values()))
    assert {5} == {len(MORSE[figure]) for figure in "0123456789"}


def test_morse_keeps_time():
    """PARIS is the word by which speed is counted: 50 units with its pause, so 6 a minute last 10 s each."""
    beats = (*morse("PARIS", words_a_minute=6), Beat("", 7 * 200))
    assert 10_000 == lasts_ms(beats)
    assert [Beat("lamp", 200), Beat("", 200), Beat("lamp", 600)] == list(morse("A"))
    assert ".- / -..." == seen(morse("A B"))


def test_a_signal_by_lamp_is_called_and_ended():
    """The general call before, the group and its values, AR behind."""
    row = BOOK.row("MD")
    assert seen(morse("AA AA AA MD C045 AR")) == seen(flashing(row, values(row)))


@pytest.mark.parametrize(
    ("code", "pattern", "every"),
    [
        ("R34A1", [1000], 0),
        ("R34A2", [1000, 1000], 0),
        ("R34A3", [1000, 1000, 1000], 0),
        ("R34C1", [5000, 5000, 1000], 0),
        ("R34C2", [5000, 5000, 1000, 1000], 0),
        ("R34C3", [5000, 1000, 5000, 1000], 0),
        ("R34D", [1000] * 5, 0),
        ("R34E", [5000], 0),
        ("R35A", [5000], 120),
        ("R35B", [5000, 5000], 120),
        ("R35C", [5000, 1000, 1000], 120),
        ("R35E", [5000, 1000, 1000, 1000], 120),
        ("R35G1", [5000], 60),
        ("R35G2", [5000, 5000], 60),
        ("R35G3", [1000, 5000, 1000], 0),
        ("R35K", [1000] * 4, 0),
    ],
)
def test_blasts_of_the_rules(code, pattern, every):
    """Short about 1 s, prolonged 4 to 6; how many and in which order; how soon they come again."""
    row = BOOK.row(code)
    assert (pattern, every) == ([beat.ms for beat in sounding(row) if beat.kind], row.every_s)


def test_two_prolonged_blasts_stand_two_seconds_apart():
    """That of a vessel stopped in poor visibility; elsewhere the pause is shorter."""
    assert [2000] == [beat.ms for beat in sounding(BOOK.row("R35B")) if not beat.kind]
    assert 2000 not in [beat.ms for beat in sounding(BOOK.row("R34C1")) if not beat.kind]


def test_the_samples_hold_the_pattern():
    """Each beat is as long as it says; a pause is silent and a blast is not."""
    beats = sounding(BOOK.row("R34C3"))
    heard = array("h", samples(beats))
    assert lasts_ms(beats) * RATE_HZ // 1000 == len(heard)
    at = 0
    for beat in beats:
        piece = heard[at : at + beat.ms * RATE_HZ // 1000]
        assert bool(beat.kind) == (max(map(abs, piece)) > 5000)
        at += len(piece)


@pytest.mark.parametrize(("text", "rate"), [("A", 3), ("A", 60), ("é", 6), ("<", 6)])
def test_refuses_what_a_lamp_cannot_say(text, rate):
    """A sign without Morse, or a speed that nobody reads."""
    with pytest.raises(NotAllowed):
        morse(text, words_a_minute=rate)


@pytest.mark.parametrize("code", ["RT1", "V-Q1", "R36", "L"])
def test_refuses_what_is_no_sound_signal(code):
    """A group, a sentence, a signal that the rules leave open, an order."""
    with pytest.raises(NotAllowed):
        sounding(BOOK.row(code))
