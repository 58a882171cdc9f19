"""The wall of promotion photos: look, filter, see one in full, and do not count what is none.

People may be on a photo and in its note: both are for those who judge them, not for the trail's reader.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.pages import me, page, tell
from bot.console.periods import office_code, period, period_filters
from bot.console.promotion import WORDS
from nhi_core.domain.errors import Invalid
from nhi_core.domain.promotion import NotCounted
from nhi_core.domain.promotion_lists import CHANNELS, THEMES
from nhi_core.domain.slices import Ask, Slice
from nhi_core.domain.staff import StaffRole
from nhi_core.ports_promotion import WallPhoto, Wanted

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console

JUDGE = (StaffRole.EDITOR, StaffRole.SUPERVISOR)
_COUNTED = {"yes": True, "no": False}


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("promotion_photos", "/promotion/photos", pages.wall)
    console.add("promotion_photo", "/promotion/photos/<photo_id>", pages.show)
    console.add("promotion_picture", "/promotion/photos/<photo_id>/picture", pages.picture)
    console.add("promotion_thumbnail", "/promotion/photos/<photo_id>/thumbnail", pages.thumbnail)
    console.add("promotion_mark", "/promotion/photos/<photo_id>/mark", pages.mark, methods=("POST",))
    console.entry(Entry("promotion_photos", "promotion_photos", Part.NOTICES, domain=WORDS, order=40))


def standing(shown: WallPhoto) -> str:
    """Return the end of a word: `counted`, `duplicate`, or the staff's reason why it is not counted."""
    if shown.photo.not_counted is not None:
        return shown.photo.not_counted.value
    return "duplicate" if shown.duplicate else "counted"


class _Pages:
    def __init__(self, console: Console) -> None:
        self._clock = console.core.clock
        self._figures = console.core.promotion_figures
        self._offices = console.core.offices

    @needs(*JUDGE)
    def wall(self) -> Response:
        """All photos of filed reports."""
        today, offices = self._clock.today(), self._offices.all()
        names = {one.office.code: one.office.name for one in offices}
        listing: Listing[WallPhoto] = Listing(
            "promotion-photos",
            columns=(
                Column("photo", lambda one: one.photo.id, link=_address),
                Column("office", lambda one: names.get(one.report.office_code, one.report.office_code)),
                Column("month", lambda one: one.report.month.roc),
                Column("theme", lambda one: one.report.theme, Kind.WORD, "theme"),
                Column("channel", lambda one: one.report.channel, Kind.WORD, "channel"),
                Column("standing", standing, Kind.WORD, "standing"),
                Column("received", lambda one: one.photo.received_at, Kind.MOMENT),
            ),
            filters=(
                *period_filters(today),
                Filter("office"),
                Filter("theme", tuple(one.code for one in THEMES), "theme"),
                Filter("channel", tuple(one.code for one in CHANNELS), "channel"),
                Filter("counted", tuple(_COUNTED), "counted"),
            ),
        )

        def source(ask: Ask) -> Slice[WallPhoto]:
            first, last = period(ask, today)
            wanted = Wanted(
                first,
                last,
                office_code=office_code(ask, offices),
                theme=ask.get("theme"),
                channel=ask.get("channel"),
                counted=_COUNTED.get(ask.get("counted") or ""),
            )
            total, rows = self._figures.wall(wanted, offset=ask.offset, limit=ask.limit)
            return Slice(rows, total)

        return listing.answer(source, template="promotion_photos.html", words=WORDS)

    @needs(*JUDGE)
    def show(self, photo_id: str) -> Response:
        """One photo with its report."""
        try:
            shown = self._figures.photo(photo_id)
            office = self._offices.get(shown.report.office_code)
        except Invalid:
            return page("problem.html", status=404, problem="unknown")
        return page(
            "promotion_photo.html",
            words=WORDS,
            shown=shown,
            office=office,
            standing=standing(shown),
            reasons=[one.value for one in NotCounted],
        )

    @needs(*JUDGE)
    def picture(self, photo_id: str) -> Response:
        """The picture in full."""
        return self._jpeg(photo_id, small=False)

    @needs(*JUDGE)
    def thumbnail(self, photo_id: str) -> Response:
        """The picture for the wall."""
        return self._jpeg(photo_id, small=True)

    @needs(*JUDGE)
    def mark(self, photo_id: str) -> AnyResponse:
        """Do not count it, for a reason, or count it again."""
        reason = request.form.get("reason", "")
        try:
            why = NotCounted(reason) if reason else None
        except ValueError:
            raise Invalid("no such reason") from None
        self._figures.mark(photo_id, why, staff=me().id)
        tell("photo.marked" if why else "photo.unmarked", domain=WORDS)
        return redirect(url_for("console.promotion_photo", photo_id=photo_id), code=303)

    def _jpeg(self, photo_id: str, *, small: bool) -> Response:
        try:
            data = self._figures.picture(photo_id, small=small)
        except Invalid:
            return page("problem.html", status=404, problem="unknown")
        # An unsent photo must be gone with the next look: nothing is kept by the browser.
        return Response(data, content_type="image/jpeg", headers={"Cache-Control": "private, no-store"})


def _address(shown: WallPhoto) -> str:
    return url_for("console.promotion_photo", photo_id=shown.photo.id)
