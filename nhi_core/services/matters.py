"""The memory of what was shown last, sealed and short: a follow-up is about that, and about nobody else's.

It belongs to the account's present conversation. Binding and unbinding begin a new one, so what was shown
before is out of reach from that moment on.
"""

from __future__ import annotations

from datetime import date, timedelta

from nhi_core.domain.matters import Matter, Topic
from nhi_core.domain.roc import PremiumMonth
from nhi_core.ports import Json, UnitOfWorkFactory, Vault
from nhi_core.services.conversations import load_account

TTL = timedelta(minutes=30)


class MatterService:
    """Keeps one matter for each conversation."""

    def __init__(self, vault: Vault, uow: UnitOfWorkFactory) -> None:
        self._vault = vault
        self._uow = uow

    def remember(self, account_id: str, matter: Matter) -> None:
        """Keep the matter, in place of the earlier one. Raises CacheUnavailable, StoreUnavailable."""
        value = {
            "topic": matter.topic.value,
            "month": matter.month.iso if matter.month else None,
            "day": matter.day.isoformat() if matter.day else None,
        }
        self._vault.put(self._name(account_id), value, context=_context(account_id), ttl=TTL)

    def last(self, account_id: str) -> Matter | None:
        """Return what was shown last in this conversation, None when that is long ago or nothing.

        Raises CacheUnavailable, StoreUnavailable.
        """
        value = self._vault.get(self._name(account_id), context=_context(account_id))
        return None if value is None else _read(value)

    def _name(self, account_id: str) -> str:
        with self._uow() as uow:
            return f"matter:{load_account(uow, account_id).conversation}"


def _context(account_id: str) -> str:
    return f"matter:{account_id}"


def _read(value: Json) -> Matter:
    month, day = value["month"], value["day"]
    return Matter(
        Topic(str(value["topic"])),
        PremiumMonth.parse(str(month)) if month else None,
        date.fromisoformat(str(day)) if day else None,
    )
