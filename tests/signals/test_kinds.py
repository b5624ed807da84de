"""The kinds of field: each reads what is typed, and refuses what is of another kind."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from searoom import cbor
from searoom.errors import NotAllowed
from searoom.signals.kinds import FIELD_KINDS, MAX_TEXT, Context

CHOICES = {"radar": {"en": "radar", "ja": "レーダー", "zh": "雷达"}}
CONTEXT = Context(CHOICES, "en")

# hotline-contact, hotline, routine, en, {phrase: we-are-here}
INNER_HEX = (
    "a80001016f686f746c696e652d636f6e7461637402010367686f746c696e"
    "650467726f7574696e650562656e06a1667068726173656b77652d617265"
    "2d6865726507f6"
)
TYPED = {
    "text": ("words\nof two lines", "words\nof two lines"),
    "words": ("what man... intend", "what man... intend"),
    "unit": (" AMBER 21 ", "AMBER 21"),
    "person": ("amber-1", "amber-1"),
    "line": ("2026-1", "2026-1"),
    "party": ("amber", "amber"),
    "code": ("RT1", "RT1"),
    "date": ("2026-06-03", "2026-06-03"),
    "count": ("12", 12),
    "integer": ("-12", -12),
    "time": ("2026-06-03T04:05:06+09:00", 1_780_427_106_000_000),
    "duration": ("18 min", 1_080_000_000),
    "length": ("137 m", 137_000),
    "speed": ("10 kn", 5144),
    "angle": ("045", 45_000),
    "position": ("32-10.5N 165-20.0W", (321_750_000, -1_653_333_333)),
    "distance": ("137 m ± 25 m", (137_000, 25_000)),
    "ref": ("amber/12", ("amber", 12)),
    "choice": ("radar", "radar"),
    "codes": ("RT1, V-Q1,YV1 ZL1", ("RT1", "V-Q1", "YV1 ZL1")),
    "bytes": ("00ff", b"\x00\xff"),
    "parameters": ("course=045, speed=10", {"course": "045", "speed": "10"}),
    "log": ("amber.2", "amber.2"),
    "indexes": ("3, 7", (3, 7)),
    "form": (INNER_HEX, bytes.fromhex(INNER_HEX)),
    "contribution": ("ab" * 32, b"\xab" * 32),
    "personal": ("A. Vale; B. Reed", "A. Vale\nB. Reed"),
    "tagged": ("ja: 訓練", ("ja", "訓練")),
    "names": ("area, act.means", ("area", "act.means")),
    "digest": ("0f" * 32, b"\x0f" * 32),
    "zoned": ("2026-06-03T13:05:06+09:00", (1_780_459_506_000_000, 540)),
    "frequency": ("156.8 MHz", 156_800_000),
    "quantity": ("12.50 t", (1250, 2, "t")),
    "reading": ("10.2 kn ± 0.50 kn", (1020, 50, 2, "kn")),
    "area": ("circle 32-10.5N 165-20.0W 20 nm", ("circle", (321_750_000, -1_653_333_333), 37_040_000)),
    "heights": ("surface - FL100", (("surface", 0), ("fl", 100))),
    "craft": ("type=warship; name=CORAL 34", {"type": "warship", "name": "CORAL 34"}),
    "post": ("role=duty officer; person=amber-1", {"role": "duty officer", "person": "amber-1"}),
    "attachment": (
        f"hash={'0f' * 32}; size=12; type=image/png",
        {"hash": b"\x0f" * 32, "size": 12, "type": "image/png"},
    ),
    "translation": (
        "of=text; text=en: Training; maker=author; review=unreviewed",
        {"of": "text", "text": ("en", "Training"), "maker": "author", "review": "unreviewed"},
    ),
    "measured": (
        "of=range; value=137 m ± 25 m; axis=slant; method=radar; source=AMBER 21",
        {"of": "range", "value": (137, 25, 0, "m"), "axis": "slant", "method": "radar", "source": "AMBER 21"},
    ),
    "act": (
        "act=radar-fire-control; perceived=tone; steady; means=warning-receiver; at=2026-06-03T04:05:06Z; lasting=30 s",
        {
            "act": "radar-fire-control",
            "perceived": "tone; steady",
            "means": "warning-receiver",
            "at": (1_780_459_506_000_000, 0),
            "lasting": 30_000_000,
        },
    ),
    "claim": (
        "text=It was search radar.; by=coral; visibility=parties; binding=none",
        {"text": "It was search radar.", "by": "coral", "visibility": "parties", "binding": "none"},
    ),
}
WRONG_TYPED = {
    "text": "a\u202eb", "words": "a\x07", "unit": "two\nlines", "person": "x" * 65, "line": "x" * 200, "party": "Amber",
    "code": "rt 1", "date": "2026-02-30", "count": "-1", "integer": "1.5", "time": "2026-06-03T04:05:06",
    "duration": "18", "length": "137", "speed": "10", "angle": "400", "position": "32N", "distance": "137 m",
    "ref": "amber", "choice": "sonar", "codes": "RT1,RT1", "bytes": "0", "parameters": "course",
    "log": "amber.1", "indexes": "7,3",
    "form": "no hex", "contribution": "ab" * 31, "personal": " ; ", "tagged": "訓練", "names": "area, area", "digest": "0f",
    "zoned": "2026-06-03T13:05:06", "frequency": "156.8", "quantity": "12 furlongs", "reading": "10 kn ± 1 m",
    "area": "square 32-10.5N 165-20.0W 20 nm", "heights": "FL100", "craft": "type=boat", "post": "duty officer",
    "attachment": "hash=0f", "translation": "maker=nobody", "measured": "value=137 m", "act": "act=noise",
    "claim": "text=a; text=b",
}  # fmt: skip


def test_every_kind_is_tried_here():
    """A new kind of field needs its rows in these tables."""
    assert set(FIELD_KINDS) == set(TYPED) == set(WRONG_TYPED)
    assert all(kind.name == name for name, kind in FIELD_KINDS.items())


@pytest.mark.parametrize("name", sorted(TYPED))
def test_typed_encoded_decoded_and_said(name):
    """What is typed becomes a value, which goes to bytes and back unchanged, and can be said in each language."""
    kind, (typed, value) = FIELD_KINDS[name], TYPED[name]
    assert value == kind.parse(typed, CONTEXT)
    if name == "personal":  # only its hash has bytes
        assert value.replace("\n", "; ") == kind.say(value, CONTEXT, "en")
        value = bytes(32)
    data = cbor.encode(kind.encode(value, CONTEXT))
    assert value == kind.decode(cbor.decode(data), CONTEXT)
    assert kind.check(value, CONTEXT) == ""
    assert all(kind.say(value, CONTEXT, lang) for lang in ("en", "ja", "zh"))


@pytest.mark.parametrize("name", sorted(WRONG_TYPED))
def test_refuses_what_is_typed_wrong(name):
    """What cannot be read is refused when it is typed."""
    with pytest.raises(NotAllowed):
        FIELD_KINDS[name].parse(WRONG_TYPED[name], CONTEXT)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.binary(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("name", sorted(FIELD_KINDS))
@settings(max_examples=40)
@given(value=VALUES)
def test_decodes_its_own_kind_or_refuses(name, value):
    """Any value is read as this kind and written again the same, or refused; nothing else happens."""
    kind = FIELD_KINDS[name]
    try:
        found = kind.decode(value, CONTEXT)
    except NotAllowed:
        return
    assert cbor.encode(kind.encode(found, CONTEXT)) == cbor.encode(value)


@pytest.mark.parametrize("name", sorted(FIELD_KINDS))
@pytest.mark.parametrize("value", [True, 1.5, object(), [1.5], {"a": 1}, [True, True], ["amber", True]])
def test_refuses_values_of_another_kind(name, value):
    """True is no number, a float is nothing, and a list is no text."""
    with pytest.raises(NotAllowed):
        FIELD_KINDS[name].encode(value, CONTEXT)


def test_weak_content_is_found():
    """A blank text, an unset position and an error of nothing are findings, not faults."""
    assert FIELD_KINDS["text"].check("  ", CONTEXT)
    assert FIELD_KINDS["words"].check("", CONTEXT)
    assert FIELD_KINDS["position"].check((0, 0), CONTEXT)
    assert FIELD_KINDS["distance"].check((5, 0), CONTEXT)
    assert not FIELD_KINDS["distance"].check((5, 9), CONTEXT)


def test_bounds_are_kept():
    """Times lie in this century, texts have an end, angles lie within the circle."""
    for name, value in (
        ("time", 0),
        ("time", 10**18),
        ("angle", 360_000),
        ("angle", -1),
        ("count", -1),
        ("length", -1),
    ):
        with pytest.raises(NotAllowed, match="between"):
            FIELD_KINDS[name].encode(value, CONTEXT)
    with pytest.raises(NotAllowed, match="4000 are allowed"):
        FIELD_KINDS["text"].encode("x" * (MAX_TEXT + 1), CONTEXT)


def test_another_language_is_marked():
    """Words in another language than the reader's carry theirs; nothing is translated silently."""
    say = FIELD_KINDS["text"].say
    assert (say("見えた", Context({}, "ja"), "en"), say("見えた", Context({}, "ja"), "ja")) == ("[ja] 見えた", "見えた")
