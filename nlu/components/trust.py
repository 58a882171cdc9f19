"""How far finds of the rules can be trusted: what is sure, and what was right on our examples."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Dict, List, Mapping, Tuple

from nlu.components.values.found import Found

# Entities whose finds are words of the lexicon; the others are computed.
OF_WORDS = frozenset({"payment_channel", "language", "notice_category", "office", "reason"})

Counts = Dict[str, List[int]]


def _keys(found: Found, folded: str, intent: str) -> Tuple[str, str]:
    """Return under what a find is counted: its word (a computed one has none), its kind under the intent."""
    word = folded[found.start : found.end] if found.entity in OF_WORDS | {"place"} else ""
    return f"{found.entity}:{word}", f"{found.entity}@{intent}"


class Trust:
    """Counts of right finds and of all finds; `counts` maps a key to the two."""

    def __init__(self, counts: Mapping[str, List[int]]) -> None:
        """Start from counts, empty ones before training."""
        self.counts: Counts = defaultdict(lambda: [0, 0], counts)

    def learn(self, found: Found, folded: str, intent: str, right: bool) -> None:
        """Count a find on an example."""
        for key in _keys(found, folded, intent):
            self.counts[key][0] += right
            self.counts[key][1] += 1

    def allows(self, found: Found, folded: str, intent: str, config: Mapping[str, Any]) -> bool:
        """Say whether a find may be kept without the tagger; `config` is the extractor's."""
        word, kind = (self.counts.get(key, (0, 0)) for key in _keys(found, folded, intent))
        if found.entity in OF_WORDS and kind[0] == 0 and kind[1] >= config["enough_to_drop"]:
            return False
        return found.sure or any(
            seen >= config["least_seen"] and right / seen >= config["least_trust"]
            for right, seen in (word, kind)
        )
