"""Listens to the tied groups without keeping a word: each message becomes a kind, and months are counted."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from nhi_core.domain.errors import NotAClerk
from nhi_core.domain.group_activity import Heard, Message, MessageKind, MonthActivity, activity, kind_of
from nhi_core.domain.offices import Clerk, ClerkRole, ClerkState
from nhi_core.domain.promotion import month_of
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports import Clock, UnitOfWork, UnitOfWorkFactory


@dataclass(frozen=True, slots=True)
class Utterance:
    """A message in a tied group as it is heard; the text goes no further than this call."""

    message_id: str
    group_id: str
    account_id: str | None
    message_type: str
    said_at: datetime
    text: str | None = dataclasses.field(default=None, repr=False)
    quoted_id: str | None = None
    first_of_set: bool = True
    to_account: bool = False


@dataclass(frozen=True, slots=True)
class MonthRow:
    """One month (ISO) of the group."""

    month: str
    editor: int
    read_replies: int
    discussion: int


@dataclass(frozen=True, slots=True)
class ActivityView:
    """The last months for a clerk: the whole group's, and what one's own office said in them.

    `office` is empty for an editor.
    """

    months: tuple[MonthRow, ...]
    office: str
    office_read_replies: int
    office_discussion: int


MONTHS_SHOWN = 3


class GroupActivityService:
    """Raises StoreUnavailable."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock) -> None:
        self._uow = uow
        self._clock = clock

    def hear(self, said: Utterance) -> MessageKind:
        """Note a message, or its edited version, by kind. Hearing it twice changes nothing."""
        with self._uow() as uow:
            known = uow.group_talk.get(said.message_id)
            account_id = said.account_id or (known.account_id if known is not None else None)
            clerk = _active(uow, account_id)
            quoted = uow.group_talk.get(said.quoted_id) if said.quoted_id is not None else None
            kind = kind_of(
                Heard(
                    by_editor=clerk is not None and clerk.role is ClerkRole.EDITOR,
                    message_type=said.message_type,
                    text=said.text,
                    quotes=quoted.kind if quoted is not None else None,
                    first_of_set=said.first_of_set,
                    to_account=said.to_account,
                    last_question=uow.group_talk.last_question(said.group_id, said.said_at),
                    at=said.said_at,
                )
            )
            office = clerk.office_code if clerk is not None else None
            uow.group_talk.put(
                Message(
                    said.message_id,
                    said.group_id,
                    account_id,
                    office,
                    kind,
                    self._clock.today(),
                    said.said_at,
                )
            )
            uow.commit()
            return kind

    def unsend(self, message_id: str) -> bool:
        """Forget an unsent message; it counts no longer. False: it is not known."""
        with self._uow() as uow:
            found = uow.group_talk.remove(message_id)
            uow.commit()
            return found

    def months(
        self, first: PremiumMonth, last: PremiumMonth, *, group_id: str | None = None
    ) -> tuple[MonthActivity, ...]:
        """Return the months of a period, over all groups or one."""
        with self._uow() as uow:
            return activity(uow.group_talk.counts(first, last, group_id), first, last)

    def by_office(self, first: PremiumMonth, last: PremiumMonth) -> Mapping[str, tuple[int, int]]:
        """Return office code → (read-replies, discussion)."""
        with self._uow() as uow:
            return uow.group_talk.by_office(first, last)

    def answers(self, first: PremiumMonth, last: PremiumMonth) -> Mapping[tuple[str, PremiumMonth], int]:
        """Return (office code, month) → read-replies and discussion together, for the evaluation."""
        with self._uow() as uow:
            return uow.group_talk.answers(first, last)

    def for_clerk(self, account_id: str) -> ActivityView:
        """Return the last months for a clerk or an editor. Raises NotAClerk."""
        last = month_of(self._clock.now())
        first = last.plus(1 - MONTHS_SHOWN)
        with self._uow() as uow:
            clerk = _active(uow, account_id)
            if clerk is None:
                raise NotAClerk
            office = uow.offices.get(clerk.office_code) if clerk.office_code else None
            counts = activity(uow.group_talk.counts(first, last), first, last)
            mine = uow.group_talk.by_office(first, last).get(clerk.office_code or "", (0, 0))
            rows = tuple(
                MonthRow(one.month.iso, one.editor, one.read_replies, one.discussion) for one in counts
            )
            return ActivityView(rows, office.name if office else "", *mine)


def _active(uow: UnitOfWork, account_id: str | None) -> Clerk | None:
    clerk = uow.clerks.live_of_account(account_id) if account_id is not None else None
    return clerk if clerk is not None and clerk.state is ClerkState.ACTIVE else None
