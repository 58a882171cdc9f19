"""Clerks: registering once, moving, leaving; nothing of it touches what the account sees as a citizen."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from nhi_core.domain.accounts import AccountKind, CodePurpose
from nhi_core.domain.errors import CodeRefused, IllegalMove, Invalid, NotAClerk
from nhi_core.domain.offices import ClerkRole, ClerkState, Posting
from tests.factories.domain import make_person
from tests.fakes.world import TODAY, World


@pytest.fixture
def world() -> World:
    world = World()
    world.add_office()
    world.add_office("PT-KANDING", "屏東縣崁頂鄉公所", 4)
    return world


def begin(world: World, account: str, office: str = "KH-FENGSHAN") -> None:
    world.bindings.propose(account, world.offices.invite(office, staff="s").code)


def postings(world: World, clerk_id: str) -> list[tuple[str, date, date | None]]:
    found: tuple[Posting, ...] = world.clerks.postings(clerk_id)
    return [(one.office_code, one.since, one.until) for one in found]


def test_a_clerk_registers_with_code_name_and_role(world: World) -> None:
    account = world.account()
    proposal = world.bindings.propose(account, world.offices.invite("KH-FENGSHAN", staff="s").code)
    assert (proposal.clerk, proposal.office) == ("name", "高雄市鳳山區公所")
    assert world.clerks.asks_name(account)
    assert world.clerks.of_account(account) is None, "nobody before the name is confirmed"
    assert world.clerks.give_name(account, " 王淑芬 ").name == "王淑芬"
    assert world.clerks.of_account(account) is None
    card = world.clerks.choose_role(account, ClerkRole.LEAD)
    assert (card.state, card.office, card.role) == (ClerkState.ACTIVE, "高雄市鳳山區公所", ClerkRole.LEAD)
    clerk = world.clerks.of_account(account)
    assert clerk is not None
    assert (clerk.office_code, clerk.name, clerk.role) == ("KH-FENGSHAN", "王淑芬", ClerkRole.LEAD)
    assert not world.clerks.asks_name(account)
    assert postings(world, clerk.id) == [("KH-FENGSHAN", TODAY, None)]
    assert world.uow.audited(account) == ["clerk_bound", "clerk_registered"]


def test_the_trail_holds_no_name(world: World) -> None:
    world.make_clerk(world.account(), world.offices.get("KH-FENGSHAN"), name="王淑芬")
    assert "王淑芬" not in str(world.uow.audit)


def test_an_editor_belongs_to_the_division_and_chooses_no_other_role(world: World) -> None:
    account = world.account()
    proposal = world.bindings.propose(account, world.offices.invite_editor(staff="s").code)
    assert (proposal.clerk, proposal.office) == ("name", "")
    world.clerks.give_name(account, "周承辦")
    with pytest.raises(Invalid):
        world.clerks.choose_role(account, ClerkRole.LEAD)
    assert world.clerks.choose_role(account, ClerkRole.EDITOR).office == ""
    clerk = world.clerks.of_account(account)
    assert clerk is not None
    assert (clerk.office_code, clerk.role) == (None, ClerkRole.EDITOR)
    assert world.clerks.postings(clerk.id) == ()


def test_an_offices_code_makes_no_editor(world: World) -> None:
    account = world.account()
    begin(world, account)
    world.clerks.give_name(account, "王淑芬")
    with pytest.raises(Invalid):
        world.clerks.choose_role(account, ClerkRole.EDITOR)


def test_without_a_name_nothing_is_confirmed(world: World) -> None:
    account = world.account()
    begin(world, account)
    with pytest.raises(Invalid):
        world.clerks.choose_role(account, ClerkRole.CLERK)
    with pytest.raises(Invalid):
        world.clerks.give_name(account, "A123456789")


def test_a_name_may_be_typed_again_before_it_is_confirmed(world: World) -> None:
    account = world.account()
    begin(world, account)
    world.clerks.give_name(account, "王淑分")
    assert world.clerks.ask_again(account).name == ""
    assert world.clerks.give_name(account, "王淑芬").name == "王淑芬"
    world.clerks.choose_role(account, ClerkRole.CLERK)
    with pytest.raises(IllegalMove):
        world.clerks.give_name(account, "別人")


def test_after_half_an_hour_a_text_is_a_text_again_until_asked_anew(world: World) -> None:
    account = world.account()
    begin(world, account)
    world.clock.advance(minutes=31)
    assert not world.clerks.asks_name(account)
    world.clerks.ask_again(account)
    assert world.clerks.asks_name(account)


def test_a_code_of_another_office_is_a_transfer_and_the_history_stays(world: World) -> None:
    account = world.account()
    clerk = world.make_clerk(account, world.offices.get("KH-FENGSHAN"), role=ClerkRole.LEAD)
    world.clock.advance(days=30)
    proposal = world.bindings.propose(account, world.offices.invite("PT-KANDING", staff="s").code)
    assert (proposal.clerk, proposal.office) == ("moved", "屏東縣崁頂鄉公所")
    moved = world.clerks.of_account(account)
    assert moved is not None
    assert (moved.id, moved.office_code, moved.name, moved.role) == (
        clerk.id, "PT-KANDING", clerk.name, ClerkRole.LEAD,
    )  # fmt: skip
    later = TODAY + timedelta(days=30)
    assert postings(world, clerk.id) == [("KH-FENGSHAN", TODAY, later), ("PT-KANDING", later, None)]
    assert world.uow.audited(account)[-1] == "clerk_moved"


def test_the_own_offices_code_again_changes_nothing(world: World) -> None:
    account = world.account()
    clerk = world.make_clerk(account, world.offices.get("KH-FENGSHAN"))
    proposal = world.bindings.propose(account, world.offices.invite("KH-FENGSHAN", staff="s").code)
    assert proposal.clerk == "same"
    assert world.clerks.of_account(account) == clerk


def test_a_clerk_becomes_an_editor_and_comes_back(world: World) -> None:
    account = world.account()
    clerk = world.make_clerk(account, world.offices.get("KH-FENGSHAN"))
    world.bindings.propose(account, world.offices.invite_editor(staff="s").code)
    editor = world.clerks.of_account(account)
    assert editor is not None
    assert (editor.role, editor.office_code) == (ClerkRole.EDITOR, None)
    world.bindings.propose(account, world.offices.invite("PT-KANDING", staff="s").code)
    back = world.clerks.of_account(account)
    assert back is not None
    assert (back.role, back.office_code) == (ClerkRole.CLERK, "PT-KANDING")
    assert [code for code, _since, _until in postings(world, clerk.id)] == ["KH-FENGSHAN", "PT-KANDING"]


def test_a_code_for_an_office_that_closed_meanwhile_is_refused(world: World) -> None:
    code = world.offices.invite("PT-KANDING", staff="s").code
    world.offices.close("PT-KANDING", staff="s")
    with pytest.raises(CodeRefused):
        world.bindings.propose(world.account(), code)
    with pytest.raises(Invalid):
        world.offices.invite("PT-KANDING", staff="s")


def test_a_groups_code_means_nothing_one_to_one(world: World) -> None:
    with pytest.raises(CodeRefused):
        world.bindings.propose(world.account(), world.offices.tie_code(staff="s").code)


def test_leaving_keeps_what_the_account_is_as_a_citizen(world: World) -> None:
    account, person = world.account(), world.add_person(make_person("陳美玲"))
    world.bind(account, person)
    clerk = world.make_clerk(account, world.offices.get("KH-FENGSHAN"))
    assert world.conversations.get(account).kind is AccountKind.CLERK
    assert world.arrears.summary(account).person_masked == "陳O玲"
    before = world.conversations.get(account)
    world.clerks.leave(account)
    after = world.conversations.get(account)
    assert after.kind is AccountKind.BOUND
    assert after.session != before.session, "a clerk's buttons are stale"
    assert world.clerks.of_account(account) is None
    assert world.arrears.summary(account).person_masked == "陳O玲"
    assert postings(world, clerk.id) == [("KH-FENGSHAN", TODAY, TODAY)]
    with pytest.raises(NotAClerk):
        world.clerks.leave(account)


def test_who_left_may_register_anew(world: World) -> None:
    account = world.account()
    first = world.make_clerk(account, world.offices.get("KH-FENGSHAN"))
    world.clerks.leave(account)
    world.clock.advance(minutes=1)
    second = world.make_clerk(account, world.offices.get("KH-FENGSHAN"))
    assert second.id != first.id
    assert [row.state for row in world.clerks.rows()] == [ClerkState.ACTIVE, ClerkState.ENDED]


def test_an_account_from_before_offices_were_kept_can_leave_too(world: World) -> None:
    account = world.account()
    with world.uow() as uow:
        found = uow.accounts.get(account)
        assert found is not None
        world.bindings._edges.renew(uow, found, AccountKind.CLERK)
        uow.commit()
    world.clerks.leave(account)
    assert world.conversations.get(account).kind is AccountKind.UNBOUND


def test_the_staff_ends_a_clerk_once(world: World) -> None:
    account = world.account()
    clerk = world.make_clerk(account, world.offices.get("KH-FENGSHAN"))
    assert world.clerks.end(clerk.id, staff="staff-7") == account
    assert world.conversations.get(account).kind is AccountKind.UNBOUND
    assert list(world.uow.audit.values())[-1].detail == {"clerk": clerk.id, "staff": "staff-7"}
    with pytest.raises(IllegalMove):
        world.clerks.end(clerk.id, staff="staff-7")
    with pytest.raises(Invalid):
        world.clerks.end("nobody", staff="staff-7")


def test_the_staff_moves_a_clerk_from_a_day_in_the_past(world: World) -> None:
    clerk = world.make_clerk(world.account(), world.offices.get("KH-FENGSHAN"))
    world.clock.advance(days=10)
    on = TODAY + timedelta(days=3)
    world.clerks.transfer(clerk.id, "PT-KANDING", on, staff="s")
    assert postings(world, clerk.id) == [("KH-FENGSHAN", TODAY, on), ("PT-KANDING", on, None)]


@pytest.mark.parametrize(
    ("office", "days"),
    [("PT-KANDING", 1), ("PT-KANDING", -1), ("KH-FENGSHAN", 0), ("KH-NOWHERE", 0)],
    ids=["tomorrow", "before one came", "the same office", "no office"],
)
def test_an_impossible_transfer_is_refused(world: World, office: str, days: int) -> None:
    clerk = world.make_clerk(world.account(), world.offices.get("KH-FENGSHAN"))
    with pytest.raises(Invalid):
        world.clerks.transfer(clerk.id, office, TODAY + timedelta(days=days), staff="s")
    assert postings(world, clerk.id) == [("KH-FENGSHAN", TODAY, None)]


def test_a_registration_nobody_completes_ends_after_a_day(world: World) -> None:
    account, other = world.account("U1"), world.account("U2")
    begin(world, account)
    world.clerks.give_name(account, "王淑芬")
    world.clock.advance(hours=25)
    begin(world, other)
    assert world.clerks.tidy() == (account,)
    assert world.conversations.get(account).kind is AccountKind.UNBOUND
    assert world.conversations.get(other).kind is AccountKind.CLERK
    assert world.clerks.tidy() == ()
    assert "王淑芬" not in [clerk.name for clerk in world.uow.clerks.values()], "a name nobody confirmed"


def test_the_staff_sees_names_masked(world: World) -> None:
    world.make_clerk(world.account(), world.offices.get("KH-FENGSHAN"), name="王淑芬")
    row = world.clerks.rows()[0]
    assert (row.masked_name, row.office) == ("王O芬", "高雄市鳳山區公所")


def test_a_pending_clerk_of_one_office_may_use_anothers_code(world: World) -> None:
    account = world.account()
    begin(world, account)
    begin(world, account, "PT-KANDING")
    world.clerks.give_name(account, "王淑芬")
    assert world.clerks.choose_role(account, ClerkRole.CLERK).office == "屏東縣崁頂鄉公所"


def test_an_invitation_is_used_once(world: World) -> None:
    code = world.offices.invite("KH-FENGSHAN", staff="s").code
    world.bindings.propose(world.account("U1"), code)
    with pytest.raises(CodeRefused):
        world.bindings.propose(world.account("U2"), code)
    assert world.offices.open_codes(CodePurpose.CLERK, "KH-FENGSHAN") == ()
