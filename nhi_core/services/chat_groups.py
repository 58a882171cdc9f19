"""LINE groups: invited into, tied to the division by an editor's one-time code, left; who was seen there."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from nhi_core.domain import codes
from nhi_core.domain.accounts import CodePurpose, OneTimeCode
from nhi_core.domain.errors import IllegalMove, Invalid
from nhi_core.domain.offices import ChatGroup, ClerkRole, ClerkState, GroupMember, GroupState
from nhi_core.ports import Clock, Fingerprints, Ids, Limiter, UnitOfWork, UnitOfWorkFactory
from nhi_core.services.bindings import CODE_FINGERPRINT
from nhi_core.services.conversations import ConversationService

CHANNEL = "line"
ATTEMPTS = 5
ATTEMPT_WINDOW = timedelta(minutes=10)
COUNT_EVERY = timedelta(hours=20)
"""How old a headcount may grow before it is asked for again."""


class Tied(StrEnum):
    """What a code typed in a group led to. REFUSED never says why: everybody reads along."""

    TIED = "tied"
    REFUSED = "refused"
    TOO_MANY = "too_many"


@dataclass(frozen=True, slots=True)
class GroupRow:
    """A group for the staff: `members` were seen there, `registered` of them are active clerks."""

    group: ChatGroup
    members: int
    registered: int

    @property
    def known_share(self) -> float | None:
        """Registered clerks over all people in the group (0 to 1), None before LINE told the headcount."""
        return min(1.0, self.registered / self.group.headcount) if self.group.headcount else None


class ChatGroupService:
    """Keeps groups. In a group that is not tied nobody is written down."""

    def __init__(
        self,
        uow: UnitOfWorkFactory,
        clock: Clock,
        ids: Ids,
        fingerprints: Fingerprints,
        *,
        limiter: Limiter,
        conversations: ConversationService,
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._ids = ids
        self._fingerprints = fingerprints
        self._limiter = limiter
        self._conversations = conversations

    def find(self, channel_group: str) -> ChatGroup | None:
        """Return the group of LINE's id, whatever its state."""
        with self._uow() as uow:
            return uow.chat_groups.by_channel_group(CHANNEL, channel_group)

    def joined(self, channel_group: str) -> ChatGroup:
        """Note that the account was invited into a group; when that is again, it is not tied any more."""
        with self._uow() as uow:
            group = self._open(uow, channel_group)
            now = self._clock.now()
            group = dataclasses.replace(_loose(group), joined_at=now, left_at=None)
            uow.chat_groups.save(group)
            uow.chat_groups.all_gone(group.id, now)
            uow.audit.record("group_joined", subject=f"group:{group.id}")
            uow.commit()
            return group

    def left(self, channel_group: str) -> None:
        """Note that the account was removed: the tie ends, nobody there can be seen any more."""
        now = self._clock.now()
        with self._uow() as uow:
            group = uow.chat_groups.by_channel_group(CHANNEL, channel_group)
            if group is None or group.state is GroupState.LEFT:
                return
            uow.chat_groups.save(dataclasses.replace(_loose(group), state=GroupState.LEFT, left_at=now))
            uow.chat_groups.all_gone(group.id, now)
            uow.audit.record("group_left", subject=f"group:{group.id}")
            uow.commit()

    def tie(self, channel_group: str, account_id: str, secret: str) -> Tied:
        """Tie the group by a code that an editor typed. A code that is refused is not used up."""
        with self._uow() as uow:
            group_id = self._open(uow, channel_group).id
            uow.commit()
        if not self._limiter.hit(f"tie-code:{group_id}", limit=ATTEMPTS, window=ATTEMPT_WINDOW):
            return Tied.TOO_MANY
        with self._uow() as uow:
            group = self._open(uow, channel_group)
            subject = f"group:{group.id}"
            clerk = uow.clerks.live_of_account(account_id)
            editor = clerk if clerk is not None and clerk.state is ClerkState.ACTIVE else None
            code = self._usable(uow, secret)
            if editor is None or editor.role is not ClerkRole.EDITOR or code is None:
                uow.audit.record("group_tie_refused", subject=subject, detail={"account": account_id})
                uow.commit()
                return Tied.REFUSED
            now = self._clock.now()
            if not uow.codes.use(code.id, now):
                return Tied.REFUSED
            tied = dataclasses.replace(
                group,
                state=GroupState.TIED,
                division=code.subject,
                tied_at=now,
                tied_by=editor.id,
                left_at=None,
            )
            uow.chat_groups.save(tied)
            uow.chat_groups.see(self._member(tied, account_id))
            detail = {"code": code.id, "clerk": editor.id, "division": code.subject}
            uow.audit.record("group_tied", subject=subject, detail=detail)
            uow.commit()
            return Tied.TIED

    def untie(self, group_id: str, *, staff: str) -> None:
        """Let a group go; the account stays in it and waits. Raises Invalid, IllegalMove (not tied)."""
        now = self._clock.now()
        with self._uow() as uow:
            group = uow.chat_groups.get(group_id)
            if group is None:
                raise Invalid("no such group")
            if group.state is not GroupState.TIED:
                raise IllegalMove("the group is not tied")
            uow.chat_groups.save(_loose(group))
            uow.chat_groups.all_gone(group.id, now)
            uow.audit.record("group_untied", subject=f"group:{group.id}", detail={"staff": staff})
            uow.commit()

    def saw(self, group: ChatGroup, channel_users: Iterable[str]) -> None:
        """Note that these users are in a tied group."""
        with self._uow() as uow:
            new = [user for user in channel_users if not self._known(uow, group, user)]
        accounts = [self._conversations.open(CHANNEL, user).account_id for user in new]
        if accounts:
            with self._uow() as uow:
                for account_id in accounts:
                    uow.chat_groups.see(self._member(group, account_id))
                uow.commit()

    def lost(self, group: ChatGroup, channel_users: Iterable[str]) -> None:
        """Note that these users left a tied group; strangers stay strangers."""
        now = self._clock.now()
        with self._uow() as uow:
            for user in channel_users:
                account = uow.accounts.by_channel_user(CHANNEL, user)
                if account is not None:
                    uow.chat_groups.gone(group.id, account.id, now)
            uow.commit()

    def counted(self, group_id: str, people: int) -> None:
        """Note how many people LINE says are in the group, without the account itself."""
        with self._uow() as uow:
            group = uow.chat_groups.get(group_id)
            if group is not None and people >= 0:
                now = self._clock.now()
                uow.chat_groups.save(dataclasses.replace(group, headcount=people, counted_at=now))
                uow.commit()

    def uncounted(self) -> tuple[ChatGroup, ...]:
        """Return tied groups whose headcount is missing or old."""
        before = self._clock.now() - COUNT_EVERY
        with self._uow() as uow:
            return tuple(
                group
                for group in uow.chat_groups.all()
                if group.state is GroupState.TIED and (group.counted_at is None or group.counted_at <= before)
            )

    def rows(self) -> tuple[GroupRow, ...]:
        """Return every group for the staff, the newest first."""
        with self._uow() as uow:
            counts = uow.chat_groups.counts()
            return tuple(GroupRow(group, *counts.get(group.id, (0, 0))) for group in uow.chat_groups.all())

    def _open(self, uow: UnitOfWork, channel_group: str) -> ChatGroup:
        found = uow.chat_groups.by_channel_group(CHANNEL, channel_group)
        if found is not None:
            return found
        now = self._clock.now()
        return uow.chat_groups.add(
            ChatGroup(self._ids.uuid(), CHANNEL, channel_group, GroupState.WAITING, now)
        )

    def _known(self, uow: UnitOfWork, group: ChatGroup, channel_user: str) -> bool:
        account = uow.accounts.by_channel_user(CHANNEL, channel_user)
        return account is not None and uow.chat_groups.has_member(group.id, account.id)

    def _member(self, group: ChatGroup, account_id: str) -> GroupMember:
        return GroupMember(self._ids.uuid(), group.id, account_id, self._clock.now())

    def _usable(self, uow: UnitOfWork, secret: str) -> OneTimeCode | None:
        try:
            plain = codes.normalise(secret)
        except Invalid:
            return None
        hashes = self._fingerprints.candidates(CODE_FINGERPRINT, plain)
        found = uow.codes.by_hashes(CodePurpose.GROUP, hashes)
        good = found is not None and found.used_at is None and found.expires_at > self._clock.now()
        return found if good else None


def _loose(group: ChatGroup) -> ChatGroup:
    return dataclasses.replace(group, state=GroupState.WAITING, division=None, tied_at=None, tied_by=None)
