"""`/n/<token>`: a notice's file. The signed, short-lived address is the authentication."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from flask import Blueprint, Response, abort
from werkzeug.http import dump_options_header

from nhi_core.domain.errors import FilesUnavailable, LinkExpired, StoreUnavailable

if TYPE_CHECKING:
    from nhi_core.services.notice_links import NoticeLinks

# A PDF is shown by the browser's own reader, which needs nothing of ours; nothing else may be loaded or run.
_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def blueprint(links: NoticeLinks) -> Blueprint:
    """Return the page. Forged, over, withdrawn, or the file is gone: all look the same, 404."""
    pages = Blueprint("notice_files", __name__)

    @pages.get("/n/<string(maxlength=400):token>")
    def file(token: str) -> Response:
        try:
            found = links.file(token)
        except LinkExpired:
            abort(404)
        except (StoreUnavailable, FilesUnavailable):
            abort(503)
        answer = Response(found.data, mimetype=found.kind)
        answer.headers["Content-Disposition"] = _disposition(found.name)
        answer.headers["Content-Security-Policy"] = _POLICY
        answer.headers["X-Robots-Tag"] = "noindex"
        return answer

    return pages


def _disposition(name: str) -> str:
    """Return the header with the name in both of its spellings (RFC 6266)."""
    plain = name.encode("ascii", "ignore").decode().strip(" .") or "notice"
    named = (
        {"filename": name} if name.isascii() else {"filename": plain, "filename*": f"UTF-8''{quote(name)}"}
    )
    return dump_options_header("inline", named)
