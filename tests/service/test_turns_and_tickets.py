from __future__ import annotations

import pytest

from nhi_core.domain.errors import TurnClosed
from nhi_core.services.views import to_json
from tests.factories.domain import make_bill, make_person
from tests.fakes.world import World

VIEW = {"total": 826, "months": ("2026-08",)}


def test_a_turn_carries_its_account_language_and_secrets(world: World) -> None:
    turn = world.turns.begin("account", language="th", secrets={"code": ["ABCD2345"]})
    context = world.turns.resolve(turn)
    assert (context.account_id, context.language) == ("account", "th")
    assert context.secrets == {"code": ("ABCD2345",)}
    assert "ABCD2345" not in repr(context)


def test_a_turn_is_over_when_it_is_ended_or_a_minute_old(world: World) -> None:
    ended, old = (world.turns.begin("account", language="en") for _ in range(2))
    world.turns.end(ended)
    with pytest.raises(TurnClosed):
        world.turns.resolve(ended)
    world.clock.advance(seconds=60)
    with pytest.raises(TurnClosed):
        world.turns.resolve(old)


@pytest.mark.parametrize("turn", ["", "guess", "turn:guess"])
def test_a_made_up_turn_opens_nothing(world: World, turn: str) -> None:
    world.turns.begin("account", language="en")
    with pytest.raises(TurnClosed):
        world.turns.resolve(turn)


def test_a_ticket_gives_the_view_once(world: World) -> None:
    turn = world.turns.begin("account", language="en")
    ticket = world.tickets.seal(VIEW, turn=turn)
    assert world.tickets.redeem(ticket, turn=turn) == {"total": 826, "months": ["2026-08"]}
    with pytest.raises(TurnClosed):
        world.tickets.redeem(ticket, turn=turn)


def test_another_accounts_turn_cannot_redeem_and_does_not_use_up(world: World) -> None:
    mine = world.turns.begin("mine", language="en")
    theirs = world.turns.begin("theirs", language="en")
    ticket = world.tickets.seal(VIEW, turn=mine)
    with pytest.raises(TurnClosed):
        world.tickets.redeem(ticket, turn=theirs)
    assert world.tickets.redeem(ticket, turn=mine)["total"] == 826


def test_another_turn_of_the_same_account_cannot_redeem(world: World) -> None:
    first, second = (world.turns.begin("mine", language="en") for _ in range(2))
    ticket = world.tickets.seal(VIEW, turn=first)
    with pytest.raises(TurnClosed):
        world.tickets.redeem(ticket, turn=second)


def test_a_closed_turn_neither_seals_nor_redeems(world: World) -> None:
    turn = world.turns.begin("account", language="en")
    ticket = world.tickets.seal(VIEW, turn=turn)
    world.turns.end(turn)
    with pytest.raises(TurnClosed):
        world.tickets.redeem(ticket, turn=turn)
    with pytest.raises(TurnClosed):
        world.tickets.seal(VIEW, turn=turn)


def test_a_turn_token_is_no_ticket_and_a_ticket_no_turn(world: World) -> None:
    turn = world.turns.begin("account", language="en")
    ticket = world.tickets.seal(VIEW, turn=turn)
    with pytest.raises(TurnClosed):
        world.tickets.redeem(turn, turn=turn)
    with pytest.raises(TurnClosed):
        world.turns.resolve(ticket)


def test_views_become_plain_json() -> None:
    plain = to_json({"bill": make_bill(826), "none": None})
    assert isinstance(plain["bill"], dict)
    assert plain["bill"]["due"] == "2026-07-31"
    assert plain["bill"]["kind"] == "own"
    assert plain["bill"]["month"] == {"year": 2026, "month": 6}


@pytest.mark.parametrize("view", [{"a": object()}, {"a": 1.5}, ["a"], "text"])
def test_what_has_no_json_form_is_a_fault(view: object) -> None:
    with pytest.raises(TypeError):
        to_json(view)


def test_a_person_is_never_shown_by_repr() -> None:
    person = make_person()
    assert person.number not in repr(person)
    assert person.name not in repr(person)
