"""The tied group: photos only after the clerk's word, every message a kind, and not a word kept."""

from __future__ import annotations

import logging
from typing import Any
from urllib.parse import parse_qs

import pytest

from nhi_core.domain.group_activity import MessageKind
from nhi_core.domain.offices import ChatGroup, GroupState, Office
from tests.factories.events import GROUP, OTHER, USER, event, message, text
from tests.integration.bot.conftest import Bench
from tests.integration.bot.test_offices import account, registered
from tests.integration.bot.test_promotion import image, nodes_of, photos, reports, said_templates


@pytest.fixture(autouse=True)
def office(bench: Bench) -> None:
    """An office with one clerk, who is USER."""
    with bench.core.uow() as uow:
        uow.offices.put(Office("KH-FENGSHAN", "高雄市鳳山區公所", "高雄市", 1))
        uow.commit()
    registered(bench)


@pytest.fixture
def group(bench: Bench) -> str:
    """A tied group; return its id."""
    with bench.core.uow() as uow:
        uow.chat_groups.add(ChatGroup("g1", "line", GROUP, GroupState.TIED, bench.clock.now(), division="KP"))
        uow.commit()
    return GROUP


class TestInTheGroup:
    def test_photos_stay_the_group_s_own_until_the_clerk_says_so(self, bench: Bench, group: str) -> None:
        raw = image(bench, group=group)
        bench.work(raw)
        assert bench.ending(raw) == "ignored"
        assert bench.line.replies == []
        assert photos(bench) == []

    def test_after_the_word_they_are_taken_and_the_questions_wait_in_private(
        self, bench: Bench, group: str
    ) -> None:
        bench.work(text("宣導回報", group=group), image(bench, 2, group=group), image(bench, 1, group=group))
        assert len(bench.line.replies) == 2  # one to the word, one to the first photo
        assert "oaMessage" in said_templates(bench)
        assert "promotion" not in [parse_qs(one["data"])["i"][0] for one in _postbacks(bench)]
        assert len(photos(bench)) == 2
        assert reports(bench)[0].group_id == "g1"

    def test_who_is_no_clerk_is_not_answered(self, bench: Bench, group: str) -> None:
        raw = text("宣導回報", group=group, user=OTHER)
        bench.work(raw)
        assert bench.ending(raw) == "ignored"
        assert bench.line.replies == []

    def test_in_a_group_that_is_not_tied_nothing_is_taken_or_counted(self, bench: Bench) -> None:
        bench.work(text("宣導回報", group=GROUP), text("收到", group=GROUP), image(bench, group=GROUP))
        assert bench.line.replies == []
        assert reports(bench) == []
        assert bench.store.memory.group_messages == {}


def _postbacks(bench: Bench) -> list[Any]:
    return [node for node in nodes_of(bench.line.replies[-1][1]) if node.get("type") == "postback"]


class TestListening:
    def kinds(self, bench: Bench) -> list[MessageKind]:
        return [one.kind for one in bench.store.memory.group_messages.values() if one is not None]

    def test_each_message_is_a_kind_and_nobody_is_answered(self, bench: Bench, group: str) -> None:
        registered(bench, OTHER, None)
        bench.work(
            text("【宣導圖檔】請各公所張貼", group=group, user=OTHER),
            text("收到，謝謝", group=group),
            message("sticker", group=group),
            text("請問還有海報嗎", group=group),
        )
        assert self.kinds(bench) == [
            MessageKind.EDITOR,
            MessageKind.READ_REPLY,
            MessageKind.READ_REPLY,
            MessageKind.QUESTION,
        ]
        assert bench.line.replies == []

    def test_not_a_word_stays(self, bench: Bench, group: str, caplog: pytest.LogCaptureFixture) -> None:
        caplog.set_level(logging.DEBUG)
        bench.work(text("本所里民大會反應很好", group=group))
        assert "里民大會" not in str(bench.store.memory.group_messages) + caplog.text

    def test_what_speaks_to_the_account_is_not_the_group_s_talk(self, bench: Bench, group: str) -> None:
        bench.work(text("小幫手 服務據點", group=group), text("宣導回報", group=group))
        assert self.kinds(bench) == [MessageKind.OTHER, MessageKind.OTHER]

    def test_an_edit_changes_the_kind_and_an_unsend_takes_it_away(self, bench: Bench, group: str) -> None:
        raw = text("收到", group=group)
        bench.work(raw)
        edited = {**raw["message"], "text": "收到，請問何時要交"}
        bench.work(event("messageEdited", group=group, message=edited))
        assert self.kinds(bench) == [MessageKind.QUESTION]
        unsend = {"messageId": raw["message"]["id"]}
        bench.work(event("unsend", group=group, unsend=unsend, replyToken=None))
        assert self.kinds(bench) == []

    def test_a_redelivered_message_counts_once(self, bench: Bench, group: str) -> None:
        raw = text("收到", group=group)
        bench.work(raw)
        bench.work({**raw, "webhookEventId": "01JAGAIN0000000000000000AA"})
        assert len(self.kinds(bench)) == 1

    def test_the_database_away_the_message_is_counted_later(self, bench: Bench, group: str) -> None:
        bench.store.away = True
        bench.work(text("收到", group=group))
        bench.store.away = False
        bench.clock.advance(minutes=2)
        bench.sweep()
        assert self.kinds(bench) == [MessageKind.READ_REPLY]


def test_clerks_alone_may_see_the_group_s_figures(bench: Bench) -> None:
    assert bench.core.group_activity.for_clerk(account(bench, USER)).office == "高雄市鳳山區公所"
