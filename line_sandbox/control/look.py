"""Looking: state, chats, media, menus, journal, counts, live stream."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, jsonify, request

from line_sandbox.api.base import platform
from line_sandbox.control.base import bp
from line_sandbox.platform import Platform
from line_sandbox.world import BOT, Group, Person

LONGEST_WAIT = 30.0


def _person(p: Platform, person: Person) -> dict[str, Any]:
    return {
        "userId": person.user_id,
        "name": person.name,
        "language": person.language,
        "note": person.note,
        "friend": person.friend,
        "blocked": person.blocked,
        "readUntil": p.read_until.get(person.user_id, 0),
    }


def _group(group: Group) -> dict[str, Any]:
    return {"groupId": group.group_id, "name": group.name, "members": group.members, "botIn": group.bot_in}


def _last(p: Platform, chat: str) -> dict[str, Any] | None:
    last = p.world.last(chat)
    return last.view() if last else None


@bp.get("/state")
def state() -> Response:
    """Everything the page needs to draw its first screen."""
    p = platform()
    with p.lock:
        shown = [person for person in p.world.people.values() if not person.generated]
        in_groups = {user for group in p.world.groups.values() for user in group.members}
        return jsonify(
            {
                "bot": {"userId": p.bot_user_id, "name": p.config.bot_name, "basicId": p.config.basic_id},
                "people": [_person(p, person) for person in shown],
                "clerks": [person.user_id for person in shown if person.user_id in in_groups],
                "groups": [_group(group) for group in p.world.groups.values()],
                "last": {chat: _last(p, chat) for chat in [*(x.user_id for x in shown), *p.world.groups]},
                "quota": {"limit": p.ledger.quota, "used": p.ledger.used},
                "webhook": {"url": p.webhook.url, "redelivery": p.webhook.redelivery},
                "clockOffset": p.clock.offset,
                "faults": p.faults.waiting(),
            }
        )


@bp.get("/chats/<chat>/messages")
def messages(chat: str) -> Response:
    """Bubbles with seq > after; `sender=bot` for the bot's alone; `wait` seconds for the first one."""
    p = platform()
    after = request.args.get("after", 0, int)
    wait = min(request.args.get("wait", 0.0, float), LONGEST_WAIT)
    found = p.world.wait(chat, after, request.args.get("sender"), wait)
    with p.lock:
        return jsonify(
            {"messages": [{**m.view(), "chat": chat} for m in found], "loading": _loading(p, chat)}
        )


def _loading(p: Platform, chat: str) -> float:
    """Seconds the dots still go on."""
    return max(0.0, p.loading.get(chat, 0.0) - p.clock.seconds())


@bp.get("/media/<message_id>")
def media(message_id: str) -> Response:
    """A file somebody sent, for the page."""
    item = platform().media.get(message_id)
    if item is None:
        abort(404)
    kind = item.content_type if item.content_type.startswith(("image/", "video/", "audio/")) else ""
    # SVG and the like could carry scripts: only harmless kinds keep their type.
    safe = kind if kind and "svg" not in kind else "application/octet-stream"
    return Response(item.data, content_type=safe)


@bp.get("/people/<user_id>/richmenu")
def richmenu(user_id: str) -> Response:
    """The menu this person sees now, or null."""
    p = platform()
    with p.lock:
        menu = p.richmenus.shown_to(user_id)
        return jsonify({"menu": menu.view() if menu and menu.image else None})


@bp.get("/richmenus/<menu_id>/image")
def richmenu_image(menu_id: str) -> Response:
    """Its picture."""
    menu = platform().richmenus.menus.get(menu_id)
    if menu is None or menu.image is None:
        abort(404)
    return Response(menu.image, content_type=menu.content_type, headers={"Cache-Control": "max-age=3600"})


@bp.get("/journal")
def journal() -> Response:
    """API calls and webhook deliveries with seq > after."""
    return jsonify({"entries": platform().journal.entries(request.args.get("after", 0, int))})


@bp.get("/counts")
def counts() -> Response:
    """Bubbles each user received from the bot (distinct accepted message ids)."""
    p = platform()
    with p.lock:
        return jsonify({"received": dict(p.world.received), "used": p.ledger.used})


@bp.get("/stream")
def stream() -> Response:
    """Live news as server-sent events."""
    return Response(
        platform().hub.stream(),
        mimetype="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


@bp.get("/history")
def history() -> Response:
    """All of the bot's bubbles of one chat, as sent."""
    p = platform()
    with p.lock:
        found = p.world.chat(request.args["chat"], 0, BOT)
        return jsonify({"messages": [m.body for m in found]})
