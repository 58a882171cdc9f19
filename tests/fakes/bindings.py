"""One-time codes and bindings in memory."""

from __future__ import annotations

import dataclasses
from datetime import datetime

from nhi_core.domain.accounts import Binding, CodePurpose, OneTimeCode
from nhi_core.domain.binding import LIVE, BindingState
from tests.fakes.table import Table


class FakeCodes(Table[OneTimeCode]):
    def add(self, code: OneTimeCode) -> None:
        self.rows[code.id] = code

    def by_hashes(self, purpose: CodePurpose, hashes: tuple[str, ...]) -> OneTimeCode | None:
        found = (row for row in self.rows.values() if row.purpose is purpose and row.code_hash in hashes)
        return next(found, None)

    def use(self, code_id: str, at: datetime) -> bool:
        for rows in (self.committed, self.rows):
            if code_id in rows and rows[code_id].used_at is not None:
                return False
        self.rows[code_id] = dataclasses.replace(self.rows[code_id], used_at=at)
        return True

    def unused(self, purpose: CodePurpose, subject: str, now: datetime) -> tuple[OneTimeCode, ...]:
        found = [
            row
            for row in self.rows.values()
            if (row.purpose, row.subject) == (purpose, subject)
            and row.used_at is None
            and row.expires_at > now
        ]
        return tuple(sorted(found, key=lambda row: row.expires_at))


class FakeBindings(Table[Binding]):
    def add(self, binding: Binding) -> None:
        self.rows[binding.id] = binding

    def proposed_of_account(self, account_id: str) -> Binding | None:
        proposed = BindingState.PROPOSED
        mine = [row for row in self._live() if row.account_id == account_id and row.state == proposed]
        assert len(mine) <= 1, "an account has one proposal"
        return mine[0] if mine else None

    def bound_of_account(self, account_id: str) -> Binding | None:
        bound = [row for row in self._live() if row.account_id == account_id and _bound(row)]
        assert len(bound) <= 1, "an account is bound to one person"
        return bound[0] if bound else None

    def live_of_person(self, person_id: str) -> tuple[Binding, ...]:
        shown = (BindingState.PROPOSED, BindingState.BOUND)
        return tuple(row for row in self._live() if row.person_id == person_id and row.state in shown)

    def dependants(
        self, *, account_id: str | None = None, person_id: str | None = None
    ) -> tuple[Binding, ...]:
        return tuple(
            row
            for row in self._live()
            if row.state == BindingState.DEPENDANT
            and account_id in (None, row.account_id)
            and person_id in (None, row.person_id)
        )

    def with_news(self, limit: int = 100) -> tuple[Binding, ...]:
        return tuple(row for row in self.rows.values() if row.news is not None)[:limit]

    def told(self, binding_id: str, news: str) -> None:
        if self.rows[binding_id].news == news:
            self.rows[binding_id] = dataclasses.replace(self.rows[binding_id], news=None)

    def move(self, binding: Binding, *, was: str) -> bool:
        for rows in (self.committed, self.rows):
            if binding.id in rows and rows[binding.id].state != was:
                return False
        self.rows[binding.id] = binding
        if _bound(binding):
            rivals = [row for row in self.live_of_person(binding.person_id) if _bound(row)]
            assert len(rivals) == 1, "a person is bound to one account"
        return True

    def _live(self) -> list[Binding]:
        # The newest last, as they were added.
        rows = {**self.committed, **self.own}
        return [row for row in rows.values() if row.state in LIVE]


def _bound(row: Binding) -> bool:
    return row.state == BindingState.BOUND
