"""Whoever has read a notice is counted once, whichever way it was said; who has not is asked once, kindly."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from bot.app import create_app
from bot.workers.notice_nudges import nudge
from bot.workers.notices import go_on
from nhi_core.domain.errors import NotAClerk
from nhi_core.domain.notice_acks import AckWay, Nudge, NudgeState
from nhi_core.domain.notices import Audience, Notice
from nhi_core.domain.offices import ClerkRole
from nhi_core.services.notice_acks import Answer
from tests.integration.notices.conftest import FENGSHAN, MAGONG, TODAY, Division

pytestmark = pytest.mark.net


@pytest.fixture
def sent(division: Division) -> Notice:
    """A notice that has gone out to two clerks of two offices; an editor reads along."""
    users = division.line.add_people(3)
    division.enrol(users[0])
    division.enrol(users[1], MAGONG.code)
    division.enrol(users[2], None, ClerkRole.EDITOR)
    notice = division.notice()
    go_on(division.start())
    return notice


def people(division: Division) -> list[str]:
    return list(division.accounts.values())


def say(
    division: Division,
    account: str,
    text: str,
    *,
    message: str = "m1",
    later: int = 0,
    quoted: str | None = None,
) -> Answer | None:
    at = division.clock.now() + timedelta(seconds=later)
    found: Answer | None = division.core.notice_acks.by_words(
        account, text, message_id=message, said_at=at, quoted_id=quoted
    )
    return found


def acked(division: Division, notice: Notice) -> int:
    return int(division.core.notices.get(notice.id).acks)


@pytest.mark.parametrize(
    "words", ["收到 #{}", "收到{}", "＃{}", "已讀 #{} 謝謝", "ok #{}", "收到，{}", "#{} 收到"]
)
def test_a_code_is_understood_in_any_case_and_width(division: Division, sent: Notice, words: str) -> None:
    account = people(division)[0]
    assert say(division, account, words.format(sent.code.lower())) is Answer.DONE
    assert say(division, account, words.format(sent.code), message="m2") is Answer.AGAIN
    assert acked(division, sent) == 1


def test_a_quoted_reply_counts_unless_it_asks_something(division: Division, sent: Notice) -> None:
    account = people(division)[0]
    division.core.notice_reading.posted(sent.id, None, ["card-1"])
    assert say(division, account, "請問附件在哪裡？", quoted="card-1") is None
    assert say(division, account, "收到", quoted="another") is None
    assert say(division, account, "收到，謝謝", quoted="card-1") is Answer.DONE
    (ack,) = _acks(division, sent)
    assert (ack.way, ack.office_code) == (AckWay.QUOTE, FENGSHAN.code)


def test_all_ways_together_count_once(division: Division, sent: Notice) -> None:
    account = people(division)[0]
    assert division.core.notice_acks.by_id(account, sent.id, AckWay.LINK) is Answer.DONE
    assert division.core.notice_acks.by_id(account, sent.id, AckWay.BUTTON) is Answer.AGAIN
    assert say(division, account, f"收到 #{sent.code}") is Answer.AGAIN
    assert acked(division, sent) == 1


def test_who_is_nobody_of_an_office_is_not_counted(division: Division, sent: Notice) -> None:
    stranger = str(division.core.conversations.open("line", division.line.add_people(1)[0]).account_id)
    with pytest.raises(NotAClerk):
        say(division, stranger, f"收到 #{sent.code}")
    assert say(division, stranger, "收到") is None, "not about a notice at all"
    assert acked(division, sent) == 0


def test_another_offices_notice_is_unknown(division: Division, sent: Notice) -> None:
    other = division.notice(audience=Audience(offices=frozenset({MAGONG.code})))
    go_on(division.start())
    account = people(division)[0]
    assert say(division, account, f"收到 #{other.code}") is Answer.UNKNOWN
    assert say(division, account, "收到 #ZZZZ") is Answer.UNKNOWN


def test_an_edit_takes_back_what_it_no_longer_says_and_the_latest_version_holds(
    division: Division, sent: Notice
) -> None:
    account, edited = people(division)[0], division.core.notice_acks.edited
    now = division.clock.now()
    say(division, account, f"收到 #{sent.code}")
    edited(account, "m1", "我是說請問一下", now + timedelta(seconds=20))
    assert acked(division, sent) == 0
    edited(account, "m1", f"收到 #{sent.code}", now + timedelta(seconds=40))
    assert acked(division, sent) == 1
    edited(account, "m1", "請問一下", now + timedelta(seconds=30))
    assert acked(division, sent) == 1, "an older version that came late"


def test_an_unsent_message_is_taken_back_and_may_be_said_again(division: Division, sent: Notice) -> None:
    account = people(division)[0]
    say(division, account, f"收到 #{sent.code}")
    division.core.notice_acks.unsent("m1")
    assert acked(division, sent) == 0
    assert say(division, account, f"收到 #{sent.code}", message="m2") is Answer.DONE
    assert acked(division, sent) == 1


def test_the_board_counts_clerks_by_office_and_no_editor(division: Division, sent: Notice) -> None:
    say(division, people(division)[0], f"收到 #{sent.code}")
    board = division.core.notice_acks.board(sent.id)
    assert (board.asked, board.acked) == (2, 1)
    assert [(one.office.code, one.acked, one.asked) for one in board.offices] == [
        (FENGSHAN.code, 1, 1),
        (MAGONG.code, 0, 1),
    ]
    assert [one.clerk.office_code for one in board.missing] == [MAGONG.code]


def test_the_day_before_only_the_missing_are_asked_once_and_it_is_counted(
    division: Division, sent: Notice
) -> None:
    users = list(division.accounts)
    say(division, people(division)[0], f"收到 #{sent.code}")
    worker = division.start()
    before = [division.cards(user) for user in users]
    assert nudge(worker) == 0, "too early"
    division.clock.advance(days=4)
    used = division.core.sends.budget().used
    assert nudge(worker) == 1
    assert nudge(worker) == 0
    after = [division.cards(user) for user in users]
    assert [now - then for now, then in zip(after, before, strict=True)] == [0, 2, 0]
    assert division.core.sends.budget().used == used + 1
    (missing,) = division.core.notice_acks.board(sent.id).missing
    assert missing.nudged is NudgeState.SENT


def test_nobody_is_asked_at_night_or_beyond_the_quota(division: Division, sent: Notice) -> None:
    division.clock.advance(days=4)
    night = division.start(NHI_QUIET_HOURS="00:00-23:59")
    assert nudge(night) == 0
    poor = division.start(NHI_PUSH_QUOTA="0")
    assert nudge(poor) == 0
    assert {one.nudged for one in division.core.notice_acks.board(sent.id).missing} == {NudgeState.CLAIMED}
    # More was bought before the deadline: the same nudge goes, once.
    division.clock.advance(minutes=10)
    assert nudge(division.start()) == 2
    assert nudge(division.start()) == 0
    assert {one.nudged for one in division.core.notice_acks.board(sent.id).missing} == {NudgeState.SENT}


class TestPersonalLink:
    @pytest.fixture
    def browser(self, division: Division) -> Iterator[FlaskClient]:
        app = create_app(division.core.settings, division.core, enqueue=lambda *_: None, tell=lambda *_: None)
        with app.test_client() as client:
            yield client

    def link(self, division: Division, notice: Notice) -> str:
        account, now = people(division)[0], division.clock.now()
        one = Nudge("n1", notice.id, f"c-{account}", account, NudgeState.CLAIMED, now, now)
        address = division.core.notice_ack_links.of(one, TODAY + timedelta(days=5))
        assert address == division.core.notice_ack_links.of(one, TODAY + timedelta(days=5))
        return "/n/ack/" + str(address).rpartition("/")[2]

    def test_looking_counts_nothing_and_the_button_counts_once(
        self, division: Division, sent: Notice, browser: FlaskClient
    ) -> None:
        path = self.link(division, sent)
        for language in ("zh-TW", "en", "id", "vi", "th"):
            shown = browser.get(f"{path}?lang={language}")
            assert shown.status_code == 200
            assert sent.title in shown.text
        browser.head(path)
        assert acked(division, sent) == 0, "a preview of the link has opened it"
        assert "收到了，謝謝您！" in browser.post(f"{path}?lang=zh-TW").text
        assert "先前已經記下了" in browser.post(f"{path}?lang=zh-TW").text
        assert acked(division, sent) == 1

    def test_forged_over_or_withdrawn_it_says_so(
        self, division: Division, sent: Notice, browser: FlaskClient
    ) -> None:
        path = self.link(division, sent)
        assert browser.post(f"{path[:-2]}xx").status_code == 410
        division.core.notices.withdraw(sent.id, by="staff-1")
        assert browser.get(path).status_code == 410
        assert browser.post(path).status_code == 410
        division.clock.advance(days=8)
        assert browser.post(path).status_code == 410
        assert acked(division, sent) == 0


def _acks(division: Division, notice: Notice) -> tuple[object, ...]:
    with division.core.uow() as uow:
        found: tuple[object, ...] = uow.notice_acks.of(notice.id)
        return found
