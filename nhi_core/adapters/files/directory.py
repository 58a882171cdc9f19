"""Fulfils ports_files.ContentStore with a directory: `ab/cd…` for the digest `abcd…`.

A file appears whole or not at all: it is written beside its place, flushed to the disk, and renamed. Several
processes, and several machines on a shared volume, may write at once: the same content has the same name.
"""

from __future__ import annotations

import errno
import hashlib
import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from nhi_core.domain.errors import FilesFull, FilesUnavailable, Invalid
from nhi_core.domain.files import DIGEST

_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_TEMPORARY = ".new-"


class DirectoryStore:
    """Readable by this user alone (0700, 0600)."""

    def __init__(self, root: Path) -> None:
        """Touch nothing yet: the directory is made at the first `put`."""
        self._root = root

    def put(self, data: bytes) -> str:
        """See the port."""
        digest = hashlib.sha256(data).hexdigest()
        place = self._place(digest)
        with disk_errors():
            if place.exists() and self._whole(digest) is not None:
                os.utime(place)  # young again: a sweep for orphans leaves it alone until its row is there
                return digest
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(place, data)
        return digest

    def get(self, digest: str) -> bytes | None:
        """See the port."""
        with disk_errors():
            return self._whole(digest)

    def drop(self, digest: str) -> bool:
        """See the port."""
        with disk_errors():
            try:
                self._place(digest).unlink()
            except FileNotFoundError:
                return False
        return True

    def kept(self, older_than: timedelta) -> Iterator[str]:
        """See the port. What a crash left half-written is removed on the way."""
        before = time.time() - older_than.total_seconds()
        with disk_errors():
            for path in self._root.glob("??/*"):
                digest = path.parent.name + path.name
                with suppress(FileNotFoundError):
                    old = path.stat().st_mtime < before
                    if old and path.name.startswith(_TEMPORARY):
                        path.unlink()
                    elif old and DIGEST.fullmatch(digest):
                        yield digest

    def _place(self, digest: str) -> Path:
        if not DIGEST.fullmatch(digest):
            raise Invalid("not a digest")
        return self._root / digest[:2] / digest[2:]

    def _whole(self, digest: str) -> bytes | None:
        """Return the content if it is what its name says: a disk may lose what it promised."""
        try:
            data = self._place(digest).read_bytes()
        except FileNotFoundError:
            return None
        return data if hashlib.sha256(data).hexdigest() == digest else None

    @staticmethod
    def _write(place: Path, data: bytes) -> None:
        handle, name = tempfile.mkstemp(prefix=_TEMPORARY, dir=place.parent)  # 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            Path(name).replace(place)
        except BaseException:
            with suppress(OSError):
                Path(name).unlink()
            raise
        for directory in (place.parent, place.parent.parent):  # the names must survive as well
            folder = os.open(directory, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)


@contextmanager
def disk_errors() -> Iterator[None]:
    """Make errors of the disk ours. Raises FilesFull, FilesUnavailable."""
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise FilesFull("no room for another file") from error
        raise FilesUnavailable("the file store does not answer") from error
