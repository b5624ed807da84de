"""A message on one page, for telephone, fax or paper, with a check code that can be read back by voice.

The check code is over the reference, the time and the words, as they stand between the two rules of the page, and is
the same on the page of each language. Whoever retypes the page, or reads the code back, finds a mistyped letter.

The code has 15 characters of 5 bits from SHA-256 and a check character. A changed page keeps its code by chance once
in 2^75. The check character catches every single wrong character of the code and every swap of two of them, so a
misread code is told from a wrong page. It is no signature: anybody can make a code for a page of their own, and who
may choose both texts finds two with one code after about 2^37 tries.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from searoom.clock import to_text
from searoom.signals.forms import Filled, FormBook, read_out
from searoom.signals.spelling import spell
from searoom.statements.items import Message, ref_text

LETTERS: Final = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""32 characters; 0, O, 1 and I are left out, which look alike on a fax."""
CODE_LENGTH: Final = 16
GROUP: Final = 4
RULE: Final = "-" * 64
_HASH_LABEL: Final = b"searoom/slip/v1\x00"
_BITS: Final = 5
_FIELD: Final = 0b100101  # x^5 + x^2 + 1: the field of 32 elements in which the check character is computed

MATCHES: Final = "matches"
MISREAD: Final = "misread"
DIFFERS: Final = "differs"

CHECK_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    MATCHES: {
        "en": "The code fits the page. It shows no mistyping; it does not show who wrote the page.",
        "ja": "符号は紙面と一致します。誤記は見られません。誰が書いたかを示すものではありません。",
        "zh": "核对码与页面相符：未见录入错误。这不表明页面由谁撰写。",
    },
    MISREAD: {
        "en": "The code itself is misread: ask for it again. This says nothing about the page.",
        "ja": "符号自体に読み誤りがあります。もう一度確認してください。紙面については何も示しません。",
        "zh": "核对码本身有误读，请再次核对。这不说明页面有无错误。",
    },
    DIFFERS: {
        "en": "The page differs from the one that has this code. Which letter differs is not known.",
        "ja": "紙面は、この符号の紙面と異なります。どの文字が異なるかは分かりません。",
        "zh": "页面与该核对码所对应的页面不一致。哪个字不同，无法得知。",
    },
}
LABELS: Final[Mapping[str, Mapping[str, str]]] = {
    "head": {"en": "MESSAGE BY OTHER MEANS", "ja": "代替手段による通信文", "zh": "以其他方式传送的信文"},
    "exercise": {"en": "EXERCISE EXERCISE EXERCISE", "ja": "演習　演習　演習", "zh": "演习　演习　演习"},
    "mechanism": {"en": "Mechanism", "ja": "メカニズム", "zh": "机制"},
    "from": {"en": "From", "ja": "発信", "zh": "发自"},
    "to": {"en": "To", "ja": "宛先", "zh": "致"},
    "reference": {"en": "Reference", "ja": "整理番号", "zh": "编号"},
    "at": {"en": "Time (UTC)", "ja": "時刻（協定世界時）", "zh": "时间（协调世界时）"},
    "until": {"en": "Holds until (UTC)", "ja": "有効期限（協定世界時）", "zh": "有效期至（协调世界时）"},
    "answers": {"en": "Answers", "ja": "回答の対象", "zh": "答复对象"},
    "precedence": {"en": "Precedence", "ja": "優先度", "zh": "优先等级"},
    "signed": {"en": "Released by", "ja": "発出責任者", "zh": "签发人"},
    "covered": {
        "en": "The check code covers what stands between the two rules: the writer's own words, which count.",
        "ja": "確認符号の対象は二本の線の間です。書き手自身の言葉が正文です。",
        "zh": "核对码涵盖两条横线之间的内容：以书写方自己的文字为准。",
    },
    "aid": {
        "en": "The same with labels in English (an aid; not covered by the code):",
        "ja": "日本語の項目名による表示（参考。符号の対象外）：",
        "zh": "中文标签对照（仅供参考，不在核对码范围内）：",
    },
    "code": {"en": "Check code", "ja": "確認符号", "zh": "核对码"},
    "voice": {"en": "Read back by voice", "ja": "復唱用", "zh": "语音复诵"},
    "receipt": {
        "en": "Reading the code back says that the page arrived whole. Nothing in it is accepted by this.",
        "ja": "符号の復唱は、紙面が欠けずに届いたことだけを示します。内容の承諾を意味しません。",
        "zh": "复诵核对码只说明页面完整收到。这不表示接受其中任何内容。",
    },
}
"""ja and zh are our own words and await review by native speakers."""
PRECEDENCE_WORDS: Final[Mapping[str, Mapping[str, str]]] = {
    "flash": {"en": "FLASH", "ja": "最優先（FLASH）", "zh": "特提（FLASH）"},
    "immediate": {"en": "IMMEDIATE", "ja": "至急（IMMEDIATE）", "zh": "特急（IMMEDIATE）"},
    "routine": {"en": "ROUTINE", "ja": "普通（ROUTINE）", "zh": "平急（ROUTINE）"},
}
_STYLE: Final = (
    "body{font:12pt/1.5 sans-serif;margin:2cm;color:#000;background:#fff}h1{font-size:14pt}"
    "pre{white-space:pre-wrap;border:solid #000;border-width:2px 0;padding:.5em 0;font:12pt/1.5 monospace}"
    ".code{font:bold 18pt monospace}.exercise{border:3px solid #000;padding:.3em;text-align:center;font-weight:bold}"
)


