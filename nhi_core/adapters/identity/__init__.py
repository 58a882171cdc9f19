"""Providers of web log-ins: the sandbox's made-up one, and any OpenID Connect provider by settings."""

from __future__ import annotations

from nhi_core.adapters.identity.oidc import OidcIdentity
from nhi_core.adapters.identity.sandbox import SandboxIdentity
from nhi_core.ports import UnitOfWorkFactory
from nhi_core.ports_identity import WebIdentity
from nhi_core.settings import Settings


def web_identity(settings: Settings, uow: UnitOfWorkFactory) -> WebIdentity | None:
    """Return the provider of these settings; None when none is set up."""
    if settings.web_identity == "sandbox":
        return SandboxIdentity(uow, settings.public_url)
    if settings.web_identity == "oidc":
        secret = settings.oidc_client_secret
        return OidcIdentity(
            issuer=settings.oidc_issuer or "",
            client_id=settings.oidc_client_id or "",
            client_secret=secret.get_secret_value() if secret else "",
            number_claim=settings.oidc_number_claim,
        )
    return None
