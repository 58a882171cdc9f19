"""Payment orders, what each is made of, the attempts at gateways, and the gateways' callbacks."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Month, UtcDateTime

_ID = String(64)
_WORD = String(32)
_LIVE_ORDER = text("state IN ('open', 'confirming')")
_LIVE_ATTEMPT = text("state IN ('starting', 'waiting', 'confirming')")

payment_orders = Table(
    "payment_orders",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("account_id", _ID, nullable=False),
    Column("person_id", _ID, ForeignKey("persons.id"), nullable=False, index=True),
    Column("purpose", _WORD, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("amount", Integer, nullable=False),
    # No foreign keys to plans and bills: a premium source that was read again may have replaced them, and
    # what was paid stays paid.
    Column("plan_id", _ID),
    Column("term", Integer),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("paid_at", UtcDateTime),
    Column("paid_by", _ID),
    Column("revision", Integer, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
    Index(
        "uq_payment_orders_live",
        "person_id",
        "purpose",
        unique=True,
        sqlite_where=_LIVE_ORDER,
        postgresql_where=_LIVE_ORDER,
    ),
    Index("ix_payment_orders_state_expires_at", "state", "expires_at"),
)

payment_claims = Table(
    "payment_claims",
    metadata,
    Column("order_id", _ID, ForeignKey("payment_orders.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("bill_id", _ID, nullable=False),
    Column("month", Month, nullable=False),
    Column("premium", Integer, nullable=False),
    Column("late_fee", Integer, nullable=False),
    Column("enforced", Boolean, nullable=False),
    CheckConstraint("premium >= 0 AND late_fee >= 0", name="amounts"),
)

payment_attempts = Table(
    "payment_attempts",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("order_id", _ID, ForeignKey("payment_orders.id"), nullable=False, index=True),
    Column("channel", _WORD, nullable=False),
    Column("state", _WORD, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_check_at", UtcDateTime, index=True),
    Column("checks", Integer, nullable=False),
    Column("reference", String(64)),
    Column("redirect_url", Text),
    Column("code", _WORD),
    Column("received", Integer),
    Column("settled_at", UtcDateTime),
    CheckConstraint("amount > 0", name="amount"),
    Index(
        "uq_payment_attempts_live",
        "order_id",
        unique=True,
        sqlite_where=_LIVE_ATTEMPT,
        postgresql_where=_LIVE_ATTEMPT,
    ),
)

payment_callbacks = Table(
    "payment_callbacks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("channel", _WORD, nullable=False),
    Column("body_hash", String(80), nullable=False),
    # What the gateway said: it may name an attempt that we do not have.
    Column("attempt_id", _ID, nullable=False, index=True),
    Column("received_at", UtcDateTime, nullable=False),
    Column("outcome", _WORD),
)
