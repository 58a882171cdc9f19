"""Notices of the division: categories, whom they are for, how they go out, and their life as a table."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from nhi_core.domain.errors import IllegalMove, Invalid
from nhi_core.domain.offices import ClerkRole

MAX_TITLE, MAX_BODY = 60, 1_200  # characters: what a card on a phone holds
MOST_ATTACHMENTS = 5
CODE_LENGTH = 4
AT_ONCE = 500  # LINE takes so many receivers in one multicast


class Category(StrEnum):
    """The corners of the clerks' group (宣導圖檔, 公所評比, 收件品質報告, 業務叮嚀), and what cannot wait."""

    PROMOTION_IMAGE = "promotion_image"
    EVALUATION = "evaluation"
    QUALITY_REPORT = "quality_report"
    REMINDER = "reminder"
    URGENT = "urgent"


@dataclass(frozen=True, slots=True)
class Kind:
    """What a category means: `words` fetch it in a group; `urgent` may use the quota's reserve."""

    words: tuple[str, ...]
    urgent: bool = False
    needs_ack: bool = False


CATEGORIES: Mapping[Category, Kind] = {
    Category.PROMOTION_IMAGE: Kind(("宣導圖檔", "宣導圖", "圖檔", "海報")),
    Category.EVALUATION: Kind(("公所評比", "評比")),
    Category.QUALITY_REPORT: Kind(("收件品質報告", "收件品質", "品質報告"), needs_ack=True),
    Category.REMINDER: Kind(("業務叮嚀", "叮嚀"), needs_ack=True),
    Category.URGENT: Kind(("緊急", "緊急公告", "急件"), urgent=True, needs_ack=True),
}


class Way(StrEnum):
    """How a notice goes out."""

    FETCH = "fetch"  # free: nothing is sent; a word in the group or in the chat brings the card
    PERSONAL = "personal"  # one message a receiver
    GROUP = "group"  # LINE counts one message for each member of the group


class NoticeState(StrEnum):
    """Where a notice stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    SCHEDULED = "scheduled"
    SENDING = "sending"
    STOPPED = "stopped"
    SENT = "sent"
    ENDED = "ended"
    WITHDRAWN = "withdrawn"
    SUPERSEDED = "superseded"
    DISCARDED = "discarded"


class NoticeEvent(StrEnum):
    """What can happen to a notice."""

    PROPOSE = "propose"
    APPROVE = "approve"
    REFUSE = "refuse"
    SCHEDULE = "schedule"
    RECALL = "recall"
    BEGIN = "begin"
    STOP = "stop"
    RESUME = "resume"
    FINISH = "finish"
    END = "end"
    WITHDRAW = "withdraw"
    SUPERSEDE = "supersede"
    DISCARD = "discard"


_S, _E = NoticeState, NoticeEvent
MOVES: Mapping[tuple[NoticeState, NoticeEvent], NoticeState] = {
    (_S.DRAFT, _E.SCHEDULE): _S.SCHEDULED,
    (_S.DRAFT, _E.PROPOSE): _S.PROPOSED,
    (_S.DRAFT, _E.DISCARD): _S.DISCARDED,
    (_S.PROPOSED, _E.APPROVE): _S.SCHEDULED,
    (_S.PROPOSED, _E.REFUSE): _S.DRAFT,
    (_S.PROPOSED, _E.RECALL): _S.DRAFT,
    (_S.SCHEDULED, _E.RECALL): _S.DRAFT,
    (_S.SCHEDULED, _E.BEGIN): _S.SENDING,
    (_S.SENDING, _E.STOP): _S.STOPPED,
    (_S.SENDING, _E.FINISH): _S.SENT,
    (_S.SENDING, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.STOPPED, _E.RESUME): _S.SENDING,
    (_S.STOPPED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.SENT, _E.END): _S.ENDED,
    (_S.SENT, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.SENT, _E.SUPERSEDE): _S.SUPERSEDED,
}
# Each edge names its audit event.
AUDIT_EVENTS: Mapping[NoticeEvent, str] = {
    _E.PROPOSE: "notice_proposed",
    _E.APPROVE: "notice_approved",
    _E.REFUSE: "notice_refused",
    _E.SCHEDULE: "notice_scheduled",
    _E.RECALL: "notice_recalled",
    _E.BEGIN: "notice_begun",
    _E.STOP: "notice_stopped",
    _E.RESUME: "notice_resumed",
    _E.FINISH: "notice_sent",
    _E.END: "notice_ended",
    _E.WITHDRAW: "notice_withdrawn",
    _E.SUPERSEDE: "notice_superseded",
    _E.DISCARD: "notice_discarded",
}
# Clerks may look these up; the last three say so on the card.
READABLE = frozenset({_S.SENDING, _S.STOPPED, _S.SENT, _S.ENDED, _S.WITHDRAWN, _S.SUPERSEDED})
OVER = frozenset({_S.ENDED, _S.WITHDRAWN, _S.SUPERSEDED})
CLOSED = OVER | {_S.DISCARDED}
# Here nothing has gone out, and everything may still be changed.
OPEN = frozenset({_S.DRAFT})


class Stop(StrEnum):
    """Why sending stopped before its end."""

    QUOTA = "quota"  # our own budget, or LINE's monthly limit
    REFUSED = "refused"  # LINE does not take the message as it is
    STAFF = "staff"


@dataclass(frozen=True, slots=True)
class Audience:
    """Whom a notice is for. Empty sets do not narrow; `citizens` means bound citizens and no clerks."""

    offices: frozenset[str] = frozenset()
    size_groups: frozenset[int] = frozenset()
    roles: frozenset[ClerkRole] = frozenset()
    groups: frozenset[str] = frozenset()
    citizens: bool = False


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file by its content. `name` is shown; `kind` is its media type; `size` in bytes."""

    digest: str
    name: str
    kind: str
    size: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice. `code` is typed by who has read it; `revision` grows with each change.

    `ends`: this is the end notice of another one. Days are Taipei's; `valid_until` is the last valid day.
    """

    id: str
    code: str
    category: Category
    title: str
    body: str
    way: Way
    audience: Audience
    owner: str
    state: NoticeState
    revision: int
    created_at: datetime
    valid_from: date
    valid_until: date | None = None
    send_at: datetime | None = None
    needs_ack: bool = False
    ack_deadline: date | None = None
    supersedes: str | None = None
    ends: str | None = None
    attachments: tuple[Attachment, ...] = field(default=())
    proposed_by: str | None = None
    approved_by: str | None = None
    stop: Stop | None = None
    sent_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def urgent(self) -> bool:
        """Whether it may use the quota's reserve."""
        return CATEGORIES[self.category].urgent

    def valid_on(self, day: date) -> bool:
        """Whether it holds on this day."""
        return (
            self.state in READABLE
            and self.state not in OVER
            and self.valid_from <= day
            and (self.valid_until is None or day <= self.valid_until)
        )


