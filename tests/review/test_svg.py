"""Tests of the SVG that is written by hand."""

from xml.etree import ElementTree as ET

import pytest

from searoom.review.svg import MARKS, PALETTE, Box, Drawing, element, look, nice, number, text_width, visible


def drawing():
    return Drawing(200, 100, title="A <b>", description="d", lang="en", size=10)


@pytest.mark.parametrize(
    ("value", "below"), [(1.0, 1.0), (1.9, 1.0), (4.99, 2.0), (5.0, 5.0), (0.07, 0.05), (1234.0, 1000.0), (10.0, 10.0)]
)
def test_rounds_down_to_a_nice_number(value, below):
    """Scale bars have lengths that people count in."""
    assert pytest.approx(below) == nice(value)


def test_shows_direction_marks_instead_of_obeying_them():
    """A right-to-left override cannot turn a sentence round."""
    assert "safe[U+202E]tfel" == visible("safe\u202etfel")


def test_shows_every_control_character():
    """Neither NUL nor a tag character nor a line separator comes through."""
    assert "[U+0000][U+E0041][U+2028]" == visible("\x00\U000e0041\u2028")


def test_keeps_line_feeds_only_where_lines_are_meant():
    """A hotline message has lines; a name has none."""
    assert ("a\nb", "a[U+000A]b") == (visible("a\nb", lines=True), visible("a\nb"))


def test_keeps_words_of_every_script():
    """Nothing that people write is hidden."""
    assert "直 骨 הים العربية é \u200d" == visible("直 骨 הים العربية é \u200d")


def test_escapes_attributes_and_text():
    """Markup in data stays data."""
    root = ET.fromstring(element("g", element("text", "&lt;"), id='a"><script>'))

    assert 'a"><script>' == root.attrib["id"]
    assert "<" == root[0].text


def test_leaves_out_empty_attributes():
    """An attribute without a value is not written."""
    assert '<a b="1"/>' == element("a", b=1, c=None, d="")


def test_writes_short_numbers():
    """Two decimals at most, no minus zero."""
    assert ["1.5", "2", "0", "0.33"] == [number(v) for v in (1.5, 2.0, -0.001, 1 / 3)]


def test_gives_a_party_the_same_look_in_either_chair():
    """Swapping the chairs moves no colour and no mark."""
    assert [0, 1] == [look(p, ("amber", "coral")) for p in ("amber", "coral")]
    assert [0, 1] == [look(p, ("coral", "amber")) for p in ("amber", "coral")]


def luminance(colour):
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_party_colour_can_be_read_as_text():
    """Contrast with paper is at least 4.5 to 1 (WCAG 2.2, 1.4.3)."""
    assert all(1.05 / (luminance(colour) + 0.05) >= 4.5 for colour in PALETTE)


def test_the_first_two_colours_differ_without_red_and_green():
    """Blue parts them even for an eye that has no red or no green cones."""
    assert int(PALETTE[1][5:7], 16) - int(PALETTE[0][5:7], 16) > 100


@pytest.mark.parametrize("kind", MARKS)
def test_each_mark_is_a_shape_of_its_own(kind):
    """Colour is never the only difference."""
    drawn = drawing()
    drawn.mark(10, 10, kind, "#000000")
    others = []
    for other in MARKS:
        one = drawing()
        one.mark(10, 10, other, "#000000")
        others.append(one.finish())

    assert 1 == others.count(drawn.finish())


def test_labels_do_not_overlap():
    """Twenty labels at one point find twenty places, or say that there is none."""
    drawn, within = drawing(), Box(0, 0, 200, 100)
    placed = sum(drawn.label(100, 50, f"{n:02d}:00Z", within=within, leader=True) for n in range(20))
    boxes = drawn._taken

    assert placed == len(boxes)
    assert not any(a.meets(b) for k, a in enumerate(boxes) for b in boxes[:k])
    assert all(box.inside(within) for box in boxes)


def test_a_label_keeps_off_a_line_where_it_can():
    """A track that runs to the right sends the label elsewhere."""
    free, barred = drawing(), drawing()
    barred.avoid([(20, 50), (190, 50)])
    within = Box(0, 0, 200, 100)
    free.label(100, 50, "02:00Z", within=within)
    barred.label(100, 50, "02:00Z", within=within)

    assert free._taken[0].top < 50 < free._taken[0].bottom
    assert not barred._taken[0].top < 50 < barred._taken[0].bottom


def test_a_needed_label_is_written_in_any_case():
    """The closest approach is named even in a full picture."""
    drawn, within = drawing(), Box(0, 0, 200, 100)
    drawn.take(within)

    assert drawn.label(100, 50, "CPA", within=within, must=True)
    assert "CPA" in drawn.finish()


def test_is_well_formed_and_named():
    """The picture says to a reader who cannot see it what it is."""
    root = ET.fromstring(drawing().finish())

    assert ["A <b>", "d"] == [root[0].text, root[1].text]
    assert ("img", "en") == (root.attrib["role"], root.attrib["lang"])


def test_counts_full_width_characters_whole():
    """Japanese and Chinese labels take twice the room."""
    assert 20.0 == text_width("直骨", 10)
    assert text_width("ab", 10) < 15
