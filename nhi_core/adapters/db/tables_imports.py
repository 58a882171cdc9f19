"""The journal of imports, what they have staged and refused, and pre-registrations.

Staged rows hold sealed text in plain columns: they live for one import, and `reseal` leaves them alone (an
import that meets other keys starts over).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Sealed, UtcDateTime

_ID = String(64)
_WORD = String(32)

imports = Table(
    "imports",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("kind", _WORD, nullable=False),
    Column("sha256", _ID, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("encoding", _WORD, nullable=False),
    Column("state", _WORD, nullable=False),
    # Which keys sealed and fingerprinted the staged rows.
    Column("keys", String(80), nullable=False),
    # The run that may go on with it: compare-and-set with each batch.
    Column("owner", _ID, nullable=False),
    Column("batches", Integer, nullable=False),
    # Where the next batch begins: byte offset and line number.
    Column("position", BigInteger, nullable=False),
    Column("line", Integer, nullable=False),
    Column("staged", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("inserted", Integer, nullable=False),
    Column("updated", Integer, nullable=False),
    Column("unchanged", Integer, nullable=False),
    # Registrations alone: whose staff, and since when the unit holds each person's consent.
    Column("unit_code", String(9)),
    Column("consented_on", Date),
    Column("started_at", UtcDateTime, nullable=False),
    Column("moved_at", UtcDateTime, nullable=False),
    Index("uq_imports_kind_sha256", "kind", "sha256", unique=True),
)

import_rejects = Table(
    "import_rejects",
    metadata,
    Column("import_id", _ID, ForeignKey("imports.id"), primary_key=True),
    Column("line", Integer, primary_key=True),
    Column("column", _WORD, primary_key=True),
    Column("reason", _WORD, nullable=False),
)


def _staged(name: str, *columns: Column[Any]) -> Table:
    # No keys and no indexes: rows are poured in, checked as a whole, and poured on.
    return Table(
        f"staged_{name}",
        metadata,
        Column("import_id", _ID, nullable=False),
        Column("line", Integer, nullable=False),
        *columns,
    )


staged_persons = _staged(
    "persons",
    Column("id", _ID, nullable=False),
    Column("number", Text, nullable=False),
    Column("number_fp", String(80), nullable=False),
    Column("name", Text, nullable=False),
    Column("birth", Text, nullable=False),
    Column("category", Integer, nullable=False),
    Column("household_id", _ID),
    Column("hardship_since", Date),
    Column("hardship_until", Date),
    # Sealed text, or a dash where what stands in the books is to go; NULL leaves it.
    Column("entry_permit", Text),
    Column("passport", Text),
    Column("card_number", Text),
)
staged_bills = _staged(
    "bills",
    Column("id", _ID, nullable=False),
    Column("payer_id", _ID, nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("month", Date, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("due", Date, nullable=False),
    Column("unit_name", String(200), nullable=False),
    Column("headcount", Integer, nullable=False),
    Column("late_fee_start", Date),
    Column("charged_late_fee", Integer),
    Column("deferred_until", Date),
    Column("in_enforcement", Boolean, nullable=False),
    Column("write_off", String(16)),
)
staged_payments = _staged(
    "payments",
    Column("id", _ID, nullable=False),
    Column("bill_id", _ID, nullable=False),
    Column("amount", Integer, nullable=False),
    Column("paid_on", Date, nullable=False),
    Column("posted_on", Date),
    Column("channel", _WORD, nullable=False),
    Column("order_number", _ID),
    # Our own payment of the same money, once it is found.
    Column("own_id", _ID),
)
staged_subsidies = _staged(
    "subsidies",
    Column("id", _ID, nullable=False),
    Column("person_id", _ID, nullable=False),
    Column("kind", _WORD, nullable=False),
    Column("percent", Integer, nullable=False),
    Column("ceiling", Integer),
    Column("granted_by", String(100), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
)
staged_registrations = _staged(
    "registrations",
    Column("id", _ID, nullable=False),
    Column("person_id", _ID, nullable=False),
    Column("email", Text, nullable=False),
    Column("phone", Text),
)

preregistrations = Table(
    "preregistrations",
    metadata,
    # Made of unit and person, so that the same row comes back when a unit sends it again.
    Column("id", _ID, primary_key=True),
    Column("person_id", _ID, ForeignKey("persons.id"), nullable=False, index=True),
    Column("unit_code", String(9), nullable=False),
    Column("email", Sealed("preregistrations.email"), nullable=False),
    Column("phone", Sealed("preregistrations.phone")),
    Column("consented_on", Date, nullable=False),
    Column("import_id", _ID, ForeignKey("imports.id"), nullable=False, index=True),
    Column("mail", _WORD, nullable=False, index=True),
    Column("mail_at", UtcDateTime),
    CheckConstraint("mail IN ('waiting', 'sending', 'sent', 'refused')", name="mail"),
)
