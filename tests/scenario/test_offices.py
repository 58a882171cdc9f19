"""A clerk registers, an editor ties a group, through the whole product; the name is nowhere in the clear."""

from __future__ import annotations

import pytest

from tests.plugins.product import CODE, Json, Product, button, texts
from tests.scenario.test_nothing_personal import redis_text, trackers

pytestmark = pytest.mark.stack
NAME = "端木書瑤"


def code(product: Product, *words: str) -> str:
    found = CODE.search(product.stack.cli(*words, "-q"))
    assert found
    return found.group()


def said(product: Product, user: str, text: str) -> list[Json]:
    product.line.text(user, text)
    return product.line.wait_for_reply(user, timeout=8)


def tapped(product: Product, user: str, data: str) -> list[Json]:
    product.line.postback(user, data)
    return product.line.wait_for_reply(user, timeout=8)


def test_a_clerk_registers_and_nobody_writes_the_name_down(product: Product) -> None:
    (user,) = product.line.add_people(1)
    asked = said(product, user, f"綁定 {code(product, 'clerk-code', 'PT-KANDING')}")
    assert "屏東縣崁頂鄉公所" in texts(asked)
    shown = said(product, user, NAME)
    assert NAME in texts(shown)
    welcome = tapped(product, user, button(shown, "clerk_role"))
    assert "承辦人員帳號已啟用" in texts(welcome)
    assert "端OO瑤" in product.stack.cli("offices", "show", "PT-KANDING")
    spellings = (NAME, NAME.encode("unicode_escape").decode(), repr(NAME.encode())[2:-1])
    for place in (product.logs(), redis_text(product), trackers(product)):
        assert not [one for one in spellings if one in place]

    leave = said(product, user, "解除綁定")
    assert "結束單位登記" in texts(leave)
    tapped(product, user, button(leave, "confirm_clerk_leave"))
    assert "端OO瑤" not in product.stack.cli("offices", "show", "PT-KANDING")


def test_an_editor_of_the_sandbox_ties_the_small_group(product: Product) -> None:
    group = next(one["groupId"] for one in product.line.state()["groups"] if len(one["members"]) == 12)
    editor = product.line.person("staff-editor")
    product.line.act({"kind": "memberJoined", "chat": group, "users": [editor]})
    tie = code(product, "group-code")
    product.line.text(product.line.person("clerk-12"), tie, chat=group)
    assert "用不了" in texts(product.line.wait_for_reply(group, timeout=8))
    product.line.text(editor, tie, chat=group)
    assert "已與業務組連結" in texts(product.line.wait_for_reply(group, timeout=8))
    line = next(one for one in product.stack.cli("groups", "list").splitlines() if "13 people" in one)
    assert " tied " in line
    product.stack.cli("groups", "untie", line.split()[0])
    product.line.act({"kind": "memberLeft", "chat": group, "users": [editor]})
