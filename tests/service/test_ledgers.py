from __future__ import annotations

from datetime import UTC, date, datetime

from nhi_core.services.sends import Claim
from tests.fakes.world import World


def test_a_reply_is_claimed_once(world: World) -> None:
    assert world.sends.claim_reply("reply:1", account_id="a", messages=2) is Claim.CLAIMED
    assert world.sends.claim_reply("reply:1", account_id="a", messages=2) is Claim.DUPLICATE


def test_an_outcome_is_kept(world: World) -> None:
    world.sends.claim_push("push:1", account_id="a", messages=1)
    assert world.sends.outcome("push:1") is None
    world.sends.settle("push:1", outcome="accepted", request_id="r-1")
    assert world.sends.outcome("push:1") == "accepted"


def test_replies_cost_nothing_and_a_push_counts_its_recipients(world: World) -> None:
    world.sends.claim_reply("reply:1", account_id="a", messages=5)
    world.sends.claim_push("push:1", account_id="a", messages=5)
    world.sends.claim_push("push:2", account_id=None, messages=1, recipients=102)
    budget = world.sends.budget()
    assert (budget.used, budget.left) == (103, 200 - 20 - 103)


def test_ordinary_pushes_leave_the_reserve_to_urgent_ones(world: World) -> None:
    world.sends.claim_push("push:1", account_id=None, messages=1, recipients=180)
    assert world.sends.claim_push("push:2", account_id="a", messages=1) is Claim.OVER_QUOTA
    assert world.sends.claim_push("push:2", account_id="a", messages=1, urgent=True) is Claim.CLAIMED
    assert world.sends.claim_push("push:3", account_id=None, messages=1, recipients=20, urgent=True) is (
        Claim.OVER_QUOTA
    )


def test_what_was_refused_for_the_quota_may_be_claimed_later(world: World) -> None:
    world.sends.claim_push("push:1", account_id=None, messages=1, recipients=180)
    world.sends.claim_push("push:2", account_id="a", messages=1)
    world.clock.advance(days=30)
    assert world.sends.claim_push("push:2", account_id="a", messages=1) is Claim.CLAIMED


def test_a_push_that_went_out_is_a_duplicate_even_when_the_quota_is_gone(world: World) -> None:
    world.sends.claim_push("push:1", account_id=None, messages=1, recipients=180)
    world.sends.settle("push:1", outcome="accepted")
    assert world.sends.claim_push("push:1", account_id=None, messages=1, recipients=180) is Claim.DUPLICATE


def test_a_push_without_an_end_may_be_tried_again_when_it_was_the_last_of_the_month(world: World) -> None:
    world.sends.claim_push("push:1", account_id=None, messages=1, recipients=179)
    assert world.sends.claim_push("push:2", account_id="a", messages=1) is Claim.CLAIMED
    # The worker died. Its own push is counted already: it is not over the quota.
    assert world.sends.claim_push("push:2", account_id="a", messages=1) is Claim.DUPLICATE


def test_the_month_turns_by_the_platforms_clock(world: World) -> None:
    world.clock.set(datetime(2026, 9, 30, 14, 59, tzinfo=UTC))  # 23:59 in Japan
    world.sends.claim_push("push:1", account_id="a", messages=1)
    assert world.sends.budget().used == 1
    world.clock.set(datetime(2026, 9, 30, 15, 0, tzinfo=UTC))
    assert world.sends.budget().used == 0


def test_without_a_quota_everything_may_go(world: World) -> None:
    free = World(today=date(2026, 9, 10), monthly_quota=None)
    assert free.sends.claim_push("p", account_id=None, messages=1, recipients=10**6) is Claim.CLAIMED
    assert free.sends.budget().left is None


def test_the_first_ending_of_an_event_stands(world: World) -> None:
    assert world.inbound.outcome("e1") is None
    world.inbound.close("e1", kind="message", outcome="answered")
    world.inbound.close("e1", kind="message", outcome="apologised", reason="late")
    assert world.inbound.outcome("e1") == "answered"
