"""What was shown last: one conversation's, for half an hour."""

from __future__ import annotations

from datetime import date

from nhi_core.domain.matters import Matter, Topic
from nhi_core.domain.roc import PremiumMonth
from tests.factories.domain import make_person
from tests.fakes.world import World

FEE = Matter(Topic.LATE_FEE, PremiumMonth(2026, 7), date(2026, 10, 5))


def test_the_last_one_is_kept_whole(world: World) -> None:
    account = world.account()
    assert world.matters.last(account) is None
    world.matters.remember(account, Matter(Topic.ARREARS))
    world.matters.remember(account, FEE)
    assert world.matters.last(account) == FEE


def test_it_is_this_accounts_alone(world: World) -> None:
    world.matters.remember(world.account("U1"), FEE)
    assert world.matters.last(world.account("U2")) is None


def test_it_is_forgotten_after_half_an_hour(world: World) -> None:
    account = world.account()
    world.matters.remember(account, FEE)
    world.clock.advance(minutes=29)
    assert world.matters.last(account) == FEE
    world.clock.advance(minutes=1)
    assert world.matters.last(account) is None


def test_binding_and_unbinding_end_it(world: World) -> None:
    account = world.account()
    person = world.add_person(make_person())
    world.matters.remember(account, FEE)
    world.bind(account, person)
    assert world.matters.last(account) is None
    world.matters.remember(account, FEE)
    world.bindings.unbind(account)
    assert world.matters.last(account) is None
    world.bind(account, person)
    assert world.matters.last(account) is None
