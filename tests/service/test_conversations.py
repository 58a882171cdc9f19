from __future__ import annotations

import pytest

from nhi_core.domain.accounts import AccountKind
from nhi_core.domain.errors import Invalid
from tests.fakes.world import World


def test_a_stranger_becomes_an_account_in_traditional_chinese(world: World) -> None:
    view = world.conversations.open("line", "U1")
    assert (view.language, view.language_chosen, view.kind) == ("zh-TW", False, AccountKind.UNBOUND)
    assert world.conversations.open("line", "U1") == view
    assert len(world.uow.accounts) == 1


def test_the_keys_tell_nothing_of_the_channel_user(world: World) -> None:
    view = world.conversations.open("line", "Uabcdef0123456789")
    assert "Uabcdef" not in f"{view}"
    assert len({view.account_id, view.conversation, view.session}) == 3
    assert 16 <= len(view.conversation) <= 64


def test_people_and_channels_are_kept_apart(world: World) -> None:
    ids = {
        world.conversations.open(*who).account_id for who in (("line", "U1"), ("line", "U2"), ("web", "U1"))
    }
    assert len(ids) == 3


def test_twelve_hours_of_silence_end_the_session_but_not_the_conversation(world: World) -> None:
    first = world.conversations.open("line", "U1")
    world.clock.advance(hours=11, minutes=59)
    assert world.conversations.open("line", "U1").session == first.session
    world.clock.advance(minutes=1)
    later = world.conversations.open("line", "U1")
    assert later.session != first.session
    assert later.conversation == first.conversation


def test_a_turn_keeps_the_session_alive(world: World) -> None:
    first = world.conversations.open("line", "U1")
    world.clock.advance(hours=11)
    world.conversations.touch(first.account_id)
    world.clock.advance(hours=11)
    assert world.conversations.open("line", "U1").session == first.session


def test_turns_in_quick_succession_are_one_write(world: World) -> None:
    account_id = world.account()
    before = world.uow.commits
    for _ in range(5):
        world.clock.advance(seconds=10)
        world.conversations.touch(account_id)
    assert world.uow.commits == before


def test_a_chosen_language_stays(world: World) -> None:
    account_id = world.account()
    assert world.conversations.choose_language(account_id, "vi").language == "vi"
    view = world.conversations.get(account_id)
    assert (view.language, view.language_chosen) == ("vi", True)


def test_a_language_we_do_not_speak_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        world.conversations.choose_language(world.account(), "fr")


def test_blocking_is_noted_and_taken_back(world: World) -> None:
    account_id = world.account()
    world.conversations.set_blocked(account_id, True)
    assert world.conversations.open("line", "U1").blocked
    world.conversations.set_blocked(account_id, False)
    assert not world.conversations.open("line", "U1").blocked


def test_an_unknown_account_is_invalid(world: World) -> None:
    for call in (world.conversations.get, world.conversations.touch):
        with pytest.raises(Invalid):
            call("nobody")
