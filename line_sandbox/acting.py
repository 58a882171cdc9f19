"""What people do on their phones. Each verb changes the world and returns the event LINE would send."""

from __future__ import annotations

from typing import Any

from line_sandbox import ids
from line_sandbox.events import Json, mention
from line_sandbox.media import Media, image_info
from line_sandbox.platform import Platform
from line_sandbox.world import Message, Person


class Impossible(Exception):
    """The person cannot do that in the app (blocked the bot, not in the group, not the own message…)."""


class Actor:
    """One person in one chat. All methods hold the platform's lock while they work."""

    def __init__(self, platform: Platform, chat: str, user: str) -> None:
        """Raises Impossible when this person is not in that chat."""
        self.p = platform
        self.chat = chat
        self.user = user
        self.is_group = chat in platform.world.groups
        with platform.lock:
            if user not in platform.world.people:
                raise Impossible("nobody has this user id")
            if user not in platform.world.members(chat):
                raise Impossible("this person is not in that chat")

    @property
    def person(self) -> Person:
        """Who acts."""
        return self.p.world.people[self.user]

    def _listening(self) -> bool:
        """Whether the bot hears this chat at all."""
        if self.is_group:
            return self.p.world.groups[self.chat].bot_in
        return not self.person.blocked

    def _say(self, content: Json, *, quotable: bool = True) -> Json:
        """Show a bubble of this person and build its message event."""
        if not self._listening():
            raise Impossible("the bot is not in this chat or is blocked")
        self.person.last_wrote = self.p.clock.seconds()
        token = ids.token() if quotable else None
        body = {"id": ids.message_id(), **content}
        if token:
            body["quoteToken"] = token
        if self.p.options.read_tokens and not self.is_group:
            read = ids.token()
            self.p.read_tokens[read] = self.chat
            body["markAsReadToken"] = read
        message = Message(body["id"], self.chat, self.user, self.p.clock.ms(), body, token)
        self.p.show(message)
        return self.p.events.event("message", self.chat, self.user, message=dict(body))

    def text(self, text: str, quoted: str | None = None) -> Json:
        """Type a text; "@name" mentions in groups; `quoted` is the id of the message replied to."""
        with self.p.lock:
            content: Json = {"type": "text", "text": text}
            if quoted:
                content["quotedMessageId"] = self._own_chat_message(quoted).id
            found = mention(text, self._names()) if self.is_group else None
            if found:
                content["mention"] = found
            return self._say(content)

    def _names(self) -> list[tuple[str, str | None, bool]]:
        people = [self.p.world.people[u] for u in self.p.world.members(self.chat)]
        named: list[tuple[str, str | None, bool]] = [(p.name, p.user_id, False) for p in people]
        bot = self.p.config.bot_name
        return [*named, (bot, self.p.bot_user_id, True), ("All", None, False)]

    def sticker(self, package: str, sticker: str, keywords: list[str]) -> Json:
        """Send a sticker."""
        with self.p.lock:
            return self._say(
                {
                    "type": "sticker",
                    "packageId": package,
                    "stickerId": sticker,
                    "stickerResourceType": "STATIC",
                    "keywords": keywords[:15],
                }
            )

    def location(self, title: str, address: str, latitude: float, longitude: float) -> Json:
        """Share a place."""
        with self.p.lock:
            place = {"title": title, "address": address, "latitude": latitude, "longitude": longitude}
            content = {"type": "location", **{k: v for k, v in place.items() if v != ""}}
            return self._say(content, quotable=False)

    def files(self, files: list[tuple[str, bytes, str]], pending: int = 0) -> list[Json]:
        """Send (name, data, content type) items; several pictures form an imageSet, one event each."""
        with self.p.lock:
            pictures = [image_info(data) is not None for _, data, _ in files]
            set_id = ids.token(12) if sum(pictures) > 1 else None
            events, index = [], 0
            for (name, data, kind), picture in zip(files, pictures, strict=True):
                content: Json = {"type": "image", "contentProvider": {"type": "line"}}
                if picture and set_id:
                    index += 1
                    content["imageSet"] = {"id": set_id, "index": index, "total": sum(pictures)}
                if not picture:
                    content = _file_content(name, data, kind)
                event = self._say(content, quotable=content["type"] in {"image", "video"})
                self.p.media.put(event["message"]["id"], Media(data, kind, pending))
                events.append(event)
            return events

    def postback(self, data: str, params: Json | None = None, display_text: str | None = None) -> Json:
        """Tap a button; `display_text` appears as the person's bubble but makes no message event."""
        with self.p.lock:
            if not self._listening():
                raise Impossible("the bot is not in this chat or is blocked")
            if display_text:
                body = {"type": "text", "text": display_text, "fromPostback": True}
                self.p.show(Message(ids.message_id(), self.chat, self.user, self.p.clock.ms(), body))
            postback: Json = {"data": data}
            if params is not None:
                postback["params"] = params
            named = self.user if not self.is_group or self.p.options.postback_user_id else None
            return self.p.events.event("postback", self.chat, named, postback=postback)

    def switch_menu(self, data: str, alias: str) -> Json:
        """Tap a richmenuswitch area: the menu changes when the alias exists."""
        with self.p.lock:
            menu = self.p.richmenus.aliases.get(alias)
            status = "SUCCESS" if menu else "RICHMENU_ALIAS_ID_NOTFOUND"
            if menu:
                self.p.richmenus.links[self.user] = menu
                self.p.hub.publish("richmenu", {"user": self.user})
            return self.postback(data, {"newRichMenuAliasId": alias, "status": status})

    def unsend(self, message_id: str) -> Json:
        """Take back an own message."""
        with self.p.lock:
            message = self._own_message(message_id)
            message.unsent = True
            message.body = {"type": message.body["type"], "id": message.id}
            self.p.media.drop(message_id)
            self.p.world.touch(message)
            self.p.hub.publish("message", message.view())
            return self.p.events.event("unsend", self.chat, self.user, unsend={"messageId": message_id})

    def edit(self, message_id: str, text: str) -> Json:
        """Change an own text (groups only)."""
        with self.p.lock:
            message = self._own_message(message_id)
            if not self.is_group or message.body["type"] != "text":
                raise Impossible("only texts in groups can be edited")
            token = ids.token()
            body = {k: v for k, v in message.body.items() if k != "mention"}
            found = mention(text, self._names())
            if found:
                body["mention"] = found
            message.body = {**body, "text": text, "quoteToken": token}
            message.quote_token = token
            self.p.world.touch(message)
            self.p.hub.publish("message", message.view())
            return self.p.events.event("messageEdited", self.chat, self.user, message=dict(message.body))

    def block(self) -> Json:
        """Block the bot (unfollow)."""
        with self.p.lock:
            self.person.blocked = True
            self.p.hub.publish("people", {})
            return self.p.events.event("unfollow", self.user, self.user)

    def follow(self) -> Json:
        """Add the bot as a friend or unblock it."""
        with self.p.lock:
            unblocked = self.person.blocked
            self.person.blocked, self.person.friend = False, True
            self.p.hub.publish("people", {})
            return self.p.events.event("follow", self.user, self.user, follow={"isUnblocked": unblocked})

    def _own_chat_message(self, message_id: str) -> Message:
        message = self.p.world.message(message_id)
        if message is None or message not in self.p.world.chat(self.chat):
            raise Impossible("no such message in this chat")
        return message

    def _own_message(self, message_id: str) -> Message:
        message = self._own_chat_message(message_id)
        if message.sender != self.user or message.unsent:
            raise Impossible("not a message of this person")
        return message


