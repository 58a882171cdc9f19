"""What kiosk and counter did to a binding is told to its account; card sessions left behind are ended.

A push says what happened and names nobody: it is shown on locked screens. All of it may run twice.
"""

from __future__ import annotations

from collections.abc import Mapping

import structlog

from bot import metrics
from bot.line import LineError
from bot.outcomes import RetryLater
from bot.rendering import RenderError
from bot.workers import runtime
from bot.workers.queue import BINDING_NEWS, task
from bot.workers.runtime import Office
from nhi_core.domain.binding import News
from nhi_core.domain.errors import CounterError
from nhi_core.services.binding_news import Untold

log = structlog.get_logger(__name__)

TEMPLATES: Mapping[tuple[News, bool], str] = {
    (News.BOUND, False): "bind_done",
    (News.ADDED, True): "dependant_done",
    (News.MOVED, False): "binding_moved",
    (News.MOVED, True): "dependant_moved",
    (News.UNBOUND, False): "unbound_elsewhere",
    (News.UNBOUND, True): "dependant_moved",
    (News.STOPPED, False): "bind_stopped",
    (News.STOPPED, True): "bind_stopped",
}
_OTHER_MENU = frozenset({News.BOUND, News.MOVED, News.UNBOUND})


def tell_news(office: Office) -> int:
    """Tell each account once; return how many pushes went out."""
    news = office.desk.core.binding_news
    pushed = 0
    for untold in news.untold():
        try:
            pushed += _tell(office, untold)
        except (RetryLater, LineError) as later:
            log.info("binding_news_wait", binding=untold.binding_id, error=type(later).__name__)
            continue
        except RenderError:
            # One that cannot be written must not keep the others waiting for ever.
            log.error(  # noqa: TRY400 - which template is enough
                "binding_news_not_rendered", binding=untold.binding_id, news=untold.news.value
            )
        news.told(untold)
    return pushed


def end_sessions(office: Office) -> int:
    """End card sessions whose time is up; return how many."""
    return office.desk.core.card_sessions.tidy()


def _tell(office: Office, untold: Untold) -> bool:
    account, desk = untold.account, office.desk
    if untold.news in _OTHER_MENU and not untold.dependant:
        # Written down: a menu that LINE does not take now is tried again by the sweeper.
        errand = f"menu|{account.id}"
        desk.errands.note([errand], desk.core.clock.now())
        desk.errands.run(errand)
    if account.blocked:
        log.info("binding_news_blocked", binding=untold.binding_id, news=untold.news.value)
        return False
    template = TEMPLATES[untold.news, untold.dependant]
    messages = desk.render(template, {}, language=account.language, session=account.session)
    # Who may be losing an account must hear of it: it may use the quota's reserve.
    ending = desk.replies.push(untold.key, account.channel_user, messages, account_id=account.id, urgent=True)
    if ending is not None:
        log.warning("binding_news_untold", binding=untold.binding_id, reason=ending.reason)
    return ending is None


@task(BINDING_NEWS)
def tell_task() -> None:
    """See `tell_news`."""
    try:
        count = tell_news(runtime.office())
    except CounterError as error:
        log.warning("binding_news_not_told", code=error.code)
        return
    if count:
        metrics.SWEPT.labels(what="binding_news").inc(count)


@task("sweeps.card_sessions")
def sessions_task() -> None:
    """See `end_sessions`."""
    try:
        count = end_sessions(runtime.office())
    except CounterError as error:
        log.warning("card_sessions_not_ended", code=error.code)
        return
    if count:
        metrics.SWEPT.labels(what="card_sessions").inc(count)
