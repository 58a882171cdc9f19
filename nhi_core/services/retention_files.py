"""Keepers of what has a file beside its row: promotion photos, and the files of notices."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nhi_core.ports import UnitOfWorkFactory
from nhi_core.ports_files import ContentStore
from nhi_core.ports_retention import Keeper
from nhi_core.services.promotion_photos import PromotionPhotos

# Between the upload and the row of its notice lies one request.
_ORPHAN_AGE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class _ByHand:
    """Fulfils ports_retention.Keeper with two functions."""

    look: Callable[[datetime], int]
    work: Callable[[datetime, int], int]

    def count(self, before: datetime) -> int:
        return self.look(before)

    def remove(self, before: datetime, limit: int) -> int:
        return self.work(before, limit)


class NoticeFileKeeper:
    """Fulfils ports_retention.Keeper: the files of notices that were closed, and of no notice at all."""

    def __init__(self, uow: UnitOfWorkFactory, files: ContentStore) -> None:
        self._uow = uow
        self._files = files

    def count(self, before: datetime) -> int:
        """Count the files of old notices, and the files of none."""
        with self._uow() as uow:
            old = sum(len(files) for _, files in uow.notices.outlived_files(before, 10_000))
        return old + len(self._orphans())

    def remove(self, before: datetime, limit: int) -> int:
        """Empty the lists of old notices; then drop what no notice names any more."""
        with self._uow() as uow:
            old = uow.notices.outlived_files(before, limit)
            for notice_id, _ in old:
                uow.notices.forget_files(notice_id)
            uow.commit()
        emptied = {digest for _, files in old for digest in files}
        named = self._named() if emptied else frozenset()
        gone = sum(self._files.drop(digest) for digest in emptied - named)
        return len(old) + gone + sum(self._files.drop(digest) for digest in self._orphans()[:limit])

    def _orphans(self) -> list[str]:
        kept = list(self._files.kept(_ORPHAN_AGE))
        named = self._named() if kept else frozenset()
        return [digest for digest in kept if digest not in named]

    def _named(self) -> frozenset[str]:
        with self._uow() as uow:
            return uow.notices.named_files()


def file_keepers(photos: PromotionPhotos, notice_files: NoticeFileKeeper) -> dict[str, Keeper]:
    """Return rule → keeper."""
    return {
        "notice_files": notice_files,
        "promotion_photos": _ByHand(photos.outlived, photos.expire),
        "promotion_ended": _ByHand(photos.ended, photos.remove_ended),
        "promotion_orphans": _ByHand(
            lambda _before: photos.orphans(), lambda _before, limit: photos.drop_orphans(limit)
        ),
    }
