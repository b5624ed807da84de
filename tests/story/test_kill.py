"""Story: a node is killed with -9 between delivered and recorded, and started again."""

import asyncio
import shutil

from proxy import Proxy
from searoom.record.verify import verify_many
from stage import ask, dial, make_stage, open_line, sizes, tick


def test_node_killed_between_delivered_and_recorded_ends_in_the_same_account(tmp_path):
    """Amber speaks; coral's node signs the receipt, then dies before it cosigns. It comes back, and nothing is lost or doubled."""

    async def story() -> None:
        stage = make_stage(tmp_path)
        async with Proxy(stage.ports["coral"]) as line:
            dial(stage, "amber", "coral", line.port)
            try:
                await asyncio.to_thread(lambda: [stage.start(party) for party in stage.parties])
                await asyncio.to_thread(tick, stage, 10)
                author, index = await asyncio.to_thread(open_line, stage, "amber")

                line.freeze_after(2)  # the first asks what they hold, the second delivers, the third would be cosigned
                meeting = asyncio.create_task(asyncio.to_thread(ask, stage, "amber", do="meet"))
                await asyncio.wait_for(line.frozen.wait(), 120)
                stage.processes["coral"].kill()
                stage.processes["coral"].wait()
                line.thaw()
                met = await meeting
                reached = (await asyncio.to_thread(ask, stage, "amber", do="message", author=author, index=index))[
                    "reached"
                ]

                assert "coral" in met["faults"]
                assert {"handed over": True, "delivered": True, "recorded": False, "read": False} == reached

                await asyncio.to_thread(stage.start, "coral")
                for party in ("amber", "coral", "amber"):
                    assert (await asyncio.to_thread(ask, stage, party, do="meet"))["faults"] == {}
                reached = (await asyncio.to_thread(ask, stage, "amber", do="message", author=author, index=index))[
                    "reached"
                ]

                assert {"handed over": True, "delivered": True, "recorded": True, "read": False} == reached
                assert {"amber": 1, "coral": 1} == await asyncio.to_thread(sizes, stage, "amber")
                assert {"amber": 1, "coral": 1} == await asyncio.to_thread(sizes, stage, "coral")
                folders = [tmp_path / party / "record" for party in stage.parties]
                for party, folder in zip(stage.parties, folders, strict=True):
                    await asyncio.to_thread(ask, stage, party, do="export", folder=str(folder))
                one, other = verify_many(folders)
                assert one.roots == other.roots
            finally:
                await asyncio.to_thread(stage.stop)

    asyncio.run(story())
    shutil.rmtree(tmp_path)


def test_a_killed_node_is_shown_as_no_contact_since(tmp_path):
    """Amber's status says since when coral is silent, and why."""
    stage = make_stage(tmp_path)
    try:
        for party in stage.parties:
            stage.start(party)
        tick(stage, 10)
        ask(stage, "amber", do="meet")
        before = ask(stage, "amber", do="status")["lines"]["coral"]
        stage.processes["coral"].kill()
        stage.processes["coral"].wait()
        tick_amber = stage.scenario.start_us + 20_000_000
        ask(stage, "amber", do="tick", now_us=tick_amber)
        ask(stage, "amber", do="meet")
        after = ask(stage, "amber", do="status")["lines"]["coral"]

        assert before["last_fault"] in (None, "")
        assert before["last_contact"] == after["last_contact"] == "2026-06-03T02:00:10Z"
        assert after["last_fault"]
    finally:
        stage.stop()


def test_no_node_needs_an_officers_key(tmp_path):
    """With every person's key file moved away, both nodes start, meet, test the line and acknowledge: a node holds no person's key."""
    stage = make_stage(tmp_path)
    for party in stage.parties:
        (stage.folder(party) / "officers").rename(tmp_path / f"{party}-officers")
        (stage.folder(party) / "root").rename(tmp_path / f"{party}-root")
    try:
        for party in stage.parties:
            stage.start(party)
        tick(stage, 1800)
        for party in stage.parties:
            assert ask(stage, party, do="meet")["faults"] == {}
        held = sizes(stage, "amber")
    finally:
        stage.stop()

    assert {"amber": 2, "coral": 2} == held
