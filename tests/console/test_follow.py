"""A console follows its node: the same account, what is new at once, and silence said as silence."""

import asyncio

import pytest

from deskside import CONTACT, at_work, key_file, meet, tick
from searoom import officer
from searoom.console.follow import Follower
from searoom.errors import NotAllowed
from searoom.signals import forms

BOOK = forms.load()


def contact(stage, party="amber"):
    """Let one officer open contact."""
    return officer.say(stage.folder(party), key_file(stage, f"{party}-1"), CONTACT, BOOK)


def test_the_account_is_the_nodes_own(stage):
    """Folded here and there, the same entries give the same account, countersignatures too."""
    with at_work(stage) as nodes:
        contact(stage)
        contact(stage, "coral")
        meet(nodes)
        follower = Follower(stage.folder("amber"))
        asyncio.run(follower.step(0))

        there = nodes["amber"].node.account()
        assert there == follower.view.account
        assert there.recorded == follower.view.account.recorded
        assert nodes["amber"].node.duties() == follower.view.duties
        assert nodes["amber"].node.national.size == len(follower.view.notes)


def test_what_is_new_comes_without_being_read_twice(stage):
    """A step asks for what is beyond what is held, and for nothing else."""
    with at_work(stage, "amber") as nodes:
        follower = Follower(stage.folder("amber"))
        asyncio.run(follower.step(0))
        before = dict(follower.view.account.sizes)
        contact(stage)
        asyncio.run(follower.step(5))

        assert before["amber"] + 1 == follower.view.account.sizes["amber"]
        assert nodes["amber"].node.account() == follower.view.account


def test_a_node_that_ends_is_said_to_be_silent_and_followed_again(stage):
    """What was held stays shown with the time of the silence; when the node is back, the silence ends."""
    with at_work(stage, "amber"):
        contact(stage)
        follower = Follower(stage.folder("amber"))
        asyncio.run(follower.step(0))
    held = follower.view.account

    async def go():
        running = asyncio.create_task(follower.run())
        number = follower.number
        number = await follower.changed(number, 10)
        assert follower.view.silent_us is not None
        assert held == follower.view.account
        with at_work(stage, "amber"):
            while follower.view.silent_us is not None:
                before, number = number, await follower.changed(number, 20)
                assert before != number
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    asyncio.run(go())
    assert held == follower.view.account


def test_a_changed_grade_is_shown_before_anything_else_is_asked(stage):
    """While the node still owes its status, the page has the new grade and the chart is rung; no second bell follows."""

    async def go():
        follower = Follower(stage.folder("amber"))
        await follower.step(0)
        ask, free, bell = follower.ask, asyncio.Event(), follower.sea.bell

        async def slow(request):
            if request["do"] != "follow":
                await free.wait()
            return await ask(request)

        follower.ask = slow
        number = follower.number
        for second in range(0, 701, 50):
            await asyncio.to_thread(tick, stage, "amber", second)
        step = asyncio.create_task(follower.step(5))
        assert number + 1 == await follower.changed(number, 20.0)
        assert not step.done()
        assert ["CORAL 34"] == [row["b"] for row in follower.view.picture["open"]]
        assert await follower.sea.rung(bell, 0.0)
        bell = follower.sea.bell
        free.set()
        await step
        assert number + 2 == follower.number
        assert bell is follower.sea.bell

    with at_work(stage, "amber"):
        asyncio.run(go())


def test_whoever_waits_for_nothing_is_told_so(stage):
    """A wait ends, with the number that was there before."""
    with at_work(stage, "amber"):
        follower = Follower(stage.folder("amber"))

        async def go():
            assert 0 == await follower.changed(0, 0.05)
            assert not await follower.holding(("amber", 5), 0.05)

        asyncio.run(go())


def test_a_folder_without_a_running_node_is_refused(stage):
    """There is nothing to show without a node, and the advice says how to start one."""
    with pytest.raises(NotAllowed, match="no node is running"):
        Follower(stage.folder("amber"))


def test_streams_that_break_off_leave_nothing_held(stage):
    """However often and however brutally those who wait are cancelled, the next view is shown and all others get it."""

    async def break_off(follower, turns):
        for turn in range(turns):
            task = asyncio.create_task(follower.changed(follower.number, 20.0))
            for _ in range(turn % 7):
                await asyncio.sleep(0)
            while not task.done():  # a server that ends a stream cancels again and again
                task.cancel()
                await asyncio.sleep(0)

    async def tale():
        follower = Follower(stage.folder("amber"))
        await follower.step(0)
        stays = asyncio.create_task(follower.changed(follower.number, 20.0))
        breaking = [asyncio.create_task(break_off(follower, 200)) for _ in range(20)]
        before = follower.number
        for _ in range(10):
            await asyncio.wait_for(follower.step(0), 10.0)
        await asyncio.gather(*breaking)
        await asyncio.wait_for(follower.step(0), 10.0)
        return before + 11, follower.number, await asyncio.wait_for(stays, 5.0) > before

    with at_work(stage, "amber"):
        expected, number, told = asyncio.run(tale())
        assert (expected, True) == (number, told)


def test_a_note_that_this_version_cannot_read_is_counted_and_stops_nothing(stage):
    """What a newer version noted is left out and said; the notes behind it, and the account, are there."""
    with at_work(stage, "amber") as nodes:
        follower = Follower(stage.folder("amber"))
        asyncio.run(follower.step(0))
        before = len(follower.view.notes)
        for words in ("one", "two"):
            filled = forms.from_text(
                BOOK,
                "watch-entry",
                {"kind": "remark", "words": words, "at": "2026-06-03T02:00:00Z", "person": "Watch 1"},
                channel="national",
                lang="en",
            )
            nodes["amber"].node.notebook.note(filled)
        follower._book = forms.FormBook(tuple(form for form in BOOK.forms if form.name != "watch-entry"))
        contact(stage)
        asyncio.run(follower.step(0))

        assert (before, 2) == (len(follower.view.notes), follower.view.unread_notes)
        assert 1 == len(follower.view.account.messages("hotline-contact"))
