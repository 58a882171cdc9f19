"""The bot's part of the guide: it comes back after a question, and tells an answer by push, once."""

from __future__ import annotations

import json

import pytest

from bot.line import RateLimited
from bot.rendering import decode
from bot.workers.instalments import follow, tell_answers
from nhi_core.adapters.premiums.sandbox import seed
from nhi_core.domain.application import ApplicationState, Reason
from nhi_core.domain.calendar import TAIPEI
from nhi_core.services.instalments import Answers
from tests.factories.events import USER, text
from tests.fakes.rasa import says
from tests.fakes.world import CALENDAR
from tests.integration.bot.conftest import Bench

pytestmark = pytest.mark.net
WHOLE = Answers(terms=6, reason=Reason.ILLNESS, contact="line")
GO_ON = "您的分期申請還在，填到一半。要繼續嗎？"


@pytest.fixture
def account(bench: Bench) -> str:
    """A citizen a year in arrears, bound."""
    seed(bench.core.uow, bench.clock.now().astimezone(TAIPEI).date(), CALENDAR)
    with bench.core.uow() as uow:
        person = uow.people.by_story("twelve_months")
    assert person is not None
    opened = bench.core.conversations.open("line", USER)
    bench.core.bindings.propose(opened.account_id, bench.core.bindings.issue_code(person.id).code)
    bench.core.bindings.confirm(opened.account_id)
    return opened.account_id


def submitted(bench: Bench, account: str) -> str:
    bench.core.instalments.begin(account, WHOLE)
    sent = bench.core.instalments.confirm(account)
    assert sent is not None
    return sent.code


def test_a_question_in_between_is_answered_and_the_guide_comes_back(bench: Bench, account: str) -> None:
    bench.rasa.answer = says("ask_arrears_consequence")
    bench.work(text("會鎖卡嗎"))
    assert len(bench.said()) == 1
    bench.core.instalments.begin(account, Answers(terms=6))
    bench.work(text("會鎖卡嗎"))
    _, messages = bench.line.replies[-1]
    assert [one.get("text") for one in messages][1:] == [GO_ON]
    taps = [decode(item["action"]["data"]) for item in messages[-1]["quickReply"]["items"]]  # type: ignore[index]
    assert (taps[0].intent, taps[0].entities) == ("instalment_guide", {"to": "continue"})
    # Not under the guide's own cards, and not for ever.
    bench.rasa.answer = says("stopped")
    bench.work(text("停"))
    assert GO_ON not in bench.said()[-1]
    bench.clock.advance(minutes=45)
    bench.rasa.answer = says("ask_arrears_consequence")
    bench.work(text("會鎖卡嗎"))
    assert len(bench.line.replies[-1][1]) == 1


def test_an_answer_is_told_by_one_counted_push_that_says_nothing(bench: Bench, account: str) -> None:
    bench.core.instalment_desk.approve(submitted(bench, account))
    assert tell_answers(bench.office) == 1
    assert tell_answers(bench.office) == 0
    [(to, messages)] = bench.line.pushes
    said = json.dumps(messages, ensure_ascii=False)
    assert to == USER
    assert "您有一件事可以看看了。" in said
    assert "分期" not in said
    assert not any(amount in said for amount in ("9,912", "1,652"))
    assert bench.core.sends.budget().used == 1


def test_a_push_that_did_not_go_out_goes_later(bench: Bench, account: str) -> None:
    bench.core.instalment_desk.refuse(submitted(bench, account), "請改辦紓困貸款")
    bench.line.script = [RateLimited()]
    assert tell_answers(bench.office) == 0
    assert len(bench.core.instalment_desk.untold()) == 1


def test_who_blocked_us_or_is_not_bound_is_not_pushed_to(bench: Bench, account: str) -> None:
    bench.core.instalment_desk.refuse(submitted(bench, account), "請改辦紓困貸款")
    bench.core.conversations.set_blocked(account, True)
    assert tell_answers(bench.office) == 0
    assert bench.core.instalment_desk.untold() == ()
    assert bench.line.pushes == []


def test_plans_are_followed_and_old_drafts_emptied(bench: Bench, account: str) -> None:
    bench.core.instalments.begin(account, WHOLE)
    assert follow(bench.office) == 0
    bench.clock.advance(days=8)
    assert follow(bench.office) == 1
    [row] = bench.store.memory.applications.values()
    assert (row.state, row.contact) == (ApplicationState.WITHDRAWN, None)
