"""What stands beside words: what they answer, terms of all three sources, and advice that stops nobody."""

from console_at_work import words

PAGE = "/say/hotline-message"
OWN = """
review = { en = "ours", ja = "unreviewed", zh = "unreviewed" }
[term.rock]
en = ["the outer rock"]
ja = ["外岩"]
zh = ["外礁"]
source = "our own chart"
"""


def typed(scene, one, **more):
    """Return what the page's script is answered while somebody types."""
    fields = {f"field-{name}" if name == "text" else name: value for name, value in more.items()}
    status, _, text = one.post(PAGE, {**scene.opened(one, PAGE), **fields}, X_Live="1")
    assert 200 == status
    return words(text)


def test_what_is_answered_stands_beside_the_form(scene):
    """Original and translation of the entry, in a form that answers it and in one that translates it."""
    scene.say("hotline-message", {"text": "请贵方确认。"}, "coral-1", "coral-2", lang="zh")
    one = scene.sit()
    scene.shown(one, "/hotline", "请贵方确认。")

    for page in (f"{PAGE}?reply_to=coral/0", "/say/translation-note?field-entry=coral/0"):
        assert "What it is about" in words(one.get(page)[2])
        assert "请贵方确认。" in one.get(page)[2]
    assert "What it is about" not in words(one.get(f"{PAGE}?reply_to=coral/77")[2])


def test_terms_of_a_party_of_its_agreement_and_of_the_house(scene):
    """A party's own table is read from its folder; one that cannot be read is told, and the others stay."""
    one, own = scene.sit(), scene.stage.folder("amber") / "glossary.toml"
    own.write_text(OWN, encoding="utf-8")
    text = typed(scene, one, text="Our warship is off the outer rock.")
    assert "外礁" in text
    assert "艦艇" in text

    own.write_text("no table", encoding="utf-8")
    text = typed(scene, one, text="Our warship is off the outer rock.")
    assert "Your own glossary cannot be read" in text
    assert "艦艇" in text


def test_advice_is_given_and_stops_nobody(scene):
    """Words of sovereignty are told while typing and before signing; the message is signed all the same."""
    one = scene.sit()
    said = "Leave our territorial sea."
    assert "You decide." in typed(scene, one, text=said)

    status, _, text = one.post(PAGE, {**scene.opened(one, PAGE), "field-text": said, "deed": "look"})

    assert 200 == status
    assert "You decide." in words(text)
    assert "Sign the draft" in words(text)
