"""The journal of imports, what they have staged and refused, and pre-registrations."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006_imports"
down_revision = "0005_slips_reminders"
branch_labels = None
depends_on = None


def _id(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=64), nullable=nullable)


def _word(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.String(length=32), nullable=False)


def _text(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _number(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Integer(), nullable=nullable)


def _long(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def _day(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.Date(), nullable=nullable)


def _moment(name: str, *, nullable: bool = False) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def upgrade() -> None:
    """Create the tables."""
    op.create_table(
        "imports",
        _id("id"),
        _word("kind"),
        _id("sha256"),
        _long("size"),
        _word("encoding"),
        _word("state"),
        sa.Column("keys", sa.String(length=80), nullable=False),
        _id("owner"),
        _number("batches"),
        _long("position"),
        _number("line"),
        _number("staged"),
        _number("rejected"),
        _number("inserted"),
        _number("updated"),
        _number("unchanged"),
        sa.Column("unit_code", sa.String(length=9), nullable=True),
        _day("consented_on", nullable=True),
        _moment("started_at"),
        _moment("moved_at"),
        sa.PrimaryKeyConstraint("id", name="pk_imports"),
    )
    op.create_index("uq_imports_kind_sha256", "imports", ["kind", "sha256"], unique=True)
    op.create_table(
        "import_rejects",
        _id("import_id"),
        _number("line"),
        _word("column"),
        _word("reason"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_import_rejects_import_id_imports"),
        sa.PrimaryKeyConstraint("import_id", "line", "column", name="pk_import_rejects"),
    )
    op.create_table(
        "preregistrations",
        _id("id"),
        _id("person_id"),
        sa.Column("unit_code", sa.String(length=9), nullable=False),
        _text("email"),
        _text("phone", nullable=True),
        _day("consented_on"),
        _id("import_id"),
        _word("mail"),
        _moment("mail_at", nullable=True),
        sa.CheckConstraint(
            "mail IN ('waiting', 'sending', 'sent', 'refused')", name="ck_preregistrations_mail"
        ),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_preregistrations_person_id_persons"),
        sa.ForeignKeyConstraint(["import_id"], ["imports.id"], name="fk_preregistrations_import_id_imports"),
        sa.PrimaryKeyConstraint("id", name="pk_preregistrations"),
    )
    for column in ("person_id", "import_id", "mail"):
        op.create_index(f"ix_preregistrations_{column}", "preregistrations", [column], unique=False)
    for name, columns in _staged().items():
        op.create_table(name, _id("import_id"), _number("line"), *columns)
        if op.get_bind().dialect.name == "postgresql":
            # Rows for minutes: what a crash takes, the import notices and reads again.
            op.execute(f"ALTER TABLE {name} SET UNLOGGED")


def downgrade() -> None:
    """Drop them."""
    for table in (*_staged(), "preregistrations", "import_rejects", "imports"):
        op.drop_table(table)


def _staged() -> dict[str, tuple[sa.Column[Any], ...]]:
    """Return the staging tables, anew each time: a column belongs to one table."""
    return {
        "staged_persons": (
            _id("id"),
            _text("number"),
            sa.Column("number_fp", sa.String(length=80), nullable=False),
            _text("name"),
            _text("birth"),
            _number("category"),
            _id("household_id", nullable=True),
            _day("hardship_since", nullable=True),
            _day("hardship_until", nullable=True),
        ),
        "staged_bills": (
            _id("id"),
            _id("payer_id"),
            _word("kind"),
            _day("month"),
            _number("amount"),
            _day("due"),
            sa.Column("unit_name", sa.String(length=200), nullable=False),
            _number("headcount"),
            _day("late_fee_start", nullable=True),
            _number("charged_late_fee", nullable=True),
            _day("deferred_until", nullable=True),
            sa.Column("in_enforcement", sa.Boolean(), nullable=False),
        ),
        "staged_payments": (
            _id("id"),
            _id("bill_id"),
            _number("amount"),
            _day("paid_on"),
            _day("posted_on", nullable=True),
            _word("channel"),
        ),
        "staged_subsidies": (
            _id("id"),
            _id("person_id"),
            _word("kind"),
            _number("percent"),
            _number("ceiling", nullable=True),
            sa.Column("granted_by", sa.String(length=100), nullable=False),
            _day("since"),
            _day("until", nullable=True),
        ),
        "staged_registrations": (_id("id"), _id("person_id"), _text("email"), _text("phone", nullable=True)),
    }
