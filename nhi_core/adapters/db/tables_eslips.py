"""E-slip subscriptions, the slips made of them, and the outbox of letters.

A letter's row names its kind and its subject; recipient and text are put together when it goes out, so the
outbox itself holds nothing personal.
"""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, text

from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Month, Sealed, UtcDateTime

_ID = String(64)
_WORD = String(32)
_LIVE = text("state IN ('requested', 'confirmed')")

eslip_subscriptions = Table(
    "eslip_subscriptions",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("person_id", _ID, ForeignKey("persons.id"), nullable=False, index=True),
    Column("account_id", _ID, nullable=False),
    Column("holder", _WORD, nullable=False),
    Column("state", _WORD, nullable=False, index=True),
    Column("language", String(16), nullable=False),
    # Gone with the subscription: all three are emptied when nothing will be sent any more.
    Column("email", Sealed("eslip_subscriptions.email")),
    Column("password", Sealed("eslip_subscriptions.password")),
    Column("code", Sealed("eslip_subscriptions.code")),
    Column("code_until", UtcDateTime),
    Column("code_tries", Integer, nullable=False),
    Column("codes_sent", Integer, nullable=False),
    Column("requested_at", UtcDateTime, nullable=False),
    Column("confirmed_at", UtcDateTime),
    Column("ended_at", UtcDateTime),
    # The first month whose slip comes by e-mail, and the first one that does not any more.
    Column("first_slip", Month),
    Column("ended_slip", Month),
    Column("revision", Integer, nullable=False),
    CheckConstraint("holder IN ('person', 'unit')", name="holder"),
    # One that waits for its code may stand beside one in force: the address is about to change.
    Index(
        "uq_eslip_subscriptions_live",
        "person_id",
        "holder",
        "state",
        unique=True,
        sqlite_where=_LIVE,
        postgresql_where=_LIVE,
    ),
)

eslips = Table(
    "eslips",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("subscription_id", _ID, ForeignKey("eslip_subscriptions.id"), nullable=False, index=True),
    Column("person_id", _ID, ForeignKey("persons.id"), nullable=False),
    Column("holder", _WORD, nullable=False),
    Column("month", Month, nullable=False),
    Column("outcome", _WORD, nullable=False),
    Column("made_at", UtcDateTime, nullable=False),
    Index("uq_eslips_person_id_holder_month", "person_id", "holder", "month", unique=True),
)

mails = Table(
    "mails",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("key", String(120), nullable=False),
    Column("kind", _WORD, nullable=False),
    # The row that the letter is about; which table, the kind says.
    Column("subject_id", _ID, nullable=False, index=True),
    Column("state", _WORD, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("next_try_at", UtcDateTime),
    Column("claimed_at", UtcDateTime),
    Column("settled_at", UtcDateTime),
    Column("code", _WORD),
    CheckConstraint(
        "state IN ('waiting', 'sending', 'sent', 'refused', 'unclear', 'given_up', 'dropped')", name="state"
    ),
    Index("uq_mails_key", "key", unique=True),
    Index("ix_mails_state_next_try_at", "state", "next_try_at"),
)
