"""Fulfils ports_files.UploadSpool with a directory: `<id>/file.csv` and `<id>/upload.json`.

An upload appears by the renaming of its finished directory, so a crash leaves nothing half. Readable by this
user alone. Of several processes one gets the lock on a file; a process that dies gives it back.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import IO

from nhi_core.adapters.files.directory import disk_errors
from nhi_core.domain.errors import Invalid
from nhi_core.domain.imports import FileRefused, ImportKind
from nhi_core.domain.uploads import Upload, UploadState

_NEW = ".new-"
_FILE, _NOTE = "file.csv", "upload.json"
_BLOCK = 1 << 20


class DirectorySpool:
    """See the module."""

    def __init__(self, root: Path) -> None:
        """Touch nothing yet: the directory is made at the first `put`."""
        self._root = root

    def put(self, upload: Upload, data: IO[bytes], most: int) -> None:
        """See the port."""
        place = self._place(upload.id)
        with disk_errors():
            self._root.mkdir(mode=0o700, parents=True, exist_ok=True)
            fresh = Path(tempfile.mkdtemp(prefix=_NEW, dir=self._root))  # 0700
            try:
                _copied(data, fresh / _FILE, most)
                _note(fresh, upload)
                fresh.rename(place)
            except BaseException:
                shutil.rmtree(fresh, ignore_errors=True)
                raise
            _flushed(self._root)

    def all(self) -> tuple[Upload, ...]:
        """See the port."""
        with disk_errors():
            found = [_read(place) for place in self._root.glob("*") if not place.name.startswith(_NEW)]
        return tuple(sorted((one for one in found if one is not None), key=lambda one: one.at, reverse=True))

    @contextmanager
    def claim(self, upload_id: str) -> Iterator[Path | None]:
        """See the port."""
        path = self._place(upload_id) / _FILE
        with disk_errors():
            handle = os.open(path, os.O_RDONLY) if path.exists() else None
        if handle is None:
            yield None
            return
        try:
            yield path if _locked(handle) and path.exists() else None
        finally:
            os.close(handle)

    def done(self, upload: Upload) -> None:
        """See the port."""
        place = self._place(upload.id)
        with disk_errors():
            _note(place, upload)  # first: without it, a file that is gone would wait for ever
            (place / _FILE).unlink(missing_ok=True)

    def forget(self, before: datetime) -> int:
        """See the port. What a crash left half-written goes by the time of its directory."""
        with disk_errors():
            found = self.all()
            for one in found:
                if (
                    one.state is not UploadState.WAITING
                ):  # whoever noted its end may have died before deleting
                    (self._place(one.id) / _FILE).unlink(missing_ok=True)
            old = [one.id for one in found if one.at < before]
            halves = [
                place for place in self._root.glob(f"{_NEW}*") if place.stat().st_mtime < before.timestamp()
            ]
            for place in (*(self._place(one) for one in old), *halves):
                shutil.rmtree(place, ignore_errors=True)
        return len(old)

    def _place(self, upload_id: str) -> Path:
        if not upload_id.replace("-", "").isalnum() or not upload_id.isascii():
            raise Invalid("not the id of an upload")
        return self._root / upload_id


def _copied(data: IO[bytes], path: Path, most: int) -> None:
    size = 0
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        while block := data.read(_BLOCK):
            size += len(block)
            if size > most:
                raise FileRefused(f"the file is larger than {most // 1_000_000} MB")
            file.write(block)
        file.flush()
        os.fsync(file.fileno())
    if not size:
        raise FileRefused("the file is empty")


def _note(place: Path, upload: Upload) -> None:
    text = json.dumps({**asdict(upload), "at": upload.at.isoformat()})
    handle, name = tempfile.mkstemp(prefix=_NEW, dir=place)  # 0600
    with os.fdopen(handle, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    Path(name).replace(place / _NOTE)
    _flushed(place)


def _read(place: Path) -> Upload | None:
    try:
        facts = json.loads((place / _NOTE).read_text("utf-8"))
    except FileNotFoundError:
        return None
    kind, state = ImportKind(facts.pop("kind")), UploadState(facts.pop("state"))
    return Upload(kind=kind, state=state, at=datetime.fromisoformat(facts.pop("at")), **facts)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _flushed(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
