"""Which mail server this deployment has."""

from __future__ import annotations

from nhi_core.adapters.mail.files import FileMailer
from nhi_core.adapters.mail.smtp import SmtpMailer, SmtpServer
from nhi_core.ports import Clock
from nhi_core.ports_mail import Mailer
from nhi_core.settings import Settings

SANDBOX_FROM = "counter@counter.example"


def make_mailer(settings: Settings, clock: Clock) -> Mailer | None:
    """Return the mail server of the settings, else the sandbox's files, else None: no e-mail here."""
    if settings.smtp_url is not None and settings.mail_from is not None:
        server = SmtpServer.of(settings.smtp_url.get_secret_value())
        return SmtpMailer(server, clock, sender=settings.mail_from)
    if settings.production:
        return None
    return FileMailer(settings.var_dir / "mail", clock, sender=SANDBOX_FROM)
