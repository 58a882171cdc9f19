"""The group's messages: what each is, what counts, and the division's table on a made-up stream."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest

from nhi_core.domain.group_activity import Heard, MessageKind, activity, kind_of, total_of
from nhi_core.domain.promotion import month_of
from nhi_core.domain.roc import PremiumMonth

NOW = datetime(2022, 3, 10, 2, 0, tzinfo=UTC)


def clerk(text: str | None, message_type: str = "text", **facts: object) -> MessageKind:
    return kind_of(Heard(by_editor=False, message_type=message_type, text=text, **facts))  # type: ignore[arg-type]


def editor(text: str | None, message_type: str = "text", **facts: object) -> MessageKind:
    return kind_of(Heard(by_editor=True, message_type=message_type, text=text, at=NOW, **facts))  # type: ignore[arg-type]


READ = [
    "收到", "收到！", "收到，謝謝", "已讀", "OK", "ok 👌", "👍", "🙏🙏", "好的", "了解，謝謝小編", "敬悉",
    "三民區公所收到", "高雄市鳳山區公所 王小明 收到 謝謝您", "@小編 收到，感謝", "屏東縣崁頂鄉公所知悉",
    "辛苦了", "+1", "收到 #K3F", "謝謝分享", "已讀，配合辦理", "Noted, thanks", "１",
]  # fmt: skip
QUESTIONS = [
    "請問停保的表單還能收嗎", "這個要怎麼辦理", "補助是從幾月開始?", "有沒有電子檔", "可否提供海報",
    "收到，請問何時要交", "民眾的繳款單沒收到，該如何處理", "When is the deadline?", "是否需要附證明呢",
]  # fmt: skip
DISCUSSION = [
    "本所今天里民大會發了三百份宣導單張，民眾反應很好",
    "建議下次海報字大一點，長輩看得比較清楚",
    "我們把說明會改到下午，參加的人多了一倍，提供給大家參考",
    "收到民眾反映繳款單地址有誤，已協助更正並通知投保單位",
]  # fmt: skip


class TestClerks:
    @pytest.mark.parametrize("text", READ)
    def test_who_says_only_that_it_was_read(self, text: str) -> None:
        assert clerk(text) is MessageKind.READ_REPLY

    @pytest.mark.parametrize("text", QUESTIONS)
    def test_who_asks_is_not_counted_even_with_thanks(self, text: str) -> None:
        assert clerk(text) is MessageKind.QUESTION

    @pytest.mark.parametrize("text", DISCUSSION)
    def test_who_says_something_of_his_own_takes_part(self, text: str) -> None:
        assert clerk(text) is MessageKind.DISCUSSION

    def test_a_sticker_says_that_it_was_read(self) -> None:
        assert clerk(None, "sticker") is MessageKind.READ_REPLY

    def test_a_few_words_under_the_editor_s_message_as_well(self) -> None:
        assert clerk("張貼完成", quotes=MessageKind.EDITOR) is MessageKind.READ_REPLY
        assert clerk("張貼完成") is MessageKind.DISCUSSION

    def test_a_question_under_the_editor_s_message_stays_a_question(self) -> None:
        assert clerk("幾張?", quotes=MessageKind.EDITOR) is MessageKind.QUESTION

    def test_photos_and_what_is_said_to_the_account_are_left_out(self) -> None:
        assert clerk(None, "image") is MessageKind.OTHER
        assert clerk("宣導回報", to_account=True) is MessageKind.OTHER


class TestEditor:
    def test_an_announcement_counts(self) -> None:
        assert editor("【業務叮嚀】本月收件品質報告已公布，請各公所查閱") is MessageKind.EDITOR
        assert editor(None, "image") is MessageKind.EDITOR

    def test_of_several_photos_the_first_counts(self) -> None:
        assert editor(None, "image", first_of_set=False) is MessageKind.OTHER

    def test_a_quoted_question_is_answered(self) -> None:
        assert editor("【補充】" + "請見附件。" * 40, quotes=MessageKind.QUESTION) is MessageKind.ANSWER

    def test_a_short_message_soon_after_a_question_is_its_answer(self) -> None:
        soon = NOW - timedelta(minutes=5)
        assert editor("可以，請附委託書", last_question=soon) is MessageKind.ANSWER

    def test_an_announcement_soon_after_a_question_is_none(self) -> None:
        soon = NOW - timedelta(minutes=5)
        assert (
            editor("轉知：9月起新海報上線 https://www.nhi.gov.tw", last_question=soon) is MessageKind.EDITOR
        )
        assert editor(None, "image", last_question=soon) is MessageKind.EDITOR

    def test_much_later_a_message_is_no_answer(self) -> None:
        assert editor("本週五系統維護", last_question=NOW - timedelta(hours=2)) is MessageKind.EDITOR

    def test_a_question_that_came_after_it_is_not_answered_by_it(self) -> None:
        assert editor("本週五系統維護", last_question=NOW + timedelta(minutes=1)) is MessageKind.EDITOR

    def test_the_editor_s_thanks_are_no_announcement(self) -> None:
        assert editor("收到，謝謝") is MessageKind.OTHER
        assert editor(None, "sticker") is MessageKind.OTHER


@dataclass(frozen=True)
class Said:
    """One line of the made-up stream."""

    at: datetime
    by_editor: bool
    text: str | None
    message_type: str = "text"
    quotes_question: bool = False


def a_stream() -> list[Said]:
    """February to September 2022: 80 announcements with their read-replies, seven opinions, and questions."""
    dice, lines = random.Random(111), []
    replies = [15] * 80
    for extra in range(1216 - sum(replies)):
        replies[extra % 80] += 1
    for number in range(80):
        at = datetime(2022, 2 + number // 10, 1 + 2 * (number % 10), 1, 0, tzinfo=UTC)
        lines.append(Said(at, True, f"【宣導圖檔】第 {number} 則，請各公所協助張貼並回報"))
        for reply in range(replies[number]):
            moment = at + timedelta(minutes=3 + reply)
            if dice.random() < 0.2:
                lines.append(Said(moment, False, None, "sticker"))
            else:
                lines.append(Said(moment, False, dice.choice(READ)))
        if number % 5 == 0:  # a question, and its answer once by quote and once by time
            asked = at + timedelta(hours=3)
            lines.append(Said(asked, False, dice.choice(QUESTIONS)))
            answered = asked + timedelta(minutes=8)
            lines.append(Said(answered, True, "可以，請附委託書", quotes_question=number % 2 == 0))
        if number % 11 == 0 and number < 77:
            lines.append(Said(at + timedelta(hours=5), False, dice.choice(DISCUSSION)))
    return sorted(lines, key=lambda line: line.at)


def test_the_division_s_table_of_111() -> None:
    counts: Counter[tuple[PremiumMonth, MessageKind]] = Counter()
    last_question = None
    for line in a_stream():
        kind = kind_of(
            Heard(
                by_editor=line.by_editor,
                message_type=line.message_type,
                text=line.text,
                quotes=MessageKind.QUESTION if line.quotes_question else None,
                last_question=last_question,
                at=line.at,
            )
        )
        if kind is MessageKind.QUESTION:
            last_question = line.at
        counts[month_of(line.at), kind] += 1
    rows = activity(counts, PremiumMonth(2022, 2), PremiumMonth(2022, 9))
    assert total_of(rows) == (80, 1216, 7)
    assert sum(row.replies for row in rows) == 1223
    assert sum(row.total for row in rows) == 1303
    assert len(rows) == 8
    assert all(row.editor == 10 for row in rows)
    # What was left out was there.
    assert sum(n for (_, kind), n in counts.items() if kind is MessageKind.QUESTION) == 16
    assert sum(n for (_, kind), n in counts.items() if kind is MessageKind.ANSWER) == 16
