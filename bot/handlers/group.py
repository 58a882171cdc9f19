"""Groups: the account speaks when spoken to, and never of anything personal: everybody reads along."""

from __future__ import annotations

import re
import unicodedata

from bot.outcomes import Answer, Quiet, Say
from bot.visit import Visit

# A message that begins with one of these speaks to us, also where mentions are not at hand (LINE on a PC).
_COMMAND = re.compile(
    r"^\s*(?:[@/#!]?\s*(?:健保小幫手|健保櫃檯|健保櫃台|小幫手)|[/#!]\s*(?:nhi|help|健保|說明)|@nhi)(?![a-z0-9])",
    re.IGNORECASE,
)


def handle(visit: Visit) -> Answer:
    """Answer a mention or a command with what can be done, and where: in the one-to-one chat."""
    words = visit.event.message.get("text")
    folded = unicodedata.normalize("NFKC", words) if isinstance(words, str) else ""
    if visit.event.mentions_us or _COMMAND.match(folded):
        return Say.one("group_help")
    return Quiet("group_chatter")


def handle_tap(_visit: Visit) -> Answer:
    """Answer a tap on a button of ours in the group, whoever tapped, with the same help."""
    return Say.one("group_help")


def handle_other(visit: Visit) -> Answer:
    """Pictures, stickers and all the rest in a group are not for us."""
    return Quiet("group_chatter" if visit.event.kind.startswith("message") else "group_event")
