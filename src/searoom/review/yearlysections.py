"""The sections of a yearly review in one language, from its data alone: which tables and figures each one has."""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any, Final

from searoom.obligations.agreement import Agreement
from searoom.review.svg import look
from searoom.review.texts import Texts
from searoom.review.yearly import NATIONAL, Data
from searoom.review.yearlylasting import lasting
from searoom.review.yearlysheet import Bars, Cell, Section, Sheet, Spans, Table, Telling, in_order, number
from searoom.signals.forms import FormBook
from searoom.signals.tables import packaged

MOST_CODES: Final = 20
MONTHS: Final = tuple(f"{number:02d}" for number in range(1, 13))
RANKS: Final = ("quarter", "half", "three_quarters", "longest")


def sheet(data: Data, digest: str, agreement: Agreement, book: FormBook, texts: Texts) -> Sheet:
    """Return a review's data as a sheet in the language of `texts`; `digest` is the hash of the data file in hex."""
    order = in_order(data, agreement.parties, texts.lang)
    names = {party: agreement.name(party, texts.lang) for party in order}
    tell = Telling(data, agreement, book, texts, order, names)
    own = data["edition"] == NATIONAL
    return Sheet(
        lang=texts.lang,
        title=texts("yearly.title", year=data["period"]["year"]),
        edition=texts("yearly.national", party=names[data["national"]["party"]]) if own else texts("yearly.joint"),
        note=texts("yearly.national_note" if own else "yearly.joint_note"),
        period=texts("yearly.period", first=data["period"]["from"], last=data["period"]["until"]),
        mechanism=agreement.title[texts.lang],
        exercise=agreement.exercise,
        parties=order,
        names=names,
        styles={party: look(party, agreement.parties) for party in order},
        facts=((texts("yearly.hash"), digest), (texts("yearly.agreement_hash"), str(data["agreement"]["hash"]))),
        sections=tuple(_sections(tell, own=own)),
    )


def _sections(tell: Telling, *, own: bool) -> Iterable[Section]:
    yield _meetings(tell)
    yield _encounters(tell)
    if own:
        yield _national(tell)
    yield _calls(tell)
    yield _messages(tell)
    yield _answers(tell)
    yield _lines(tell)
    yield _notices(tell)
    yield _overdue(tell)
    yield _faults(tell)
    yield _proposals(tell)
    yield _made(tell)


def _section(tell: Telling, key: str, *tables: Table, figure: Bars | Spans | None = None) -> Section:
    """Return a section with its tables; a figure in which nothing would be drawn is left out."""
    if isinstance(figure, Bars) and not any(map(any, (*figure.values.values(), *figure.of.values()))):
        figure = None
    return Section(key, tell.t(f"yearly_{key}.title"), tell.t(f"yearly_{key}.note"), tables, figure)


def _meetings(tell: Telling) -> Section:
    t = tell.t
    heads = tell.heads(*(f"yearly_meetings.{name}" for name in ("meeting", "state", "dates", "host", "said_by")))
    rows = [
        (
            Cell(tell.clause(row["clause"])), Cell(t(f"due_state.{row['state']}")),
            Cell(t("mark.list").join(row["dates"])),
            tell.party(row["host"]), tell.people(row["said_by"]),
        )
        for row in tell.data["meetings"]
    ]  # fmt: skip
    heads_next = tell.heads("yearly_meetings.meeting", "yearly_meetings.said_by", "yearly_meetings.dates",
                            "yearly_meetings.place", "yearly_meetings.host", "yearly_meetings.agreed")  # fmt: skip
    coming = [
        (
            Cell(tell.choice("meeting-next", "level", row["level"])), tell.party(party), Cell(said["date"]),
            Cell(said["place"]), tell.party(said["host"]),
            Cell(t("yearly_meetings.yes" if row["set"] else "yearly_meetings.no")),
        )
        for row in tell.data["next_meetings"]
        for party in tell.parties
        if (said := row["said"].get(party))
    ]  # fmt: skip
    remark = "" if coming else t("yearly_meetings.next_none")
    return _section(
        tell, "meetings", Table("", heads, tuple(rows)),
        Table(t("yearly_meetings.next"), heads_next, tuple(coming), remark),
    )  # fmt: skip


def _encounters(tell: Telling) -> Section:
    t, found = tell.t, tell.data["encounters"]
    kinds = {form: tell.form(form) for form in found["by_kind"]}
    areas = {area: sum(by.values()) for area, by in found["by_area"].items()}
    acts = {key: _act(tell, key) for key in found["acts"]}
    ways = {key: tell.choice("dossier-close", "how", key) for key in found["incidents"]["closed"]}
    ways["open"] = t("yearly_encounters.open")
    return _section(
        tell, "encounters", tell.crossed("", "yearly.kind", found["by_kind"], kinds),
        tell.counted(t("yearly_encounters.incidents"), "yearly.kind", found["incidents"]["closed"], ways),
        tell.counted(t("yearly_encounters.by_area"), "yearly.area", areas, {"not stated": t("yearly.not_stated")}),
        tell.counted(t("yearly_encounters.acts"), "yearly.kind", found["acts"], acts),
    )  # fmt: skip


