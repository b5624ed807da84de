"""How long something took, in words: whole seconds up to two minutes, then minutes, hours, days, each rounded up."""

from collections.abc import Mapping
from typing import Final

from searoom.signals.quantities import say_duration
from searoom.units import MICROSECONDS

HOUR_S: Final = 3600
DAY_S: Final = 24 * HOUR_S
_SECONDS: Final[Mapping[str, str]] = {"en": " s", "ja": "秒", "zh": "秒"}
_HOURS: Final[Mapping[str, str]] = {"en": " h", "ja": "時間", "zh": "小时"}
_DAYS: Final[Mapping[str, str]] = {"en": " d", "ja": "日", "zh": "天"}


def lasting(seconds: int, lang: str) -> str:
    """Return whole seconds as people say them, rounded up to what is named: `95 s`, `7 min`, `3 h`, `2 d`."""
    if not seconds or (seconds < 120 and seconds % 60):
        return f"{seconds}{_SECONDS[lang]}"
    if seconds < 3 * HOUR_S and seconds % HOUR_S:
        return say_duration(-(-seconds // 60) * 60 * MICROSECONDS, lang)
    if seconds < 3 * DAY_S and seconds % DAY_S:
        return f"{-(-seconds // HOUR_S)}{_HOURS[lang]}"
    return f"{-(-seconds // DAY_S)}{_DAYS[lang]}"
