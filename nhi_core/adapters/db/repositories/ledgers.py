"""The audit trail, the ledger of sends, and how inbound events ended."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, func, insert, select, update

from nhi_core.adapters.db.repositories.statements import insert_if_absent
from nhi_core.adapters.db.tables import audit_events, inbound_events, sends
from nhi_core.ports import Clock, Json
from nhi_core.redaction import redact, redact_text

PUSH = "push"
# Outcomes of a claim that never became a message; everything else, also what is not known yet, counts.
_NOT_PUSHED = ("refused", "not_sent", "token_dead")


class SqlAudit:
    """Fulfils ports.Audit. There is no verb to change or remove: the database refuses it too."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Work on one connection."""
        self._connection = connection
        self._clock = clock

    def record(self, event: str, *, subject: str, detail: Json | None = None) -> None:
        """Append. Whatever looks like personal data is taken out first: the trail is kept for years."""
        staff = None if detail is None else detail.get("staff")
        self._connection.execute(
            insert(audit_events).values(
                at=self._clock.now(),
                event=event,
                subject=redact_text(subject),
                detail=None if detail is None else redact(detail),
                staff=None if staff is None else redact_text(str(staff)),
            )
        )


class SqlSends:
    """Fulfils ports.Sends."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Work on one connection."""
        self._connection = connection
        self._clock = clock

    def claim(self, key: str, *, kind: str, account_id: str | None, messages: int, recipients: int) -> bool:
        """Insert the row; False when it stands already."""
        values = {
            "key": key,
            "kind": kind,
            "account_id": account_id,
            "messages": messages,
            "recipients": recipients,
            "claimed_at": self._clock.now(),
        }
        return insert_if_absent(self._connection, sends, values)

    def settle(self, key: str, *, outcome: str, request_id: str | None = None) -> None:
        """Record the outcome; a later word (an unknown one that was cleared up) replaces an earlier one."""
        self._connection.execute(
            update(sends)
            .where(sends.c.key == key)
            .values(outcome=outcome, request_id=request_id, settled_at=self._clock.now())
        )

    def outcome(self, key: str) -> str | None:
        """Return the outcome; None when the key is unknown or not settled."""
        return self._connection.execute(
            select(sends.c.outcome).where(sends.c.key == key)
        ).scalar_one_or_none()

    def pushed_since(self, since: datetime) -> int:
        """Return the sum of recipients of pushes claimed since then, without those surely not sent."""
        query = select(func.coalesce(func.sum(sends.c.recipients), 0)).where(
            sends.c.kind == PUSH,
            sends.c.claimed_at >= since,
            func.coalesce(sends.c.outcome, "").not_in(_NOT_PUSHED),
        )
        return int(self._connection.execute(query).scalar_one())


class SqlInbound:
    """Fulfils ports.Inbound."""

    def __init__(self, connection: Connection, clock: Clock) -> None:
        """Work on one connection."""
        self._connection = connection
        self._clock = clock

    def close(self, event_id: str, *, kind: str, outcome: str, reason: str | None = None) -> bool:
        """Record how the event ended; the first ending stands, and only then is it True."""
        values = {
            "id": event_id,
            "kind": kind,
            "outcome": outcome,
            "reason": reason,
            "closed_at": self._clock.now(),
        }
        return insert_if_absent(self._connection, inbound_events, values)

    def outcome(self, event_id: str) -> str | None:
        """Return the ending; None when there is none yet."""
        query = select(inbound_events.c.outcome).where(inbound_events.c.id == event_id)
        return self._connection.execute(query).scalar_one_or_none()
