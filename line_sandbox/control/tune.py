"""Turning the screws: people, clock, quota, faults, options, reset."""

from __future__ import annotations

from flask import Response, current_app, jsonify

from line_sandbox import ids
from line_sandbox.api.base import platform
from line_sandbox.control.base import BadControl, bp, sent
from line_sandbox.faults import ANY, KINDS, Fault
from line_sandbox.world import Group, Person

OK = {"ok": True}
MOST_AT_ONCE = 50_000


@bp.post("/people")
def people() -> Response:
    """{"count": n}: n generated people; or {"name", "language", "friend"}: one who appears on the page."""
    body = sent()
    p = platform()
    if "name" in body:
        made = [
            Person(
                body.get("userId") or ids.new_id("U"),
                str(body["name"]),
                str(body.get("language", "zh-TW")),
                friend=bool(body.get("friend", True)),
            )
        ]
    else:
        count = int(body["count"])
        if not 0 < count <= MOST_AT_ONCE:
            raise BadControl(f"count must be between 1 and {MOST_AT_ONCE}")
        made = [Person(ids.new_id("U"), f"民眾 {n}", generated=True) for n in range(1, count + 1)]
    with p.lock:
        p.world.add_people(made)
    p.hub.publish("people", {})
    return jsonify({"userIds": [person.user_id for person in made]})


@bp.post("/groups")
def groups() -> Response:
    """{"name", "members": [user ids], "botIn"}: a further group."""
    body = sent()
    p = platform()
    group = Group(ids.new_id("C"), str(body["name"]), list(body["members"]), bool(body.get("botIn", True)))
    with p.lock:
        p.world.groups[group.group_id] = group
    p.hub.publish("people", {})
    return jsonify({"groupId": group.group_id})


@bp.post("/clock")
def clock() -> Response:
    """{"advance": seconds}."""
    with platform().lock:
        platform().clock.advance(float(sent()["advance"]))
        return jsonify({"offset": platform().clock.offset})


@bp.post("/quota")
def quota() -> Response:
    """{"limit": n or null, "used": n}, each optional."""
    body = sent()
    p = platform()
    with p.lock:
        if "limit" in body:
            p.ledger.quota = None if body["limit"] is None else int(body["limit"])
        if "used" in body:
            p.ledger.used = int(body["used"])
        return jsonify({"limit": p.ledger.quota, "used": p.ledger.used})


@bp.post("/faults")
def faults() -> Response:
    """{"endpoint", "kind": status|hang|slow|lost_answer, "status", "seconds", "times"}."""
    body = sent()
    known = {rule.endpoint.removeprefix("line.") for rule in current_app.url_map.iter_rules()}
    if body["endpoint"] != ANY and body["endpoint"] not in known:
        raise BadControl(f"unknown endpoint: {body['endpoint']}")
    if body["kind"] not in KINDS:
        raise BadControl(f"kind must be one of {', '.join(KINDS)}")
    fault = Fault(body["kind"], int(body.get("status", 500)), float(body.get("seconds", 0)))
    with platform().lock:
        platform().faults.add(body["endpoint"], fault, int(body.get("times", 1)))
        return jsonify({"waiting": platform().faults.waiting()})


@bp.post("/options")
def options() -> Response:
    """Any of redelivery, delays, webhookUrl, webhookTimeout, postbackUserId, readTokens, standby."""
    body = sent()
    p = platform()
    with p.lock:
        p.webhook.redelivery = bool(body.get("redelivery", p.webhook.redelivery))
        p.webhook.delays = tuple(float(d) for d in body.get("delays", p.webhook.delays))
        p.webhook.url = body.get("webhookUrl", p.webhook.url)
        p.webhook.timeout = float(body.get("webhookTimeout", p.webhook.timeout))
        p.options.postback_user_id = bool(body.get("postbackUserId", p.options.postback_user_id))
        p.options.read_tokens = bool(body.get("readTokens", p.options.read_tokens))
        p.events.standby = bool(body.get("standby", p.events.standby))
    return jsonify(OK)


@bp.post("/settle")
def settle() -> Response:
    """{"seconds": n}: wait until no webhook is under way."""
    return jsonify({"settled": platform().dispatcher.settle(float(sent().get("seconds", 5)))})


@bp.post("/reset")
def reset() -> Response:
    """Start over."""
    platform().reset()
    return jsonify(OK)