@dataclass(frozen=True, slots=True)
class Slip:
    """One page: `head` lines, the `covered` lines that the code is over, the `aid` in another language, the `code`."""

    lang: str
    exercise: bool
    head: tuple[tuple[str, str], ...]
    covered: tuple[str, ...]
    aid: tuple[str, ...]
    code: str

    def text(self) -> str:
        """Return the page as plain text."""
        words = {name: texts[self.lang] for name, texts in LABELS.items()}
        lines = [words["exercise"]] if self.exercise else []
        lines += [words["head"], "", *(f"{label}: {value}" for label, value in self.head), ""]
        lines += [words["covered"], RULE, *self.covered, RULE]
        lines += [words["aid"], *(f"  {line}" for line in self.aid)] if self.aid else []
        lines += ["", f"{words['code']}: {self.code}", f"{words['voice']}: {spoken(self.code)}", words["receipt"]]
        return "\n".join((*lines, *([words["exercise"]] if self.exercise else []))) + "\n"

    def html(self) -> str:
        """Return the page for printing; it fetches nothing."""
        words = {name: escape(texts[self.lang]) for name, texts in LABELS.items()}
        exercise = f'<p class="exercise">{words["exercise"]}</p>' if self.exercise else ""
        head = "".join(
            f"<tr><th align=left>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in self.head
        )
        aid = "<br>".join(escape(line) for line in self.aid)
        covered = "\n".join(escape(line) for line in self.covered)
        return (
            f'<!doctype html><html lang="{self.lang}"><head><meta charset="utf-8">'
            f"<title>{escape(self.covered[0])}</title><style>{_STYLE}</style></head><body>{exercise}<h1>{words['head']}</h1><table>{head}</table>"
            f"<p>{words['covered']}</p><pre>{covered}</pre>"
            + (f"<p>{words['aid']}<br>{aid}</p>" if aid else "")
            + f'<p>{words["code"]}: <span class="code">{self.code}</span><br>'
            f"{words['voice']}: {escape(spoken(self.code))}</p><p>{words['receipt']}</p>{exercise}</body></html>\n"
        )


def slip(
    message: Message,
    book: FormBook,
    *,
    lang: str,
    mechanism: str,
    exercise: bool,
    names: Mapping[str, str],
    to: Sequence[str],
) -> Slip:
    """Return the page of a message in `lang`; `names` by party id in that language, `to` the parties it is for."""
    filled = message.filled
    head = [
        ("mechanism", mechanism),
        ("from", names.get(message.author, message.author)),
        ("to", ", ".join(names.get(party, party) for party in to)),
        ("reference", ref_text(message.ref)),
        ("at", to_text(message.claimed_us)),
        ("precedence", PRECEDENCE_WORDS[filled.precedence][lang]),
        ("signed", ", ".join(signer.name for signer in message.signers)),
    ]
    if message.until_us is not None:
        head.insert(5, ("until", to_text(message.until_us)))
    if filled.reply_to is not None:
        head.append(("answers", ref_text(filled.reply_to)))
    covered = covered_lines(message, book, mechanism=mechanism, exercise=exercise)
    return Slip(
        lang=lang,
        exercise=exercise,
        head=tuple((LABELS[name][lang], value) for name, value in head),
        covered=covered,
        aid=_lines(filled, book, lang) if lang != filled.lang else (),
        code=code_of("\n".join(covered)),
    )


