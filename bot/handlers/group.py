"""Groups: the account speaks when spoken to, and never of anything personal: everybody reads along."""

from __future__ import annotations

import re
import unicodedata

from bot import headcounts
from bot.handlers import listening, notices, promotion
from bot.outcomes import Answer, Quiet, Say
from bot.scrub import scrub
from bot.visit import Visit
from nhi_core.domain.offices import GroupState
from nhi_core.services.chat_groups import Tied

# A message that begins with one of these speaks to us, also where mentions are not at hand (LINE on a PC).
_COMMAND = re.compile(
    r"^\s*(?:[@/#!]?\s*(?:健保小幫手|健保櫃檯|健保櫃台|小幫手)|[/#!]\s*(?:nhi|help|健保|說明)|@nhi)(?![a-z0-9])",
    re.IGNORECASE,
)
_CODE_ALONE = "[CODE]"


def watch(visit: Visit) -> None:
    """Note who writes in a tied group (so the staff sees how many are registered), and count the message."""
    group, user = visit.group, visit.event.user_id
    if group is None or group.state is not GroupState.TIED:
        return
    if user is not None:
        visit.core.chat_groups.saw(group, [user])
    words = _words(visit)
    listening.hear(visit, group, to_account=_spoken_to(visit, words) or promotion.asks_to_report(words))


def handle(visit: Visit) -> Answer:
    """Tie the group by a code; show notices; answer what speaks to us with what can be done, and where."""
    words, group = _words(visit), visit.group
    spoken_to = _spoken_to(visit, words)
    if group is not None and group.state is GroupState.TIED:
        if promotion.asks_to_report(words) and visit.event.user_id is not None:
            return promotion.open_in_group(visit, group.id)
        about_notices = notices.in_group(visit, words, addressed=spoken_to)
        if about_notices is not None:
            return about_notices
    else:
        said = scrub(words)
        codes = said.secrets.get("code", ())
        if codes and (spoken_to or said.text.strip() == _CODE_ALONE):
            return _tie(visit, codes[0])
    return Say.one("group_help") if spoken_to else Quiet("group_chatter")


def handle_picture(visit: Visit) -> Answer:
    """Take a photo of promotion work that its clerk announced; all others are not for us."""
    group = visit.group
    if group is None or group.state is not GroupState.TIED or visit.event.user_id is None:
        return Quiet("group_chatter")
    return promotion.take_in_group(visit, group.id)


def handle_tap(_visit: Visit) -> Answer:
    """Answer a tap on a button of ours in the group, whoever tapped, with the same help."""
    return Say.one("group_help")


def handle_other(visit: Visit) -> Answer:
    """Pictures, stickers and all the rest in a group are not for us."""
    return Quiet("group_chatter" if visit.event.kind.startswith("message") else "group_event")


def _words(visit: Visit) -> str:
    words = visit.event.message.get("text")
    return words if isinstance(words, str) else ""


def _spoken_to(visit: Visit, words: str) -> bool:
    return visit.event.mentions_us or _COMMAND.match(unicodedata.normalize("NFKC", words)) is not None


def _tie(visit: Visit, code: str) -> Answer:
    group_id = visit.event.group_id
    if group_id is None or visit.event.user_id is None:
        return Say.one("group_tie_refused")
    outcome = visit.core.chat_groups.tie(group_id, visit.view.account_id, code)
    if outcome is Tied.TOO_MANY:
        return Quiet("group_tie_limited")
    if outcome is Tied.REFUSED:
        return Say.one("group_tie_refused")
    group = visit.core.chat_groups.find(group_id)
    if group is not None:
        headcounts.count(visit.line, visit.core, group)
    return Say.one("group_tied")
