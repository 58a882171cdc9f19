"""The offices of the sandbox: the division's 77, made-up people, and nobody whom other stories need."""

from __future__ import annotations

from collections import Counter

import pytest

from line_sandbox import cast
from line_sandbox.ids import stable_id
from nhi_core.adapters.offices import sample_offices, seed_offices
from nhi_core.adapters.offices.sandbox import CLERKS, GROUP, line_id
from nhi_core.domain.accounts import AccountKind
from nhi_core.domain.offices import ClerkRole, GroupState
from tests.fakes.world import TODAY, World

# As in the division's published slides of 2022.
PUBLISHED = {
    1: "三民 鳳山 左營",
    2: "仁武 橋頭 大社",
    3: "路竹 美濃 馬公 旗山",
    4: "崁頂 車城 彌陀 春日",
}


def test_the_division_has_77_offices() -> None:
    assert Counter(office.county for office in sample_offices()) == {"高雄市": 38, "屏東縣": 33, "澎湖縣": 6}
    assert len({office.name for office in sample_offices()}) == 77


@pytest.mark.parametrize("size_group", PUBLISHED)
def test_published_offices_are_in_their_size_group(size_group: int) -> None:
    names = [office.name for office in sample_offices() if office.size_group == size_group]
    for place in PUBLISHED[size_group].split():
        assert len([name for name in names if name[3:].startswith(place)]) == 1, place


def test_sowing_twice_changes_nothing() -> None:
    world = World()
    first = seed_offices(world.uow, world.ids, TODAY)
    assert (first.offices, first.clerks) == (77, CLERKS + 1)
    stood = dict(world.uow.clerks)
    again = seed_offices(world.uow, world.ids, TODAY)
    assert (again.offices, again.clerks) == (0, 0)
    assert world.uow.clerks == stood


def test_every_office_has_a_clerk_and_the_group_knows_them_all() -> None:
    world = World()
    seed_offices(world.uow, world.ids, TODAY)
    rows = world.offices.all()
    assert sum(row.clerks for row in rows) == CLERKS
    assert min(row.clerks for row in rows) == 1
    (group,) = world.chat_groups.rows()
    assert (group.group.state, group.members, group.registered) == (GroupState.TIED, 103, 103)
    editor = world.clerks.of_account(world.account(line_id("U", "staff-editor")))
    assert editor is not None
    assert editor.role is ClerkRole.EDITOR


def test_they_are_the_people_of_the_line_sandbox() -> None:
    world = World()
    seed_offices(world.uow, world.ids, TODAY)
    ours = {account.channel_user for account in world.uow.accounts.values()}
    assert ours == {person.user_id for person in cast.staff()}
    group = cast.staff_group()
    assert (group.group_id, len(group.members)) == (line_id("C", GROUP), 103)


def test_those_who_play_citizens_in_the_sandbox_stay_citizens() -> None:
    world = World()
    seed_offices(world.uow, world.ids, TODAY)
    for person in (*cast.citizens(), *cast.clerks()):
        assert world.conversations.open("line", person.user_id).kind is AccountKind.UNBOUND


def test_ids_are_made_as_the_line_sandbox_makes_them() -> None:
    assert line_id("U", "staff-1") == stable_id("U", "staff-1")
