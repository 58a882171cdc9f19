"""Notices leave in batches, each receiver exactly once, whatever happens to the worker or to LINE."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.line import LineClient, Refused, SendResult
from bot.workers.notices import go_on
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.notices import Audience, NoticeProblem, NoticeState, Stop, Way
from nhi_core.domain.offices import ClerkRole
from tests.integration.notices.conftest import FENGSHAN, MAGONG, TODAY, Division

pytestmark = pytest.mark.net


class Killed(BaseException):
    """The process ends here; no handler of `Exception` sees it."""


def state_of(division: Division, notice_id: str) -> NoticeState:
    found: NoticeState = division.core.notices.get(notice_id).notice.state
    return found


def test_every_clerk_the_audience_means_gets_it_once(division: Division) -> None:
    users = division.line.add_people(4)
    division.enrol(users[0])
    division.enrol(users[1], MAGONG.code)
    division.enrol(users[2], None, ClerkRole.EDITOR)
    everybody = division.notice()
    fengshan = division.notice(audience=Audience(offices=frozenset({FENGSHAN.code})))
    smaller = division.notice(audience=Audience(size_groups=frozenset({MAGONG.size_group})))
    worker = division.start()
    assert go_on(worker) == 3
    assert go_on(worker) == 0
    assert [division.cards(user) for user in users] == [2, 2, 1, 0]
    assert {state_of(division, one.id) for one in (everybody, fengshan, smaller)} == {NoticeState.SENT}
    assert division.core.notices.get(everybody.id).outcome == {"sent": 3}


def test_who_blocked_us_is_left_out_with_the_reason(division: Division) -> None:
    users = division.line.add_people(2)
    division.enrol(users[0])
    blocked = division.enrol(users[1])
    division.core.conversations.set_blocked(blocked, blocked=True)
    notice = division.notice()
    go_on(division.start())
    assert division.core.notices.get(notice.id).outcome == {"sent": 1, "blocked": 1}


def test_a_worker_that_dies_between_line_and_the_row_sends_nothing_twice(
    division: Division, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = division.line.add_people(1_200)
    division.enrol_many(users)
    notice = division.notice()
    real = LineClient.multicast
    calls = []

    def dying(self: LineClient, *args: object, **more: object) -> SendResult:
        result: SendResult = real(self, *args, **more)  # type: ignore[arg-type]
        calls.append(result)
        if len(calls) == 2:
            raise Killed
        return result

    monkeypatch.setattr(LineClient, "multicast", dying)
    with pytest.raises(Killed):
        go_on(division.start())
    monkeypatch.undo()
    assert sum(division.line.counts().values()) == 1_000
    second = division.start()
    go_on(second)
    assert state_of(division, notice.id) is NoticeState.SENDING, "its last batch is still the dead one's"
    division.clock.advance(minutes=3)
    go_on(second)
    received = division.line.counts()
    assert [received.get(user) for user in users] == [1] * 1_200
    assert state_of(division, notice.id) is NoticeState.SENT
    assert division.core.sends.budget().used == 1_200


def test_thousands_get_it_in_full_batches_each_exactly_once(division: Division) -> None:
    # Ten thousand, and the seconds they take, are in `make bench`.
    users = division.line.add_people(2_200)
    division.enrol_many(users)
    division.notice()
    assert go_on(division.start()) == 5
    received = division.line.counts()
    assert all(received.get(user) == 1 for user in users)
    calls = [entry for entry in division.line.journal("api") if "multicast" in str(entry)]
    assert len(calls) == 5


def test_a_receiver_line_refuses_is_found_and_left_out(
    division: Division, monkeypatch: pytest.MonkeyPatch
) -> None:
    users = division.line.add_people(9)
    for user in users:
        division.enrol(user)
    real = LineClient.multicast

    def choosy(self: LineClient, to: list[str], *args: object, **more: object) -> SendResult:
        if users[4] in to:
            return Refused(400, "The property, 'to', in the request body is invalid (line: -, column: -)")
        return real(self, to, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(LineClient, "multicast", choosy)
    notice = division.notice()
    go_on(division.start())
    assert division.core.notices.get(notice.id).outcome == {"sent": 8, "refused": 1}
    assert [division.cards(user) for user in users] == [1, 1, 1, 1, 0, 1, 1, 1, 1]
    assert state_of(division, notice.id) is NoticeState.SENT


def test_a_message_line_refuses_stops_the_notice_at_once(
    division: Division, monkeypatch: pytest.MonkeyPatch
) -> None:
    for user in division.line.add_people(3):
        division.enrol(user)
    calls = []

    def refusing(_self: LineClient, *_args: object, **_more: object) -> SendResult:
        calls.append(1)
        return Refused(400, "A message (messages[0]) in the request body is invalid", (("/hero/url", "x"),))

    monkeypatch.setattr(LineClient, "multicast", refusing)
    notice = division.notice()
    go_on(division.start())
    found = division.core.notices.get(notice.id).notice
    assert (found.state, found.stop, len(calls)) == (NoticeState.STOPPED, Stop.REFUSED, 1)


def test_the_month_s_limit_stops_it_and_resuming_goes_on_with_the_rest(division: Division) -> None:
    users = division.line.add_people(700)
    division.enrol_many(users)
    division.line.quota(600)
    notice = division.notice()
    worker = division.start()
    assert go_on(worker) == 1
    found = division.core.notices.get(notice.id).notice
    assert (found.state, found.stop) == (NoticeState.STOPPED, Stop.QUOTA)
    division.line.quota(10_000)
    division.core.notices.resume(notice.id, by="staff-1")
    go_on(worker)
    assert sorted(division.line.counts().values()) == [1] * 700
    assert state_of(division, notice.id) is NoticeState.SENT


def test_our_own_budget_is_asked_first_and_what_is_urgent_may_use_the_reserve(division: Division) -> None:
    from nhi_core.domain.notices import Category

    for user in division.line.add_people(5):
        division.enrol(user)
    worker = division.start(NHI_PUSH_QUOTA=8, NHI_PUSH_RESERVE=4)
    ordinary = division.notice()
    go_on(worker)
    assert division.core.notices.get(ordinary.id).notice.stop is Stop.QUOTA
    assert not division.line.counts()
    urgent = division.notice(category=Category.URGENT)
    go_on(worker)
    assert state_of(division, urgent.id) is NoticeState.SENT


@pytest.mark.parametrize(
    ("kind", "status"), [("status", 429), ("status", 500), ("lost_answer", 500)], ids=str
)
def test_line_s_bad_minutes_cost_time_and_nothing_else(division: Division, kind: str, status: int) -> None:
    users = division.line.add_people(3)
    for user in users:
        division.enrol(user)
    notice = division.notice()
    worker = division.start()
    division.line.fault("multicast", kind, status)
    go_on(worker)
    division.clock.advance(minutes=3)
    go_on(worker)
    assert [division.cards(user) for user in users] == [1, 1, 1]
    assert state_of(division, notice.id) is NoticeState.SENT


def test_what_could_not_be_sent_for_a_day_is_given_up_and_says_so(division: Division) -> None:
    [user] = division.line.add_people(1)
    division.enrol(user)
    notice = division.notice()
    worker = division.start()
    division.line.fault("multicast", "status", 500)
    go_on(worker)
    division.clock.advance(hours=21)
    go_on(worker)
    assert division.core.notices.get(notice.id).outcome == {"unreachable": 1}
    assert division.cards(user) == 0


def test_a_notice_into_the_group_is_one_card_and_costs_its_members(division: Division) -> None:
    division.tie()
    notice = division.notice(way=Way.GROUP)
    estimate = division.core.notices.estimate(notice)
    assert estimate.messages == 12
    go_on(division.start())
    from line_sandbox.testing import OFFICE_GROUP

    assert len(division.line.history(OFFICE_GROUP)) == 1
    assert division.core.sends.budget().used == 12


def test_what_is_only_fetched_costs_nothing(division: Division) -> None:
    for user in division.line.add_people(3):
        division.enrol(user)
    notice = division.notice(way=Way.FETCH)
    assert division.core.notices.estimate(notice).messages == 0
    go_on(division.start())
    assert state_of(division, notice.id) is NoticeState.SENT
    assert not division.line.counts()


def test_a_withdrawn_notice_goes_no_further(division: Division) -> None:
    users = division.line.add_people(600)
    division.enrol_many(users)
    division.line.quota(500)
    notice = division.notice()
    worker = division.start()
    go_on(worker)
    division.core.notices.withdraw(notice.id, by="staff-1")
    division.line.quota(10_000)
    go_on(worker)
    assert sum(division.line.counts().values()) == 500
    assert division.core.notices.get(notice.id).outcome == {"sent": 500, "withdrawn": 100}
    with pytest.raises(IllegalMove):
        division.core.notices.resume(notice.id, by="staff-1")


def test_a_notice_waits_for_its_moment(division: Division) -> None:
    [user] = division.line.add_people(1)
    division.enrol(user)
    division.notice(send_at=division.clock.now() + timedelta(hours=2))
    worker = division.start()
    go_on(worker)
    assert division.cards(user) == 0
    division.clock.advance(hours=2)
    go_on(worker)
    assert division.cards(user) == 1


def test_a_notice_past_its_last_day_ends_and_its_end_notice_is_there(division: Division) -> None:
    [user] = division.line.add_people(1)
    account = division.enrol(user)
    notice = division.notice(valid_until=TODAY, ack_deadline=TODAY)
    worker = division.start()
    go_on(worker)
    division.clock.advance(days=1)
    go_on(worker)
    assert state_of(division, notice.id) is NoticeState.ENDED
    [card] = division.core.notice_reading.for_clerk(account).cards
    assert card.title.startswith("（已結束）")
    assert division.cards(user) == 1, "the end notice is free: it is not pushed"
    go_on(worker)
    assert len(division.core.notice_reading.for_clerk(account).cards) == 1


def test_a_new_version_replaces_the_old_one(division: Division) -> None:
    [user] = division.line.add_people(1)
    account = division.enrol(user)
    worker = division.start()
    old = division.notice()
    go_on(worker)
    new = division.notice(title="更正：12 月開單前請核對", supersedes=old.id)
    go_on(worker)
    assert state_of(division, old.id) is NoticeState.SUPERSEDED
    assert [card.id for card in division.core.notice_reading.for_clerk(account).cards] == [new.id]


def test_citizens_are_sent_nothing_without_a_second_pair_of_eyes(division: Division) -> None:
    [user] = division.line.add_people(1)
    account = str(division.core.conversations.open("line", user).account_id)
    from nhi_core.adapters.premiums.sandbox import seed

    seed(division.core.uow, TODAY, division.core.calendar)
    with division.core.uow() as uow:
        person = uow.people.by_story("in_grace")
    assert person is not None
    division.core.bindings.propose(account, division.core.bindings.issue_code(person.id).code)
    division.core.bindings.confirm(account)
    before = division.cards(user)
    wanted = Audience(citizens=True)
    notice = division.notice(
        title="系統維護公告",
        body="9 月 12 日晚間系統維護。",
        audience=wanted,
        needs_ack=False,
        ack_deadline=None,
    )
    worker = division.start()
    go_on(worker)
    assert (state_of(division, notice.id), division.cards(user)) == (NoticeState.PROPOSED, before)
    second = division.core.staff.get("staff-2")
    standing = division.core.approvals.standing("notice_broadcast", notice.id)
    assert standing is not None
    division.core.approvals.approve(standing.id, second)
    go_on(worker)
    assert division.cards(user) == before + 1
    assert division.core.notices.get(notice.id).notice.approved_by == "staff-2"


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ("您有欠費尚未繳清，請儘速處理。", "citizens_dunned"),
        ("請至 https://pay.example.test 查看", "citizens_link"),
    ],
)
def test_citizens_are_never_dunned_nor_sent_addresses(division: Division, body: str, problem: str) -> None:
    with pytest.raises(NoticeProblem) as refused:
        division.notice(body=body, audience=Audience(citizens=True), needs_ack=False, ack_deadline=None)
    assert refused.value.problem == problem
