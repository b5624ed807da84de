"""Turns of a thread: who speaks with whom, whose each translation is, and what is no turn of its own."""

from searoom.console.hotline import threads


def test_what_acknowledges_is_no_turn_and_units_have_a_room_of_their_own(nodes_at_work):
    """Receipts, readings and tests are states; a channel that is named shows that channel alone."""
    scene = nodes_at_work
    asked = scene.say("hotline-contact", {"phrase": "please-answer"}, "amber-1")
    scene.say("read", {}, "coral-1", channel="hotline", reply_to=asked)
    answer = scene.say("hotline-contact", {"phrase": "we-are-here"}, "coral-1", reply_to=asked)
    view = scene.view()

    assert [asked, answer] == [one.ref for one in threads.between(view, "coral")]
    assert [asked, answer] == [one.ref for one in threads.between(view, "coral", "hotline")]
    assert [] == [one.ref for one in threads.between(view, "coral", "desk")]
    assert ("coral",) == threads.counterparts(view)


def test_an_agreed_phrase_has_the_words_of_each_language_and_the_readers_first(nodes_at_work):
    """The original is in its author's language, the book's words are marked with the book and its version."""
    scene = nodes_at_work
    ref = scene.say("hotline-contact", {"phrase": "we-are-here"}, "coral-1", lang="zh")
    view = scene.view()

    for reader, first in (("en", "We are on the line."), ("ja", "こちらは回線に出ています。")):
        turn = threads.turn(view, view.account.message(ref), reader)
        assert [("我方已在线。", "zh-Hans")] == [(said.words, said.lang) for said in turn.original]
        assert (first, "book", "hotline-contact", 1) == (
            turn.translations[0].said.words, turn.translations[0].maker, turn.translations[0].by,
            turn.translations[0].version,
        )  # fmt: skip
        assert 2 == len(turn.translations)


def test_swapping_who_speaks_swaps_sides_and_nothing_else(nodes_at_work):
    """The same words from either side make the same turn."""
    scene = nodes_at_work
    made = "of=text; text=ja: 確認願います。; maker=author; review=unreviewed"
    refs = [
        scene.say("hotline-message", {"text": "Please confirm.", "translation": made}, f"{party}-1", f"{party}-2")
        for party in ("amber", "coral")
    ]
    view = scene.view()

    one, other = (threads.turn(view, view.account.message(ref), "en") for ref in refs)

    assert (one.original, one.files, one.more) == (other.original, other.files, other.more)
    assert ["Amber", "Coral"] == [turn.translations[0].by for turn in (one, other)]


def test_what_they_are_said_to_have_said_is_understood_beside_its_words(nodes_at_work):
    """A transcript shows the words and the form as our officer understood it, and that it is a transcript."""
    scene = nodes_at_work
    ref = scene.say("transcribed", {
        "said_by": "coral", "medium": "telephone", "heard_by": "Lt Reed", "at": "2026-06-03T02:20Z", "words": "On line.",
    }, "amber-1", channel="hotline")  # fmt: skip
    view = scene.view()

    turn = threads.turn(view, view.account.message(ref), "en")

    assert turn.transcript
    assert "On line." in [said.words for said in turn.original]
    assert [ref] == [one.ref for one in threads.between(view, "coral", "hotline")]


def test_the_newest_are_shown_and_how_many_stand_before(nodes_at_work):
    """Pages follow on each other without a gap or a double."""
    items = list(range(10))
    assert ((7, 8, 9), 7) == threads.newest(items, 0, 3)
    assert ((4, 5, 6), 4) == threads.newest(items, 7, 3)
    assert ((0,), 0) == threads.newest(items, 1, 3)
    assert ((), 0) == threads.newest([], 0, 3)


def test_a_measured_value_stands_in_the_thread_with_its_error(nodes_at_work):
    """One line, never finer than the error, in the reader's language, beside what was measured and how."""
    scene = nodes_at_work
    scene.say("hotline-contact", {"phrase": "please-answer"}, "amber-1")
    ref = scene.say("measurement", {
        "dossier": "amber/0", "quantity": "range", "value_mm": "137.2 m", "error_mm": "25 m", "axis": "horizontal",
        "method": "radar", "source": "CORAL 34", "at": "2026-06-03T02:00:00Z",
    }, "coral-1", "coral-2", channel="desk")  # fmt: skip
    view = scene.view()

    for lang, label, metres in (("en", "value: ", "m"), ("ja", "値: ", "m"), ("zh", "数值: ", "米")):
        turn = threads.turn(view, view.account.message(ref), lang)
        assert [f"{label}140 {metres} ± 30 {metres}"] == [
            one.words for one in turn.original if one.words.startswith(label)
        ]
