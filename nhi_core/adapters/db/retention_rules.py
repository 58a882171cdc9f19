"""Which rows are past their time, for each rule of domain/retention.py that the database can do alone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, and_, exists, func, or_, select

from nhi_core.adapters.db.bulk_rows import STAGED
from nhi_core.adapters.db.tables import (
    accounts,
    audit_events,
    bindings,
    inbound_events,
    metadata,
    one_time_codes,
    sends,
)
from nhi_core.adapters.db.tables_eslips import mails
from nhi_core.adapters.db.tables_imports import import_rejects, imports, preregistrations
from nhi_core.adapters.db.tables_instalments import instalment_applications
from nhi_core.adapters.db.tables_kiosks import card_sessions, fact_attempts
from nhi_core.adapters.db.tables_notices import (
    notice_acks,
    notice_deliveries,
    notice_nudges,
    notice_posts,
    notices,
)
from nhi_core.adapters.db.tables_offices import group_members
from nhi_core.adapters.db.tables_payments import payment_attempts
from nhi_core.adapters.db.tables_privacy import erasure_accounts, erasures
from nhi_core.adapters.db.tables_promotion import group_messages, promotion_reports
from nhi_core.adapters.db.tables_reminders import reminder_preferences, reminder_walks, reminders
from nhi_core.adapters.db.tables_satisfaction import satisfaction_accounts, satisfaction_answers
from nhi_core.adapters.db.tables_staff import approvals, staff_sessions
from nhi_core.domain.application import MOVES as APPLICATION_MOVES
from nhi_core.domain.application import ApplicationState
from nhi_core.domain.approvals import LIVE as LIVE_APPROVALS
from nhi_core.domain.binding import LIVE as LIVE_BINDINGS
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.imports import ImportState
from nhi_core.domain.mail import OVER, STUCK
from nhi_core.domain.notices import CLOSED, NoticeState
from nhi_core.domain.reminders import MOVES as REMINDER_MOVES
from nhi_core.domain.reminders import ReminderState
from nhi_core.domain.roc import PremiumMonth

_WORDS = ("reason", "contact", "note")
Where = Callable[[datetime], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Step:
    """Rows of one table: deleted, or with `empty` these columns emptied and `grown` set.

    `key` tells rows apart; the primary key, or what a table without one has.
    """

    table: Table
    where: Where
    empty: Sequence[str] | None = None
    grown: Mapping[str, Any] = field(default_factory=dict)
    columns: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[Column[Any], ...]:
        """Return the columns that tell rows apart."""
        names = self.columns or tuple(column.name for column in self.table.primary_key)
        return tuple(self.table.c[name] for name in names)


def closed_notices(before: datetime) -> ColumnElement[bool]:
    """Notices that were closed before then, or sent before then without an end of their own."""
    c = notices.c
    over = [state.value for state in (*CLOSED, NoticeState.SENT)]
    return and_(c.state.in_(over), func.coalesce(c.closed_at, c.sent_at) < before)


def _day(moment: datetime) -> date:
    return moment.astimezone(TAIPEI).date()


def _month(moment: datetime) -> PremiumMonth:
    return PremiumMonth.of(_day(moment))


def _of_closed_notices(table: Table) -> Step:
    mine = table.c.notice_id
    return Step(table, lambda before: mine.in_(select(notices.c.id).where(closed_notices(before))))


def _untied(before: datetime) -> ColumnElement[bool]:
    """Blocked, long silent, and no row of any table hangs on it."""
    hanging = [
        exists().where(column == accounts.c.id)
        for table in metadata.tables.values()
        for column in table.columns
        if column.references(accounts.c.id)
    ]
    return and_(accounts.c.blocked, accounts.c.session_at < before, *(~one for one in hanging))


def _ended_bindings(before: datetime) -> ColumnElement[bool]:
    c = bindings.c
    ended = func.coalesce(c.ended_at, c.expires_at, c.proposed_at)
    return and_(
        c.state.not_in([state.value for state in LIVE_BINDINGS]),
        c.news.is_(None),
        ended < before,
        ~exists().where(reminders.c.binding_id == c.id),
        ~exists().where(reminder_preferences.c.binding_id == c.id),
    )


def _left_behind(table: Table) -> Step:
    given_up = (imports.c.moved_at, imports.c.state == ImportState.READING.value)
    return Step(
        table,
        lambda before: table.c.import_id.in_(select(imports.c.id).where(given_up[0] < before, given_up[1])),
        columns=("import_id", "line"),
    )


def _over(table: Table, column: str, states: Sequence[str]) -> Step:
    return Step(table, lambda before: and_(table.c.state.in_(states), table.c[column] < before))


def _ended(table: Table, column: str) -> Step:
    return Step(table, lambda before: table.c[column] < before)


_ended_reminders = [
    state.value for state, onward in REMINDER_MOVES.items() if not onward or state is ReminderState.SKIPPED
]
_going_on = {state for state, _ in APPLICATION_MOVES}
_closed_applications = [state.value for state in ApplicationState if state not in _going_on]
_a, _f, _s, _sa = accounts.c, fact_attempts.c, satisfaction_answers.c, satisfaction_accounts.c

STEPS: Mapping[str, Sequence[Step]] = {
    "codes": [_ended(one_time_codes, "expires_at")],
    "card_sessions": [_ended(card_sessions, "ended_at")],
    # A count with a pause in it stays: only the staff open what was locked.
    "wrong_facts": [
        Step(fact_attempts, lambda before: and_(_f.pauses == 0, or_(_f.since.is_(None), _f.since < before)))
    ],
    "staff_sessions": [_ended(staff_sessions, "expires_at")],
    "approvals": [
        Step(
            approvals,
            lambda before: and_(
                approvals.c.state.not_in([state.value for state in LIVE_APPROVALS]),
                func.coalesce(approvals.c.decided_at, approvals.c.expires_at) < before,
            ),
        )
    ],
    "bindings": [Step(bindings, _ended_bindings)],
    "accounts": [Step(accounts, _untied)],
    "trail": [_ended(audit_events, "at")],
    "erasures": [
        Step(
            erasures,
            lambda before: and_(
                erasures.c.done_at < before, ~exists().where(erasure_accounts.c.erasure_id == erasures.c.id)
            ),
        )
    ],
    "inbound": [_ended(inbound_events, "closed_at")],
    "sends": [_ended(sends, "claimed_at")],
    "letters": [_over(mails, "settled_at", [state.value for state in OVER])],
    "letters_stuck": [_over(mails, "settled_at", [state.value for state in STUCK])],
    "reminders": [
        Step(
            reminders,
            lambda before: and_(reminders.c.last_day < _day(before), reminders.c.state.in_(_ended_reminders)),
        )
    ],
    "reminder_walks": [Step(reminder_walks, lambda before: reminder_walks.c.day < _day(before))],
    "satisfaction_people": [
        Step(
            satisfaction_answers,
            lambda before: _s.asked_at < before,
            empty=("account_id", "event_id", "message_id", "asked_at"),
            grown={"revision": _s.revision + 1},
        )
    ],
    "satisfaction_words": [
        Step(
            satisfaction_answers,
            lambda before: and_(_s.month < _month(before), _s.word.is_not(None)),
            empty=("word",),
        )
    ],
    # A "never ask me" stays as long as its account.
    "satisfaction_moments": [
        Step(
            satisfaction_accounts,
            lambda before: and_(
                _sa.asked_at < before,
                or_(_sa.off.is_(False), ~exists().where(_a.id == _sa.account_id)),
            ),
        )
    ],
    "application_words": [
        Step(
            instalment_applications,
            lambda before: and_(
                instalment_applications.c.state.in_(_closed_applications),
                instalment_applications.c.updated_at < before,
                or_(*(instalment_applications.c[name].is_not(None) for name in _WORDS)),
            ),
            empty=_WORDS,
        )
    ],
    "import_rows": [_left_behind(table) for table in STAGED.values()],
    "import_rejects": [
        Step(
            import_rejects,
            lambda before: import_rejects.c.import_id.in_(
                select(imports.c.id).where(imports.c.moved_at < before)
            ),
        )
    ],
    "preregistrations": [
        Step(
            preregistrations,
            lambda before: and_(
                preregistrations.c.mail.in_(("sent", "refused")), preregistrations.c.mail_at < before
            ),
        )
    ],
    "payment_addresses": [
        Step(
            payment_attempts,
            lambda before: and_(
                payment_attempts.c.settled_at < before, payment_attempts.c.redirect_url.is_not(None)
            ),
            empty=("redirect_url",),
        )
    ],
    "notice_traces": [
        _of_closed_notices(table) for table in (notice_nudges, notice_posts, notice_acks, notice_deliveries)
    ],
    "promotion_notes": [
        Step(
            promotion_reports,
            lambda before: and_(
                promotion_reports.c.month < _month(before), promotion_reports.c.note.is_not(None)
            ),
            empty=("note",),
        )
    ],
    "group_people": [
        Step(
            group_messages,
            # Whole months, as the photos.
            lambda before: and_(
                group_messages.c.day < _month(before).first_day, group_messages.c.account_id.is_not(None)
            ),
            empty=("account_id",),
        )
    ],
    "group_members": [_ended(group_members, "left_at")],
}
