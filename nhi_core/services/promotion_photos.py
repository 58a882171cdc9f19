"""The content of promotion photos: fetched at once, made safe, kept by its hash, deleted in time.

A photo's row is there before its content; a try is leased, so that several workers may sweep. What was unsent
while it was fetched is dropped again.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from itertools import islice

from nhi_core.domain.errors import ContentRefused, StoreUnavailable
from nhi_core.domain.promotion import (
    AUDIT_EVENTS,
    LIVE_PHOTOS,
    OPEN,
    RETRY_AFTER,
    Photo,
    PhotoState,
    Report,
    ReportEvent,
    ReportState,
    month_of,
)
from nhi_core.ports import Clock, UnitOfWork, UnitOfWorkFactory
from nhi_core.ports_files import ContentStore, PictureCleaner

LEASE = timedelta(minutes=2)  # a fetch takes seconds; after this somebody else may try
TIMED_OUT, NOT_THERE = "timed_out", "not_there"
_ORPHAN_AGE = timedelta(hours=6)
_AT_ONCE = 200
_TRIES = 3


class PromotionPhotos:
    """Raises StoreUnavailable, and FilesUnavailable where contents are touched."""

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, files: ContentStore, cleaner: PictureCleaner
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._files = files
        self._cleaner = cleaner

    def due(self, limit: int = _AT_ONCE) -> tuple[Photo, ...]:
        """Return photos that wait for their content."""
        with self._uow() as uow:
            return uow.promotions.due_photos(self._clock.now(), limit)

    def claim(self, photo_id: str) -> Photo | None:
        """Take a waiting photo for one try; None when somebody else has it, or it is settled."""
        now = self._clock.now()
        with self._uow() as uow:
            photo = uow.promotions.photo(photo_id)
            if photo is None or photo.next_try_at is None or photo.next_try_at > now:
                return None
            if not uow.promotions.lease(photo, now + LEASE):
                return None
            uow.commit()
            return uow.promotions.photo(photo_id)

    def received(self, photo: Photo, data: bytes) -> PhotoState:
        """Keep the content, or say why not; return what became of the photo."""
        source = hashlib.sha256(data).hexdigest()
        try:
            clean = self._cleaner.clean(data)
        except ContentRefused as refused:
            self._settle(photo, state=PhotoState.REFUSED, reason=refused.reason, source=source)
            return PhotoState.REFUSED
        digest, thumbnail = self._files.put(clean.data), self._files.put(clean.thumbnail)
        kept = self._settle(
            photo,
            state=PhotoState.KEPT,
            source=source,
            digest=digest,
            thumbnail=thumbnail,
            width=clean.width,
            height=clean.height,
        )
        if not kept:
            self.drop([digest, thumbnail])
            return PhotoState.UNSENT
        # Somebody may have dropped the same content between our `put` and our row: it is put once more.
        for name, content in ((digest, clean.data), (thumbnail, clean.thumbnail)):
            if self._files.get(name) is None:
                self._files.put(content)
        return PhotoState.KEPT

    def gone(self, photo: Photo) -> None:
        """The platform has the content no longer, or it was unsent."""
        self._settle(photo, state=PhotoState.GONE, reason=NOT_THERE)

    def later(self, photo: Photo) -> bool:
        """Put the next try off; False when it was the last one, and the photo is given up."""
        tries = photo.tries - 1
        if tries >= len(RETRY_AFTER):
            self._settle(photo, state=PhotoState.GONE, reason=TIMED_OUT)
            return False
        again = self._clock.now() + timedelta(seconds=RETRY_AFTER[max(tries, 0)])
        with self._uow() as uow:
            uow.promotions.settle(dataclasses.replace(photo, next_try_at=again), was=PhotoState.WAITING)
            uow.commit()
        return True

    def unsend(self, message_id: str) -> bool:
        """Delete what is kept of an unsent message; False when it is no photo of ours.

        A report whose last photo this was is over.
        """
        for _ in range(_TRIES):
            with self._uow() as uow:
                photo = uow.promotions.photo_of(message_id)
                if photo is None:
                    return False
                if photo.state in (PhotoState.UNSENT, PhotoState.EXPIRED):
                    return True
                unsent = dataclasses.replace(_bare(photo), state=PhotoState.UNSENT, source=None)
                if not uow.promotions.settle(unsent, was=photo.state):
                    continue  # a download ended at this very moment: look anew
                self._end_if_empty(uow, photo.report_id)
                uow.audit.record("promotion_photo_unsent", subject=f"promotion:{photo.report_id}")
                uow.commit()
            self.drop(_digests(photo))
            return True
        raise StoreUnavailable("the photo changes all the time")

    def content(self, digest: str) -> bytes | None:
        """Return a kept content by its digest."""
        return self._files.get(digest)

    def outlived(self, before: datetime) -> int:
        """Count the kept photos of months before that moment's."""
        with self._uow() as uow:
            return uow.promotions.count_outlived(month_of(before))

    def expire(self, before: datetime, limit: int = _AT_ONCE) -> int:
        """Delete the contents of photos of months before that moment's; return of how many photos."""
        dropped: list[str] = []
        expired = 0
        with self._uow() as uow:
            for photo in uow.promotions.outlived(month_of(before), limit):
                if uow.promotions.settle(
                    dataclasses.replace(_bare(photo), state=PhotoState.EXPIRED), was=photo.state
                ):
                    dropped += _digests(photo)
                    expired += 1
            uow.commit()
        self.drop(dropped)
        return expired

    def ended(self, before: datetime) -> int:
        """Count abandoned and withdrawn reports last heard of before then."""
        with self._uow() as uow:
            return uow.promotions.count_ended(before)

    def remove_ended(self, before: datetime, limit: int = _AT_ONCE) -> int:
        """Delete abandoned and withdrawn reports whole; return how many."""
        with self._uow() as uow:
            removed, photos = uow.promotions.remove_ended(before, limit)
            uow.commit()
        self.drop(digest for photo in photos for digest in _digests(photo))
        return removed

    def orphans(self) -> int:
        """Count contents that no row knows."""
        return sum(1 for _ in self._orphans(None))

    def drop_orphans(self, limit: int | None = None) -> int:
        """Delete contents that no row knows: what a crash left between content and row. Returns how many."""
        return self.drop(self._orphans(limit))

    def _orphans(self, limit: int | None) -> Iterator[str]:
        """Yield old contents that no row refers to, at most `limit`."""
        found = 0
        kept = iter(self._files.kept(_ORPHAN_AGE))
        while some := list(islice(kept, _AT_ONCE)):
            with self._uow() as uow:
                referred = uow.promotions.referred(some)
            for digest in some:
                if digest not in referred and (limit is None or found < limit):
                    found += 1
                    yield digest

    def _settle(self, photo: Photo, **changes: object) -> bool:
        settled = dataclasses.replace(photo, next_try_at=None, **changes)  # type: ignore[arg-type]
        with self._uow() as uow:
            done = uow.promotions.settle(settled, was=PhotoState.WAITING)
            uow.commit()
        return done

    def _end_if_empty(self, uow: UnitOfWork, report_id: str) -> None:
        report = uow.promotions.get(report_id)
        left = [one for one in uow.promotions.photos_of(report_id) if one.state in LIVE_PHOTOS]
        if report is None or left or not _may_end(report):
            return
        if uow.promotions.save(report.moved(ReportEvent.EMPTY)):
            detail = {"clerk": report.clerk_id, "office": report.office_code}
            uow.audit.record(AUDIT_EVENTS[ReportEvent.EMPTY], subject=f"promotion:{report.id}", detail=detail)

    def drop(self, digests: Iterable[str]) -> int:
        """Delete the contents that no row refers to; return how many."""
        wanted = list(dict.fromkeys(digests))
        if not wanted:
            return 0
        dropped = 0
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            with self._uow() as uow:
                referred = uow.promotions.referred(some)
            dropped += sum(self._files.drop(one) for one in some if one not in referred)
        return dropped


def _may_end(report: Report) -> bool:
    return report.state is ReportState.FILED or (
        report.state in OPEN and report.state is not ReportState.COLLECTING
    )


def _digests(photo: Photo) -> list[str]:
    return [one for one in (photo.digest, photo.thumbnail) if one is not None]


def _bare(photo: Photo) -> Photo:
    """Return the photo without its content."""
    return dataclasses.replace(photo, digest=None, thumbnail=None, width=None, height=None, next_try_at=None)
