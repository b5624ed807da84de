"""The head of a pack: channels, levels, zones, glossary, composite parties, ladder."""

import pytest

from packs import HEAD, TEXT, clause, small
from searoom.errors import NotAllowed
from searoom.obligations.agreement import load
from searoom.obligations.head import KINDS, TRACKS, Head
from told import BOOK, DEMO, MACM

DONE = clause("a", ful='form = "line-test"')
CHANNEL = f'[[channels]]\nid = "hotline"\nkind = "provable"\npersons = 2\nfallback = ["desk"]\nnames = {TEXT}\nrelease = {TEXT}\n'
ZONE = f'[[zones]]\nid = "z"\nkind = "claimed"\nclaimed_by = ["amber", "coral"]\ncorners = ["25 00 N 123 00 E"]\nradius_m = 1000\nsource = "model"\nnames = {{ amber = {TEXT}, coral = {TEXT} }}\n'
WORD = f'[[glossary]]\nid = "w"\nsource = "model"\nword = {TEXT}\nmeans = {{ amber = {TEXT}, coral = {TEXT} }}\n'
EXERCISES = load("exercise-notice", BOOK)


def test_an_instance_inherits_what_it_leaves_out():
    """The base's channels, levels, calendars and words stand where an instance has none."""
    assert MACM.head.channels == DEMO.head.channels
    assert {"minister", "director-general", "expert"} == set(DEMO.head.levels)
    assert ["desk"] == list(MACM.head.channels["hotline"].fallback)
    assert set(KINDS) >= {channel.kind for channel in MACM.head.channels.values()}


def test_two_parties_mean_two_things_by_one_word():
    """The glossary keeps the difference that one translation would hide."""
    means = MACM.head.glossary["defence-exchange"].means

    assert {"japan", "china"} == set(means)
    assert means["japan"] != means["china"]


def test_an_alliance_is_one_party_with_members():
    """It has one column, one right and one duty; its members are named, and are no parties."""
    assert {"north", "south"} == set(EXERCISES.head.members["jade"])
    assert ("amber", "coral", "jade") == EXERCISES.parties
    assert ("pearl",) == EXERCISES.observers


def test_a_zone_is_claimed_and_bare():
    """Coordinates, who claims it, what each calls it; nothing about whose it is."""
    zone = load("contested-waters", BOOK).head.zones["waters"]

    assert (("amber", "coral"), 44448) == (zone.claimed_by, zone.radius_m)
    assert ((257_500_000, 1_235_000_000),) == zone.corners
    assert zone.names["amber"] != zone.names["coral"]


def test_nothing_binds_below_track_1():
    """On track 2 persons speak for themselves and nobody is quoted by name."""
    second = small(DONE, head=HEAD.replace("exercise = true", 'exercise = true\ntrack = "2"'))

    assert (False, False) == (second.head.binds, second.head.attribution)
    assert (True, True) == (Head().binds, Head().attribution)
    assert (False, True) == (second.policy.attributed, MACM.policy.attributed)
    assert {"1", "1.5", "2"} == set(TRACKS)


def test_on_track_1_5_persons_stand_by_their_names():
    """Officials and others together, in their own names, unless the pack says otherwise; nothing binds either way."""
    middle = HEAD.replace("exercise = true", 'exercise = true\ntrack = "1.5"')
    quiet = middle.replace("exercise = true", "exercise = true\nattribution = false")

    assert [(False, True), (False, False)] == [
        (pack.head.binds, pack.policy.attributed) for pack in (small(DONE, head=middle), small(DONE, head=quiet))
    ]


def test_only_a_table_of_track_2_is_one_party():
    """Persons sit at one table; governments are two or more."""
    alone = HEAD[: HEAD.index('[[parties]]\nid = "coral"')]
    table = alone.replace("exercise = true", 'exercise = true\ntrack = "2"')

    assert ("amber",) == small(DONE, head=table).parties
    with pytest.raises(NotAllowed, match="two parties or more"):
        small(DONE, head=alone)


@pytest.mark.parametrize(
    ("text", "old", "new", "problem"),
    [
        (CHANNEL, '"hotline"', '"carrier-pigeon"', "is no channel"),
        (CHANNEL, '["desk"]', '["hotline"]', "is no other channel"),
        (CHANNEL, "persons = 2", "persons = 0", "a whole number from 1"),
        (CHANNEL, '"provable"', '"secret"', "'secret' is unknown"),
        (ZONE, '"25 00 N 123 00 E"', '"somewhere"', "is no position"),
        (ZONE, "radius_m = 1000\n", "", "3 to 64 corners, or one centre"),
        (ZONE, 'claimed_by = ["amber", "coral"]\n', "", "a claimed zone says by whom"),
        (ZONE, '"claimed"', '"ours"', "'ours' is unknown"),
        (WORD, f", coral = {TEXT}", "", "two parties or more"),
        (CHANNEL + CHANNEL, "x", "x", "stands here twice"),
        (HEAD, "exercise = true", 'exercise = true\ntrack = "3"', "'3' is unknown"),
        (HEAD, "exercise = true", 'exercise = true\npromoted_from = "6F0D"', "64 small hexadecimal digits"),
        (HEAD, f"names = {TEXT}", f'names = {TEXT}\nmembers = [{{ id = "m", names = {TEXT} }}]', "two members or more"),
    ],
)
def test_refuses_what_stands_badly_at_the_head(text, old, new, problem):
    """Each with its place."""
    changed = text.replace(old, new, 1)
    with pytest.raises(NotAllowed) as refusal:
        small(changed + DONE, head="" if text == HEAD else HEAD)

    assert problem in refusal.value.sentence
