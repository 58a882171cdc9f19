"""Mail servers: SMTP, and files in the sandbox."""

from nhi_core.adapters.mail.registry import make_mailer

__all__ = ["make_mailer"]
