"""Made-up clerks of the sandbox: 102 in 77 offices, one editor, and one tied group with all of them in it.

Their LINE user ids are those that the LINE sandbox gives its people `staff-…`; a test compares both.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time

from nhi_core.adapters.offices.sample import sample_offices
from nhi_core.domain.accounts import Account, AccountKind
from nhi_core.domain.calendar import TAIPEI
from nhi_core.domain.offices import (
    DIVISION,
    ChatGroup,
    Clerk,
    ClerkRole,
    ClerkState,
    GroupMember,
    GroupState,
    Office,
    Posting,
)
from nhi_core.ports import Ids, UnitOfWork, UnitOfWorkFactory

CLERKS = 102
GROUP = "kao-ping-group"
_CHANNEL = "line"
_SURNAMES = "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周"
_GIVEN = (
    "淑芬",
    "志明",
    "美玲",
    "俊傑",
    "雅婷",
    "家豪",
    "怡君",
    "建宏",
    "惠如",
    "文雄",
    "佩珊",
    "宗翰",
    "麗華",
    "冠宇",
)
_LEAD_EVERY = 6


@dataclass(frozen=True, slots=True)
class OfficesSeeded:
    """How many offices and clerks are new."""

    offices: int
    clerks: int


def line_id(prefix: str, key: str) -> str:
    """Return the id that the LINE sandbox gives a person (`U`) or a group (`C`) of this key."""
    return prefix + hashlib.sha256(f"line-sandbox:{key}".encode()).hexdigest()[:32]


def seed_offices(uow_factory: UnitOfWorkFactory, ids: Ids, today: date) -> OfficesSeeded:
    """Put offices, clerks and the group into the store; what is there already stays as it is."""
    since = date(today.year - 2, 1, 2)
    with uow_factory() as uow:
        offices = sample_offices()
        new = [office for office in offices if uow.offices.get(office.code) is None]
        for office in new:
            uow.offices.put(office)
        made = sum(_put(uow, ids, key, clerk, since) for key, clerk in _people(offices, since))
        _put_group(uow, ids, since)
        uow.commit()
    return OfficesSeeded(len(new), made)


def _people(offices: tuple[Office, ...], since: date) -> Iterator[tuple[str, Clerk]]:
    """Yield the editor and 102 clerks: one an office, a second one in the largest offices."""
    at = _morning(since)
    yield (
        "staff-editor",
        Clerk("staff-editor", "", None, "周承辦", ClerkRole.EDITOR, ClerkState.ACTIVE, at),
    )
    by_size = sorted(offices, key=lambda office: (office.size_group, office.code))
    for number, office in enumerate([*offices, *by_size[: CLERKS - len(offices)]], start=1):
        name = _SURNAMES[number % len(_SURNAMES)] + _GIVEN[number * 5 % len(_GIVEN)]
        role = ClerkRole.LEAD if number % _LEAD_EVERY == 0 else ClerkRole.CLERK
        key = f"staff-{number}"
        yield key, Clerk(key, "", office.code, name, role, ClerkState.ACTIVE, at)


def _put(uow: UnitOfWork, ids: Ids, key: str, clerk: Clerk, since: date) -> bool:
    if uow.clerks.get(clerk.id) is not None:
        return False
    account = _account(uow, ids, line_id("U", key), clerk.registered_at)
    if uow.clerks.live_of_account(account.id) is not None:
        return False
    uow.clerks.add(
        Clerk(
            id=clerk.id,
            account_id=account.id,
            office_code=clerk.office_code,
            name=clerk.name,
            role=clerk.role,
            state=clerk.state,
            registered_at=clerk.registered_at,
        )
    )
    if clerk.office_code is not None:
        uow.clerks.post(Posting(f"{clerk.id}-1", clerk.id, clerk.office_code, since))
    return True


def _put_group(uow: UnitOfWork, ids: Ids, since: date) -> None:
    at = _morning(since)
    group = ChatGroup(
        id=GROUP,
        channel=_CHANNEL,
        channel_group=line_id("C", GROUP),
        state=GroupState.TIED,
        joined_at=at,
        division=DIVISION,
        tied_at=at,
        tied_by="staff-editor",
        headcount=CLERKS + 1,
        counted_at=at,
    )
    if uow.chat_groups.get(GROUP) is not None or uow.chat_groups.add(group).id != GROUP:
        return
    for clerk in uow.clerks.active():
        if clerk.id.startswith("staff-"):
            uow.chat_groups.see(GroupMember(ids.uuid(), GROUP, clerk.account_id, at))


def _account(uow: UnitOfWork, ids: Ids, channel_user: str, at: datetime) -> Account:
    account = Account(
        id=ids.uuid(),
        channel=_CHANNEL,
        channel_user=channel_user,
        conversation=ids.token(),
        session=ids.token(9),
        session_at=at,
        language="zh-TW",
        language_chosen=False,
        kind=AccountKind.CLERK,
        blocked=False,
        created_at=at,
    )
    return uow.accounts.add(account)


def _morning(day: date) -> datetime:
    return datetime.combine(day, time(9), TAIPEI)
