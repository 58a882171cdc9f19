"""Where the channel access token comes from: LINE issues one when it is needed, or a fixed one is kept.

Issued tokens are LINE's stateless ones: a quarter of an hour each, as many as one likes, so every process has
its own and nothing has to be stored, shared or revoked. With `bot.line` the only modules that import the SDK.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Protocol

import structlog
from linebot.v3.oauth import ApiClient, ChannelAccessToken, Configuration
from linebot.v3.oauth.exceptions import OpenApiException
from urllib3.exceptions import HTTPError

from bot import metrics
from nhi_core.settings import Settings

log = structlog.get_logger(__name__)

_TIMES = (1.0, 4.0)  # seconds to connect, to read
# Renewed when so much of its life is left, so that a bad minute of LINE's passes unnoticed.
_EARLY = 1 / 3
# After a failure, and after a refusal, the next try waits so long: seconds.
_PAUSE = 5.0

Issue = Callable[[], tuple[str, float]]


class TokenUnavailable(Exception):
    """No token at hand, and LINE issues none. Nothing was sent."""


class Tokens(Protocol):
    """Tokens for one process; safe to share between threads."""

    def current(self) -> str:
        """Return a token. Raises TokenUnavailable."""

    def refused(self, token: str) -> bool:
        """Note that LINE answered 401 to it; return whether another one is worth a try."""


class FixedToken:
    """A token that was issued elsewhere."""

    def __init__(self, token: str) -> None:
        """Keep it."""
        self._token = token

    def current(self) -> str:
        """See the port."""
        return self._token

    def refused(self, token: str) -> bool:
        """See the port."""
        return token != self._token


class IssuedTokens:
    """Tokens from `issue`, which returns one with its life in seconds and raises what the SDK raises."""

    def __init__(self, issue: Issue, *, now: Callable[[], float] = time.monotonic) -> None:
        """Ask for nothing yet."""
        self._issue = issue
        self._now = now
        self._lock = Lock()
        self._token = ""
        self._until = self._renew_at = self._not_before = 0.0

    def current(self) -> str:
        """See the port. One thread renews while the others go on with what is still good."""
        now = self._now()
        if now < self._renew_at:
            return self._token
        usable = self._token if now < self._until else ""
        if self._lock.acquire(blocking=not usable):
            try:
                return self._renewed(usable)
            finally:
                self._lock.release()
        return usable

    def refused(self, token: str) -> bool:
        """See the port. A flood of refusals asks for a new token only every few seconds."""
        with self._lock:
            if token == self._token:
                if self._now() < self._not_before:
                    return False
                self._until = self._renew_at = 0.0
                self._not_before = self._now() + _PAUSE
        return True

    def _renewed(self, usable: str) -> str:
        now = self._now()
        if now < self._renew_at:  # another thread was quicker
            return self._token
        try:
            token, life = self._issue()
        except (OpenApiException, HTTPError, ValueError) as error:
            metrics.LINE_TOKENS.labels(outcome="failed").inc()
            log.warning("line_token_not_issued", error=type(error).__name__, goes_on=bool(usable))
            self._renew_at = now + _PAUSE if usable else 0.0
            if usable:
                return usable
            raise TokenUnavailable from None
        metrics.LINE_TOKENS.labels(outcome="issued").inc()
        self._token, self._until, self._renew_at = token, now + life, now + life * (1 - _EARLY)
        return token


def issue_with(channel_id: str, channel_secret: str, *, api_url: str) -> Issue:
    """Return the function that has LINE issue a stateless token."""
    configuration = Configuration(host=api_url)
    configuration.retries = 0
    api = ChannelAccessToken(ApiClient(configuration))

    def issue() -> tuple[str, float]:
        answer = api.issue_stateless_channel_token_by_client_secret(
            channel_id, channel_secret, _request_timeout=_TIMES
        )
        return str(answer.access_token), float(answer.expires_in)

    return issue


def tokens_of(settings: Settings) -> Tokens:
    """Return the tokens that the settings ask for: issued ones where the channel's id is known."""
    if settings.line_channel_id is not None:
        secret = settings.line_channel_secret.get_secret_value()
        return IssuedTokens(issue_with(settings.line_channel_id, secret, api_url=settings.line_api_url))
    if settings.line_channel_access_token is None:
        raise ValueError("the settings refuse to have neither an id nor a token")
    return FixedToken(settings.line_channel_access_token.get_secret_value())
