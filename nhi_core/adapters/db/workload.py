"""How much waits in the database: counts of rows that are under way, each found through an index."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Engine, Table, case, func, select

from nhi_core.adapters.db.engine import READ_ONLY, translated
from nhi_core.adapters.db.tables_kiosks import kiosks
from nhi_core.adapters.db.tables_notices import notice_batches, notices
from nhi_core.adapters.db.tables_payments import payment_attempts, payment_orders
from nhi_core.adapters.db.tables_reminders import reminders
from nhi_core.adapters.db.tables_retention import retention_runs
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.notice_sending import BatchState
from nhi_core.domain.notices import NoticeState
from nhi_core.domain.payment import LIVE_ATTEMPTS, LIVE_ORDERS
from nhi_core.domain.reminders import ReminderState
from nhi_core.domain.retention import Means, rules_at
from nhi_core.ports_operations import Workload

SILENT_AFTER = timedelta(minutes=15)  # a kiosk that runs speaks every minute
_BATCHES = (BatchState.WAITING.value, BatchState.CLAIMED.value)


def read_workload(engine: Engine, now: datetime) -> Workload:
    """Return the counts; raises StoreUnavailable."""
    with translated(), engine.connect().execution_options(**READ_ONLY) as connection:
        seen, silent = _kiosks(connection, now)
        due = select(func.count()).where(
            reminders.c.state == ReminderState.PLANNED.value, reminders.c.due_at <= now
        )
        late = select(func.min(notices.c.send_at)).where(
            notices.c.state == NoticeState.SCHEDULED.value, notices.c.send_at <= now
        )
        waiting_since = connection.execute(late).scalar_one()
        return Workload(
            orders=_by_state(connection, payment_orders, [one.value for one in LIVE_ORDERS]),
            attempts=_by_state(connection, payment_attempts, [one.value for one in LIVE_ATTEMPTS]),
            batches=_by_state(connection, notice_batches, list(_BATCHES)),
            reminders_due=int(connection.execute(due).scalar_one()),
            notices_late=timedelta(0) if waiting_since is None else now - waiting_since,
            kiosks_seen=seen,
            kiosks_silent=silent,
            retention_age=_retention_age(connection, now),
        )


def _by_state(connection: Connection, table: Table, states: list[str]) -> Mapping[str, int]:
    state: Column[str] = table.c.state
    query = select(state, func.count()).where(state.in_(states)).group_by(state)
    counted = {str(name): int(count) for name, count in connection.execute(query).all()}
    return {name: counted.get(name, 0) for name in sorted(states)}


def _kiosks(connection: Connection, now: datetime) -> tuple[int, int]:
    fresh = func.sum(case((kiosks.c.seen_at > now - SILENT_AFTER, 1), else_=0))
    query = select(func.count(), fresh).where(kiosks.c.revoked_at.is_(None), kiosks.c.seen_at.is_not(None))
    every, seen = connection.execute(query).one()
    return int(seen or 0), int(every) - int(seen or 0)


def _retention_age(connection: Connection, now: datetime) -> timedelta | None:
    query = select(retention_runs.c.rule, retention_runs.c.done_at)
    done: dict[str, datetime] = {row.rule: row.done_at for row in connection.execute(query)}
    rules = rules_at(now.astimezone(TAIPEI).date()).values()
    swept = [done.get(rule.name) for rule in rules if rule.means is Means.SWEEP]
    moments = [at for at in swept if at is not None]
    return now - min(moments) if moments and len(moments) == len(swept) else None
