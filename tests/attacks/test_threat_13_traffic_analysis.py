"""Threat 13: who sees the bytes sees when, how often and how long, and nothing of what kind of words they are."""

import pytest

from attacks.scene import Scene
from builders import SECOND_US, say
from searoom import cbor
from searoom.record.seal import OPENING_SIZES, Body
from searoom.signals import forms

BOOK = forms.load()
SAID = {
    "flash on the hotline": forms.from_text(BOOK, "hotline-message", {"text": "STOP ALL ENGINES"}, precedence="flash"),
    "routine on the hotline": forms.from_text(BOOK, "hotline-message", {"text": "Happy new year"}),
    "an agreed phrase": forms.from_text(BOOK, "hotline-contact", {"phrase": "we-are-here"}),
    "in Japanese": forms.from_text(BOOK, "hotline-message", {"text": "四時、了解。"}, lang="ja"),
}
HIDDEN = {5, 6}  # of a statement: the hashes
TIMED = {7}  # and the time that was claimed


def clear(scene: Scene, content: bytes) -> tuple[dict[object, object], Body, int]:
    """Return the clear fields of a statement over these words, its body and the length of its entry."""
    entry = say(scene.theirs, scene.coral.party, content)
    body = list(scene.theirs.entries("coral"))[-1][1]
    fields = cbor.decode(entry.statement.to_bytes())
    assert isinstance(fields, dict)
    return fields, Body.from_bytes(body), len(entry.to_bytes())


def test_threat_13_form_channel_and_precedence_are_in_no_clear_byte():
    """Of messages of different kind, channel, precedence and language all clear fields are the same but time and hashes."""
    scene = Scene()
    seen = {name: clear(scene, forms.encode(filled, BOOK)) for name, filled in SAID.items()}
    shown = [
        {key: value for key, value in fields.items() if key not in HIDDEN | TIMED} for fields, _, _ in seen.values()
    ]
    assert all(each == shown[0] for each in shown)
    assert 1 == len({len(body.ciphertext) for _, body, _ in seen.values()})
    assert 1 == len({len(body.to_bytes()) for _, body, _ in seen.values()})
    assert len({size for _, _, size in seen.values()}) <= 2  # an index of two digits has a byte more
    for name, filled in SAID.items():
        for word in (filled.form, filled.channel, filled.precedence):
            assert word.encode() not in seen[name][1].to_bytes()
    scene.in_step()
    scene.honest()


@pytest.mark.parametrize("length", [0, 1, 200, 201, 400, 5000, 60_000])
def test_threat_13_lengths_come_in_ten_steps(length):
    """Of a body's length only its step is seen: ten powers of two from 256 bytes to 128 KiB."""
    scene = Scene()
    _, body, _ = clear(scene, b"x" * length)
    assert len(body.ciphertext) - 16 in OPENING_SIZES
    assert len(body.ciphertext) - 16 <= max(256, 4 * length)
    scene.in_step()


def test_threat_13_what_leaks_is_just_this():
    """Author, recipients, mechanism, exercise, claimed time, end and kind are clear: as docs/threats.md says."""
    scene = Scene()
    entry = say(scene.theirs, scene.coral.party, b"x", until_us=scene.now_us + SECOND_US)
    fields = cbor.decode(entry.statement.to_bytes())
    assert isinstance(fields, dict)
    clear_fields = {key: value for key, value in fields.items() if key not in HIDDEN}
    assert {
        0: 1,
        1: "demo-2026",
        2: True,
        3: "coral",
        4: ["amber"],
        7: scene.now_us,
        8: scene.now_us + SECOND_US,
        9: 0,
    } == clear_fields
