"""Story: what is national never leaves: a canary in every national field, searched for in every byte that does."""

import asyncio

from bridge_at_work import BESIDE, HEAD_ON, REGISTRY, ZONE_FILE, Watch
from searoom import cbor
from searoom.desk import asking as desk
from searoom.desk.serve import Service
from searoom.link.answerer import Answerer
from searoom.link.carriers import LoopCarrier
from searoom.link.courier import Courier
from searoom.node.node import Node
from searoom.review import render
from searoom.signals.forms import Filled, Form
from stage import make_stage

CANARY = "canary-4f1c9a"
NUMBER = 987_654_321_987
TIME = 1_234_567_890_123_457
VALUES = {
    "line": CANARY,
    "text": CANARY,
    "words": CANARY,
    "unit": CANARY.upper(),
    "bytes": CANARY.encode(),
    "translation": {"of": "words", "text": ("ja", CANARY), "maker": "author", "review": "unreviewed"},
    "digest": CANARY.encode().ljust(32, b"-"),
    "time": TIME,
    "length": NUMBER,
    "count": NUMBER,
    "integer": NUMBER,
    "angle": 123_457,
    "speed": 9_876_543,
    "distance": (987_654_321, 1_234_567),
    "duration": NUMBER,
    "position": (317_654_321, -1_654_321_987),
    "party": "coral",
    "log": "coral",
    "ref": ("coral", NUMBER),
}


def national(form: Form) -> Filled:
    """The form with a canary in every one of its fields."""
    fields = {
        each.name: next(iter(each.choices)) if each.kind == "choice" else VALUES.get(each.kind, CANARY)
        for each in form.fields
    }
    return Filled(form.name, form.version, "national", "routine", "en", fields)


def marks(filled: Filled) -> list[bytes]:
    """The bytes by which one would know a canary: as text, and as CBOR writes its numbers."""
    found = [CANARY.encode(), CANARY.upper().encode()]
    for value in filled.fields.values():
        if isinstance(value, int):
            found.append(cbor.encode(value))
        elif isinstance(value, tuple):
            found += [cbor.encode(item) for item in value if isinstance(item, int)]
    return found


def test_no_canary_of_a_national_field_leaves(tmp_path):
    """Amber writes a canary into each field of each national form, then says everything that leaves by itself, and exports."""
    stage = make_stage(tmp_path)
    amber = Service(stage.folder("amber"), lambda _line: None)
    coral = Service(stage.folder("coral"), lambda _line: None)
    left: list[bytes] = []
    forms = [form for form in amber.node.book.forms if form.visibility == "national"]
    filled = [national(form) for form in forms]
    assert len(filled) >= 5
    for each in filled:
        amber.node.notebook.note(each)
    coral.node.say_automatic("line-test", {})
    amber.node.say_automatic("line-test", {})

    exchange(amber.node, coral.node, left)
    amber.node.export(tmp_path / "export")
    left += [path.read_bytes() for path in (tmp_path / "export").rglob("*") if path.is_file()]
    for request in ({"do": "status"}, {"do": "material"}):
        left.append(desk.pack(asyncio.run(amber._handle(request))))
    left += [
        render.joint(amber.node.account(), amber.node.agreement, lang=lang).encode() for lang in ("en", "ja", "zh")
    ]
    left += contents(amber.node)
    sealed = [entry.released.to_bytes() for entry, _ in amber.node.national.read()]
    amber.node.close()
    coral.node.close()

    everything = b"\n".join(left)
    assert len(everything) > 10_000
    for each in filled:
        assert [mark for mark in marks(each) if mark in everything] == []
    assert [data for data in sealed if data in everything] == []


def test_nothing_of_a_watch_leaves(tmp_path):
    """A bridge sees, names, answers and is warned, each with a canary in it: peers, export and joint page hold none of it."""
    stage = make_stage(tmp_path)
    watch = Watch(stage, zones=ZONE_FILE.replace("pearl", CANARY), registry=REGISTRY.replace("CORAL 34", CANARY))
    coral = Node.open(stage.folder("coral"))
    watch.sail(20, {7: HEAD_ON, 8: BESIDE})
    watch.ask("tag", track="radar:bridge:7", unit=CANARY, begin="", end="", by=CANARY, note=CANARY)
    watch.ask("acknowledge", names=[CANARY], by=CANARY)
    watch.ask("snooze", names=[CANARY], minutes=10, by=CANARY)
    watch.sail(320, {7: HEAD_ON, 8: BESIDE})
    seen = watch.ask("encounters")
    noted = [filled.form for _, filled in watch.node.notebook.notes(*(form.name for form in watch.node.book.forms))]
    left: list[bytes] = []
    exchange(watch.node, coral, left)
    watch.node.export(tmp_path / "export")
    left += [path.read_bytes() for path in (tmp_path / "export").rglob("*") if path.is_file()]
    left += [render.joint(watch.node.account(), watch.node.agreement, lang="en").encode(), *contents(watch.node)]
    watch.kill()
    coral.close()

    assert {"track-note", "encounter-note", "company-note", "zone-note", "bell-note", "tag-note"} <= set(noted)
    assert CANARY in str(seen)
    everything = b"\n".join(left)
    assert [word for word in (CANARY, "radar:bridge", "AMBER 22", "RATTM") if word.encode() in everything] == []


def test_the_search_finds_a_canary_that_is_said(tmp_path):
    """The search itself works: a canary in a shared form is found in what left."""
    stage = make_stage(tmp_path)
    amber, coral = (Node.open(stage.folder(party)) for party in ("amber", "coral"))
    amber.say_automatic("receipt", {"party": "coral", "size": NUMBER})
    left: list[bytes] = []
    exchange(amber, coral, left)
    left += contents(amber)
    amber.close()
    coral.close()

    assert cbor.encode(NUMBER) in b"\n".join(left)


def exchange(node: Node, peer: Node, left: list[bytes]) -> None:
    """Let two nodes meet, each calling the other; keep every byte that `node` put on the line, asking or answering."""
    for caller, called in ((node, peer), (peer, node)):
        answerer = Answerer(
            called.record,
            agreement=called.rules_hash,
            now=called.now,
            on_admitted=lambda _party, called=called: called.acknowledge(),
            mail=called.postbox,
        )

        async def handler(data: bytes, answerer=answerer, caller=caller) -> bytes:
            answer = await answerer.handle(caller.party, data)
            left.append(data if caller is node else answer)
            return answer

        courier = Courier(
            caller.record,
            called.party,
            LoopCarrier(handler),
            agreement=caller.rules_hash,
            now=caller.now,
            on_admitted=lambda _party, caller=caller: caller.acknowledge(),
            mail=caller.postbox,
        )

        async def story(courier=courier) -> None:
            for _ in range(3):
                met = await courier.meet()
                assert met.fault == ""

        asyncio.run(story())


def contents(node: Node) -> list[bytes]:
    """Return what is inside the bodies of our shared log: a seal must not hide a leak from the search."""
    return [node.openings.require(entry.statement, body).content for entry, body in node.record.entries(node.party)]
