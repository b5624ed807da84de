"""How long the review of a busy year takes: its data, its page in each language, and its PDF; beside reading it all.

A year of 100,000 entries of two parties, made by hand in memory: calls and hearings, hotline messages with readings and
answers, tests of the line, notices, faults, dossiers, and the receipts of stations between them.
"""

import importlib.util
import time
from collections.abc import Callable
from functools import partial

from bench.frame import Options, Report, Spread, versions
from searoom.account import Account
from searoom.obligations.agreement import Agreement, load
from searoom.obligations.tellers import Teller
from searoom.review import yearly, yearlypage, yearlypdf
from searoom.review.texts import LANGUAGES
from searoom.signals import forms
from searoom.signals.forms import Filled, FormBook
from searoom.units import MICROSECONDS

SIZE = 100_000
QUICK = 3_000
YEAR = 2026
DAYS = 200  # from the start of the agreement to before the end of the year
DAY_US = 86_400 * MICROSECONDS
CALLS_A_DAY, TALKS_A_DAY = 60, 25  # what makes up a busy day; the rest are receipts


def main(options: Options) -> None:
    """Measure all of it and write bench/results-review-year.md."""
    used = versions("jinja2", *(["typst"] if importlib.util.find_spec("typst") else []))
    report = Report("review-year", "Benchmark: the review of a year", options, used=used)
    for size in options.entries or ((QUICK,) if options.quick else (SIZE,)):
        _measure(report, options, size)
    report.save()


def _measure(report: Report, options: Options, size: int) -> None:
    book = forms.load()
    agreement = load("demo", book)
    account = busy_year(agreement, book, size)
    report.say("", f"{len(account.items):,} entries; their statements are made, not signed.")
    report.table("part", "s")
    made = yearly.make(account, agreement, book, YEAR)
    report.row("only looking at every entry once (floor)", _runs(options, partial(_look_at_all, account)))
    report.row("data file", _runs(options, partial(yearly.make, account, agreement, book, YEAR)))
    for lang in LANGUAGES:
        report.row(f"page, {lang}", _runs(options, partial(yearlypage.page, made, agreement, book, lang)))
    whole = partial(_whole, account, agreement, book)
    report.row("data file and page together", _runs(options, whole))
    for lang in LANGUAGES if yearlypdf.ready() else ():
        report.row(f"PDF, {lang}", _runs(options, partial(yearlypdf.pdf, made, agreement, book, lang)))
    report.say("", f"The data file has {len(made.file):,} bytes.")


def _whole(account: Account, agreement: Agreement, book: FormBook) -> str:
    return yearlypage.page(yearly.make(account, agreement, book, YEAR), agreement, book, "en")


def _look_at_all(account: Account) -> int:
    return sum(item.placed_us > 0 for item in account.items)


def _runs(options: Options, work: Callable[[], object]) -> str:
    return Spread.of([_timed(work) for _ in range(options.runs)]).text()


def _timed(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def busy_year(agreement: Agreement, book: FormBook, size: int) -> Account:
    """Return the account of a year with about so many entries."""
    teller = Teller(agreement.parties, book)
    days = max(2, min(DAYS, size // 500))
    for day in range(days):
        start_us = agreement.starts_us + day * DAY_US
        _a_day(teller, book, start_us, day)
        missing = size * (day + 1) // days - len(teller.told)
        _receipts(teller, book, start_us + 20 * 3600 * MICROSECONDS, missing)
    return teller.account()


def _a_day(teller: Teller, book: FormBook, start_us: int, day: int) -> None:
    one, other = teller.parties
    for party in (one, other) if day % 9 else (one,):
        _say(teller, party, forms.from_text(book, "line-test", {}), start_us + 2 * 3600 * MICROSECONDS)
    for number in range(CALLS_A_DAY):
        at_us = start_us + number * 600 * MICROSECONDS
        _call(teller, book, (one, other) if number % 2 else (other, one), at_us)
    for number in range(TALKS_A_DAY):
        at_us = start_us + number * 1200 * MICROSECONDS
        author, reader = (one, other) if number % 3 else (other, one)
        words = forms.from_text(book, "hotline-message", {"text": f"What is the course of your unit {number}?"})
        asked = _say(teller, author, words, at_us)
        teller.receive(reader, at_us=at_us + 2 * MICROSECONDS)
        if number % 5:
            read = forms.from_text(book, "read", {}, channel="hotline", reply_to=asked)
            _say(teller, reader, read, at_us + (60 + number) * MICROSECONDS)
        if number % 4:
            reply = forms.from_text(book, "hotline-message", {"text": "Zero nine zero."}, reply_to=asked)
            _say(teller, reader, reply, at_us + (300 + 7 * number) * MICROSECONDS)
    if day % 6 == 0:
        fault = {"line": "hotline 2", "since": "2026-06-04T00:00:00Z", "description": "No tone."}
        _say(teller, one, forms.from_text(book, "macm-fault", fault), start_us)
        incident = {
            "incident": f"{YEAR}/{day}",
            "at": "2026-06-05T01:00:00Z",
            "where": "27-30N 123-30E",
            "words": "Near.",
        }
        _say(teller, other, forms.from_text(book, "dossier-open", incident), start_us)


def _call(teller: Teller, book: FormBook, who: tuple[str, str], at_us: int) -> None:
    caller, hearer = who
    units = {"unit_from": f"{caller.upper()} 21", "unit_to": f"{hearer.upper()} 34"}
    words = "I am keeping my course and speed."
    common = {**units, "words": words}
    sent: dict[str, object] = {**common, "code": "YX1", "script": words, "lang": "en", "means": "vhf-16", "at": at_us}
    _say(teller, caller, _filled(book, "contact-sent", sent), at_us)
    heard: dict[str, object] = {**common, "at": at_us + 5 * MICROSECONDS, "quality": "good"}
    hearing = _say(teller, hearer, _filled(book, "contact-heard", heard), at_us + 20 * MICROSECONDS)
    answer = Filled("contact-answer", 1, "unit-contact", "routine", "en", {"answer": "understood"}, hearing)
    _say(teller, hearer, answer, at_us + 40 * MICROSECONDS)


def _filled(book: FormBook, form: str, fields: dict[str, object]) -> Filled:
    return Filled(form, book.form(form).version, book.form(form).channels[0], "routine", "en", fields)


def _say(teller: Teller, author: str, filled: Filled, at_us: int) -> tuple[str, int]:
    return teller.say(author, filled, at_us=at_us, placed_us=at_us)


def _receipts(teller: Teller, book: FormBook, at_us: int, missing: int) -> None:
    one, other = teller.parties
    for number in range(max(0, missing)):
        party, peer = (one, other) if number % 2 else (other, one)
        filled = _filled(book, "receipt", {"party": peer, "size": len(teller.logs[peer])})
        _say(teller, party, filled, at_us + number * 1000)
