"""Made values for the review's tests: two pictures of one encounter, and a content with every kind of row."""

import numpy as np

from searoom.matters.contacts import VERDICT_WORDS
from searoom.review.pictures import Mark, Picture, Track
from searoom.review.sections import (
    AccountRow,
    AnswerRow,
    Case,
    Chair,
    ContactRow,
    Content,
    DossierRow,
    DueRow,
    FieldRow,
    Folded,
    LogProof,
    MeasurementRow,
    MessageRow,
    Proof,
    Said,
    StateRow,
    Who,
    Words,
)
from searoom.review.tellings import quantity, tokens
from searoom.review.texts import Texts
from searoom.signals.quantities import say_distance

START_US = 1_780_452_000_000_000  # 2026-06-03T02:00:00Z
METRES_PER_DEGREE = 111_195.0
KNOT = 1852 / 3600

NAMES = {
    "en": {"amber": "Amber", "coral": "Coral"},
    "ja": {"amber": "琥珀", "coral": "珊瑚"},
    "zh": {"amber": "琥珀", "coral": "珊瑚"},
}


def track(name, seconds, east_m, north_m, *, sigma_m=5.0, lat0=32.0, lon0=-165.0):
    """Return a track of straight lines through the points (metres from lat0, lon0)."""
    lat = lat0 + np.asarray(north_m, dtype=np.float64) / METRES_PER_DEGREE
    lon = lon0 + np.asarray(east_m, dtype=np.float64) / (METRES_PER_DEGREE * np.cos(np.radians(lat0)))
    lon = (lon + 180.0) % 360.0 - 180.0
    times = START_US + (np.asarray(seconds) * 1_000_000).astype(np.int64)
    return Track(name, times, lat, lon, np.full(len(times), sigma_m))


def pictures(*, lon0=-165.0):
    """Return both sides' pictures: Coral overtakes Amber to port, crosses the bow, and crosses back later."""
    rng = np.random.default_rng(1)
    t = np.arange(0.0, 2401.0, 10.0)
    along = np.interp(t, [0, 893, 2400], [0, 893 * 15 * KNOT, 893 * 15 * KNOT + 1507 * 10 * KNOT])
    ahead = np.interp(t, [0, 860, 1000, 1700, 2200, 2400], [-3200, 137, 500, 1900, 3300, 3700])
    side = np.interp(t, [0, 780, 860, 1000, 1700, 2200, 2400], [-700, -560, 0, 1100, 1350, -2400, -2500])

    def pair(noise_own, noise_other, which):
        own, other = ((0 * t, along), (side, along + ahead))[:: 1 if which == "amber" else -1]
        names = ("AMBER 21", "CORAL 34")[:: 1 if which == "amber" else -1]
        return (
            track(names[0], t, own[0], own[1], sigma_m=noise_own, lon0=lon0),
            track(
                names[1],
                t,
                other[0] + rng.normal(0, noise_other, len(t)),
                other[1] + rng.normal(0, noise_other, len(t)),
                sigma_m=noise_other,
                lon0=lon0,
            ),
        )

    def marks(late):
        return tuple(
            Mark(grade, START_US + (at + late) * 1_000_000, reach, 20.0, cpa, 30.0, 300.0)
            for grade, at, reach, cpa in (
                ("advise", 130, 2600.0, 500.0),
                ("warn", 560, 1100.0, 250.0),
                ("urgent", 740, 700.0, 140.0),
            )
        )

    return (
        Picture("amber", *pair(5.0, 12.0, "amber"), marks(0)),
        Picture("coral", *pair(8.0, 20.0, "coral"), marks(30)),
    )


def who(party, n=1):
    """Return an officer of a party."""
    return Who(party, {"amber": "Lt Cdr Arden", "coral": "Capt Lind"}[party], "officer", f"{party}-{n}", "3fa9c204")


def contact(verdict, sent, heard, *, answers=(), lang="en"):
    """Return a contact row from Amber to Coral."""
    left, right = tokens(sent or "", heard or "", lang)
    return ContactRow(
        "AMBER 21", "CORAL 34", "YX 1", "",
        Said("amber", "amber/4", "2026-06-03T02:12:10Z", left, lang, "VHF 16", (who("amber"),)) if sent else None,
        Said("coral", "coral/3", "2026-06-03T02:12:31Z", right, lang, "", (who("coral"),)) if heard else None,
        verdict, VERDICT_WORDS[verdict.replace("_", " ")]["en"], "", "", True, answers,
    )  # fmt: skip


def states(*, director=True):
    """Return the states of a message that came all the way."""
    rows = [
        StateRow(
            "stored",
            True,
            "",
            "2026-06-03T02:50:00Z",
            "amber/7",
            (Who("amber", "Amber station", "station", "amber", "77aa01bc"),),
        ),
        StateRow("handed_over", True, "Amber", "2026-06-03T02:50:01Z", "", ()),
        StateRow(
            "delivered",
            True,
            "Coral",
            "2026-06-03T02:50:02Z",
            "coral/6",
            (Who("coral", "Coral station", "station", "coral", "91fe22d0"),),
        ),
        StateRow("recorded", True, "cosignature of Coral", "", "", ()),
        StateRow("read", True, "Coral", "2026-06-03T02:54:40Z", "coral/7", (who("coral"),)),
        StateRow("answered", False, "Coral", "", "", ()),
    ]
    return tuple(row for row in rows if director or row.key not in {"handed_over", "recorded"})


