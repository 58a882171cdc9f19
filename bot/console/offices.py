"""Township offices: list, size groups, closing, and invitations for their clerks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.pages import me, page, tell
from bot.console.uploads import FORM, uploaded_csv
from nhi_core.domain import office_list
from nhi_core.domain.accounts import CodePurpose
from nhi_core.domain.errors import Invalid
from nhi_core.domain.offices import Office
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.domain.staff import StaffRole
from nhi_core.services.offices import OfficeRow

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console

WORDS = "console_offices"
LOOK = (StaffRole.EDITOR, StaffRole.SUPERVISOR, StaffRole.AUDITOR, StaffRole.ADMIN)
WORK = (StaffRole.EDITOR, StaffRole.ADMIN)
DECIDE = (StaffRole.SUPERVISOR, StaffRole.ADMIN)
_GROUPS = ("1", "2", "3", "4")


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("offices", "/offices", pages.listing)
    console.add("offices_take", "/offices", pages.take, methods=("POST",), most_bytes=FORM)
    console.add("office", "/offices/<code>", pages.show)
    console.add("office_group", "/offices/<code>/group", pages.group, methods=("POST",))
    console.add("office_close", "/offices/<code>/close", pages.close, methods=("POST",))
    console.add("office_reopen", "/offices/<code>/reopen", pages.reopen, methods=("POST",))
    console.add("office_invite", "/offices/<code>/invite", pages.invite, methods=("POST",))
    console.add("office_cancel", "/offices/<code>/codes/<code_id>/cancel", pages.cancel, methods=("POST",))
    console.entry(Entry("offices", "offices", Part.HOUSE, domain=WORDS, order=10))


def standing(office: Office) -> str:
    """Return the end of an office's word: `active` or `closed`."""
    return "active" if office.active else "closed"


class _Pages:
    def __init__(self, console: Console) -> None:
        self._offices = console.core.offices
        self._clerks = console.core.clerks

    @needs(*LOOK)
    def listing(self) -> Response:
        """All offices."""
        rows = self._offices.all()
        listing: Listing[OfficeRow] = Listing(
            "offices",
            columns=(
                Column(
                    "office_name",
                    lambda one: one.office.name,
                    link=lambda one: url_for("console.office", code=one.office.code),
                ),
                Column("office_code", lambda one: one.office.code),
                Column("county", lambda one: one.office.county),
                Column("size_group", lambda one: str(one.office.size_group), Kind.WORD, "size_group"),
                Column("clerks", lambda one: one.clerks, Kind.NUMBER),
                Column("office_standing", lambda one: standing(one.office), Kind.WORD, "office_standing"),
            ),
            filters=(
                Filter("office"),
                Filter("size_group", _GROUPS, "size_group"),
                Filter("staffed", ("some", "none"), "staffed"),
                Filter("office_standing", ("active", "closed"), "office_standing"),
            ),
        )

        def source(ask: Ask) -> Slice[OfficeRow]:
            return cut([one for one in rows if _fits(one, ask)], ask)

        return listing.answer(source, template="offices.html", words=WORDS, may_decide=me().may(*DECIDE))

    @needs(*DECIDE)
    def take(self) -> AnyResponse:
        """Take in a list of offices; a wrong line refuses the whole of it."""
        try:
            found = office_list.read(uploaded_csv())
        except Invalid as error:
            tell("offices.list_refused", domain=WORDS, kind="problem", why=str(error))
            return redirect(url_for("console.offices"), code=303)
        report = self._offices.take(found, staff=me().id)
        tell(
            "offices.list_taken", domain=WORDS, new=report.new, changed=report.changed, same=report.unchanged
        )
        return redirect(url_for("console.offices"), code=303)

    @needs(*LOOK)
    def show(self, code: str) -> Response:
        """One office: its people, its open invitations, what can be done."""
        try:
            office = self._offices.get(code)
        except Invalid:
            return page("problem.html", status=404, problem="unknown")
        return page(
            "offices_one.html",
            words=WORDS,
            office=office,
            standing=standing(office),
            people=[one for one in self._clerks.rows() if one.office_code == code and one.ended_at is None],
            invitations=self._offices.open_codes(CodePurpose.CLERK, code),
            groups=_GROUPS,
            may_work=me().may(*WORK),
            may_decide=me().may(*DECIDE),
        )

    @needs(*DECIDE)
    def group(self, code: str) -> AnyResponse:
        """Put it into another size group."""
        wanted = request.form.get("size_group", "")
        self._offices.group(code, int(wanted) if wanted in _GROUPS else 0, staff=me().id)
        tell("offices.grouped", domain=WORDS)
        return _back(code)

    @needs(*DECIDE)
    def close(self, code: str) -> AnyResponse:
        """Close it."""
        self._offices.close(code, staff=me().id)
        tell("offices.closed", domain=WORDS)
        return _back(code)

    @needs(*DECIDE)
    def reopen(self, code: str) -> AnyResponse:
        """Open it again."""
        self._offices.reopen(code, staff=me().id)
        tell("offices.reopened", domain=WORDS)
        return _back(code)

    @needs(*WORK)
    def invite(self, code: str) -> Response:
        """Make an invitation; the code is shown once."""
        issued = self._offices.invite(code, staff=me().id)
        return page(
            "offices_code.html",
            words=WORDS,
            issued=issued,
            use="code.use_clerk",
            whom=self._offices.get(code).name,
            back=url_for("console.office", code=code),
        )

    @needs(*WORK)
    def cancel(self, code: str, code_id: str) -> AnyResponse:
        """Make an invitation useless."""
        done = self._offices.cancel(CodePurpose.CLERK, code, code_id, staff=me().id)
        tell("code.cancelled" if done else "code.over", domain=WORDS, kind="ok" if done else "note")
        return _back(code)


def _fits(row: OfficeRow, ask: Ask) -> bool:
    office = row.office
    words, group = ask.get("office"), ask.get("size_group")
    staffed, wanted = ask.get("staffed"), ask.get("office_standing")
    return (
        (words is None or words in office.name or words.upper() in office.code)
        and group in (None, str(office.size_group))
        and staffed in (None, "some" if row.clerks else "none")
        and wanted in (None, standing(office))
    )


def _back(code: str) -> AnyResponse:
    return redirect(url_for("console.office", code=code), code=303)