def _file_content(name: str, data: bytes, kind: str) -> Json:
    if kind.startswith("video/"):
        return {"type": "video", "duration": 3000, "contentProvider": {"type": "line"}}
    if kind.startswith("audio/"):
        return {"type": "audio", "duration": 3000, "contentProvider": {"type": "line"}}
    return {"type": "file", "fileName": name or "file", "fileSize": len(data)}


def membership(platform: Platform, group_id: str, kind: str, users: list[str]) -> Json:
    """join, leave (the bot) or memberJoined, memberLeft (people) in a group. Raises Impossible."""
    with platform.lock:
        group = platform.world.groups.get(group_id)
        if group is None:
            raise Impossible("no such group")
        if kind in {"join", "leave"}:
            group.bot_in = kind == "join"
            platform.hub.publish("people", {})
            return platform.events.event(kind, group_id, None)
        if not users or not all(u in platform.world.people for u in users):
            raise Impossible("nobody has this user id")
        group.members = [m for m in group.members if m not in users] + (
            users if kind == "memberJoined" else []
        )
        platform.hub.publish("people", {})
        key = "joined" if kind == "memberJoined" else "left"
        fields: dict[str, Any] = {key: {"members": [{"type": "user", "userId": u} for u in users]}}
        return platform.events.event(kind, group_id, None, **fields)


def account_link(platform: Platform, link_token: str, nonce: str) -> Json | None:
    """The person finished the link dialog. None for an expired token: LINE sends no event then.

    A failed link (not a friend any more, a nonce of the wrong length) has no source and no reply token.
    """
    with platform.lock:
        user = platform.links.redeem(link_token)
        if user is None:
            return None
        if 10 <= len(nonce) <= 255 and platform.world.people[user].reachable:
            return platform.events.event("accountLink", user, user, link={"result": "ok", "nonce": nonce})
        fields: dict[str, Any] = {"link": {"result": "failed", "nonce": nonce}}
        failed = platform.events.event("accountLink", user, user, reply_token=False, **fields)
        return {name: value for name, value in failed.items() if name != "source"}


def raw(platform: Platform, chat: str, user: str | None, event: dict[str, Any]) -> Json:
    """An event of any type, e.g. one this version of the bot has never heard of."""
    with platform.lock:
        fields = {k: v for k, v in event.items() if k != "type"}
        return platform.events.event(str(event.get("type", "unknown")), chat, user, **fields)
