"""Small questions about finds when the extractor chooses among them."""

from __future__ import annotations

from typing import Iterable, List, Optional, Tuple

from nlu.components.sequence import Labelled
from nlu.components.values.found import Found, overlap


def touch(item: Found, span: Labelled) -> bool:
    """Say whether the two share a character."""
    return item.start < span.end and span.start < item.end


def best(items: Iterable[Found]) -> Optional[Found]:
    """Return the longest find."""
    return max(items, key=lambda item: item.end - item.start, default=None)


def parted(found: Iterable[Found]) -> Tuple[List[Found], List[Found]]:
    """Return the reasons, and all else."""
    parts: Tuple[List[Found], List[Found]] = ([], [])
    for item in found:
        parts[item.entity != "reason"].append(item)
    return parts


def clashes(day: Found, kept: Iterable[Found]) -> bool:
    """Say whether a day stands on something kept that is no month."""
    return any(overlap(day, other) and other.entity != "roc_month" for other in kept)
