"""Amounts, dates and premium months as people of each language read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache

from babel.dates import format_date

_ROC_OFFSET = 1911
_MONTHS_NAMED = 3
_DAY = {"en": "d MMM y", "id": "d MMM y", "vi": "dd/MM/y", "th": "d MMM y"}
_MONTH = {"en": "MMM y", "id": "MMM y", "vi": "'Tháng' M/y", "th": "MMM y"}


def money(amount: int, language: str) -> str:
    """Return whole NT$ with thousands separators: 「1,234 元」 in Chinese, NT$1,234 elsewhere."""
    return f"{amount:,} 元" if language == "zh-TW" else f"NT${amount:,}"


@lru_cache(maxsize=4096)
def day(iso: str, language: str) -> str:
    """Return a day (`YYYY-MM-DD`): ROC years in Chinese, Gregorian elsewhere. Raises ValueError."""
    value = date.fromisoformat(iso)
    if language == "zh-TW":
        return f"{value.year - _ROC_OFFSET}年{value.month}月{value.day}日"
    return format_date(value, _DAY[language], locale=language)


@lru_cache(maxsize=2048)
def month(iso: str, language: str) -> str:
    """Return a premium month (`YYYY-MM`): 「115年8月」 in Chinese, Aug 2026 in English. Raises ValueError."""
    value = date.fromisoformat(f"{iso}-01")
    if language == "zh-TW":
        return f"{value.year - _ROC_OFFSET}年{value.month}月"
    return format_date(value, _MONTH[language], locale=language)


def months(values: Sequence[str | Mapping[str, str]], language: str) -> str:
    """Return premium months (`YYYY-MM`, or rows with a `month`): up to three named, more as first – last."""
    found = sorted({value if isinstance(value, str) else value["month"] for value in values})
    if len(found) > _MONTHS_NAMED:
        return f"{month(found[0], language)} – {month(found[-1], language)}"
    return ("、" if language == "zh-TW" else ", ").join(month(one, language) for one in found)


def year(number: str, language: str) -> str:
    """Return a year given as `YYYY`: 「115年」 in Chinese, 2026 elsewhere. Raises ValueError."""
    return f"{int(number) - _ROC_OFFSET}年" if language == "zh-TW" else str(int(number))


def plus_days(iso: str, days: int) -> str:
    """Return the day `days` after `iso`, as `YYYY-MM-DD`. Raises ValueError."""
    return (date.fromisoformat(iso) + timedelta(days=days)).isoformat()


def dial(phone: str) -> str:
    """Return a written telephone number as a `tel:` link takes it: digits, with a leading + kept."""
    return ("+" if phone.startswith("+") else "") + "".join(c for c in phone if c in "0123456789")
