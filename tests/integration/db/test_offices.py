"""Offices, clerks and groups in both databases: one live clerk an account, one present posting, sealed."""

from __future__ import annotations

import dataclasses
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import IntegrityError

from nhi_core.adapters.db import SqlUnitOfWorkFactory
from nhi_core.domain.errors import IllegalMove
from nhi_core.domain.offices import (
    ChatGroup,
    Clerk,
    ClerkRole,
    ClerkState,
    GroupMember,
    GroupState,
    Office,
    Posting,
)
from tests.factories import canary
from tests.integration.db.records import NOW, an_account, new_id

Uow = SqlUnitOfWorkFactory
FENGSHAN = Office("KH-FENGSHAN", "高雄市鳳山區公所", "高雄市", 1)
MAGONG = Office("PH-MAGONG", "澎湖縣馬公市公所", "澎湖縣", 3)
GROUP = "C" + "7" * 32


def a_clerk(account_id: str, **changes: Any) -> Clerk:
    values = {"id": new_id(), "account_id": account_id, "office_code": FENGSHAN.code, "name": canary.NAME,
              "role": ClerkRole.CLERK, "state": ClerkState.ACTIVE, "registered_at": NOW}  # fmt: skip
    return Clerk(**{**values, **changes})


@pytest.fixture
def accounts(uow: Uow) -> tuple[str, str, str]:
    """Two offices and three accounts."""
    with uow() as work:
        for office in (MAGONG, FENGSHAN):
            work.offices.put(office)
        made = [work.accounts.add(an_account(channel_user=f"U{n}" + "0" * 30)).id for n in range(3)]
        work.commit()
    return made[0], made[1], made[2]


def test_offices_come_back_by_size_and_are_written_over(uow: Uow, accounts: object) -> None:
    with uow() as work:
        assert work.offices.all() == (FENGSHAN, MAGONG)
        work.offices.put(dataclasses.replace(MAGONG, active=False))
        work.commit()
    with uow() as work:
        found = work.offices.get("PH-MAGONG")
        assert found == dataclasses.replace(MAGONG, active=False)
        assert work.offices.get("KH-NOWHERE") is None


def test_there_are_four_size_groups(uow: Uow) -> None:
    with pytest.raises(IntegrityError), uow() as work:
        work.offices.put(dataclasses.replace(MAGONG, size_group=5))


def test_clerks_are_found_by_account_office_and_role(uow: Uow, accounts: tuple[str, str, str]) -> None:
    clerk = a_clerk(accounts[0])
    lead = a_clerk(accounts[1], office_code=MAGONG.code, role=ClerkRole.LEAD)
    editor = a_clerk(accounts[2], office_code=None, role=ClerkRole.EDITOR)
    with uow() as work:
        for one in (clerk, lead, editor):
            work.clerks.add(one)
        work.commit()
    with uow() as work:
        assert work.clerks.live_of_account(accounts[0]) == clerk
        assert work.clerks.get(lead.id) == lead
        assert set(work.clerks.active()) == {clerk, lead, editor}
        assert work.clerks.active(offices=[MAGONG.code]) == (lead,)
        assert work.clerks.active(roles=[ClerkRole.EDITOR]) == (editor,)
        assert work.clerks.counts() == {FENGSHAN.code: 1, MAGONG.code: 1}


def test_an_account_is_one_clerk_at_a_time_and_may_come_back(
    uow: Uow, accounts: tuple[str, str, str]
) -> None:
    first, second = a_clerk(accounts[0]), a_clerk(accounts[0])
    ended = dataclasses.replace(first, state=ClerkState.ENDED, ended_at=NOW)
    with uow() as work:
        work.clerks.add(first)
        with pytest.raises(IllegalMove):
            work.clerks.add(second)
        assert work.clerks.save(ended, was=first)
        assert not work.clerks.save(ended, was=first), "somebody was first"
        work.clerks.add(second)
        work.commit()
    with uow() as work:
        assert work.clerks.live_of_account(accounts[0]) == second
        assert set(work.clerks.all()) == {ended, second}
        assert work.clerks.active() == (second,)


@pytest.mark.parametrize(
    ("role", "office"), [(ClerkRole.EDITOR, FENGSHAN.code), (ClerkRole.LEAD, None), (ClerkRole.CLERK, None)]
)
def test_only_an_editor_has_no_office(
    uow: Uow, accounts: tuple[str, str, str], role: ClerkRole, office: str | None
) -> None:
    with uow() as work, pytest.raises(IllegalMove):
        work.clerks.add(a_clerk(accounts[0], role=role, office_code=office))


