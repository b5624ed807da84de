"""What goes without saying when a form opens: the precedence of an answer, the time of a press, an officer's words."""

from searoom.account import ref_text
from searoom.clock import to_text
from searoom.console import fields
from searoom.console.hotline import supposed
from searoom.review.texts import Texts


def test_an_answer_in_words_is_as_pressing_as_what_it_answers_and_nothing_else_is(nodes_at_work):
    """Not what only says that it was read, not what is about an entry of ours, and never against what a link brings."""
    scene = nodes_at_work
    theirs = scene.say("hotline-contact", {"phrase": "please-answer"}, "coral-1", precedence="flash")
    ours = scene.say("hotline-contact", {"phrase": "please-answer"}, "amber-1", precedence="flash")
    view = scene.view()

    def opened(form, ref, **more):
        return supposed.supposed(view, view.book.form(form), {"reply_to": ref_text(ref), **more}).get("precedence")

    assert "flash" == opened("hotline-message", theirs)
    assert "routine" == opened("hotline-message", theirs, precedence="routine")
    assert [None] * 3 == [opened("read", theirs), opened("conveyed", ours), opened("hotline-message", ("amber", 99))]
    assert [ref_text(ours)] == [ref for ref, _ in supposed.answerable(view, view.book.form("transcribed"), "en")]
    assert [] == supposed.answerable(view, view.book.form("hotline-message"), "en")


def test_a_button_beside_a_time_sets_it_and_signs_nothing(nodes_at_work):
    """A link may bring the same; every other deed is left to who looks and signs."""
    view = nodes_at_work.view()
    form = view.book.form("conveyed")
    now = to_text(view.now_us)

    assert {"deed": "now field-at", "field-at": now} == supposed.pressed({"deed": "now field-at"}, view.now_us)
    assert now == supposed.supposed(view, form, {"field-at": "now"})["field-at"]
    assert {"deed": "show"} == supposed.pressed({"deed": "show"}, view.now_us)
    assert [None] * 3 == [supposed.pressed({"deed": deed}, 0) for deed in ("look", "sign", "now passphrase")]


def test_labels_are_an_officers_words_where_there_are_any(nodes_at_work):
    """In the language of the page; a field without such words keeps the label of its form."""
    view = nodes_at_work.view()
    form = view.book.form("conveyed")
    for lang, label in (("en", "How it was handed over"), ("ja", "渡した手段"), ("zh", "递交方式")):
        rows = supposed.asked(fields.drawn(form, {}, (), lang, {}), form, Texts(lang, "searoom.console"))
        assert label in {one.label for one in rows}
    other = view.book.form("hotline-contact")
    drawn = fields.drawn(other, {}, (), "en", {})
    assert drawn == supposed.asked(drawn, other, Texts("en", "searoom.console"))
