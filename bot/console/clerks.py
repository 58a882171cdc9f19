"""Clerks of the offices and editors of the division: list, where one was posted, transfer, end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing, readable_day
from bot.console.menu import Entry, Part
from bot.console.offices import DECIDE, LOOK, WORDS, WORK
from bot.console.pages import me, page, tell
from nhi_core.domain.accounts import CodePurpose
from nhi_core.domain.errors import IllegalMove, Invalid
from nhi_core.domain.offices import DIVISION, ClerkRole, ClerkState
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.services.clerks import ClerkRow

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("clerks", "/clerks", pages.listing)
    console.add("clerk", "/clerks/<clerk_id>", pages.show)
    console.add("clerk_transfer", "/clerks/<clerk_id>/transfer", pages.transfer, methods=("POST",))
    console.add("clerk_unmask", "/clerks/<clerk_id>/unmask", pages.unmask, methods=("POST",))
    console.add("clerk_end", "/clerks/<clerk_id>/end", pages.end, methods=("POST",))
    console.add("editor_invite", "/editors/invite", pages.invite_editor, methods=("POST",))
    console.add("editor_cancel", "/editors/codes/<code_id>/cancel", pages.cancel_editor, methods=("POST",))
    console.entry(Entry("clerks", "clerks", Part.HOUSE, domain=WORDS, order=12))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._core = console.core
        self._offices = console.core.offices
        self._clerks = console.core.clerks

    @needs(*LOOK)
    def listing(self) -> Response:
        """All clerks, names masked; files of the list hold no more."""
        rows = self._clerks.rows()
        listing: Listing[ClerkRow] = Listing(
            "clerks",
            columns=(
                Column(
                    "clerk",
                    lambda one: one.masked_name or "—",
                    link=lambda one: url_for("console.clerk", clerk_id=one.id),
                ),
                Column("office_name", lambda one: one.office),
                Column("clerk_role", lambda one: one.role.value, Kind.WORD, "clerk_role"),
                Column("clerk_state", lambda one: one.state.value, Kind.WORD, "clerk_state"),
                Column("registered", lambda one: one.registered_at, Kind.MOMENT),
                Column("ended", lambda one: one.ended_at, Kind.MOMENT),
            ),
            filters=(
                Filter("office"),
                Filter("clerk_role", tuple(role.value for role in ClerkRole), "clerk_role"),
                Filter("clerk_state", tuple(state.value for state in ClerkState), "clerk_state"),
            ),
        )

        def source(ask: Ask) -> Slice[ClerkRow]:
            return cut([one for one in rows if _fits(one, ask)], ask)

        return listing.answer(
            source,
            template="offices_clerks.html",
            words=WORDS,
            invitations=self._offices.open_codes(CodePurpose.EDITOR),
            may_decide=me().may(*DECIDE),
        )

    @needs(*LOOK)
    def show(self, clerk_id: str) -> Response:
        """One clerk: where posted and when, transfer, end."""
        return self._show(clerk_id)

    @needs(*WORK)
    def transfer(self, clerk_id: str) -> AnyResponse:
        """Move to another office from a day on."""
        try:
            on = readable_day(request.form.get("on", ""))
            self._clerks.transfer(clerk_id, request.form.get("office", ""), on, staff=me().id)
        except (ValueError, Invalid, IllegalMove):
            return self._show(clerk_id, problem="clerks.unfit")
        tell("clerks.moved", domain=WORDS)
        return redirect(url_for("console.clerk", clerk_id=clerk_id), code=303)

    @needs(*WORK)
    def unmask(self, clerk_id: str) -> Response:
        """Show the whole name this once; the reason goes into the trail."""
        try:
            name = self._clerks.unmask(clerk_id, request.form.get("why", ""), staff=me().id)
        except Invalid:
            return self._show(clerk_id, problem="clerks.why")
        return self._show(clerk_id, name=name)

    @needs(*WORK)
    def end(self, clerk_id: str) -> AnyResponse:
        """End one who left."""
        self._clerks.end(clerk_id, staff=me().id)
        tell("clerks.ended", domain=WORDS)
        return redirect(url_for("console.clerk", clerk_id=clerk_id), code=303)

    @needs(*DECIDE)
    def invite_editor(self) -> Response:
        """Make an invitation for an editor; the code is shown once."""
        issued = self._offices.invite_editor(staff=me().id)
        return page(
            "offices_code.html",
            words=WORDS,
            issued=issued,
            use="code.use_clerk",
            whom=None,
            back=url_for("console.clerks"),
        )

    @needs(*DECIDE)
    def cancel_editor(self, code_id: str) -> AnyResponse:
        """Make such an invitation useless."""
        done = self._offices.cancel(CodePurpose.EDITOR, DIVISION, code_id, staff=me().id)
        tell("code.cancelled" if done else "code.over", domain=WORDS, kind="ok" if done else "note")
        return redirect(url_for("console.clerks"), code=303)

    def _show(self, clerk_id: str, problem: str | None = None, name: str | None = None) -> Response:
        try:
            clerk = self._clerks.find(clerk_id)
        except Invalid:
            return page("problem.html", status=404, problem="unknown")
        offices = {row.office.code: row.office for row in self._offices.all()}
        return page(
            "offices_clerk.html",
            words=WORDS,
            status=400 if problem else 200,
            problem=problem,
            name=name,
            clerk=clerk,
            postings=self._clerks.postings(clerk_id),
            offices=offices,
            targets=[one for one in offices.values() if one.active and one.code != clerk.office_code],
            today=self._core.clock.today().isoformat(),
            may_work=me().may(*WORK),
        )


def _fits(row: ClerkRow, ask: Ask) -> bool:
    words = ask.get("office")
    return (
        (words is None or words in (row.office or "") or words.upper() in (row.office_code or ""))
        and ask.get("clerk_role") in (None, row.role.value)
        and ask.get("clerk_state") in (None, row.state.value)
    )
