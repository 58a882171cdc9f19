"""Figures, quality and runs of the evaluation."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence

from sqlalchemy import Connection, Table, func, insert, or_, select
from sqlalchemy.dialects import postgresql, sqlite

from nhi_core.adapters.db.tables_evaluation import evaluation_figures, evaluation_runs, quality_months
from nhi_core.adapters.db.tables_offices import offices
from nhi_core.domain.quality import ErrorKind, OfficeQuality
from nhi_core.ports_evaluation import Figure, Run

_AT_ONCE = 500  # rows of one INSERT: both databases count its parameters

_f = evaluation_figures.c
_q = quality_months.c
_r = evaluation_runs.c


class SqlEvaluations:
    """Fulfils ports_evaluation.Evaluations."""

    def __init__(self, connection: Connection) -> None:
        """Work on one connection."""
        self._connection = connection

    def put_figures(self, figures: Iterable[Figure]) -> int:
        """Insert or write over; return how many changed anything."""
        rows = [
            {
                "year": one.year,
                "month": one.month,
                "office_code": one.office,
                "item": one.item,
                "count": one.count,
            }
            for one in figures
        ]
        return self._put(evaluation_figures, rows)

    def figures(self, year: int, months: Collection[int]) -> Mapping[str, Mapping[str, int]]:
        """Return office → item → cases in these months."""
        query = (
            select(_f.office_code, _f.item, func.sum(_f["count"]).label("cases"))
            .where(_f.year == year, _f.month.in_(sorted(months)))
            .group_by(_f.office_code, _f.item)
        )
        found: dict[str, dict[str, int]] = {}
        for row in self._connection.execute(query):
            found.setdefault(row.office_code, {})[row.item] = int(row.cases)
        return found

    def figure(self, year: int, month: int, office: str, item: str) -> int | None:
        """Return one figure; None where nothing is stated."""
        query = select(_f["count"]).where(
            _f.year == year, _f.month == month, _f.office_code == office, _f.item == item
        )
        return self._connection.execute(query).scalar_one_or_none()

    def stated(self, year: int, items: Collection[str]) -> frozenset[tuple[str, int, str]]:
        """Return the (office, month, item)s of these items that something is stated of, be it zero."""
        query = select(_f.office_code, _f.month, _f.item).where(_f.year == year, _f.item.in_(sorted(items)))
        return frozenset((row.office_code, row.month, row.item) for row in self._connection.execute(query))

    def by_month(self, year: int, months: Collection[int]) -> Mapping[tuple[int, str], int]:
        """Return (month, item) → cases of all offices in use."""
        query = (
            select(_f.month, _f.item, func.sum(_f["count"]).label("cases"))
            .join(offices, offices.c.code == _f.office_code)
            .where(_f.year == year, _f.month.in_(sorted(months)), offices.c.active)
            .group_by(_f.month, _f.item)
        )
        return {(row.month, row.item): int(row.cases) for row in self._connection.execute(query)}

    def put_quality(self, year: int, month: int, offices: Iterable[OfficeQuality]) -> int:
        """Insert or write over a month; return how many changed anything."""
        rows = [
            {
                "year": year,
                "month": month,
                "office_code": one.office,
                "received": one.received,
                **{kind.value: one.errors.get(kind, 0) for kind in ErrorKind},
            }
            for one in offices
        ]
        return self._put(quality_months, rows)

    def quality(
        self, year: int, months: Collection[int], office: str | None = None
    ) -> tuple[OfficeQuality, ...]:
        """Return each office's sums over these months, by office."""
        sums = [func.sum(_q[name]).label(name) for name in ("received", *ErrorKind)]
        query = select(_q.office_code, *sums).where(_q.year == year, _q.month.in_(sorted(months)))
        if office is not None:
            query = query.where(_q.office_code == office)
        rows = self._connection.execute(query.group_by(_q.office_code).order_by(_q.office_code)).mappings()
        return tuple(
            OfficeQuality(
                row["office_code"], int(row["received"]), {kind: int(row[kind.value]) for kind in ErrorKind}
            )
            for row in rows
        )

    def quality_months(self) -> tuple[tuple[int, int], ...]:
        """Return the (year, month)s there is something of, the latest first."""
        query = select(_q.year, _q.month).distinct().order_by(_q.year.desc(), _q.month.desc())
        return tuple((row.year, row.month) for row in self._connection.execute(query))

    def add_run(self, run: Run) -> None:
        """Insert."""
        values = {name: getattr(run, name) for name in ("id", "year", "digest", "computed_at", "staff")}
        self._connection.execute(insert(evaluation_runs).values(**values, result=dict(run.result)))

    def run(self, run_id: str) -> Run | None:
        """Return one; None for an unknown one."""
        query = select(evaluation_runs).where(_r.id == run_id)
        row = self._connection.execute(query).mappings().one_or_none()
        return None if row is None else Run(**row)

    def runs(self, year: int, limit: int = 20) -> tuple[Run, ...]:
        """Return a year's runs, the latest first."""
        query = select(evaluation_runs).where(_r.year == year).order_by(_r.computed_at.desc(), _r.id)
        return tuple(Run(**row) for row in self._connection.execute(query.limit(limit)).mappings())

    def _put(self, table: Table, rows: Sequence[Mapping[str, object]]) -> int:
        make = postgresql.insert if self._connection.dialect.name == "postgresql" else sqlite.insert
        fresh = [column.name for column in table.columns if not column.primary_key]
        changed = 0
        for start in range(0, len(rows), _AT_ONCE):
            made = make(table).values(rows[start : start + _AT_ONCE])
            statement = made.on_conflict_do_update(
                index_elements=list(table.primary_key.columns),
                set_={name: made.excluded[name] for name in fresh},
                where=or_(*(table.c[name] != made.excluded[name] for name in fresh)),
            )
            changed += len(self._connection.execute(statement.returning(table.c.year)).all())
        return changed
