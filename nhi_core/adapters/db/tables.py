"""The tables. Money is whole NT$; moments are UTC; what names a person is sealed.

A change here needs a migration: a test compares both on SQLite and on PostgreSQL.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    text,
)

from nhi_core.adapters.db.types import Fingerprint, Month, Sealed, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# Our ids are UUID texts; ids that come from files and agencies may be longer.
_ID = String(64)
_WORD = String(32)

households = Table("households", metadata, Column("id", _ID, primary_key=True))

persons = Table(
    "persons",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("number", Sealed("persons.number"), nullable=False),
    Column("number_fp", Fingerprint("number", "person-number"), nullable=False),
    Column("name", Sealed("persons.name"), nullable=False),
    Column("birth", Sealed("persons.birth"), nullable=False),
    Column("category", Integer, nullable=False),
    Column("household_id", _ID, ForeignKey("households.id"), index=True),
    Column("hardship_since", Date),
    Column("hardship_until", Date),
    # What a kiosk checks a card and its holder against, where the source gives it.
    Column("card_number", Sealed("persons.card_number")),
    Column("household_number", Sealed("persons.household_number")),
    Column("entry_permit", Sealed("persons.entry_permit")),
    Column("passport", Sealed("persons.passport")),
    # Sandbox only: which documented story this made-up person lives.
    Column("story", String(64)),
    CheckConstraint("category BETWEEN 1 AND 6", name="category"),
    CheckConstraint("(hardship_since IS NULL) = (hardship_until IS NULL)", name="hardship"),
    Index("uq_persons_number_fp", "number_fp", unique=True),
    Index("uq_persons_story", "story", unique=True),
)

plans = Table(
    "plans",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("payer_id", _ID, ForeignKey("persons.id"), nullable=False, index=True),
    Column("state", _WORD, nullable=False),
    Column("agreed_on", Date, nullable=False),
)

plan_terms = Table(
    "plan_terms",
    metadata,
    Column("plan_id", _ID, ForeignKey("plans.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("amount", Integer, nullable=False),
    Column("due", Date, nullable=False),
    Column("paid_on", Date),
    CheckConstraint("amount >= 0", name="amount"),
)

bills = Table(
    "bills",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("payer_id", _ID, ForeignKey("persons.id"), nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("month", Month, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("due", Date, nullable=False),
    Column("unit_name", String(200), nullable=False),
    Column("headcount", Integer, nullable=False),
    Column("late_fee_start", Date),
    Column("charged_late_fee", Integer),
    Column("deferred_until", Date),
    Column("in_enforcement", Boolean, nullable=False),
    Column("plan_id", _ID, ForeignKey("plans.id")),
    # 銷帳編號 of the agency's slip; the bills of one slip share it.
    Column("write_off", String(16)),
    CheckConstraint("amount >= 0", name="amount"),
    CheckConstraint("charged_late_fee >= 0", name="charged_late_fee"),
    CheckConstraint("headcount >= 1", name="headcount"),
    Index("ix_bills_payer_id_month", "payer_id", "month"),
    # Most bills have neither: empty entries would only slow imports down.
    *(
        Index(f"ix_bills_{name}", name, sqlite_where=text(where), postgresql_where=text(where))
        for name, where in (
            ("plan_id", "plan_id IS NOT NULL"),
            ("write_off", "write_off IS NOT NULL"),
        )
    ),
)

payments = Table(
    "payments",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("bill_id", _ID, ForeignKey("bills.id"), nullable=False, index=True),
    Column("amount", Integer, nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("posted_on", Date),
    Column("channel", _WORD, nullable=False),
    # The agency's number of a payment that came through us, once its file has shown it.
    Column("agency_id", _ID),
    CheckConstraint("amount > 0", name="amount"),
    Index(
        "uq_payments_agency_id",
        "agency_id",
        unique=True,
        sqlite_where=text("agency_id IS NOT NULL"),
        postgresql_where=text("agency_id IS NOT NULL"),
    ),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("channel", _WORD, nullable=False),
    Column("channel_user", Sealed("accounts.channel_user"), nullable=False),
    Column("channel_user_fp", Fingerprint("channel_user", "channel-user:{channel}"), nullable=False),
    Column("conversation", _ID, nullable=False),
    Column("session", _ID, nullable=False),
    Column("session_at", UtcDateTime, nullable=False),
    Column("language", String(16), nullable=False),
    Column("language_chosen", Boolean, nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("blocked", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("uq_accounts_channel_user_fp", "channel_user_fp", unique=True),
    Index("uq_accounts_conversation", "conversation", unique=True),
)

one_time_codes = Table(
    "one_time_codes",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("purpose", _WORD, nullable=False),
    Column("code_hash", String(80), nullable=False),
    Column("subject", _ID, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
    Column("used_at", UtcDateTime),
    Index("ix_one_time_codes_code_hash", "code_hash"),
)

bindings = Table(
    "bindings",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("account_id", _ID, ForeignKey("accounts.id"), nullable=False, index=True),
    Column("person_id", _ID, ForeignKey("persons.id"), nullable=False, index=True),
    Column("state", _WORD, nullable=False),
    Column("proposed_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime),
    Column("bound_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    Column("relation", _WORD, nullable=False, server_default="self"),
    Column("card_session", _ID),
    Column("news", _WORD),
    # The database itself keeps the rule, whatever runs at the same time: an account has one binding in force
    # (and may have one more proposed, when it changes persons); a person is bound to one account, and is the
    # dependant of one.
    *(
        Index(name, column, unique=True, sqlite_where=text(where), postgresql_where=text(where))
        for name, column, where in (
            ("uq_bindings_account_bound", "account_id", "state = 'bound'"),
            ("uq_bindings_account_proposed", "account_id", "state = 'proposed'"),
            ("uq_bindings_person_bound", "person_id", "state = 'bound'"),
            ("uq_bindings_person_dependant", "person_id", "state = 'dependant'"),
        )
    ),
    Index(
        "ix_bindings_news",
        "news",
        sqlite_where=text("news IS NOT NULL"),
        postgresql_where=text("news IS NOT NULL"),
    ),
)

# Append-only: triggers of the migration refuse UPDATE, DELETE and TRUNCATE.
audit_events = Table(
    "audit_events",
    metadata,
    # SQLite numbers rows by itself only in a column that is exactly INTEGER.
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    Column("at", UtcDateTime, nullable=False),
    Column("event", String(64), nullable=False),
    Column("subject", String(80), nullable=False, index=True),
    Column("detail", JSON),
    # Who of the staff did it, out of `detail`, so that the trail can be searched by it.
    Column("staff", String(64)),
    Index("ix_audit_events_event_id", "event", "id"),
    Index("ix_audit_events_at", "at"),
    Index(
        "ix_audit_events_staff_id",
        "staff",
        "id",
        sqlite_where=text("staff IS NOT NULL"),
        postgresql_where=text("staff IS NOT NULL"),
    ),
)

sends = Table(
    "sends",
    metadata,
    Column("key", String(200), primary_key=True),
    Column("kind", _WORD, nullable=False),
    # No foreign key: the ledger outlives an erased account.
    Column("account_id", _ID),
    Column("messages", Integer, nullable=False),
    Column("recipients", Integer, nullable=False),
    Column("claimed_at", UtcDateTime, nullable=False),
    Column("outcome", _WORD),
    Column("request_id", String(128)),
    Column("settled_at", UtcDateTime),
    Index("ix_sends_kind_claimed_at", "kind", "claimed_at"),
    Index("ix_sends_claimed_at", "claimed_at"),
)

inbound_events = Table(
    "inbound_events",
    metadata,
    Column("id", String(128), primary_key=True),
    Column("kind", _WORD, nullable=False),
    Column("outcome", _WORD, nullable=False),
    Column("reason", Text),
    Column("closed_at", UtcDateTime, nullable=False, index=True),
    Index("ix_inbound_events_outcome_closed_at", "outcome", "closed_at"),
)
