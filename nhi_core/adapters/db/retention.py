"""What is past its time in the database, rule by rule, and its removal in small transactions.

A rule without a file or a key beside it is here, and nowhere else: no repository deletes by age.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, func, select, tuple_, update

from nhi_core.adapters.db.bulk import without_limits
from nhi_core.adapters.db.engine import READ_ONLY, translated
from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.retention_rules import STEPS, Step
from nhi_core.adapters.db.tables_retention import retention_runs
from nhi_core.ports_retention import Keeper


@dataclass(frozen=True, slots=True)
class SqlKeeper:
    """Fulfils ports_retention.Keeper: a rule's steps, one after the other."""

    engine: Engine
    steps: Sequence[Step]

    def count(self, before: datetime) -> int:
        """See the port."""
        with translated(), self.engine.connect().execution_options(**READ_ONLY) as connection:
            without_limits(connection)
            counts = [
                select(func.count()).select_from(one.table).where(one.where(before)) for one in self.steps
            ]
            return sum(int(connection.execute(count).scalar_one()) for count in counts)

    def remove(self, before: datetime, limit: int) -> int:
        """See the port."""
        for step in self.steps:
            key = step.key[0] if len(step.key) == 1 else tuple_(*step.key)
            some = select(*step.key).where(step.where(before)).limit(limit)
            statement = (
                delete(step.table)
                if step.empty is None
                else update(step.table).values({**dict.fromkeys(step.empty), **step.grown})
            )
            with translated(), self.engine.begin() as connection:
                # A look through a whole table may take longer than an answer may.
                without_limits(connection)
                # Asked once more of each row: it may have come to life since it was found.
                done = connection.execute(statement.where(key.in_(some), step.where(before))).rowcount
            if done:
                return done
        return 0


class SqlRetentionRuns:
    """Fulfils ports_retention.RetentionRuns."""

    def __init__(self, engine: Engine) -> None:
        """Open nothing yet."""
        self._engine = engine

    def done(self, rule: str, at: datetime, removed: int) -> None:
        """Insert, or write over; of two at once the later one stands."""
        row = {"rule": rule, "done_at": at, "removed": removed, "removed_ever": removed}
        c = retention_runs.c
        with translated(), self._engine.begin() as connection:
            if not insert_if_absent(connection, retention_runs, row):
                values = {"done_at": at, "removed": removed, "removed_ever": c.removed_ever + removed}
                connection.execute(update(retention_runs).where(c.rule == rule).values(values))

    def last(self) -> Mapping[str, datetime]:
        """Return rule → moment."""
        query = select(retention_runs.c.rule, retention_runs.c.done_at)
        with translated(), self._engine.connect().execution_options(**READ_ONLY) as connection:
            return {row.rule: row.done_at for row in connection.execute(query)}


def sql_keepers(engine: Engine) -> dict[str, Keeper]:
    """Return rule → keeper for every rule that the database alone can do."""
    return {rule: SqlKeeper(engine, steps) for rule, steps in STEPS.items()}
