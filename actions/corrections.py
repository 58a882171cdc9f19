"""What a person means when one breath holds two values: 「不是六期，是十二期」 means twelve."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

# Just before a value, within its clause, these say that it is not meant.
_NOT = re.compile(
    r"(?:不是|不要|不分|毋是|不用|別|\bnot?\b|n't|instead of|rather than|\bbukan\b|\bjangan\b|\btidak\b"
    r"|không phải(?: là)?|không|đừng|ไม่ใช่|ไม่เอา|ไม่)"
    r"[^,，。;；!！?？]{0,12}$",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,，。;；!！?？]| but | tapi | mà | แต่")


def meant(message: Mapping[str, Any], entity: str) -> tuple[str, ...]:
    """Return the entity's values that are not taken back, the last said first."""
    text = str(message.get("text") or "")
    found = [one for one in message.get("entities") or [] if one.get("entity") == entity]
    kept = [one for one in found if not _taken_back(text, one.get("start"))]
    # Who only takes back ("not six") has said no value.
    return tuple(str(one.get("value")) for one in reversed(kept))


def _taken_back(text: str, start: object) -> bool:
    if not isinstance(start, int):
        return False
    clause = _CLAUSE.split(text[:start])[-1]
    return _NOT.search(clause) is not None
