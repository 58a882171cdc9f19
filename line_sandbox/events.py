"""Webhook events in LINE's shapes. Reply tokens only where LINE gives them."""

from __future__ import annotations

import re
from typing import Any

from line_sandbox import ids
from line_sandbox.clock import SandboxClock
from line_sandbox.tokens import ReplyTokens
from line_sandbox.validation.counting import utf16_length
from line_sandbox.validation.text_rules import utf16_index

# Reference, each event's table: these carry no replyToken.
WITHOUT_REPLY_TOKEN = {"unfollow", "unsend", "leave", "memberLeft"}
Json = dict[str, Any]


class EventFactory:
    """Builds events. Callers hold the platform's lock. `standby`: another module has the chat."""

    def __init__(self, clock: SandboxClock, replies: ReplyTokens) -> None:
        self._clock = clock
        self._replies = replies
        self.standby = False

    def event(
        self, kind: str, chat: str, user: str | None, *, reply_token: bool | None = None, **fields: Any
    ) -> Json:
        """One event of `chat`; `user` None leaves out the userId (join, leave, memberJoined…)."""
        ms = self._clock.ms()
        source: Json = {"type": "group", "groupId": chat} if chat.startswith("C") else {"type": "user"}
        if user is not None:
            source["userId"] = user
        event: Json = {
            "type": kind,
            "webhookEventId": ids.event_id(ms),
            "deliveryContext": {"isRedelivery": False},
            "timestamp": ms,
            "source": source,
            "mode": "standby" if self.standby else "active",
        }
        wants = kind not in WITHOUT_REPLY_TOKEN if reply_token is None else reply_token
        if wants and not self.standby:
            event["replyToken"] = self._replies.issue(chat)
        return {**event, **fields}


def mention(text: str, named: list[tuple[str, str | None, bool]]) -> Json | None:
    """The mention object for "@name" parts of a text.

    `named`: (display name, user id or None for "all", is the bot). Offsets count UTF-16 units.
    """
    mentionees: list[Json] = []
    taken: list[range] = []
    for name, user_id, is_self in sorted(named, key=lambda n: -len(n[0])):
        for match in re.finditer(re.escape(f"@{name}"), text):
            span = range(match.start(), match.end())
            if any(set(span) & set(other) for other in taken):
                continue
            taken.append(span)
            one: Json = {
                "index": utf16_index(text, match.start()),
                "length": utf16_length(match[0]),
                "type": "user" if user_id else "all",
            }
            if user_id:
                one |= {"userId": user_id, "isSelf": is_self}
            mentionees.append(one)
    return {"mentionees": sorted(mentionees, key=lambda m: m["index"])} if mentionees else None
