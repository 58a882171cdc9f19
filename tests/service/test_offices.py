"""The list of offices and its codes."""

from __future__ import annotations

import dataclasses

import pytest

from nhi_core.domain.accounts import CodePurpose
from nhi_core.domain.errors import CodeRefused, Invalid
from nhi_core.domain.office_list import read
from nhi_core.services.offices import INVITATION_TTL
from tests.fakes.world import World

HEAD = "code,name,county,size_group\n"
LIST = HEAD + "KH-FENGSHAN,高雄市鳳山區公所,高雄市,1\nph-magong, 澎湖縣馬公市公所 ,澎湖縣,3\n"


@pytest.fixture
def world() -> World:
    return World()


def test_a_list_is_taken_and_taken_again_it_changes_nothing(world: World) -> None:
    first = world.offices.take(read(LIST), staff="s")
    assert (first.new, first.changed, first.unchanged) == (2, 0, 0)
    again = world.offices.take(read("\ufeff" + LIST), staff="s")
    assert (again.new, again.changed, again.unchanged) == (0, 0, 2)
    moved = world.offices.take(read(LIST.replace("市,1", "市,2")), staff="s")
    assert (moved.new, moved.changed, moved.unchanged) == (0, 1, 1)
    assert [(row.office.code, row.office.size_group, row.clerks) for row in world.offices.all()] == [
        ("KH-FENGSHAN", 2, 0),
        ("PH-MAGONG", 3, 0),
    ]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "first line"),
        ("code,name\n", "first line"),
        (HEAD + "KH-FENGSHAN,高雄市鳳山區公所,高雄市\n", "line 2"),
        (HEAD + "KH-FENGSHAN,高雄市鳳山區公所,高雄市,1,x\n", "line 2"),
        (HEAD + "KH-FENGSHAN,高雄市鳳山區公所,高雄市,5\n", "line 2"),
        (HEAD + "鳳山,高雄市鳳山區公所,高雄市,1\n", "line 2"),
        (HEAD + "KH-FENGSHAN,,高雄市,1\n", "line 2"),
        (LIST + "KH-FENGSHAN,高雄市鳳山區公所,高雄市,1\n", "line 4"),
        (HEAD + 'KH-FENGSHAN,"高雄市\n', "not CSV"),
    ],
)
def test_a_wrong_list_is_refused_whole_and_names_the_line(text: str, line: str) -> None:
    with pytest.raises(Invalid, match=line):
        read(text)


def test_groups_and_closing_are_recorded(world: World) -> None:
    office = world.add_office()
    assert world.offices.group(office.code, 2, staff="s").size_group == 2
    assert not world.offices.close(office.code, staff="s").active
    assert world.offices.reopen(office.code, staff="s") == dataclasses.replace(office, size_group=2)
    assert world.uow.audited(f"office:{office.code}") == [
        "office_grouped",
        "office_closed",
        "office_reopened",
    ]
    with pytest.raises(Invalid):
        world.offices.group(office.code, 5, staff="s")
    with pytest.raises(Invalid):
        world.offices.close("KH-NOWHERE", staff="s")


def test_open_codes_are_listed_and_can_be_cancelled_once(world: World) -> None:
    office = world.add_office()
    issued = world.offices.invite(office.code, staff="staff-7")
    assert issued.expires_at == world.clock.now() + INVITATION_TTL
    (code,) = world.offices.open_codes(CodePurpose.CLERK, office.code)
    assert world.offices.open_codes(CodePurpose.GROUP) == ()
    assert world.offices.cancel(CodePurpose.CLERK, office.code, code.id, staff="staff-7")
    assert not world.offices.cancel(CodePurpose.CLERK, office.code, code.id, staff="staff-7")
    assert world.offices.open_codes(CodePurpose.CLERK, office.code) == ()
    with pytest.raises(CodeRefused):
        world.bindings.propose(world.account(), issued.code)
    assert world.uow.audited(office.code) == ["code_issued", "code_cancelled"]


def test_a_code_of_another_office_cannot_be_cancelled_here(world: World) -> None:
    one, two = world.add_office(), world.add_office("PT-KANDING", "屏東縣崁頂鄉公所", 4)
    world.offices.invite(one.code, staff="s")
    (code,) = world.offices.open_codes(CodePurpose.CLERK, one.code)
    assert not world.offices.cancel(CodePurpose.CLERK, two.code, code.id, staff="s")


def test_codes_run_out(world: World) -> None:
    office = world.add_office()
    world.offices.invite(office.code, staff="s")
    world.clock.advance(days=15)
    assert world.offices.open_codes(CodePurpose.CLERK, office.code) == ()
