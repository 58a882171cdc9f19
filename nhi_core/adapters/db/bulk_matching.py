"""The agency's staged payments that are money which came through us: found, reported, and posted."""

from __future__ import annotations

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    bindparam,
    func,
    or_,
    select,
    update,
)

from nhi_core.adapters.db.tables import payments
from nhi_core.adapters.db.tables_imports import staged_payments
from nhi_core.domain.bills import Payment
from nhi_core.domain.imports import Reason, Reject
from nhi_core.domain.payment_matching import (
    OUR_ID_LIKE,
    AgencyRow,
    Matching,
    awaits_agency,
    matched,
)

_s, _p = staged_payments.c, payments.c


def link(connection: Connection, good: ColumnElement[bool]) -> list[Reject]:
    """Note at each good row which payment of ours it is; return the rows of which that is not clear.

    A row that was matched by an earlier file keeps its match. Payments that gateways report meanwhile are
    booked afterwards: else both sides would overlook each other.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("LOCK TABLE payments IN EXCLUSIVE MODE")
    standing = select(_p.id).where(_p.agency_id == _s.id)
    known = select(_p.agency_id).where(_p.agency_id.is_not(None))
    connection.execute(
        update(staged_payments).where(good, _s.id.in_(known)).values(own_id=standing.scalar_subquery())
    )
    lines, matching = _match(connection, good)
    if matching.pairs:
        connection.execute(
            update(staged_payments)
            .where(good, _s.id == bindparam("theirs"))
            .values(own_id=bindparam("ours")),
            [{"theirs": theirs, "ours": ours} for theirs, ours in matching.pairs.items()],
        )
    return [Reject(lines[row_id], "order_number", Reason.UNCLEAR) for row_id in matching.unclear]


def post(connection: Connection, good: ColumnElement[bool]) -> tuple[int, int]:
    """Let the agency's rows post ours; return how many rows they are and how many of ours changed."""
    mine = (good, _s.own_id == _p.id)
    count = select(func.count()).select_from(staged_payments).where(good, _s.own_id.is_not(None))
    rows = connection.execute(count).scalar_one()
    if not rows:
        return 0, 0
    day = func.coalesce(_s.posted_on, _p.posted_on)
    changed = or_(day.is_distinct_from(_p.posted_on), _p.agency_id.is_distinct_from(_s.id))
    statement = update(payments).where(*mine, changed).values(posted_on=day, agency_id=_s.id)
    touched = connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount
    return rows, touched


def _match(connection: Connection, good: ColumnElement[bool]) -> tuple[dict[str, int], Matching]:
    """Compare ours that wait with staged rows of the same bill and amount: few, however long the file is."""
    waiting = (
        _p.id.like(OUR_ID_LIKE),
        _p.agency_id.is_(None),
        _p.posted_on.is_(None),
    )
    ours = [Payment(**row) for row in connection.execute(select(payments).where(*waiting)).mappings()]
    ours = [payment for payment in ours if awaits_agency(payment)]
    if not ours:
        return {}, Matching()
    other = payments.alias("standing")
    columns = (_s.id, _s.bill_id, _s.amount, _s.paid_on, _s.posted_on, _s.channel, _s.order_number, _s.line)
    query = (
        select(*columns)
        .distinct()
        .join(payments, (_p.bill_id == _s.bill_id) & (_p.amount == _s.amount))
        .outerjoin(other, other.c.id == _s.id)
        .where(good, *waiting, other.c.id.is_(None), _s.own_id.is_(None))
    )
    rows = connection.execute(query).mappings().all()
    return {row["id"]: row["line"] for row in rows}, matched(ours, map(_agency_row, rows))


def _agency_row(row: RowMapping) -> AgencyRow:
    return AgencyRow(
        row["id"], row["bill_id"], row["amount"], row["paid_on"], row["posted_on"], row["channel"],
        row["order_number"],
    )  # fmt: skip
