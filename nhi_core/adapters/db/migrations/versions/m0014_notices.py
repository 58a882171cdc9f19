"""Notices of the division: batches, deliveries, what LINE called them, acknowledgements, nudges.

New tables alone: the previous release goes on beside this one, and knows nothing of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014_notices"
down_revision = "0013_staff"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "notices",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("code", sa.String(length=32), nullable=False),
        sa.Column("category", sa.String(length=32), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("send_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("needs_ack", sa.Boolean(), nullable=False),
        sa.Column("ack_deadline", sa.Date(), nullable=True),
        sa.Column("supersedes", sa.String(length=64), nullable=True),
        sa.Column("ends", sa.String(length=64), nullable=True),
        sa.Column("attachments", sa.JSON(), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=True),
        sa.Column("approved_by", sa.String(length=64), nullable=True),
        sa.Column("stop", sa.String(length=32), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'stopped') = (stop IS NOT NULL)", name="ck_notices_stop"),
        sa.CheckConstraint("approved_by IS NULL OR approved_by <> proposed_by", name="ck_notices_four_eyes"),
        sa.ForeignKeyConstraint(["ends"], ["notices.id"], name="fk_notices_ends_notices"),
        sa.ForeignKeyConstraint(["supersedes"], ["notices.id"], name="fk_notices_supersedes_notices"),
        sa.PrimaryKeyConstraint("id", name="pk_notices"),
    )
    op.create_index("ix_notices_created_at", "notices", ["created_at"], unique=False)
    op.create_index("ix_notices_state_send_at", "notices", ["state", "send_at"], unique=False)
    op.create_index("uq_notices_code", "notices", ["code"], unique=True)
    op.create_index("uq_notices_ends", "notices", ["ends"], unique=True)
    op.create_table(
        "notice_acks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("clerk_id", sa.String(length=64), nullable=False),
        sa.Column("office_code", sa.String(length=16), nullable=True),
        sa.Column("way", sa.String(length=32), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=True),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["clerk_id"], ["clerks.id"], name="fk_notice_acks_clerk_id_clerks"),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_acks_notice_id_notices"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_acks"),
    )
    op.create_index("ix_notice_acks_clerk_id", "notice_acks", ["clerk_id"], unique=False)
    op.create_index("ix_notice_acks_message_id", "notice_acks", ["message_id"], unique=False)
    op.create_index("ix_notice_acks_office_code", "notice_acks", ["office_code"], unique=False)
    op.create_index(
        "uq_notice_acks_notice_id_clerk_id", "notice_acks", ["notice_id", "clerk_id"], unique=True
    )
    op.create_table(
        "notice_nudges",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("clerk_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('claimed', 'sent', 'skipped', 'failed')", name="ck_notice_nudges_state"
        ),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_notice_nudges_account_id_accounts"),
        sa.ForeignKeyConstraint(["clerk_id"], ["clerks.id"], name="fk_notice_nudges_clerk_id_clerks"),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_nudges_notice_id_notices"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_nudges"),
    )
    op.create_index("ix_notice_nudges_account_id", "notice_nudges", ["account_id"], unique=False)
    op.create_index("ix_notice_nudges_clerk_id", "notice_nudges", ["clerk_id"], unique=False)
    op.create_index("ix_notice_nudges_state_tried_at", "notice_nudges", ["state", "tried_at"], unique=False)
    op.create_index(
        "uq_notice_nudges_notice_id_clerk_id", "notice_nudges", ["notice_id", "clerk_id"], unique=True
    )
    op.create_table(
        "notice_batches",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("messages", sa.JSON(), nullable=False),
        sa.Column("receivers", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=True),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tried_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_groups.id"], name="fk_notice_batches_group_id_chat_groups"
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_batches_notice_id_notices"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_batches"),
    )
    op.create_index("ix_notice_batches_state", "notice_batches", ["state"], unique=False)
    op.create_index(
        "uq_notice_batches_notice_id_number", "notice_batches", ["notice_id", "number"], unique=True
    )
    op.create_table(
        "notice_posts",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=True),
        sa.Column("posted_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_groups.id"], name="fk_notice_posts_group_id_chat_groups"
        ),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_posts_notice_id_notices"),
        sa.PrimaryKeyConstraint("message_id", name="pk_notice_posts"),
    )
    op.create_index("ix_notice_posts_group_id", "notice_posts", ["group_id"], unique=False)
    op.create_index("ix_notice_posts_notice_id", "notice_posts", ["notice_id"], unique=False)
    op.create_table(
        "notice_deliveries",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("notice_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("clerk_id", sa.String(length=64), nullable=True),
        sa.Column("batch_id", sa.String(length=64), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name="fk_notice_deliveries_account_id_accounts"
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["notice_batches.id"], name="fk_notice_deliveries_batch_id_notice_batches"
        ),
        sa.ForeignKeyConstraint(["clerk_id"], ["clerks.id"], name="fk_notice_deliveries_clerk_id_clerks"),
        sa.ForeignKeyConstraint(["notice_id"], ["notices.id"], name="fk_notice_deliveries_notice_id_notices"),
        sa.PrimaryKeyConstraint("id", name="pk_notice_deliveries"),
    )
    op.create_index("ix_notice_deliveries_account_id", "notice_deliveries", ["account_id"], unique=False)
    op.create_index("ix_notice_deliveries_batch_id", "notice_deliveries", ["batch_id"], unique=False)
    op.create_index("ix_notice_deliveries_clerk_id", "notice_deliveries", ["clerk_id"], unique=False)
    op.create_index(
        "uq_notice_deliveries_notice_id_account_id",
        "notice_deliveries",
        ["notice_id", "account_id"],
        unique=True,
    )


def downgrade() -> None:
    """Drop them. The files stay: the store is emptied by hand."""
    for table in (
        "notice_nudges",
        "notice_acks",
        "notice_posts",
        "notice_deliveries",
        "notice_batches",
        "notices",
    ):
        op.drop_table(table)
