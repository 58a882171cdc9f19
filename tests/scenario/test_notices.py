"""Clerks fetch notices in the group and one to one, and say that they read them; scores are their own."""

from __future__ import annotations

import json
import re

import pytest

from line_sandbox.ids import stable_id
from tests.plugins.product import Json, Product, texts

pytestmark = pytest.mark.stack
GROUP = stable_id("C", "kao-ping-group")
CODE = re.compile(r"收到 #([0-9A-Z]{4})")


def in_group(product: Product, user: str, text: str) -> list[Json]:
    product.line.text(user, text, chat=GROUP)
    return product.line.wait_for_reply(GROUP, timeout=8)


def said(product: Product, user: str, text: str) -> list[Json]:
    product.line.text(user, text)
    return product.line.wait_for_reply(user, timeout=8)


def used(product: Product) -> int:
    return int(product.line.state()["quota"]["used"])


def test_a_word_in_the_group_brings_the_notices_free_of_charge(product: Product) -> None:
    before = used(product)
    clerk = product.line.person("staff-7")
    cards = in_group(product, clerk, "小幫手 公告")
    assert "業務叮嚀" in texts(cards)
    assert "宣導圖檔" in texts(cards)
    one = in_group(product, clerk, "小幫手 公告 業務叮嚀")
    assert "宣導圖檔" not in texts(one)
    assert used(product) == before, "answers are free"


def test_having_read_it_is_noted_in_silence_in_the_group_and_once(product: Product) -> None:
    clerk = product.line.person("staff-8")
    [code] = set(
        CODE.findall(json.dumps(in_group(product, clerk, "小幫手 公告 業務叮嚀"), ensure_ascii=False))
    )
    heard = len(product.line.history(GROUP))
    product.line.text(clerk, f"收到 #{code}", chat=GROUP)
    assert product.line.settle(8)
    # One to one the same clerk is told that it was noted before.
    assert "先前已經記下" in texts(said(product, clerk, f"收到 #{code.lower()}"))
    assert len(product.line.history(GROUP)) == heard


def test_one_to_one_a_clerk_asks_in_own_words(product: Product) -> None:
    clerk = product.line.person("staff-9")
    assert "業務叮嚀" in texts(said(product, clerk, "最近有什麼公告"))
    score = texts(said(product, clerk, "我們公所評比幾分"))
    assert "111 年度公所評比" in score
    assert "最能再加分的項目" in score
    quality = texts(said(product, clerk, "我們公所收件品質報告"))
    assert "全區平均錯誤率" in quality


def test_who_is_no_clerk_is_told_how_clerks_register(product: Product) -> None:
    (citizen,) = product.line.add_people(1)
    assert "邀請碼" in texts(said(product, citizen, "我們公所評比幾分"))
    assert "找不到這個代碼" in texts(said(product, citizen, "收到 #ABCD"))
