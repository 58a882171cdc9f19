"""Write-off numbers of bills, and what links the agency's payments to those that came through us."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010_import_matching"
down_revision = "0009_kiosks"
branch_labels = None
depends_on = None

_COLUMNS = (
    ("bills", "write_off", 16),
    ("staged_bills", "write_off", 16),
    ("payments", "agency_id", 64),
    ("staged_payments", "order_number", 64),
    ("staged_payments", "own_id", 64),
)


def upgrade() -> None:
    """Add the columns; leave rows without a plan out of that index."""
    for table, name, length in _COLUMNS:
        op.add_column(table, sa.Column(name, sa.String(length=length), nullable=True))
    op.drop_index("ix_bills_plan_id", "bills")
    _index("ix_bills_plan_id", "bills", "plan_id")
    _index("ix_bills_write_off", "bills", "write_off")
    _index("uq_payments_agency_id", "payments", "agency_id", unique=True)


def downgrade() -> None:
    """Drop them."""
    op.drop_index("uq_payments_agency_id", "payments")
    op.drop_index("ix_bills_write_off", "bills")
    op.drop_index("ix_bills_plan_id", "bills")
    op.create_index("ix_bills_plan_id", "bills", ["plan_id"], unique=False)
    for table, name, _length in reversed(_COLUMNS):
        op.drop_column(table, name)


def _index(name: str, table: str, column: str, *, unique: bool = False) -> None:
    where = sa.text(f"{column} IS NOT NULL")
    op.create_index(name, table, [column], unique=unique, sqlite_where=where, postgresql_where=where)
