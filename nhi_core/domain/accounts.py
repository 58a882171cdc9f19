"""Channel accounts and what ties them to an insured person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AccountKind(StrEnum):
    """Decides the rich menu and what may be asked."""

    UNBOUND = "unbound"
    BOUND = "bound"
    CLERK = "clerk"


@dataclass(frozen=True, slots=True)
class Account:
    """One LINE user (or group) of ours. `channel_user` is sealed at rest.

    `conversation` is the opaque key that Rasa sees; `session` goes into every postback, so that a
    button from before a binding, an unbinding or a long pause says that it is stale.
    """

    id: str
    channel: str
    channel_user: str
    conversation: str
    session: str
    session_at: datetime
    language: str
    language_chosen: bool
    kind: AccountKind
    blocked: bool
    created_at: datetime

    def __repr__(self) -> str:
        """Show the opaque id alone."""
        return f"Account(id={self.id!r})"


class CodePurpose(StrEnum):
    """What a one-time code opens."""

    CITIZEN = "citizen"
    CLERK = "clerk"
    EDITOR = "editor"
    GROUP = "group"


@dataclass(frozen=True, slots=True)
class OneTimeCode:
    """A code issued by a kiosk or by staff; only its keyed hash is kept.

    `subject` is a person id (CITIZEN), an office's code (CLERK) or a division (EDITOR, GROUP).
    """

    id: str
    purpose: CodePurpose
    code_hash: str
    subject: str
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class Binding:
    """An account tied to an insured person.

    `state` is a `binding.BindingState` value, `relation` a `binding.Relation` value. `card_session`: it was
    proposed at a kiosk, and needs that session's confirmation too. `news` is a `binding.News` value that the
    account is still to be told.
    """

    id: str
    account_id: str
    person_id: str
    state: str
    proposed_at: datetime
    expires_at: datetime | None
    bound_at: datetime | None
    ended_at: datetime | None
    relation: str = "self"
    card_session: str | None = None
    news: str | None = None
