"""What counts of the promotion reports, worked out each time it is asked: a photo that is unsent, marked or
withdrawn changes the figures by itself, and a duplicate takes the place of an original that went.
"""

from __future__ import annotations

from sqlalchemy import ColumnElement, Connection, Subquery, and_, func, or_, select

from nhi_core.adapters.db.repositories.promotion_rows import photo_of, report_of
from nhi_core.adapters.db.sealing import ColumnSealer
from nhi_core.adapters.db.tables_promotion import promotion_photos, promotion_reports
from nhi_core.domain.promotion import OPEN, SHOWN_PHOTOS, Report, ReportState
from nhi_core.domain.promotion_figures import Cell
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports_promotion import WallPhoto, Wanted

_r = promotion_reports.c
_p = promotion_photos.c
_SHOWN = tuple(state.value for state in SHOWN_PHOTOS)
_FILED = (ReportState.FILED.value,)
_FILED_OR_OPEN = (*_FILED, *(state.value for state in OPEN))


def cells(
    connection: Connection, first: PremiumMonth, last: PremiumMonth, office_code: str | None
) -> tuple[Cell, ...]:
    """See ports_promotion.Promotions."""
    ranked = _ranked(_FILED, *_period(first, last, office_code))
    counting = select(ranked.c.report_id).where(ranked.c.place == 1, ranked.c.not_counted.is_(None))
    key = (_r.office_code, _r.month, _r.theme, _r.channel)
    query = (
        select(*key, func.count())
        .where(_r.id.in_(counting), *_period(first, last, office_code))
        .group_by(*key)
        .order_by(*key)
    )
    return tuple(Cell(*row) for row in connection.execute(query))


def duplicates_in(connection: Connection, report: Report) -> frozenset[str]:
    """See ports_promotion.Promotions. An open report is compared as if it were filed now."""
    ranked = _ranked(_FILED_OR_OPEN, _r.month == report.month, _r.office_code == report.office_code)
    query = select(ranked.c.id).where(ranked.c.place > 1, ranked.c.report_id == report.id)
    return frozenset(connection.execute(query).scalars())


def wall(
    connection: Connection, sealer: ColumnSealer, wanted: Wanted, *, offset: int, limit: int
) -> tuple[int, tuple[WallPhoto, ...]]:
    """See ports_promotion.Promotions."""
    ranked = _ranked(_FILED, *_period(wanted.first, wanted.last, wanted.office_code))
    conditions = [_p.id == ranked.c.id, _r.id == ranked.c.report_id]
    if wanted.theme is not None:
        conditions.append(_r.theme == wanted.theme)
    if wanted.channel is not None:
        conditions.append(_r.channel == wanted.channel)
    if wanted.counted is True:
        conditions.append(and_(ranked.c.place == 1, _p.not_counted.is_(None)))
    if wanted.counted is False:
        conditions.append(or_(ranked.c.place > 1, _p.not_counted.is_not(None)))
    total = connection.execute(
        select(func.count()).select_from(ranked, promotion_photos, promotion_reports).where(*conditions)
    ).scalar_one()
    query = (
        select(promotion_photos, promotion_reports, ranked.c.place)
        .where(*conditions)
        .order_by(_p.received_at.desc(), _p.id)
        .offset(offset)
        .limit(limit)
    )
    page = tuple(
        WallPhoto(photo_of(row), report_of(row, sealer), duplicate=row.place > 1)
        for row in connection.execute(query)
    )
    return int(total), page


def _ranked(states: tuple[str, ...], *conditions: ColumnElement[bool]) -> Subquery:
    """Return shown photos with their `place` among those of the same picture, office and month."""
    place = func.row_number().over(
        partition_by=(_r.office_code, _r.month, _p.source), order_by=(_p.received_at, _p.id)
    )
    return (
        select(_p.id, _p.report_id, _p.not_counted, place.label("place"))
        .join(promotion_reports, _r.id == _p.report_id)
        .where(_r.state.in_(states), _p.state.in_(_SHOWN), *conditions)
        .subquery("ranked")
    )


def _period(
    first: PremiumMonth, last: PremiumMonth, office_code: str | None
) -> tuple[ColumnElement[bool], ...]:
    period: tuple[ColumnElement[bool], ...] = (_r.month >= first, _r.month <= last)
    return period if office_code is None else (*period, _r.office_code == office_code)
