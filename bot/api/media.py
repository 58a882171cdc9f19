"""`/media/<token>`: pictures made for one person. The random, short-lived token is the authentication."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import Blueprint, Response, abort

from bot.charts.year import year_chart
from nhi_core.domain.errors import CacheUnavailable, LinkExpired, NotBound, StoreUnavailable

if TYPE_CHECKING:
    from nhi_core.services.history import HistoryService
    from nhi_core.services.pictures import PictureService


def blueprint(pictures: PictureService, history: HistoryService) -> Blueprint:
    """Return the pages. A token that is unknown or over, and one of an account unbound since, look alike."""
    pages = Blueprint("media", __name__)

    @pages.get("/media/<string(length=32):token>")
    def picture(token: str) -> Response:
        try:
            wanted = pictures.year_of(token)
            view = history.year(wanted.account_id, wanted.year)
        except (LinkExpired, NotBound):
            abort(404)
        except (StoreUnavailable, CacheUnavailable):
            abort(503)
        return Response(year_chart(view.year, view.marks, wanted.language), mimetype="image/png")

    return pages
