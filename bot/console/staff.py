"""The staff themselves: who may sign in, with which roles."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.pages import me, page, tell, word
from nhi_core.domain.errors import IllegalMove, Invalid
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.domain.staff import StaffMember, StaffRole, UsernameTaken
from nhi_core.services.staff import NewStaff

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console

WORDS = "console_house"
_ROLES = tuple(role.value for role in StaffRole)


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("staff", "/staff", pages.listing)
    console.add("staff_add", "/staff/add", pages.add, methods=("POST",))
    console.add("staff_one", "/staff/<staff_id>", pages.show)
    console.add("staff_roles", "/staff/<staff_id>/roles", pages.roles, methods=("POST",))
    console.add("staff_close", "/staff/<staff_id>/close", pages.close, methods=("POST",))
    console.add("staff_open", "/staff/<staff_id>/open", pages.open, methods=("POST",))
    console.add("staff_totp", "/staff/<staff_id>/reset-totp", pages.reset_totp, methods=("POST",))
    console.add("staff_password", "/staff/<staff_id>/reset-password", pages.reset_password, methods=("POST",))
    console.entry(Entry("staff", "staff", Part.HOUSE, WORDS, order=10))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._staff = console.core.staff

    @needs(StaffRole.ADMIN)
    def listing(self) -> Response:
        """Everybody."""
        return self._list()

    @needs(StaffRole.ADMIN)
    def add(self) -> AnyResponse:
        """Add somebody; the first password is shown once."""
        form = request.form
        try:
            found = self._staff.add(
                form.get("username", ""), form.get("name", ""), _asked_roles(), by=me().id
            )
        except UsernameTaken:
            return self._list("staff.taken", 409)
        except Invalid:
            return self._list("staff.unfit", 400)
        return _hand_over(found)

    @needs(StaffRole.ADMIN)
    def show(self, staff_id: str) -> AnyResponse:
        """One member, and what can be done."""
        found = self._staff.get(staff_id)
        if found is None:
            return page("problem.html", status=404, problem="unknown")
        return page("staff_one.html", words=WORDS, one=found, roles=_ROLES)

    @needs(StaffRole.ADMIN)
    def roles(self, staff_id: str) -> AnyResponse:
        """Give exactly the ticked roles."""
        roles = _asked_roles()
        return self._done(staff_id, lambda: self._staff.set_roles(staff_id, roles, by=me().id), "staff.saved")

    @needs(StaffRole.ADMIN)
    def close(self, staff_id: str) -> AnyResponse:
        """Shut out at once."""
        shut = lambda: self._staff.set_active(staff_id, active=False, by=me().id)  # noqa: E731
        return self._done(staff_id, shut, "staff.closed")

    @needs(StaffRole.ADMIN)
    def open(self, staff_id: str) -> AnyResponse:
        """Let in again."""
        let = lambda: self._staff.set_active(staff_id, active=True, by=me().id)  # noqa: E731
        return self._done(staff_id, let, "staff.opened")

    @needs(StaffRole.ADMIN)
    def reset_totp(self, staff_id: str) -> AnyResponse:
        """Forget the authenticator."""
        return self._done(staff_id, lambda: self._staff.reset_totp(staff_id, by=me().id), "staff.totp_gone")

    @needs(StaffRole.ADMIN)
    def reset_password(self, staff_id: str) -> AnyResponse:
        """Give a first password again."""
        try:
            return _hand_over(self._staff.reset_password(staff_id, by=me().id))
        except Invalid:
            return page("problem.html", status=404, problem="unknown")

    def _done(self, staff_id: str, act: Callable[[], None], key: str) -> AnyResponse:
        try:
            act()
        except IllegalMove:
            tell("staff.last_admin", domain=WORDS, kind="problem")
        except Invalid:
            return page("problem.html", status=404, problem="unknown")
        else:
            tell(key, domain=WORDS)
        return redirect(url_for("console.staff_one", staff_id=staff_id), code=303)

    def _list(self, problem: str | None = None, status: int = 200) -> Response:
        listing: Listing[StaffMember] = Listing(
            "staff",
            columns=(
                Column("username", lambda one: one.username, link=_link),
                Column("name", lambda one: one.name),
                Column("roles", _roles_in_words),
                Column("standing", _standing, Kind.WORD, "standing"),
                Column("since", lambda one: one.created_at, Kind.DAY),
            ),
            filters=(
                Filter("role", _ROLES, "role"),
                Filter("standing", ("active", "closed"), "standing"),
            ),
        )
        answer = listing.answer(self._part, template="staff.html", words=WORDS, problem=problem, roles=_ROLES)
        answer.status_code = status
        return answer

    def _part(self, ask: Ask) -> Slice[StaffMember]:
        role, standing = ask.get("role"), ask.get("standing")
        return cut(
            [
                one
                for one in self._staff.all()
                if (role is None or StaffRole(role) in one.roles) and standing in (None, _standing(one))
            ],
            ask,
        )


def _asked_roles() -> list[StaffRole]:
    return [StaffRole(role) for role in request.form.getlist("role") if role in _ROLES]


def _hand_over(found: NewStaff) -> Response:
    return page("staff_password.html", words=WORDS, one=found.member, password=found.password)


def _link(one: StaffMember) -> str:
    return url_for("console.staff_one", staff_id=one.id)


def _standing(one: StaffMember) -> str:
    return "active" if one.active else "closed"


def _roles_in_words(one: StaffMember) -> str:
    return "、".join(word(f"role.{role.value}") for role in sorted(one.roles))
