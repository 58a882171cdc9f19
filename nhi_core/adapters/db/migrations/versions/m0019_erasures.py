"""Requests for erasure, and the accounts on their way out.

New tables alone: the previous release goes on beside this one, and knows nothing of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_erasures"
down_revision = "0017_satisfaction"
branch_labels = None
depends_on = None

_OPEN = sa.text("state <> 'done'")


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "erasures",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("proof", sa.String(length=32), nullable=False),
        sa.Column("case", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("requested_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cleared_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("result", sa.JSON(), nullable=True),
        sa.CheckConstraint("state IN ('requested', 'cleared', 'done')", name="ck_erasures_state"),
        sa.PrimaryKeyConstraint("id", name="pk_erasures"),
    )
    op.create_index(
        "uq_erasures_person_open",
        "erasures",
        ["person_id"],
        unique=True,
        sqlite_where=_OPEN,
        postgresql_where=_OPEN,
    )
    op.create_index("ix_erasures_state_requested_at", "erasures", ["state", "requested_at"])
    op.create_table(
        "erasure_accounts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("erasure_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("channel_user", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["erasure_id"], ["erasures.id"], name="fk_erasure_accounts_erasure_id_erasures"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_erasure_accounts"),
    )
    op.create_index("ix_erasure_accounts_erasure_id", "erasure_accounts", ["erasure_id"])


def downgrade() -> None:
    """Drop them: what was erased stays erased."""
    op.drop_table("erasure_accounts")
    op.drop_table("erasures")
