"""Township offices, their clerks with where they were posted, and LINE groups with their members.

New tables alone: the previous release goes on beside this one, and knows nothing of them.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012_offices"
down_revision = "0011_import_proofs"
branch_labels = None
depends_on = None

_LIVE = sa.text("state <> 'ended'")
_PRESENT = sa.text("until IS NULL")


def upgrade() -> None:
    """Add them."""
    op.create_table(
        "offices",
        sa.Column("code", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("county", sa.String(length=32), nullable=False),
        sa.Column("size_group", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.CheckConstraint("size_group BETWEEN 1 AND 4", name="ck_offices_size_group"),
        sa.PrimaryKeyConstraint("code", name="pk_offices"),
    )
    op.create_table(
        "clerks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("office_code", sa.String(length=16), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(role = 'editor') = (office_code IS NULL)", name="ck_clerks_office"),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_clerks_account_id_accounts"),
        sa.ForeignKeyConstraint(["office_code"], ["offices.code"], name="fk_clerks_office_code_offices"),
        sa.PrimaryKeyConstraint("id", name="pk_clerks"),
    )
    for column in ("account_id", "office_code", "state"):
        op.create_index(f"ix_clerks_{column}", "clerks", [column])
    op.create_index(
        "uq_clerks_account_live",
        "clerks",
        ["account_id"],
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
    op.create_table(
        "clerk_postings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("clerk_id", sa.String(length=64), nullable=False),
        sa.Column("office_code", sa.String(length=16), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.CheckConstraint("until IS NULL OR until >= since", name="ck_clerk_postings_order"),
        sa.ForeignKeyConstraint(["clerk_id"], ["clerks.id"], name="fk_clerk_postings_clerk_id_clerks"),
        sa.ForeignKeyConstraint(
            ["office_code"], ["offices.code"], name="fk_clerk_postings_office_code_offices"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_clerk_postings"),
    )
    for column in ("clerk_id", "office_code"):
        op.create_index(f"ix_clerk_postings_{column}", "clerk_postings", [column])
    op.create_index(
        "uq_clerk_postings_present",
        "clerk_postings",
        ["clerk_id"],
        unique=True,
        sqlite_where=_PRESENT,
        postgresql_where=_PRESENT,
    )
    op.create_table(
        "chat_groups",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("channel_group", sa.Text(), nullable=False),
        sa.Column("channel_group_fp", sa.String(length=80), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("division", sa.String(length=16), nullable=True),
        sa.Column("tied_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("tied_by", sa.String(length=64), nullable=True),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("counted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state <> 'tied' OR division IS NOT NULL", name="ck_chat_groups_tied"),
        sa.ForeignKeyConstraint(["tied_by"], ["clerks.id"], name="fk_chat_groups_tied_by_clerks"),
        sa.PrimaryKeyConstraint("id", name="pk_chat_groups"),
    )
    op.create_index("uq_chat_groups_channel_group_fp", "chat_groups", ["channel_group_fp"], unique=True)
    op.create_table(
        "group_members",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("group_id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_group_members_account_id_accounts"),
        sa.ForeignKeyConstraint(
            ["group_id"], ["chat_groups.id"], name="fk_group_members_group_id_chat_groups"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_group_members"),
    )
    op.create_index("ix_group_members_account_id", "group_members", ["account_id"])
    op.create_index(
        "uq_group_members_group_account", "group_members", ["group_id", "account_id"], unique=True
    )


def downgrade() -> None:
    """Drop them. Accounts of clerks keep their menu: the former release knows that kind."""
    for table in ("group_members", "chat_groups", "clerk_postings", "clerks", "offices"):
        op.drop_table(table)
