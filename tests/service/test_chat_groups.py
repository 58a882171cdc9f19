"""Groups: only a registered editor's code ties one; who is in it is known only while it is tied."""

from __future__ import annotations

import pytest

from nhi_core.domain.errors import IllegalMove, Invalid
from nhi_core.domain.offices import ChatGroup, GroupState
from nhi_core.services.chat_groups import Tied
from tests.fakes.world import World

GROUP = "C" + "3" * 32


@pytest.fixture
def world() -> World:
    world = World()
    world.make_clerk(world.account("Ueditor"), name="周承辦")
    world.make_clerk(world.account("Uclerk"), world.add_office())
    return world


def group(world: World) -> ChatGroup:
    found = world.chat_groups.find(GROUP)
    assert found is not None
    return found


def tie(world: World, who: str = "Ueditor", chat: str = GROUP) -> Tied:
    return world.chat_groups.tie(chat, world.account(who), world.offices.tie_code(staff="s").code)


def test_an_editor_ties_a_group(world: World) -> None:
    world.chat_groups.joined(GROUP)
    assert group(world).state is GroupState.WAITING
    assert tie(world) is Tied.TIED
    assert (group(world).state, group(world).division) == (GroupState.TIED, "KP")
    assert world.uow.audited(f"group:{group(world).id}") == ["group_joined", "group_tied"]


def test_several_groups_belong_to_one_division(world: World) -> None:
    assert tie(world) is Tied.TIED
    assert tie(world, chat="C" + "4" * 32) is Tied.TIED
    assert [row.group.state for row in world.chat_groups.rows()] == [GroupState.TIED, GroupState.TIED]


@pytest.mark.parametrize("who", ["Uclerk", "Ustranger"])
def test_nobody_but_an_editor_ties_and_the_code_stays_good(world: World, who: str) -> None:
    code = world.offices.tie_code(staff="s").code
    assert world.chat_groups.tie(GROUP, world.account(who), code) is Tied.REFUSED
    assert group(world).state is GroupState.WAITING
    assert world.chat_groups.tie(GROUP, world.account("Ueditor"), code) is Tied.TIED


def test_an_editor_who_left_ties_nothing(world: World) -> None:
    world.clerks.leave(world.account("Ueditor"))
    assert tie(world) is Tied.REFUSED


def test_a_code_ties_one_group(world: World) -> None:
    code = world.offices.tie_code(staff="s").code
    editor = world.account("Ueditor")
    assert world.chat_groups.tie(GROUP, editor, code) is Tied.TIED
    assert world.chat_groups.tie("C" + "4" * 32, editor, code) is Tied.REFUSED


def test_expired_foreign_and_senseless_codes_get_the_same_answer(world: World) -> None:
    editor = world.account("Ueditor")
    expired = world.offices.tie_code(staff="s").code
    world.clock.advance(hours=2)
    invitation = world.offices.invite_editor(staff="s").code
    for code in (expired, invitation, "ABCD2345"):
        assert world.chat_groups.tie(GROUP, editor, code) is Tied.REFUSED


def test_guessing_is_limited_for_each_group(world: World) -> None:
    for _ in range(5):
        assert world.chat_groups.tie(GROUP, world.account("Ustranger"), "ABCD2345") is Tied.REFUSED
    assert tie(world) is Tied.TOO_MANY
    assert tie(world, chat="C" + "4" * 32) is Tied.TIED
    world.clock.advance(minutes=11)
    assert tie(world) is Tied.TIED


def test_members_are_those_seen_and_registered_ones_are_counted(world: World) -> None:
    tie(world)
    world.chat_groups.saw(group(world), ["Ueditor", "Uclerk", "Ustranger", "Uclerk"])
    world.chat_groups.saw(group(world), ["Uclerk"])
    world.chat_groups.counted(group(world).id, 102)
    (row,) = world.chat_groups.rows()
    assert (row.members, row.registered, row.group.headcount) == (3, 2, 102)
    assert row.known_share == pytest.approx(2 / 102)
    world.chat_groups.lost(group(world), ["Uclerk", "Unever"])
    (row,) = world.chat_groups.rows()
    assert (row.members, row.registered) == (2, 1)
    assert world.uow.accounts.keys() >= {world.account("Ustranger")}


def test_who_only_left_makes_no_account(world: World) -> None:
    tie(world)
    before = len(world.uow.accounts)
    world.chat_groups.lost(group(world), ["Unever"])
    assert len(world.uow.accounts) == before


def test_removed_and_invited_again_a_group_must_be_tied_anew(world: World) -> None:
    world.chat_groups.joined(GROUP)
    tie(world)
    world.chat_groups.saw(group(world), ["Uclerk"])
    world.chat_groups.left(GROUP)
    world.chat_groups.left(GROUP)
    assert (group(world).state, group(world).division) == (GroupState.LEFT, None)
    assert world.chat_groups.rows()[0].members == 0
    again = world.chat_groups.joined(GROUP)
    assert (again.state, again.left_at) == (GroupState.WAITING, None)
    assert world.uow.audited(f"group:{again.id}") == [
        "group_joined", "group_tied", "group_left", "group_joined",
    ]  # fmt: skip


def test_an_invitation_says_that_the_account_was_out_even_if_nobody_told(world: World) -> None:
    tie(world)
    assert world.chat_groups.joined(GROUP).state is GroupState.WAITING


def test_the_staff_unties_a_group_once(world: World) -> None:
    tie(world)
    world.chat_groups.untie(group(world).id, staff="s")
    assert group(world).state is GroupState.WAITING
    with pytest.raises(IllegalMove):
        world.chat_groups.untie(group(world).id, staff="s")
    with pytest.raises(Invalid):
        world.chat_groups.untie("nothing", staff="s")


def test_a_headcount_grows_old(world: World) -> None:
    tie(world)
    assert world.chat_groups.uncounted() == (group(world),)
    world.chat_groups.counted(group(world).id, 12)
    assert world.chat_groups.uncounted() == ()
    world.clock.advance(hours=20)
    assert world.chat_groups.uncounted() == (group(world),)
