"""Promotion reports and their photos."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, Row, delete, func, select, union_all, update

from nhi_core.adapters.db.repositories.promotion_figures import cells, duplicates_in, wall
from nhi_core.adapters.db.repositories.promotion_rows import (
    photo_columns,
    photo_of,
    report_columns,
    report_of,
)
from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables_promotion import promotion_photos, promotion_reports
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.promotion import OPEN, PHOTO_MOVES, NotCounted, Photo, PhotoState, Report, ReportState
from nhi_core.domain.promotion_figures import Cell
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports_promotion import WallPhoto, Wanted

_r = promotion_reports.c
_p = promotion_photos.c
_OPEN = tuple(state.value for state in OPEN)
_ENDED = (ReportState.ABANDONED.value, ReportState.WITHDRAWN.value)
_WAITING = PhotoState.WAITING.value
_ORDER = (_p.received_at, _p.id)


class SqlPromotions:
    """Fulfils ports_promotion.Promotions."""

    def __init__(self, connection: Connection, sealer: ColumnSealer) -> None:
        """Work on one connection."""
        self._connection = connection
        self._sealer = sealer

    def add(self, report: Report) -> None:
        """Insert a report."""
        self._connection.execute(promotion_reports.insert().values(report_columns(report, self._sealer)))

    def get(self, report_id: str) -> Report | None:
        """Return the report of this id."""
        row = self._connection.execute(select(promotion_reports).where(_r.id == report_id)).one_or_none()
        return None if row is None else report_of(row, self._sealer)

    def save(self, report: Report) -> bool:
        """Compare-and-set on `revision`."""
        grown = dataclasses.replace(report, revision=report.revision + 1)
        mine = update(promotion_reports).where(_r.id == report.id, _r.revision == report.revision)
        done = self._connection.execute(mine.values(report_columns(grown, self._sealer)))
        return done.rowcount == 1

    def lively_of(self, clerk_id: str, since: datetime) -> tuple[Report, ...]:
        """Return the clerk's open and filed reports heard of since then, the latest first."""
        shown = (*_OPEN, ReportState.FILED.value)
        query = select(promotion_reports).where(
            _r.clerk_id == clerk_id, _r.last_sign >= since, _r.state.in_(shown)
        )
        return self._reports(self._connection.execute(query.order_by(_r.last_sign.desc(), _r.id)))

    def stale(self, before: datetime, limit: int) -> tuple[Report, ...]:
        """Return open reports last heard of before then."""
        query = select(promotion_reports).where(_r.state.in_(_OPEN), _r.last_sign < before)
        return self._reports(self._connection.execute(query.order_by(_r.last_sign).limit(limit)))

    def add_photo(self, photo: Photo) -> bool:
        """Insert; False when the message is known."""
        return insert_if_absent(self._connection, promotion_photos, photo_columns(photo))

    def photo(self, photo_id: str) -> Photo | None:
        """Return the photo of this id."""
        return self._one(_p.id == photo_id)

    def photo_of(self, message_id: str) -> Photo | None:
        """Return the photo that came in this message."""
        return self._one(_p.message_id == message_id)

    def photos_of(self, report_id: str) -> tuple[Photo, ...]:
        """Return a report's photos in the order they came."""
        query = select(promotion_photos).where(_p.report_id == report_id).order_by(*_ORDER)
        return tuple(photo_of(row) for row in self._connection.execute(query))

    def due_photos(self, now: datetime, limit: int) -> tuple[Photo, ...]:
        """Return waiting photos whose next try is due."""
        query = select(promotion_photos).where(_p.state == _WAITING, _p.next_try_at <= now)
        rows = self._connection.execute(query.order_by(_p.next_try_at, _p.id).limit(limit))
        return tuple(photo_of(row) for row in rows)

    def lease(self, photo: Photo, until: datetime) -> bool:
        """Compare-and-set on state and tries."""
        mine = (_p.id == photo.id, _p.state == _WAITING, _p.tries == photo.tries)
        taken = update(promotion_photos).where(*mine).values(tries=photo.tries + 1, next_try_at=until)
        return self._connection.execute(taken).rowcount == 1

    def settle(self, photo: Photo, *, was: PhotoState) -> bool:
        """Compare-and-set on the state. Raises IllegalMove for an edge that is not in the table."""
        if photo.state is not was and photo.state not in PHOTO_MOVES[was]:
            raise IllegalMove(f"photo from {was} to {photo.state}")
        mine = update(promotion_photos).where(_p.id == photo.id, _p.state == was.value)
        return self._connection.execute(mine.values(photo_columns(photo))).rowcount == 1

    def mark(self, photo_id: str, why: NotCounted | None) -> bool:
        """Set or take back that a photo is not counted."""
        value = None if why is None else why.value
        mine = update(promotion_photos).where(_p.id == photo_id).values(not_counted=value)
        return self._connection.execute(mine).rowcount == 1

    def duplicates_in(self, report: Report) -> frozenset[str]:
        """Return ids of the report's photos whose picture the office showed before in that month."""
        return duplicates_in(self._connection, report)

    def referred(self, digests: Iterable[str]) -> frozenset[str]:
        """Return those digests that some photo still refers to."""
        wanted = list(digests)
        both = union_all(
            select(_p.digest).where(_p.digest.in_(wanted)),
            select(_p.thumbnail).where(_p.thumbnail.in_(wanted)),
        )
        return frozenset(self._connection.execute(both).scalars())

    def cells(
        self, first: PremiumMonth, last: PremiumMonth, office_code: str | None = None
    ) -> tuple[Cell, ...]:
        """Return what counts, by office, month, theme and channel."""
        return cells(self._connection, first, last, office_code)

    def wall(self, wanted: Wanted, *, offset: int, limit: int) -> tuple[int, tuple[WallPhoto, ...]]:
        """Return how many photos there are, and a page of them, the latest first."""
        return wall(self._connection, self._sealer, wanted, offset=offset, limit=limit)

    def outlived(self, before: PremiumMonth, limit: int) -> tuple[Photo, ...]:
        """Return kept photos of months before that one."""
        query = (
            select(promotion_photos)
            .join(promotion_reports, _r.id == _p.report_id)
            .where(_r.month < before, _p.state == PhotoState.KEPT.value)
            .limit(limit)
        )
        return tuple(photo_of(row) for row in self._connection.execute(query))

    def count_outlived(self, before: PremiumMonth) -> int:
        """Count kept photos of months before that one."""
        query = select(func.count()).select_from(promotion_photos.join(promotion_reports))
        old = query.where(_r.month < before, _p.state == PhotoState.KEPT.value)
        return int(self._connection.execute(old).scalar_one())

    def count_ended(self, before: datetime) -> int:
        """Count abandoned and withdrawn reports."""
        ended = select(func.count()).where(_r.state.in_(_ENDED), _r.last_sign < before)
        return int(self._connection.execute(ended).scalar_one())

    def remove_ended(self, before: datetime, limit: int) -> tuple[int, tuple[Photo, ...]]:
        """Delete abandoned and withdrawn reports; return how many, and the photos they had."""
        ended = select(_r.id).where(_r.state.in_(_ENDED), _r.last_sign < before).limit(limit)
        ids = list(self._connection.execute(ended).scalars())
        query = select(promotion_photos).where(_p.report_id.in_(ids)).order_by(*_ORDER)
        photos = tuple(photo_of(row) for row in self._connection.execute(query))
        self._connection.execute(delete(promotion_photos).where(_p.report_id.in_(ids)))
        self._connection.execute(delete(promotion_reports).where(_r.id.in_(ids)))
        return len(ids), photos

    def _one(self, condition: ColumnElement[bool]) -> Photo | None:
        row = self._connection.execute(select(promotion_photos).where(condition)).one_or_none()
        return None if row is None else photo_of(row)

    def _reports(self, rows: Iterable[Row[tuple[object, ...]]]) -> tuple[Report, ...]:
        return tuple(report_of(row, self._sealer) for row in rows)
