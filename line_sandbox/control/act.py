"""Acting as the made-up people: POST /_sandbox/act and /_sandbox/files."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, jsonify, request

from line_sandbox import acting
from line_sandbox.acting import Actor
from line_sandbox.api.base import platform
from line_sandbox.control.base import BadControl, bp, sent
from line_sandbox.events import Json

GROUP_KINDS = {"join", "leave", "memberJoined", "memberLeft"}
Act = dict[str, Any]
VERBS: dict[str, Callable[[Actor, Act], Json]] = {
    "text": lambda actor, act: actor.text(str(act["text"]), act.get("quoted")),
    "sticker": lambda actor, act: actor.sticker(
        act.get("packageId", "446"), act.get("stickerId", "1988"), act.get("keywords", [])
    ),
    "location": lambda actor, act: actor.location(
        act.get("title", ""), act.get("address", ""), act["latitude"], act["longitude"]
    ),
    "postback": lambda actor, act: actor.postback(act["data"], act.get("params"), act.get("displayText")),
    "switch_menu": lambda actor, act: actor.switch_menu(act["data"], act["alias"]),
    "unsend": lambda actor, act: actor.unsend(act["messageId"]),
    "edit": lambda actor, act: actor.edit(act["messageId"], str(act["text"])),
    "block": lambda actor, _act: actor.block(),
    "follow": lambda actor, _act: actor.follow(),
}


def _perform(act: Act) -> Json:
    """One act: {"kind", "as", "chat" (default: the talk with the bot), …the verb's own fields}."""
    p = platform()
    kind = act["kind"]
    if kind in GROUP_KINDS:
        return acting.membership(p, act["chat"], kind, act.get("users", []))
    chat = act.get("chat") or act["as"]
    if kind == "raw":
        return acting.raw(p, chat, act.get("as"), act["event"])
    verb = VERBS.get(kind)
    if verb is None:
        raise BadControl(f"unknown kind: {kind}")
    return verb(Actor(p, chat, act["as"]), act)


@bp.post("/act")
def act() -> Response:
    """{"acts": [...], "together": bool}: each act's event; `together` puts all in one webhook request."""
    body = sent()
    p = platform()
    with p.lock:
        before = p.world.newest
        events = [_perform(one) for one in body["acts"]]
    for batch in [events] if body.get("together") else [[event] for event in events]:
        p.emit(batch)
    return jsonify({"events": events, "seq": before})


@bp.post("/files")
def files() -> Response:
    """Multipart: as, chat, files…; `pending`: how often the download answers 202 first."""
    p = platform()
    user = request.form["as"]
    uploads = [(f.filename or "", f.read(), f.mimetype) for f in request.files.getlist("files")]
    if not uploads:
        raise BadControl("no files")
    with p.lock:
        before = p.world.newest
        actor = Actor(p, request.form.get("chat") or user, user)
        events = actor.files(uploads, int(request.form.get("pending", 0)))
    for event in events:
        p.emit([event])
    return jsonify({"events": events, "seq": before})
