"""The permit of one turn: what an action may act for, for a minute, and nobody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from nhi_core.domain.errors import TurnClosed
from nhi_core.ports import Ids, Vault

TTL = timedelta(seconds=60)
_CONTEXT = "turn"


@dataclass(frozen=True, slots=True)
class TurnContext:
    """Whose turn it is, in which language, and what scrubbing took out of the text."""

    account_id: str
    language: str
    secrets: Mapping[str, tuple[str, ...]]
    # The span that asked, for the action's own: the dialogue engine between them knows nothing of traces.
    trace: str | None = None

    def __repr__(self) -> str:
        """Show the opaque id alone: secrets are identifiers."""
        return f"TurnContext(account_id={self.account_id!r})"


class TurnService:
    """Opens, reads and ends turns. The token is the only thing that travels through the dialogue engine."""

    def __init__(self, vault: Vault, ids: Ids, *, ttl: timedelta = TTL) -> None:
        self._vault = vault
        self._ids = ids
        self._ttl = ttl

    def begin(
        self,
        account_id: str,
        *,
        language: str,
        secrets: Mapping[str, Sequence[str]] | None = None,
        trace: str | None = None,
    ) -> str:
        """Return a new turn's token. Raises CacheUnavailable."""
        turn = self._ids.token()
        value = {
            "account_id": account_id,
            "language": language,
            "secrets": {kind: list(found) for kind, found in (secrets or {}).items()},
            "trace": trace,
        }
        self._vault.put(_name(turn), value, context=_CONTEXT, ttl=self._ttl)
        return turn

    def resolve(self, turn: str) -> TurnContext:
        """Return whose turn it is. Raises TurnClosed when it is unknown or over, CacheUnavailable."""
        value = self._vault.get(_name(turn), context=_CONTEXT)
        if value is None:
            raise TurnClosed
        secrets = value["secrets"]
        if not isinstance(secrets, Mapping):
            raise TurnClosed
        return TurnContext(
            account_id=str(value["account_id"]),
            language=str(value["language"]),
            secrets={kind: tuple(found) for kind, found in secrets.items()},
            trace=str(value["trace"]) if value.get("trace") else None,
        )

    def end(self, turn: str) -> None:
        """Close the turn: its token and its unredeemed tickets are worth nothing from now on."""
        self._vault.drop(_name(turn))


def _name(turn: str) -> str:
    return f"turn:{turn}"
