"""How the bot is used: counts by day, language, wish, outcome and age band."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import Connection, func, select
from sqlalchemy.dialects import postgresql, sqlite

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables import bindings, persons
from nhi_core.adapters.db.tables_satisfaction import usage_counts
from nhi_core.adapters.db.types import Envelope
from nhi_core.domain.roc import PremiumMonth
from nhi_core.domain.usage import MonthCount, UseCell

_u = usage_counts.c


class SqlUsageCounts:
    """Fulfils ports_satisfaction.UsageCounts."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def add(self, cell: UseCell) -> None:
        """Count one more, in one statement: two workers at once count two."""
        make = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        first = make(usage_counts).values(**_columns(cell), count=1)
        more = {"count": _u["count"] + 1}
        self._connection.execute(
            first.on_conflict_do_update(index_elements=list(usage_counts.primary_key.columns), set_=more)
        )

    def put(self, cells: Iterable[tuple[UseCell, int]]) -> int:
        """Insert whole counts that are not there yet."""
        return sum(
            insert_if_absent(self._connection, usage_counts, {**_columns(cell), "count": count})
            for cell, count in cells
        )

    def months(self, first: PremiumMonth, last: PremiumMonth) -> tuple[MonthCount, ...]:
        """Return the sums of each month."""
        by = (_u.month, _u.language, _u.wish, _u.outcome, _u.band)
        query = select(*by, func.sum(_u["count"])).where(_u.month.between(first, last)).group_by(*by)
        return tuple(
            MonthCount(month, language, wish, outcome, band, int(count))
            for month, language, wish, outcome, band, count in self._connection.execute(query)
        )

    def total(self, first: date, last: date) -> int:
        """Return the sum over all cells of these days."""
        query = select(func.coalesce(func.sum(_u["count"]), 0)).where(_u.day.between(first, last))
        return int(self._connection.execute(query).scalar_one())

    def birth_of_account(self, account_id: str) -> date | None:
        """Return the birth date of the person bound now."""
        query = (
            select(persons.c.id, persons.c.birth)
            .join(bindings, bindings.c.person_id == persons.c.id)
            .where(bindings.c.account_id == account_id, bindings.c.state == "bound")
        )
        row = self._connection.execute(query).first()
        if row is None or not isinstance(row.birth, Envelope):
            return None
        return date.fromisoformat(self._sealer.open(persons.c.birth, row.birth, row=row.id))


def _columns(cell: UseCell) -> dict[str, object]:
    return {
        "day": cell.day,
        "language": cell.language,
        "wish": cell.wish,
        "outcome": cell.outcome,
        "band": cell.band,
        "month": PremiumMonth.of(cell.day),
    }
