"""Why somebody cannot pay: 失業, my hours were cut, suami meninggal, nhà bị cháy, ป่วยหนัก."""

from __future__ import annotations

from functools import lru_cache
from typing import Dict, Iterator, Optional, Tuple

import regex

from nlu.components.normalise import fold
from nlu.components.values.found import Found
from nlu.components.values.lexicon import load
from nlu.components.values.signs import latin_words

_HAN, _THAI = regex.compile(r"\p{Han}"), regex.compile(r"\p{Thai}")
# The lexicon gives each reason's phrases in this order.
_LANGUAGES = ("zh-TW", "en", "id", "vi", "th")


@lru_cache(maxsize=1)
def _patterns() -> Dict[str, "regex.Pattern[str]"]:
    """Return one pattern a language, in which the reasons are named groups."""
    book = load("reasons.yml")
    patterns = {}
    for index, language in enumerate(_LANGUAGES):
        parts = "|".join(
            f"(?P<{reason}>{entry['phrases'][index]})" for reason, entry in book["reasons"].items()
        )
        parts = parts.replace("<kin>", book["kin"][index]).replace("<cut>", book["cut"])
        patterns[language] = regex.compile(
            rf"(?<![\p{{Latin}}\p{{M}}])(?:{parts})(?!(?<=[\p{{Latin}}\p{{M}}])[\p{{Latin}}\p{{M}}])"
            if language in ("en", "id", "vi")
            else f"(?:{parts})"
        )
    return patterns


@lru_cache(maxsize=1)
def _hints() -> Dict[str, Tuple[str, ...]]:
    entries = load("reasons.yml")["reasons"].items()
    return {reason: tuple(map(fold, entry["hints"])) for reason, entry in entries}


def reasons(folded: str, language: str) -> Iterator[Found]:
    """Yield the reasons a line gives. Latin letters are read in the line's language, or as English in others."""
    spoken = [name for name, script in (("zh-TW", _HAN), ("th", _THAI)) if script.search(folded)]
    if latin_words(folded):
        spoken.append(language if language in ("id", "vi") else "en")
    for name in spoken:
        for hit in _patterns()[name].finditer(folded):
            yield Found(hit.start(), hit.end(), "reason", str(hit.lastgroup))


def reason_in(folded: str, language: str) -> Optional[str]:
    """Return which reason a stretch of text gives, by its phrases or else by a hint; None for none."""
    said = next(reasons(folded, language), None)
    if said is not None:
        return str(said.value)
    return next((name for name, hints in _hints().items() if any(hint in folded for hint in hints)), None)
