"""Notices in the chat: a word in the group brings the cards (free), and 「收到 #K7M2」 is counted.

In a group an acknowledgement is noted in silence: 102 thanks would bury the notice itself.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta

from bot.outcomes import Answer, Line, Quiet, Say
from bot.visit import Visit
from nhi_core.domain.errors import NotAClerk
from nhi_core.domain.notices import categories_in
from nhi_core.services.notice_acks import Answer as Acked
from nhi_core.services.notice_reading import Board
from nhi_core.services.views import to_json

CARD, NONE, MORE, FOR_CLERKS, ACK = (
    "notice_card",
    "notice_none",
    "notice_more",
    "notice_for_clerks",
    "notice_ack",
)
_NOTICE = re.compile(
    r"公告|notices?\b|叮嚀|宣導圖|公所評比|收件品質|pemberitahuan|thông báo|ประกาศ", re.IGNORECASE
)
_HINT = timedelta(days=1)


def in_group(visit: Visit, words: str, *, addressed: bool) -> Answer | None:
    """Answer what is about notices in a group, or None. `addressed`: the line speaks to this account."""
    acked = _group_ack(visit, words)
    if acked is not None:
        return acked
    if addressed and _NOTICE.search(words):
        board = visit.core.notice_reading.for_group(visit.event.group_id or "", categories_in(words))
        return None if board is None else shown(visit, board)
    return None


def one_to_one(visit: Visit, words: str) -> Answer | None:
    """Take an acknowledgement in the one-to-one chat; None when the line is none."""
    try:
        answer = visit.core.notice_acks.by_words(
            visit.view.account_id, words, message_id=_message_id(visit), said_at=said_at(visit)
        )
    except NotAClerk:
        return Say.one(FOR_CLERKS)
    return None if answer is None else Say.one(ACK, how=answer.value, n=0)


def shown(visit: Visit, board: Board) -> Say:
    """Return the cards of a board, and what LINE will call them is noted for quoted replies."""
    if not board.cards:
        return Say.one(NONE)
    visit.shows = [card.id for card in board.cards]
    lines = [Line(CARD, to_json(card)) for card in board.cards]
    if board.more:
        lines.append(Line(MORE, {"n": board.more}))
    return Say(tuple(lines))


def edited(visit: Visit) -> None:
    """Look at an edited message of a group again."""
    text = visit.event.message.get("text")
    message_id = _message_id(visit)
    if isinstance(text, str) and message_id is not None:
        account = visit.view.account_id if visit.event.user_id else None
        visit.core.notice_acks.edited(account, message_id, _folded(text), said_at(visit))


def said_at(visit: Visit) -> datetime:
    """Return when it was said: of several versions of a message the latest holds."""
    stamp = visit.event.raw.get("timestamp")
    if isinstance(stamp, int) and stamp > 0:
        return datetime.fromtimestamp(stamp / 1000, tz=UTC)
    return visit.event.received_at


def _group_ack(visit: Visit, words: str) -> Answer | None:
    if visit.event.user_id is None:
        return None
    quoted = visit.event.message.get("quotedMessageId")
    try:
        answer = visit.core.notice_acks.by_words(
            visit.view.account_id,
            words,
            message_id=_message_id(visit),
            said_at=said_at(visit),
            quoted_id=quoted if isinstance(quoted, str) else None,
        )
    except NotAClerk:
        first = visit.core.limiter.hit(f"notice-hint:{visit.view.account_id}", limit=1, window=_HINT)
        return Say.one(FOR_CLERKS) if first else Quiet("notice_ack_of_nobody")
    if answer is None:
        return None
    if answer is Acked.UNKNOWN:
        return Say.one(ACK, how=answer.value, n=0)
    return Quiet("notice_acknowledged")


def _message_id(visit: Visit) -> str | None:
    found = visit.event.message.get("id")
    return found if isinstance(found, str) else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text)
