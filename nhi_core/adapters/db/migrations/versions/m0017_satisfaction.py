"""Answers about finished matters, when accounts were asked, and counts of use.

New tables alone: the previous release goes on beside this one, and knows nothing of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017_satisfaction"
down_revision = "0016_evaluation"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "satisfaction_accounts",
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_satisfaction_accounts"),
    )
    op.create_index("ix_satisfaction_accounts_asked_at", "satisfaction_accounts", ["asked_at"])
    op.create_table(
        "satisfaction_answers",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("matter", sa.String(length=32), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("event_id", sa.String(length=128), nullable=True),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ease", sa.Integer(), nullable=True),
        sa.Column("speed", sa.Integer(), nullable=True),
        sa.Column("word", sa.Text(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint("ease BETWEEN 1 AND 3", name="ck_satisfaction_answers_ease"),
        sa.CheckConstraint("speed BETWEEN 1 AND 3", name="ck_satisfaction_answers_speed"),
        sa.CheckConstraint(
            "state IN ('asked', 'ease_given', 'rated', 'writing', 'worded', 'declined')",
            name="ck_satisfaction_answers_state",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_satisfaction_answers"),
    )
    for column in ("month", "account_id", "asked_at"):
        op.create_index(f"ix_satisfaction_answers_{column}", "satisfaction_answers", [column])
    op.create_table(
        "usage_counts",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("wish", sa.String(length=64), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("band", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.CheckConstraint("count > 0", name="ck_usage_counts_count"),
        sa.PrimaryKeyConstraint("day", "language", "wish", "outcome", "band", name="pk_usage_counts"),
    )
    op.create_index("ix_usage_counts_month", "usage_counts", ["month"])


def downgrade() -> None:
    """Drop them: the figures are gone, nothing else needs them."""
    for table in ("usage_counts", "satisfaction_answers", "satisfaction_accounts"):
        op.drop_table(table)
