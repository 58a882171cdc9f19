"""E-slip subscriptions, the slips made of them, and the outbox of letters."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0007_eslips"
down_revision = "0006_imports"
branch_labels = None
depends_on = None

_LIVE = sa.text("state IN ('requested', 'confirmed')")


def _id(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=64), nullable=False)


def _word(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=32), nullable=nullable)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=True)


def _number(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "eslip_subscriptions",
        _id("id"),
        _id("person_id"),
        _id("account_id"),
        _word("holder"),
        _word("state"),
        sa.Column("language", sa.String(length=16), nullable=False),
        _text("email"),
        _text("password"),
        _text("code"),
        _moment("code_until", nullable=True),
        _number("code_tries"),
        _number("codes_sent"),
        _moment("requested_at"),
        _moment("confirmed_at", nullable=True),
        _moment("ended_at", nullable=True),
        _day("first_slip", nullable=True),
        _day("ended_slip", nullable=True),
        _number("revision"),
        sa.CheckConstraint("holder IN ('person', 'unit')", name="ck_eslip_subscriptions_holder"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["persons.id"], name="fk_eslip_subscriptions_person_id_persons"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_eslip_subscriptions"),
    )
    for column in ("person_id", "state"):
        op.create_index(f"ix_eslip_subscriptions_{column}", "eslip_subscriptions", [column], unique=False)
    op.create_index(
        "uq_eslip_subscriptions_live",
        "eslip_subscriptions",
        ["person_id", "holder", "state"],
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    )
    op.create_table(
        "eslips",
        _id("id"),
        _id("subscription_id"),
        _id("person_id"),
        _word("holder"),
        _day("month"),
        _word("outcome"),
        _moment("made_at"),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["eslip_subscriptions.id"],
            name="fk_eslips_subscription_id_eslip_subscriptions",
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_eslips_person_id_persons"),
        sa.PrimaryKeyConstraint("id", name="pk_eslips"),
    )
    op.create_index("ix_eslips_subscription_id", "eslips", ["subscription_id"], unique=False)
    op.create_index(
        "uq_eslips_person_id_holder_month", "eslips", ["person_id", "holder", "month"], unique=True
    )
    op.create_table(
        "mails",
        _id("id"),
        sa.Column("key", sa.String(length=120), nullable=False),
        _word("kind"),
        _id("subject_id"),
        _word("state"),
        _number("tries"),
        _moment("created_at"),
        _moment("next_try_at", nullable=True),
        _moment("claimed_at", nullable=True),
        _moment("settled_at", nullable=True),
        _word("code", nullable=True),
        sa.CheckConstraint(
            "state IN ('waiting', 'sending', 'sent', 'refused', 'unclear', 'given_up', 'dropped')",
            name="ck_mails_state",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_mails"),
    )
    op.create_index("uq_mails_key", "mails", ["key"], unique=True)
    op.create_index("ix_mails_subject_id", "mails", ["subject_id"], unique=False)
    op.create_index("ix_mails_state_next_try_at", "mails", ["state", "next_try_at"], unique=False)


def downgrade() -> None:
    """Drop them."""
    for table in ("mails", "eslips", "eslip_subscriptions"):
        op.drop_table(table)
