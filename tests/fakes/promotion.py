"""Promotion reports and group talk in memory, over the tables of `tests.fakes.store`.

Removed rows stand as None. What is a duplicate only the databases work out: here nothing is.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime

from nhi_core.domain.group_activity import Message, MessageKind
from nhi_core.domain.promotion import (
    OPEN,
    PHOTO_MOVES,
    SHOWN_PHOTOS,
    NotCounted,
    Photo,
    PhotoState,
    Report,
    ReportState,
)
from nhi_core.domain.promotion_figures import Cell
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports_promotion import WallPhoto, Wanted
from tests.fakes.table import Table


class FakePromotions:
    """Fulfils ports_promotion.Promotions."""

    def __init__(self, reports: Table[Report], photos: Table[Photo]) -> None:
        self._reports, self._photos = reports.rows, photos.rows

    def add(self, report: Report) -> None:
        self._reports[report.id] = report

    def get(self, report_id: str) -> Report | None:
        return self._reports.get(report_id)

    def save(self, report: Report) -> bool:
        if self._reports[report.id].revision != report.revision:
            return False
        self._reports[report.id] = dataclasses.replace(report, revision=report.revision + 1)
        return True

    def lively_of(self, clerk_id: str, since: datetime) -> tuple[Report, ...]:
        shown = OPEN | {ReportState.FILED}
        found = [one for one in self._reports.values() if one.clerk_id == clerk_id and one.state in shown]
        late = sorted((one for one in found if one.last_sign >= since), key=lambda one: one.last_sign)
        return tuple(reversed(late))

    def stale(self, before: datetime, limit: int) -> tuple[Report, ...]:
        open_ones = (one for one in self._reports.values() if one.state in OPEN)
        return tuple(one for one in open_ones if one.last_sign < before)[:limit]

    def add_photo(self, photo: Photo) -> bool:
        if self.photo_of(photo.message_id) is not None:
            return False
        self._photos[photo.id] = photo
        return True

    def photo(self, photo_id: str) -> Photo | None:
        return self._photos.get(photo_id)

    def photo_of(self, message_id: str) -> Photo | None:
        return next((one for one in self._photos.values() if one.message_id == message_id), None)

    def photos_of(self, report_id: str) -> tuple[Photo, ...]:
        mine = [one for one in self._photos.values() if one.report_id == report_id]
        return tuple(sorted(mine, key=lambda one: (one.received_at, one.id)))

    def due_photos(self, now: datetime, limit: int) -> tuple[Photo, ...]:
        waiting = (one for one in self._photos.values() if one.state is PhotoState.WAITING)
        return tuple(one for one in waiting if one.next_try_at is not None and one.next_try_at <= now)[:limit]

    def lease(self, photo: Photo, until: datetime) -> bool:
        stands = self._photos[photo.id]
        if stands.state is not PhotoState.WAITING or stands.tries != photo.tries:
            return False
        self._photos[photo.id] = dataclasses.replace(stands, tries=stands.tries + 1, next_try_at=until)
        return True

    def settle(self, photo: Photo, *, was: PhotoState) -> bool:
        assert photo.state is was or photo.state in PHOTO_MOVES[was]
        if self._photos[photo.id].state is not was:
            return False
        self._photos[photo.id] = photo
        return True

    def mark(self, photo_id: str, why: NotCounted | None) -> bool:
        if photo_id not in self._photos:
            return False
        self._photos[photo_id] = dataclasses.replace(self._photos[photo_id], not_counted=why)
        return True

    def duplicates_in(self, report: Report) -> frozenset[str]:
        return frozenset()

    def referred(self, digests: Iterable[str]) -> frozenset[str]:
        kept = {digest for one in self._photos.values() for digest in (one.digest, one.thumbnail)}
        return frozenset(one for one in digests if one in kept)

    def cells(
        self, first: PremiumMonth, last: PremiumMonth, office_code: str | None = None
    ) -> tuple[Cell, ...]:
        counts: Counter[tuple[str, PremiumMonth, str, str]] = Counter()
        for one in self._filed(first, last, office_code):
            if any(photo.not_counted is None for photo in self._shown(one)):
                counts[one.office_code, one.month, str(one.theme), str(one.channel)] += 1
        return tuple(Cell(*key, count) for key, count in sorted(counts.items()))

    def wall(self, wanted: Wanted, *, offset: int, limit: int) -> tuple[int, tuple[WallPhoto, ...]]:
        found = [
            WallPhoto(photo, one, duplicate=False)
            for one in self._filed(wanted.first, wanted.last, wanted.office_code)
            for photo in self._shown(one)
        ]
        return len(found), tuple(found[offset : offset + limit])

    def outlived(self, before: PremiumMonth, limit: int) -> tuple[Photo, ...]:
        kept = (one for one in self._photos.values() if one.state is PhotoState.KEPT)
        return tuple(one for one in kept if self._reports[one.report_id].month < before)[:limit]

    def count_outlived(self, before: PremiumMonth) -> int:
        return len(self.outlived(before, 10**6))

    def count_ended(self, before: datetime) -> int:
        return 0  # the memory of a test is short

    def remove_ended(self, before: datetime, limit: int) -> tuple[int, tuple[Photo, ...]]:
        return 0, ()

    def _filed(self, first: PremiumMonth, last: PremiumMonth, office_code: str | None) -> list[Report]:
        return [
            one
            for one in self._reports.values()
            if one.state is ReportState.FILED
            and first <= one.month <= last
            and office_code in (None, one.office_code)
        ]

    def _shown(self, report: Report) -> list[Photo]:
        return [one for one in self.photos_of(report.id) if one.state in SHOWN_PHOTOS]


class FakeGroupTalk:
    """Fulfils ports_promotion.GroupTalk."""

    def __init__(self, messages: Table[Message | None]) -> None:
        self._rows = messages.rows

    def put(self, message: Message) -> None:
        stands = self._rows.get(message.message_id)
        if stands is None:
            self._rows[message.message_id] = message
        elif stands.said_at < message.said_at:
            self._rows[message.message_id] = dataclasses.replace(
                stands, kind=message.kind, said_at=message.said_at
            )

    def get(self, message_id: str) -> Message | None:
        return self._rows.get(message_id)

    def remove(self, message_id: str) -> bool:
        if self._rows.get(message_id) is None:
            return False
        self._rows[message_id] = None
        return True

    def last_question(self, group_id: str, before: datetime) -> datetime | None:
        asked = [
            one.said_at
            for one in self._all()
            if one.group_id == group_id and one.kind is MessageKind.QUESTION and one.said_at < before
        ]
        return max(asked, default=None)

    def counts(
        self, first: PremiumMonth, last: PremiumMonth, group_id: str | None = None
    ) -> Mapping[tuple[PremiumMonth, MessageKind], int]:
        return Counter(
            (PremiumMonth.of(one.day), one.kind)
            for one in self._all()
            if first <= PremiumMonth.of(one.day) <= last and group_id in (None, one.group_id)
        )

    def by_office(self, first: PremiumMonth, last: PremiumMonth) -> Mapping[str, tuple[int, int]]:
        counts = Counter(
            (one.office_code, one.kind) for one in self._all() if first <= PremiumMonth.of(one.day) <= last
        )
        return {
            code: (counts[code, MessageKind.READ_REPLY], counts[code, MessageKind.DISCUSSION])
            for code in {one.office_code for one in self._all()}
            if code is not None
        }

    def answers(self, first: PremiumMonth, last: PremiumMonth) -> Mapping[tuple[str, PremiumMonth], int]:
        return Counter(
            (one.office_code, PremiumMonth.of(one.day))
            for one in self._all()
            if first <= PremiumMonth.of(one.day) <= last
            and one.office_code is not None
            and one.kind in (MessageKind.READ_REPLY, MessageKind.DISCUSSION)
        )

    def _all(self) -> list[Message]:
        return [one for one in self._rows.values() if one is not None]
