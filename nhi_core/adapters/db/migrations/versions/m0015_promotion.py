"""Promotion reports with their photos, and the offices' group by kinds of message.

New tables alone: the previous release goes on beside this one, and knows nothing of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015_promotion"
down_revision = "0012_offices"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "promotion_reports",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("clerk_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("office_code", sa.String(length=16), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_photo_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_sign", sa.DateTime(timezone=True), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=True),
        sa.Column("theme", sa.String(length=32), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("noted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("filed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.CheckConstraint(
            "state IN ('collecting', 'asked_theme', 'asked_channel', 'filed', 'abandoned', 'withdrawn')",
            name="ck_promotion_reports_state",
        ),
        sa.CheckConstraint(
            "state <> 'filed' OR (theme IS NOT NULL AND channel IS NOT NULL AND filed_at IS NOT NULL)",
            name="ck_promotion_reports_filed",
        ),
        sa.ForeignKeyConstraint(["clerk_id"], ["clerks.id"], name="fk_promotion_reports_clerk_id_clerks"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_groups.id"], name="fk_promotion_reports_group_id_chat_groups"
        ),
        sa.ForeignKeyConstraint(
            ["office_code"], ["offices.code"], name="fk_promotion_reports_office_code_offices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_promotion_reports"),
    )
    for columns in (["clerk_id", "last_sign"], ["month", "office_code"], ["state", "last_sign"]):
        op.create_index(f"ix_promotion_reports_{'_'.join(columns)}", "promotion_reports", columns)
    op.create_table(
        "promotion_photos",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("report_id", sa.String(length=64), nullable=False),
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asks", sa.Boolean(), nullable=False),
        sa.Column("set_id", sa.String(length=128), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("source", sa.String(length=64), nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=True),
        sa.Column("thumbnail", sa.String(length=64), nullable=True),
        sa.Column("width", sa.Integer(), nullable=True),
        sa.Column("height", sa.Integer(), nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("not_counted", sa.String(length=32), nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'kept', 'refused', 'gone', 'unsent', 'expired')",
            name="ck_promotion_photos_state",
        ),
        sa.CheckConstraint("(state = 'kept') = (digest IS NOT NULL)", name="ck_promotion_photos_digest"),
        sa.ForeignKeyConstraint(
            ["report_id"], ["promotion_reports.id"], name="fk_promotion_photos_report_id_promotion_reports"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_promotion_photos"),
    )
    for column in ("report_id", "digest", "thumbnail"):
        op.create_index(f"ix_promotion_photos_{column}", "promotion_photos", [column])
    op.create_index("uq_promotion_photos_message_id", "promotion_photos", ["message_id"], unique=True)
    op.create_index("ix_promotion_photos_state_next_try_at", "promotion_photos", ["state", "next_try_at"])
    op.create_table(
        "group_messages",
        sa.Column("message_id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("office_code", sa.String(length=16), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("said_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "kind IN ('editor', 'read_reply', 'discussion', 'question', 'answer', 'other')",
            name="ck_group_messages_kind",
        ),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_groups.id"], name="fk_group_messages_group_id_chat_groups"
        ),
        sa.PrimaryKeyConstraint("message_id", name="pk_group_messages"),
    )
    op.create_index("ix_group_messages_account_id", "group_messages", ["account_id"])
    op.create_index("ix_group_messages_day", "group_messages", ["day"])
    op.create_index(
        "ix_group_messages_group_id_kind_said_at", "group_messages", ["group_id", "kind", "said_at"]
    )


def downgrade() -> None:
    """Drop them. The files stay: the store is emptied by hand."""
    for table in ("group_messages", "promotion_photos", "promotion_reports"):
        op.drop_table(table)
