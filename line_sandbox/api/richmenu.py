"""Rich menu endpoints."""

from __future__ import annotations

from typing import Any

from flask import Response, g, request

from line_sandbox.api.base import body, bp, done, platform
from line_sandbox.errors import LineError, invalid_property, not_found
from line_sandbox.validation import check_request

Answer = tuple[Response, int]
FILE = "richmenu"


def _news(user: str = "") -> None:
    platform().hub.publish("richmenu", {"user": user})


def _checked(name: str) -> dict[str, Any]:
    sent: dict[str, Any] = body()
    check_request(name, sent, file=FILE)
    return sent


@bp.post("/v2/bot/richmenu")
def richmenu_create() -> Answer:
    """Create a menu; its picture follows separately."""
    sent = _checked("RichMenuRequest")
    with platform().lock:
        return done({"richMenuId": platform().richmenus.create(sent)})


@bp.post("/v2/bot/richmenu/validate")
def richmenu_validate() -> Answer:
    """Check only."""
    _checked("RichMenuRequest")
    return done()


@bp.get("/v2/bot/richmenu/list")
def richmenu_list() -> Answer:
    """All menus made through the API."""
    with platform().lock:
        return done({"richmenus": [menu.view() for menu in platform().richmenus.menus.values()]})


@bp.get("/v2/bot/richmenu/<menu_id>")
def richmenu_get(menu_id: str) -> Answer:
    """One menu."""
    with platform().lock:
        return done(platform().richmenus.get(menu_id).view())


@bp.delete("/v2/bot/richmenu/<menu_id>")
def richmenu_delete(menu_id: str) -> Answer:
    """Delete a menu and its links."""
    with platform().lock:
        platform().richmenus.delete(menu_id)
    _news()
    return done()


@bp.post("/v2/bot/richmenu/<menu_id>/content")
def richmenu_upload(menu_id: str) -> Answer:
    """Upload the picture, once."""
    with platform().lock:
        platform().richmenus.upload(menu_id, request.get_data(), request.mimetype)
    return done()


@bp.get("/v2/bot/richmenu/<menu_id>/content")
def richmenu_download(menu_id: str) -> Response:
    """The picture."""
    with platform().lock:
        menu = platform().richmenus.get(menu_id)
        if menu.image is None:
            raise not_found()
        return Response(menu.image, content_type=menu.content_type)


@bp.post("/v2/bot/user/all/richmenu/<menu_id>")
def richmenu_default_set(menu_id: str) -> Answer:
    """Make it everybody's default."""
    with platform().lock:
        platform().richmenus.default = platform().richmenus.ready(menu_id).menu_id
    _news()
    return done()


@bp.get("/v2/bot/user/all/richmenu")
def richmenu_default_get() -> Answer:
    """The default menu's id."""
    default = platform().richmenus.default
    if default is None:
        raise LineError(404, "no default richmenu")
    return done({"richMenuId": default})


@bp.delete("/v2/bot/user/all/richmenu")
def richmenu_default_clear() -> Answer:
    """No default any more."""
    with platform().lock:
        platform().richmenus.default = None
    _news()
    return done()


@bp.post("/v2/bot/user/<user_id>/richmenu/<menu_id>")
def richmenu_link(user_id: str, menu_id: str) -> Answer:
    """Show this menu to one person; 200 also for people who are no friends."""
    p = platform()
    with p.lock:
        p.richmenus.links[_user(user_id)] = p.richmenus.ready(menu_id).menu_id
    _news(user_id)
    return done()


@bp.get("/v2/bot/user/<user_id>/richmenu")
def richmenu_of_user(user_id: str) -> Answer:
    """The menu linked to this person (not the default)."""
    menu_id = platform().richmenus.links.get(user_id)
    if menu_id is None:
        raise LineError(404, "the user has no richmenu")
    return done({"richMenuId": menu_id})


