"""What a bill is made of, who is subsidised, what was given back, and where a disaster struck."""

from __future__ import annotations

from sqlalchemy import (
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
)

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Month, Sealed

_ID = String(64)
_WORD = String(32)

bill_items = Table(
    "bill_items",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("bill_id", _ID, ForeignKey("bills.id"), nullable=False),
    Column("number", Integer, nullable=False),
    Column("name", Sealed("bill_items.name"), nullable=False),
    Column("relation", _WORD, nullable=False),
    Column("premium", Integer, nullable=False),
    Column("subsidy", Integer, nullable=False),
    UniqueConstraint("bill_id", "number", name="uq_bill_items_bill_id_number"),
    CheckConstraint("number >= 1", name="number"),
    CheckConstraint("subsidy BETWEEN 0 AND premium", name="subsidy"),
)

subsidies = Table(
    "subsidies",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("person_id", _ID, ForeignKey("persons.id"), nullable=False, index=True),
    Column("kind", _WORD, nullable=False),
    Column("percent", Integer, nullable=False),
    Column("ceiling", Integer),
    Column("granted_by", String(100), nullable=False),
    Column("since", Month, nullable=False),
    Column("until", Month),
    CheckConstraint("percent BETWEEN 1 AND 100", name="percent"),
    CheckConstraint("ceiling > 0", name="ceiling"),
    CheckConstraint("until >= since", name="months"),
)

refunds = Table(
    "refunds",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("bill_id", _ID, ForeignKey("bills.id"), nullable=False, index=True),
    Column("amount", Integer, nullable=False),
    Column("refunded_on", Date, nullable=False),
    CheckConstraint("amount > 0", name="amount"),
)

# Announced by the agency for everybody insured through a unit (a township office).
disaster_areas = Table(
    "disaster_areas",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("unit_name", String(200), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date, nullable=False),
    CheckConstraint("until >= since", name="days"),
    Index("ix_disaster_areas_unit_name", "unit_name"),
)
