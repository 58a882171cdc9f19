"""One-time tickets: a view waits sealed while the dialogue engine passes on a word without meaning."""

from __future__ import annotations

from datetime import timedelta

from nhi_core.domain.errors import TurnClosed
from nhi_core.ports import Ids, Vault
from nhi_core.services.turns import TTL, TurnService
from nhi_core.services.views import Plain, to_json


class TicketService:
    """Seals views for, and redeems them within, one turn of one account."""

    def __init__(self, vault: Vault, ids: Ids, turns: TurnService, *, ttl: timedelta = TTL) -> None:
        self._vault = vault
        self._ids = ids
        self._turns = turns
        self._ttl = ttl

    def seal(self, view: object, *, turn: str) -> str:
        """Keep `view` (a frozen view or a mapping) and return its ticket. Raises TurnClosed."""
        account_id = self._turns.resolve(turn).account_id
        ticket = self._ids.token()
        self._vault.put(_name(turn, ticket), to_json(view), context=_context(turn, account_id), ttl=self._ttl)
        return ticket

    def redeem(self, ticket: str, *, turn: str) -> dict[str, Plain]:
        """Return the view, once. Raises TurnClosed: ticket unknown, used or foreign, or the turn is over."""
        account_id = self._turns.resolve(turn).account_id
        # The turn is part of the name: a ticket tried in another turn is not found, and so not used up.
        value = self._vault.take(_name(turn, ticket), context=_context(turn, account_id))
        if value is None:
            raise TurnClosed
        return to_json(value)


def _name(turn: str, ticket: str) -> str:
    return f"ticket:{turn}:{ticket}"


def _context(turn: str, account_id: str) -> str:
    return f"ticket:{turn}:{account_id}"