@bp.delete("/v2/bot/user/<user_id>/richmenu")
def richmenu_unlink(user_id: str) -> Answer:
    """Back to the default menu."""
    with platform().lock:
        platform().richmenus.links.pop(_user(user_id), None)
    _news(user_id)
    return done()


def _user(user_id: str) -> str:
    if user_id not in platform().world.people:
        raise invalid_property("userId")
    return user_id


@bp.post("/v2/bot/richmenu/bulk/<any(link, unlink):verb>")
def richmenu_bulk(verb: str) -> Answer:
    """Link or unlink up to 500 people."""
    p = platform()
    sent = _checked("RichMenuBulkLinkRequest" if verb == "link" else "RichMenuBulkUnlinkRequest")
    with p.lock:
        menu_id = p.richmenus.ready(sent["richMenuId"]).menu_id if verb == "link" else None
        for user in sent["userIds"]:
            p.richmenus.links.pop(user, None)
            if menu_id:
                p.richmenus.links[user] = menu_id
    _news()
    return done({}, 202)


@bp.post("/v2/bot/richmenu/batch")
def richmenu_batch() -> Answer:
    """Replace or unlink menus of many people at once."""
    p = platform()
    sent = _checked("RichMenuBatchRequest")
    with p.lock:
        for operation in sent["operations"]:
            if operation["type"] == "link":
                p.richmenus.ready(operation["to"])
        for operation in sent["operations"]:
            _operate(operation)
        p.batches[g.request_id] = p.clock.iso()
    _news()
    return done({}, 202)


def _operate(operation: dict[str, str]) -> None:
    menus = platform().richmenus
    for user, menu_id in list(menus.links.items()):
        if operation["type"] == "unlinkAll" or menu_id == operation["from"]:
            del menus.links[user]
            if operation["type"] == "link":
                menus.links[user] = operation["to"]


@bp.post("/v2/bot/richmenu/validate/batch")
def richmenu_validate_batch() -> Answer:
    """Check a batch only."""
    _checked("RichMenuBatchRequest")
    return done()


@bp.get("/v2/bot/richmenu/progress/batch")
def richmenu_batch_progress() -> Answer:
    """Batches are done at once here."""
    accepted = platform().batches.get(request.args.get("requestId", ""))
    if accepted is None:
        raise not_found()
    return done({"phase": "succeeded", "acceptedTime": accepted, "completedTime": accepted})


@bp.post("/v2/bot/richmenu/alias")
def alias_create() -> Answer:
    """Name a menu for richmenuswitch."""
    sent = _checked("CreateRichMenuAliasRequest")
    with platform().lock:
        platform().richmenus.create_alias(sent["richMenuAliasId"], sent["richMenuId"])
    return done()


@bp.get("/v2/bot/richmenu/alias/list")
def alias_list() -> Answer:
    """All aliases."""
    aliases = platform().richmenus.aliases
    return done({"aliases": [{"richMenuAliasId": a, "richMenuId": m} for a, m in aliases.items()]})


@bp.get("/v2/bot/richmenu/alias/<alias_id>")
def alias_get(alias_id: str) -> Answer:
    """One alias."""
    return done({"richMenuAliasId": alias_id, "richMenuId": platform().richmenus.alias(alias_id)})


@bp.post("/v2/bot/richmenu/alias/<alias_id>")
def alias_update(alias_id: str) -> Answer:
    """Point an alias at another menu."""
    sent = _checked("UpdateRichMenuAliasRequest")
    with platform().lock:
        platform().richmenus.alias(alias_id)
        platform().richmenus.aliases[alias_id] = platform().richmenus.ready(sent["richMenuId"]).menu_id
    return done()


@bp.delete("/v2/bot/richmenu/alias/<alias_id>")
def alias_delete(alias_id: str) -> Answer:
    """Forget an alias."""
    with platform().lock:
        platform().richmenus.alias(alias_id)
        del platform().richmenus.aliases[alias_id]
    return done()
