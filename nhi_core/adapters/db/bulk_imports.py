"""The journal of imports and what hangs on it. Every step is one transaction that moves the journal too."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace

from sqlalchemy import Connection, Engine, RowMapping, delete, func, insert, literal, select, update
from sqlalchemy.exc import IntegrityError

from nhi_core.adapters.db.bulk import gather_statistics, pour, without_limits, without_waiting
from nhi_core.adapters.db.bulk_merge import Merge, reject_rows
from nhi_core.adapters.db.bulk_rows import STAGED
from nhi_core.adapters.db.engine import READ_ONLY, translated
from nhi_core.adapters.db.repositories.ledgers import SqlAudit
from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables_imports import import_rejects, imports
from nhi_core.domain.imports import (
    AUDIT_EVENTS,
    BooksMoved,
    ImportEvent,
    ImportKind,
    ImportState,
    ImportTaken,
    Reason,
    Reject,
    next_state,
)
from nhi_core.domain.imports_journal import Batch, Journal
from nhi_core.ports import Clock

_c = imports.c
_MANY = 10_000  # rows after which a table is another one to the planner


class SqlImports:
    """Keeps the journal. Raises StoreUnavailable; ImportTaken when another run went on with the import."""

    def __init__(self, engine: Engine, sealer: ColumnSealer, clock: Clock) -> None:
        """Open nothing yet."""
        self._engine = engine
        self._clock = clock
        # Staged rows under other keys could outlive their key: such an import starts over.
        self._keys = f"{sealer.sealer.prefix}{sealer.fingerprints.prefix}"

    def begin(self, new: Journal, *, sha256: str, size: int, fresh: bool) -> Journal:
        """Take over the file's import, or write down a new one.

        One that was applied comes back as it is. One that was being read goes on where it stopped, unless
        `fresh`, or the keys changed, or staged rows are gone (a crashed PostgreSQL empties unlogged tables).
        """
        with translated(), self._engine.begin() as connection:
            now = self._clock.now()
            values = {
                **_columns(new),
                "sha256": sha256, "size": size, "keys": self._keys, "started_at": now, "moved_at": now,
            }  # fmt: skip
            if insert_if_absent(connection, imports, values):
                return new
            query = select(imports).where(_c.kind == new.kind.value, _c.sha256 == sha256).with_for_update()
            row = connection.execute(query).one()
            found = _journal(row._mapping)
            if found.state is ImportState.APPLIED:
                return found
            whole = row._mapping["keys"] == self._keys and self._staged(connection, found) == found.staged
            if found.state is ImportState.READING and whole and not fresh:
                taken = replace(
                    found, owner=new.owner, unit_code=new.unit_code, consented_on=new.consented_on
                )
            else:
                next_state(found.state, ImportEvent.RESTART)
                self._forget(connection, found)
                taken = replace(new, id=found.id)
            connection.execute(
                update(imports)
                .where(_c.id == found.id)
                .values(**_columns(taken), size=size, keys=self._keys, moved_at=now)
            )
            return taken

    def stage(self, journal: Journal, batch: Batch) -> Journal:
        """Pour one batch and move the journal behind it, in one transaction."""
        moved = replace(
            journal,
            batches=journal.batches + 1,
            position=batch.end,
            line=batch.next_line,
            staged=journal.staged + batch.rows,
            rejected=journal.rejected + len(batch.rejects),
        )
        with translated(), self._engine.begin() as connection:
            without_waiting(connection)
            self._move(connection, journal, moved)
            pour(connection, STAGED[journal.kind], batch.packed)
            if batch.rejects:
                connection.execute(insert(import_rejects), reject_rows(journal.id, batch.rejects))
        return moved

    def finish(
        self, journal: Journal, *, absent: frozenset[str], apply: bool, only_good_rows: bool
    ) -> Journal:
        """Check the file as a whole and, if it may be, bring it into the books: one transaction.

        Raises BooksMoved when the books changed under the import; then nothing is applied.
        """
        merge = Merge(journal.kind, journal.id, absent, journal.unit_code, journal.consented_on)
        with translated():
            try:
                with self._engine.begin() as connection:
                    return self._finish(
                        connection, journal, merge, apply=apply, only_good_rows=only_good_rows
                    )
            except IntegrityError as error:
                raise BooksMoved("the books changed while the file was read; run the import again") from error

    def rejects(self, import_id: str) -> Iterator[Reject]:
        """Yield why rows were refused, in the order of the file. Streams, however many they are."""
        r = import_rejects.c
        query = select(r.line, r.column, r.reason).where(r.import_id == import_id).order_by(r.line, r.column)
        with translated(), self._engine.connect().execution_options(**READ_ONLY) as connection:
            for row in connection.execution_options(yield_per=1000).execute(query):
                yield Reject(row.line, row.column, Reason(row.reason))

    def recent(self, limit: int = 20) -> tuple[Journal, ...]:
        """Return the latest imports, the newest first."""
        query = select(imports).order_by(_c.started_at.desc(), _c.id).limit(limit)
        with translated(), self._engine.connect().execution_options(**READ_ONLY) as connection:
            return tuple(_journal(row._mapping) for row in connection.execute(query))

    def _finish(
        self, connection: Connection, journal: Journal, merge: Merge, *, apply: bool, only_good_rows: bool
    ) -> Journal:
        without_limits(connection)
        gather_statistics(connection, merge.staged)
        merge.check(connection)
        rejected = self._rejected(connection, journal)
        event = _verdict(rejected, apply=apply, only_good_rows=only_good_rows)
        done = replace(journal, state=next_state(journal.state, event), rejected=rejected)
        if event is ImportEvent.APPLY:
            merged = merge.apply(connection)
            if merged.inserted + merged.updated >= _MANY:
                # The planner would read whole tables for one person until the server looks for itself.
                gather_statistics(connection, merge.target)
            done = replace(done, inserted=merged.inserted, updated=merged.updated, unchanged=merged.unchanged)
        merge.clear(connection)
        self._move(connection, journal, done)
        SqlAudit(connection, self._clock).record(
            AUDIT_EVENTS[event],
            subject=journal.id,
            detail={"kind": journal.kind.value, "rows": journal.staged, "rejected": rejected},
        )
        return done

    def _move(self, connection: Connection, journal: Journal, moved: Journal) -> None:
        unmoved = (
            _c.id == journal.id,
            _c.owner == journal.owner,
            _c.state == journal.state.value,
            _c.batches == journal.batches,
        )
        statement = update(imports).where(*unmoved).values(**_columns(moved), moved_at=self._clock.now())
        if connection.execute(statement).rowcount != 1:
            raise ImportTaken("another run goes on with this import")

    def _forget(self, connection: Connection, journal: Journal) -> None:
        connection.execute(delete(import_rejects).where(import_rejects.c.import_id == journal.id))
        staged = STAGED[journal.kind]
        connection.execute(delete(staged).where(staged.c.import_id == journal.id))

    def _staged(self, connection: Connection, journal: Journal) -> int:
        staged = STAGED[journal.kind]
        query = select(func.count()).select_from(staged).where(staged.c.import_id == journal.id)
        return int(connection.execute(query).scalar_one())

    def _rejected(self, connection: Connection, journal: Journal) -> int:
        lines = (
            select(import_rejects.c.line).where(import_rejects.c.import_id == literal(journal.id)).distinct()
        )
        return int(connection.execute(select(func.count()).select_from(lines.subquery())).scalar_one())


def _verdict(rejected: int, *, apply: bool, only_good_rows: bool) -> ImportEvent:
    if not apply:
        return ImportEvent.CHECK
    return ImportEvent.REFUSE if rejected and not only_good_rows else ImportEvent.APPLY


_FIELDS = tuple(field.name for field in fields(Journal))


def _columns(journal: Journal) -> dict[str, object]:
    values = {name: getattr(journal, name) for name in _FIELDS}
    return {**values, "kind": journal.kind.value, "state": journal.state.value}


def _journal(row: RowMapping) -> Journal:
    values = {name: row[name] for name in _FIELDS}
    return Journal(**{**values, "kind": ImportKind(row["kind"]), "state": ImportState(row["state"])})
