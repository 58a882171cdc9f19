"""Rich menus: pictures are measured, links have a priority, aliases switch."""

from __future__ import annotations

import io

import pytest
from PIL import Image

from line_sandbox.config import SANDBOX_TOKEN
from line_sandbox.ids import stable_id
from tests.unit.line_sandbox.conftest import Line
from tests.unit.line_sandbox.test_refusals import MENU

CHEN = stable_id("U", "chen")
EMILY = stable_id("U", "emily")


def picture(width: int = 2500, height: int = 843, kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), "#0a0").save(out, kind)
    return out.getvalue()


def upload(line: Line, menu_id: str, data: bytes, content_type: str = "image/png") -> int:
    headers = {"Authorization": f"Bearer {SANDBOX_TOKEN}"}
    path = f"/v2/bot/richmenu/{menu_id}/content"
    return line.client.post(path, data=data, content_type=content_type, headers=headers).status_code


def create(line: Line, with_picture: bool = True) -> str:
    menu_id: str = line.call("POST", "richmenu", MENU).get_json()["richMenuId"]
    if with_picture:
        assert upload(line, menu_id, picture()) == 200
    return menu_id


def shown(line: Line, user: str) -> str | None:
    menu = line.client.get(f"/_sandbox/people/{user}/richmenu").get_json()["menu"]
    return menu["richMenuId"] if menu else None


@pytest.mark.parametrize(
    ("data", "content_type", "status"),
    [
        (picture(), "image/png", 200),
        (picture(1200, 405), "image/png", 400),
        (picture(), "image/jpeg", 400),
        (b"no picture", "image/png", 400),
        (picture(), "image/gif", 415),
        (picture() + b"\0" * 1024 * 1024, "image/png", 413),
    ],
)
def test_the_picture_must_fit_its_menu(line: Line, data: bytes, content_type: str, status: int) -> None:
    assert upload(line, create(line, with_picture=False), data, content_type) == status


def test_a_picture_is_never_replaced(line: Line) -> None:
    assert upload(line, create(line), picture()) == 400


def test_a_menu_without_picture_cannot_be_shown(line: Line) -> None:
    menu_id = create(line, with_picture=False)
    assert line.call("POST", f"user/{CHEN}/richmenu/{menu_id}").status_code == 400
    assert line.call("POST", f"user/all/richmenu/{menu_id}").status_code == 400


def test_the_own_menu_comes_before_the_default(line: Line) -> None:
    default, own = create(line), create(line)
    line.call("POST", f"user/all/richmenu/{default}")
    assert line.call("POST", f"user/{CHEN}/richmenu/{own}").status_code == 200
    assert (shown(line, CHEN), shown(line, EMILY)) == (own, default)
    line.call("DELETE", f"user/{CHEN}/richmenu")
    assert shown(line, CHEN) == default


def test_a_deleted_menu_disappears_from_everybody(line: Line) -> None:
    menu_id = create(line)
    line.call("POST", f"user/{CHEN}/richmenu/{menu_id}")
    assert line.call("DELETE", f"richmenu/{menu_id}").status_code == 200
    assert shown(line, CHEN) is None
    assert line.call("GET", f"richmenu/{menu_id}").status_code == 404
    assert line.call("GET", f"user/{CHEN}/richmenu").status_code == 404


def test_bulk_and_batch(line: Line) -> None:
    one, two = create(line), create(line)
    users = [CHEN, EMILY]
    linked = line.call("POST", "richmenu/bulk/link", {"richMenuId": one, "userIds": users})
    assert linked.status_code == 202
    batch = line.call("POST", "richmenu/batch", {"operations": [{"type": "link", "from": one, "to": two}]})
    assert batch.status_code == 202
    assert {shown(line, user) for user in users} == {two}
    request_id = batch.headers["X-Line-Request-Id"]
    progress = line.call("GET", f"richmenu/progress/batch?requestId={request_id}").get_json()
    assert progress["phase"] == "succeeded"
    line.call("POST", "richmenu/bulk/unlink", {"userIds": users})
    assert {shown(line, user) for user in users} == {None}


def test_switching_by_alias_tells_how_it_went(line: Line) -> None:
    menu_id = create(line)
    alias = {"richMenuAliasId": "bound", "richMenuId": menu_id}
    assert line.call("POST", "richmenu/alias", alias).status_code == 200
    assert line.call("POST", "richmenu/alias", alias).status_code == 400
    good = line.act(kind="switch_menu", **{"as": CHEN}, data="d", alias="bound")
    bad = line.act(kind="switch_menu", **{"as": CHEN}, data="d", alias="gone")
    assert good["postback"]["params"] == {"newRichMenuAliasId": "bound", "status": "SUCCESS"}
    assert bad["postback"]["params"]["status"] == "RICHMENU_ALIAS_ID_NOTFOUND"
    assert shown(line, CHEN) == menu_id
