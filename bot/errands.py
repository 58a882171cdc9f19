"""What a turn leaves to be done: written down before its answer, done after it, swept until it is done.

`menu|<account>`: show the rich menu of the account's kind. `moved|<account>`: tell the account at once that
its person is now bound elsewhere (a push: the earlier account did not ask, and must know). That it is to be
told stands in the binding's row, which the sweeper of binding news reads as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol, cast

import redis
import structlog

from bot.line import LineClient, LineError, Message
from bot.mailbox import cache_errors
from bot.outcomes import RetryLater
from bot.replies import Replies
from nhi_core.domain.binding import News
from nhi_core.domain.errors import CounterError, StoreUnavailable

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core
    from nhi_core.domain.accounts import Account

log = structlog.get_logger(__name__)

AGAIN = timedelta(seconds=60)
_DUE = "{mail}:errands"

Render = Callable[..., Sequence[Message]]


class AssignMenu(Protocol):
    """Shows a person the rich menu of a kind and language; idempotent. Raises LineError, CounterError."""

    def __call__(
        self, line: LineClient, core: Core, line_user_id: str, kind: str, language: str
    ) -> object: ...


class Errands:
    """Keeps errands in Redis by the time they are due."""

    def __init__(
        self,
        core: Core,
        client: redis.Redis,
        line: LineClient,
        replies: Replies,
        *,
        assign_menu: AssignMenu,
        render: Render,
    ) -> None:
        """Use what errands need: the core for addresses, LINE, the ledger, the menus and the templates."""
        self._core = core
        self._redis = client
        self._line = line
        self._replies = replies
        self._assign_menu = assign_menu
        self._render = render

    def note(self, errands: Sequence[str], now: datetime) -> None:
        """Write errands down. Raises CacheUnavailable."""
        if errands:
            with cache_errors():
                self._redis.zadd(_DUE, {errand: (now + AGAIN).timestamp() for errand in errands})

    def due(self, now: datetime, limit: int = 100) -> list[str]:
        """Return errands past their time and put their time off. Raises CacheUnavailable."""
        with cache_errors():
            pipe = self._redis.pipeline(transaction=False)
            pipe.zrangebyscore(_DUE, "-inf", now.timestamp(), start=0, num=limit)
            # Nothing is put off for so long: the clock was put back.
            pipe.zrangebyscore(_DUE, (now + 2 * AGAIN).timestamp(), "+inf", start=0, num=limit)
            past, far = cast("list[list[bytes]]", pipe.execute())
        found = [*past, *far]
        errands = [one.decode() for one in found]
        self.note(errands, now)
        return errands

    def run(self, errand: str) -> bool:
        """Do one errand and cross it out; False when it stays for the sweeper."""
        verb, account_id, *_ = errand.split("|")
        try:
            with self._core.uow() as uow:
                account = uow.accounts.get(account_id)
            if account is not None and verb == "menu":
                self._assign_menu(
                    self._line, self._core, account.channel_user, account.kind.value, account.language
                )
            elif account is not None and verb == "moved" and not account.blocked:
                self._tell_moved(account)
        except (LineError, RetryLater, StoreUnavailable) as error:
            log.warning("errand_put_off", errand=verb, account_id=account_id, error=type(error).__name__)
            return False
        except CounterError as error:
            log.error("errand_failed", errand=verb, account_id=account_id, code=error.code)  # noqa: TRY400 - no values
            return False
        with cache_errors():
            self._redis.zrem(_DUE, errand)
        return True

    def _tell_moved(self, account: Account) -> None:
        """Tell at once what the sweeper would tell otherwise, under the same key."""
        news = self._core.binding_news
        for untold in news.untold():
            if untold.account.id != account.id or untold.news is not News.MOVED or untold.dependant:
                continue
            messages = self._render("binding_moved", {}, language=account.language, session=account.session)
            ending = self._replies.push(
                untold.key, account.channel_user, messages, account_id=account.id, urgent=True
            )
            if ending is not None:
                log.warning("binding_moved_untold", account_id=account.id, reason=ending.reason)
            news.told(untold)


def errands_of(template: str, data: object, *, account_id: str) -> list[str]:
    """Return what a template that is about to be shown leaves to be done."""
    # Each kind of person has a rich menu in each language.
    if template not in (
        "bind_done",
        "unbind_done",
        "clerk_ask_name",
        "clerk_moved",
        "clerk_left",
        "language_changed",
    ):
        return []
    found = [f"menu|{account_id}"]
    replaced = data.get("replaced_account_id") if isinstance(data, dict) else None
    if template == "bind_done" and isinstance(replaced, str) and replaced:
        found += [f"menu|{replaced}", f"moved|{replaced}"]
    return found
