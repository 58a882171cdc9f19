"""What accounts are still to be told about their bindings: rows first, pushes after."""

from __future__ import annotations

from dataclasses import dataclass

from nhi_core.domain.accounts import Account
from nhi_core.domain.binding import News
from nhi_core.ports import UnitOfWorkFactory
from nhi_core.services.conversations import load_account


@dataclass(frozen=True, slots=True)
class Untold:
    """One piece of news; `key` is always the same. `dependant`: not the account's own person."""

    binding_id: str
    account: Account
    news: News
    dependant: bool

    @property
    def key(self) -> str:
        """The ledger's key of the push."""
        return f"binding:{self.binding_id}:{self.news}"


class BindingNews:
    """Lists the news and crosses them out."""

    def __init__(self, uow: UnitOfWorkFactory) -> None:
        self._uow = uow

    def untold(self, limit: int = 100) -> tuple[Untold, ...]:
        """Return what is still to be told."""
        with self._uow() as uow:
            return tuple(
                Untold(
                    one.id, load_account(uow, one.account_id), News(one.news or ""), one.relation != "self"
                )
                for one in uow.bindings.with_news(limit)
            )

    def told(self, untold: Untold) -> None:
        """Cross it out: told, or it cannot be told."""
        with self._uow() as uow:
            uow.bindings.told(untold.binding_id, untold.news)
            uow.commit()
