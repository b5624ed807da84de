"""By other means, as an officer does it: what was said, of which entry, in a form with fields, by the node's clock."""

import re

import pytest

from console_at_work import fields_of, words
from searoom.statements.items import Transcribed

PAGE = "/say/transcribed"
HEX = "hexadecimal"


def begun(scene, one, ref, **more):
    """Return the boxes of a transcript that answers an entry of ours, as the link of other means opens it."""
    link = f"{PAGE}?reply_to={ref[0]}/{ref[1]}&field-said_by=coral&field-heard_by=amber-1&channel=hotline"
    return {
        **scene.opened(one, link), "reply_to": f"{ref[0]}/{ref[1]}", "channel": "hotline", "field-said_by": "coral",
        "field-heard_by": "amber-1", "field-medium": "telephone", "field-at": "2026-06-03T02:05:00", **more,
    }  # fmt: skip


def call(scene):
    """Let us say the opening phrase."""
    return scene.say("hotline-contact", {"phrase": "please-answer"}, "amber-1")


def test_a_transcript_says_which_entry_it_answers_and_what_was_understood(scene):
    """A form is chosen, its fields shown and filled in; nobody types bytes; what is signed holds both."""
    ref, one = call(scene), scene.sit()
    scene.shown(one, "/hotline", "We ask you to come to the line.")
    link = next(
        each
        for each in re.findall(r'href="([^"]+)"', one.get("/hotline/other-means")[2])
        if "transcribed?reply" in each
    )
    opened = one.get(link.replace("&amp;", "&"))[2]
    assert HEX not in opened
    assert '<option value="amber/0">Hotline: opening contact' in opened

    fields = begun(scene, one, ref, inside="hotline-contact")
    shown = one.post(PAGE, {**fields, "deed": "show"})[2]
    assert 'name="inside-field-phrase"' in shown
    assert "Nothing was sent" not in words(shown)
    looked = one.post(PAGE, {**fields, "inside-field-phrase": "we-are-here", "deed": "look"})[2]
    assert "We are on the line." in words(looked)
    assert "said to have been said by: coral (Coral)" in words(looked)
    status, headers, text = one.post(PAGE, {**fields_of(looked), "deed": "sign"})
    assert 303 == status, words(text)

    said = scene.view().account.message(("amber", int(headers["location"].rpartition("/")[2])))
    assert isinstance(said, Transcribed)
    assert (ref, "hotline-contact", "we-are-here", ref) == (
        said.filled.reply_to, said.understood.form, said.understood.fields["phrase"], said.understood.reply_to,
    )  # fmt: skip


def test_what_is_missing_in_the_form_inside_is_told_at_its_field(scene):
    """Nothing is signed, and the sentence stands with the field of the form that was chosen."""
    ref, one = call(scene), scene.sit()
    status, _, text = one.post(PAGE, {**begun(scene, one, ref, inside="hotline-contact"), "deed": "look"})

    assert 200 == status
    at_field = text.partition('id="field-inside-phrase-found"')[2].partition("</div>")[0]
    assert "The other side will find:" in at_field
    assert "Sign and send" not in text


@pytest.mark.parametrize("inside", ["transcribed", "hand-over", "line-test", "no-such-form"])
def test_a_form_that_cannot_stand_inside_is_refused(scene, inside):
    """Neither offered nor taken: not itself, no national note, nothing that a station writes."""
    ref, one = call(scene), scene.sit()
    fields = begun(scene, one, ref)
    assert f'value="{inside}"' not in one.get(PAGE)[2].partition('id="inside"')[2].partition("</select>")[0]
    status, _, text = one.post(PAGE, {**fields, "inside": inside, "field-words": "x", "deed": "look"})
    assert "Sign and send" not in text
    assert status in (200, 404)


def test_the_time_is_the_nodes_at_the_press_of_a_button(scene):
    """What else was typed stays; a link may bring it, too; the scenario's clock stands at its start."""
    ref, one = call(scene), scene.sit()
    fields = {**begun(scene, one, ref), "field-at": "", "field-words": "They come."}
    text = one.post(PAGE, {**fields, "deed": "now field-at"})[2]
    assert 'value="2026-06-03T02:00:00"' in text
    assert "They come." in text
    assert 'value="2026-06-03T02:00:00"' in one.get("/say/conveyed?field-at=now&reply_to=amber/0")[2]


@pytest.mark.parametrize(
    ("lang", "how", "goes"),
    [
        ("en", "How it was handed over", "goes to the counterpart"),
        ("ja", "渡した手段", "相手方に送付"),
        ("zh", "递交方式", "发给对方"),
    ],
)
def test_both_forms_speak_the_officers_words(scene, lang, how, goes):
    """Labels of people, and before anything is typed: that it goes to the other side."""
    ref, one = call(scene), scene.sit(lang=lang)
    conveyed = words(one.get(f"/say/conveyed?reply_to={ref[0]}/{ref[1]}")[2])
    assert how in conveyed
    assert goes in conveyed
    assert goes in words(one.get(PAGE)[2])


def test_from_the_printed_page_it_is_logged_that_it_was_handed_over(scene):
    """The page's own page leads to the form, with entry, party and time; who signs nothing is not led there."""
    ref = call(scene)
    one = scene.sit()
    scene.shown(one, "/hotline", "We ask you to come to the line.")
    page = f"/hotline/slip/{ref[0]}/{ref[1]}"
    assert f"/say/conveyed?reply_to={ref[0]}/{ref[1]}&amp;field-party=coral&amp;field-at=now" in one.get(page)[2]
    assert "/say/conveyed" not in scene.sit("audit-1").get(page)[2]


def test_an_answer_begins_as_pressing_as_what_it_answers(scene):
    """Offered, not ordered: the officer may choose another; an agreed phrase begins so, too."""
    ref = scene.say("hotline-contact", {"phrase": "please-answer"}, "coral-1", precedence="immediate")
    one = scene.sit()
    page = scene.shown(one, "/hotline", "We ask you to come to the line.")
    chosen = '<option value="immediate" selected>'

    assert chosen in one.get(f"/say/hotline-message?reply_to={ref[0]}/{ref[1]}")[2]
    assert chosen not in one.get("/say/hotline-message")[2]
    assert chosen not in one.get(f"/say/read?reply_to={ref[0]}/{ref[1]}")[2]
    assert chosen not in one.get(f"/say/hotline-message?reply_to={ref[0]}/{ref[1]}&precedence=routine")[2]
    assert chosen in page.partition('class="phrases"')[2].partition("</form>")[0]
