"""Quota, statistics, bot and webhook information."""

from __future__ import annotations

import re
from collections import Counter
from typing import Any

from flask import Response, request

from line_sandbox.api.base import body, bp, done, platform
from line_sandbox.errors import LineError, not_available
from line_sandbox.validation import check_request

Answer = tuple[Response, int]
# Reference, "Get statistics per unit": people are hidden below this number.
PRIVACY_FLOOR = 20


@bp.get("/v2/bot/message/quota")
def quota() -> Answer:
    """The plan's limit of this month."""
    value = platform().ledger.quota
    return done({"type": "none"} if value is None else {"type": "limited", "value": value})


@bp.get("/v2/bot/message/quota/consumption")
def consumption() -> Answer:
    """Messages counted this month."""
    with platform().lock:
        return done({"totalUsage": platform().ledger.used})


def _day(name: str) -> str:
    day = request.args.get(name, "")
    if not re.fullmatch(r"20\d{6}", day):
        raise LineError(400, f"The value for the '{name}' parameter is invalid")
    return day


@bp.get("/v2/bot/message/delivery/<any(reply, push, multicast, broadcast):kind>")
def delivery(kind: str) -> Answer:
    """Number of messages of one day (UTC+9), ready on the next."""
    with platform().lock:
        return done(platform().ledger.delivered(kind, _day("date")))


@bp.get("/v2/bot/message/aggregation/info")
def aggregation_info() -> Answer:
    """How many unit names this month has."""
    with platform().lock:
        return done({"numOfCustomAggregationUnits": len(platform().ledger.units())})


@bp.get("/v2/bot/message/aggregation/list")
def aggregation_list() -> Answer:
    """The unit names of this month."""
    with platform().lock:
        return done({"customAggregationUnits": sorted(platform().ledger.units())})


@bp.get("/v2/bot/insight/message/event/aggregation")
def insight() -> Answer:
    """Numbers of one aggregation unit; nobody's taps are measured here, so those stay null."""
    first, last = _day("from"), _day("to")
    with platform().lock:
        days: Counter[str] = (
            platform().ledger.units().get(request.args.get("customAggregationUnit", ""), Counter())
        )
        people = sum(count for day, count in days.items() if first <= day <= last)
    hidden = people < PRIVACY_FLOOR
    overview: dict[str, Any] = {
        "uniqueImpression": None if hidden else people,
        "uniqueClick": None,
        "uniqueMediaPlayed": None,
        "uniqueMediaPlayed100Percent": None,
    }
    return done({"overview": overview, "messages": [], "clicks": []})


@bp.get("/v2/bot/info")
def bot_info() -> Answer:
    """The official account."""
    p = platform()
    return done(
        {
            "userId": p.bot_user_id,
            "basicId": p.config.basic_id,
            "displayName": p.config.bot_name,
            "chatMode": "bot",
            "markAsReadMode": "manual",
        }
    )


@bp.get("/v2/bot/followers/ids")
def followers() -> Answer:
    """Verified or premium accounts only."""
    p = platform()
    if not p.config.verified:
        raise not_available()
    friends = [person.user_id for person in p.world.people.values() if person.friend]
    start, size = _page(request.args.get("start"), request.args.get("limit", default=300, type=int))
    more = {"next": str(start + size)} if start + size < len(friends) else {}
    return done({"userIds": friends[start : start + size], **more})


def _page(start: str | None, size: int) -> tuple[int, int]:
    if start is not None and not start.isdecimal():
        raise LineError(400, "Invalid start parameter")
    return int(start or 0), max(1, min(size, 1000))


@bp.get("/v2/bot/channel/webhook/endpoint")
def webhook_endpoint() -> Answer:
    """The webhook URL in use."""
    url = platform().webhook.url
    if not url:
        raise LineError(404, "The webhook endpoint is not set")
    return done({"endpoint": url, "active": True})


@bp.put("/v2/bot/channel/webhook/endpoint", endpoint="webhook_endpoint_set")
def set_webhook_endpoint() -> Answer:
    """Change it. LINE wants https; the sandbox also takes plain http on the own machine."""
    sent = body()
    check_request("SetWebhookEndpointRequest", sent)
    platform().webhook.url = _webhook_url(sent["endpoint"])
    return done()


@bp.post("/v2/bot/channel/webhook/test")
def webhook_test() -> Answer:
    """Post an empty event list and tell how it went."""
    sent = body() if request.get_data() else {}
    check_request("TestWebhookEndpointRequest", sent)
    p = platform()
    url = _webhook_url(sent["endpoint"]) if "endpoint" in sent else None
    result = p.dispatcher.post([], url)
    return done(
        {
            "success": result.ok,
            "timestamp": p.clock.iso(),
            "statusCode": result.status,
            "reason": result.reason,
            "detail": result.detail,
        }
    )


def _webhook_url(url: str) -> str:
    loopback = re.match(r"http://(127\.0\.0\.1|localhost|\[::1\])(:\d+)?(/|$)", url)
    if not (url.startswith("https://") or loopback):
        raise LineError(400, "Invalid webhook endpoint URL")
    return url
