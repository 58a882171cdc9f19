"""How lively the offices' group is: what kind each message is, and the months' counts.

Counted as in the division's evaluation (小編發布訊息, 已讀回應, 意見交流): the clerks' own questions and the
editor's answers to them are left out. The text is looked at once and not kept.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from nhi_core.domain.promotion_figures import months
from nhi_core.domain.roc import PremiumMonth


class MessageKind(StrEnum):
    """What a message in the group is."""

    EDITOR = "editor"  # 小編發布訊息
    READ_REPLY = "read_reply"  # 已讀回應
    DISCUSSION = "discussion"  # 意見交流
    QUESTION = "question"  # a clerk's; not counted
    ANSWER = "answer"  # the editor's, to a question; not counted
    OTHER = "other"  # a further photo of a set, a file, what speaks to the account; not counted


COUNTED = frozenset({MessageKind.EDITOR, MessageKind.READ_REPLY, MessageKind.DISCUSSION})
# Without a quote, the editor's short message within this time after a question is taken for its answer.
ANSWER_WINDOW = timedelta(minutes=30)
# An announcement is longer than this, or has an address or a mention of all in it.
_LONG = 120
# What is left of a read-reply besides the thanks: a name, a unit.
_REST = 6
_SHORT = 10

_QUESTION = re.compile(
    r"[?？]|請問|請教|想問|問一下|嗎|什麼|甚麼|怎麼|怎樣|如何|為何|為什麼|是否|可否|能否|有沒有|有無|"
    r"可不可以|能不能|要不要|是不是|會不會|哪[一個些裡邊位家種]|多少|幾[個天件次號月日點時]|何時|多久|誰|呢$|"
    r"\b(?:what|how|when|why|where|which|who|can|could|is|are|does|do|should)\b.*\?"
)
# What somebody says who has read it.
_READ = re.compile(
    r"收到|已讀|已閱|敬悉|知悉|了解|瞭解|明白|知道了|遵命|遵照辦理|配合辦理|照辦|沒問題|好的|好喔|好唷|"
    r"謝謝|感謝|感恩|多謝|謝啦|謝囉|辛苦了?|讚|加油|"
    r"(?<![a-z])(?:ok|okay|okk?|roger|thanks?|thx|got it|yes|noted)(?![a-z])|"
    r"^好$|\+1|^1$|👌|👍|🙏|🙆|🫡|💪"
)
# Who says it: office, unit, title. No names: what is left of them is short.
_WHO = re.compile(
    r"(?:[一-鿿]{1,4}[縣市])?[一-鿿]{1,4}[區鄉鎮市](?:公所)?|公所|本所|小編|組長|承辦|長官|大家|各位|夥伴|您|你|的|了"
)
_ACK_CODE = re.compile(r"#[0-9a-z]{2,12}\b")
_MENTION = re.compile(r"@\S+")
_ANNOUNCING = re.compile(r"https?://|@all\b|@所有人|^[【《\[]|公告|轉知|宣導|重要通知")


@dataclass(frozen=True, slots=True)
class Heard:
    """What is known of a message while it is classified. `text` is None for a sticker or a file."""

    by_editor: bool
    message_type: str  # text, sticker, image, …
    text: str | None = None
    quotes: MessageKind | None = None  # the kind of the quoted message, when we know that message
    first_of_set: bool = True
    to_account: bool = False  # it mentions or commands the account
    last_question: datetime | None = None  # when a clerk last asked in this group
    at: datetime | None = None


def kind_of(heard: Heard) -> MessageKind:
    """Return what the message is."""
    if heard.to_account or not heard.first_of_set:
        return MessageKind.OTHER
    return _of_editor(heard) if heard.by_editor else _of_clerk(heard)


def _of_editor(heard: Heard) -> MessageKind:
    if heard.quotes is MessageKind.QUESTION:
        return MessageKind.ANSWER
    text = _plain(heard.text)
    if heard.message_type == "sticker" or (heard.text is not None and _is_read_reply(text)):
        # The editor thanks or nods: neither an announcement nor an answer.
        return MessageKind.OTHER
    asked_lately = (
        heard.last_question is not None
        and heard.at is not None
        and timedelta(0) <= heard.at - heard.last_question <= ANSWER_WINDOW
    )
    announces = heard.text is None or len(text) > _LONG or _ANNOUNCING.search(text) is not None
    if asked_lately and not announces and heard.quotes is None:
        return MessageKind.ANSWER
    return MessageKind.EDITOR


def _of_clerk(heard: Heard) -> MessageKind:
    if heard.message_type == "sticker":
        return MessageKind.READ_REPLY
    if heard.text is None:
        return MessageKind.OTHER  # photos of promotion work are counted elsewhere
    text = _plain(heard.text)
    if _ACK_CODE.search(text) and _READ.search(text):
        return MessageKind.READ_REPLY
    if looks_like_question(text):
        return MessageKind.QUESTION
    nods = heard.quotes is MessageKind.EDITOR and len(_bare(text)) <= _SHORT
    return MessageKind.READ_REPLY if nods or _is_read_reply(text) else MessageKind.DISCUSSION


def looks_like_question(text: str) -> bool:
    """Whether somebody asks something."""
    return _QUESTION.search(_plain(text)) is not None


def _is_read_reply(text: str) -> bool:
    """Whether nothing is left of the text besides who says it and that it was read."""
    if not _bare(text):
        return True  # emoji alone
    if not _READ.search(text):
        return False
    return len(_bare(_WHO.sub("", _READ.sub("", text)))) <= _REST


def _plain(text: str | None) -> str:
    folded = unicodedata.normalize("NFKC", text or "").casefold().strip()
    return folded if _ANNOUNCING.search(folded) else _MENTION.sub("", folded).strip()


def _bare(text: str) -> str:
    """Return letters and digits alone."""
    return "".join(char for char in text if unicodedata.category(char)[0] in "LN")


@dataclass(frozen=True, slots=True)
class Message:
    """A message as it is kept: no text. `account_id` is None for who never spoke to the account, or long ago.

    `said_at` is the time of the version that was classified: edits come in any order.
    """

    message_id: str
    group_id: str
    account_id: str | None
    office_code: str | None
    kind: MessageKind
    day: date
    said_at: datetime


@dataclass(frozen=True, slots=True)
class MonthActivity:
    """One month of a group."""

    month: PremiumMonth
    editor: int
    read_replies: int
    discussion: int

    @property
    def replies(self) -> int:
        """What the members said: 已讀回應 and 意見交流."""
        return self.read_replies + self.discussion

    @property
    def total(self) -> int:
        """All that counts."""
        return self.editor + self.replies


def activity(
    counts: Mapping[tuple[PremiumMonth, MessageKind], int], first: PremiumMonth, last: PremiumMonth
) -> tuple[MonthActivity, ...]:
    """Return every month of the period, empty ones as well."""
    found = Counter(dict(counts))
    return tuple(
        MonthActivity(
            month,
            found[month, MessageKind.EDITOR],
            found[month, MessageKind.READ_REPLY],
            found[month, MessageKind.DISCUSSION],
        )
        for month in months(first, last)
    )


def total_of(rows: Iterable[MonthActivity]) -> tuple[int, int, int]:
    """Return (editor, read-replies, discussion) over several months."""
    rows = tuple(rows)
    return (
        sum(row.editor for row in rows),
        sum(row.read_replies for row in rows),
        sum(row.discussion for row in rows),
    )
