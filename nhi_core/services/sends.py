"""The ledger of what we send. Replies are free; pushes cost, and the month's quota keeps a reserve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from enum import StrEnum

from nhi_core.ports import Clock, UnitOfWork, UnitOfWorkFactory

REPLY = "reply"
PUSH = "push"
# LINE counts its days and months in Japan's time.
_LINE_TIME = timezone(timedelta(hours=9))


class Claim(StrEnum):
    """The answer to "may I send this?"."""

    CLAIMED = "claimed"
    DUPLICATE = "duplicate"
    OVER_QUOTA = "over_quota"


@dataclass(frozen=True, slots=True)
class PushBudget:
    """Messages pushed in this LINE month. `quota` None means unlimited; `left` is for ordinary pushes."""

    since: datetime
    quota: int | None
    reserve: int
    used: int

    @property
    def left(self) -> int | None:
        """What ordinary pushes may still use; None when unlimited."""
        return None if self.quota is None else max(0, self.quota - self.reserve - self.used)

    def allows(self, recipients: int, *, urgent: bool) -> bool:
        """Whether a push to so many recipients fits; urgent ones may use the reserve."""
        if self.quota is None:
            return True
        return self.used + recipients <= self.quota - (0 if urgent else self.reserve)


class SendService:
    """Row before send: a key is claimed once, and settled with what the platform said."""

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, *, monthly_quota: int | None, reserve: int
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._quota = monthly_quota
        self._reserve = reserve

    def claim_reply(self, key: str, *, account_id: str | None, messages: int) -> Claim:
        """Claim a reply (free). DUPLICATE means that this key was claimed before: do not send again."""
        with self._uow() as uow:
            first = uow.sends.claim(key, kind=REPLY, account_id=account_id, messages=messages, recipients=1)
            uow.commit()
        return Claim.CLAIMED if first else Claim.DUPLICATE

    def claim_push(
        self, key: str, *, account_id: str | None, messages: int, recipients: int = 1, urgent: bool = False
    ) -> Claim:
        """Claim a push to `recipients` people (each counts one, however many bubbles).

        Two claims at the same instant may pass the quota by one push; the reserve is there for that too.
        """
        with self._uow() as uow:
            allowed = self._budget(uow).allows(recipients, urgent=urgent)
            first = uow.sends.claim(
                key, kind=PUSH, account_id=account_id, messages=messages, recipients=recipients
            )
            # A key that stands is counted already; what is not committed leaves no row.
            if first and not allowed:
                return Claim.OVER_QUOTA
            uow.commit()
        return Claim.CLAIMED if first else Claim.DUPLICATE

    def settle(self, key: str, *, outcome: str, request_id: str | None = None) -> None:
        """Record how the send ended: `accepted`, `refused`, `unknown`, …"""
        with self._uow() as uow:
            uow.sends.settle(key, outcome=outcome, request_id=request_id)
            uow.commit()

    def outcome(self, key: str) -> str | None:
        """Return the recorded outcome; None when the key is unknown or not settled."""
        with self._uow() as uow:
            return uow.sends.outcome(key)

    def budget(self) -> PushBudget:
        """Return this month's budget."""
        with self._uow() as uow:
            return self._budget(uow)

    def _budget(self, uow: UnitOfWork) -> PushBudget:
        local = self._clock.now().astimezone(_LINE_TIME)
        since = local.replace(day=1, hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)
        return PushBudget(since, self._quota, self._reserve, uow.sends.pushed_since(since))
