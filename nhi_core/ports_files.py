"""What services need for files that people sent or staff attached: a store by content, safe pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Protocol

from nhi_core.domain.files import CleanPicture
from nhi_core.domain.uploads import Upload


class ContentStore(Protocol):
    """Files by the SHA-256 of their content (64 hex digits). The same content is kept once.

    Each feature has a store of its own, so that what one deletes is never another's. Whoever keeps a digest
    in a row calls `drop` when no row has it any more. Every method raises errors.FilesUnavailable when the
    store does not answer.
    """

    def put(self, data: bytes) -> str:
        """Keep `data`, return its digest; on return it survives a power cut. Raises errors.FilesFull."""

    def get(self, digest: str) -> bytes | None:
        """Return the content, or None when it is not there (or no longer what its name says)."""

    def drop(self, digest: str) -> bool:
        """Delete the content; False when it was not there."""

    def kept(self, older_than: timedelta) -> Iterator[str]:
        """Return the digests of what was put so long ago, by the store's own clock.

        For finding what no row knows. It must be longer than anything takes from `put` to its row.
        """


class PictureCleaner(Protocol):
    """Makes a safe picture of what somebody sent."""

    def clean(self, data: bytes) -> CleanPicture:
        """Return it re-encoded, upright, without what a camera wrote into it. Raises ContentRefused."""


class UploadSpool(Protocol):
    """Files that wait for their import, each with what is known of it; shared by web and worker processes.

    Every method raises errors.FilesUnavailable when the disk does not answer.
    """

    def put(self, upload: Upload, data: IO[bytes], most: int) -> None:
        """Keep a file whole or not at all. Raises FileRefused (empty, more than `most` bytes), FilesFull."""

    def all(self) -> tuple[Upload, ...]:
        """Return what waits and what is done, the newest first."""

    def claim(self, upload_id: str) -> AbstractContextManager[Path | None]:
        """Lend the file of a waiting upload to one process alone; None: another has it, or it is done."""

    def done(self, upload: Upload) -> None:
        """Delete the file and keep what became of it."""

    def forget(self, before: datetime) -> int:
        """Forget what was handed in before; return how many."""
