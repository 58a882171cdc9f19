"""Profiles, groups, loading animation, read marks, message content, link tokens."""

from __future__ import annotations

from typing import Any

from flask import Response, request

from line_sandbox.api.base import body, bp, done, platform
from line_sandbox.errors import LineError, gone, not_available, not_found
from line_sandbox.media import Media, preview
from line_sandbox.validation import check_request
from line_sandbox.world import Group, Person

Answer = tuple[Response, int]
MEMBERS_PAGE = 100


def profile_view(person: Person) -> dict[str, Any]:
    """userId, displayName and, for friends, the language."""
    return {"userId": person.user_id, "displayName": person.name}


@bp.get("/v2/bot/profile/<user_id>")
def profile(user_id: str) -> Answer:
    """A friend's profile; 404 for strangers and for people who blocked the bot."""
    person = platform().world.people.get(user_id)
    if person is None or not person.reachable:
        raise not_found()
    return done({**profile_view(person), "language": person.language})


def _group(group_id: str) -> Group:
    group = platform().world.groups.get(group_id)
    if group is None or not group.bot_in:
        raise not_found()
    return group


@bp.get("/v2/bot/group/<group_id>/summary")
def group_summary(group_id: str) -> Answer:
    """Name of a group the bot is in."""
    group = _group(group_id)
    return done({"groupId": group.group_id, "groupName": group.name})


@bp.get("/v2/bot/group/<group_id>/members/count")
def group_count(group_id: str) -> Answer:
    """Members without the bot."""
    return done({"count": len(_group(group_id).members)})


@bp.get("/v2/bot/group/<group_id>/member/<user_id>")
def group_member(group_id: str, user_id: str) -> Answer:
    """A member's profile, friend or not."""
    if user_id not in _group(group_id).members:
        raise not_found()
    return done(profile_view(platform().world.people[user_id]))


@bp.get("/v2/bot/group/<group_id>/members/ids")
def group_member_ids(group_id: str) -> Answer:
    """Verified or premium accounts only."""
    if not platform().config.verified:
        raise not_available()
    members = _group(group_id).members
    start = request.args.get("start", "0")
    first = int(start) if start.isdecimal() else 0
    more = {"next": str(first + MEMBERS_PAGE)} if first + MEMBERS_PAGE < len(members) else {}
    return done({"memberIds": members[first : first + MEMBERS_PAGE], **more})


@bp.post("/v2/bot/group/<group_id>/leave")
def group_leave(group_id: str) -> Answer:
    """The bot goes. No leave event: that one tells of being removed by people."""
    with platform().lock:
        _group(group_id).bot_in = False
    platform().hub.publish("people", {})
    return done()


@bp.post("/v2/bot/chat/loading/start")
def loading() -> Answer:
    """Dots in a talk with one person until a message comes or the seconds are over."""
    p = platform()
    sent = body()
    check_request("ShowLoadingAnimationRequest", sent)
    chat, seconds = sent["chatId"], sent.get("loadingSeconds", 20)
    if chat not in p.world.people:
        raise LineError(
            400,
            "Only user id is acceptable, please confirm if there are any group/room ids or illegal ids.",
        )
    with p.lock:
        p.loading[chat] = p.clock.seconds() + seconds
    p.hub.publish("loading", {"chat": chat, "seconds": seconds})
    return done({}, 202)


@bp.post("/v2/bot/chat/markAsRead")
def mark_as_read() -> Answer:
    """Show "read" beside everything the person wrote up to now."""
    p = platform()
    sent = body()
    check_request("MarkMessagesAsReadByTokenRequest", sent)
    with p.lock:
        chat = p.read_tokens.get(sent["markAsReadToken"])
        if chat is None:
            raise LineError(
                400, "Invalid markAsReadToken. Tokens must be used by the bot that received them via Webhook."
            )
        p.read_until[chat] = p.clock.ms()
    p.hub.publish("read", {"chat": chat, "at": p.read_until[chat]})
    return done()


def _media(message_id: str) -> Media:
    p = platform()
    message = p.world.message(message_id)
    media = p.media.get(message_id)
    if message is not None and message.unsent:
        raise gone()
    if media is None:
        raise not_found()
    return media


@bp.get("/v2/bot/message/<message_id>/content")
def content(message_id: str) -> Response | Answer:
    """The file a person sent; 202 while LINE is still preparing it."""
    with platform().lock:
        media = _media(message_id)
        if media.pending > 0:
            media.pending -= 1
            return done({}, 202)
    return Response(media.data, content_type=media.content_type)


@bp.get("/v2/bot/message/<message_id>/content/preview")
def content_preview(message_id: str) -> Response:
    """A thumbnail."""
    small = preview(_media(message_id))
    return Response(small.data, content_type=small.content_type)


@bp.get("/v2/bot/message/<message_id>/content/transcoding")
def content_transcoding(message_id: str) -> Answer:
    """Whether a video or audio is ready."""
    with platform().lock:
        media = _media(message_id)
        media.pending = max(0, media.pending - 1)
        return done({"status": "processing" if media.pending else "succeeded"})


@bp.post("/v2/bot/user/<user_id>/linkToken")
def link_token(user_id: str) -> Answer:
    """Ten minutes, one use; the person must be a friend."""
    p = platform()
    with p.lock:
        person = p.world.people.get(user_id)
        if person is None or not person.reachable:
            raise not_found()
        return done({"linkToken": p.links.issue(user_id)})
