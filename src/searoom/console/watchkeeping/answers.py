"""The four answers of the first screen, each one line: is the line up, what closes, what is unanswered, what is due.

Rule 1: what is not known is said so. While the node gives no answer, nothing that was held before is told as now.
Rule 2: the worst stands first; a number stands with what it counts.
"""

from dataclasses import dataclass
from typing import Final

from searoom.console import matters
from searoom.console.view import View
from searoom.link.progress import Verdict
from searoom.review.texts import Texts

NAMES: Final = ("line", "closing", "unanswered", "due")
FLASH: Final = "flash"
MISSED: Final = ("missed", "disputed")


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: which question, how it looks (good, bad, warn, waits, idle, or a grade), and its words.

    `until_us`: the time to which a page counts down behind the words, None for none.
    """

    name: str
    look: str
    words: str
    until_us: int | None = None


def answers(view: View, texts: Texts) -> tuple[Answer, ...]:
    """Return the four answers, in their order."""
    if view.silent_us is not None:
        return tuple(Answer(name, "bad", texts("answer.unknown")) for name in NAMES)
    return _line(view, texts), _closing(view, texts), _unanswered(view, texts), _due(view, texts)


def _line(view: View, texts: Texts) -> Answer:
    lines = matters.lines(view)
    if not lines:
        return Answer("line", "idle", texts("line.none"))
    verdicts, fork = [line.verdict for line in lines], matters.fork_proven(view)
    up, parts = [line for line in lines if line.up], []
    if fork:
        parts.append(texts("answer.fork"))
    if len(lines) > 1:
        parts.append(texts("line.all_up", count=len(up), of=len(lines)))
    else:
        since = lines[0].silent
        parts.append(
            texts("line.up") if up else texts("answer.silent", since=since) if since else texts("answer.not_yet")
        )
    if {Verdict.WE_RESTORED, Verdict.THEY_RESTORED} & set(verdicts):
        parts.append(texts("answer.restored"))
    if waiting := sum(line.waiting for line in lines):
        parts.append(texts("answer.not_delivered", count=waiting))
    sound = len(up) == len(lines) and all(line.sound for line in lines) and not fork
    return Answer("line", "good" if sound else "bad" if fork or len(up) < len(lines) else "warn", _joined(parts))


def _closing(view: View, texts: Texts) -> Answer:
    near = matters.near(view)
    if not near:
        return Answer("closing", "idle", texts("near.none"))
    words = f"{texts(f'near.{near[0].grade}')} · {near[0].a} × {near[0].b}"
    if len(near) > 1:
        words += " · " + texts("near.count", count=len(near))
    return Answer("closing", str(near[0].grade), words, near[0].cpa_us)


def _unanswered(view: View, texts: Texts) -> Answer:
    unread, unanswered, awaited = matters.unread(view), matters.unanswered(view), matters.awaited(view)
    flash = sum(one.filled.precedence == FLASH for one in unread)
    counts = [
        ("calls", sum(one.calls for one in matters.near(view))), ("flash", flash), ("unread", len(unread) - flash),
        ("unanswered", len(unanswered)), ("awaited", len(awaited)), ("drafts", len(view.drafts)),
    ]  # fmt: skip
    parts = [texts(f"answer.{name}", count=count) for name, count in counts if count]
    if view.unread:
        parts.append(texts("answer.reading"))
    look = "bad" if unread or unanswered or counts[0][1] else "waits" if parts else "idle"
    return Answer("unanswered", look, _joined(parts) or texts("open.none"))


def _due(view: View, texts: Texts) -> Answer:
    pressing = matters.pressing(view)
    missed = sum(duty.state in MISSED for duty in pressing)
    parts = [texts("answer.missed", count=missed)] if missed else []
    if soon := len(pressing) - missed:
        parts.append(texts("answer.soon", count=soon))
    if view.unread:
        parts.append(texts("answer.reading"))
    look = "bad" if missed else "waits" if parts else "idle"
    return Answer("due", look, _joined(parts) or texts("due.none"))


def _joined(parts: list[str]) -> str:
    words = " · ".join(parts)
    return words[:1].upper() + words[1:]
