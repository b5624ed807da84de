"""A small encounter told in an account: three calls, a hotline message, a dossier, receipts."""

from told import START_US, Tale

SECOND_US = 1_000_000
WORDS = "I am keeping my course and speed."
SCRIPT = "CORAL 34, CORAL 34, THIS IS AMBER 21. INTENTION. I AM KEEPING MY COURSE AND SPEED. OVER."
LETTER = "本艦は現在の針路と速力を保っています。"


def at(seconds):
    """Return so many seconds after the start."""
    return START_US + seconds * SECOND_US


def call(tale, seconds, heard=None, *, words=WORDS, script=SCRIPT, code="YX1"):
    """Let Amber call and, where `heard` is given, Coral write what it heard; return both references."""
    units = {"unit_from": "AMBER 21", "unit_to": "CORAL 34"}
    sent = tale.say(
        "amber",
        "contact-sent",
        at_us=at(seconds),
        code=code,
        words=words,
        script=script,
        lang="en",
        means="vhf-16",
        at=at(seconds),
        **units,
    )
    if heard is None:
        return sent, None
    return sent, tale.say(
        "coral", "contact-heard", at_us=at(seconds + 20), words=heard, quality="weak", at=at(seconds + 5), **units
    )


def told(*, letter=LETTER, words=WORDS, value_mm=137_160, error_mm=25_000):
    """Return a tale with all that a page can show."""
    tale = Tale()
    _, first = call(tale, 10, SCRIPT, words=words)
    call(tale, 400, "CORAL 34, THIS IS AMBER 21. INTENTION. I AM KEEPING MY SPEED. OVER.")
    call(tale, 800)
    tale.receive("amber", at_us=at(900))
    tale.receive("coral", at_us=at(901))
    tale.say("coral", "contact-answer", at_us=at(905), reply_to=("amber", 0), answer="understood")
    sent = tale.say("amber", "hotline-message", at_us=at(1000), text=letter)
    tale.receive("coral", at_us=at(1001))
    tale.say("coral", "read", at_us=at(1100), reply_to=sent)
    mine = tale.say("amber", "dossier-open", at_us=at(2000), incident="2026-06-03/1", words=words, at=at(860))
    theirs = tale.say(
        "coral", "dossier-open", at_us=at(2010), incident="2026-06-03/1", words="Passed at a safe distance.", at=at(860)
    )
    for party, ref, value, error, method in (
        ("amber", mine, value_mm, error_mm, "radar"),
        ("coral", theirs, 230_000, 44_000, "computed"),
    ):
        tale.say(
            party,
            "measurement",
            at_us=at(2100),
            dossier=ref,
            quantity="range",
            value_mm=value,
            error_mm=error,
            axis="horizontal",
            method=method,
            source=f"{party} radar",
            at=at(858),
        )
    for party, ref in (("amber", mine), ("coral", theirs)):
        tale.say(party, "dossier-close", at_us=at(3000), dossier=ref, how="facts-not-agreed-prevention-agreed")
    tale.meet()
    tale.recorded = {("amber", "coral"): 5}
    return tale
