"""Reply, push, multicast, broadcast, narrowcast and their validate twins."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from line_sandbox import ids
from line_sandbox.api.base import body, bp, done, platform
from line_sandbox.errors import LineError, invalid_property, not_found
from line_sandbox.platform import Platform
from line_sandbox.validation import Target, check_request
from line_sandbox.world import BOT, Message

Answer = tuple[Response, int]
QUOTABLE = {"text", "textV2", "sticker", "image", "video", "template", "flex"}
# People who wrote to the bot without being friends can be pushed for seven days.
STRANGER_DAYS = 7 * 86_400
MIN_NARROWCAST = 50


def _target(p: Platform, chat: object) -> Target:
    if not isinstance(chat, str):
        return Target()

    def knows(token: str) -> bool:
        message = p.world.quoted(token)
        return message is not None and message in p.world.chat(chat)

    kind = "group" if chat in p.world.groups else "user"
    return Target(kind, lambda user: user in p.world.members(chat), knows)


def _bubbles(p: Platform, chats: list[str], messages: list[dict[str, Any]]) -> list[dict[str, str]]:
    """Show the messages in all chats; answers sentMessages."""
    sent = []
    for message in messages:
        token = ids.token() if message["type"] in QUOTABLE else None
        bubble = Message(ids.message_id(), chats[0] if len(chats) == 1 else "", BOT, p.clock.ms(), message)
        bubble.quote_token, bubble.request_id = token, g.request_id
        p.show(bubble, chats)
        sent.append({"id": bubble.id, **({"quoteToken": token} if token else {})})
    return sent


def _hears(p: Platform, user_id: str) -> bool:
    person = p.world.people.get(user_id)
    if person is None or person.blocked or person.deleted:
        return False
    recent = person.last_wrote is not None and p.clock.seconds() - person.last_wrote < STRANGER_DAYS
    return person.friend or recent


def _retry_key(p: Platform, kind: str) -> str | None:
    key = request.headers.get("X-Line-Retry-Key")
    p.retry_keys.check(kind, key)
    return key


@bp.post("/v2/bot/message/reply")
def reply() -> Answer:
    """Answer an event: free of charge, one use of its token."""
    p = platform()
    if "X-Line-Retry-Key" in request.headers:
        raise LineError(400, "The X-Line-Retry-Key header is not supported by this endpoint")
    sent = body()
    with p.lock:
        check_request("ReplyMessageRequest", sent, _target(p, p.replies.chat_of(sent.get("replyToken"))))
        token = p.replies.check(sent["replyToken"])
        token.used = True
        group = p.world.groups.get(token.chat)
        there = group.bot_in if group else _hears(p, token.chat)
        messages = _bubbles(p, [token.chat] if there else [], sent["messages"])
        p.ledger.count("reply", 1)
        return done({"sentMessages": messages})


@bp.post("/v2/bot/message/push")
def push() -> Answer:
    """Send to one chat; a group costs as many messages as it has members."""
    p = platform()
    with p.lock:
        key = _retry_key(p, "push")
        sent = body()
        check_request("PushMessageRequest", sent, _target(p, sent.get("to")))
        chat = sent["to"]
        group = p.world.groups.get(chat)
        if group is None and chat not in p.world.people:
            raise (
                invalid_property("to") if chat.startswith("U") else LineError(400, "Failed to send messages")
            )
        if group is not None and not group.bot_in:
            raise LineError(400, "Failed to send messages")
        cost = len(group.members) if group else int(_hears(p, chat))
        p.ledger.charge("push", cost)
        p.ledger.note_units(sent.get("customAggregationUnits", []), cost)
        answer = {"sentMessages": _bubbles(p, [chat] if cost else [], sent["messages"])}
        p.retry_keys.accept("push", key, g.request_id, answer)
        return done(answer)


def _to_many(p: Platform, kind: str, key: str | None, users: list[str], sent: dict[str, Any]) -> None:
    hearing = [user for user in users if _hears(p, user)]
    p.ledger.charge(kind, len(hearing))
    p.ledger.note_units(sent.get("customAggregationUnits", []), len(hearing))
    _bubbles(p, hearing, sent["messages"])
    p.retry_keys.accept(kind, key, g.request_id, {})


@bp.post("/v2/bot/message/multicast")
def multicast() -> Answer:
    """Send to at most 500 people. Unknown and blocked ones are skipped in silence and not counted."""
    p = platform()
    with p.lock:
        key = _retry_key(p, "multicast")
        sent = body()
        check_request("MulticastRequest", sent, Target("many"))
        _to_many(p, "multicast", key, list(dict.fromkeys(sent["to"])), sent)
        return done()


@bp.post("/v2/bot/message/broadcast")
def broadcast() -> Answer:
    """Send to all friends."""
    p = platform()
    with p.lock:
        key = _retry_key(p, "broadcast")
        sent = body()
        check_request("BroadcastRequest", sent, Target("many"))
        friends = [person.user_id for person in p.world.people.values() if person.reachable]
        _to_many(p, "broadcast", key, friends, sent)
        return done()


@bp.post("/v2/bot/message/narrowcast")
def narrowcast() -> Answer:
    """Send to friends by attributes; asynchronous at LINE, so the outcome is read from the progress.

    The sandbox knows no attributes: a filter or audience reaches everybody, and fails below 50 people.
    """
    p = platform()
    with p.lock:
        key = _retry_key(p, "narrowcast")
        sent = body()
        check_request("NarrowcastRequest", sent, Target("many"))
        friends = [person.user_id for person in p.world.people.values() if person.reachable]
        friends = friends[: sent.get("limit", {}).get("max", len(friends))]
        progress: dict[str, Any] = {"acceptedTime": p.clock.iso(), "targetCount": len(friends)}
        if ("filter" in sent or "recipient" in sent) and len(friends) < MIN_NARROWCAST:
            progress |= {"phase": "failed", "errorCode": 2, "failedDescription": "too few recipients"}
        else:
            _to_many(p, "narrowcast", key, friends, sent)
            progress |= {"phase": "succeeded", "successCount": len(friends), "failureCount": 0}
        progress["completedTime"] = p.clock.iso()
        p.narrowcasts[g.request_id] = progress
        return done({}, 202)


@bp.get("/v2/bot/message/progress/narrowcast")
def narrowcast_progress() -> Answer:
    """State of one narrowcast."""
    progress = platform().narrowcasts.get(request.args.get("requestId", ""))
    if progress is None:
        raise not_found()
    return done(progress)


@bp.post("/v2/bot/message/validate/<kind>")
def validate(kind: str) -> Answer:
    """Check message objects only; nothing is sent."""
    if kind not in {"reply", "push", "multicast", "narrowcast", "broadcast"}:
        raise not_found()
    many = kind in {"multicast", "narrowcast", "broadcast"}
    check_request("ValidateMessageRequest", body(), Target("many" if many else "any"))
    return done()
