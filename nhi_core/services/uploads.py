"""Imports from the console: the file first, then its import by a worker, at last what became of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import IO

from nhi_core.domain.errors import Invalid
from nhi_core.domain.imports import FileRefused, ImportKind, ImportState
from nhi_core.domain.uploads import KEPT, KINDS, MOST_BYTES, Upload, UploadState
from nhi_core.ports import Clock, Ids, UnitOfWork
from nhi_core.ports_files import UploadSpool
from nhi_core.services.imports import ImportService, ImportView


class UploadService:
    """Takes files in and runs their imports; killed at any point, the next run goes on."""

    def __init__(
        self,
        uow: Callable[[], UnitOfWork],
        spool: UploadSpool,
        imports: ImportService,
        clock: Clock,
        ids: Ids,
    ) -> None:
        self._uow = uow
        self._spool = spool
        self._imports = imports
        self._clock = clock
        self._ids = ids

    def take(self, kind: ImportKind, data: IO[bytes], *, staff: str) -> Upload:
        """Keep a file for its import. Raises Invalid, FileRefused, FilesFull, FilesUnavailable."""
        if kind not in KINDS:
            raise Invalid("this kind is imported by the command line")
        upload = Upload(self._ids.uuid(), kind, staff, self._clock.now())
        self._spool.put(upload, data, MOST_BYTES)
        with self._uow() as uow:
            detail = {"staff": staff, "kind": kind.value}
            uow.audit.record("import_handed_in", subject=f"upload:{upload.id}", detail=detail)
            uow.commit()
        return upload

    def recent(self) -> tuple[Upload, ...]:
        """Return what waits and what was done in the last days, the newest first."""
        return self._spool.all()

    def work(self) -> int:
        """Import what waits, the oldest first, persons before what belongs to them; return how many."""
        waiting = [one for one in self._spool.all() if one.state is UploadState.WAITING]
        return sum(self._one(one) for one in sorted(waiting, key=lambda one: (one.at, KINDS.index(one.kind))))

    def forget(self) -> int:
        """Forget outcomes that are old, and files that nobody could import for as long; return how many."""
        return self._spool.forget(self._clock.now() - KEPT)

    def _one(self, upload: Upload) -> bool:
        with self._spool.claim(upload.id) as path:
            if path is None:
                return False
            try:
                view = self._imports.run(upload.kind, path)
            except FileRefused as error:
                done = replace(upload, state=UploadState.REFUSED, why=str(error))
            else:
                done = replace(upload, state=_state(view), import_id=view.import_id)
            self._spool.done(done)
        with self._uow() as uow:
            detail = {"staff": upload.staff, "kind": upload.kind.value, "state": done.state.value}
            uow.audit.record("import_ended", subject=f"upload:{upload.id}", detail=detail)
            uow.commit()
        return True


def _state(view: ImportView) -> UploadState:
    if view.again:
        return UploadState.KNOWN
    return UploadState.BAD_ROWS if view.state == ImportState.REFUSED else UploadState.IMPORTED
