"""The group's messages by kind in both databases: counts, edits in any order, unsent messages, forgetting."""

from __future__ import annotations

import dataclasses
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from nhi_core.adapters.db import SqlUnitOfWorkFactory
from nhi_core.domain.group_activity import Message, MessageKind
from nhi_core.domain.offices import ChatGroup, GroupState
from nhi_core.domain.roc import PremiumMonth
from tests.integration.db.records import NOW, new_id
from tests.integration.db.test_offices import FENGSHAN, MAGONG

Uow = SqlUnitOfWorkFactory
SEPTEMBER, AUGUST = PremiumMonth(2026, 9), PremiumMonth(2026, 8)


class TestGroupTalk:
    @pytest.fixture
    def group_id(self, uow: Uow) -> str:
        group = ChatGroup(new_id(), "line", "C" + "7" * 32, GroupState.TIED, NOW, division="KP")
        with uow() as work:
            work.chat_groups.add(group)
            work.commit()
        return group.id

    def said(self, group_id: str, kind: MessageKind, at: datetime = NOW, **changes: Any) -> Message:
        message = Message(new_id(), group_id, "a-1", FENGSHAN.code, kind, at.date(), at)
        return dataclasses.replace(message, **changes)

    def put(self, uow: Uow, *messages: Message) -> None:
        with uow() as work:
            for message in messages:
                work.group_talk.put(message)
            work.commit()

    def test_months_and_offices_are_counted(self, uow: Uow, group_id: str) -> None:
        reply, talk = MessageKind.READ_REPLY, MessageKind.DISCUSSION
        self.put(
            uow,
            self.said(group_id, MessageKind.EDITOR, office_code=None),
            self.said(group_id, reply),
            self.said(group_id, reply, office_code=MAGONG.code),
            self.said(group_id, talk),
            self.said(group_id, reply, day=date(2026, 8, 31)),
            self.said(group_id, reply, day=date(2026, 10, 1)),
        )
        with uow() as work:
            assert work.group_talk.counts(AUGUST, SEPTEMBER) == {
                (AUGUST, reply): 1,
                (SEPTEMBER, MessageKind.EDITOR): 1,
                (SEPTEMBER, reply): 2,
                (SEPTEMBER, talk): 1,
            }
            assert work.group_talk.counts(AUGUST, SEPTEMBER, "another") == {}
            assert work.group_talk.by_office(SEPTEMBER, SEPTEMBER) == {
                FENGSHAN.code: (1, 1),
                MAGONG.code: (1, 0),
            }
            assert work.group_talk.answers(AUGUST, SEPTEMBER) == {
                (FENGSHAN.code, AUGUST): 1,
                (FENGSHAN.code, SEPTEMBER): 2,
                (MAGONG.code, SEPTEMBER): 1,
            }

    def test_the_latest_version_stands_in_whatever_order_it_comes(self, uow: Uow, group_id: str) -> None:
        first = self.said(group_id, MessageKind.READ_REPLY)
        edited = dataclasses.replace(
            first, kind=MessageKind.QUESTION, said_at=NOW + timedelta(minutes=1), account_id=None
        )
        for order in ((first, edited), (edited, first), (first, first)):
            self.put(uow, *order)
        with uow() as work:
            found = work.group_talk.get(first.message_id)
            assert found == dataclasses.replace(edited, account_id="a-1")

    def test_what_was_unsent_is_gone(self, uow: Uow, group_id: str) -> None:
        message = self.said(group_id, MessageKind.DISCUSSION)
        self.put(uow, message)
        with uow() as work:
            assert work.group_talk.remove(message.message_id)
            assert not work.group_talk.remove(message.message_id)
            assert work.group_talk.get(message.message_id) is None

    def test_the_last_question_before_a_moment(self, uow: Uow, group_id: str) -> None:
        early, late = NOW - timedelta(hours=2), NOW - timedelta(minutes=2)
        self.put(
            uow,
            self.said(group_id, MessageKind.QUESTION, early),
            self.said(group_id, MessageKind.QUESTION, late),
            self.said(group_id, MessageKind.DISCUSSION, NOW - timedelta(minutes=1)),
        )
        with uow() as work:
            assert work.group_talk.last_question(group_id, NOW) == late
            assert work.group_talk.last_question(group_id, late) == early
            assert work.group_talk.last_question("another", NOW) is None
