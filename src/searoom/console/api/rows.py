"""What a console knows, as rows for programs: times are ISO 8601 with a Z, and each name ends in its unit.

Pure: each row is made of a view and of what the node told of the craft.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, cast

from searoom.account import Again, Closed, Item, Message, Notice, State, Transcribed, ref_text
from searoom.clock import to_text
from searoom.console import matters
from searoom.console.craft import HeldSea
from searoom.console.view import Note, View
from searoom.errors import NotAllowed
from searoom.matters.delivery import Recipient, delivery
from searoom.obligations.standing import facts
from searoom.signals.schema import to_json
from searoom.watch.noting import SIGMAS, TRACK

Row = dict[str, Any]
REVIEWED: Final = "review-agreed"
MAX_DIGITS: Final = 16
_E7: Final = 10_000_000


def status(view: View) -> Row:
    """Return how the node is, in short."""
    told = view.status
    return {
        "party": view.party,
        "agreement": view.agreement.id,
        "exercise": view.agreement.exercise,
        "now": to_text(view.now_us),
        "answers": view.silent_us is None,
        "silent_since": None if view.silent_us is None else to_text(view.silent_us),
        "healing": bool(told.get("healing", False)),
        "log_entries": dict(view.account.sizes),
        "unread_entries": view.unread,
        "open_encounters": grades(view),
        "drafts": len(view.drafts),
        "blind_sensors": dict(told.get("blind", {})),
        "evidence": dict(told.get("evidence", {})),
        "disk_free_bytes": told.get("disk", {}).get("free_bytes"),
        "versions": dict(told.get("versions", {})),
    }


def grades(view: View) -> dict[str, int]:
    """Return how many encounters are open, by grade."""
    found: dict[str, int] = {}
    for one in view.picture.get("open", ()):
        found[str(one["grade"])] = found.get(str(one["grade"]), 0) + 1
    return found


def lines(view: View) -> list[Row]:
    """Return the line to each counterpart that has a node."""
    return [
        {
            "party": one.party,
            "up": one.up,
            "last_contact": _at(one.contact_us),
            "silent_since": one.silent or None,
            "fault": one.fault or None,
            "verdict": one.verdict,
            "key_exchange": one.key_exchange or None,
            "last_test": _at(one.tested_us),
            "waiting": one.waiting,
        }
        for one in matters.lines(view)
    ]


def encounters(view: View, sea: HeldSea) -> list[Row]:
    """Return the open encounters, the most pressing first; both places of the closest approach where they are known."""
    placed = {frozenset((pair["a"], pair["b"])): pair for pair in sea.pairs}
    return [_encounter(one, placed.get(frozenset((one.a, one.b)))) for one in matters.near(view)]


def _encounter(one: matters.Near, pair: Mapping[str, Any] | None) -> Row:
    swapped = pair is not None and pair["a"] != one.a
    now: Mapping[str, Any] = pair or {}
    ends = ("b", "a") if swapped else ("a", "b")
    points = {
        f"{what}_{own}": now.get(f"{what}_{end}")
        for what in ("from", "cpa")
        for own, end in zip("ab", ends, strict=True)
    }
    return {
        "a": one.a,
        "b": one.b,
        "grade": str(one.grade),
        "since": to_text(one.since_us),
        "changed": to_text(one.at_us),
        "range_m": now.get("range_m", one.range_m),
        "range_error_m": now.get("range_error_m", one.range_error_m),
        "cpa_m": now.get("cpa_m", one.cpa_m),
        "cpa_error_m": now.get("cpa_error_m", one.cpa_error_m),
        "cpa_at": to_text(now.get("cpa_us", one.cpa_us)),
        "geometry": one.geometry,
        "answered": now.get("answered"),
        **{f"{name}_lon_lat_deg": point for name, point in points.items()},
    }


def craft(sea: HeldSea) -> Iterator[Row]:
    """Yield where each craft was when it was last told of."""
    columns = {name: column.tolist() for name, column in sea.columns.items()}
    for place, who in enumerate(sea.who):
        at_us = int(columns["time_us"][place])
        yield {
            "id": columns["ids"][place],
            "craft": who.name,
            "label": who.label or None,
            "unit": who.unit or None,
            "party": who.party or None,
            "kind": who.kind or None,
            "flying": bool(columns["flying"][place]),
            "at": to_text(at_us),
            "age_s": max((sea.now_us - at_us) // 1_000_000, 0),
            "lat_deg": round(columns["lat_deg"][place], 7),
            "lon_deg": round(columns["lon_deg"][place], 7),
            "error_m": _known(columns["sigma_m"][place] * SIGMAS),
            "course_deg": _known(columns["course_deg"][place]),
            "speed_mps": _known(columns["speed_mps"][place], 2),
            "height_m": _known(columns["alt_m"][place]),
            "source": sea.sources[columns["source"][place]],
        }


def tracks(notes: Sequence[Note], from_us: int, to_us: int, names: frozenset[str]) -> Iterator[Row]:
    """Yield the positions that the lookout noted in a time, in its order; of all craft where none is named."""
    for note in notes:
        fields = note.filled.fields
        if note.filled.form != TRACK or not from_us <= (at_us := _whole(fields["at"])) <= to_us:
            continue
        if names and str(fields["craft"]) not in names:
            continue
        lat, lon = cast("tuple[int, int]", fields["where"])
        yield {
            "craft": str(fields["craft"]),
            "source": str(fields["source"]),
            "at": to_text(at_us),
            "lat_deg": lat / _E7,
            "lon_deg": lon / _E7,
            "error_m": _whole(fields["error_mm"]) / 1000 if "error_mm" in fields else None,
        }


def message(view: View, item: Item | Again) -> Row:
    """Return one entry of the record: what it is, who signed it, and what it says where we can read it."""
    row: Row = {
        "ref": ref_text(item.ref),
        "log": item.ref[0],
        "index": item.ref[1],
        "author": item.author,
        "recipients": list(item.recipients),
        "what": _what(item),
        "claimed_at": to_text(item.claimed_us),
        "placed_at": to_text(item.placed_us),
        "valid_until": _at(item.until_us),
        "signed_by": [one.holder for one in item.signers],
        "doubtful": item.doubtful or None,
        "closed": item.why if isinstance(item, Closed) else None,
    }
    filled = item.filled if isinstance(item, Message | Transcribed) else None
    form = None if filled is None else view.book.form(filled.form)
    return {
        **row,
        "form": None if filled is None else filled.form,
        "automatic": form is not None and form.automatic,
        "channel": None if filled is None else filled.channel,
        "precedence": None if filled is None else filled.precedence,
        "lang": None if filled is None else filled.lang,
        "reply_to": None if filled is None or filled.reply_to is None else ref_text(filled.reply_to),
        "fields": {} if filled is None else to_json(filled, view.book)["fields"],
    }


def _what(item: Item | Again) -> str:
    kinds = {Message: "message", Transcribed: "transcript", Notice: "notice", Closed: "closed", Again: "again"}
    return kinds[type(item)]


def states(view: View, item: Item, lang: str) -> Row:
    """Return how far an entry came with each recipient, and the same in words with what each state does not mean."""
    told = delivery(view.account, item.ref)
    return {
        "recipients": [_recipient(one) for one in told.each],
        "answers": [ref_text(one.ref) for one in told.answers],
        "sentences": list(told.sentences(lang, view.agreement.names_in(lang))),
    }


def _recipient(one: Recipient) -> Row:
    return {
        "party": one.party,
        "delivered": _state(one.delivered),
        "recorded": one.recorded,
        "read": _state(one.read),
        "said": [{"layer": said.layer, "kind": said.kind, **_placed(said.state)} for said in one.said],
    }


def _state(state: State | None) -> Row | None:
    return None if state is None else _placed(state)


def _placed(state: State) -> Row:
    return {"at": to_text(state.at_us), "ref": ref_text(state.ref)}


def dues(view: View, lang: str) -> list[Row]:
    """Return what is owed, in the order of the ledger."""
    return [dict(facts(duty, lang)) for duty in view.duties]


def drafts(view: View, *, shown: bool) -> Row:
    """Return how many drafts wait for a second person, and which, to whom that may be shown."""
    rows = [{"draft": one["draft"], "form": one["form"], "at": one["at"]} for one in view.drafts]
    return {"count": len(rows), "drafts": rows if shown else None}


def record(view: View) -> Row:
    """Return how far each log is held, and how far each other party has countersigned it."""
    account = view.account
    return {
        "logs": [
            {
                "log": log,
                "entries": size,
                "countersigned": {by: upto for (of, by), upto in sorted(account.recorded.items()) if of == log},
            }
            for log, size in account.sizes.items()
        ],
        "settled_height": account.settled_height,
        "without_node": list(account.without_node),
    }


def zones(told: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    """Yield the zones that the node was given; of points the longitude stands first."""
    for zone in told:
        line = [[lon, lat] for lat, lon in zone["line"]]
        yield {name: value for name, value in zone.items() if name != "line"} | {"line_lon_lat_deg": line}


def reviews(view: View) -> Iterator[Row]:
    """Yield what officers of each party signed of yearly reviews, in the order of the record."""
    for one in view.account.messages(REVIEWED):
        fields = one.filled.fields
        yield {
            "ref": ref_text(one.ref),
            "author": one.author,
            "year": _whole(fields.get("year", 0)),
            "hash": str(fields.get("hash", "")),
            "placed_at": to_text(one.placed_us),
        }


def forms(view: View, lang: str) -> Iterator[Row]:
    """Yield the forms that messages of this agreement can have."""
    for form in view.book.forms:
        yield {
            "form": form.name,
            "version": form.version,
            "title": form.title[lang],
            "channels": list(form.channels),
            "visibility": form.visibility,
            "automatic": form.automatic,
        }


def cursor(sizes: Mapping[str, int]) -> str:
    """Return where somebody stands who has read so many entries of each log, whatever comes in between later."""
    return ",".join(f"{log}:{size}" for log, size in sorted(sizes.items()))


def sizes_of(text: str) -> dict[str, int]:
    """Return what a cursor says; raise `NotAllowed` for what is none."""
    sizes: dict[str, int] = {}
    for part in filter(None, text.split(",")):
        log, _, size = part.rpartition(":")
        if not log or not (size.isascii() and size.isdecimal() and len(size) < MAX_DIGITS):
            raise NotAllowed("this is no cursor", advice="Give back 'next' of the last answer as it came.")
        sizes[log] = int(size)
    return sizes


def _known(value: float, digits: int = 1) -> float | None:
    return round(value, digits) if math.isfinite(value) else None


def _at(time_us: int | None) -> str | None:
    return None if time_us is None else to_text(time_us)


def _whole(value: object) -> int:
    return int(str(value))