def measurement(party, value_mm, error_mm, lang="en", sensor="radar", **more):
    """Return a released measurement."""
    return MeasurementRow(
        party,
        f"{party}/9",
        "2026-06-03T02:14:20Z",
        say_distance(value_mm, error_mm, lang),
        value_mm,
        error_mm,
        "radar range",
        sensor,
        (who(party),),
        **more,
    )


WORDS = "CORAL 34, THIS IS AMBER 21. INTENTION. I AM KEEPING MY COURSE AND SPEED. OVER."


def hotline_letter(hotline, director):
    """Return a hotline message that two persons signed."""
    return MessageRow(
        "amber/7",
        "amber-7",
        "amber",
        "Hotline message",
        "hotline",
        "flash",
        "2026-06-03T02:50:00Z",
        "",
        "",
        (who("amber"), who("amber", 2)),
        (FieldRow("Text", Words(hotline, "ja"), own=True),),
        states(director=director),
    )


def understood(texts):
    """Return the answer of Coral."""
    return (
        AnswerRow(
            "coral",
            "coral/5",
            "2026-06-03T02:13:02Z",
            texts("answer.understood"),
            texts("answer_not.understood"),
            (who("coral"),),
        ),
    )


def incident(lang, unit, texts):
    """Return a dossier with two quantities, of which one agrees."""
    return DossierRow(
        "2026-06-03/1",
        (AccountRow("amber", "amber/8", "2026-06-03T03:10:00Z", (FieldRow("Account", Words("貴側は当艦の艦首前方を横切った。", "ja")),), (who("amber"),)),
         AccountRow("coral", "coral/8", "2026-06-03T03:12:00Z", (FieldRow("Account", Words("我舰在安全距离外通过。", "zh-Hans")),), (who("coral"),))),
        (quantity("Closest range", [measurement("amber", 137_160, 25_000, lang, unit), measurement("coral", 182_000, 44_000, lang)], "Both stand.", texts),
         quantity("Range at second crossing", [measurement("amber", 1_830_000, 30_000, lang), measurement("coral", 1_702_000, 40_000, lang)], "Both stand.", texts)),
        ("Amber: facts not agreed, prevention agreed",), "facts not agreed, prevention agreed",
    )  # fmt: skip


def content(
    lang="en",
    *,
    hotline="本艦は現在の針路と速力を保っています。\n貴側の意図を伺います。",
    unit="AMBER 21, X-band radar",
    exercise=True,
    order=("amber", "coral"),
    director=True,
):
    """Return a content with every kind of row."""
    texts, names = Texts(lang), NAMES[lang]
    letter = hotline_letter(hotline, director)
    styles = {"amber": 0, "coral": 1}
    return Content(
        lang=lang, mechanism="demo-2026", agreement="Demonstration agreement", exercise=exercise,
        chairs=tuple(Chair(party, names[party], styles[party]) for party in order), sizes=tuple((party, 14) for party in order),
        contacts=(
            contact("heard_as_sent", WORDS, WORDS, answers=understood(texts)),
            contact("heard_garbled", WORDS, "CORAL 34, THIS IS AMBER 21. … KEEPING MY … SPEED TEN. OVER."),
            contact("not_heard", WORDS, None),
        ),
        hotline=(letter,),
        dossiers=(incident(lang, unit, texts),),
        timeline=(
            Folded("amber", ("amber/0",)), Folded("coral", ("coral/0", "coral/1")),
            MessageRow("amber/4", "amber-4", "amber", "Contact sent", "unit contact", "", "2026-06-03T02:12:10Z", "", "", (who("amber"),),
                       (FieldRow("From", Words("AMBER 21", "en")), FieldRow("Words", Words(WORDS, "en"))), states(director=director)[:3]),
            MessageRow("coral/3", "coral-3", "coral", "Contact heard", "unit contact", "", "2026-06-03T02:12:31Z", "", "", (who("coral"),),
                       (FieldRow("Words as heard", Words(WORDS, "en")),), states(director=director)[:1]),
            letter,
            MessageRow("coral/9", "coral-9", "coral", "", "", "", "2026-06-03T03:20:00Z", "", "", (who("coral"),), (), (), "its words were not opened to us"),
        ),
    )  # fmt: skip


CASE = Case(
    "Two ships in close quarters (exercise)", "Made. Only the geometry is public (news.usni.org/2023/06/03).", made=True
)
DUE = (
    DueRow(
        "amber",
        "Amber",
        "hotline-test",
        "Hotline test (June): due from Amber by 2026-06-30.",
        "2026-06-30",
        "due",
        "",
        "",
    ),
    DueRow(
        "", "Amber, Coral", "yearly-meeting", "Yearly meeting (2026): not yet due.", "2026-12-31", "pending", "", ""
    ),
)


def proof(texts):
    """Return what the offline check found."""
    return Proof(
        True,
        texts("proof.line", entries=28, logs=2),
        24,
        (
            LogProof("amber", 14, "0f3a5577c1d2e4f8", (("coral", 14),)),
            LogProof("coral", 14, "aa31905c7be2d640", (("amber", 13),)),
        ),
        "coral/tile/0/000.p/14: the hash of the tile is not the one that the checkpoint signs",
    )
