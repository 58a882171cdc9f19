"""Notices in the chat: cards for a word, acknowledgements without noise, edits and unsends honoured."""

from __future__ import annotations

from datetime import timedelta

import pytest

from nhi_core.domain.notices import Audience, Category, Notice, NoticeState, Way
from nhi_core.domain.offices import ChatGroup, GroupState, Office
from tests.factories.events import GROUP, OTHER, text
from tests.integration.bot.conftest import Bench
from tests.integration.bot.test_offices import registered


@pytest.fixture(autouse=True)
def notice(bench: Bench) -> Notice:
    """One clerk (USER) of one office, a tied group, and a notice that waits for answers."""
    today, now = bench.clock.today(), bench.clock.now()
    made = Notice(
        id="n1",
        code="K7M2",
        category=Category.REMINDER,
        title="開單前請核對眷屬異動",
        body="請於 8 日前完成鍵檔。",
        way=Way.FETCH,
        audience=Audience(),
        owner="staff-1",
        state=NoticeState.SENT,
        revision=1,
        created_at=now,
        valid_from=today,
        needs_ack=True,
        ack_deadline=today + timedelta(days=5),
    )
    with bench.core.uow() as uow:
        uow.offices.put(Office("KH-FENGSHAN", "高雄市鳳山區公所", "高雄市", 1))
        uow.chat_groups.add(ChatGroup("g1", "line", GROUP, GroupState.TIED, now, division="KP"))
        uow.notices.add(made)
        uow.commit()
    registered(bench)
    return made


def acked(bench: Bench) -> int:
    with bench.core.uow() as uow:
        return len(uow.notice_acks.of("n1"))


def test_in_the_group_it_is_counted_in_silence(bench: Bench) -> None:
    raw = text("收到 #k7m2", group=GROUP)
    bench.work(raw)
    assert bench.ending(raw) == "ignored"
    assert bench.line.replies == []
    assert acked(bench) == 1


def test_in_private_it_is_thanked_for(bench: Bench) -> None:
    bench.work(text("收到 #K7M2"))
    assert acked(bench) == 1
    assert "謝謝" in str(bench.line.replies[-1][1])
    assert bench.rasa.asked == []


def test_a_wrong_code_is_told_so(bench: Bench) -> None:
    bench.work(text("收到 #ZZZZ", group=GROUP))
    assert acked(bench) == 0
    assert "找不到" in str(bench.line.replies[-1][1])


def test_who_is_not_registered_is_shown_the_private_way_once(bench: Bench) -> None:
    bench.work(text("收到 #K7M2", group=GROUP, user=OTHER), text("收到 #K7M2", group=GROUP, user=OTHER))
    assert acked(bench) == 0
    assert len(bench.line.replies) == 1
    assert "邀請碼" in str(bench.line.replies[-1][1])


def test_a_word_in_the_group_brings_the_card_for_nothing(bench: Bench, notice: Notice) -> None:
    bench.work(text("小幫手 公告", group=GROUP))
    shown = str(bench.line.replies[-1][1])
    assert notice.title in shown
    assert f"收到 #{notice.code}" in shown
    assert bench.line.pushes == []


def test_a_group_is_never_shown_what_only_some_may_read(bench: Bench) -> None:
    with bench.core.uow() as uow:
        first = uow.notices.get("n1")
        narrow = {"id": "n2", "code": "P4QX", "title": "只給第一組"}
        values = {name: getattr(first, name) for name in Notice.__dataclass_fields__}
        uow.notices.add(Notice(**{**values, **narrow, "audience": Audience(size_groups=frozenset({1}))}))
        uow.commit()
    bench.work(text("小幫手 公告", group=GROUP))
    assert "只給第一組" not in str(bench.line.replies[-1][1])
