"""A node at work when cards change: over real sockets each side goes on meeting the other, a stolen link key included."""

import asyncio
import contextlib
from dataclasses import replace
from ssl import PEM_cert_to_DER_cert
from types import SimpleNamespace

import pytest

from builders import NOW_US, make_party
from deskside import CONTACT, forms_of, next_card, signed
from searoom.desk.serve import Service
from searoom.link.tls import make_certificate
from searoom.record.roster import Roster


@contextlib.asynccontextmanager
async def at_work(stage, party):
    """Run one node on its sockets until the block ends."""
    listening = asyncio.Event()
    service = Service(stage.folder(party), lambda _line: listening.set())
    running = asyncio.create_task(service.run())
    try:
        await asyncio.wait_for(listening.wait(), 30)
        yield service
    finally:
        service._stop.set()
        await running


async def meet(*services, rounds=6):
    """Let all meet in turn until each could; return the faults on the way there."""
    faults = []
    for _ in range(rounds):
        results = [next(iter((await service.meet_all()).values())) for service in services]
        faults += [result.fault for result in results if result.fault]
        if all(result.in_step for result in results):
            return faults
    raise AssertionError(faults)


def certificate(stage, party, folder):
    return PEM_cert_to_DER_cert((stage.folder(party) / folder / "link.crt").read_text())


@pytest.mark.parametrize("restart", [False, True])
def test_a_stolen_link_key_is_replaced_over_the_link_itself(stage, restart):
    """The old certificate is off the card at once; whether the node runs on or is started anew before, both meet again by the new one."""
    card = next_card(stage, "amber", why="stolen", drop_kem=True)

    async def story():
        async with contextlib.AsyncExitStack() as stack:
            coral = await stack.enter_async_context(at_work(stage, "coral"))
            first = contextlib.AsyncExitStack()
            amber = await first.enter_async_context(at_work(stage, "amber"))
            assert [] == await meet(amber, coral)
            amber.news(amber.node.issue_card(card), flash=False)
            if restart:
                await first.aclose()
                amber = await stack.enter_async_context(at_work(stage, "amber"))
            else:
                stack.push_async_callback(first.aclose)
            await meet(amber, coral)

            new = certificate(stage, "amber", "keys-1")
            assert (new,) == coral._pins()["amber"] == coral.node.record.roster.card("amber").link_certificates
            amber.node.submit(*signed(stage, amber.node, CONTACT, "amber-1"))
            coral.node.submit(*signed(stage, coral.node, CONTACT, "coral-1"))
            assert [] == await meet(coral, amber)
            assert [] == await meet(amber, coral)
            assert new == PEM_cert_to_DER_cert(amber._credentials.certificate.decode())
            assert forms_of(amber.node.account().items) == forms_of(coral.node.account().items)

    asyncio.run(story())


def test_a_plain_renewal_disturbs_no_meeting(stage):
    """Both certificates stand on the card: not one meeting fails, on either side."""
    card = next_card(stage, "amber")

    async def story():
        async with at_work(stage, "coral") as coral, at_work(stage, "amber") as amber:
            assert [] == await meet(amber, coral)
            amber.news(amber.node.issue_card(card), flash=False)
            assert [] == await meet(coral, amber)
            assert [] == await meet(amber, coral)
            both = tuple(certificate(stage, "amber", folder) for folder in ("keys-1", "keys"))
            assert both == coral._pinned["amber"] == coral._server._peers["amber"]

    asyncio.run(story())


def test_a_counterpart_that_does_not_answer_is_tried_with_each_certificate_in_turn(stage):
    """The answer that it had stored our card was lost: it takes the new certificate alone, and one of the next calls shows it."""
    card = next_card(stage, "amber", why="stolen", drop_kem=True)

    async def story():
        async with at_work(stage, "coral") as coral, at_work(stage, "amber") as amber:
            assert [] == await meet(amber, coral)
            amber.node.issue_card(card)
            coral.node.record.admit(amber.node.record.batch("amber", 0), now_us=coral.node.now())
            coral._admitted("amber")
            faults = await meet(amber)
            assert 1 <= len(faults) <= 2
            assert [] == await meet(amber, coral)

    asyncio.run(story())


def test_the_new_certificate_is_shown_as_soon_as_our_card_is_cosigned(stage):
    """No call need fail first: what they cosigned says that they know it."""
    card = next_card(stage, "amber", why="stolen", drop_kem=True)

    async def story():
        async with at_work(stage, "coral") as coral, at_work(stage, "amber") as amber:
            theirs, ours = coral.node.record, amber.node.record
            amber.node.issue_card(card)
            amber._follow_cards()
            old, new = (certificate(stage, "amber", folder) for folder in ("keys", "keys-1"))
            assert old == PEM_cert_to_DER_cert(amber._carriers["coral"]._credentials.certificate.decode())
            theirs.admit(ours.batch("amber", 0), now_us=coral.node.now())
            offered = ours.offer(now_us=amber.node.now())
            ours.accept_cosignature("coral", theirs.witness("amber", offered, now_us=coral.node.now()))
            amber._follow_cards()
            assert new == PEM_cert_to_DER_cert(amber._carriers["coral"]._credentials.certificate.decode())

    asyncio.run(story())


def test_pins_for_each_counterpart_what_is_made_out_to_it():
    """Teal copied amber's certificate onto its own card: amber's node is amber's when it calls, also where teal stands first."""
    ours, copy = (make_certificate(party, now_us=NOW_US)[2] for party in ("amber", "teal"))
    teal = replace(make_party("teal").card, link_certificates=(ours, copy))
    ring = Roster([teal, make_party("amber", link_certificate=ours).card])
    node = SimpleNamespace(record=SimpleNamespace(roster=ring), settings=SimpleNamespace(peers={"teal": 1, "amber": 2}))
    assert {"teal": (copy,), "amber": (ours,)} == Service._pins(SimpleNamespace(node=node))
