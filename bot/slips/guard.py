"""Forms are taken only from our own pages: a signed token in the form, and the browser's own word for it.

There is no cookie to ride on, so the address alone is the key; this is the second lock. The token is tied to
the page's address and lives as long as it.
"""

from __future__ import annotations

import hashlib
from urllib.parse import urlsplit

from flask import Request

from nhi_core.domain.eslip import LINK_TTL
from nhi_core.ports import Clock
from nhi_core.security import LinkExpired, LinkForged, Signer

_CONTEXT = "eslip-form"
_OURS = frozenset({"same-origin", "none"})


class FormGuard:
    """Makes and checks the hidden field of a page's forms."""

    def __init__(self, signer: Signer, clock: Clock, public_url: str) -> None:
        """Forms of `public_url` are ours."""
        self._signer = signer
        self._clock = clock
        parts = urlsplit(public_url)
        self._origin = f"{parts.scheme}://{parts.netloc}"

    def field(self, page: str) -> str:
        """Return the hidden field for the forms of the page with this token."""
        until = self._clock.now() + LINK_TTL
        return self._signer.sign(_digest(page), context=_CONTEXT, expires_at=until)

    def passes(self, request: Request, page: str) -> bool:
        """Whether this form was sent from that page of ours, not too long ago."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") not in _OURS:
            return False
        # Our pages send no referrer, and then browsers call the origin of a form "null".
        if request.headers.get("Origin", self._origin) not in (self._origin, "null"):
            return False
        try:
            named = self._signer.verify(request.form.get("form", ""), context=_CONTEXT, now=self._clock.now())
        except (LinkForged, LinkExpired):
            return False
        return named == _digest(page)


def _digest(page: str) -> str:
    return hashlib.sha256(page.encode()).hexdigest()[:32]