def covered_lines(message: Message, book: FormBook, *, mechanism: str, exercise: bool) -> tuple[str, ...]:
    """Return what the code is over: reference, times and precedence, then the words in the writer's own language."""
    filled = message.filled
    until = "" if message.until_us is None else f" - {to_text(message.until_us)}"
    answers = "" if filled.reply_to is None else f" > {ref_text(filled.reply_to)}"
    first = f"{ref_text(message.ref)}{answers}  {to_text(message.claimed_us)}{until}  {filled.precedence.upper()}"
    return (first, f"{mechanism}{'  EXERCISE' if exercise else ''}", *_lines(filled, book, filled.lang))


def _lines(filled: Filled, book: FormBook, lang: str) -> tuple[str, ...]:
    """Return the form as single lines, none of which can be taken for a rule of the page."""
    lines = (line for text in read_out(filled, book, lang) for line in text.split("\n"))
    return tuple(f"' {line}" if _is_rule(line) else line for line in lines)


def _is_rule(line: str) -> bool:
    return len(line.strip()) >= GROUP * 2 and set(line.strip()) == {"-"}


def check_slip(text: str, code: str) -> str:
    """Return whether a page, retyped by hand, is the one of this code: a row of `CHECK_WORDS`.

    Where lines end, how many spaces there are, small and capital letters, and wide and narrow forms do not count;
    every other character does, and so does a space inside a number.
    Of a page with its two rules only what stands between them is compared, of a text without them all of it.
    """
    read = _read_code(code)
    if len(read) != CODE_LENGTH or set(read) - set(LETTERS) or _checksum(_values(read)):
        return MISREAD
    lines = text.splitlines()
    rules = [at for at, line in enumerate(lines) if _is_rule(line)]
    inside = lines[rules[0] + 1 : rules[-1]] if len(rules) >= 2 else lines
    return MATCHES if _read_code(code_of("\n".join(inside))) == read else DIFFERS


def code_of(covered: str) -> str:
    """Return the check code of a text: four groups of four characters."""
    digest = hashlib.sha256(_HASH_LABEL + _plain(covered).encode()).digest()
    number = int.from_bytes(digest[:10], "big") >> (80 - _BITS * (CODE_LENGTH - 1))
    values = [number >> _BITS * at & 31 for at in reversed(range(CODE_LENGTH - 1))]
    letters = "".join(LETTERS[value] for value in (*values, _check_value(values)))
    return " ".join(letters[at : at + GROUP] for at in range(0, CODE_LENGTH, GROUP))


def spoken(code: str) -> str:
    """Return the code in spelling words, a group at a time."""
    return " / ".join(spell(group) for group in code.split())


def _plain(text: str) -> str:
    """Return a text without what a fax and a typist change: line ends, doubled spaces, case, wide and narrow forms.

    Japanese and Chinese have no spaces of their own, so one beside such a character is a line's end or a slip.
    """
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return re.sub(r"(?<=[^\x00-\x7f]) | (?=[^\x00-\x7f])", "", plain)


def _read_code(code: str) -> str:
    return "".join(letter for letter in unicodedata.normalize("NFKC", code).upper() if letter.isalnum())


def _values(code: str) -> list[int]:
    return [LETTERS.index(letter) for letter in code]


def _times(a: int, b: int) -> int:
    """Multiply in the field of 32 elements."""
    out = 0
    while b:
        out ^= a if b & 1 else 0
        a <<= 1
        a ^= _FIELD if a & 32 else 0
        b >>= 1
    return out


def _checksum(values: Sequence[int]) -> int:
    """Return the sum of each value times its own power of 2 in the field: 0 for a code as it was made.

    The 16 weights differ and none is 0, so one wrong value, or two that changed places, never sum to 0 again.
    """
    total, weight = 0, 1
    for value in values:
        total ^= _times(value, weight)
        weight = _times(weight, 2)
    return total


def _check_value(values: Sequence[int]) -> int:
    return next(last for last in range(32) if _checksum((*values, last)) == 0)
