"""The board of a notice: who has read it, office by office, and who has not yet."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from flask import Response, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.notices import LOOK, WORDS
from bot.console.pages import page
from nhi_core.domain.errors import Invalid
from nhi_core.domain.identifiers import mask_name
from nhi_core.domain.notice_acks import NudgeState
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.services.notice_acks import AckBoard, Missing, OfficeShare

if TYPE_CHECKING:
    from bot.console.blueprint import Console

_GROUPS = ("1", "2", "3", "4")
_NOT = "not_yet"
_NUDGES = (_NOT, *(state.value for state in NudgeState))


def register(console: Console) -> None:
    """Add the page."""
    console.add("notice_board", "/notices/<notice_id>/board", _Pages(console).show)


def standing(share: OfficeShare) -> str:
    """Return how far an office is: `all`, `some` or `none` of its clerks have read."""
    return "all" if share.acked >= share.asked else "some" if share.acked else "none"


class _Pages:
    def __init__(self, console: Console) -> None:
        self._core = console.core

    @needs(*LOOK)
    def show(self, notice_id: str) -> Response:
        """The share, the offices as a grid, and the missing ones as a list."""
        try:
            board = self._core.notice_acks.board(notice_id)
        except Invalid:
            return page("problem.html", status=404, problem="unknown")
        shares = {share.office.code: share for share in board.offices}

        def office(one: Missing) -> OfficeShare | None:
            return shares.get(one.clerk.office_code or "")

        def fits(one: Missing, ask: Ask) -> bool:
            found = office(one)
            size, nudged = ask.get("size_group"), ask.get("nudged")
            return size in (None, found and str(found.office.size_group)) and nudged in (None, _nudged(one))

        listing: Listing[Missing] = Listing(
            "not-read-yet",
            columns=(
                Column("office", lambda one: found.office.name if (found := office(one)) else None),
                Column(
                    "clerk",
                    lambda one: mask_name(one.clerk.name) if one.clerk.name else None,
                    link=lambda one: url_for("console.clerk", clerk_id=one.clerk.id),
                ),
                Column("clerk_role", lambda one: one.clerk.role.value, Kind.CODE, "clerk_role"),
                Column("nudged", _nudged, Kind.CODE, "nudged"),
            ),
            filters=(
                Filter("size_group", _GROUPS, "size_group"),
                Filter("nudged", _NUDGES, "nudged"),
            ),
        )

        def source(ask: Ask) -> Slice[Missing]:
            return cut([one for one in board.missing if fits(one, ask)], ask)

        return listing.answer(
            source,
            template="notices_board.html",
            words=WORDS,
            board=board,
            percent=_percent(board),
            sizes=_by_size(board),
            standing=standing,
            now=self._core.clock.now(),
        )


def _nudged(one: Missing) -> str:
    return _NOT if one.nudged is None else one.nudged.value


def _percent(board: AckBoard) -> int:
    """Return whole percent, rounded down: 100 means everybody."""
    return board.acked * 100 // board.asked if board.asked else 0


def _by_size(board: AckBoard) -> list[tuple[str, list[OfficeShare]]]:
    return [
        (str(size), list(some))
        for size, some in groupby(board.offices, key=lambda one: one.office.size_group)
    ]
