"""The pages of the hand-over: what is open, the remark of who leaves, the signature of who takes the watch."""

from collections.abc import Mapping, Sequence
from typing import Final

from starlette.responses import Response

from searoom import officer
from searoom.console.asked import Asked, Page
from searoom.console.saying import key_file, officer_of, once, readings, typed_passphrase
from searoom.console.watchkeeping import handing
from searoom.console.watchkeeping.handing import KINDS, Open
from searoom.console.watchkeeping.noted import clocks, entry, may_write, settings_of, shown, write
from searoom.errors import NotAllowed
from searoom.officer import Placed
from searoom.signals.forms import Filled

PATH: Final = "/watch/hand-over"
EARLIER: Final = 20
CHANGED: Final = 409

Held = Mapping[str, Sequence[Open]]


async def hand_over(asked: Asked) -> Response:
    """Show what is open; take a remark; show it once more to who takes the watch; take the signature."""
    if asked.request.method != "POST":
        return _show(asked)
    typed = await asked.posted()
    if typed.get("deed") == "remark":
        filled = entry(asked, "remark", typed.get("words", ""), {})
        return await write(asked, typed, filled, PATH)
    return await _take(asked, typed)


def _show(asked: Asked) -> Response:
    held, wrong = settings_of(asked)
    view, roster = asked.view, asked.house.follower.table.roster
    past = [at for at, note in enumerate(view.notes) if note.filled.form == handing.FORM][-EARLIER:]
    return asked.page(
        "watchkeeping/hand-over.html", open=handing.standing(view, asked.texts), kinds=KINDS, at=clocks(asked, held),
        remarks=handing.remarks(view), taken=handing.taken(view, roster), may_write=may_write(asked), wrong=wrong,
        past=[handing.of(view, at, roster) for at in reversed(past)], held=held,
    )  # fmt: skip


async def _take(asked: Asked, typed: Mapping[str, str]) -> Response:
    """Let the relieving officer look once more, then sign; what came since it was shown is shown first."""
    if not may_write(asked):
        raise NotAllowed(asked.texts("page.not_your_role"))
    if asked.view.unread or asked.view.silent_us is not None:
        raise NotAllowed(asked.texts("handing.reading"))
    open_now = handing.standing(asked.view, asked.texts)
    filled = _filled(asked, open_now)
    seen = typed.get("seen", "").split()
    told = [str(note.at_us) for note in handing.remarks(asked.view)]
    same = set(seen) == set(_marks(open_now, told))
    if typed.get("deed") != "sign" or not same:
        return _look(asked, open_now, filled, seen if typed.get("deed") == "sign" else None)
    placed_at: list[int] = []

    def sign() -> Placed:
        placed = officer.say(
            asked.house.folder, key_file(asked), filled, asked.view.book, passphrase=typed_passphrase(typed)
        )
        placed_at.append(placed.index or 0)
        return placed

    answer = await once(asked, typed, sign, asked.view.book.form(handing.FORM), to="/watch")
    await shown(asked, placed_at)
    return answer


def _marks(open_now: Held, told: Sequence[str]) -> list[str]:
    return [*handing.marks(open_now), *told]


def _filled(asked: Asked, open_now: Held) -> Filled:
    before = handing.taken(asked.view, asked.house.follower.table.roster)
    told = [
        f"{note.filled.fields['person']}: {' '.join(str(note.filled.fields['words']).split())}"
        for note in handing.remarks(asked.view)
    ]
    return handing.filled(
        asked.view, open_now, taken_by=officer_of(asked), given_by="" if before is None else before.by,
        remarks="\n".join(told), lang=asked.lang,
    )  # fmt: skip


def _look(asked: Asked, open_now: Held, filled: Filled, seen: Sequence[str] | None) -> Response:
    """Show what will be signed; `seen` are the marks of what was shown before, where something has changed since."""
    held, _ = settings_of(asked)
    told = [str(note.at_us) for note in handing.remarks(asked.view)]
    marks = _marks(open_now, told)
    new = frozenset() if seen is None else handing.since(open_now, seen)
    return asked.page(
        "watchkeeping/hand-look.html", 200 if seen is None else CHANGED, open=open_now, kinds=KINDS,
        readings=readings(asked, filled), marks=" ".join(marks), changed=seen is not None, new=new,
        gone=0 if seen is None else len(set(seen) - set(marks)), officer=officer_of(asked), at=clocks(asked, held),
        taken=handing.taken(asked.view, asked.house.follower.table.roster), remarks=handing.remarks(asked.view),
    )  # fmt: skip


def past(asked: Asked) -> Response:
    """Show a hand-over as it was signed, and whether its signature holds."""
    held, _ = settings_of(asked)
    index = int(asked.request.path_params["index"])
    one = handing.of(asked.view, index, asked.house.follower.table.roster)
    form = asked.view.book.form(handing.FORM)
    fields = [
        (each.label[asked.lang], str(one.note.filled.fields[each.name]).splitlines())
        for each in form.fields
        if each.name in ("remarks", *KINDS) and each.name in one.note.filled.fields
    ]
    return asked.page("watchkeeping/handed.html", one=one, fields=fields, at=clocks(asked, held))


PAGES: Final = (
    Page(PATH, "hand_over", hand_over, posts=True, follows=True),
    Page("/watch/hand-over/{index:int}", "handed", past, follows=True),
)