def test_postings_keep_their_dates_and_one_is_present(uow: Uow, accounts: tuple[str, str, str]) -> None:
    clerk = a_clerk(accounts[0])
    first = Posting(new_id(), clerk.id, FENGSHAN.code, date(2026, 1, 5))
    second = Posting(new_id(), clerk.id, MAGONG.code, date(2026, 9, 10))
    with uow() as work:
        work.clerks.add(clerk)
        work.clerks.post(first)
        work.clerks.close_posting(clerk.id, date(2026, 9, 10))
        work.clerks.post(second)
        work.commit()
    with uow() as work:
        closed = dataclasses.replace(first, until=date(2026, 9, 10))
        assert work.clerks.postings(clerk.id) == (closed, second)
        with pytest.raises(IntegrityError):
            work.clerks.post(dataclasses.replace(second, id=new_id()))


def test_registrations_that_nobody_completed_are_found(uow: Uow, accounts: tuple[str, str, str]) -> None:
    stale = a_clerk(accounts[0], state=ClerkState.PENDING, registered_at=NOW - timedelta(days=2))
    fresh = a_clerk(accounts[1], state=ClerkState.PENDING)
    kept = a_clerk(accounts[2], registered_at=NOW - timedelta(days=400))
    with uow() as work:
        for one in (stale, fresh, kept):
            work.clerks.add(one)
        work.commit()
    with uow() as work:
        assert work.clerks.pending_since(NOW - timedelta(days=1)) == (stale,)


def test_a_group_stands_once_and_its_changes_are_saved(uow: Uow, accounts: tuple[str, str, str]) -> None:
    editor = a_clerk(accounts[0], office_code=None, role=ClerkRole.EDITOR)
    group = ChatGroup(new_id(), "line", GROUP, GroupState.WAITING, NOW)
    tied = dataclasses.replace(
        group, state=GroupState.TIED, division="KP", tied_at=NOW, tied_by=editor.id, headcount=102,
        counted_at=NOW,
    )  # fmt: skip
    with uow() as work:
        work.clerks.add(editor)
        assert work.chat_groups.add(group) == group
        assert work.chat_groups.add(dataclasses.replace(group, id=new_id())) == group
        work.chat_groups.save(tied)
        work.commit()
    with uow() as work:
        assert work.chat_groups.by_channel_group("line", GROUP) == tied
        assert work.chat_groups.get(group.id) == tied
        assert work.chat_groups.all() == (tied,)
        assert work.chat_groups.by_channel_group("other", GROUP) is None


def test_members_come_go_and_come_back_and_clerks_among_them_are_counted(
    uow: Uow, accounts: tuple[str, str, str]
) -> None:
    group = ChatGroup(new_id(), "line", GROUP, GroupState.WAITING, NOW)
    one, two = (GroupMember(new_id(), group.id, account, NOW) for account in accounts[:2])
    back = dataclasses.replace(one, id=new_id(), seen_at=NOW + timedelta(hours=2))
    with uow() as work:
        work.chat_groups.add(group)
        for member in (one, two, dataclasses.replace(one, id=new_id())):
            work.chat_groups.see(member)
        work.clerks.add(a_clerk(accounts[0]))
        work.clerks.add(a_clerk(accounts[1], state=ClerkState.PENDING))
        assert work.chat_groups.counts() == {group.id: (2, 1)}
        work.chat_groups.gone(group.id, accounts[0], NOW + timedelta(hours=1))
        assert work.chat_groups.members(group.id) == (two,)
        assert work.chat_groups.has_member(group.id, accounts[1])
        assert not work.chat_groups.has_member(group.id, accounts[0])
        work.chat_groups.see(back)
        work.commit()
    with uow() as work:
        seen = {member.account_id: member for member in work.chat_groups.members(group.id)}
        assert seen[accounts[0]] == dataclasses.replace(one, seen_at=back.seen_at)
        work.chat_groups.all_gone(group.id, NOW)
        assert work.chat_groups.counts() == {}


def test_names_and_group_ids_are_sealed(uow: Uow, accounts: tuple[str, str, str], engine: Engine) -> None:
    with uow() as work:
        work.clerks.add(a_clerk(accounts[0]))
        work.chat_groups.add(ChatGroup(new_id(), "line", GROUP, GroupState.WAITING, NOW))
        work.commit()
    with engine.connect() as connection:
        rows = [*connection.execute(text("SELECT * FROM clerks")).all()]
        rows += connection.execute(text("SELECT * FROM chat_groups")).all()
    assert canary.NAME not in str(rows)
    assert GROUP not in str(rows)
