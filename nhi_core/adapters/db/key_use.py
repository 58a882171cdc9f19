"""What stops working when an older fingerprint key goes: keyed hashes, which nobody can make anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import ColumnElement, Engine, Table, func, or_, select

from nhi_core.adapters.db.engine import READ_ONLY, translated
from nhi_core.adapters.db.tables import one_time_codes
from nhi_core.adapters.db.tables_staff import staff, staff_recovery_codes

# Column → what its owner does then.
REMEDIES: Mapping[str, str] = {
    "one_time_codes.code_hash": "codes that somebody still holds: wait (14 days at most), or give new ones",
    "staff_recovery_codes.code_hash": "recovery codes: their owners make new ones on the account page",
    "staff.subject_hash": "sign-ins kept elsewhere: `nhi-counter staff tie-login` once more",
}
# Hashes that need nothing: why.
HARMLESS: Mapping[str, str] = {
    "card_sessions.code_hash": "minutes",
    "card_sessions.token_hash": "minutes",
    "payment_callbacks.body_hash": "a plain digest: not keyed",
    "staff.password_hash": "argon2id: not keyed",
    "staff_sessions.token_hash": "a plain digest: not keyed",
}


def hashes_under(engine: Engine, key_ids: tuple[str, ...], now: datetime) -> dict[str, int]:
    """Return `table.column` → values in use under one of these keys. Raises StoreUnavailable."""
    codes, recovery = one_time_codes.c, staff_recovery_codes.c
    conditions: tuple[tuple[Table, str, tuple[ColumnElement[bool], ...]], ...] = (
        (one_time_codes, "code_hash", (codes.used_at.is_(None), codes.expires_at > now)),
        (staff_recovery_codes, "code_hash", (recovery.used_at.is_(None),)),
        (staff, "subject_hash", ()),
    )
    found: dict[str, int] = {}
    with translated(), engine.connect().execution_options(**READ_ONLY) as connection:
        for table, name, also in conditions:
            column = table.c[name]
            older = or_(*(column.startswith(f"{key_id}.", autoescape=True) for key_id in key_ids))
            query = select(func.count()).select_from(table).where(older, *also)
            found[f"{table.name}.{name}"] = int(connection.execute(query).scalar_one())
    return {place: count for place, count in found.items() if count}
