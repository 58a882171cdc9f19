"""What letters say. None has a link, an amount, a name or a number in it; subjects hold nothing personal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.slips.lock import locked
from bot.slips.sheet import Frame, draw
from bot.slips.words import text
from nhi_core.domain.mail import Mail, MailKind
from nhi_core.ports_mail import Attachment, Envelope
from nhi_core.services.imports_letters import person_letter
from nhi_core.services.outbox import LetterNeedless

if TYPE_CHECKING:
    from nhi_core.bootstrap import Core
    from nhi_core.services.eslip_content import SlipContent


class LetterWriter:
    """Puts letters together when they go (services.outbox.Write)."""

    def __init__(self, core: Core) -> None:
        """Keep the services."""
        self._core = core

    def __call__(self, mail: Mail) -> Envelope:
        """Return the letter. Raises LetterNeedless, StoreUnavailable."""
        if mail.kind is MailKind.ESLIP:
            return self._slip(mail)
        if mail.kind is MailKind.ESLIP_CODE:
            return self._code(mail)
        return self._registration(mail)

    def _code(self, mail: Mail) -> Envelope:
        letter = self._core.eslip_run.code_letter(mail)
        said = {"code": letter.code, "minutes": letter.minutes}
        return Envelope(
            to=letter.email,
            subject=text(letter.language, "mail.code.subject"),
            text=text(letter.language, "mail.code.text", said),
            language=letter.language,
        )

    def _slip(self, mail: Mail) -> Envelope:
        letter = self._core.eslip_run.slip_letter(mail)
        pdf = slip_file(self._core, letter.content, letter.password, letter.language)
        return Envelope(
            to=letter.email,
            subject=text(letter.language, "mail.slip.subject"),
            text=text(letter.language, f"mail.slip.{letter.holder.value}"),
            language=letter.language,
            attachments=(Attachment(f"nhi-slip-{letter.month.iso}.pdf", "application/pdf", pdf),),
        )

    def _registration(self, mail: Mail) -> Envelope:
        with self._core.uow() as uow:
            registered = uow.registrations.get(mail.subject_id)
        if registered is None:
            raise LetterNeedless("ended")
        letter = person_letter()
        return Envelope(to=registered.email, subject=letter.subject, text=letter.text)


def slip_file(core: Core, content: SlipContent, password: str, language: str) -> bytes:
    """Return the encrypted page."""
    frame = Frame(phone=core.settings.office_phone, sandbox=not core.settings.production)
    return locked(draw(content, language, frame), password=password, owner=core.ids.token())
