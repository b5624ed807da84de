"""What flashes: a fold of the record alone, ended by a signature of ours and by nothing else."""

from searoom.console import flashes


def test_only_what_is_flash_and_theirs_and_unsigned(nodes_at_work):
    """A routine message, one of ours, and one that an officer of ours has signed anything about do not flash."""
    scene = nodes_at_work
    scene.say("hotline-contact", {"phrase": "please-answer"}, "coral-1")
    scene.say("hotline-contact", {"phrase": "please-answer"}, "amber-1", precedence="flash")
    read = scene.say("hotline-contact", {"phrase": "safety-matter"}, "coral-1", precedence="flash")
    answered = scene.say("hotline-contact", {"phrase": "we-are-here"}, "coral-1", precedence="flash")
    open_still = scene.say("hotline-message", {"text": "Answer us."}, "coral-1", "coral-2", precedence="flash")

    assert {read, answered, open_still} == {one.ref for one in flashes.unread(scene.view())}
    scene.say("read", {}, "amber-1", channel="hotline", reply_to=read)
    scene.say("hotline-contact", {"phrase": "we-are-here"}, "amber-1", reply_to=answered)

    (left,) = flashes.unread(scene.view())
    assert (open_still, "coral", "hotline-message") == (left.ref, left.author, left.form)


def test_a_receipt_and_their_own_words_end_nothing(nodes_at_work):
    """A station's receipt is no person; the author does not sign for us; a new console sees the same."""
    scene = nodes_at_work
    ref = scene.say("hotline-contact", {"phrase": "safety-matter"}, "coral-1", precedence="flash")
    scene.say("hotline-contact", {"phrase": "nothing-further"}, "coral-1", reply_to=ref)

    first, second = scene.view(), scene.view()

    assert [ref] == [one.ref for one in first.flashes]
    assert first.flashes == second.flashes
    assert first.account.delivered(ref, "amber").at_us == first.flashes[0].since_us
