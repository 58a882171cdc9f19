"""Payment orders, what they are made of, attempts and callbacks."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_payments"
down_revision = "0003_instalments"
branch_labels = None
depends_on = None

_LIVE_ORDER = sa.text("state IN ('open', 'confirming')")
_LIVE_ATTEMPT = sa.text("state IN ('starting', 'waiting', 'confirming')")


def upgrade() -> None:
    """Add the four tables."""
    op.create_table(
        "payment_orders",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("plan_id", sa.String(length=64), nullable=True),
        sa.Column("term", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("paid_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("paid_by", sa.String(length=64), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_payment_orders_amount"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_payment_orders_person_id_persons"),
        sa.PrimaryKeyConstraint("id", name="pk_payment_orders"),
    )
    op.create_index("ix_payment_orders_person_id", "payment_orders", ["person_id"], unique=False)
    op.create_index(
        "ix_payment_orders_state_expires_at", "payment_orders", ["state", "expires_at"], unique=False
    )
    op.create_index(
        "uq_payment_orders_live",
        "payment_orders",
        ["person_id", "purpose"],
        unique=True,
        sqlite_where=_LIVE_ORDER,
        postgresql_where=_LIVE_ORDER,
    )
    op.create_table(
        "payment_claims",
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("bill_id", sa.String(length=64), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("premium", sa.Integer(), nullable=False),
        sa.Column("late_fee", sa.Integer(), nullable=False),
        sa.Column("enforced", sa.Boolean(), nullable=False),
        sa.CheckConstraint("premium >= 0 AND late_fee >= 0", name="ck_payment_claims_amounts"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["payment_orders.id"], name="fk_payment_claims_order_id_payment_orders"
        ),
        sa.PrimaryKeyConstraint("order_id", "number", name="pk_payment_claims"),
    )
    op.create_table(
        "payment_attempts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("order_id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_check_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("checks", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(length=64), nullable=True),
        sa.Column("redirect_url", sa.Text(), nullable=True),
        sa.Column("code", sa.String(length=32), nullable=True),
        sa.Column("received", sa.Integer(), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("amount > 0", name="ck_payment_attempts_amount"),
        sa.ForeignKeyConstraint(
            ["order_id"], ["payment_orders.id"], name="fk_payment_attempts_order_id_payment_orders"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_payment_attempts"),
    )
    op.create_index("ix_payment_attempts_order_id", "payment_attempts", ["order_id"], unique=False)
    op.create_index("ix_payment_attempts_next_check_at", "payment_attempts", ["next_check_at"], unique=False)
    op.create_index(
        "uq_payment_attempts_live",
        "payment_attempts",
        ["order_id"],
        unique=True,
        sqlite_where=_LIVE_ATTEMPT,
        postgresql_where=_LIVE_ATTEMPT,
    )
    op.create_table(
        "payment_callbacks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("body_hash", sa.String(length=80), nullable=False),
        sa.Column("attempt_id", sa.String(length=64), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_payment_callbacks"),
    )
    op.create_index("ix_payment_callbacks_attempt_id", "payment_callbacks", ["attempt_id"], unique=False)


def downgrade() -> None:
    """Drop them."""
    for table in ("payment_callbacks", "payment_attempts", "payment_claims", "payment_orders"):
        op.drop_table(table)
