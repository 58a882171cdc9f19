"""Card kiosks: list, enrol, revoke."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from flask import Response, redirect, request, url_for

from bot.console.gate import needs
from bot.console.listing import Column, Filter, Kind, Listing
from bot.console.menu import Entry, Part
from bot.console.pages import me, page, tell
from nhi_core.domain.errors import Invalid, KioskRefused
from nhi_core.domain.kiosks import Kiosk
from nhi_core.domain.slices import Ask, Slice, cut
from nhi_core.domain.staff import StaffRole
from nhi_core.security.device_keys import new_device_key, plain_public_key
from nhi_core.wire.kiosk import KioskKey

if TYPE_CHECKING:
    from werkzeug.wrappers import Response as AnyResponse

    from bot.console.blueprint import Console

# A kiosk greets us each minute while it is on; after this long somebody should look at it.
QUIET_AFTER = timedelta(minutes=15)
_WORDS = "console"


def register(console: Console) -> None:
    """Add the pages."""
    pages = _Pages(console)
    console.add("kiosks", "/kiosks", pages.listing)
    console.add("kiosk_enrol", "/kiosks/enrol", pages.enrol, methods=("POST",))
    console.add("kiosk", "/kiosks/<kiosk_id>", pages.show)
    console.add("kiosk_revoke", "/kiosks/<kiosk_id>/revoke", pages.revoke, methods=("POST",))
    console.entry(Entry("kiosks", "kiosks", Part.HOUSE, order=30))


class _Pages:
    def __init__(self, console: Console) -> None:
        self._core = console.core
        self._kiosks = console.core.kiosks

    @needs(StaffRole.ADMIN)
    def listing(self) -> Response:
        """All kiosks, and whether they are heard of."""
        return self._list()

    @needs(StaffRole.ADMIN)
    def enrol(self) -> Response:
        """Enrol one: by the public half of a key made on it, or with a key file that is shown once."""
        name, office = request.form.get("name", "").strip(), request.form.get("office", "").strip()
        pem = request.form.get("public_key", "").strip()
        try:
            private, public = ("", plain_public_key(pem)) if pem else new_device_key()
            found = self._kiosks.enrol(name, office, public, by=me().id)
        except (Invalid, ValueError):
            return self._list(problem="kiosks.unfit")
        key = None
        if private:
            server = self._core.settings.public_url
            key = KioskKey(kiosk_id=found.id, private_key=private, server=server).model_dump_json(indent=2)
        return page("kiosks_enrolled.html", kiosk=found, key=key)

    @needs(StaffRole.ADMIN)
    def show(self, kiosk_id: str) -> AnyResponse:
        """One kiosk, with the way to revoke it."""
        try:
            found = self._kiosks.find(kiosk_id)
        except KioskRefused:
            return page("problem.html", status=404, problem="unknown")
        return page(
            "kiosks_one.html",
            kiosk=found,
            standing=standing(found, self._core.clock.now()),
            office=self._offices().get(found.office, found.office),
        )

    @needs(StaffRole.ADMIN)
    def revoke(self, kiosk_id: str) -> AnyResponse:
        """Revoke at once."""
        ended = self._kiosks.revoke(kiosk_id, by=me().id)
        tell("kiosks.revoked", n=ended)
        return redirect(url_for("console.kiosks"), code=303)

    def _offices(self) -> dict[str, str]:
        """Return code → name of the offices."""
        return {row.office.code: row.office.name for row in self._core.offices.all()}

    def _list(self, problem: str | None = None) -> Response:
        now, offices = self._core.clock.now(), self._offices()
        listing: Listing[Kiosk] = Listing(
            "kiosks",
            columns=(
                Column(
                    "kiosk", lambda one: one.name, link=lambda one: url_for("console.kiosk", kiosk_id=one.id)
                ),
                Column("office", lambda one: offices.get(one.office, one.office)),
                Column("standing", lambda one: standing(one, now), Kind.WORD, "kiosk_standing"),
                Column("seen", lambda one: one.seen_at, Kind.MOMENT),
                Column("enrolled", lambda one: one.enrolled_at, Kind.MOMENT),
            ),
            filters=(Filter("standing", ("well", "quiet", "never", "revoked"), "kiosk_standing"),),
        )

        def source(ask: Ask) -> Slice[Kiosk]:
            wanted = ask.get("standing")
            return cut([one for one in self._kiosks.all() if wanted in (None, standing(one, now))], ask)

        return listing.answer(source, template="kiosks.html", words=_WORDS, problem=problem, offices=offices)


def standing(kiosk: Kiosk, now: datetime) -> str:
    """Return how a kiosk stands: `well`, `quiet` (not heard of for a while), `never`, `revoked`."""
    if kiosk.revoked_at is not None:
        return "revoked"
    if kiosk.seen_at is None:
        return "never"
    return "well" if now - kiosk.seen_at < QUIET_AFTER else "quiet"
