"""Listening to the group: kinds and no words, edits and unsends honoured, months counted."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from nhi_core.domain.errors import NotAClerk
from nhi_core.domain.group_activity import MessageKind
from nhi_core.services.group_activity import Utterance
from tests.integration.promotion.conftest import SEPTEMBER, Rig

NOW = datetime(2026, 9, 10, 2, 0, tzinfo=UTC)


def say(
    rig: Rig, message_id: str, words: str | None, account: str | None = None, **facts: Any
) -> MessageKind:
    facts = {"message_type": "text", "said_at": NOW, **facts}
    return rig.activity.hear(Utterance(message_id, rig.group, account or rig.clerk, text=words, **facts))


def month(rig: Rig) -> tuple[int, int, int]:
    (row,) = rig.activity.months(SEPTEMBER, SEPTEMBER)
    return row.editor, row.read_replies, row.discussion


def test_who_speaks_decides_together_with_what(rig: Rig) -> None:
    assert say(rig, "m1", "【宣導圖檔】請各公所張貼", rig.editor) is MessageKind.EDITOR
    assert say(rig, "m2", "收到，謝謝") is MessageKind.READ_REPLY
    assert say(rig, "m3", None, message_type="sticker") is MessageKind.READ_REPLY
    assert say(rig, "m4", "本所已張貼在一樓服務台，民眾詢問度很高") is MessageKind.DISCUSSION
    assert say(rig, "m5", "請問還有海報嗎") is MessageKind.QUESTION
    assert say(rig, "m6", "有，明天寄給您", rig.editor, quoted_id="m5") is MessageKind.ANSWER
    assert month(rig) == (1, 2, 1)


def test_an_answer_without_a_quote_is_known_by_its_time(rig: Rig) -> None:
    say(rig, "m1", "請問還有海報嗎")
    soon, late = NOW + timedelta(minutes=3), NOW + timedelta(hours=1)
    assert say(rig, "m2", "有，明天寄給您", rig.editor, said_at=soon) is MessageKind.ANSWER
    assert say(rig, "m3", "本週五下午系統維護", rig.editor, said_at=late) is MessageKind.EDITOR


def test_hearing_it_twice_counts_once(rig: Rig) -> None:
    say(rig, "m1", "收到")
    say(rig, "m1", "收到")
    assert month(rig) == (0, 1, 0)


def test_an_edit_is_looked_at_anew_though_it_names_nobody(rig: Rig) -> None:
    say(rig, "m1", "【宣導圖檔】請各公所張貼", rig.editor)
    edited = Utterance("m1", rig.group, None, "text", NOW + timedelta(minutes=1), text="【宣導圖檔】更新版")
    assert rig.activity.hear(edited) is MessageKind.EDITOR
    say(rig, "m2", "收到")
    say(rig, "m2", "收到，請問何時要交", said_at=NOW + timedelta(minutes=1))
    assert month(rig) == (1, 0, 0)


def test_what_was_unsent_counts_no_longer(rig: Rig) -> None:
    say(rig, "m1", "收到")
    assert rig.activity.unsend("m1")
    assert not rig.activity.unsend("m1")
    assert month(rig) == (0, 0, 0)


def test_a_member_who_never_registered_counts_as_a_member(rig: Rig) -> None:
    assert say(rig, "m1", "收到", rig.citizen) is MessageKind.READ_REPLY
    assert rig.activity.by_office(SEPTEMBER, SEPTEMBER) == {}
    assert month(rig) == (0, 1, 0)


def test_not_a_word_is_kept(rig: Rig) -> None:
    say(rig, "m1", "金絲雀里民大會的民眾反應很好，提供給大家參考")
    with rig.uow._engine.connect() as connection:
        rows = connection.execute(text("SELECT * FROM group_messages")).all()
    assert len(rows) == 1
    assert "金絲雀" not in str(rows)


def test_clerk_and_editor_see_the_last_months(rig: Rig) -> None:
    say(rig, "m1", "【宣導圖檔】請各公所張貼", rig.editor)
    say(rig, "m2", "收到")
    say(rig, "m3", "收到", rig.citizen)
    view = rig.activity.for_clerk(rig.clerk)
    assert [row.month for row in view.months] == ["2026-07", "2026-08", "2026-09"]
    assert (view.months[-1].editor, view.months[-1].read_replies) == (1, 2)
    assert (view.office, view.office_read_replies, view.office_discussion) == ("高雄市鳳山區公所", 1, 0)
    assert rig.activity.for_clerk(rig.editor).office == ""
    with pytest.raises(NotAClerk):
        rig.activity.for_clerk(rig.citizen)
