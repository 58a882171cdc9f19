"""Four eyes: who proposes does not approve, and an approval holds once, for exactly what was seen."""

from __future__ import annotations

import pytest

from nhi_core.domain.approvals import ApprovalState, NotApproved, SameEyes
from nhi_core.domain.errors import IllegalMove, Invalid
from nhi_core.domain.staff import Credentials, StaffMember, StaffRole
from nhi_core.services.approvals import ApprovalService
from tests.fakes.world import World

KIND = "notice_broadcast"


class Office:
    def __init__(self) -> None:
        self.world = World()
        self.service = ApprovalService(self.world.uow, self.world.clock, self.world.ids)
        self.first = self.member("first", StaffRole.SUPERVISOR, StaffRole.EDITOR)
        self.second = self.member("second", StaffRole.SUPERVISOR)
        self.editor = self.member("editor", StaffRole.EDITOR)

    def member(self, name: str, *roles: StaffRole) -> StaffMember:
        found = StaffMember(
            name, name, name, frozenset(roles), active=True, created_at=self.world.clock.now()
        )
        with self.world.uow() as uow:
            uow.staff.add(found, Credentials(None, None, totp_confirmed=False, totp_step=None))
            uow.commit()
        return found

    def propose(self, content: str = "the text") -> str:
        return self.service.propose(KIND, "n1", content=content, by=self.first.id).id

    def use(self, content: str = "the text") -> None:
        with self.world.uow() as uow:
            self.service.use(uow, KIND, "n1", content=content)
            uow.commit()


@pytest.fixture
def office() -> Office:
    return Office()


def test_approved_by_another_it_holds_exactly_once(office: Office) -> None:
    approval = office.propose()
    with pytest.raises(NotApproved):
        office.use()
    office.service.approve(approval, office.second)
    office.use()
    with pytest.raises(NotApproved):
        office.use()


def test_nobody_approves_the_own_proposal(office: Office) -> None:
    with pytest.raises(SameEyes):
        office.service.approve(office.propose(), office.first)


def test_an_editor_does_not_approve(office: Office) -> None:
    with pytest.raises(Invalid):
        office.service.approve(office.propose(), office.editor)


def test_changed_content_is_not_approved(office: Office) -> None:
    office.service.approve(office.propose(), office.second)
    with pytest.raises(NotApproved):
        office.use("another text")


def test_declined_or_withdrawn_it_does_not_hold_and_can_be_asked_anew(office: Office) -> None:
    office.service.decline(office.propose(), office.second)
    with pytest.raises(NotApproved):
        office.use()
    office.propose()
    office.service.withdraw(KIND, "n1", by=office.first.id)
    assert office.service.standing(KIND, "n1") is None
    office.propose()


def test_one_proposal_of_a_matter_at_a_time(office: Office) -> None:
    office.propose()
    with pytest.raises(IllegalMove):
        office.propose()


def test_after_three_days_it_is_over(office: Office) -> None:
    approval = office.propose()
    office.world.clock.advance(days=3)
    assert office.service.waiting() == ()
    with pytest.raises(IllegalMove):
        office.service.approve(approval, office.second)
    assert office.service.expire() == 1
    assert office.world.uow.approvals[approval].state is ApprovalState.EXPIRED
    office.propose()


def test_an_approval_that_was_not_used_in_time_does_not_hold(office: Office) -> None:
    office.service.approve(office.propose(), office.second)
    office.world.clock.advance(days=3)
    with pytest.raises(NotApproved):
        office.use()


def test_the_second_of_two_who_decide_at_once_learns_so(office: Office) -> None:
    approval = office.propose()
    office.service.decline(approval, office.second)
    with pytest.raises(IllegalMove):
        office.service.approve(approval, office.member("third", StaffRole.SUPERVISOR))


def test_each_step_names_who_did_it(office: Office) -> None:
    office.service.approve(office.propose(), office.second)
    office.use()
    rows = [row for row in office.world.uow.audit.values() if row.subject == "n1"]
    assert [(row.event, (row.detail or {})["staff"]) for row in rows] == [
        ("approval_proposed", "first"),
        ("approval_given", "second"),
        ("approval_used", "first"),
    ]
