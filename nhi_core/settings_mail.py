"""Settings of e-mail. In production there is e-mail only where both are set; the sandbox writes files."""

from __future__ import annotations

from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings

from nhi_core.domain.errors import Invalid
from nhi_core.domain.eslip import parse_email

_SECURE = ("smtps", "smtp+starttls")
# RFC 2606: nobody's. A letter from there would be taken for what it is.
_NOBODYS = ("example", "test", "invalid", "localhost", "example.com", "example.net", "example.org")


class MailSettings(BaseSettings):
    """Mixed into Settings."""

    # smtps://user:password@host:465 or smtp+starttls://user:password@host:587; plain smtp:// for tests only.
    smtp_url: SecretStr | None = Field(None, validation_alias="NHI_SMTP_URL")
    mail_from: str | None = Field(None, validation_alias="NHI_MAIL_FROM")

    @model_validator(mode="after")
    def _whole_mail(self) -> Self:
        if (self.smtp_url is None) != (self.mail_from is None):
            raise ValueError("NHI_SMTP_URL and NHI_MAIL_FROM belong together: set both or neither")
        if self.smtp_url is None or self.mail_from is None:
            return self
        production = getattr(self, "env", "production") == "production"
        parts = urlsplit(self.smtp_url.get_secret_value())
        if parts.scheme not in (*_SECURE, "smtp") or not parts.hostname:
            raise ValueError("NHI_SMTP_URL must begin with smtps:// or smtp+starttls:// and name a host")
        if production and parts.scheme not in _SECURE:
            raise ValueError("NHI_SMTP_URL must be encrypted in production: smtps:// or smtp+starttls://")
        try:
            domain = parse_email(self.mail_from).partition("@")[2]
        except Invalid:
            raise ValueError("NHI_MAIL_FROM must be one mail address") from None
        if production and (domain in _NOBODYS or domain.rpartition(".")[2] in _NOBODYS):
            raise ValueError("NHI_MAIL_FROM is an example; give the office's own address")
        return self
