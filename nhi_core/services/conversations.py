"""Channel accounts: who writes to us, in which language, in which session."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import timedelta

from nhi_core.domain.accounts import Account, AccountKind
from nhi_core.domain.errors import Invalid
from nhi_core.ports import Clock, Ids, UnitOfWork, UnitOfWorkFactory
from nhi_core.wire import LANGUAGES

DEFAULT_LANGUAGE = "zh-TW"
SESSION_PAUSE = timedelta(hours=12)
# A turn within this time of the last noted one is not worth a write.
_TOUCH_GRAIN = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ConversationView:
    """What the edge needs of an account: `conversation` is Rasa's key, `session` goes into buttons."""

    account_id: str
    conversation: str
    session: str
    language: str
    language_chosen: bool
    kind: AccountKind
    blocked: bool


class ConversationService:
    """Finds and keeps accounts."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, ids: Ids) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids

    def open(self, channel: str, channel_user: str) -> ConversationView:
        """Find or create the account of a channel's user; after a pause of 12 hours the session is new."""
        now = self._clock.now()
        with self._uow() as uow:
            account = uow.accounts.by_channel_user(channel, channel_user)
            if account is None:
                account = uow.accounts.add(self._new(channel, channel_user))
                uow.commit()
            elif now - account.session_at >= SESSION_PAUSE:
                account = dataclasses.replace(account, session=self._ids.token(9), session_at=now)
                uow.accounts.save(account)
                uow.commit()
            return _view(account)

    def get(self, account_id: str) -> ConversationView:
        """Return the account's view. Raises Invalid for an unknown id."""
        with self._uow() as uow:
            return _view(load_account(uow, account_id))

    def touch(self, account_id: str) -> None:
        """Note a turn: the session's pause counts from here."""
        now = self._clock.now()
        with self._uow() as uow:
            account = load_account(uow, account_id)
            if now - account.session_at >= _TOUCH_GRAIN:
                uow.accounts.save(dataclasses.replace(account, session_at=now))
                uow.commit()

    def choose_language(self, account_id: str, language: str) -> ConversationView:
        """Set the language the person chose. Raises Invalid for one we do not speak."""
        if language not in LANGUAGES:
            raise Invalid("not one of our languages")
        with self._uow() as uow:
            account = load_account(uow, account_id)
            account = dataclasses.replace(account, language=language, language_chosen=True)
            uow.accounts.save(account)
            uow.commit()
            return _view(account)

    def suggest_language(self, account_id: str, language: str) -> None:
        """Speak this language (of the person's profile, or heard in a message) until one is chosen.

        Raises Invalid for one we do not speak.
        """
        if language not in LANGUAGES:
            raise Invalid("not one of our languages")
        with self._uow() as uow:
            account = load_account(uow, account_id)
            if not account.language_chosen and account.language != language:
                uow.accounts.save(dataclasses.replace(account, language=language))
                uow.commit()

    def set_blocked(self, account_id: str, blocked: bool) -> None:
        """Note that the person blocked us (no push may be tried) or came back."""
        with self._uow() as uow:
            account = load_account(uow, account_id)
            if account.blocked != blocked:
                uow.accounts.save(dataclasses.replace(account, blocked=blocked))
                uow.commit()

    def _new(self, channel: str, channel_user: str) -> Account:
        now = self._clock.now()
        return Account(
            id=self._ids.uuid(),
            channel=channel,
            channel_user=channel_user,
            conversation=self._ids.token(),
            session=self._ids.token(9),
            session_at=now,
            language=DEFAULT_LANGUAGE,
            language_chosen=False,
            kind=AccountKind.UNBOUND,
            blocked=False,
            created_at=now,
        )


def load_account(uow: UnitOfWork, account_id: str) -> Account:
    """Return the account. Raises Invalid for an unknown id."""
    account = uow.accounts.get(account_id)
    if account is None:
        raise Invalid("no such account")
    return account


def _view(account: Account) -> ConversationView:
    return ConversationView(
        account_id=account.id,
        conversation=account.conversation,
        session=account.session,
        language=account.language,
        language_chosen=account.language_chosen,
        kind=account.kind,
        blocked=account.blocked,
    )