def _act(tell: Telling, key: str) -> str:
    words = _acts().get(key)
    return words[tell.t.lang] if words else key


@cache
def _acts() -> Mapping[str, Mapping[str, str]]:
    """Return what each act is called: the choices of the kind of field that an observed act has."""
    parts = tomllib.loads(packaged("composed.toml"))["kind"]["act"]["part"]
    found: Mapping[str, Mapping[str, str]] = next(part["choices"] for part in parts if part["name"] == "act")
    return found


def _national(tell: Telling) -> Section:
    t, found = tell.t, tell.data["national"]
    grades = {grade: t(f"grade.{grade}") for grade in found["by_grade"]}
    areas = {"not noted": t("yearly_national.not_noted")}
    return _section(
        tell, "national",
        tell.counted(t("yearly_national.grade"), "yearly.kind", found["by_grade"], grades),
        tell.counted(t("yearly_national.geometry"), "yearly.kind", found["by_geometry"], {}),
        tell.counted(t("yearly_encounters.by_area"), "yearly.area", found["by_area"], areas),
        figure=Bars(t("yearly_national.by_month"), {found["party"]: found["by_month"]}, {}),
    )  # fmt: skip


def _calls(tell: Telling) -> Section:
    t, found = tell.t, tell.data["calls"]
    heard = tell.turned({party: row["heard"] for party, row in found["by_caller"].items()})
    answered = tell.turned({party: row["answered"] for party, row in found["by_caller"].items()})
    verdicts = {key: t(f"verdict.{key.replace(', ', '_').replace(' ', '_')}") for key in heard}
    said = {key: tell.choice("contact-answer", "answer", key) for key in answered}
    said["no answer"] = t("yearly_calls.no_answer")
    codes = dict(sorted(found["codes"].items(), key=lambda row: (-row[1], row[0]))[:MOST_CODES])
    left = len(found["codes"]) - len(codes)
    table = tell.counted(t("yearly_calls.codes"), "yearly.kind", codes, {})
    return _section(
        tell, "calls", tell.crossed(t("yearly_calls.heard"), "yearly.kind", heard, verdicts),
        tell.crossed(t("yearly_calls.answered"), "yearly.kind", answered, said),
        Table(table.caption, table.heads, table.rows, t("yearly.more", count=left) if left else ""),
    )  # fmt: skip


def _messages(tell: Telling) -> Section:
    found = tell.data["messages"]
    by_month = {party: found[party]["by_month"] for party in tell.parties}
    rows = {name: {party: by_month[party][at] for party in tell.parties} for at, name in enumerate(MONTHS)}
    forms = tell.turned({party: found[party]["by_form"] for party in tell.parties})
    named = {form: tell.form(form) for form in forms}
    return _section(
        tell, "messages", tell.crossed("", "yearly.month", rows, {}), tell.crossed("", "yearly.kind", forms, named),
        figure=Bars(tell.t("yearly_messages.plot"), by_month, {}),
    )  # fmt: skip


def _answers(tell: Telling) -> Section:
    t, found = tell.t, tell.data["answers"]
    counts = (Cell(t(f"yearly_answers.{name}"), figure=True) for name in ("asked", "done", *RANKS))
    heads = (*tell.heads("page.parties", "yearly_answers.what"), *counts)
    cells, spans = [], []
    for party in tell.parties:
        for what in ("read", "answered"):
            row, label = found[party][what], t(f"yearly_answers.{what}")
            told = [Cell(lasting(row[name], t.lang) if name in row else "", figure=True) for name in RANKS]
            cells.append((tell.party(party), Cell(label), number(row["asked"]), number(row["done"]), *told))
            if row["done"]:
                spans.append((party, label, tuple(row[name] for name in RANKS)))
    figure = Spans(t("yearly_answers.plot"), tuple(spans)) if spans else None
    return _section(tell, "answers", Table("", heads, tuple(cells)), figure=figure)


