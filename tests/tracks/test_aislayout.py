"""The tables of what stands where in a message fit together."""

import numpy as np

from searoom.tracks.aisdecoder import Decoder
from searoom.tracks.aisfields import FIRST_FIELD, LETTERS, PART_B, PART_B_AUXILIARY, STATIC_B
from searoom.tracks.aislayout import BASE_STATIONS, COLUMNS, LAYOUT, POSITIONS, STATIC

KINDS = {*POSITIONS, *STATIC, *BASE_STATIONS}
MMSI_AND_A_NAME = b"!AIVDM,1,1,,A,H42O55i18tMET00000000000000,2*6D\n!AIVDM,1,1,,A,15RTgt0PAso;90TKcjM8h6g208CQ,0*4A\n"


def test_the_types_that_are_read_have_a_length():
    """A type has least and most bits, or it is not read at all."""
    assert KINDS == set(np.flatnonzero(LAYOUT.bits[:, 1]).tolist())
    assert (LAYOUT.bits[:, 0] <= LAYOUT.bits[:, 1]).all()


def test_no_field_lies_beyond_the_letters_of_the_shortest_message():
    """What is read is what was sent: the letters of a message of the least length hold each field."""
    for form in {*KINDS, PART_B, PART_B_AUXILIARY}:
        least = LAYOUT.bits[STATIC_B if form in (PART_B, PART_B_AUXILIARY) else form, 0]
        letters = -(-int(least) // 6)
        ends = [first + abs(width) for _, first, width in LAYOUT.fields[form].tolist()]
        assert max(ends) <= 6 * letters


def test_fields_stand_in_columns_of_their_own():
    """No form writes a column twice, and none of the first columns, which say what the message is."""
    for form in LAYOUT.fields:
        columns = [column for column, _, width in form.tolist() if width]
        assert len(set(columns)) == len(columns)
        assert all(FIRST_FIELD <= column < len(COLUMNS) for column in columns)


def test_messages_are_chosen_by_type():
    """The messages of a type keep their columns and find their letters."""
    messages = Decoder().read(MMSI_AND_A_NAME)
    static = messages.of(*STATIC)

    assert (2, 1, 1) == (len(messages), len(static), len(messages.of(1)))
    assert [24] == static.column("kind").tolist()
    assert (1, LETTERS) == static.letters[static.column("text")].shape
