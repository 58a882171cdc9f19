"""Notices as clerks read them: what holds now for somebody, or for a group; the card of one notice."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from nhi_core.domain.errors import NotAClerk
from nhi_core.domain.notices import OVER, READABLE, Audience, Category, Notice, NoticeState
from nhi_core.domain.offices import Clerk, ClerkState, GroupState, Office
from nhi_core.ports import Clock, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.notice_links import NoticeLinks

MOST_CARDS = 4  # LINE takes five messages a reply; one is left for a word


@dataclass(frozen=True, slots=True)
class FileView:
    """A file and the address it can be had from."""

    name: str
    url: str


@dataclass(frozen=True, slots=True)
class NoticeCard:
    """What a card shows. `state` is `valid`, `ended`, `withdrawn` or `superseded`; `ack` asks for a code."""

    id: str
    code: str
    category: Category
    title: str
    body: str
    state: str
    valid_until: date | None
    ack: bool
    ack_deadline: date | None
    files: tuple[FileView, ...]
    urgent: bool


@dataclass(frozen=True, slots=True)
class Board:
    """Notices that hold now, the newest first, and how many more there are."""

    cards: tuple[NoticeCard, ...]
    more: int


class NoticeReading:
    """Who may read what is decided here, by the account or the group."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, links: NoticeLinks) -> None:
        self._uow = uow
        self._clock = clock
        self._links = links

    def for_clerk(self, account_id: str, categories: Iterable[Category] = ()) -> Board:
        """Return what holds now for the clerk of this account. Raises NotAClerk."""
        with self._uow() as uow:
            clerk = clerk_of(uow, account_id)
            office = None if clerk.office_code is None else uow.offices.get(clerk.office_code)
            found = [
                one
                for one in uow.notices.valid_on(self._clock.today())
                if meant(uow, one.audience, clerk, office)
            ]
        return self._board(found, categories)

    def for_group(self, channel_group: str, categories: Iterable[Category] = ()) -> Board | None:
        """Return what holds now for everybody in a tied group; None for any other group."""
        with self._uow() as uow:
            group = uow.chat_groups.by_channel_group("line", channel_group)
            if group is None or group.state is not GroupState.TIED:
                return None
            found = [
                one
                for one in uow.notices.valid_on(self._clock.today())
                if _for_all_of(one.audience, group.id)
            ]
        return self._board(found, categories)

    def posted(self, notice_id: str, channel_group: str | None, message_ids: Iterable[str]) -> None:
        """Note what LINE called the card that was shown, so that a quoted reply can be understood."""
        with self._uow() as uow:
            group = uow.chat_groups.by_channel_group("line", channel_group) if channel_group else None
            uow.notice_sends.post(
                notice_id, group.id if group else None, tuple(message_ids), self._clock.now()
            )
            uow.commit()

    def card(self, notice: Notice) -> NoticeCard:
        """Return what a card of this notice shows, also of a draft that is looked at."""
        over = notice.state in OVER
        return NoticeCard(
            id=notice.id,
            code=notice.code,
            category=notice.category,
            title=notice.title,
            body=notice.body,
            state=notice.state.value if over else "valid",
            valid_until=notice.valid_until,
            ack=notice.needs_ack and not over,
            ack_deadline=notice.ack_deadline,
            files=()
            if notice.state is NoticeState.WITHDRAWN
            else tuple(FileView(one.name, self._links.of(notice.id, one)) for one in notice.attachments),
            urgent=notice.urgent,
        )

    def _board(self, found: list[Notice], categories: Iterable[Category]) -> Board:
        wanted = frozenset(categories)
        mine = [one for one in found if not wanted or one.category in wanted]
        shown = tuple(self.card(one) for one in mine[:MOST_CARDS])
        return Board(shown, len(mine) - len(shown))


def clerk_of(uow: UnitOfWork, account_id: str) -> Clerk:
    """Return the account's active clerk. Raises NotAClerk."""
    clerk = uow.clerks.live_of_account(account_id)
    if clerk is None or clerk.state is not ClerkState.ACTIVE:
        raise NotAClerk
    return clerk


def meant(uow: UnitOfWork, audience: Audience, clerk: Clerk, office: Office | None) -> bool:
    """Whether an audience means this clerk. An editor may read everything that clerks may."""
    if audience.citizens:
        return False
    if clerk.office_code is None:
        return True
    return (
        (not audience.offices or clerk.office_code in audience.offices)
        and (not audience.size_groups or (office is not None and office.size_group in audience.size_groups))
        and (not audience.roles or clerk.role in audience.roles)
        and (not audience.groups or _in_one(uow, audience.groups, clerk.account_id))
    )


def readable(notice: Notice) -> bool:
    """Whether the notice has gone out, whatever became of it later."""
    return notice.state in READABLE


def _for_all_of(audience: Audience, group_id: str) -> bool:
    narrowed = audience.citizens or audience.offices or audience.size_groups or audience.roles
    return not narrowed and (not audience.groups or group_id in audience.groups)


def _in_one(uow: UnitOfWork, groups: Iterable[str], account_id: str) -> bool:
    return any(
        member.account_id == account_id for group in groups for member in uow.chat_groups.members(group)
    )
