"""Imports: a file goes into the books whole, or not at all; sent twice, it counts once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from nhi_core.domain.imports import ImportKind, ImportState, Reject
from nhi_core.domain.imports_journal import Batch, FileFacts, Journal
from nhi_core.ports import Ids

# (bytes done, bytes in all)
Progress = Callable[[int, int], None]


class ImportSource(Protocol):
    """Where rows come from."""

    def look(self, kind: ImportKind, path: Path, encoding: str | None) -> FileFacts:
        """Look the file through once. Raises FileRefused."""

    def batches(
        self, path: Path, facts: FileFacts, journal: Journal, *, block_bytes: int | None = None
    ) -> Iterator[Batch]:
        """Yield batches from where the journal stands."""


class ImportStore(Protocol):
    """Where rows go. Each call is one transaction; raises StoreUnavailable, ImportTaken, BooksMoved."""

    def begin(self, new: Journal, *, sha256: str, size: int, fresh: bool) -> Journal: ...
    def stage(self, journal: Journal, batch: Batch) -> Journal: ...
    def finish(
        self, journal: Journal, *, absent: frozenset[str], apply: bool, only_good_rows: bool
    ) -> Journal: ...
    def rejects(self, import_id: str) -> Iterator[Reject]: ...
    def recent(self, limit: int = 20) -> tuple[Journal, ...]: ...


@dataclass(frozen=True, slots=True)
class ImportView:
    """What became of a file. `again`: it had been applied before, and nothing was done now.

    `resumed_at` is the line at which an interrupted import went on, or None.
    """

    import_id: str
    kind: str
    state: str
    encoding: str
    again: bool
    resumed_at: int | None
    read: int
    rejected: int
    inserted: int
    updated: int
    unchanged: int


class ImportService:
    """Reads a file into staging tables batch by batch, checks it whole, applies it in one transaction.

    Killed at any point and run again it goes on after the last batch: the journal's row and a batch's rows
    are committed together.
    """

    def __init__(self, source: ImportSource, store: ImportStore, ids: Ids) -> None:
        self._source = source
        self._store = store
        self._ids = ids

    def run(
        self,
        kind: ImportKind,
        path: Path,
        *,
        encoding: str | None = None,
        apply: bool = True,
        only_good_rows: bool = False,
        fresh: bool = False,
        unit_code: str | None = None,
        consented_on: date | None = None,
        block_bytes: int | None = None,
        progress: Progress | None = None,
    ) -> ImportView:
        """Import the file. `apply` False looks it over alone; `fresh` reads from the start whatever stands.

        Raises FileRefused, ImportTaken, BooksMoved, StoreUnavailable.
        """
        facts = self._source.look(kind, path, encoding)
        new = Journal(
            id=self._ids.uuid(), kind=kind, state=ImportState.READING, owner=self._ids.uuid(),
            encoding=facts.encoding, batches=0, position=facts.first_byte, line=facts.first_line,
            staged=0, rejected=0, inserted=0, updated=0, unchanged=0,
            unit_code=unit_code, consented_on=consented_on,
        )  # fmt: skip
        journal = self._store.begin(new, sha256=facts.sha256, size=facts.size, fresh=fresh)
        if journal.state is ImportState.APPLIED:
            return _view(journal, again=True, resumed_at=None)
        resumed_at = journal.line if journal.batches else None
        for batch in self._source.batches(path, facts, journal, block_bytes=block_bytes):
            journal = self._store.stage(journal, batch)
            if progress is not None:
                progress(journal.position, facts.size)
        done = self._store.finish(journal, absent=facts.absent, apply=apply, only_good_rows=only_good_rows)
        return _view(done, again=False, resumed_at=resumed_at)

    def rejects(self, import_id: str) -> Iterator[Reject]:
        """Yield why rows were refused, in the order of the file; never what stood in them."""
        return self._store.rejects(import_id)

    def recent(self, limit: int = 20) -> tuple[Journal, ...]:
        """Return the latest imports, the newest first."""
        return self._store.recent(limit)


def _view(journal: Journal, *, again: bool, resumed_at: int | None) -> ImportView:
    return ImportView(
        import_id=journal.id,
        kind=journal.kind.value,
        state=journal.state.value,
        encoding=journal.encoding,
        again=again,
        resumed_at=resumed_at,
        read=journal.staged,
        rejected=journal.rejected,
        inserted=journal.inserted,
        updated=journal.updated,
        unchanged=journal.unchanged,
    )
