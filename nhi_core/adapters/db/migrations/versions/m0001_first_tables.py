"""The first tables: people, bills, accounts, codes, bindings, and the three ledgers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("channel_user", sa.Text(), nullable=False),
        sa.Column("channel_user_fp", sa.String(length=80), nullable=False),
        sa.Column("conversation", sa.String(length=64), nullable=False),
        sa.Column("session", sa.String(length=64), nullable=False),
        sa.Column("session_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("language", sa.String(length=16), nullable=False),
        sa.Column("language_chosen", sa.Boolean(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("blocked", sa.Boolean(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_accounts"),
    )
    op.create_index("uq_accounts_channel_user_fp", "accounts", ["channel_user_fp"], unique=True)
    op.create_index("uq_accounts_conversation", "accounts", ["conversation"], unique=True)
    op.create_table(
        "audit_events",
        sa.Column(
            "id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False
        ),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("detail", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_audit_events"),
    )
    op.create_index("ix_audit_events_subject", "audit_events", ["subject"], unique=False)
    op.create_table(
        "households",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_households"),
    )
    op.create_table(
        "inbound_events",
        sa.Column("id", sa.String(length=128), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_inbound_events"),
    )
    op.create_index("ix_inbound_events_closed_at", "inbound_events", ["closed_at"], unique=False)
    op.create_table(
        "one_time_codes",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("purpose", sa.String(length=32), nullable=False),
        sa.Column("code_hash", sa.String(length=80), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_one_time_codes"),
    )
    op.create_index("ix_one_time_codes_code_hash", "one_time_codes", ["code_hash"], unique=False)
    op.create_index("ix_one_time_codes_expires_at", "one_time_codes", ["expires_at"], unique=False)
    op.create_table(
        "sends",
        sa.Column("key", sa.String(length=200), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=True),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("recipients", sa.Integer(), nullable=False),
        sa.Column("claimed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.String(length=32), nullable=True),
        sa.Column("request_id", sa.String(length=128), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("key", name="pk_sends"),
    )
    op.create_index("ix_sends_kind_claimed_at", "sends", ["kind", "claimed_at"], unique=False)
    op.create_table(
        "persons",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("number_fp", sa.String(length=80), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("birth", sa.Text(), nullable=False),
        sa.Column("category", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.String(length=64), nullable=True),
        sa.Column("hardship_since", sa.Date(), nullable=True),
        sa.Column("hardship_until", sa.Date(), nullable=True),
        sa.Column("story", sa.String(length=64), nullable=True),
        sa.CheckConstraint("(hardship_since IS NULL) = (hardship_until IS NULL)", name="ck_persons_hardship"),
        sa.CheckConstraint("category BETWEEN 1 AND 6", name="ck_persons_category"),
        sa.ForeignKeyConstraint(
            ["household_id"], ["households.id"], name="fk_persons_household_id_households"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_persons"),
    )
    op.create_index("ix_persons_household_id", "persons", ["household_id"], unique=False)
    op.create_index("uq_persons_number_fp", "persons", ["number_fp"], unique=True)
    op.create_index("uq_persons_story", "persons", ["story"], unique=True)
    op.create_table(
        "bindings",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("account_id", sa.String(length=64), nullable=False),
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["account_id"], ["accounts.id"], name="fk_bindings_account_id_accounts"),
        sa.ForeignKeyConstraint(["person_id"], ["persons.id"], name="fk_bindings_person_id_persons"),
        sa.PrimaryKeyConstraint("id", name="pk_bindings"),
    )
    op.create_index("ix_bindings_account_id", "bindings", ["account_id"], unique=False)
    op.create_index("ix_bindings_person_id", "bindings", ["person_id"], unique=False)
    op.create_index(
        "uq_bindings_account_bound",
        "bindings",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("state = 'bound'"),
        postgresql_where=sa.text("state = 'bound'"),
    )
    op.create_index(
        "uq_bindings_account_proposed",
        "bindings",
        ["account_id"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_index(
        "uq_bindings_person_bound",
        "bindings",
        ["person_id"],
        unique=True,
        sqlite_where=sa.text("state = 'bound'"),
        postgresql_where=sa.text("state = 'bound'"),
    )
    op.create_table(
        "plans",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("payer_id", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=32), nullable=False),
        sa.Column("agreed_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(["payer_id"], ["persons.id"], name="fk_plans_payer_id_persons"),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
    )
    op.create_index("ix_plans_payer_id", "plans", ["payer_id"], unique=False)
    op.create_table(
        "bills",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("payer_id", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("month", sa.Date(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("unit_name", sa.String(length=200), nullable=False),
        sa.Column("headcount", sa.Integer(), nullable=False),
        sa.Column("late_fee_start", sa.Date(), nullable=True),
        sa.Column("charged_late_fee", sa.Integer(), nullable=True),
        sa.Column("deferred_until", sa.Date(), nullable=True),
        sa.Column("in_enforcement", sa.Boolean(), nullable=False),
        sa.Column("plan_id", sa.String(length=64), nullable=True),
        sa.CheckConstraint("amount >= 0", name="ck_bills_amount"),
        sa.CheckConstraint("charged_late_fee >= 0", name="ck_bills_charged_late_fee"),
        sa.CheckConstraint("headcount >= 1", name="ck_bills_headcount"),
        sa.ForeignKeyConstraint(["payer_id"], ["persons.id"], name="fk_bills_payer_id_persons"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_bills_plan_id_plans"),
        sa.PrimaryKeyConstraint("id", name="pk_bills"),
    )
    op.create_index("ix_bills_payer_id_month", "bills", ["payer_id", "month"], unique=False)
    op.create_index("ix_bills_plan_id", "bills", ["plan_id"], unique=False)
    op.create_table(
        "plan_terms",
        sa.Column("plan_id", sa.String(length=64), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=True),
        sa.CheckConstraint("amount >= 0", name="ck_plan_terms_amount"),
        sa.ForeignKeyConstraint(["plan_id"], ["plans.id"], name="fk_plan_terms_plan_id_plans"),
        sa.PrimaryKeyConstraint("plan_id", "number", name="pk_plan_terms"),
    )
    op.create_table(
        "payments",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("bill_id", sa.String(length=64), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("posted_on", sa.Date(), nullable=True),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.CheckConstraint("amount > 0", name="ck_payments_amount"),
        sa.ForeignKeyConstraint(["bill_id"], ["bills.id"], name="fk_payments_bill_id_bills"),
        sa.PrimaryKeyConstraint("id", name="pk_payments"),
    )
    op.create_index("ix_payments_bill_id", "payments", ["bill_id"], unique=False)

    _make_append_only()


def downgrade() -> None:
    """Drop everything."""
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_events_append_only ON audit_events")
        op.execute("DROP TRIGGER audit_events_no_truncate ON audit_events")
        op.execute("DROP FUNCTION refuse_audit_change()")
    for table in (
        "payments",
        "plan_terms",
        "bills",
        "plans",
        "bindings",
        "persons",
        "sends",
        "one_time_codes",
        "inbound_events",
        "households",
        "audit_events",
        "accounts",
    ):
        op.drop_table(table)


def _make_append_only() -> None:
    """Refuse every change of an audit row in the database itself (SQLite drops triggers with their table)."""
    if op.get_bind().dialect.name != "postgresql":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER audit_events_no_{verb.lower()} BEFORE {verb} ON audit_events "
                "BEGIN SELECT RAISE(ABORT, 'audit_events is append-only'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN RAISE EXCEPTION 'audit_events is append-only'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_events_append_only BEFORE UPDATE OR DELETE ON audit_events "
        "FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()"
    )
    op.execute(
        "CREATE TRIGGER audit_events_no_truncate BEFORE TRUNCATE ON audit_events "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()"
    )
