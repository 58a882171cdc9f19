"""Kiosks, card sessions, counts of wrong second facts; proofs of persons; relation and news of bindings.

Every new column of an old table may be empty or has a default: the previous release goes on beside this one.
It never sees a dependant's binding, whose state it does not know.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009_kiosks"
down_revision = "0008_reminders"
branch_labels = None
depends_on = None

_LIVE = sa.text("state NOT IN ('bound', 'ended')")
_DEPENDANT = sa.text("state = 'dependant'")
_NEWS = sa.text("news IS NOT NULL")
_PROOFS = ("card_number", "household_number", "entry_permit", "passport")


def upgrade() -> None:
    """Add them."""
    for proof in _PROOFS:
        op.add_column("persons", sa.Column(proof, sa.Text(), nullable=True))
    relation = sa.Column("relation", sa.String(length=32), server_default="self", nullable=False)
    op.add_column("bindings", relation)
    op.add_column("bindings", sa.Column("card_session", sa.String(length=64), nullable=True))
    op.add_column("bindings", sa.Column("news", sa.String(length=32), nullable=True))
    op.create_index(
        "uq_bindings_person_dependant",
        "bindings",
        ["person_id"],
        unique=True,
        sqlite_where=_DEPENDANT,
        postgresql_where=_DEPENDANT,
    )
    op.create_index("ix_bindings_news", "bindings", ["news"], sqlite_where=_NEWS, postgresql_where=_NEWS)
    op.create_table(
        "kiosks",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("office", sa.String(length=64), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_kiosks"),
    )
    op.create_table(
        "card_sessions",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("kiosk_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("relation", sa.String(length=32), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("consent_version", sa.String(length=32), nullable=False),
        sa.Column("consent_language", sa.String(length=16), nullable=False),
        sa.Column("consent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("step_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("code_hash", sa.String(length=80), nullable=True),
        sa.Column("token_hash", sa.String(length=80), nullable=True),
        sa.Column("digits", sa.String(length=2), nullable=True),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_card_sessions_account_id_accounts"),
        sa.ForeignKeyConstraint(["kiosk_id"], ["kiosks.id"], name="fk_card_sessions_kiosk_id_kiosks"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_card_sessions_person_id_persons"),
        sa.PrimaryKeyConstraint("id", name="pk_card_sessions"),
    )
    for column in ("kiosk", "person"):
        op.create_index(
            f"uq_card_sessions_{column}_live",
            "card_sessions",
            [f"{column}_id"],
            unique=True,
            sqlite_where=_LIVE,
            postgresql_where=_LIVE,
        )
    for column in ("code_hash", "token_hash", "ended_at"):
        op.create_index(f"ix_card_sessions_{column}", "card_sessions", [column])
    op.create_table(
        "fact_attempts",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("wrong", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("pauses", sa.Integer(), nullable=False),
        sa.Column("paused_until", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("subject", name="pk_fact_attempts"),
    )


def downgrade() -> None:
    """Drop them. Dependants' bindings end: the former release does not know their state."""
    op.execute("UPDATE bindings SET state = 'unbound' WHERE state = 'dependant'")
    for table in ("fact_attempts", "card_sessions", "kiosks"):
        op.drop_table(table)
    op.drop_index("uq_bindings_person_dependant", table_name="bindings")
    op.drop_index("ix_bindings_news", table_name="bindings")
    for column in ("relation", "card_session", "news"):
        op.drop_column("bindings", column)
    for proof in _PROOFS:
        op.drop_column("persons", proof)
