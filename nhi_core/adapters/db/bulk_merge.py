"""From a staging table to the books: the checks over the whole file, and the statement that applies it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Table,
    Text,
    and_,
    case,
    delete,
    exists,
    func,
    literal,
    null,
    or_,
    select,
    type_coerce,
)
from sqlalchemy.dialects import postgresql, sqlite

from nhi_core.adapters.db import bulk_matching
from nhi_core.adapters.db.bulk_rows import STAGED
from nhi_core.adapters.db.tables import bills, households, payments, persons
from nhi_core.adapters.db.tables_imports import (
    import_rejects,
    preregistrations,
    staged_payments,
    staged_persons,
)
from nhi_core.adapters.db.tables_ledger import subsidies
from nhi_core.domain.imports import ImportKind, Reason, Reject
from nhi_core.domain.imports_fields import CLEAR

TARGETS: Mapping[ImportKind, Table] = {
    ImportKind.PERSONS: persons,
    ImportKind.BILLS: bills,
    ImportKind.PAYMENTS: payments,
    ImportKind.SUBSIDIES: subsidies,
    ImportKind.REGISTRATIONS: preregistrations,
}
# File column → column of the books, where they differ.
_NAMES = {
    "number": {ImportKind.PERSONS: "number_fp", ImportKind.BILLS: "payer_id"},
    "household": {ImportKind.PERSONS: "household_id"},
    "bill": {ImportKind.PAYMENTS: "bill_id"},
}
# What the file must not hold twice: our column, and what the report calls it.
_ONCE = {
    ImportKind.PERSONS: ("number_fp", "number"),
    ImportKind.BILLS: ("id", "bill"),
    ImportKind.PAYMENTS: ("id", "payment"),
    ImportKind.SUBSIDIES: ("id", "subsidy"),
    ImportKind.REGISTRATIONS: ("id", "number"),
}
# What may change in a row that stands already. Of a payment nothing but the day it was posted.
_CHANGING = {
    ImportKind.PERSONS: ("number", "number_fp", "name", "birth", "category", "household_id", "hardship_since",
                         "hardship_until", "entry_permit", "passport", "card_number"),
    ImportKind.BILLS: ("kind", "month", "amount", "due", "unit_name", "headcount", "late_fee_start",
                       "charged_late_fee", "deferred_until", "in_enforcement", "write_off"),
    ImportKind.PAYMENTS: ("posted_on",),
    ImportKind.SUBSIDIES: ("kind", "percent", "ceiling", "granted_by", "since", "until"),
    ImportKind.REGISTRATIONS: ("email", "phone", "consented_on", "import_id"),
}  # fmt: skip

# Of these an empty cell leaves what stands in the books, and a dash (CLEAR) takes it away.
_KEPT = frozenset({"entry_permit", "passport", "card_number"})


@dataclass(frozen=True, slots=True)
class Merged:
    """How many rows were new, changed, and as they stood."""

    inserted: int
    updated: int
    unchanged: int


@dataclass(frozen=True, slots=True)
class Merge:
    """One import's way into the books. `absent`: optional columns that the file's heading lacks."""

    kind: ImportKind
    import_id: str
    absent: frozenset[str]
    unit_code: str | None = None
    consented_on: date | None = None

    @property
    def staged(self) -> Table:
        """Its staging table."""
        return STAGED[self.kind]

    @property
    def target(self) -> Table:
        """Its table of the books."""
        return TARGETS[self.kind]

    def check(self, connection: Connection) -> None:
        """Write down every staged row that contradicts the file itself or the books."""
        for column, reason, found in self._faults():
            lines = found.with_only_columns(
                literal(self.import_id), self.staged.c.line, literal(column), literal(reason.value)
            )
            make = _insert(connection, import_rejects)
            connection.execute(
                make.from_select(["import_id", "line", "column", "reason"], lines).on_conflict_do_nothing()
            )
        if self.kind is ImportKind.PAYMENTS:
            unclear = bulk_matching.link(connection, self._good())
            if unclear:
                make = _insert(connection, import_rejects)
                connection.execute(make.on_conflict_do_nothing(), reject_rows(self.import_id, unclear))

    def apply(self, connection: Connection) -> Merged:
        """Bring the staged rows that nothing speaks against into the books."""
        s, target = self.staged, self.target
        if self.kind is ImportKind.PERSONS:
            homes = select(staged_persons.c.household_id).distinct()
            homes = homes.where(self._good(), staged_persons.c.household_id.is_not(None))
            make = _insert(connection, households)
            connection.execute(make.from_select(["id"], homes).on_conflict_do_nothing())
        good, ours, posted = self._good(), 0, 0
        if self.kind is ImportKind.PAYMENTS:
            ours, posted = bulk_matching.post(connection, good)
            good = and_(good, staged_payments.c.own_id.is_(None))
        count = select(func.count()).select_from(s).where(good)
        total = connection.execute(count).scalar_one()
        standing = connection.execute(
            select(func.count()).select_from(s.join(target, target.c.id == s.c.id)).where(good)
        ).scalar_one()
        values = self._values()
        rows = select(*values.values()).where(good)
        if self.kind is ImportKind.BILLS:
            # One payer's rows together: look-ups of payers and the index of bills touch each page once.
            rows = rows.order_by(s.c.payer_id, s.c.month)
        insert = _insert(connection, target).from_select(list(values), rows)
        statement = insert if not standing else self._upsert(insert)
        touched = connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
        inserted = total - standing
        return Merged(inserted, touched - inserted + posted, total - touched + ours - posted)

    def _upsert(self, insert: postgresql.Insert | sqlite.Insert) -> postgresql.Insert | sqlite.Insert:
        excluded, target = insert.excluded, self.target
        changing = {name: self._changed(excluded[name], target.c[name]) for name in self._changing()}
        return insert.on_conflict_do_update(
            index_elements=[target.c.id],
            set_=changing,
            where=or_(*(new.is_distinct_from(target.c[name]) for name, new in changing.items())),
        )

    def _changed(self, new: ColumnElement[object], standing: ColumnElement[object]) -> ColumnElement[object]:
        """Return what a row that stands holds afterwards."""
        if self.kind is ImportKind.PAYMENTS:
            return func.coalesce(new, standing)
        if self.kind is ImportKind.PERSONS and standing.key in _KEPT:
            cleared = type_coerce(new, Text) == CLEAR
            return case((new.is_(None), standing), (cleared, null()), else_=new)
        return new

    def clear(self, connection: Connection) -> None:
        """Empty the staging table of this import."""
        connection.execute(delete(self.staged).where(self.staged.c.import_id == self.import_id))

    def _mine(self) -> ColumnElement[bool]:
        return self.staged.c.import_id == self.import_id

    def _good(self) -> ColumnElement[bool]:
        r = import_rejects.c
        against = exists().where(r.import_id == self.staged.c.import_id, r.line == self.staged.c.line)
        return and_(self._mine(), ~against)

    def _changing(self) -> tuple[str, ...]:
        absent = {_NAMES.get(name, {}).get(self.kind, name) for name in self.absent}
        return tuple(name for name in _CHANGING[self.kind] if name not in absent)

    def _values(self) -> dict[str, ColumnElement[object]]:
        target = self.target.c
        shared: dict[str, ColumnElement[object]] = {
            column.name: column
            for column in self.staged.columns
            if column.name in target and column.name != "line"
        }
        shared.pop("import_id", None)
        if self.kind is ImportKind.PERSONS:
            # Of a new person there is nothing to take away: no dash may come to stand in the books.
            new = ~exists().where(persons.c.id == self.staged.c.id)
            for name in _KEPT - self.absent:
                dash = and_(self.staged.c[name] == CLEAR, new)
                shared[name] = case((dash, null()), else_=self.staged.c[name])
        if self.kind is ImportKind.REGISTRATIONS:
            shared |= {
                "import_id": literal(self.import_id),
                "unit_code": literal(self.unit_code),
                "consented_on": literal(self.consented_on, preregistrations.c.consented_on.type),
                "mail": literal("waiting"),
            }
        return shared

    def _faults(self) -> Iterator[tuple[str, Reason, Select[tuple[object]]]]:
        s, target = self.staged, self.target
        rows = select(s.c.line).where(self._mine())
        key, column = _ONCE[self.kind]
        twice = (
            select(s.c[key], func.min(s.c.line).label("first"))
            .where(self._mine())
            .group_by(s.c[key])
            .having(func.count() > 1)
            .subquery()
        )
        yield column, Reason.TWICE, rows.join(twice, twice.c[key] == s.c[key]).where(s.c.line > twice.c.first)
        if self.kind in (ImportKind.BILLS, ImportKind.SUBSIDIES):
            owner = "payer_id" if self.kind is ImportKind.BILLS else "person_id"
            standing = rows.join(target, target.c.id == s.c.id)
            yield "number", Reason.OTHER_PERSON, standing.where(target.c[owner] != s.c[owner])
        if self.kind is ImportKind.BILLS and "write_off" not in self.absent:
            yield "write_off", Reason.OTHER_SLIP, self._on_other_slips(rows)
        if self.kind is ImportKind.PAYMENTS:
            missing = rows.outerjoin(bills, bills.c.id == s.c.bill_id).where(bills.c.id.is_(None))
            yield "bill", Reason.NO_BILL, missing
            standing = rows.join(target, target.c.id == s.c.id)
            differs = or_(*(target.c[name] != s.c[name] for name in ("bill_id", "amount", "paid_on")))
            yield "payment", Reason.DIFFERS, standing.where(differs)
            linked = rows.join(target, target.c.agency_id == s.c.id)
            differs = or_(*(target.c[name] != s.c[name] for name in ("bill_id", "amount")))
            yield "payment", Reason.DIFFERS, linked.where(differs)

    def _on_other_slips(self, rows: Select[tuple[object]]) -> Select[tuple[object]]:
        """Return rows whose write-off number another person's bill has, in the books or in the file."""
        s, others = self.staged, self.staged.alias("others")
        in_file = (
            select(others.c.write_off)
            .where(others.c.import_id == self.import_id, others.c.write_off.is_not(None))
            .group_by(others.c.write_off)
            .having(func.min(others.c.payer_id) != func.max(others.c.payer_id))
        )
        in_books = exists().where(bills.c.write_off == s.c.write_off, bills.c.payer_id != s.c.payer_id)
        number = s.c.write_off
        shared = or_(number.in_(in_file), in_books)
        return rows.where(number.is_not(None), shared)


def reject_rows(import_id: str, rejects: Iterable[Reject]) -> list[dict[str, object]]:
    """Return the rows of the report."""
    return [
        {"import_id": import_id, "line": one.line, "column": one.column, "reason": one.reason.value}
        for one in rejects
    ]


def _insert(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)
