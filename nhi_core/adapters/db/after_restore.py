"""After a restore nothing may go out twice: what waited to be sent may have been sent since the backup."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Engine, update

from nhi_core.adapters.db.engine import translated
from nhi_core.adapters.db.tables import bindings
from nhi_core.adapters.db.tables_eslips import mails
from nhi_core.adapters.db.tables_instalments import instalment_applications as applications
from nhi_core.adapters.db.tables_notices import notices
from nhi_core.adapters.db.tables_reminders import reminders
from nhi_core.domain.mail import MailState
from nhi_core.domain.notices import NoticeState, Stop
from nhi_core.domain.reminders import Reason, ReminderState


def hold_back(engine: Engine, now: datetime) -> dict[str, int]:
    """Mark what waits as perhaps sent, or as waiting for staff; return how many rows of each kind.

    Letters become `unclear` and notices `stopped`: staff look and decide. Reminders whose moment is over are
    ended; news of bindings and answers to applications count as told. Raises StoreUnavailable.
    """
    letters = (MailState.WAITING.value, MailState.SENDING.value)
    open_reminders = (ReminderState.PLANNED.value, ReminderState.CLAIMED.value)
    steps = {
        "letters": update(mails)
        .where(mails.c.state.in_(letters))
        .values(state=MailState.UNCLEAR.value, settled_at=now, next_try_at=None),
        "reminders": update(reminders)
        .where(reminders.c.state.in_(open_reminders), reminders.c.due_at <= now)
        .values(state=ReminderState.FAILED.value, reason=Reason.UNREACHABLE.value, settled_at=now),
        "notices under way": update(notices)
        .where(notices.c.state == NoticeState.SENDING.value)
        .values(state=NoticeState.STOPPED.value, stop=Stop.STAFF.value),
        "notices past their moment": update(notices)
        .where(notices.c.state == NoticeState.SCHEDULED.value, notices.c.send_at <= now)
        .values(state=NoticeState.STOPPED.value, stop=Stop.STAFF.value),
        "news of bindings": update(bindings).where(bindings.c.news.is_not(None)).values(news=None),
        "answers to applications": update(applications)
        .where(applications.c.told.is_distinct_from(applications.c.state))
        .values(told=applications.c.state),
    }
    with translated(), engine.begin() as connection:
        return {what: connection.execute(step).rowcount for what, step in steps.items()}