def next_state(state: NoticeState, event: NoticeEvent) -> NoticeState:
    """Return where the event leads. Raises IllegalMove."""
    try:
        return MOVES[state, event]
    except KeyError:
        raise IllegalMove(f"a notice that is {state.value}: no {event.value}") from None


class NoticeProblem(Invalid):
    """A notice that cannot go out as it is; `problem` is a stable word for the composer."""

    code = "notice_problem"

    def __init__(self, problem: str) -> None:
        """Keep the word."""
        self.problem = problem
        super().__init__(problem)


# What citizens must never be sent unasked: an agency's message about debts with an address in it is what
# swindlers send, and the agency says that it does not dun by LINE (CNA, 17 May 2024).
_DUNNING = re.compile(
    r"欠費|欠繳|催繳|滯納金|鎖卡|強制執行|行政執行|補繳|繳清"
    r"|arrears|overdue|late fee|tunggakan|nợ phí|ค้างชำระ",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"https?://|www\.|\b[a-z0-9-]+\.(?:com|net|org|tw|io|me|cc)\b", re.IGNORECASE)


def check(notice: Notice, today: date) -> None:
    """Check what must be right before a notice leaves its draft. Raises NoticeProblem."""
    dates = (notice.valid_until, notice.ack_deadline)
    problems = (
        ("no_title", not notice.title.strip()),
        ("no_body", not notice.body.strip()),
        ("title_long", len(notice.title) > MAX_TITLE),
        ("body_long", len(notice.body) > MAX_BODY),
        ("too_many_files", len(notice.attachments) > MOST_ATTACHMENTS),
        ("ends_before_it_begins", notice.valid_until is not None and notice.valid_until < notice.valid_from),
        ("in_the_past", any(day is not None and day < today for day in dates)),
        ("ack_without_deadline", notice.needs_ack and notice.ack_deadline is None),
        ("ack_of_citizens", notice.needs_ack and notice.audience.citizens),
        ("citizens_need_personal", notice.audience.citizens and notice.way is not Way.PERSONAL),
        ("citizens_dunned", notice.audience.citizens and bool(_DUNNING.search(notice.title + notice.body))),
        ("citizens_link", notice.audience.citizens and bool(_ADDRESS.search(notice.title + notice.body))),
        ("citizens_files", notice.audience.citizens and bool(notice.attachments)),
    )
    for problem, found in problems:
        if found:
            raise NoticeProblem(problem)


def event_to_leave_draft(notice: Notice) -> NoticeEvent:
    """Return how a draft goes on: what citizens are sent needs a second pair of eyes."""
    return NoticeEvent.PROPOSE if notice.audience.citizens else NoticeEvent.SCHEDULE


def categories_in(text: str) -> tuple[Category, ...]:
    """Return the categories that a line names, each once, in the order of `Category`."""
    return tuple(one for one, kind in CATEGORIES.items() if any(word in text for word in kind.words))
