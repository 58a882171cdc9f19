"""One LINE platform: its state and the few moves that touch several parts of it at once."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from line_sandbox import cast, ids
from line_sandbox.clock import SandboxClock
from line_sandbox.config import SandboxConfig
from line_sandbox.events import EventFactory
from line_sandbox.faults import Faults
from line_sandbox.journal import Hub, Journal
from line_sandbox.ledger import Ledger, RetryKeys
from line_sandbox.limits import RateLimits
from line_sandbox.media import MediaStore
from line_sandbox.recent import Recent
from line_sandbox.richmenus import RichMenus
from line_sandbox.tokens import AccessTokens, LinkTokens, ReplyTokens
from line_sandbox.webhooks import Dispatcher, Event, Result, Settings
from line_sandbox.world import BOT, Message, World


@dataclass
class Options:
    """Behaviours LINE leaves open; switchable through the control API.

    `postback_user_id`: whether a postback from a group names the user (the reference promises it only for
    message events). `read_tokens`: whether texts carry markAsReadToken.
    """

    postback_user_id: bool = True
    read_tokens: bool = True


class Platform:
    """Everything behind the API. Hold `lock` while touching more than one part."""

    def __init__(self, config: SandboxConfig) -> None:
        self.config = config
        self.lock = threading.RLock()
        self.hub = Hub()
        self.journal = Journal(self.hub)
        self.bot_user_id = ids.stable_id("U", "bot")
        self.webhook = Settings(None, config.channel_secret, self.bot_user_id)
        self.dispatcher = Dispatcher(self.webhook, self._delivered, self._start_minutes)
        self._fresh()

    def _fresh(self) -> None:
        self.webhook.url = self.config.webhook_url
        self.webhook.timeout = self.config.webhook_timeout
        self.webhook.redelivery = self.config.redelivery
        self.webhook.delays = self.config.redelivery_delays
        self.clock = SandboxClock()
        self.world = World(self.lock)
        self.replies = ReplyTokens(self.clock)
        self.links = LinkTokens(self.clock)
        self.access = AccessTokens(self.clock)
        self.ledger = Ledger(self.clock, self.config.quota)
        self.retry_keys = RetryKeys(self.clock)
        self.limits = RateLimits(self.clock)
        self.faults = Faults()
        self.media = MediaStore()
        self.richmenus = RichMenus()
        self.events = EventFactory(self.clock, self.replies)
        self.options = Options()
        self.narrowcasts: Recent[str, dict[str, Any]] = Recent(100)
        self.batches: Recent[str, str] = Recent(100)
        self.read_tokens: Recent[str, str] = Recent()
        self.read_until: dict[str, int] = {}
        self.loading: dict[str, float] = {}
        self.world.add_people([*cast.citizens(), *cast.clerks(), *cast.staff()])
        for group in (cast.office_group(), cast.staff_group()):
            self.world.groups[group.group_id] = group

    def reset(self) -> None:
        """Back to the first minute: chats, tokens, quota, menus, clock, options; people as in the cast."""
        self.dispatcher.forget()
        with self.lock:
            self._fresh()
            self.journal.clear()
        self.hub.publish("reset", {})

    def close(self) -> None:
        """End deliveries and open streams."""
        self.dispatcher.close()
        self.hub.close()

    def emit(self, events: list[Event]) -> None:
        """Send these events in one webhook request."""
        source = events[0].get("source", {})
        self.dispatcher.send(source.get("groupId") or source.get("userId") or "", events)

    def show(self, message: Message, chats: Iterable[str] | None = None) -> None:
        """Put a bubble into chats and tell open pages, except about generated people (too many)."""
        targets = [message.chat] if chats is None else list(chats)
        with self.lock:
            self.world.say(message, targets)
            for chat in targets:
                if message.sender == BOT:
                    self.loading.pop(chat, None)
                person = self.world.people.get(chat)
                if person is None or not person.generated:
                    self.hub.publish("message", {**message.view(), "chat": chat})

    def _start_minutes(self, events: list[Event]) -> None:
        with self.lock:
            for event in events:
                self.replies.received(event.get("replyToken", ""))

    def _delivered(self, events: list[Event], attempt: int, result: Result) -> None:
        if result.ok:
            self._start_minutes(events)
        self.journal.add(
            "webhook",
            self.clock.ms(),
            events=events,
            attempt=attempt,
            status=result.status,
            reason=result.reason,
            ms=result.ms,
        )
