"""The list of township offices, and the one-time codes by which people come to them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from nhi_core.domain.accounts import CodePurpose
from nhi_core.domain.errors import Invalid
from nhi_core.domain.offices import DIVISION, Office
from nhi_core.ports import Clock, UnitOfWorkFactory
from nhi_core.services.bindings import BindingService, IssuedCode

INVITATION_TTL = timedelta(days=14)
TIE_CODE_TTL = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """An office and how many active clerks it has."""

    office: Office
    clerks: int


@dataclass(frozen=True, slots=True)
class OpenCode:
    """A code that can still be used; what it reads is known to nobody any more."""

    id: str
    purpose: CodePurpose
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What a list did: offices that are new, were changed, and stood as they were."""

    new: int
    changed: int
    unchanged: int


class OfficeService:
    """Keeps offices; `staff` is who acts, for the trail."""

    def __init__(self, uow: UnitOfWorkFactory, clock: Clock, bindings: BindingService) -> None:
        self._uow = uow
        self._clock = clock
        self._bindings = bindings

    def all(self) -> tuple[OfficeRow, ...]:
        """Return every office, closed ones too, by size group and then by code."""
        with self._uow() as uow:
            counts = uow.clerks.counts()
            return tuple(OfficeRow(office, counts.get(office.code, 0)) for office in uow.offices.all())

    def get(self, code: str) -> Office:
        """Return an office. Raises Invalid: there is none of this code."""
        with self._uow() as uow:
            office = uow.offices.get(code)
        if office is None:
            raise Invalid("no such office")
        return office

    def take(self, offices: Iterable[Office], *, staff: str) -> ImportReport:
        """Insert or write over the offices of a list; those that it does not name stay as they are."""
        counts = {"new": 0, "changed": 0, "unchanged": 0}
        with self._uow() as uow:
            for office in offices:
                standing = uow.offices.get(office.code)
                if standing == office:
                    counts["unchanged"] += 1
                    continue
                counts["new" if standing is None else "changed"] += 1
                uow.offices.put(office)
            if counts["new"] + counts["changed"]:
                detail = {"staff": staff, **counts}
                uow.audit.record("offices_imported", subject=f"division:{DIVISION}", detail=detail)
            uow.commit()
        return ImportReport(**counts)

    def group(self, code: str, size_group: int, *, staff: str) -> Office:
        """Put an office into another size group. Raises Invalid."""
        if size_group not in (1, 2, 3, 4):
            raise Invalid("the size group is 1, 2, 3 or 4")
        return self._change(code, "office_grouped", staff, size_group=size_group)

    def close(self, code: str, *, staff: str) -> Office:
        """Close an office: nobody can register with it; who is there stays until moved. Raises Invalid."""
        return self._change(code, "office_closed", staff, active=False)

    def reopen(self, code: str, *, staff: str) -> Office:
        """Open a closed office again. Raises Invalid."""
        return self._change(code, "office_reopened", staff, active=True)

    def invite(self, code: str, *, staff: str) -> IssuedCode:
        """Make a code for one clerk of an office. Raises Invalid: unknown or closed."""
        return self._issue(code, CodePurpose.CLERK, INVITATION_TTL, staff)

    def invite_editor(self, *, staff: str) -> IssuedCode:
        """Make a code for one editor of the division."""
        return self._issue(DIVISION, CodePurpose.EDITOR, INVITATION_TTL, staff)

    def tie_code(self, *, staff: str) -> IssuedCode:
        """Make a code that a registered editor types in one group, to tie it."""
        return self._issue(DIVISION, CodePurpose.GROUP, TIE_CODE_TTL, staff)

    def open_codes(self, purpose: CodePurpose, subject: str = DIVISION) -> tuple[OpenCode, ...]:
        """Return the codes of an office, or of the division, that can still be used."""
        with self._uow() as uow:
            found = uow.codes.unused(purpose, subject, self._clock.now())
        return tuple(OpenCode(one.id, one.purpose, one.expires_at) for one in found)

    def cancel(self, purpose: CodePurpose, subject: str, code_id: str, *, staff: str) -> bool:
        """Make a code useless; False when it was used, cancelled or over already."""
        now = self._clock.now()
        with self._uow() as uow:
            known = any(one.id == code_id for one in uow.codes.unused(purpose, subject, now))
            if not known or not uow.codes.use(code_id, now):
                return False
            detail = {"staff": staff, "code": code_id, "purpose": purpose.value}
            uow.audit.record("code_cancelled", subject=subject, detail=detail)
            uow.commit()
        return True

    def _issue(self, subject: str, purpose: CodePurpose, ttl: timedelta, staff: str) -> IssuedCode:
        return self._bindings.issue_code(subject, purpose, ttl=ttl, staff=staff)

    def _change(self, code: str, event: str, staff: str, **changes: object) -> Office:
        with self._uow() as uow:
            office = uow.offices.get(code)
            if office is None:
                raise Invalid("no such office")
            changed = dataclasses.replace(office, **changes)  # type: ignore[arg-type]  # the callers' own fields
            if changed != office:
                uow.offices.put(changed)
                uow.audit.record(event, subject=f"office:{code}", detail={"staff": staff, **changes})
                uow.commit()
        return changed
