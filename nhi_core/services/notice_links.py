"""Addresses of a notice's files: signed, opaque, short of life; they are the authentication."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from nhi_core.domain.errors import LinkExpired
from nhi_core.domain.notices import Attachment, NoticeState
from nhi_core.ports import Clock, UnitOfWorkFactory
from nhi_core.ports_files import ContentStore
from nhi_core.security import LinkExpired as SignatureOver
from nhi_core.security import LinkForged, Signer

TTL = timedelta(days=14)
_CONTEXT = "notice-file"


@dataclass(frozen=True, slots=True)
class NoticeFile:
    """A file as it is handed out."""

    name: str
    kind: str
    data: bytes


class NoticeLinks:
    """Makes and reads the addresses `<public>/n/<token>`."""

    def __init__(
        self, uow: UnitOfWorkFactory, clock: Clock, signer: Signer, files: ContentStore, public_url: str
    ) -> None:
        self._uow = uow
        self._clock = clock
        self._signer = signer
        self._files = files
        self._base = f"{public_url.rstrip('/')}/n"

    def of(self, notice_id: str, attachment: Attachment) -> str:
        """Return an address that works for TTL."""
        until = self._clock.now() + TTL
        # The content's own name: another file of the notice has another address.
        named = f"{notice_id} {attachment.digest}"
        return f"{self._base}/{self._signer.sign(named, context=_CONTEXT, expires_at=until)}"

    def file(self, token: str) -> NoticeFile:
        """Return the file. Raises LinkExpired: forged, over, withdrawn, or gone. Raises FilesUnavailable."""
        try:
            named = self._signer.verify(token, context=_CONTEXT, now=self._clock.now())
        except (LinkForged, SignatureOver):
            raise LinkExpired from None
        notice_id, _, digest = named.partition(" ")
        with self._uow() as uow:
            notice = uow.notices.get(notice_id)
        if notice is None or notice.state is NoticeState.WITHDRAWN:
            raise LinkExpired
        for one in notice.attachments:
            if one.digest == digest:
                data = self._files.get(digest)
                if data is not None:
                    return NoticeFile(one.name, one.kind, data)
        raise LinkExpired
