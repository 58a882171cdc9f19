"""The ledger's details: items of a bill, subsidies, refunds, disaster areas."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002_ledger"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the four tables."""
    op.create_table(
        "bill_items",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("bill_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("relation", sa.String(length=32), nullable=False),
        sa.Column("premium", sa.Integer(), nullable=False),
        sa.Column("subsidy", sa.Integer(), nullable=False),
        sa.CheckConstraint("number >= 1", name="ck_bill_items_number"),
        sa.CheckConstraint("subsidy BETWEEN 0 AND premium", name="ck_bill_items_subsidy"),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name="fk_bill_items_bill_id_bills"),
        sa.PrimaryKeyConstraint("id", name="pk_bill_items"),
        sa.UniqueConstraint("bill_id", "number", name="uq_bill_items_bill_id_number"),
    )
    op.create_table(
        "subsidies",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("percent", sa.Integer(), nullable=False),
        sa.Column("ceiling", sa.Integer(), nullable=True),
        sa.Column("granted_by", sa.String(length=100), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("percent BETWEEN 1 AND 100", name="ck_subsidies_percent"),
        sa.CheckConstraint("ceiling > 0", name="ck_subsidies_ceiling"),
        sa.CheckConstraint("until >= since", name="ck_subsidies_months"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_subsidies_person_id_persons"),
        sa.PrimaryKeyConstraint("id", name="pk_subsidies"),
    )
    op.create_index("ix_subsidies_person_id", "subsidies", ["person_id"], unique=False)
    op.create_table(
        "refunds",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("bill_id", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("refunded_on", sa.Date(), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_refunds_amount"),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name="fk_refunds_bill_id_bills"),
        sa.PrimaryKeyConstraint("id", name="pk_refunds"),
    )
    op.create_index("ix_refunds_bill_id", "refunds", ["bill_id"], unique=False)
    op.create_table(
        "disaster_areas",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.CheckConstraint("until >= since", name="ck_disaster_areas_days"),
        sa.PrimaryKeyConstraint("id", name="pk_disaster_areas"),
    )
    op.create_index("ix_disaster_areas_unit_name", "disaster_areas", ["unit_name"], unique=False)


def downgrade() -> None:
    """Drop them."""
    for table in ("disaster_areas", "refunds", "subsidies", "bill_items"):
        op.drop_table(table)
