"""LINE groups: which are tied, who was seen in them, the code that ties one, letting one go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.offices import LOOK, WORDS, WORK
from bot.console.pages import me, page, tell
from nhi_core.domain.accounts import CodePurpose
from nhi_core.domain.offices import DIVISION, GroupState
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.services.chat_groups import GroupRow

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("chat_groups", "/groups", pages.listing)
    console.add("chat_group", "/groups/<group_id>", pages.show)
    console.add("chat_group_untie", "/groups/<group_id>/untie", pages.untie, methods=("POST",))
    console.add("tie_code", "/groups/codes", pages.tie_code, methods=("POST",))
    console.add("tie_code_cancel", "/groups/codes/<code_id>/cancel", pages.cancel, methods=("POST",))
    console.entry(Entry("chat_groups", "chat_groups", Part.HOUSE, domain=WORDS, order=14))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._offices = console.core.offices
        self._groups = console.core.chat_groups

    @needs(*LOOK)
    def listing(self) -> Response:
        """All groups, by our ids: LINE's own are not shown."""
        rows = self._groups.rows()
        listing: Listing[GroupRow] = Listing(
            "groups",
            columns=(
                Column(
                    "group",
                    lambda one: one.group.id[:8],
                    link=lambda one: url_for("console.chat_group", group_id=one.group.id),
                ),
                Column("group_state", lambda one: one.group.state.value, Kind.WORD, "group_state"),
                Column("people", lambda one: one.group.headcount, Kind.NUMBER),
                Column("seen_members", lambda one: one.members, Kind.NUMBER),
                Column("registered_members", lambda one: one.registered, Kind.NUMBER),
                Column("registered_share", share),
                Column("joined", lambda one: one.group.joined_at, Kind.MOMENT),
                Column("tied", lambda one: one.group.tied_at, Kind.MOMENT),
            ),
            filters=(Filter("group_state", tuple(state.value for state in GroupState), "group_state"),),
        )

        def source(ask: Ask) -> Slice[GroupRow]:
            wanted = ask.get("group_state")
            return cut([one for one in rows if wanted in (None, one.group.state.value)], ask)

        return listing.answer(
            source,
            template="offices_groups.html",
            words=WORDS,
            codes=self._offices.open_codes(CodePurpose.GROUP),
            may_work=me().may(*WORK),
        )

    @needs(*LOOK)
    def show(self, group_id: str) -> Response:
        """One group, with the way to let it go."""
        row = next((one for one in self._groups.rows() if one.group.id == group_id), None)
        if row is None:
            return page("problem.html", status=404, problem="unknown")
        return page("offices_group.html", words=WORDS, row=row, share=share(row), may_work=me().may(*WORK))

    @needs(*WORK)
    def untie(self, group_id: str) -> AnyResponse:
        """Let it go."""
        self._groups.untie(group_id, staff=me().id)
        tell("groups.untied", domain=WORDS)
        return redirect(url_for("console.chat_group", group_id=group_id), code=303)

    @needs(*WORK)
    def tie_code(self) -> Response:
        """Make the code that ties a group; it is shown once."""
        issued = self._offices.tie_code(staff=me().id)
        return page(
            "offices_code.html",
            words=WORDS,
            issued=issued,
            use="code.use_group",
            whom=None,
            back=url_for("console.chat_groups"),
        )

    @needs(*WORK)
    def cancel(self, code_id: str) -> AnyResponse:
        """Make such a code useless."""
        done = self._offices.cancel(CodePurpose.GROUP, DIVISION, code_id, staff=me().id)
        tell("code.cancelled" if done else "code.over", domain=WORDS, kind="ok" if done else "note")
        return redirect(url_for("console.chat_groups"), code=303)


def share(row: GroupRow) -> str | None:
    """Return registered clerks over the people of the group as a percentage, None without a headcount."""
    known = row.known_share
    return None if known is None else f"{known:.0%}"