def _lines(tell: Telling) -> Section:
    t, found = tell.t, tell.data["lines"]
    keys = ("owed", "held", "late", "missed", "silences", "longest")
    heads = (*tell.heads("page.parties"), *(Cell(t(f"yearly_lines.{key}"), figure=key != "longest") for key in keys))
    rows = []
    for party in tell.parties:
        row = found[party]
        runs, states = row["silences"]["runs"], row["states"]
        run = t("yearly_lines.run", tests=runs[0]["tests"], first=runs[0]["from"]) if runs else ""
        counts = (row["owed"], sum(row["held_by_month"]), states.get("late", 0), states.get("missed", 0))
        rows.append((tell.party(party), *map(number, counts), number(row["silences"]["count"]), Cell(run)))
    calls = tell.turned({party: found[party]["calls"] for party in tell.parties})
    named = {key: tell.choice("macm-call", "outcome", key) for key in calls}
    tables = [Table("", heads, tuple(rows))]
    tables += [tell.crossed(t("yearly_lines.calls"), "yearly.kind", calls, named)] if calls else []
    held = {party: found[party]["held_by_month"] for party in tell.parties}
    owed = {party: found[party]["owed_by_month"] for party in tell.parties}
    return _section(tell, "lines", *tables, figure=Bars(t("yearly_lines.plot"), held, owed))


def _notices(tell: Telling) -> Section:
    found = tell.data["notices"]
    rows = {"said": "said", "owed": "owed", "sufficient": "sufficient", "clarification": "clarification wanted",
            "not_judged": "not judged", "late": "late"}  # fmt: skip
    late = {party: sum(counts.get(key, 0) for key in ("late", "missed", "disputed")) for party, counts in found.items()}
    cells = tuple(
        (
            Cell(tell.t(f"yearly_notices.{name}")),
            *(number(late[party] if key == "late" else found[party].get(key, 0)) for party in tell.parties),
        )
        for name, key in rows.items()
    )
    return _section(tell, "notices", Table("", tell.columns("yearly.kind"), cells))


def _overdue(tell: Telling) -> Section:
    t, found = tell.t, tell.data["overdue"]
    heads = (*tell.heads("due.owed_by", "due.what"), Cell(t("yearly.count"), figure=True))
    owners = sorted(found["by_owner"], key=lambda owner: [tell.place(party) for party in owner.split()])
    rows = tuple(
        (tell.people(owner.split()), Cell(tell.clause(clause)), number(count))
        for owner in owners
        for clause, count in sorted(found["by_owner"][owner].items())
    )
    first = tell.heads("yearly_overdue.since", "due.owed_by", "due.what", "yearly_overdue.occasion")
    listed = found["oldest"][:MOST_CODES]
    oldest = tuple(
        (Cell(row["due"]), tell.people(row["owed_by"]), Cell(tell.clause(row["clause"])), Cell(row["label"]))
        for row in listed
    )
    left = found["count"] - len(listed)
    remark = t("yearly.more", count=left) if left else ""
    return _section(
        tell, "overdue", Table("", heads, rows), Table(t("yearly_overdue.oldest"), first, oldest, remark)
    )  # fmt: skip


def _faults(tell: Telling) -> Section:
    t, found = tell.t, tell.data["faults"]
    heads = tell.heads(*(f"yearly_faults.{name}" for name in ("line", "since", "by", "steps", "waits_for")))
    rows = tuple(
        (
            Cell(row["line"]), Cell(row["since"]), tell.party(row["by"]),
            Cell(_steps(tell, row["steps"], "macm-fault-step")), tell.people(row["waits_for"]),
        )
        for row in found["list"][:MOST_CODES]
    )  # fmt: skip
    left = found["count"] - len(rows)
    return _section(tell, "faults", Table("", heads, rows, t("yearly.more", count=left) if left else ""))


def _steps(tell: Telling, steps: Mapping[str, str], form: str) -> str:
    colon, semicolon = tell.t("mark.colon"), tell.t("mark.semicolon")
    said = [(party, steps[party]) for party in tell.parties if party in steps]
    return semicolon.join(f"{tell.names[party]}{colon}{tell.choice(form, 'step', step)}" for party, step in said)


def _proposals(tell: Telling) -> Section:
    found = tell.data["proposals"]
    rows = tuple(
        (Cell(row["row"]), *(_stand(tell, row["steps"].get(party, "")) for party in tell.parties))
        for row in found["list"]
    )  # fmt: skip
    left = found["count"] - len(rows)
    heads = tell.columns("yearly_proposals.row")
    return _section(
        tell, "proposals", Table("", heads, rows, tell.t("yearly.more", count=left) if left else "")
    )  # fmt: skip


def _stand(tell: Telling, step: str) -> Cell:
    return Cell(tell.choice("agreement-row", "step", step) if step else "")


def _made(tell: Telling) -> Section:
    heads = tell.heads("yearly_made.log", "yearly_made.entries", "yearly_made.last")
    rows: list[tuple[Any, ...]] = [
        (Cell(row["log"]), number(row["entries"]), Cell(row["last"])) for row in tell.data["heads"]
    ]
    kinds = ("by_officers", "by_station", "closed")
    held = {kind: {p: counts.get(kind, 0) for p, counts in tell.data["entries"].items()} for kind in kinds}
    named = {kind: tell.t(f"yearly_made.{kind}") for kind in kinds}
    return _section(tell, "made", Table("", heads, tuple(rows)), tell.crossed("", "yearly.kind", held, named))
