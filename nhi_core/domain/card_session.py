"""One card in one kiosk, from the second fact to the binding, as a table."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from nhi_core.domain.codes import ALPHABET
from nhi_core.domain.errors import IllegalMove

SESSION_TTL = timedelta(minutes=10)
STEP_TTL = timedelta(minutes=3)  # a code's life; then the time to compare the digits
# What the QR carries: 27 of 31 characters are 133 bits. The prefix makes it recognisable in any text.
TOKEN_PREFIX = "NHI"  # noqa: S105 - no secret
TOKEN_LENGTH = 27
ADULT = 18  # Civil Code §12, since 2023-01-01


class SessionState(StrEnum):
    """Where a card session stands."""

    SECOND_FACT = "second_fact"
    CODE = "code"
    CLAIMED = "claimed"
    PHONE_CONFIRMED = "phone_confirmed"
    KIOSK_CONFIRMED = "kiosk_confirmed"
    BOUND = "bound"
    ENDED = "ended"


class SessionEvent(StrEnum):
    """What can happen to it."""

    FACT_RIGHT = "fact_right"
    RENEW = "renew"
    CLAIM = "claim"
    PHONE_CONFIRM = "phone_confirm"
    KIOSK_CONFIRM = "kiosk_confirm"
    END = "end"


class EndReason(StrEnum):
    """Why a session ended without a binding."""

    EXPIRED = "expired"
    CANCELLED = "cancelled"
    TIMEOUT = "timeout"
    CARD_REMOVED = "card_removed"
    REFUSED_ON_PHONE = "refused_on_phone"
    REPLACED = "replaced"
    LOCKED = "locked"
    UNBOUND = "unbound"
    REVOKED = "revoked"


_S, _E = SessionState, SessionEvent
# A phone has claimed the code, and may be the wrong phone.
CLAIMED = frozenset({_S.CLAIMED, _S.PHONE_CONFIRMED, _S.KIOSK_CONFIRMED})
LIVE = frozenset({_S.SECOND_FACT, _S.CODE}) | CLAIMED

MOVES: Mapping[tuple[SessionState, SessionEvent], SessionState] = {
    (_S.SECOND_FACT, _E.FACT_RIGHT): _S.CODE,
    (_S.CODE, _E.CLAIM): _S.CLAIMED,
    (_S.CLAIMED, _E.PHONE_CONFIRM): _S.PHONE_CONFIRMED,
    (_S.CLAIMED, _E.KIOSK_CONFIRM): _S.KIOSK_CONFIRMED,
    # Bound only when both sides have said that the digits are the same, in either order.
    (_S.PHONE_CONFIRMED, _E.KIOSK_CONFIRM): _S.BOUND,
    (_S.KIOSK_CONFIRMED, _E.PHONE_CONFIRM): _S.BOUND,
    # Somebody else was quicker with the code: a fresh one, and the stranger's claim falls.
    **{(state, _E.RENEW): _S.CODE for state in CLAIMED | {_S.CODE}},
    **{(state, _E.END): _S.ENDED for state in LIVE},
}

AUDIT_EVENTS: Mapping[SessionEvent, str] = {
    _E.FACT_RIGHT: "card_session_proved",
    _E.RENEW: "card_session_code_renewed",
    _E.CLAIM: "card_session_claimed",
    _E.PHONE_CONFIRM: "card_session_phone_confirmed",
    _E.KIOSK_CONFIRM: "card_session_kiosk_confirmed",
    _E.END: "card_session_ended",
}


@dataclass(frozen=True, slots=True)
class CardSession:
    """A card session. Of code and token only keyed hashes are kept; `digits` are two, from `claimed` on."""

    id: str
    kiosk_id: str
    person_id: str
    relation: str
    state: SessionState
    consent_version: str
    consent_language: str
    consent_at: datetime
    opened_at: datetime
    expires_at: datetime
    step_expires_at: datetime
    code_hash: str | None = None
    token_hash: str | None = None
    digits: str | None = None
    account_id: str | None = None
    ended_at: datetime | None = None
    reason: str | None = None
    revision: int = 0

    def over(self, now: datetime) -> bool:
        """Whether its time is up although nobody has ended it. A code past its life may be renewed."""
        stale = self.state in CLAIMED and self.step_expires_at <= now
        return self.state in LIVE and (stale or self.expires_at <= now)

    def left(self, now: datetime) -> int:
        """Return the seconds that the present step may still take."""
        if self.state not in LIVE:
            return 0
        return max(0, int((min(self.step_expires_at, self.expires_at) - now).total_seconds()))


def moved(session: CardSession, event: SessionEvent) -> CardSession:
    """Return the session after `event`. Raises IllegalMove when the table has no such edge."""
    try:
        state = MOVES[session.state, event]
    except KeyError:
        raise IllegalMove(f"{session.state} / {event}") from None
    return dataclasses.replace(session, state=state)


def is_token(text: str) -> bool:
    """Whether this has the form of what a kiosk's QR carries."""
    body = text.removeprefix(TOKEN_PREFIX)
    return len(body) == TOKEN_LENGTH and body != text and set(body) <= set(ALPHABET)


def of_age(birth: date, today: date) -> bool:
    """Whether somebody born on `birth` is an adult today."""
    years = today.year - birth.year - ((today.month, today.day) < (birth.month, birth.day))
    return years >= ADULT
