"""A row in every table that may be about a person, once for each of two persons. Values are made up."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Column, Date, Engine, Integer, Table, insert

from nhi_core.adapters.db import ColumnSealer
from nhi_core.adapters.db.sealing import fingerprint_type
from nhi_core.adapters.db.subject_rules import RULES
from nhi_core.adapters.db.tables import metadata
from nhi_core.adapters.db.types import Fingerprint, Month, Sealed, UtcDateTime
from nhi_core.domain.roc import PremiumMonth

NOW = datetime(2026, 9, 10, 2, 0, tzinfo=UTC)
# Rows that the persons' rows point at: an office, a group, a kiosk, a notice, an import.
_SHARED = ("offices", "chat_groups", "kiosks", "households", "imports", "notices", "notice_batches")
_LEFT_EMPTY = {
    "notices": {"supersedes", "ends", "proposed_by", "approved_by", "stop"},
    "chat_groups": {"tied_by"},
    "notice_batches": {"group_id"},
    "reminders": {"reason"},
    "accounts": set(),
}
_BY_TYPE: tuple[tuple[type, object], ...] = (
    (UtcDateTime, NOW),
    (Month, PremiumMonth(2026, 6)),
    (Boolean, True),
    (Integer, 2),
    (Date, date(2026, 9, 1)),
    (JSON, {"made": "up"}),
)
_SEALED = {"persons.birth": "1980-02-29"}
_FIXED: dict[str, dict[str, object]] = {
    "persons": {"hardship_since": date(2026, 1, 1)},
    "bindings": {"state": "bound", "relation": "self", "news": None},
    "eslip_subscriptions": {"holder": "person", "state": "confirmed"},
    "eslips": {"holder": "person"},
    "mails": {"state": "waiting"},
    "instalment_applications": {"state": "approved"},
    "card_sessions": {"state": "ended", "digits": "42"},
    "payment_orders": {"state": "paid"},
    "payment_attempts": {"state": "paid"},
    "clerks": {"state": "ended", "role": "clerk"},
    "offices": {"active": True},
    "chat_groups": {"state": "tied"},
    "notices": {"state": "sent"},
    "notice_nudges": {"state": "sent"},
    "promotion_reports": {"state": "filed"},
    "promotion_photos": {"state": "kept"},
    "group_messages": {"kind": "question"},
    "reminders": {"state": "planned"},
    "satisfaction_answers": {"state": "rated"},
    "preregistrations": {"mail": "waiting"},
    "erasures": {"state": "done", "proof": "nhi_card"},
    "plans": {"state": "running"},
    "accounts": {"kind": "bound", "blocked": False, "language": "zh-TW", "channel": "line"},
}  # fmt: skip


def fill(engine: Engine, sealer: ColumnSealer, who: str, numbers: dict[str, str] | None = None) -> None:
    """Insert the rows of the person `who`; `numbers`: sealed values of persons and accounts by column."""
    personal = {rule.table.name for rule in RULES}
    with engine.begin() as connection:
        for table in metadata.sorted_tables:
            if table.name in personal:
                connection.execute(insert(table).values(**_row(table, sealer, who, numbers or {})))
            elif table.name in _SHARED and who == "one":
                connection.execute(insert(table).values(**_row(table, sealer, "all", {})))


def key(table: str, who: str) -> str:
    """Return the id of a row."""
    return f"{table[:22]}-{who}-0123456789"


def _row(table: Table, sealer: ColumnSealer, who: str, numbers: dict[str, str]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    prints: list[Column[Any]] = []
    for column in table.columns:
        if column.name in _LEFT_EMPTY.get(table.name, set()):
            continue
        if isinstance(column.type, Fingerprint):
            prints.append(column)
        elif table.name == "audit_events" and column.name == "id":
            continue
        else:
            row[column.name] = _value(table, column, who)
    row |= _FIXED.get(table.name, {})
    opened: dict[str, str] = {}
    for column in table.columns:
        if isinstance(column.type, Sealed):
            place, made_up = f"{table.name}.{column.name}", f"sealed {column.name} {who}"
            opened[column.name] = numbers.get(place, _SEALED.get(place, made_up))
            row[column.name] = sealer.seal(column, opened[column.name], row=row["id"])
    for column in prints:
        value = opened[fingerprint_type(column).of]
        row[column.name] = sealer.fingerprint(column, value, channel=str(row.get("channel", "")))
    return row


def _value(table: Table, column: Column[Any], who: str) -> object:
    if column.foreign_keys:
        (foreign,) = column.foreign_keys
        parent = foreign.column.table.name
        return key(parent, "all" if parent in _SHARED else who)[: _length(column)]
    special = {
        ("one_time_codes", "subject"): key("persons", who),
        ("fact_attempts", "subject"): f"person:{key('persons', who)}",
        ("audit_events", "subject"): f"person:{key('persons', who)}",
        ("mails", "subject_id"): key("eslips", who),
        ("payment_callbacks", "attempt_id"): key("payment_attempts", who),
        ("promotion_photos", "digest"): _digest("a", who),
        ("promotion_photos", "thumbnail"): _digest("b", who),
        ("erasures", "person_id"): key("persons", who),
    }
    if (table.name, column.name) in special:
        return special[table.name, column.name]
    if column.name == "account_id":
        return key("accounts", who)
    for kind, value in _BY_TYPE:
        if isinstance(column.type, kind):
            return value
    text = key(table.name, who) if column.primary_key else f"{column.name} {who}"
    return text[: _length(column)]


def _length(column: Column[Any]) -> int:
    return getattr(column.type, "length", None) or 200


def _digest(letter: str, who: str) -> str:
    return (letter * 60 + f"{len(who):04x}")[:64]
