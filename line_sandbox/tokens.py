"""Reply tokens (one use, one minute), link tokens (one use, ten minutes), access tokens (15 minutes)."""

from __future__ import annotations

from dataclasses import dataclass

from line_sandbox import ids
from line_sandbox.clock import SandboxClock
from line_sandbox.errors import invalid_reply_token
from line_sandbox.recent import Recent

REPLY_LIFE = 60.0
# A redelivered event's token works again for a minute, but never after this long from the event.
REPLY_HORIZON = 20 * 60.0
LINK_LIFE = 10 * 60.0
ACCESS_LIFE = 15 * 60


@dataclass
class ReplyToken:
    """`received` is when the bot's server last took the event; until then the minute has not begun."""

    chat: str
    event_at: float
    received: float | None = None
    used: bool = False


class ReplyTokens:
    """Callers hold the platform's lock."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._tokens: Recent[str, ReplyToken] = Recent()

    def issue(self, chat: str) -> str:
        """A new token for an event of `chat`."""
        token = ids.token()
        self._tokens[token] = ReplyToken(chat, self._clock.seconds())
        return token

    def received(self, token: str) -> None:
        """The event with this token reached the bot (for the first time or again)."""
        if token in self._tokens:
            self._tokens[token].received = self._clock.seconds()

    def chat_of(self, token: object) -> str | None:
        """Chat of any token ever issued, dead or alive."""
        known = self._tokens.get(token) if isinstance(token, str) else None
        return known.chat if known else None

    def check(self, token: str) -> ReplyToken:
        """The live token; LineError 400 when unknown, used or too old."""
        known = self._tokens.get(token)
        now = self._clock.seconds()
        if known is None or known.used:
            raise invalid_reply_token()
        start = known.event_at if known.received is None else known.received
        if now - start > REPLY_LIFE or now - known.event_at > REPLY_HORIZON:
            raise invalid_reply_token()
        return known


class LinkTokens:
    """Account linking: token to user and birth. Callers hold the platform's lock."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._tokens: Recent[str, tuple[str, float]] = Recent()

    def issue(self, user_id: str) -> str:
        """A token for one use within ten minutes."""
        token = ids.token()
        self._tokens[token] = (user_id, self._clock.seconds())
        return token

    def redeem(self, token: str) -> str | None:
        """The user, or None when unknown, used or expired."""
        user, born = self._tokens.pop(token, ("", 0.0))
        return user if user and self._clock.seconds() - born <= LINK_LIFE else None


class AccessTokens:
    """Stateless channel access tokens: any number of them, none can be revoked. Callers hold the lock."""

    def __init__(self, clock: SandboxClock) -> None:
        self._clock = clock
        self._until: Recent[str, float] = Recent()

    def issue(self) -> str:
        """A new one."""
        token = ids.token()
        self._until[token] = self._clock.seconds() + ACCESS_LIFE
        return token

    def valid(self, token: str) -> bool:
        """Whether it was issued here and is young enough."""
        return self._clock.seconds() < self._until.get(token, 0.0)
